"""The start page: what this is, three questions with their answers, the map of all cities, counts, what is new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox
from markupsafe import Markup

from citygraph.pages.claims import Claim, claim
from citygraph.pages.network import Named, drawn
from citygraph.pages.places import Place, places
from citygraph.pages.reader import Reader
from citygraph.pages.render import Pages
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, OA, TYPE, owner

#: Kinds of claims that answer a question, each with the named query that asks it of the whole graph.
ASKED = {"Membership": "memberships", "Commitment": "commitments", "Coordination": "coordinators"}
#: Claims looked at for one that answers well, where no words are kept.
_LOOKED_AT = 40


@dataclass(frozen=True)
class Question:
    """A question that a claim answers: `text` names its words in texts.yaml, `about` whom it names in order."""

    text: str
    about: tuple[str, ...]
    claim: Claim
    query: str
    date: str = ""

    @property
    def page(self) -> str:
        """The thing whose page tells the answer."""
        return self.about[0]


def questions(reader: Reader) -> list[Question]:
    """A question of each kind with the claim that answers it best; fewer where the graph has no such claim."""
    found = []
    with_words = _with_words(reader)
    for kind in ASKED:
        some = with_words.get(kind) or _some(reader, kind)
        rated = [(_worth(one), one.iri, one) for iri in some if (one := claim(reader, iri))]
        made = (_question(one) for _, _, one in sorted(rated, key=lambda rated: (-rated[0], rated[1])))
        found += [question for question in made if question][:1]
    return found


def _with_words(reader: Reader) -> dict[str, list[str]]:
    """The claims whose words are kept, by kind."""
    claims = {owner(value_of(quad.subject))
              for quad in reader.store.quads_for_pattern(None, ox.NamedNode(OA + "exact"), None)}  # fmt: skip
    found: dict[str, list[str]] = {}
    for iri in sorted(claims):
        if iri.startswith(CLAIM):
            for kind in ASKED.keys() & set(reader.kinds(iri)):
                found.setdefault(kind, []).append(iri)
    return found


def _some(reader: Reader, kind: str) -> list[str]:
    """A few claims of a kind, those with dates before others."""
    every = {value_of(quad.subject) for quad in
             reader.store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(CG + kind))}  # fmt: skip
    return sorted(every)[:_LOOKED_AT]


def _worth(one: Claim) -> int:
    """How well a claim answers: in words, of a day, with who decided, what and until when."""
    told = {end.name for end in one.ends} | one.dates.keys()
    sharp = any(date.earliest and date.earliest == date.latest for date in one.dates.values())
    good = {
        "decidedBy": 4,
        "joined": 3,
        "change": 3,
        "targetYear": 2,
        "theme": 2,
        "askedBy": 1,
        "member": 1,
        "party": 1,
    }
    return (
        8 * (one.reading == "explicit") + 4 * (one.kind == "quote") + 2 * sharp
        + sum(worth for name, worth in good.items() if name in told)
    )  # fmt: skip


def _question(one: Claim) -> Question | None:
    """The question that a claim answers; None where it lacks an end that the question names."""
    date = next((when.edtf for name, when in one.dates.items() if name in ("joined", "since")), "")
    choices = {
        "Membership": (
            ("when-by-whom", ("member", "network"), bool(date and one.of("decidedBy"))),
            ("when", ("member", "network"), bool(date)), ("which-network", ("member", "network"), True),
        ),
        "Commitment": (("what-asked", ("askedBy",), True), ("what-promised", ("party",), True)),
        "Coordination": (
            ("who-theme", ("network", "theme"), True), ("who-assists", ("assists", "network"), True),
            ("who-coordinates", ("network",), True),
        ),
    }  # fmt: skip
    for text, names, fits in choices[one.type]:
        about = tuple(iri for name in names if (iri := one.of(name)).startswith("https://"))
        if fits and len(about) == len(names):
            one.words = [piece for piece in one.words if piece.kind != "context"] or one.words
            return Question(f"question-{text}", about, one, ASKED[one.type], date)
    return None


@dataclass
class Start:
    """What the start page tells, read once; the map is kept for each language."""

    questions: list[Question]
    places: list[Place]
    counts: dict[str, int]
    _maps: dict[str, Markup] = field(default_factory=dict)

    def on_map(self, language: str, name: Named, href: Named) -> Markup:
        """All cities with coordinates."""
        if language not in self._maps:
            self._maps[language] = drawn(self.places, language, name, href)
        return self._maps[language]


def start(pages: Pages, things: Iterable[tuple[str, str]]) -> Start:
    """The start page of a graph with these things."""
    found = pages.kept.get("start")
    if not isinstance(found, Start):
        kinds = [kind for _, kind in things]
        counts = {kind: kinds.count(kind) for kind in ("City", "Network", "Source")}
        counts["Claim"] = len({iri for claims in pages.told.claims.values() for iri in claims})
        found = pages.kept["start"] = Start(questions(pages.reader), places(pages.reader), counts)
    return found


def tell(pages: Pages, things: Iterable[tuple[str, str]]) -> Mapping[str, Any]:
    """What its template is given."""
    return {"start": start(pages, things), "news": pages.edition.news}
