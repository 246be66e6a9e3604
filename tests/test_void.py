"""The counts of a release in VoID."""

from __future__ import annotations

from dataclasses import replace

import pyoxigraph as ox

from citygraph.publish.edition import HOME
from citygraph.publish.void import void
from citygraph.rdf.turtle import turtle_of
from citygraph.vocabulary import CG, CLAIM, GRAPH, ID, expand
from releases import ABOUT, EDITION, FILES, SURVEY

TRIPLES = void(ABOUT, EDITION, SURVEY, FILES)
PREFIX = f"PREFIX void: <{expand('void:')}> PREFIX sd: <{expand('sd:')}> PREFIX dcterms: <{expand('dcterms:')}>\n"


def asked(query: str, triples: list[ox.Triple] = TRIPLES) -> set[tuple[str, ...]]:
    """The rows of a SELECT over the description, read back from its Turtle."""
    store = ox.Store()
    store.load("".join(turtle_of(triples, "VoID")).encode(), format=ox.RdfFormat.TURTLE)
    rows = store.query(PREFIX + query)
    assert isinstance(rows, ox.QuerySolutions)
    return {tuple("" if value is None else value.value for value in row) for row in rows}


def test_the_whole_is_counted() -> None:
    names = "triples entities classes properties distinctSubjects distinctObjects"
    chosen = " ".join(f"?{name}" for name in names.split())
    pattern = " ".join(f"void:{name} ?{name} ;" for name in names.split())
    numbers = [SURVEY.triples, SURVEY.subjects, 2, 2, SURVEY.subjects, SURVEY.objects]
    assert asked(f"SELECT {chosen} {{ <{EDITION.dataset}> {pattern} }}") == {tuple(map(str, numbers))}


def test_each_class_and_property_has_its_part() -> None:
    classes = {(part.iri, str(part.number)) for part in SURVEY.classes}
    properties = {(part.iri, str(part.number)) for part in SURVEY.properties}
    assert asked("SELECT ?c ?n { [] void:classPartition [ void:class ?c ; void:entities ?n ] }") == classes
    assert asked("SELECT ?c ?n { [] void:propertyPartition [ void:property ?c ; void:triples ?n ] }") == properties


def test_each_named_graph_is_a_subset() -> None:
    found = asked(
        "SELECT ?g ?n ?d { [] void:subset ?s . ?s sd:name ?g ; void:triples ?n OPTIONAL { ?s void:dataDump ?d } }"
    )
    graphs = {
        (source.graph, str(source.triples), f"{EDITION.base}sources/{source.key}.ttl")
        for source in SURVEY.sources
        if source.graph
    }
    inferred = (GRAPH + "inferred", "1234", EDITION.base + "citygraph-inferred.ttl")
    assert found == graphs | {inferred, (GRAPH + "registry", "40", "")}
    spaces = {(CLAIM + "lahti-2012/",), (CLAIM + "gcom/",)}
    assert asked("SELECT ?u { ?s sd:name ?g ; void:uriSpace ?u }") == spaces
    asserted = void(ABOUT, EDITION, replace(SURVEY, inferred=0, graphs=()), FILES)
    assert len(asked("SELECT ?g { [] sd:name ?g }", asserted)) == len(graphs)


def test_links_to_other_datasets() -> None:
    found = asked(
        "SELECT ?p ?space ?n { [] void:subset ?l . ?l a void:Linkset ; void:linkPredicate ?p ; void:triples ?n ;"
        f" void:subjectsTarget <{EDITION.dataset}> ; void:objectsTarget [ void:uriSpace ?space ] }}"
    )
    assert found == {(link.predicate, link.target, str(link.number)) for link in SURVEY.links}


def test_where_it_is_had_and_asked() -> None:
    dumps = {(EDITION.base + name,) for name in ("citygraph.ttl", "citygraph.nq.gz", "citygraph-inferred.ttl")}
    assert asked(f"SELECT ?d {{ <{EDITION.dataset}> void:dataDump ?d }}") == dumps
    formats = {("http://www.w3.org/ns/formats/Turtle",), ("http://www.w3.org/ns/formats/N-Quads",)}
    assert asked("SELECT ?f { [] void:feature ?f }") == formats
    assert asked("SELECT ?e { [] void:sparqlEndpoint ?e }") == {(EDITION.endpoint,)}
    assert asked(f"SELECT ?u {{ <{EDITION.dataset}> void:uriSpace ?u }}") == {(ID,)}
    assert (CG,) in asked("SELECT ?v { [] void:vocabulary ?v }")
    assert asked("SELECT ?r { [] void:exampleResource ?r }") == {(ID + "lahti-2012",), (ID + "gcom",)}
    silent = void(ABOUT, replace(EDITION, endpoint=""), SURVEY, ())
    assert not asked("SELECT ?o { [] void:sparqlEndpoint|void:dataDump|void:feature ?o }", silent)


def test_every_node_has_a_name_of_its_own() -> None:
    subjects = {triple.subject for triple in TRIPLES}
    assert not [term for triple in TRIPLES for term in triple if isinstance(term, ox.BlankNode)]
    assert {ox.NamedNode(EDITION.dataset), ox.NamedNode(HOME + "void")} < subjects
    parts = 2 + 2 + 4 + 2 + 2  # classes, properties, graphs, links and what they lead to
    assert len([node for node in subjects if str(node).startswith(f"<{HOME}void#")]) == parts
    assert void(ABOUT, EDITION, SURVEY, FILES) == TRIPLES
