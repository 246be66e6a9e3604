"""What each source contributes, row by row and in numbers, and what is wrong in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyoxigraph as ox

from citygraph.pages.beside import Beside, Finding
from citygraph.pages.claims import TYPES
from citygraph.pages.reader import KINDS
from citygraph.pages.told import ROWS, Row, Told, home_of
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, ID, TYPE, owner

_GRAVE = ("violation", "warning", "info")
#: Ends of a row's claims that its line names.
_SHOWN = {
    CG + name for name in ("member", "party", "city", "coordinator", "network", "askedBy", "twin", "whole", "successor",
                           "backer", "participant")
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row of a table in short: what it lists and is about, and its claims by kind with what else they name."""

    number: int
    key: str
    iri: str
    things: tuple[str, ...]
    claims: tuple[tuple[str, int, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Place:
    """Where a defect is: a row of the table or nothing, and the thing or claim that is at fault."""

    row: Row
    focus: str


@dataclass
class Defect:
    """All that one constraint found of one gravity: how often, and the first places in order of rows."""

    severity: str
    messages: Mapping[str, str]
    places: list[Place] = field(default_factory=list)

    def message(self, language: str) -> tuple[str, str]:
        """What is said of it in a language, else in English, else in any, with its language."""
        code = next((code for code in (language, "en", *self.messages) if code in self.messages), "")
        return self.messages.get(code, ""), code


class Sources:
    """What all sources contribute, counted once."""

    def __init__(self, told: Told, beside: Beside) -> None:
        self.told, self.reader, self.beside = told, told.reader, beside

    def prime(self) -> None:
        """Count now what pages would count when they need it."""
        self.told.prime()
        for name in ("counts", "listed", "of_rows", "things", "defects"):
            getattr(self, name)

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many claims each source makes, by type."""
        of = {claim: source for source, claims in self.told.claims.items() for claim in claims}
        found: dict[str, dict[str, set[str]]] = {}
        for kind in TYPES:
            for quad in self.reader.store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(CG + kind)):
                claim = value_of(quad.subject)
                if claim in of:
                    found.setdefault(of[claim], {}).setdefault(kind, set()).add(claim)
        return {source: {kind: len(some) for kind, some in kinds.items()} for source, kinds in found.items()}

    @cached_property
    def listed(self) -> dict[str, list[str]]:
        """The things that each row lists."""
        found: dict[str, set[str]] = {}
        for quad in self.reader.store.quads_for_pattern(None, ox.NamedNode(CG + "listedIn"), None):
            found.setdefault(value_of(quad.object), set()).add(value_of(quad.subject))
        return {row: sorted(things) for row, things in found.items()}

    @cached_property
    def of_rows(self) -> dict[str, list[str]]:
        """The claims of each row."""
        found: dict[str, list[str]] = {}
        for claim, row in sorted(self.told.row_of.items()):
            found.setdefault(row, []).append(claim)
        return found

    @cached_property
    def things(self) -> dict[str, dict[str, int]]:
        """How many things the rows of each source list, by kind."""
        found = {}
        for source, rows in self.told.rows.items():
            kinds = Counter(self.reader.kind(thing) for _, _, row in rows for thing in self.listed.get(row, ()))
            found[source] = {kind: kinds[kind] for kind in sorted(kinds, key=lambda kind: (_rank(kind, KINDS), kind))}
        return found

    @cached_property
    def defects(self) -> dict[str, list[Defect]]:
        """What is wrong in each source, the gravest first and then what is most often so."""
        rows = {row[2]: (source, row) for source, some in self.told.rows.items() for row in some}
        found: dict[str, dict[tuple[str, str, str], Defect]] = {}
        for finding in self.beside.findings:
            for source, place in self._places(finding, rows).items():
                message = finding.messages.get("en", "")
                key = finding.severity, finding.shape, message
                defect = found.setdefault(source, {}).setdefault(key, Defect(finding.severity, finding.messages))
                defect.places.append(place)
        for defects in found.values():
            for defect in defects.values():
                defect.places.sort(key=lambda place: (place.row, place.focus))
        return {source: sorted(defects.values(), key=_grave) for source, defects in found.items()}

    def _places(self, finding: Finding, rows: Mapping[str, tuple[str, Row]]) -> dict[str, Place]:
        """The place of a finding in each source that it speaks of."""
        focus = owner(finding.focus)
        if focus.startswith(CLAIM):
            of = [self.told.row_of.get(focus, "")]
            source = self.reader.one(focus, CG + "source")
        else:
            of = self.reader.values(focus, CG + "listedIn") if focus.startswith(ID) else []
            source = focus if focus in self.told.claims or focus in self.told.rows else ""
        found: dict[str, Place] = {}
        for row in of:
            if row in rows:
                found.setdefault(rows[row][0], Place(rows[row][1], focus))
        return found or ({source: Place((0, "", ""), focus)} if source else {})

    def lines(self, source: str, number: int) -> list[Line]:
        """The rows on a page of a source."""
        rows = self.told.rows.get(source, [])[(number - 1) * ROWS : number * ROWS]
        return [self._line(*row) for row in rows]

    def _line(self, number: int, key: str, iri: str) -> Line:
        listed = self.listed.get(iri, [])
        kinds: dict[str, dict[str, None]] = {}
        counted: Counter[str] = Counter()
        about = dict.fromkeys(listed)
        for claim in self.of_rows.get(iri, ()):
            kind, ends = "", dict[str, str]()
            for quad in self.reader.quads(claim):
                predicate, value = quad.predicate.value, value_of(quad.object)
                if predicate == TYPE and value.removeprefix(CG) in TYPES:
                    kind = value.removeprefix(CG)
                elif predicate in _SHOWN:
                    ends[predicate] = min(ends.get(predicate, value), value)
            counted[kind] += 1
            kinds.setdefault(kind, {}).update(dict.fromkeys(sorted(ends.values())))
            if not listed and (home := home_of(ends)):
                about[home] = None
        order = sorted(kinds, key=lambda kind: (_rank(kind, TYPES), kind))
        told = tuple((kind, counted[kind], tuple(end for end in kinds[kind] if end not in about)) for kind in order)
        return Line(number, key, iri, tuple(about), told)


def _rank(name: str, order: Sequence[str]) -> int:
    return order.index(name) if name in order else len(order)


def _grave(defect: Defect) -> tuple[int, int, str]:
    return _rank(defect.severity, _GRAVE), -len(defect.places), defect.messages.get("en", "")
