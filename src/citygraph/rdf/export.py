"""All RDF files of a release, written from sorted columns: the same input gives the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyoxigraph as ox

from citygraph.rdf.columns import Collector, Columns
from citygraph.rdf.jsonld import jsonld
from citygraph.rdf.ranks import Ordered, kinds_of, ordered
from citygraph.rdf.terse import trig, turtle
from citygraph.rdf.words import Texts, Words, packed
from citygraph.shacl.validate import Result
from citygraph.vocabulary import REPORT, SH, TYPE, XSD


def report(results: Iterable[Result]) -> Columns:
    """The SHACL validation report with an IRI for each result, named by what it says."""
    results = list(results)
    collector = Collector()
    number = collector.terms.number

    def node(iri: str) -> int:
        return number(f"<{iri}>")

    def text(words: str, language: str = "") -> int:
        return number(str(ox.Literal(words, language=language) if language else ox.Literal(words)))

    def say(subject: int, name: str, value: int) -> None:
        collector.add(subject, node(SH + name), value, whole)

    whole, a = node(REPORT), node(TYPE)
    collector.add(whole, a, node(SH + "ValidationReport"), whole)
    say(whole, "conforms", number(f'"{str(not results).lower()}"^^<{XSD}boolean>'))
    severity = {"violation": "Violation", "warning": "Warning", "info": "Info"}
    for result in results:
        said = "\n".join((result.focus, result.path, result.value, result.component, result.shape))
        this = node(f"{REPORT}#{hashlib.sha256(said.encode()).hexdigest()[:16]}")
        say(whole, "result", this)
        collector.add(this, a, node(SH + "ValidationResult"), whole)
        links = {
            "focusNode": result.focus,
            "resultPath": result.path,
            "sourceConstraintComponent": SH + result.component,
            "resultSeverity": SH + severity[result.severity],
            "sourceShape": result.shape,
        }
        for name, iri in links.items():
            if iri:
                say(this, name, node(iri))
        if result.value:
            say(this, "value", text(result.value))
        for language, words in result.messages:
            say(this, "resultMessage", text(words, language))
    return collector.columns()


def nquads(quads: Ordered, words: Words) -> Iterator[str]:
    """N-Quads, a sorted line a quad; as packed texts."""
    around: list[Texts] = [np.empty(len(words.plain), dtype=object) for _ in range(2)]
    texts = quads.terms.texts
    graphs, _, predicates, _ = quads.tables
    for number in predicates.tolist():
        around[0][number] = f" {words.plain[number]} "
    for number in graphs.tolist():
        around[1][number] = f" {packed(texts[number])} .\n" if texts[number] else " .\n"
    for s, p, o, g in quads.by_text().chunks():
        pieces: Texts = np.empty((len(s), 4), dtype=object)
        pieces[:, 0], pieces[:, 1], pieces[:, 2], pieces[:, 3] = (
            words.plain[s],
            around[0][p],
            words.plain[o],
            around[1][g],
        )
        yield "".join(pieces.ravel().tolist())


def write(path: Path, parts: Iterable[str]) -> None:
    """Write packed texts with LF line ends."""
    with path.open("wb") as file:
        file.writelines(part.encode("latin-1") for part in parts)


def export(
    folder: Path,
    asserted: Columns,
    inferred: Columns,
    results: Iterable[Result],
    apart: Mapping[str, str] | None = None,
) -> None:
    """Write every RDF file of a release into `folder`; both columns are over the same terms.

    `apart` are named graphs that get a Turtle file of their own, by its path in `folder`.
    """
    said, added = ordered([asserted, inferred], kinds_of(asserted))
    every = said | added
    words = Words(every.terms, every.used())
    write(folder / "citygraph.ttl", turtle(said, words, "citygraph: what the sources say"))
    for name, graph in (apart or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name, turtle(said.of_graph(graph), words, f"citygraph: the named graph {graph}"))
    write(folder / "citygraph-inferred.ttl", turtle(added, words, "citygraph: what reasoning added"))
    title = "citygraph: a named graph for each source, and one for what reasoning added"
    write(folder / "citygraph.trig", trig(every, words, title))
    write(folder / "citygraph.nq", nquads(every, words))
    write(folder / "citygraph.jsonld", jsonld(every, words))
    (found,) = ordered([report(results)])
    title = "citygraph: the SHACL report"
    write(folder / "shacl-report.ttl", turtle(found, Words(found.terms, found.used()), title))
