"""What follows: the OWL 2 RL closure by owlrl, its noise left out."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from citygraph.owl.rules import Triple
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import GRAPH, ID, OWL, RDF, RDFS, TYPE

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

    Literals stay out: owlrl makes them subjects, which is not RDF, and leaving them out halves its time. So do
    annotations of the ontology and properties that no axiom speaks of: nothing follows from them here.
    """
    import owlrl
    import rdflib

    from citygraph.rdf.terms import to_graph

    logic = (RDF, RDFS + "sub", RDFS + "domain", RDFS + "range", OWL + "inverseOf", OWL + "propertyChain")
    axioms = [t for t in ontology if value_of(t.predicate).startswith(logic)]
    spoken = {value_of(t.subject) for t in axioms} | {value_of(t.object) for t in axioms} | {TYPE}
    graph = to_graph(axioms)
    for s, p, o in asserted:
        if p in spoken:
            graph.add((rdflib.URIRef(s), rdflib.URIRef(p), rdflib.URIRef(o)))
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
