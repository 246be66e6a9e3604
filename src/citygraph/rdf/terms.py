"""Terms between pyoxigraph, which reads and writes files, and rdflib, on which owlrl and pySHACL work."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox
import rdflib
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node


@contextlib.contextmanager
def unlogged() -> Iterator[None]:
    """Without rdflib's log of each ill-typed literal with its traceback: sh:datatype reports it with its line."""
    log = logging.getLogger("rdflib.term")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def to_rdflib(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    """The rdflib term of a pyoxigraph term; raises TypeError with its repr for a kind that data never holds."""
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        datatype = term.datatype.value
        if datatype == "http://www.w3.org/2001/XMLSchema#string":
            return rdflib.Literal(term.value)
        return rdflib.Literal(term.value, datatype=rdflib.URIRef(datatype), normalize=False)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    raise TypeError(f"not a term of RDF 1.1: {term!r}")


class RememberingGraph(rdflib.Graph):
    """A graph that parses each query text once. pySHACL asks the same one again for every focus node, and parsing is
    most of the time that takes."""

    def query(self, query_object: Any, *args: Any, **options: Any) -> Any:
        """As rdflib.Graph.query, a text prepared at its first use."""
        if isinstance(query_object, str):
            prepared: dict[str, Query] = self.__dict__.setdefault("_prepared", {})
            if query_object not in prepared:
                prepared[query_object] = prepareQuery(query_object, initNs=dict(self.namespaces()))
            query_object = prepared[query_object]
        return super().query(query_object, *args, **options)


def to_graph(triples: Iterable[ox.Triple | ox.Quad]) -> RememberingGraph:
    """An rdflib Graph of triples or of quads without their graph names."""
    graph = RememberingGraph()
    for triple in triples:
        graph.add((to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object)))
    return graph
