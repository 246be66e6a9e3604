"""What a page tells of a thing, a claim or a source: its names, facts, claims and words, gathered from the graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from citygraph.owl.reason import INFERRED
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, DCTERMS, SKOS, TYPE, shorten
from citygraph.web import lookup
from citygraph.web.lookup import Claim
from citygraph.web.shown import Cell, cell
from citygraph.web.site import Site

#: Facts that are read, values of one property and claims that one page shows.
_FACTS, _VALUES, CLAIMS = 2000, 25, 50
#: What stands in the head of a page, and what its claims tell in full.
_HEAD = {TYPE, SKOS + "prefLabel", DCTERMS + "title", CG + "evidence", CG + "context", CG + "note"}

#: The ends of claims, in the order in which a sentence would name them.
_ENDS = [
    CG + name
    for name in (
        "member", "party", "coordinator", "backer", "liaison", "founder", "participant", "city", "part", "network",
        "whole", "twin", "successor",
    )
]  # fmt: skip


@dataclass(frozen=True)
class Value:
    """An object of a fact: as it is shown, a date as it is written, and whether it follows by rule."""

    cell: Cell
    inferred: bool


@dataclass
class Fact:
    """A property with its values, of which `more` are not shown."""

    name: Cell
    values: list[Value] = field(default_factory=list)
    more: int = 0


@dataclass(frozen=True)
class Shown:
    """A claim as it is shown; `kind` is what it rests on."""

    claim: Claim
    title: str
    source: Cell
    ends: list[tuple[str, Cell]]

    @property
    def kind(self) -> str:
        """What its words are: a quote, a row of a table, or a reference."""
        kinds = {piece.kind for piece in self.claim.words}
        return next((kind for kind in ("quote", "row", "reference") if kind in kinds), "evidence")


@dataclass(frozen=True)
class Thing:
    """All that a page tells."""

    iri: str
    title: str
    key: str
    types: list[Cell]
    names: list[Cell]
    facts: list[Fact]
    own: Shown | None
    claims: list[Shown]
    total: int


async def gather(site: Site, iri: str, start: int = 0) -> Thing | None:
    """What is told of an IRI, its claims from number `start` on; None where nothing is."""
    node = ox.NamedNode(iri)
    told = await lookup.rows(
        site,
        f"SELECT ?p ?o ?g ?edtf WHERE {{ GRAPH ?g {{ {node} ?p ?o }} OPTIONAL {{ ?o <{CG}edtf> ?edtf }} }}"
        f" ORDER BY ?p ?o ?g LIMIT {_FACTS}",
    )
    if not told:
        return None
    count = f"SELECT (COUNT(DISTINCT ?c) AS ?n) WHERE {{ ?c ?p {node} ; <{CG}reading> ?r }}"
    total = int(value_of((await lookup.rows(site, count))[0]["n"]))
    about = f"SELECT DISTINCT ?c WHERE {{ ?c ?p {node} ; <{CG}reading> ?r }} ORDER BY ?c LIMIT {CLAIMS} OFFSET {start}"
    listed = [value_of(row["c"]) for row in await lookup.rows(site, about)] if total else []
    itself = [iri] if iri.startswith(CLAIM) else []
    claims = await lookup.claims(site, [*itself, *listed])
    names = await lookup.labels(site, {*_iris(told), *named(claims.values())})
    views = {one: shown(claim, names) for one, claim in claims.items()}
    own = views.get(iri)
    labels = [row["o"] for row in told if value_of(row["p"]) in (SKOS + "prefLabel", DCTERMS + "title")]
    classes = [row["o"] for row in told if value_of(row["p"]) == TYPE]
    ours = [one for one in classes if value_of(one).startswith(CG)]
    types = [cell(one, names) for one in ours or classes]
    return Thing(
        iri,
        own.title if own else names.get(iri) or (await lookup.labels(site, [iri])).get(iri) or shorten(iri),
        shorten(iri),
        list(dict.fromkeys(types)),
        list(dict.fromkeys(cell(label, {}) for label in labels)),
        _facts(told, names),
        own,
        [views[one] for one in listed if one in views],
        total,
    )


def shown(claim: Claim, names: dict[str, str]) -> Shown:
    """A claim with names in the place of IRIs."""
    ordered = sorted(claim.ends, key=lambda end: _ENDS.index(end[0]) if end[0] in _ENDS else len(_ENDS))
    ends = [
        (names.get(predicate) or shorten(predicate), Cell(written) if written else cell(term, names))
        for predicate, term, written in ordered
    ]
    source = cell(ox.NamedNode(claim.source), names) if claim.source else Cell("")
    kind = names.get(claim.type) or shorten(claim.type)
    things = [one.text for (predicate, *_), (_, one) in zip(ordered, ends, strict=True) if predicate in _ENDS]
    return Shown(claim, f"{kind}: {' · '.join(things)}" if things else kind, source, ends)


def named(claims: Iterable[Claim]) -> set[str]:
    """The IRIs that claims name."""
    found: set[str] = set()
    for claim in claims:
        found |= {claim.type, claim.source}
        for predicate, term, _ in claim.ends:
            found |= {predicate, value_of(term)} if isinstance(term, ox.NamedNode) else {predicate}
    return found - {""}


def _iris(rows: Iterable[Any]) -> set[str]:
    return {value_of(row[name]) for row in rows for name in ("p", "o") if isinstance(row[name], ox.NamedNode)}


def _facts(told: Iterable[Any], names: dict[str, str]) -> list[Fact]:
    """The facts by property, a triple that a source states and that also follows told once."""
    stated: dict[str, dict[tuple[Any, str], bool]] = {}
    for row in told:
        predicate = value_of(row["p"])
        if predicate not in _HEAD:
            values = stated.setdefault(predicate, {})
            key = row["o"], value_of(row["edtf"]) if row["edtf"] else ""
            values[key] = values.get(key, True) and value_of(row["g"]) == INFERRED
    facts = []
    for predicate, values in stated.items():
        every = [
            Value(Cell(written) if written else cell(term, names), inferred)
            for (term, written), inferred in values.items()
        ]
        facts.append(Fact(cell(ox.NamedNode(predicate), names), every[:_VALUES], len(every[_VALUES:])))
    return sorted(facts, key=lambda fact: fact.name.text.casefold())
