"""Quads in the order of files: the places of the terms of each packed into one number, as a date of year, month, day.

Each distinct term is looked at once, by Python; the quads, of which there are ten for a term, are sorted by numpy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from citygraph.rdf.columns import Columns, Mask, Numbers, Terms, value
from citygraph.rdf.order import KINDS, NO_KIND, predicate_key, subject_key
from citygraph.vocabulary import CG, CLAIM, TYPE

Kinds = npt.NDArray[np.uint8]
#: Quads that are written at a time, or a few more.
CHUNK = 1 << 14
_WIDEST = 63  # bits of a number that numpy sorts by itself; Python's, which have no end, are taken beyond


@dataclass(frozen=True, eq=False)
class Ordered:
    """Sorted quads over terms.

    `tables` are the sorted numbers of the terms that stand at each place of a quad, the first place first; `kinds` the
    kind of each subject, or of the claim that it is a part of; `whole` whether a subject is no part of another.
    """

    terms: Terms
    tables: tuple[Numbers, ...]
    keys: npt.NDArray[Any]
    kinds: Kinds
    whole: Mask

    def __len__(self) -> int:
        """How many quads."""
        return len(self.keys)

    def __or__(self, other: Ordered) -> Ordered:
        """These quads and those of another part of the same `ordered`."""
        return replace(self, keys=_once(np.concatenate((self.keys, other.keys))))

    def without_graphs(self) -> Ordered:
        """All in one graph: what two graphs both say stands in it once."""
        below = (1 << sum(_bits(table) for table in self.tables[1:])) - 1
        return replace(self, keys=_once(self.keys & below))

    def of_graph(self, iri: str) -> Ordered:
        """Those of one named graph; none where no quad is in it."""
        found = np.flatnonzero(self.tables[0] == self.terms.find(iri))
        if not len(found):
            return replace(self, keys=self.keys[:0])
        below = sum(_bits(table) for table in self.tables[1:])
        start, end = (np.searchsorted(self.keys, (int(found[0]) + more) << below) for more in (0, 1))
        return replace(self, keys=self.keys[start:end])

    def chunks(self) -> Iterator[tuple[Numbers, ...]]:
        """The numbers of the terms at each place, some quads at a time; what is said of a subject stays together."""
        said = _bits(self.tables[-1]) + _bits(self.tables[-2])
        start = 0
        while start < len(self):
            end = min(start + CHUNK, len(self))
            if end < len(self):
                end = int(np.searchsorted(self.keys, ((self.keys[end - 1] >> said) + 1) << said))
            yield self._columns(self.keys[start:end])
            start = end

    def used(self) -> Mask:
        """Which terms stand at any place but that of the graph."""
        used = np.zeros(len(self.terms.texts), dtype=bool)
        for columns in self.chunks():
            for column in columns[1:]:
                used[column] = True
        return used

    def by_text(self) -> Ordered:
        """The quads by the texts of subject, predicate, object and graph in turn: the order of N-Quads lines.

        So are the lines themselves sorted: where one text begins another, the other goes on with what sorts above the
        space that ends the first.
        """
        texts = self.terms.texts
        g, s, p, o = (np.array(sorted(t.tolist(), key=texts.__getitem__), dtype=np.int32) for t in self.tables)
        tables = (s, p, o, g)
        places = [_places(table, len(texts)) for table in tables]
        keys = [_packed((c[1], c[2], c[3], c[0]), tables, places) for c in self.chunks()]
        return replace(self, tables=tables, keys=np.sort(np.concatenate(keys)) if keys else self.keys)

    def _columns(self, keys: npt.NDArray[Any]) -> tuple[Numbers, ...]:
        columns = []
        for table in reversed(self.tables):
            bits = _bits(table)
            columns.append(table[(keys & ((1 << bits) - 1)).astype(np.intp)])
            keys = keys >> bits
        return tuple(reversed(columns))


def ordered(parts: Sequence[Columns], kinds: Kinds | None = None) -> list[Ordered]:
    """Columns over the same terms by graph, kind, subject (a claim's parts below it), predicate, object; each quad
    once."""
    terms = parts[0].terms
    texts = terms.texts
    kinds = np.full(len(texts), NO_KIND, dtype=np.uint8) if kinds is None else kinds
    graphs, subjects, predicates, objects = (
        _used(len(texts), [getattr(part, name) for part in parts]) for name in ("g", "s", "p", "o")
    )
    kinds, whole = _about(terms, subjects, kinds)
    iris = [value(text) if text else "" for text in map(texts.__getitem__, subjects)]
    keys = dict(zip(subjects, map(subject_key, kinds[subjects].tolist(), iris), strict=True))
    del iris
    orders = (
        sorted(graphs, key=lambda number: texts[number][1:-1]),
        sorted(subjects, key=keys.__getitem__),
        sorted(predicates, key=lambda number: predicate_key(value(texts[number]))),
        sorted(objects, key=texts.__getitem__),
    )
    del keys
    tables = tuple(np.array(order, dtype=np.int32) for order in orders)
    places = [_places(table, len(texts)) for table in tables]
    packed = (_packed((part.g, part.s, part.p, part.o), tables, places) for part in parts)
    return [Ordered(terms, tables, _once(keys), kinds, whole) for keys in packed]


def kinds_of(columns: Columns) -> Kinds:
    """The place in KINDS of each term by its type, NO_KIND for a term of no such type."""
    terms = columns.terms
    ranks = np.full(len(terms.texts), NO_KIND, dtype=np.uint8)
    for rank, kind in enumerate(KINDS):
        if (number := terms.find(CG + kind)) >= 0:
            ranks[number] = rank
    kinds = np.full(len(terms.texts), NO_KIND, dtype=np.uint8)
    typed = np.flatnonzero((columns.p == terms.find(TYPE)) & (ranks[columns.o] < NO_KIND))
    kinds[columns.s[typed]] = ranks[columns.o[typed]]  # of two kinds the last counts
    return kinds


def _about(terms: Terms, subjects: Sequence[int], kinds: Kinds) -> tuple[Kinds, Mask]:
    """The kinds, those of a claim's parts that of the claim; and which subjects are no parts."""
    found, whole = kinds.copy(), np.ones(len(kinds), dtype=bool)
    claim = "<" + CLAIM
    for number in subjects:
        text = terms.texts[number]
        if text.startswith(claim) and (dot := text.find(".", len(claim))) >= 0:
            whole[number] = False
            found[number] = kinds[at] if (at := terms.numbers.get(text[:dot] + ">")) is not None else NO_KIND
    return found, whole


def _used(size: int, columns: Sequence[Numbers]) -> list[int]:
    used = np.zeros(size, dtype=bool)
    for column in columns:
        used[column] = True
    return np.flatnonzero(used).tolist()


def _places(table: Numbers, size: int) -> Numbers:
    places = np.zeros(size, dtype=np.int32)
    places[table] = np.arange(len(table), dtype=np.int32)
    return places


def _once(keys: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Sorted, each once; numpy's own `unique` hashes numbers, which takes ten times as long for these."""
    keys = np.sort(keys)
    new = np.ones(len(keys), dtype=bool)
    new[1:] = keys[1:] != keys[:-1]
    return keys[new]


def _bits(table: Numbers) -> int:
    """How many bits the places of a table take."""
    return max(len(table) - 1, 1).bit_length()


def _packed(columns: Sequence[Numbers], tables: Sequence[Numbers], places: Sequence[Numbers]) -> npt.NDArray[Any]:
    kind = np.int64 if sum(map(_bits, tables)) <= _WIDEST else object
    keys: npt.NDArray[Any] = np.zeros(len(columns[0]), dtype=kind)
    for column, table, place in zip(columns, tables, places, strict=True):
        keys <<= _bits(table)
        keys |= place[column].astype(kind)
    return keys
