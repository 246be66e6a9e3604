"""The ontology as its page documents it: each class and property with what is said of it, asked of it, and its use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from citygraph.files import resource
from citygraph.pages.reader import Reader
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, DCTERMS, OWL, PREFIXES, RDF, RDFS, SH, SKOS, TYPE, shorten

_ABOUT = CG.removesuffix("#")
#: The prefixes that the page lists: those that the ontology and the graph use most.
_LISTED = ("cg", "id", "dcterms", "geo", "oa", "org", "owl", "prov", "rdfs", "schema", "skos", "xsd")


@dataclass(frozen=True)
class Rule:
    """What a shape asks of one path from a thing of a class, or of the thing itself where there is no path."""

    path: str
    least: str
    most: str
    severity: str
    messages: Mapping[str, str]


@dataclass
class Term:
    """A class or a property; IRIs of the ontology's own terms first, in lists in their order."""

    iri: str
    definitions: Mapping[str, str] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    aligned: list[str] = field(default_factory=list)
    domain: list[str] = field(default_factory=list)
    range: list[str] = field(default_factory=list)
    inverse: list[str] = field(default_factory=list)
    traits: list[str] = field(default_factory=list)
    chains: list[list[str]] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    uses: int = 0
    deprecated: bool = False

    @property
    def name(self) -> str:
        """Its name within the ontology."""
        return self.iri.removeprefix(CG)


@dataclass(frozen=True)
class Ontology:
    """All of it. `titles`, `descriptions` and definitions are by language."""

    version: str
    licence: str
    creator: str
    titles: Mapping[str, str]
    descriptions: Mapping[str, str]
    policy: str
    prefixes: Mapping[str, str]
    classes: list[Term]
    properties: list[Term]
    concepts: Mapping[str, list[str]]


