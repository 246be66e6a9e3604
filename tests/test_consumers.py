"""A real consumer: CKAN's DCAT extension reads the catalogue into a portal's dictionaries and writes it back."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from citygraph.publish.catalog import catalogue
from citygraph.rdf.turtle import turtle_of
from citygraph.vocabulary import expand, shorten
from conftest import ROOT
from releases import ABOUT, ARTICLE, EDITION, FILES, MAP, SURVEY, TABLE

SCRIPT = ROOT / "tests" / "consumers" / "ckan_roundtrip.py"
EU = "http://publications.europa.eu/resource/authority/"
IANA = "http://www.iana.org/assignments/media-types/"
SERVICE = EDITION.dataset + "#sparql"
DATASETS = {"": EDITION.dataset} | {source.key: EDITION.of(source) for source in (ARTICLE, TABLE, MAP)}
FILES_OF = {iri: [file for file in FILES if file.source == key] for key, iri in DATASETS.items()}
KEYWORDS = sorted(word for words in ABOUT.keywords.values() for word in words)
THEMES = sorted(EU + "data-theme/" + code for code in ABOUT.themes)

Triples = set[ox.Triple]


@dataclass(frozen=True)
class Portal:
    """Our triples, the dictionaries that CKAN stores of each dataset by IRI, and the triples that it writes."""

    ours: Triples
    stored: dict[str, dict[str, Any]]
    written: Triples


@pytest.fixture(scope="module")
def portal(consumers: Path, tmp_path_factory: pytest.TempPathFactory) -> Portal:
    folder = tmp_path_factory.mktemp("portal")
    ours = catalogue(ABOUT, EDITION, SURVEY, FILES)
    source, written = folder / "catalog.ttl", folder / "written.ttl"
    source.write_text("".join(turtle_of(ours, "Catalogue")), "utf-8", newline="\n")
    done = subprocess.run(
        [consumers, "-I", SCRIPT, source, written], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    stored = {}
    for each in json.loads(done.stdout):
        each |= {extra["key"]: extra["value"] for extra in each.pop("extras")}
        stored[each["uri"]] = each
    back = {quad.triple for quad in ox.parse(path=written, format=ox.RdfFormat.TURTLE)}
    return Portal(set(ours), stored, back)


def objects(triples: Triples, subject: str | ox.BlankNode, predicate: str) -> list[Any]:
    node = ox.NamedNode(subject) if isinstance(subject, str) else subject
    wanted = ox.NamedNode(expand(predicate))
    return [triple.object for triple in triples if triple.subject == node and triple.predicate == wanted]


def words(triples: Triples, subject: str | ox.BlankNode, *path: str) -> list[str]:
    """The texts and addresses at the end of a path, sorted."""
    nodes: list[Any] = [subject]
    for predicate in path:
        nodes = [
            found
            for node in nodes
            for found in objects(triples, node.value if isinstance(node, ox.NamedNode) else node, predicate)
        ]
    return sorted(node.value for node in nodes)


def lost(portal: Portal, subject: str) -> set[str]:
    """The predicates of a subject that a portal does not write back."""
    ours, back = (
        {triple.predicate.value for triple in triples if triple.subject == ox.NamedNode(subject)}
        for triples in (portal.ours, portal.written)
    )
    return {shorten(iri) for iri in ours - back}


def test_a_portal_gets_one_dataset_for_the_whole_and_one_a_source(portal: Portal) -> None:
    """Nothing else in the catalogue is taken for a dataset: not an original, not a former version."""
    assert set(portal.stored) == set(DATASETS.values())


@pytest.mark.parametrize("iri", DATASETS.values())
def test_what_is_told_of_a_dataset_survives(portal: Portal, iri: str) -> None:
    stored, back = portal.stored[iri], portal.written
    # A portal without translations shows English where there is some.
    titles = objects(portal.ours, iri, "dcterms:title")
    title = next((each.value for each in titles if each.language == "en"), titles[0].value)
    (description,) = [e.value for e in objects(portal.ours, iri, "dcterms:description") if e.language == "en"]
    assert (stored["title"], stored["notes"]) == (title, description)
    assert (words(back, iri, "dcterms:title"), words(back, iri, "dcterms:description")) == ([title], [description])
    assert stored["license_id"] == "cc-by"
    assert (stored["publisher_uri"], stored["publisher_name"]) == (EDITION.catalog + "#publisher", ABOUT.publisher)
    assert words(back, iri, "dcterms:publisher", "foaf:name") == [ABOUT.publisher]
    assert (stored["contact_name"], stored["contact_email"]) == (ABOUT.contact, ABOUT.email)
    assert stored["contact_url"] == ABOUT.contact_page
    assert words(back, iri, "dcat:contactPoint", "vcard:fn") == [ABOUT.contact]
    assert words(back, iri, "dcat:contactPoint", "vcard:hasEmail") == ["mailto:" + ABOUT.email]
    assert sorted(tag["name"] for tag in stored["tags"]) == words(back, iri, "dcat:keyword") == KEYWORDS
    assert sorted(json.loads(stored["theme"])) == words(back, iri, "dcat:theme") == THEMES
    assert (stored["identifier"], stored["version"]) == (iri, EDITION.version)
    assert words(back, iri, "dcat:version") == [EDITION.version]
    assert stored["modified"] == EDITION.date
    assert stored["access_rights"] == EU + "access-right/PUBLIC"


@pytest.mark.parametrize("iri", DATASETS.values())
def test_each_file_survives_with_format_size_and_checksum(portal: Portal, iri: str) -> None:
    resources = {each["uri"]: each for each in portal.stored[iri]["resources"]}
    assert set(resources) - {SERVICE} == {f"{iri}#{file.name}" for file in FILES_OF[iri]}
    assert sorted(resources) == words(portal.written, iri, "dcat:distribution")
    for file in FILES_OF[iri]:
        node = f"{iri}#{file.name}"
        got, back = resources[node], portal.written
        assert (got["name"], got["size"], got["hash"]) == (file.title, file.size, file.sha256)
        assert got["hash_algorithm"] == "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
        assert (got["url"], got["license"]) == (EDITION.base + file.name, ABOUT.licence)
        assert (got["format"], got["mimetype"]) == (EU + "file-type/" + file.format, IANA + file.media.split(";")[0])
        kept = ["dcterms:format", "dcterms:license", "dcat:mediaType", "dcat:byteSize", "dcat:downloadURL"]
        kept += ["dcat:accessURL", "dcatap:availability", "adms:status", "dcterms:issued", "dcterms:conformsTo"]
        for predicate in kept:
            assert objects(back, node, predicate) == objects(portal.ours, node, predicate), predicate
        for predicate in ("spdx:checksumValue", "spdx:algorithm"):
            assert words(back, node, "spdx:checksum", predicate) == words(portal.ours, node, "spdx:checksum", predicate)


def test_rights_coverage_and_endpoint_reach_the_portal(portal: Portal) -> None:
    whole = portal.stored[EDITION.dataset]
    (article,) = portal.stored[EDITION.of(ARTICLE)]["resources"]
    assert article["rights"].startswith("The words of the source remain those of Kuntatekniikka")
    assert "rights" not in portal.stored[EDITION.of(TABLE)]["resources"][0]
    assert json.loads(whole["spatial_bbox"])["coordinates"][0][0] == [-9.14, 38.7]
    assert (whole["temporal_start"], whole["temporal_end"]) == ("1991-01-01", "2024-01-31")
    assert sorted(json.loads(whole["source"])) == sorted(set(DATASETS.values()) - {EDITION.dataset})
    (endpoint,) = [each for each in whole["resources"] if each["uri"] == SERVICE]
    (service,) = json.loads(endpoint["access_services"])
    assert (service["endpoint_url"], service["serves_dataset"]) == ([EDITION.endpoint], [EDITION.dataset])
    assert words(portal.written, SERVICE, "dcat:accessService", "dcat:endpointURL") == [EDITION.endpoint]


def test_what_a_portal_does_not_keep(portal: Portal) -> None:
    """Exactly these are lost on the way, so that a release of ckanext-dcat that keeps more is noticed."""
    assert lost(portal, EDITION.dataset) == {
        "dcat:hasCurrentVersion",
        "dcat:previousVersion",
        "dcterms:bibliographicCitation",
        "dcterms:hasPart",
        "prov:qualifiedAttribution",  # written as a dcat:qualifiedAttribution, which DCAT does not have
        "prov:wasDerivedFrom",
    }
    assert lost(portal, EDITION.of(ARTICLE)) == {
        "dcterms:bibliographicCitation",
        "dcterms:isPartOf",
        "dcterms:rights",  # those of its file are kept
        "prov:qualifiedAttribution",
        "prov:wasDerivedFrom",  # the address of the original is kept as a foaf:page
    }
    assert lost(portal, EDITION.of(TABLE)) == lost(portal, EDITION.of(ARTICLE)) - {"dcterms:rights"} | {
        "dcterms:license"
    }
    # The dictionary has it, see above; what is written back has not.
    assert lost(portal, EDITION.catalog + "#contact") == {"vcard:hasURL"}
    # Of several creators, the first.
    assert len(words(portal.ours, EDITION.of(ARTICLE), "dcterms:creator")) == 2
    assert words(portal.written, EDITION.of(ARTICLE), "dcterms:creator", "foaf:name") == ["Ann Author"]
    # One place of several: the box stands last in the file and so is kept, its countries are not.
    assert words(portal.written, EDITION.dataset, "dcterms:spatial") == [EDITION.dataset + "#box"]
    # Titles and keywords in one language, without its tag.
    assert [each.language for each in objects(portal.written, EDITION.dataset, "dcterms:title")] == [None]
    assert {each.language for each in objects(portal.written, EDITION.dataset, "dcat:keyword")} == {None}
