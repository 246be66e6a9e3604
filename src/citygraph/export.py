"""All RDF files of a release, written from one sorted stream of quads: the same input gives the same bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyoxigraph as ox

from citygraph.jsonld import jsonld
from citygraph.order import kinds_of, ordered, ordered_parts
from citygraph.turtle import trig, turtle
from citygraph.validate import Result
from citygraph.vocabulary import REPORT, SH, TYPE, XSD

__all__ = ["export", "ordered", "report_quads", "turtle", "write"]


def report_quads(results: Iterable[Result]) -> list[ox.Quad]:
    """The SHACL validation report with an IRI for each result, named by what it says."""
    node = ox.NamedNode
    results = list(results)
    report, graph = node(REPORT), node(REPORT)
    conforms = str(not results).lower()
    quads = [
        ox.Quad(report, node(TYPE), node(SH + "ValidationReport"), graph),
        ox.Quad(report, node(SH + "conforms"), ox.Literal(conforms, datatype=node(XSD + "boolean")), graph),
    ]
    severity = {"violation": "Violation", "warning": "Warning", "info": "Info"}
    for result in results:
        said = "\n".join((result.focus, result.path, result.value, result.component, result.shape))
        this = node(f"{REPORT}#{hashlib.sha256(said.encode()).hexdigest()[:16]}")
        quads.append(ox.Quad(report, node(SH + "result"), this, graph))
        quads.append(ox.Quad(this, node(TYPE), node(SH + "ValidationResult"), graph))
        links = {
            "focusNode": result.focus,
            "resultPath": result.path,
            "sourceConstraintComponent": SH + result.component,
            "resultSeverity": SH + severity[result.severity],
            "sourceShape": result.shape,
        }
        quads += [ox.Quad(this, node(SH + name), node(iri), graph) for name, iri in links.items() if iri]
        if result.value:
            quads.append(ox.Quad(this, node(SH + "value"), ox.Literal(result.value), graph))
        for language, text in result.messages:
            literal = ox.Literal(text, language=language) if language else ox.Literal(text)
            quads.append(ox.Quad(this, node(SH + "resultMessage"), literal, graph))
    return quads


def write(path: Path, parts: Iterable[str]) -> None:
    """Write text parts as UTF-8 with LF line ends."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(parts)


def export(folder: Path, asserted: Sequence[ox.Quad], inferred: Iterable[ox.Quad], results: Iterable[Result]) -> None:
    """Write every RDF file of a release into `folder`."""
    kinds = kinds_of(asserted)
    said, added = ordered_parts([asserted, inferred], kinds)
    report = ordered(report_quads(results), {})
    write(folder / "citygraph.ttl", turtle(said, kinds, "citygraph: what the sources say"))
    write(folder / "citygraph-inferred.ttl", turtle(added, kinds, "citygraph: what reasoning added"))
    every = said | added
    title = "citygraph: a named graph for each source, and one for what reasoning added"
    write(folder / "citygraph.trig", trig(every, kinds, title))
    write(folder / "citygraph.nq", every.lines())
    write(folder / "citygraph.jsonld", jsonld(every))
    write(folder / "shacl-report.ttl", turtle(report, {}, "citygraph: the SHACL report"))
