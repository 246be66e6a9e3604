"""What is wrong: SHACL by pySHACL, the reference; and the results of either validator back at a file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from citygraph.files import resource
from citygraph.problems import Problem, Severity
from citygraph.rdf.quads import value_of
from citygraph.sheets import Record
from citygraph.vocabulary import RDFS, SH, key_of_term, shorten

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

SEVERITY: dict[str, Severity] = {"Violation": "violation", "Warning": "warning", "Info": "info"}
#: Where a result's path has no key of its own in a sheet: the key that the curator writes for it.
_WRITTEN = {"evidence": "quote", "edtf": "", "exact": "quote", "in-scheme": "", "entries-here": "lat"}


@dataclass(frozen=True, order=True)
class Result:
    """One sh:ValidationResult; path and value are empty where it has none. Messages by language."""

    focus: str
    path: str
    value: str
    component: str
    severity: Severity
    shape: str
    messages: tuple[tuple[str, str], ...]

    def message(self, language: str) -> str:
        """The message in a language, else in English, else any."""
        found = dict(self.messages)
        return found.get(language) or found.get("en") or next(iter(found.values()), "does not conform")


def shapes_files() -> list[Path]:
    """Every file of ontology/shapes, sorted."""
    return sorted(resource("ontology/shapes").glob("*.ttl"))


def shapes_graph() -> rdflib.Graph:
    """All shapes as one rdflib Graph."""
    from citygraph.rdf.terms import to_graph

    # Blank nodes of two files must not meet: each file is read under its own labels by pyoxigraph's random ones.
    return to_graph(quad for path in shapes_files() for quad in ox.parse(path=path))


def validate(
    asserted: Iterable[ox.Quad | ox.Triple], ontology: Iterable[ox.Triple], shapes: rdflib.Graph | None = None
) -> list[Result]:
    """Every SHACL result on asserted data, with the subclasses of the ontology known and nothing else inferred.

    The full closure would hide mistakes: the range of a property would make its value what sh:class asks for.
    """
    import pyshacl

    from citygraph.rdf.terms import to_graph, unlogged

    shapes = shapes if shapes is not None else shapes_graph()
    with unlogged():
        data = to_graph(asserted)
        for triple in to_graph(t for t in ontology if value_of(t.predicate) == RDFS + "subClassOf"):
            data.add(triple)
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")
    return results(report, shapes)


def results(report: rdflib.Graph, shapes: rdflib.Graph) -> list[Result]:
    """The results of a SHACL report graph, sorted; the shapes give messages back the language that pySHACL takes from
    those of a sh:sparql constraint."""
    import rdflib

    sh = rdflib.Namespace(SH)

    def text(node: Node, predicate: str) -> str:
        value = report.value(node, sh[predicate])
        return "" if value is None or isinstance(value, rdflib.BNode) else str(value)

    found = []
    for node in report.objects(None, sh.result):
        said = [m for m in report.objects(node, sh.resultMessage) if isinstance(m, rdflib.Literal)]
        shape = rdflib.URIRef(text(node, "sourceShape"))
        written = {str(m): m.language for m in shapes.objects(shape, sh.message) if isinstance(m, rdflib.Literal)}
        messages = {(m.language or written.get(str(m)) or "", str(m)) for m in said}
        found.append(
            Result(
                text(node, "focusNode"),
                text(node, "resultPath"),
                text(node, "value"),
                text(node, "sourceConstraintComponent").removeprefix(SH),
                SEVERITY[text(node, "resultSeverity").removeprefix(SH)],
                text(node, "sourceShape"),
                tuple(sorted(messages)),
            )
        )
    return sorted(set(found))


def located(
    found: Iterable[Result], places: Mapping[str, tuple[Record, str]], language: str, spoken: Iterable[Problem] = ()
) -> list[Problem]:
    """SHACL results as problems at the line of the key that caused them.

    Where a check of form has already spoken at a line (`spoken`), results there say the same again and are left out.
    """
    lines = {(problem.file, problem.line) for problem in spoken if problem.severity == "violation"}
    problems: dict[tuple[str, int, int, str], Problem] = {}
    for result in found:
        record, key = places.get(result.focus, (None, ""))
        if record is None:
            owner = result.focus.rpartition(".")[0]
            record, key = places.get(owner, (Record(shorten(result.focus), 1, 1, shorten(result.focus)), ""))
        written = key_of_term().get(result.path, "")
        key = key or _WRITTEN.get(written, written)
        part, part_key = places.get(result.value, (None, ""))
        if written == "name" and "label" in record.fields:
            key = "label"  # of a table's thing, whose name is in no language
        if not key and part and (part.file, part.line) == (record.file, record.line):
            record, key = part, part_key  # a date, say: the value that a constraint on the whole claim points at
        line, column = record.at(key)
        if (record.file, line) in lines:
            continue
        code = "shacl-" + result.shape.rpartition("#")[2] if "#" in result.shape else "shacl-" + result.component
        what = result.message(language)
        said = f"{key}: {what}" if key and key in record.fields else what
        here = (record.get(part_key) if part is record and part_key else shorten(result.value)) or ""
        other = result.component.startswith("SPARQL") and part is not None and part is not record
        told = here if result.value != result.focus and (key or other) else ""
        if told:
            said += f" ({'the other' if other else 'here'}: {told})"
        values = record.fields[key].values if key in record.fields else []
        meant = next((value for value in values if value.text == told), values[0] if values else None)
        problem = Problem(
            record.file, line, column, code, said, "", record.name,
            result.severity, result.focus, result.path, result.component,
            meant.header if meant else "", meant.written if meant else told,
        )  # fmt: skip
        # A value that breaks two constraints of one shape gets the shape's message once.
        problems.setdefault((record.file, line, column, problem.what), problem)
    return list(problems.values())
