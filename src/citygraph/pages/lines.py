"""Claims without their words, for lists of thousands: read one by one, or all at once where they are many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import pyoxigraph as ox

from citygraph.pages.claims import ENDS, TYPES, Date, End
from citygraph.pages.reader import Reader, Term
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, DATE_KEYS, TYPE

#: From so many claims on, scanning the graph by property is faster than looking up each claim.
MANY = 1500
_PLACES = {name: at for at, name in enumerate((*ENDS, "assists", "role", "decidedBy"))}
_DATE = ("edtf", "earliest", "latest", "wording")
_ABOUT = ("reading", "status", "source")


@dataclass(frozen=True, slots=True)
class Line:
    """A claim in a list: what it tells beside what the whole list shares."""

    claim: str
    reading: str
    status: str
    source: str
    ends: tuple[End, ...]
    dates: tuple[tuple[str, Date], ...]

    @property
    def ended(self) -> bool:
        """Whether the source tells that it is over."""
        kept = dict(self.dates)
        return "left" in kept or "until" in kept or ("period" in kept and not kept["period"].edtf.endswith("/.."))

    @property
    def over(self) -> bool:
        """Whether it has ended or is on hold."""
        return self.ended or self.status == "on hold"


def lines(reader: Reader, iris: Collection[str]) -> dict[str, Line]:
    """Claims in a list's form, in the order given."""
    said: dict[str, dict[str, dict[Term, None]]] = {iri: {} for iri in iris}
    names = (*_ABOUT, *_PLACES, *DATE_KEYS)
    if len(iris) < MANY:
        wanted = {CG + name: name for name in names}
        for iri in iris:
            for quad in reader.quads(iri):
                if name := wanted.get(quad.predicate.value):
                    said[iri].setdefault(name, {})[quad.object] = None
    else:
        for name in names:
            for quad in reader.store.quads_for_pattern(None, ox.NamedNode(CG + name), None):
                if (found := said.get(value_of(quad.subject))) is not None:
                    found.setdefault(name, {})[quad.object] = None
    nodes = {value_of(term) for found in said.values() for name in DATE_KEYS for term in found.get(name, ())}
    dates = {key: valued(reader, nodes, CG + key) for key in _DATE}
    return {iri: _line(iri, said[iri], dates) for iri in iris}


def valued(reader: Reader, subjects: Collection[str] | None, predicate: str) -> dict[str, set[str]]:
    """The values of a property of some things, or of all that have it."""
    found: dict[str, set[str]] = defaultdict(set)
    if subjects is not None and len(subjects) < MANY:
        for subject in subjects:
            if values := reader.values(subject, predicate):
                found[subject] = set(values)
        return found
    among = None if subjects is None else set(subjects)
    for quad in reader.store.quads_for_pattern(None, ox.NamedNode(predicate), None):
        subject = value_of(quad.subject)
        if among is None or subject in among:
            found[subject].add(value_of(quad.object))
    return found


def types(reader: Reader, iris: Collection[str]) -> dict[str, str]:
    """The kind of each claim, the first of TYPES that it has; none for one of another kind."""
    found: dict[str, str] = {}
    if len(iris) < MANY:
        for iri in iris:
            kinds = reader.values(iri, TYPE)
            if kind := next((kind for kind in TYPES if CG + kind in kinds), ""):
                found[iri] = kind
        return found
    among = set(iris)
    for kind in reversed(TYPES):
        for quad in reader.store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(CG + kind)):
            iri = value_of(quad.subject)
            if iri in among:
                found[iri] = kind
    return found


def having(reader: Reader, iris: Collection[str], name: str) -> set[str]:
    """Those of some claims that have a property."""
    if len(iris) < MANY:
        return {iri for iri in iris if reader.one(iri, CG + name)}
    among = set(iris)
    found = reader.store.quads_for_pattern(None, ox.NamedNode(CG + name), None)
    return {iri for quad in found if (iri := value_of(quad.subject)) in among}


def _line(iri: str, said: dict[str, dict[Term, None]], read: dict[str, dict[str, set[str]]]) -> Line:
    one = {name: min(map(value_of, said[name])) if name in said else "" for name in _ABOUT}
    ends, dates = [], []
    for name, terms in said.items():
        if name in _PLACES:
            ends += [End(CG + name, term) for term in terms]
        elif name in DATE_KEYS:
            nodes = [value_of(term) for term in terms if isinstance(term, ox.NamedNode)]
            dates += [(name, Date(*(min(read[key].get(node, ("",))) for key in _DATE))) for node in nodes]
    if len(ends) > 1:
        ends.sort(key=lambda end: (_PLACES[end.name], str(end.term)))
    return Line(iri, one["reading"], one["status"], one["source"], tuple(ends), tuple(sorted(dates, key=str)))
