"""Triples indexed for validation: by predicate, as columns sorted by subject, with the instances of each class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pyoxigraph as ox

from citygraph.rdf.columns import Columns, Mask, Numbers
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import RDFS, TYPE

#: Subjects and objects, a place a pair.
Pairs = tuple[Numbers, Numbers]
Keys = npt.NDArray[np.int64]


class Index:
    """What a validator asks of a graph: the pairs of a predicate, the instances of a class. Terms are numbers."""

    def __init__(self, columns: Columns, ontology: Iterable[ox.Triple] = ()) -> None:
        """Index the triples of `columns`, whatever their graph; the subclasses that `ontology` states count for
        instances, nothing else of it."""
        self.terms = columns.terms
        self.size = len(columns.terms.texts)
        count = np.bincount(columns.p, minlength=self.size)
        #: Every predicate of the graph.
        self.predicates = np.flatnonzero(count)
        rank = np.zeros(self.size, np.min_scalar_type(len(self.predicates)))
        rank[self.predicates] = np.arange(len(self.predicates))
        order = np.argsort(rank[columns.p], kind="stable")
        self._subjects, self._objects = columns.s[order], columns.o[order]
        ends = np.cumsum(count[self.predicates]).tolist()
        self._places = dict(zip(self.predicates.tolist(), zip([0, *ends], ends, strict=False), strict=True))
        self._pairs: dict[int, Pairs] = {}
        self._above: dict[str, set[str]] = defaultdict(set)
        for triple in ontology:
            if value_of(triple.predicate) == RDFS + "subClassOf":
                self._above[value_of(triple.object)].add(value_of(triple.subject))
        self._instances: dict[str, Numbers] = {}

    def pairs(self, predicate: int) -> Pairs:
        """The subjects and objects of a predicate, each pair once, sorted."""
        found = self._pairs.get(predicate)
        if found is None:
            start, end = self._places.get(predicate, (0, 0))
            found = self._pairs[predicate] = unique_pairs(self._subjects[start:end], self._objects[start:end])
        return found

    def instances(self, name: str) -> Numbers:
        """The subjects that are of a class or of one below it, sorted."""
        found = self._instances.get(name)
        if found is None:
            subjects, classes = self.pairs(self.terms.find(TYPE))
            wanted = [number for each in _closure(name, self._above) if (number := self.terms.find(each)) >= 0]
            found = self._instances[name] = self.distinct(subjects[self.table(wanted)[classes]])
        return found

    def table(self, numbers: Numbers | list[int]) -> Mask:
        """Whether each term of the graph is among `numbers`."""
        table = np.zeros(self.size, dtype=bool)
        table[numbers] = True
        return table

    def distinct(self, numbers: Numbers) -> Numbers:
        """Each number once, sorted."""
        return np.flatnonzero(self.table(numbers)).astype(np.int32)


def keys_of(first: Numbers, second: Numbers) -> Keys:
    """Pairs of numbers as one number each, in the same order."""
    return first.astype(np.int64) << 32 | second


def unique_pairs(first: Numbers, second: Numbers) -> Pairs:
    """Each pair once, sorted."""
    keys = keys_of(first, second)
    keys.sort(kind="stable")  # they come in sorted runs, a run a graph
    if len(keys):
        keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))]
    return (keys >> 32).astype(np.int32), keys.astype(np.int32)


def _closure(name: str, below: Mapping[str, set[str]]) -> set[str]:
    found, todo = {name}, [name]
    while todo:
        new = below.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found
