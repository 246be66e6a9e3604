"""IRIs, prefixes and the JSON-LD context: the words every other module shares."""

from __future__ import annotations

from functools import cache
from typing import Any

from citygraph.files import resource

CG = "https://w3id.org/citygraph/ontology#"
ID = "https://w3id.org/citygraph/id/"
CLAIM = ID + "claim/"
GRAPH = "https://w3id.org/citygraph/graph/"
REPORT = "https://w3id.org/citygraph/report"

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
OA = "http://www.w3.org/ns/oa#"
SH = "http://www.w3.org/ns/shacl#"
EDTF = "http://id.loc.gov/datatypes/edtf/EDTF"

TYPE = RDF + "type"

#: Prefixes of every Turtle and TriG file, in the order in which they are declared.
PREFIXES = {
    "cg": CG,
    "id": ID,
    "graph": GRAPH,
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": DCTERMS,
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "gsp": "http://www.opengis.net/ont/geosparql#",
    "oa": OA,
    "owl": OWL,
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "http://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": SH,
    "skos": SKOS,
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": XSD,
}

LANGUAGES = ("en", "fi", "sv")

#: Keys of a fact whose value is an EDTF date and becomes a cg:Date node.
DATE_KEYS = ("joined", "left", "decided", "founded", "since", "until", "period", "joinable")
#: Keys of which each language has its own value.
LANGUAGE_KEYS = ("name", "official-name")


@cache
def context() -> dict[str, Any]:
    """The JSON-LD context of ontology/context.jsonld: sheet key to term."""
    import json  # a query needs no context

    loaded: dict[str, Any] = json.loads(resource("ontology/context.jsonld").read_text("utf-8"))
    return dict(loaded["@context"])


def expand(curie: str) -> str:
    """The IRI of a prefixed name of the context or of PREFIXES; other text comes back as it is."""
    prefix, colon, local = curie.partition(":")
    base = PREFIXES.get(prefix)
    return base + local if colon and base is not None and not local.startswith("//") else curie


@cache
def term_of_key() -> dict[str, str]:
    """Context key to predicate or class IRI, keywords and prefixes left out."""
    prefixes = {key for key, value in context().items() if isinstance(value, str) and value[-1:] in "#/"}
    terms = {}
    for key, value in context().items():
        iri = value["@id"] if isinstance(value, dict) else value
        if not key.startswith("@") and key not in prefixes and not str(iri).startswith("@"):
            terms[key] = expand(str(iri))
    return terms


@cache
def key_of_term() -> dict[str, str]:
    """Predicate or class IRI to context key."""
    return {iri: key for key, iri in term_of_key().items()}


@cache
def references() -> frozenset[str]:
    """Keys whose value names a resource."""
    return frozenset(key for key, value in context().items() if isinstance(value, dict) and value.get("@type") == "@id")


def shorten(iri: str) -> str:
    """An IRI as people read it: a key, `cg:term` or another prefixed name, else the IRI itself."""
    if iri.startswith(CLAIM):
        return iri[len(CLAIM) :]
    if iri.startswith(ID):
        return iri[len(ID) :]
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and len(iri) > len(base):
            return f"{prefix}:{iri[len(base) :]}"
    return iri


def owner(iri: str) -> str:
    """The claim of a claim's part (a date, a quote, a row); any other IRI is its own."""
    return CLAIM + iri[len(CLAIM) :].partition(".")[0] if iri.startswith(CLAIM) else iri


def row_iri(table: str, key: str) -> str:
    """The IRI of a table's row, by its key."""
    return f"{ID}row/{table}/{key}"


def claim_iri(source: str, fact: str) -> str:
    """The IRI of a claim, by name and never by position."""
    return f"{CLAIM}{source}/{fact}"
