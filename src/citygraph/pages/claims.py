"""The claims that pages show: their ends, dates and words, read from the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from citygraph.pages.cite import Citation
from citygraph.pages.reader import Reader, Term, natural
from citygraph.plots import data as plotted
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, DATE_KEYS, DCTERMS, OA, TYPE, shorten

#: The ends of claims, in the order in which a sentence would name them; what else a claim tells follows.
ENDS = (
    "member", "party", "coordinator", "backer", "liaison", "founder", "participant", "city", "askedBy", "part",
    "network", "whole", "twin", "partner", "successor", "unnamed", "place", "count", "theme", "aim", "scope", "change",
    "unit", "qualifier", "metric", "baselineYear", "targetYear",
)  # fmt: skip
#: The classes of claims, in the order of a page; a graph may hold the classes above them too.
TYPES = (
    "Membership", "Commitment", "Coordination", "Cooperation", "Twinning", "Founding", "Affiliation", "Backing",
    "Liaison", "Aim", "Scope", "Merger", "Naming",
)  # fmt: skip
#: What is said of a claim beside its ends and dates.
_BESIDE = {CG + name for name in ("source", "reading", "note", "evidence", "context", "column")}
_SHORT_CUTS = ("active", "presumed")


@dataclass(frozen=True)
class Date:
    """When: as EDTF, the days that it allows, and the words of the source for it."""

    edtf: str
    earliest: str = ""
    latest: str = ""
    wording: str = ""


@dataclass(frozen=True)
class Words:
    """One piece of evidence: a quote with what stands around it, a table's row, or a reference to a page."""

    kind: str
    exact: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int = 0
    end: int = 0
    row: str = ""
    key: str = ""
    iri: str = ""
    language: str = ""


@dataclass(frozen=True)
class End:
    """What a claim tells beside its dates: a property and its value."""

    predicate: str
    term: Term

    @property
    def name(self) -> str:
        """The property without its namespace."""
        return self.predicate.removeprefix(CG)

    @property
    def iri(self) -> str:
        """The value where it is a thing; else empty."""
        return self.term.value if isinstance(self.term, ox.NamedNode) else ""

    @property
    def text(self) -> str:
        """The value where it is a text or number; else empty."""
        return self.term.value if isinstance(self.term, ox.Literal) else ""

    @property
    def language(self) -> str:
        """The language of a text that has one."""
        return (self.term.language or "") if isinstance(self.term, ox.Literal) else ""


@dataclass
class Claim:
    """A claim as pages show it; `notes` are its cautions by language, `columns` those of its row that it is read of."""

    iri: str
    type: str = ""
    source: str = ""
    reading: str = ""
    status: str = ""
    notes: dict[str, str] = field(default_factory=dict)
    ends: list[End] = field(default_factory=list)
    dates: dict[str, Date] = field(default_factory=dict)
    words: list[Words] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    cited: Citation | None = None

    @property
    def key(self) -> str:
        """Its source and its own name."""
        return shorten(self.iri)

    def of(self, *names: str) -> str:
        """The first value of some properties: an IRI or a text; empty where there is none."""
        return next((end.iri or end.text for end in self.ends if end.name in names), "")

    def names(self, iri: str) -> bool:
        """Whether a thing is one of its ends."""
        return any(end.iri == iri for end in self.ends)

    def note(self, language: str) -> tuple[str, str]:
        """The caution in a language, else in English, else any, with its language."""
        for code in (language, "en", *self.notes):
            if code in self.notes:
                return self.notes[code], code
        return "", ""

    @property
    def day(self) -> str:
        """The first day that any of its dates allows, to put claims in order; late where none is told."""
        return min((date.earliest or date.latest for date in self.dates.values()), default="") or "9999"

    @property
    def over(self) -> bool:
        """Whether its source tells that it has ended or is on hold: no such claim holds now, see encode.narrowed."""
        period = self.dates.get("period")
        closed = period is not None and not period.edtf.endswith("/..")
        return "left" in self.dates or "until" in self.dates or closed or self.status == "on hold"

    @property
    def kind(self) -> str:
        """What it rests on: a quote, a row of a table or a reference."""
        kinds = {piece.kind for piece in self.words}
        return next((kind for kind in ("quote", "row", "reference") if kind in kinds), "reference")


