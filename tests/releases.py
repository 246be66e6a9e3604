"""A small release for tests of what is published: every record filled, and each kind of source."""

from __future__ import annotations

import hashlib

from citygraph.owl.reason import INFERRED
from citygraph.publish.edition import About, Edition, Extent, FileFacts, Link, Partition, SourceFacts, Survey
from citygraph.vocabulary import CG, GRAPH, SKOS, TYPE

CC_BY = "https://creativecommons.org/licenses/by/4.0/"

ABOUT = About(
    title={"en": "Cities", "fi": "Kaupungit", "sv": "Städer"},
    description={"en": "What sources say.", "fi": "Mitä lähteet sanovat.", "sv": "Vad källor säger."},
    keywords={"en": ("city networks", "climate"), "fi": ("ilmasto",), "sv": ("klimat",)},
    publisher="The maintainers",
    homepage="https://example.org/cities",
    contact="The editors",
    contact_page="https://example.org/contact",
    email="editors@example.org",
    licence=CC_BY,
    themes=("ENVI", "GOVE"),
    frequency="IRREG",
)

EDITION = Edition(
    version="1.2.0",
    date="2026-05-04",
    base="https://example.org/releases/1.2.0/",
    endpoint="https://example.org/sparql",
    previous="1.1.0",
    notes="Two sources more.",
)

ARTICLE = SourceFacts(
    key="lahti-2012",
    kind="article",
    title="Lahti laajentaa",
    publisher="Kuntatekniikka",
    creator="Ann Author",
    issued="2012-03",
    language="fi",
    citation="Ann Author, Lahti laajentaa, Kuntatekniikka, 2012-03",
    url="https://example.org/article",
    graph=GRAPH + "lahti-2012",
    claims={"Membership": 3, "Coordination": 1},
    triples=80,
)
TABLE = SourceFacts(
    key="gcom",
    kind="table",
    title="GCoM - MyCovenant",
    publisher="European Commission, Joint Research Centre",
    issued="2024-01-31",
    as_of="2023-12-31",
    language="en",
    licence=CC_BY,
    citation="GCoM - MyCovenant, 2024",
    version="5",
    url="https://example.org/table",
    graph=GRAPH + "gcom",
    claims={"Membership": 1200, "Commitment": 0},
    triples=34567,
)
MAP = SourceFacts(key="map", kind="page", title="A map", licence=CC_BY, triples=12)
REGISTRY = SourceFacts(
    key="municipalities",
    kind="registry",
    title="Municipalities",
    publisher="Statistics Finland",
    licence=CC_BY,
    citation="Statistics Finland, Municipalities",
    url="https://example.org/municipalities",
)
SILENT = SourceFacts(key="silent", kind="page", title="Says nothing")

SURVEY = Survey(
    asserted=34659,
    inferred=1234,
    triples=35893,
    subjects=4000,
    objects=9000,
    classes=(Partition(CG + "City", 1100), Partition(CG + "Membership", 1203)),
    properties=(Partition(TYPE, 5000), Partition(SKOS + "prefLabel", 1300)),
    links=(
        Link(SKOS + "exactMatch", "http://www.wikidata.org/entity/", 900),
        Link("http://www.w3.org/2002/07/owl#sameAs", "https://www.wikidata.org/wiki/", 7),
    ),
    sources=(ARTICLE, MAP, REGISTRY, SILENT, TABLE),
    extent=Extent((-9.14, 38.7, 26.95, 65.01), ("FI", "PT", "ZZ"), "1991-01-01", "2024-01-31"),
    claims={"Membership": 1203, "Coordination": 1},
    things={"City": 1100, "Network": 20},
    problems={"warning": 2},
    codes={("warning", "no-date"): 2},
    left_out=0,
    graphs=(Partition(INFERRED, 1234), Partition(GRAPH + "registry", 40)),
)


def file(name: str, media: str, kind: str, *conforms: str, source: str = "") -> FileFacts:
    """A file whose size and sum follow from its name."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return FileFacts(name, 1000 + len(name), sha256, f"The file {name}", media, kind, conforms, source)


FILES = (
    file("citygraph.ttl", "text/turtle", "RDF_TURTLE", "https://www.w3.org/TR/turtle/"),
    file("citygraph.nq.gz", "application/n-quads", "RDF_N_QUADS"),
    file("tables/cities.csv", "text/csv; charset=utf-8", "CSV"),
    file("citygraph-inferred.ttl", "text/turtle", "RDF_TURTLE"),
    file("sources/lahti-2012.ttl", "text/turtle", "RDF_TURTLE", source="lahti-2012"),
    file("sources/gcom.ttl", "text/turtle", "RDF_TURTLE", source="gcom"),
    file("sources/map.ttl", "text/turtle", "RDF_TURTLE", source="map"),
)
