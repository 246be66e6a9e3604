"""What follows: the OWL 2 RL closure by owlrl, its noise left out."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from citygraph.quads import value_of
from citygraph.rules import Triple
from citygraph.vocabulary import GRAPH, ID, OWL, RDFS, TYPE

INFERRED = GRAPH + "inferred"


def triples_of(quads: Iterable[ox.Quad]) -> set[Triple]:
    """The triples between IRIs, as strings: all that any rule here works on."""
    named = ox.NamedNode
    return {
        (value_of(quad.subject), value_of(quad.predicate), value_of(quad.object))
        for quad in quads
        if isinstance(quad.object, named) and isinstance(quad.subject, named)
    }


def infer(asserted: set[Triple], ontology: Iterable[ox.Triple]) -> set[Triple]:
    """What owlrl adds to `asserted` by the ontology, about our own resources.

    Literals stay out: owlrl makes them subjects, which is not RDF, and leaving them out halves its time.
    """
    import owlrl
    import rdflib

    from citygraph.terms import to_graph

    graph = to_graph(triple for triple in ontology if not isinstance(triple.object, ox.Literal))
    iri = {text: rdflib.URIRef(text) for triple in asserted for text in triple}
    for s, p, o in asserted:
        graph.add((iri[s], iri[p], iri[o]))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    closed = {
        (str(s), str(p), str(o))
        for s, p, o in graph
        if isinstance(s, rdflib.URIRef) and isinstance(p, rdflib.URIRef) and isinstance(o, rdflib.URIRef)
    }
    return {triple for triple in closed if worthwhile(triple)} - asserted


def worthwhile(triple: Triple) -> bool:
    """Whether a triple is about one of our resources and says more than that it is a thing equal to itself."""
    s, p, o = triple
    if not s.startswith(ID) or p.startswith((OWL, RDFS)):
        return False
    return p != TYPE or not o.startswith((OWL, RDFS))


def inferred_quads(inferred: Iterable[Triple]) -> list[ox.Quad]:
    """Inferred triples in their named graph, sorted."""
    node, graph = ox.NamedNode, ox.NamedNode(INFERRED)
    return [ox.Quad(node(s), node(p), node(o), graph) for s, p, o in sorted(inferred)]
