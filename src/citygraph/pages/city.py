"""What the page of a city tells beside what every page of a thing tells: from all claims of it, on its first page."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from citygraph.pages import paths
from citygraph.pages.cite import issued
from citygraph.pages.claims import Claim, about, claims, spans
from citygraph.pages.gaps import Gap, gaps
from citygraph.pages.otherwise import Otherwise, otherwise
from citygraph.pages.reader import Reader
from citygraph.pages.render import Pages
from citygraph.pages.things import CLAIMS, Thing, ordered, place
from citygraph.plots import svg
from citygraph.plots.words import say

#: Pairs of claims that disagree on one page.
PAIRS = 30
#: The sections of the page by the kinds of claims that they tell, in its order; the others follow.
SECTIONS = (
    ("memberships", ("Membership",)), ("commitments", ("Commitment",)), ("coordination", ("Coordination",)),
    ("cooperation", ("Cooperation",)), ("twins", ("Twinning",)),
)  # fmt: skip
Namer = Callable[[str], str]


@dataclass(frozen=True)
class Relation:
    """A claim of the time line: its kind, the other end and the day of its source."""

    claim: Claim
    kind: str
    other: str
    issued: str


@dataclass(frozen=True)
class Twin:
    """A twin with its place, where that is told, and the claims that tell of it."""

    iri: str
    place: tuple[float, float] | None
    claims: tuple[Claim, ...]
    ended: bool


@dataclass(frozen=True)
class City:
    """All that the figures and tables of a city's page are made of. `at` tells on which of its pages a claim is."""

    iri: str
    place: tuple[float, float] | None
    relations: list[Relation] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    otherwise: list[Otherwise] = field(default_factory=list)
    issued: dict[str, str] = field(default_factory=dict)
    at: Mapping[str, int] = field(default_factory=dict)

    def parts(self, shown: Mapping[str, Sequence[Claim]]) -> list[tuple[str, int]]:
        """The sections of the page, with how much each has."""
        counts = {name: len(shown.get(name, ())) for name, _ in SECTIONS}
        counts |= {"twins": len(self.twins) or counts["twins"], "otherwise": len(self.otherwise)}
        return [(name, count) for name, count in counts.items() if count]

    def named(self, name: Namer) -> list[Twin]:
        """The twins in order of their names, those that are no more after the others."""
        return sorted(self.twins, key=lambda twin: (twin.ended, name(twin.iri).casefold(), twin.iri))

    def href(self, claim: str, page_link: Callable[[str, int], str]) -> str:
        """Where a claim is told: on this page, or on a further one."""
        number = self.at.get(claim, 1)
        return (page_link(self.iri, number) if number > 1 else "") + paths.fragment(claim)

    def rows(self, language: str, name: Namer, page_link: Callable[[str, int], str]) -> list[dict[str, Any]]:
        """The rows of the time line, as `citygraph plot timeline` draws them."""
        found = []
        for relation in self.relations:
            claim = relation.claim
            when = _when(claim, relation.issued, language)
            if claim.status == "on hold":
                when["date"] += f" ({say('on hold', language)})"
            exact = next((piece.exact for piece in claim.words if piece.exact), "")
            words = textwrap.shorten(claim.of("unnamed") or exact or "…", 44, placeholder=" …")
            found.append(
                {"name": name(relation.other) if relation.other else say("unnamed", language, words),
                 "kind": relation.kind, "reading": claim.reading if claim.reading == "implicit" else "explicit",
                 "claim": claim.iri, "source": claim.source, "told_by": name(claim.source) if claim.source else "",
                 "href": self.href(claim.iri, page_link), **when}
            )  # fmt: skip
        return sorted(
            found, key=lambda row: (row["kind"] != "member", row["kind"], row["at"], row["name"], row["claim"])
        )

    def timeline(self, language: str, name: Namer, page_link: Callable[[str, int], str]) -> Markup:
        """The time line; nothing where no date at all is told. Twins without one are on the map and in the list."""
        rows = [row for row in self.rows(language, name, page_link) if row["dated"] or row["kind"] != "twinning"]
        title = say("timeline", language, name(self.iri))
        return svg.timeline(rows, language, "when", title) if any(row["dated"] for row in rows) else Markup("")

    def targets(self, language: str, name: Namer, page_link: Callable[[str, int], str]) -> Markup:
        """Own targets beside the minimum; nothing where no two numbers are told."""
        rows = [
            gap.row(name(self.iri), name(gap.network), self.href(gap.own, page_link))
            for gap in self.gaps
            if gap.drawn and gap.verdict
        ]
        return svg.targets(rows, language, "targets", name=False)

    def map(self, language: str, name: Namer, href: Namer, title: str) -> Markup:
        """The twins on a map, with lines from the city; nothing where no place of a twin is told."""
        points = [
            {"name": name(twin.iri), "lat": twin.place[0], "long": twin.place[1], "class": "twinning",
             "href": href(twin.iri)}
            for twin in self.twins
            if twin.place
        ]  # fmt: skip
        if not points:
            return Markup("")
        home = {"name": name(self.iri), "lat": self.place[0], "long": self.place[1]} if self.place else None
        key = [("home", name(self.iri)), ("twinning", say("twinning", language))]
        return svg.city_map(points, language, "twins", home, title, key)


