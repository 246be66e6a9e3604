"""The one order of every file, by numbers: a quad is made of the places of its terms, as a date of year, month and day.

A large release has many more quads than terms: here each term is kept once, and what is asked of it is asked once.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from citygraph.quads import value_of
from citygraph.sheets import CLAIM_TYPES
from citygraph.vocabulary import CG, TYPE, context, key_of_term, owner

#: Kinds of subjects in the order in which files list them.
KINDS = ["Source", "City", "Network", "Organisation", "Place", *CLAIM_TYPES]

Kinds = dict[str, str]
Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
Subject = ox.NamedNode | ox.BlankNode | ox.Triple
Object = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
#: What a graph says of a subject: the places of graph and subject, and those of predicate and object of each statement.
Node = tuple[int, int, list[tuple[int, int]]]


def kinds_of(quads: Iterable[ox.Quad]) -> Kinds:
    """The kind of each subject that has one of KINDS as its type."""
    a = ox.NamedNode(TYPE)
    found = ((value_of(q.subject), value_of(q.object).removeprefix(CG)) for q in quads if q.predicate == a)
    return {subject: kind for subject, kind in found if kind in KINDS}


@dataclass(frozen=True)
class Ordered:
    """Sorted quads, as numbers, and their sorted terms."""

    graphs: Sequence[Graph]
    subjects: Sequence[Subject]
    predicates: Sequence[ox.NamedNode]
    objects: Sequence[Object]
    numbers: Sequence[int]

    def __or__(self, other: Ordered) -> Ordered:
        """These quads and those of another part of the same `ordered_parts`."""
        both = sorted([*self.numbers, *other.numbers])  # two sorted runs, merged in linear time
        return replace(self, numbers=[number for number, _ in groupby(both)])

    def without_graphs(self) -> Ordered:
        """All in the default graph: what two graphs both say stands in it once."""
        size = len(self.subjects) * len(self.predicates) * len(self.objects)
        return replace(self, graphs=[ox.DefaultGraph()], numbers=sorted({number % size for number in self.numbers}))

    def nodes(self) -> Iterator[Node]:
        """What is said, by graph and subject."""
        last = len(self.objects)
        size = len(self.predicates) * last
        for about, numbers in groupby(self.numbers, key=lambda number: number // size):
            graph, subject = divmod(about, len(self.subjects))
            yield graph, subject, [divmod(number % size, last) for number in numbers]

    def terms(self) -> Iterator[Subject | Object]:
        """The subjects, predicates and objects that occur."""
        last = len(self.objects)
        size = len(self.predicates) * last
        yield from map(self.subjects.__getitem__, {number // size % len(self.subjects) for number in self.numbers})
        yield from map(self.predicates.__getitem__, {number % size // last for number in self.numbers})
        yield from map(self.objects.__getitem__, {number % last for number in self.numbers})

    def lines(self) -> Iterator[str]:
        """N-Quads, a sorted line a quad.

        Lines sort by the texts of their terms in turn: where one text begins another, the other goes on with what sorts
        above the space that ends the first.
        """
        texts = [{f"{t} ": at for at, t in enumerate(some)} for some in (self.subjects, self.predicates, self.objects)]
        texts.append({"" if isinstance(t, ox.DefaultGraph) else f"{t} ": at for at, t in enumerate(self.graphs)})
        (subjects, predicates, objects, graphs), (in_s, in_p, in_o, in_g) = _arranged(texts, [None] * 4)
        numbers = [in_s[s] + in_p[p] + in_o[o] + in_g[g] for g, s, said in self.nodes() for p, o in said]
        numbers.sort()
        for number in numbers:
            rest, g = divmod(number, len(graphs))
            rest, o = divmod(rest, len(objects))
            s, p = divmod(rest, len(predicates))
            yield f"{subjects[s]}{predicates[p]}{objects[o]}{graphs[g]}.\n"


def ordered(quads: Iterable[ox.Quad], kinds: Kinds) -> Ordered:
    """Quads by graph, kind, subject (a claim's parts below it), predicate, object; each once."""
    return ordered_parts([quads], kinds)[0]


def ordered_parts(parts: Iterable[Iterable[ox.Quad]], kinds: Kinds) -> list[Ordered]:
    """Several collections of quads in the order of `ordered`, over the same terms."""
    graphs: dict[Any, int] = {}
    subjects: dict[Any, int] = {}
    predicates: dict[Any, int] = {}
    objects: dict[Any, int] = {}
    read = []
    for part in parts:
        columns = [array("I") for _ in range(4)]
        add_g, add_s, add_p, add_o = (column.append for column in columns)
        for s, p, o, g in part:
            add_g(graphs.setdefault(g, len(graphs)))
            add_s(subjects.setdefault(s, len(subjects)))
            add_p(predicates.setdefault(p, len(predicates)))
            add_o(objects.setdefault(o, len(objects)))
        read.append(columns)
    tables = [graphs, subjects, predicates, objects]
    keys: list[Callable[[Any], Any]] = [value_of, _by_subject(kinds), _by_predicate(), str]
    (by_g, by_s, by_p, by_o), (in_g, in_s, in_p, in_o) = _arranged(tables, keys)
    return [
        Ordered(
            by_g, by_s, by_p, by_o,
            sorted({in_g[g] + in_s[s] + in_p[p] + in_o[o] for g, s, p, o in zip(*columns, strict=True)}),
        )
        for columns in read
    ]  # fmt: skip


def _arranged(
    tables: Sequence[Mapping[Any, int]], keys: Sequence[Callable[[Any], Any] | None]
) -> tuple[list[list[Any]], list[list[int]]]:
    """The sorted terms of each table; and for the number of each term its place times the size of all tables after."""
    terms = [sorted(table, key=key) for table, key in zip(tables, keys, strict=True)]
    weights, weight = [], 1
    for table, some in zip(reversed(tables), reversed(terms), strict=True):
        places = [0] * len(some)
        for place, term in enumerate(some):
            places[table[term]] = place * weight
        weights.append(places)
        weight *= len(some)
    return terms, weights[::-1]


def _by_subject(kinds: Kinds) -> Callable[[Subject], tuple[int, str, str]]:
    ranks = {kind: rank for rank, kind in enumerate(KINDS)}

    def key(term: Subject) -> tuple[int, str, str]:
        iri = value_of(term)
        about = owner(iri)
        return ranks.get(kinds.get(about, ""), len(ranks)), about, iri

    return key


def _by_predicate() -> Callable[[ox.NamedNode], tuple[bool, int, str]]:
    keys = {key: rank for rank, key in enumerate(context())}

    def key(term: ox.NamedNode) -> tuple[bool, int, str]:
        iri = term.value
        return iri != TYPE, keys.get(key_of_term().get(iri, ""), len(keys)), iri

    return key