def claim(reader: Reader, iri: str) -> Claim | None:
    """A claim with its words; None where the graph has no such claim."""
    said = reader.said(iri)
    if CG + "source" not in said:
        return None
    found = Claim(iri)
    types = {value_of(kind).removeprefix(CG) for kind in said.get(TYPE, ())}
    found.type = next((kind for kind in TYPES if kind in types), "")
    for predicate, terms in said.items():
        if predicate.startswith(CG):
            for term in terms:
                _take(reader, found, predicate, term)
    order = {name: place for place, name in enumerate(ENDS)}
    found.ends.sort(key=lambda end: (order.get(end.name, len(order)), end.name, str(end.term)))
    found.dates = {name: found.dates[name] for name in sorted(found.dates, key=_when)}
    found.words.sort(key=lambda piece: (piece.kind == "context", piece.start, piece.row, piece.exact))
    return found


def _when(name: str) -> tuple[int, str]:
    """The place of a date among those of its claim."""
    return DATE_KEYS.index(name) if name in DATE_KEYS else len(DATE_KEYS), name


def claims(reader: Reader, iris: Iterable[str]) -> list[Claim]:
    """The claims among some IRIs."""
    return [found for iri in iris if (found := claim(reader, iri))]


def about(reader: Reader, iri: str) -> list[str]:
    """The IRIs of the claims that name a thing, in order."""
    source = CG + "source"
    return sorted(
        {
            one
            for predicate, subjects in reader.pointing(iri).items()
            if predicate.startswith(CG) and predicate != source and not predicate.startswith(CG + "active")
            for one in subjects
            if one.startswith(CLAIM)
        }
    )


def _take(reader: Reader, found: Claim, predicate: str, term: Term) -> None:
    name = predicate.removeprefix(CG)
    if name in ("source", "reading", "status"):
        setattr(found, name, value_of(term))
        if name != "status":
            return
    if name == "note":
        found.notes[getattr(term, "language", "") or ""] = value_of(term)
    elif name == "column":
        found.columns.append(value_of(term))
    elif name in ("evidence", "context"):
        found.words.append(_words(reader, name, value_of(term)))
    elif predicate in _BESIDE or name.startswith(_SHORT_CUTS):
        return
    elif isinstance(term, ox.NamedNode) and term.value.startswith(f"{found.iri}."):
        one = {key: reader.one(term.value, CG + key) for key in ("edtf", "earliest", "latest", "wording")}
        found.dates[name] = Date(**one)
    else:
        found.ends.append(End(predicate, term))


def _words(reader: Reader, role: str, iri: str) -> Words:
    said = {key: value_of(terms[0]) for key, terms in reader.said(iri).items()}
    row, exact = said.get(CG + "rowNumber", ""), said.get(OA + "exact", "")
    source = said.get(DCTERMS + "source", "")
    return Words(
        "row" if row else "context" if role == "context" else "quote" if exact else "reference",
        exact, said.get(OA + "prefix", ""), said.get(OA + "suffix", ""), natural(said.get(OA + "start", "")),
        natural(said.get(OA + "end", "")), row, said.get(CG + "rowKey", ""), iri,
        reader.one(source, DCTERMS + "language") if source and exact else "",
    )  # fmt: skip


def spans(found: Claim, issued: str, language: str) -> plotted.Row:
    """When a claim held, as the time line of `citygraph plot` draws it; `issued` is the day of its source."""
    events = {
        _EVENTS[name]: {"date": date.edtf, "earliest": date.earliest, "latest": date.latest}
        for name, date in found.dates.items()
        if name in _EVENTS
    }
    held = found.status == "on hold"
    return plotted.span(events, None if held else issued or None, language)


_EVENTS = {"joined": "joined", "left": "left", "since": "since", "until": "until", "period": "took place"}