def tell(pages: Pages, thing: Thing) -> Mapping[str, Any]:
    """What the template of a city takes: its figures and tables on the first page, and its claims by section."""
    shown = [(name, found) for name, kinds in SECTIONS if (found := thing.of(*kinds))]
    named = {kind for _, kinds in SECTIONS for kind in kinds}
    rest = [(kind, found) for kind, found in thing.groups() if kind not in named]
    told = city(pages.reader, thing) if thing.number == 1 else City(thing.iri, thing.place)
    return {"city": told, "shown": dict(shown), "rest": rest, "most": PAIRS}


def city(reader: Reader, thing: Thing) -> City:
    """Read what a city's figures and tables need beside the claims that its page tells anyway."""
    every, at = thing.claims, dict[str, int]()
    if thing.pages > 1:
        listed = ordered(reader, about(reader, thing.iri))
        at = {iri: 1 + place // CLAIMS for place, iri in enumerate(listed)}
        every = [*thing.claims, *claims(reader, listed[CLAIMS:])]
    days = {source: issued(reader, source) for source in {claim.source for claim in every}}
    own = [claim.iri for claim in every if claim.type == "Commitment" and thing.iri in _ends(claim, "party")]
    return City(
        thing.iri, thing.place, list(_relations(thing.iri, every, days)), gaps(reader, thing.iri, own),
        twins(reader, thing.iri, every), otherwise(reader, thing.iri, every), days, at,
    )  # fmt: skip


def _ends(claim: Claim, name: str) -> list[str]:
    return [end.iri for end in claim.ends if end.name == name and end.iri]


#: Of each kind of claims on the time line: its kind there, the end that the city is, and the other end.
_LINES = {
    "Membership": ("member", "member", ("network",)),
    "Coordination": ("coordinator", "coordinator", ("network", "theme")),
    "Cooperation": ("cooperation", "party", ("network", "partner", "place")),
    "Twinning": ("twinning", "city", ("twin", "place")),
}


def _relations(iri: str, every: Sequence[Claim], days: Mapping[str, str]) -> list[Relation]:
    found = []
    for claim in every:
        if claim.type not in _LINES:
            continue
        kind, here, there = _LINES[claim.type]
        if claim.type == "Twinning" and iri in _ends(claim, "twin"):
            here, there = "twin", ("city",)
        if iri in _ends(claim, here) and not claim.of("assists"):
            other = next((one for name in there for one in _ends(claim, name)), "")
            found.append(Relation(claim, kind, other, days[claim.source]))
    return found


def twins(reader: Reader, iri: str, every: Sequence[Claim]) -> list[Twin]:
    """The twins of a city, told from either end, each once."""
    told: dict[str, list[Claim]] = {}
    for claim in every:
        if claim.type == "Twinning":
            for here, there in (("city", "twin"), ("twin", "city")):
                if iri in _ends(claim, here):
                    for other in _ends(claim, there):
                        told.setdefault(other, []).append(claim)
    found = [
        Twin(other, place(reader.said(other)), tuple(some), all(claim.over for claim in some))
        for other, some in told.items()
    ]
    return sorted(found, key=lambda twin: twin.iri)


def _when(claim: Claim, day: str, language: str) -> dict[str, Any]:
    """When a claim held; undated where what should be a date is none."""
    try:
        return spans(claim, day, language)
    except (ValueError, IndexError):
        text = ", ".join(date.edtf or date.wording for date in claim.dates.values())
        nothing = (None, None)
        return {"begin": nothing, "end": nothing, "lasting": None, "dated": False, "at": 9999.0, "date": text}