class _Graph:
    """Triples of one or several Turtle files by subject and predicate."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.said: dict[str, dict[str, list[Any]]] = {}
        for path in paths:
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
                told = self.said.setdefault(value_of(quad.subject), {})
                told.setdefault(quad.predicate.value, []).append(quad.object)

    def values(self, subject: str, predicate: str) -> list[str]:
        return [value_of(term) for term in self.said.get(subject, {}).get(predicate, [])]

    def one(self, subject: str, predicate: str) -> str:
        return next(iter(self.values(subject, predicate)), "")

    def texts(self, subject: str, predicate: str) -> dict[str, str]:
        terms = self.said.get(subject, {}).get(predicate, [])
        return {term.language or "": term.value for term in terms if isinstance(term, ox.Literal)}

    def of(self, *types: str) -> list[str]:
        return [iri for iri in self.said if set(types) & set(self.values(iri, TYPE))]

    def items(self, head: str) -> list[str]:
        """The members of an RDF list."""
        found: list[str] = []
        while head and head != RDF + "nil" and len(found) < 1000:
            found += self.values(head, RDF + "first")
            head = self.one(head, RDF + "rest")
        return found


def ontology(reader: Reader) -> Ontology:
    """Read the ontology of a release, the shapes, and how often the release uses each term."""
    graph = _Graph([Path(reader.ontology)])
    uses = _uses(reader)
    classes = [_term(graph, iri, uses) for iri in graph.of(OWL + "Class") if iri.startswith(CG)]
    kinds = (OWL + "ObjectProperty", OWL + "DatatypeProperty")
    properties = [_term(graph, iri, uses) for iri in graph.of(*kinds) if iri.startswith(CG)]
    every = {term.iri: term for term in (*classes, *properties)}
    for term in properties:
        for ends, name in ((term.domain, "leads"), (term.range, "reached")):
            for end in ends:
                if end in every:
                    getattr(every[end], name).append(term.iri)
    for term in every.values():
        for above in term.above:
            if above in every:
                every[above].below.append(term.iri)
    for iri, rules in _rules().items():
        if iri in every:
            every[iri].rules.extend(rules)
    return Ontology(
        graph.one(_ABOUT, OWL + "versionInfo"), graph.one(_ABOUT, DCTERMS + "license"),
        graph.one(_ABOUT, DCTERMS + "creator"), graph.texts(_ABOUT, DCTERMS + "title"),
        graph.texts(_ABOUT, DCTERMS + "description"), graph.one(_ABOUT, SKOS + "editorialNote"),
        {name: PREFIXES[name] for name in _LISTED},
        sorted(classes, key=lambda term: term.name), sorted(properties, key=lambda term: term.name), _concepts(reader),
    )  # fmt: skip


def _term(graph: _Graph, iri: str, uses: Mapping[str, int]) -> Term:
    above = [*graph.values(iri, RDFS + "subClassOf"), *graph.values(iri, RDFS + "subPropertyOf")]
    types = graph.values(iri, TYPE)
    inverse = [*graph.values(iri, OWL + "inverseOf"), *(other for other in graph.said
               if iri in graph.values(other, OWL + "inverseOf"))]  # fmt: skip
    return Term(
        iri, graph.texts(iri, SKOS + "definition"),
        above=[one for one in above if one.startswith(CG)],
        aligned=[one for one in above if not one.startswith(CG)],
        domain=graph.values(iri, RDFS + "domain"), range=graph.values(iri, RDFS + "range"),
        inverse=list(dict.fromkeys(inverse)),
        traits=[name for name in ("Symmetric", "Transitive") if f"{OWL}{name}Property" in types],
        chains=[graph.items(head) for head in graph.values(iri, OWL + "propertyChainAxiom")],
        uses=uses.get(iri, 0), deprecated=graph.one(iri, OWL + "deprecated") == "true",
    )  # fmt: skip


def _uses(reader: Reader) -> dict[str, int]:
    """How many things are in each class, and how many triples each property has; each once, whatever its graphs."""
    found: dict[str, int] = {}
    of_class = "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?x } GROUP BY ?x"
    of_property = "SELECT ?x (COUNT(*) AS ?n) WHERE { ?s ?x ?o } GROUP BY ?x"
    for text in (of_class, of_property):
        answer = reader.store.query(text, use_default_graph_as_union=True)
        assert isinstance(answer, ox.QuerySolutions)
        found |= {value_of(row["x"]): int(value_of(row["n"])) for row in answer}
    return found


def _rules() -> dict[str, list[Rule]]:
    """What the shapes ask, by class."""
    graph = _Graph(sorted(resource("ontology/shapes").glob("*.ttl")))
    found: dict[str, list[Rule]] = {}
    for shape in graph.of(SH + "NodeShape"):
        rules = [_rule(graph, one) for one in graph.values(shape, SH + "property")]
        if graph.texts(shape, SH + "message"):
            rules.append(_rule(graph, shape))
        for iri in graph.values(shape, SH + "targetClass"):
            found.setdefault(iri, []).extend(rules)
    return found


def _rule(graph: _Graph, shape: str) -> Rule:
    most = graph.one(shape, SH + "maxCount")
    severity = graph.one(shape, SH + "severity").removeprefix(SH).lower() or "violation"
    least = graph.one(shape, SH + "minCount") or ("0" if graph.values(shape, SH + "path") else "")
    return Rule(_path(graph, shape), least, most, severity, graph.texts(shape, SH + "message"))


def _path(graph: _Graph, shape: str) -> str:
    """The property of a shape: its IRI where it is one, else the path in the words of SPARQL."""
    head = graph.one(shape, SH + "path")
    if not head or head not in graph.said or head.startswith("http"):
        return head
    if inverse := graph.one(head, SH + "inversePath"):
        return f"^{shorten(inverse)}"
    return " / ".join(map(shorten, graph.items(head)))


def _concepts(reader: Reader) -> dict[str, list[str]]:
    """The concepts of each scheme."""
    found: dict[str, list[str]] = {}
    for iri, kind in reader.things():
        if kind == "ConceptScheme":
            found[iri] = reader.subjects(SKOS + "inScheme", iri)
    return found
