"""Invariants of the ontology: one owl:Ontology, three languages, alignments, OWL 2 RL, no term without a use."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from citygraph.build import ontology
from citygraph.files import resource
from citygraph.owl.rules import compile_rules
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, DCTERMS, ID, LANGUAGES, OWL, RDF, RDFS, SKOS, TYPE, XSD, context, term_of_key

TRIPLES = ontology()
ONTOLOGY = "https://w3id.org/citygraph/ontology"
KINDS = {OWL + "Class", OWL + "ObjectProperty", OWL + "DatatypeProperty"}
TERMS = sorted({t.subject.value for t in TRIPLES if t.predicate.value == TYPE and t.object.value in KINDS})  # type: ignore[union-attr]


def values(subject: str, predicate: str) -> list[ox.NamedNode | ox.Literal]:
    return [t.object for t in TRIPLES if t.subject == ox.NamedNode(subject) and t.predicate.value == predicate]  # type: ignore[misc]


def test_one_ontology_with_version_licence_and_policy() -> None:
    found = [t.subject for t in TRIPLES if t.object == ox.NamedNode(OWL + "Ontology")]
    assert found == [ox.NamedNode(ONTOLOGY)]
    (version,), (info,) = values(ONTOLOGY, OWL + "versionIRI"), values(ONTOLOGY, OWL + "versionInfo")
    assert version.value == f"{ONTOLOGY}/{info.value}"
    assert values(ONTOLOGY, DCTERMS + "license")[0].value == "https://creativecommons.org/licenses/by/4.0/"
    assert "owl:deprecated" in values(ONTOLOGY, SKOS + "editorialNote")[0].value


@pytest.mark.parametrize("term", TERMS, ids=lambda iri: iri.rpartition("#")[2])
def test_label_and_definition_in_each_language(term: str) -> None:
    for predicate in (RDFS + "label", SKOS + "definition"):
        languages = [v.language for v in values(term, predicate) if isinstance(v, ox.Literal)]
        assert sorted(str(language) for language in languages) == sorted(LANGUAGES)
    assert term.startswith(CG)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_terms_share_a_label(language: str) -> None:
    labels = [
        (v.value, t.rpartition("#")[2][0].isupper())
        for t in TERMS
        for v in values(t, RDFS + "label")
        if isinstance(v, ox.Literal) and v.language == language
    ]
    twice = {label for label in labels if labels.count(label) > 1}
    assert not twice


def test_it_is_small() -> None:
    classes = [t for t in TERMS if t.rpartition("#")[2][0].isupper()]
    assert len(classes) <= 29
    assert len(TERMS) - len(classes) <= 86


@pytest.mark.parametrize(
    "vocabulary",
    ["http://www.w3.org/ns/org#", "http://www.w3.org/ns/prov#", "http://www.w3.org/ns/oa#", SKOS, "http://schema.org/"],
)
def test_aligned(vocabulary: str) -> None:
    above = {t.object.value for t in TRIPLES if t.predicate.value in (RDFS + "subClassOf", RDFS + "subPropertyOf")}  # type: ignore[union-attr]
    assert any(iri.startswith(vocabulary) for iri in above)


def test_inside_owl_2_rl() -> None:
    """Only axioms of the profile (W3C, OWL 2 Profiles, 4.2) between named terms; the compiler knows no others."""
    assert compile_rules(TRIPLES)
    used = {t.predicate.value for t in TRIPLES if t.predicate.value.startswith(OWL)}
    assert used <= {OWL + n for n in ("inverseOf", "propertyChainAxiom", "versionIRI", "versionInfo")}
    listed = {XSD + name for name in ("string", "integer", "decimal")}
    ranges = {value_of(t.object) for t in TRIPLES if t.predicate.value == RDFS + "range"}
    literal = {iri for iri in ranges if iri.startswith((XSD, "http://id.loc.gov/"))}
    assert literal <= listed  # of the datatypes of the profile those that are used; it has no xsd:date
    declared = {t.subject.value for t in TRIPLES if t.object == ox.NamedNode(OWL + "AnnotationProperty")}  # type: ignore[union-attr]
    known = {OWL + n for n in ("inverseOf", "propertyChainAxiom", "versionIRI", "versionInfo")} | {RDFS + "label"}
    known |= {RDFS + n for n in ("domain", "range", "subClassOf", "subPropertyOf")} | {
        TYPE,
        RDF + "first",
        RDF + "rest",
    }
    assert {t.predicate.value for t in TRIPLES} - known <= declared
    types = {t.object.value for t in TRIPLES if t.predicate.value == TYPE}  # type: ignore[union-attr]
    assert types - KINDS <= {
        OWL + n for n in ("Ontology", "AnnotationProperty", "TransitiveProperty", "SymmetricProperty")
    }
    lists = [t.subject for t in TRIPLES if isinstance(t.subject, ox.BlankNode)]
    assert len(lists) % 2 == 0  # blank nodes hold the lists of chains and nothing else


def test_every_term_is_used(dist: Path) -> None:
    """By data, a shape, a query, or another axiom that data reaches (the ends of short cuts)."""
    texts = [path.read_text("utf-8") for path in dist.glob("citygraph*.ttl")]
    texts += [path.read_text("utf-8") for path in resource("ontology/shapes").glob("*.ttl")]
    texts += [path.read_text("utf-8") for path in resource("queries").glob("*.rq")]
    used = {name for text in texts for name in re.findall(r"\bcg:([A-Za-z]+)", text)}
    assert {term.rpartition("#")[2] for term in TERMS} - used == set()


def test_nothing_is_used_that_is_not_defined() -> None:
    texts = [path.read_text("utf-8") for path in resource("ontology/shapes").glob("*.ttl")]
    texts += [path.read_text("utf-8") for path in resource("queries").glob("*.rq")]
    texts.append(resource("ontology/themes.ttl").read_text("utf-8"))
    used = {CG + name for text in texts for name in re.findall(r"\bcg:([A-Za-z]+)", text)}
    used |= {iri for iri in term_of_key().values() if iri.startswith(CG)}
    assert used <= set(TERMS)


def test_context_speaks_of_every_term() -> None:
    assert {iri for iri in term_of_key().values() if iri.startswith(CG)} == set(TERMS)
    assert context()["@base"] == ID


def test_concepts_have_a_name_in_each_language() -> None:
    themes = list(ox.parse(path=resource("ontology/themes.ttl")))
    schemes = {q.subject for q in themes if q.object == ox.NamedNode(SKOS + "ConceptScheme")}
    concepts = {q.subject for q in themes} - schemes
    assert len(concepts) > 10
    for concept in concepts:
        names = [q.object for q in themes if q.subject == concept and q.predicate.value == SKOS + "prefLabel"]
        assert sorted(str(n.language) for n in names if isinstance(n, ox.Literal)) == sorted(LANGUAGES)
