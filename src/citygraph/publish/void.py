"""What is in a release, counted, by the Vocabulary of Interlinked Datasets."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyoxigraph as ox

from citygraph.owl.reason import INFERRED
from citygraph.publish.edition import About, Edition, FileFacts, Partition, Survey
from citygraph.publish.statements import Statements, Value, date, text, texts, typed
from citygraph.rdf.turtle import space
from citygraph.vocabulary import CLAIM, GRAPH, ID, shorten

#: W3C's names of the formats that a release is dumped in, by media type.
_FEATURES = {
    "text/turtle": "Turtle",
    "application/trig": "TriG",
    "application/n-quads": "N-Quads",
    "application/ld+json": "JSON-LD",
}
#: What holds the graph, as it is and compressed; the other files describe it or are parts of it.
_DUMPS = ("citygraph.", "citygraph-inferred.")
_INFERRED = "citygraph-inferred.ttl"
#: Graphs that are no source's.
_TITLES = {
    INFERRED: "What follows by rule",
    GRAPH + "registry": "The registry of things",
    GRAPH + "themes": "Concepts",
}


def void(about: About, edition: Edition, survey: Survey, files: Sequence[FileFacts]) -> list[ox.Triple]:
    """The dataset with its counts, its classes and properties, its sources' graphs and its links to other datasets.

    Nodes are named by what they count and not by where they stand, so that they keep their names from release to
    release. Every subject has an IRI: there are as many entities as subjects.
    """
    out = Statements()
    dumps = [file for file in files if not file.source and file.name.startswith(_DUMPS)]
    formats = sorted({_FEATURES[file.media] for file in dumps if file.media in _FEATURES})
    out.node(
        f"{edition.home}void",
        "void:DatasetDescription",
        dcterms_title=text("What is in citygraph, counted", "en"),
        dcterms_issued=date(edition.date),
        foaf_primaryTopic=edition.dataset,
    )
    out.node(
        edition.dataset,
        "void:Dataset",
        dcterms_title=texts(about.title),
        dcterms_description=texts(about.description),
        dcterms_license=about.licence,
        dcterms_modified=date(edition.date),
        foaf_homepage=about.homepage,
        void_triples=_number(survey.triples),
        void_entities=_number(survey.subjects),
        void_classes=_number(len(survey.classes)),
        void_properties=_number(len(survey.properties)),
        void_distinctSubjects=_number(survey.subjects),
        void_distinctObjects=_number(survey.objects),
        void_uriSpace=text(ID),
        void_vocabulary=sorted({space(f"<{part.iri}>")[1:] for part in (*survey.classes, *survey.properties)}),
        void_exampleResource=[ID + source.key for source in survey.sources if source.claims][:3],
        void_sparqlEndpoint=edition.endpoint,
        void_dataDump=[edition.url(file.name) for file in dumps],
        void_feature=["http://www.w3.org/ns/formats/" + name for name in formats],
        void_classPartition=_parts(out, edition, "class", "entities", survey.classes),
        void_propertyPartition=_parts(out, edition, "property", "triples", survey.properties),
        void_subset=[*_graphs(out, edition, survey, files), *_links(out, edition, survey)],
    )
    return out.triples


def _number(count: int) -> Value:
    return typed(count, "xsd:integer")


def _name(edition: Edition, *parts: str) -> str:
    """A node's IRI by what it is of."""
    return f"{edition.home}void#" + "-".join(
        re.sub(r"[^\w.:~-]+", "-", re.sub(r"^https?://", "", shorten(part))).strip("-") for part in parts
    )


def _parts(out: Statements, edition: Edition, kind: str, counted: str, parts: Sequence[Partition]) -> list[Value]:
    """The instances of each class, or the triples of each property."""
    nodes: list[Value] = []
    for part in parts:
        node = out.node(_name(edition, kind, part.iri), "void:Dataset")
        out.say(node, f"void:{kind}", part.iri)
        out.say(node, f"void:{counted}", _number(part.number))
        nodes.append(node)
    return nodes


def _graphs(out: Statements, edition: Edition, survey: Survey, files: Sequence[FileFacts]) -> list[Value]:
    """The named graph of each source, and those that are ours: registry, concepts, and what follows by rule."""
    nodes: list[Value] = []
    for source in survey.sources:
        if source.graph:
            node = out.node(
                _name(edition, "graph", source.key),
                "void:Dataset",
                rdf_type="sd:NamedGraph",
                sd_name=source.graph,
                dcterms_title=text(source.title, source.language),
                dcterms_license=source.licence,
                dcterms_source=edition.of(source),
                void_triples=_number(source.triples),
                void_uriSpace=text(f"{CLAIM}{source.key}/") if any(source.claims.values()) else "",
                void_dataDump=[
                    edition.url(file.name)
                    for file in files
                    if file.source == source.key and file.format == "RDF_TURTLE"
                ],
            )
            nodes.append(node)
    for graph in survey.graphs:
        key = graph.iri.removeprefix(GRAPH)
        node = out.node(
            _name(edition, "graph", key),
            "void:Dataset",
            rdf_type="sd:NamedGraph",
            sd_name=graph.iri,
            dcterms_title=text(_TITLES.get(graph.iri, key), "en"),
            void_triples=_number(graph.number),
            void_dataDump=[
                edition.url(file.name) for file in files if file.name == _INFERRED and graph.iri == INFERRED
            ],
        )
        nodes.append(node)
    return nodes


def _links(out: Statements, edition: Edition, survey: Survey) -> list[Value]:
    """The links to each other dataset, by predicate."""
    nodes: list[Value] = []
    for link in survey.links:
        target = out.node(_name(edition, "target", link.target), "void:Dataset", void_uriSpace=text(link.target))
        node = out.node(
            _name(edition, "links", link.predicate, link.target),
            "void:Linkset",
            void_linkPredicate=link.predicate,
            void_subjectsTarget=edition.dataset,
            void_objectsTarget=target,
            void_triples=_number(link.number),
        )
        nodes.append(node)
    return nodes
