"""What a built graph counts, by class, property, source, place and time."""

from __future__ import annotations

from collections import Counter

import numpy as np

from citygraph.build import Built
from citygraph.publish.edition import Extent, Link, Partition, SourceFacts, Survey
from citygraph.rdf.columns import Columns, Mask, value
from citygraph.rdf.turtle import space
from citygraph.sheets import CLAIM_TYPES, THING_TYPES
from citygraph.vocabulary import CG, DCTERMS, GRAPH, ID, SKOS, TYPE, expand

#: Predicates that link a thing to the same or a like thing elsewhere: what VoID calls a linkset.
_LINKING = [SKOS + f"{name}Match" for name in ("exact", "close", "broad", "narrow", "related")]
_SAID = {
    "title": DCTERMS + "title",
    "publisher": DCTERMS + "publisher",
    "creator": DCTERMS + "creator",
    "issued": DCTERMS + "issued",
    "as_of": CG + "asOf",
    "language": DCTERMS + "language",
    "licence": DCTERMS + "license",
    "citation": DCTERMS + "bibliographicCitation",
    "version": expand("schema:version"),
    "url": expand("schema:url"),
}


def survey(built: Built) -> Survey:
    """The numbers of a release."""
    graph = Graph(built.asserted)
    both = built.asserted + built.inferred
    triples = Columns(both.terms, both.s, both.p, both.o, np.zeros(len(both), dtype=np.int32)).distinct()
    types = triples.p == both.terms.find(TYPE)
    told = [problem for problem in built.problems if not problem.accepted]
    sources = _sources(graph)
    every = Counter(value(graph.texts[o]) for o in graph.objects(TYPE).tolist())
    return Survey(
        asserted=len(built.asserted),
        inferred=len(built.inferred),
        triples=len(triples),
        subjects=len(np.unique(triples.s)),
        objects=len(np.unique(triples.o)),
        classes=_partitions(triples, triples.o[types]),
        properties=_partitions(triples, triples.p),
        links=_links(triples),
        sources=tuple(sources),
        extent=_extent(graph, built),
        claims=built.claims(),
        things={name: every[CG + name] for name in (*THING_TYPES, "Group") if every[CG + name]},
        problems=dict(sorted(Counter(problem.severity for problem in told).items())),
        codes=dict(sorted(Counter((problem.severity, problem.code) for problem in told).items())),
        left_out=len(built.left_out),
        graphs=tuple(part for part in _partitions(both, both.g) if part.iri not in {s.graph for s in sources}),
    )


class Graph:
    """Columns with ways to look for one predicate."""

    def __init__(self, columns: Columns) -> None:
        """Over these."""
        self.columns = columns
        self.texts = columns.terms.texts

    def mask(self, predicate: str) -> Mask:
        """Where a predicate stands; nowhere for one that the graph does not know."""
        found: Mask = self.columns.p == self.columns.terms.find(predicate)
        return found

    def objects(self, predicate: str) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        """The objects of a predicate, one a quad."""
        return self.columns.o[self.mask(predicate)]

    def told(self, subject: int) -> dict[str, str]:
        """Each predicate of a subject with its value; of several, the first in order."""
        found: dict[str, str] = {}
        for at in np.flatnonzero(self.columns.s == subject).tolist():
            predicate, text = (value(self.texts[column[at]]) for column in (self.columns.p, self.columns.o))
            found[predicate] = min(text, found.get(predicate, text))
        return found


def _partitions(triples: Columns, numbers: np.ndarray[tuple[int], np.dtype[np.int32]]) -> tuple[Partition, ...]:
    found, counts = np.unique(numbers, return_counts=True)
    pairs = zip(found.tolist(), counts.tolist(), strict=True)
    return tuple(sorted((Partition(triples.terms.value(n), count) for n, count in pairs), key=lambda part: part.iri))


def _links(triples: Columns) -> tuple[Link, ...]:
    counted: Counter[tuple[str, str]] = Counter()
    for predicate in _LINKING:
        for number in triples.o[triples.p == triples.terms.find(predicate)].tolist():
            target = space(triples.terms.texts[number])[1:]
            if not target.startswith(ID):
                counted[predicate, target] += 1
    return tuple(Link(*pair, number) for pair, number in sorted(counted.items()))


def _sources(graph: Graph) -> list[SourceFacts]:
    """Every source, by key."""
    columns, terms = graph.columns, graph.columns.terms
    typed = graph.mask(TYPE)
    claim_types = {terms.find(CG + name): name for name in CLAIM_TYPES}
    found = []
    for subject in np.unique(columns.s[typed & (columns.o == terms.find(CG + "Source"))]).tolist():
        iri = terms.value(subject)
        key, told = iri.removeprefix(ID), graph.told(subject)
        own = terms.find(GRAPH + key)
        inside = columns.g == own if own >= 0 else np.zeros(len(columns), dtype=bool)
        counted = Counter(columns.o[inside & typed].tolist())
        kinds = {terms.value(number).removeprefix(CG) for number in counted}
        kind = "registry" if own < 0 else "article" if "Quote" in kinds else "table" if "Row" in kinds else "page"
        claims = {name: counted[number] for number, name in claim_types.items() if counted.get(number)}
        facts = {name: told.get(predicate, "") for name, predicate in _SAID.items()}
        graph_iri, triples = (GRAPH + key, int(inside.sum())) if own >= 0 else ("", 0)
        found.append(SourceFacts(key, kind, graph=graph_iri, claims=claims, triples=triples, **facts))
    return sorted(found, key=lambda source: source.key)


def _extent(graph: Graph, built: Built) -> Extent:
    """Coordinates that a check doubts are left out: two swapped would stretch the box over half the world."""
    columns, terms = graph.columns, graph.columns.terms
    paths = {axis: expand(f"geo:{axis}") for axis in ("lat", "long")}
    doubted = [terms.find(result.focus) for result in built.results if result.path in paths.values()]
    sound = ~np.isin(columns.s, doubted)
    lat, long = (
        [float(value(graph.texts[n])) for n in np.unique(columns.o[graph.mask(path) & sound]).tolist()]
        for path in paths.values()
    )
    box = (min(long), min(lat), max(long), max(lat)) if lat and long else None
    countries = {terms.value(n) for n in np.unique(graph.objects(CG + "country")).tolist()}
    earliest, latest = (
        [terms.value(n) for n in np.unique(graph.objects(CG + name)).tolist()] for name in ("earliest", "latest")
    )
    return Extent(box, tuple(sorted(countries)), min(earliest, default=""), max(latest, default=""))
