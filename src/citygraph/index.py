"""Triples indexed for validation: by predicate and subject, with the instances of each class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox

from citygraph.quads import value_of
from citygraph.vocabulary import RDFS, TYPE

#: An IRI as a string, a literal as pyoxigraph's.
Term = str | ox.Literal


class Index:
    """What a validator asks of a graph: the values of a path, the instances of a class."""

    def __init__(self, triples: Iterable[ox.Triple | ox.Quad], ontology: Iterable[ox.Triple] = ()) -> None:
        """Index `triples`; the subclasses that `ontology` states count for instances, nothing else of it."""
        self.predicates: dict[str, dict[str, list[Term]]] = defaultdict(dict)
        # Each term once: a graph of tables has ten triples for every term, and a new object in each of its places.
        once: dict[Any, Any] = {}
        self.triples = {
            tuple(once.setdefault(each, each) for each in (t.subject, t.predicate, t.object)) for t in triples
        }
        iris = {term: value_of(term) for term in once if not isinstance(term, ox.Literal)}
        predicates = self.predicates
        for subject, predicate, value in self.triples:
            predicates[iris[predicate]].setdefault(iris[subject], []).append(iris.get(value, value))
        above: dict[str, set[str]] = defaultdict(set)
        for triple in ontology:
            if value_of(triple.predicate) == RDFS + "subClassOf":
                above[value_of(triple.subject)].add(value_of(triple.object))
        self._members: dict[str, set[str]] = defaultdict(set)
        superclasses: dict[str, set[str]] = {}
        for subject_iri, classes in predicates.get(TYPE, {}).items():
            for name in classes:
                if isinstance(name, str):
                    if name not in superclasses:
                        superclasses[name] = _closure(name, above)
                    for each in superclasses[name]:
                        self._members[each].add(subject_iri)

    def values(self, predicate: str, subject: str) -> list[Term]:
        """The objects of a subject's statements with a predicate."""
        return self.predicates.get(predicate, _NOTHING).get(subject, [])

    def instances(self, name: str) -> set[str]:
        """The subjects that are of a class or of one below it."""
        return self._members.get(name, set())

    def store(self) -> ox.Store:
        """The triples as a store, for SPARQL."""
        store = ox.Store()
        store.bulk_extend(ox.Quad(*triple) for triple in self.triples)
        return store


_NOTHING: dict[str, list[Term]] = {}


def _closure(name: str, above: Mapping[str, set[str]]) -> set[str]:
    found, todo = {name}, [name]
    while todo:
        new = above.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found
