"""The catalogue of a release: held to the official shapes of DCAT-AP 3.0.1, and read back by others' readers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import RDF, SH, Dataset, Graph, URIRef
from rdflib.compare import to_isomorphic

from citygraph.publish import codes
from citygraph.publish.catalog import catalogue
from citygraph.publish.edition import About, Edition, FileFacts, SourceFacts, Survey
from citygraph.publish.ld import jsonld_of
from citygraph.rdf.turtle import turtle_of
from citygraph.vocabulary import CG, DCTERMS, expand
from releases import ABOUT, ARTICLE, EDITION, FILES, MAP, REGISTRY, SURVEY, TABLE

#: The official files, as SOURCE.md beside them says to load them: ranges.ttl is no graph of shapes of its own.
SHAPES = [
    ["dcat-ap-SHACL.ttl", "ranges.ttl"],
    ["shapes.ttl"],
    ["shapes_recommended.ttl"],
    ["range.ttl"],
]
EU = "http://publications.europa.eu/resource/authority/"
SERVICE = EDITION.catalog + "#sparql"
BARE = replace(EDITION, endpoint="", previous="", notes="")
NOWHERE = replace(SURVEY, extent=replace(SURVEY.extent, box=None, countries=(), earliest="", latest=""))

Input = tuple[About, Edition, Survey, tuple[FileFacts, ...]]
INPUTS: dict[str, Input] = {
    "all is told": (ABOUT, EDITION, SURVEY, FILES),
    "no endpoint and no release before": (ABOUT, BARE, SURVEY, FILES),
    "no address of mail": (replace(ABOUT, email=""), EDITION, SURVEY, FILES),
    "no place and no time": (ABOUT, EDITION, NOWHERE, FILES),
    "only since when": (ABOUT, EDITION, replace(SURVEY, extent=replace(SURVEY.extent, latest="")), FILES),
    "no source and no file": (ABOUT, EDITION, replace(SURVEY, sources=()), ()),
}


def turtle(triples: Iterable[ox.Triple]) -> Graph:
    return Graph().parse(data="".join(turtle_of(triples, "Catalogue")), format="turtle")


def values(triples: Iterable[ox.Triple], subject: str, predicate: str) -> set[str]:
    """The values of a predicate, IRIs and texts alike."""
    wanted = expand(predicate)
    return {
        term.value
        for triple in triples
        if (triple.subject, triple.predicate.value) == (ox.NamedNode(subject), wanted)
        and isinstance(term := triple.object, ox.NamedNode | ox.Literal)
    }


def findings(graph: Graph, shapes: Path, names: list[str]) -> set[tuple[str, str, str]]:
    """Severity, focus node and path of what pySHACL finds.

    Some shapes name an sh:property that no file describes; pySHACL refuses such a graph, so those references are
    dropped: what they would have asked is nowhere written.
    """
    shacl = Graph()
    for name in names:
        shacl.parse(shapes / name)
    for shape, wanted in list(shacl.subject_objects(SH.property)):
        if (wanted, SH.path, None) not in shacl:
            shacl.remove((shape, SH.property, wanted))
    _, report, _ = pyshacl.validate(graph, shacl_graph=shacl)
    assert isinstance(report, Graph)
    return {
        tuple(str(report.value(result, part)) for part in (SH.resultSeverity, SH.focusNode, SH.resultPath))  # type: ignore[misc]
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }


def expected(about: About, edition: Edition, survey: Survey, files: Iterable[FileFacts]) -> set[tuple[str, str]]:
    """Every recommendation that is not followed, and why."""
    sources = [source for source in survey.sources if source.triples]
    credited = [source for source in survey.sources if source.triples or source.kind == "registry"]
    open_ones = set()
    # What kind of body a publisher or an author is, no source says and no list tells: none is made up.
    agents = {EDITION.catalog + "#publisher"}
    agents |= {f"{EDITION.of(source)}#originator" for source in credited if source.publisher}
    agents |= {f"{EDITION.of(source)}#author" for source in credited if source.creator}
    open_ones |= {(agent, "dcterms:type") for agent in agents}
    # Coverage is counted over the whole: a city's place is said by a register, not by the source that names it.
    open_ones |= {(EDITION.of(source), path) for source in sources for path in ("dcterms:spatial", "dcterms:temporal")}
    # The EU list says where its countries are; the graph knows their codes alone.
    countries = [term.iri for code in survey.extent.countries if (term := codes.country(code))]
    open_ones |= {(country, path) for country in countries for path in ("dcat:bbox", "dcat:centroid")}
    # What is not known of a graph without places or dates is not told.
    if not survey.extent.box and not countries:
        open_ones |= {(EDITION.catalog, "dcterms:spatial"), (EDITION.dataset, "dcterms:spatial")}
    if not survey.extent.earliest:
        open_ones.add((EDITION.dataset, "dcterms:temporal"))
    elif not survey.extent.latest:
        open_ones.add((EDITION.dataset + "#period", "dcat:endDate"))
    if edition.endpoint:
        # ckanext-dcat 2.4.4 cannot write a service with contact or publisher back; both are those of the dataset.
        open_ones |= {(SERVICE, "dcat:contactPoint"), (SERVICE, "dcterms:publisher")}
    if not files and not edition.endpoint:
        open_ones.add((EDITION.dataset, "dcat:distribution"))
    return {(node, expand(path)) for node, path in open_ones}


@pytest.mark.parametrize("named", INPUTS)
def test_official_shapes_find_only_what_is_argued(named: str, shared: Path) -> None:
    graph = turtle(catalogue(*INPUTS[named]))
    found = set().union(*(findings(graph, shared / "dcat-ap-shapes", names) for names in SHAPES))
    assert {finding for finding in found if finding[0] != str(SH.Warning)} == set()
    assert {finding[1:] for finding in found} == expected(*INPUTS[named])


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ((EDITION.catalog, "dcterms:title"), "dcterms:title"),
        ((EDITION.dataset + "#citygraph.ttl", "dcat:accessURL"), "dcat:accessURL"),
        ((EU + "frequency/IRREG", "rdf:type"), "dcterms:accrualPeriodicity"),
        ((EU + "language/FIN", "skos:prefLabel"), "skos:prefLabel"),
    ],
)
def test_the_shapes_see_what_is_missing(broken: tuple[str, str], path: str, shared: Path) -> None:
    """So that no finding means something: without one statement there is a violation."""
    graph = turtle(catalogue(ABOUT, EDITION, SURVEY, FILES))
    graph.remove((URIRef(broken[0]), URIRef(expand(broken[1])), None))
    found = set().union(*(findings(graph, shared / "dcat-ap-shapes", names) for names in SHAPES))
    assert expand(path) in {where for severity, _, where in found if severity == str(SH.Violation)}


@pytest.mark.parametrize("named", INPUTS)
def test_json_ld_is_the_same_triples_to_two_readers(named: str) -> None:
    triples = catalogue(*INPUTS[named])
    written = jsonld_of(triples)
    assert {quad.triple for quad in ox.parse(written, format=ox.RdfFormat.JSON_LD)} == set(triples)
    read = Dataset(default_union=True)
    read.parse(data=written, format="json-ld")
    flat = Graph()
    for triple in read.triples((None, None, None)):
        flat.add(triple)
    assert to_isomorphic(flat) == to_isomorphic(turtle(triples))
    assert written == jsonld_of(reversed(triples))
    assert json.loads(written)["@context"]["dcat"] == "http://www.w3.org/ns/dcat#"


def test_json_ld_takes_no_blank_node_silently() -> None:
    with pytest.raises(TypeError, match="not a named node or literal"):
        jsonld_of([ox.Triple(ox.NamedNode("https://example.org/a"), ox.NamedNode(CG + "b"), ox.BlankNode("c"))])


def test_no_blank_node_and_each_statement_once() -> None:
    triples = catalogue(ABOUT, EDITION, SURVEY, FILES)
    assert not [triple for triple in triples if any(isinstance(term, ox.BlankNode) for term in triple)]
    assert len(triples) == len(set(triples))
    assert triples == catalogue(ABOUT, EDITION, SURVEY, FILES)


def test_versions_are_chained() -> None:
    triples = catalogue(ABOUT, EDITION, SURVEY, FILES)
    before = {"https://w3id.org/citygraph/release/1.1.0"}
    assert values(triples, EDITION.dataset, "dcat:hasCurrentVersion") == {EDITION.iri}
    assert values(triples, EDITION.dataset, "dcat:previousVersion") == before
    assert values(triples, EDITION.iri, "dcat:previousVersion") == before
    assert values(triples, EDITION.dataset, "dcat:version") == {"1.2.0"}
    assert values(triples, EDITION.dataset, "adms:versionNotes") == {"Two sources more."}
    first = catalogue(ABOUT, BARE, SURVEY, FILES)
    assert not values(first, EDITION.dataset, "dcat:previousVersion") | values(
        first, EDITION.dataset, "adms:versionNotes"
    )


def test_where_and_when() -> None:
    triples = catalogue(ABOUT, EDITION, SURVEY, FILES)
    countries = {EU + "country/FIN", EU + "country/PRT"}  # ZZ is no country's code
    assert values(triples, EDITION.dataset, "dcterms:spatial") == countries | {EDITION.dataset + "#box"}
    ring = "POLYGON((-9.14 38.7, 26.95 38.7, 26.95 65.01, -9.14 65.01, -9.14 38.7))"
    assert values(triples, EDITION.dataset + "#box", "dcat:bbox") == {ring}
    assert values(triples, EDITION.dataset + "#box", "dcat:centroid") == {"POINT(8.905 51.855)"}
    assert values(triples, EDITION.dataset + "#period", "dcat:startDate") == {"1991-01-01"}
    assert values(triples, EDITION.dataset + "#period", "dcat:endDate") == {"2024-01-31"}


def test_each_source_that_says_something_has_its_dataset_and_credit() -> None:
    triples = catalogue(ABOUT, EDITION, SURVEY, FILES)
    datasets = {EDITION.of(source) for source in (ARTICLE, TABLE, MAP)}
    assert values(triples, EDITION.catalog, "dcat:dataset") == datasets | {EDITION.dataset}
    assert values(triples, EDITION.dataset, "dcterms:source") == datasets
    (said,) = values(triples, EDITION.of(ARTICLE), "dcterms:description")
    assert "4 claims (Membership 3, Coordination 1), in 80 statements" in said
    (said,) = values(triples, EDITION.of(TABLE), "dcterms:description")
    assert "1,200 claims (Membership 1,200), in 34,567 statements. Of the source: version 5, as of 2023-12-31." in said
    (said,) = values(triples, EDITION.of(MAP), "dcterms:description")
    assert "no claim of its own, in 12 statements" in said
    agents = values(triples, EDITION.of(ARTICLE), "dcterms:creator")
    assert {name for agent in agents for name in values(triples, agent, "foaf:name")} == {
        "Ann Author",
        "Kuntatekniikka",
    }
    credit = EDITION.of(ARTICLE) + "#originator-credit"
    assert values(triples, credit, "prov:agent") == {EDITION.of(ARTICLE) + "#originator"}
    assert values(triples, EDITION.of(ARTICLE), "dcterms:bibliographicCitation") == {ARTICLE.citation}
    assert values(triples, EDITION.of(ARTICLE), "prov:wasDerivedFrom") == {ARTICLE.url}
    assert values(triples, EDITION.of(ARTICLE), "dcterms:issued") == {"2012-03"}


def test_a_source_of_the_registry_is_credited_by_the_whole() -> None:
    triples = catalogue(ABOUT, EDITION, SURVEY, FILES)
    (credit,) = values(triples, EDITION.dataset, "prov:qualifiedAttribution")
    (agent,) = values(triples, credit, "prov:agent")
    assert values(triples, agent, "foaf:name") == {REGISTRY.publisher}
    assert values(triples, EDITION.dataset, "prov:wasDerivedFrom") == {REGISTRY.url}
    assert values(triples, EDITION.dataset, "dcterms:bibliographicCitation") == {REGISTRY.citation}


def test_a_licence_covers_no_words_of_a_source_without_one() -> None:
    triples = catalogue(ABOUT, EDITION, SURVEY, FILES)
    assert values(triples, EDITION.of(TABLE), "dcterms:license") == {TABLE.licence}
    assert values(triples, EDITION.of(TABLE), "dcterms:rights") == set()
    assert values(triples, EDITION.of(ARTICLE), "dcterms:license") == set()
    for node in (EDITION.of(ARTICLE), f"{EDITION.of(ARTICLE)}#sources/lahti-2012.ttl"):
        (rights,) = values(triples, node, "dcterms:rights")
        (said,) = values(triples, rights, "rdfs:label")
        assert said.startswith("The words of the source remain those of Kuntatekniikka; the structured facts are under")
    (rights,) = values(triples, EDITION.dataset + "#citygraph.ttl", "dcterms:rights")
    (said,) = values(triples, rights, "rdfs:label")
    assert said.startswith("Words of sources without a licence remain those of their publishers")
    licensed = replace(SURVEY, sources=(TABLE, MAP))
    assert not values(catalogue(ABOUT, EDITION, licensed, FILES), EDITION.dataset + "#citygraph.ttl", "dcterms:rights")


def test_each_file_is_a_distribution_of_its_dataset() -> None:
    triples = catalogue(ABOUT, BARE, SURVEY, FILES)
    for file in FILES:
        dataset = next((EDITION.of(source) for source in SURVEY.sources if source.key == file.source), EDITION.dataset)
        node = f"{dataset}#{file.name}"
        assert node in values(triples, dataset, "dcat:distribution")
        assert values(triples, node, "dcat:downloadURL") == {EDITION.base + file.name}
        assert values(triples, node, "dcat:byteSize") == {str(file.size)}
        (checksum,) = values(triples, node, "spdx:checksum")
        assert values(triples, checksum, "spdx:checksumValue") == {file.sha256}
        assert values(triples, node, "dcterms:format") == {EU + "file-type/" + file.format}
    iana = "http://www.iana.org/assignments/media-types/"
    assert values(triples, EDITION.dataset + "#tables/cities.csv", "dcat:mediaType") == {iana + "text/csv"}
    assert values(triples, EDITION.dataset + "#citygraph.nq.gz", "dcat:compressFormat") == {iana + "application/gzip"}
    assert values(triples, EDITION.dataset + "#citygraph.ttl", "dcterms:conformsTo") == {
        "https://www.w3.org/TR/turtle/"
    }


def test_terms_of_code_lists_are_typed_and_labelled() -> None:
    triples = catalogue(ABOUT, EDITION, SURVEY, FILES)
    used = {
        triple.object.value
        for triple in triples
        if isinstance(triple.object, ox.NamedNode) and triple.object.value.startswith(EU)
    }
    lists = values(triples, EDITION.catalog, "dcat:themeTaxonomy") | {
        scheme for term in used for scheme in values(triples, term, "skos:inScheme")
    }
    for term in used - lists:
        assert expand("skos:Concept") in values(triples, term, "rdf:type"), term
        assert values(triples, term, "skos:prefLabel"), term
        assert term.startswith(next(iter(values(triples, term, "skos:inScheme"))) + "/"), term


@pytest.mark.parametrize(
    ("issued", "datatype"),
    [("2012", "xsd:gYear"), ("2012-03", "xsd:gYearMonth"), ("2012-03-04", "xsd:date"), ("2012?", ""), ("2012-W03", "")],
)
def test_dates_are_told_as_exactly_as_they_are_known(issued: str, datatype: str) -> None:
    source: SourceFacts = replace(ARTICLE, issued=issued)
    triples = catalogue(ABOUT, EDITION, replace(SURVEY, sources=(source,)), ())
    said = [
        triple.object.datatype.value
        for triple in triples
        if (triple.subject, triple.predicate) == (ox.NamedNode(EDITION.of(source)), ox.NamedNode(DCTERMS + "issued"))
        and isinstance(triple.object, ox.Literal)
    ]
    assert said == ([expand(datatype)] if datatype else [])


def test_codes_of_countries() -> None:
    found = codes.countries()
    assert len(found) == 250  # the 249 of ISO 3166-1, and Kosovo
    assert len({long for long, _ in found.values()}) == len({name for _, name in found.values()}) == 250
    assert [found[code] for code in ("FI", "GR", "XK")] == [("FIN", "Finland"), ("GRC", "Greece"), ("1A0", "Kosovo")]
    assert codes.country("ZZ") is None
    english = codes.language("en-GB")
    assert english
    assert english.iri == EU + "language/ENG"
    assert codes.language("xx") is None


def test_who_publishes_a_graph_of_their_own_has_an_address_of_their_own() -> None:
    """Two publishers' catalogues do not speak of the same catalogue, dataset or release."""
    own = replace(EDITION, home="https://data.example.org/cities/")
    subjects = {str(triple.subject) for triple in catalogue(ABOUT, own, SURVEY, FILES)}
    assert f"<{own.dataset}>" in subjects
    assert not [each for each in subjects if each.startswith("<https://w3id.org/citygraph/") and "ontology" not in each]


def test_the_first_day_of_the_dataset_stays() -> None:
    later = catalogue(ABOUT, replace(EDITION, issued="2011-05-06"), SURVEY, FILES)
    for node in (EDITION.dataset, EDITION.catalog):
        assert values(later, node, "dcterms:issued") == {"2011-05-06"}
        assert values(later, node, "dcterms:modified") == {EDITION.date}
