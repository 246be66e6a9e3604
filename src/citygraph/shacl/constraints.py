"""SHACL compiled for columns: the fast validator, held to pySHACL by tests.

It knows the targets, paths and components that the shapes here use. Whatever else a shapes graph holds stops with its
name (UnknownConstraintError): never a silent pass. Report semantics: SHACL (W3C, 2017), section 3.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyoxigraph as ox

from citygraph.rdf.columns import Mask, Numbers
from citygraph.rdf.quads import value_of
from citygraph.shacl.components import (
    NONE,
    SIMPLE,
    Check,
    UnknownConstraintError,
    Values,
    among,
    chosen,
    values_of,
)
from citygraph.shacl.index import Index, Pairs
from citygraph.shacl.narrowed import store_for
from citygraph.shacl.validate import SEVERITY, Result
from citygraph.vocabulary import RDF, SH, TYPE


@dataclass
class Shape:
    """A node shape (no path) or property shape, its constraints compiled."""

    iri: str
    path: str = ""
    severity: str = "Violation"
    messages: tuple[tuple[str, str], ...] = ()
    targets: list[str] = field(default_factory=list)
    checks: list[tuple[str, Check]] = field(default_factory=list)
    properties: list[Shape] = field(default_factory=list)
    allowed: frozenset[str] | None = None
    queries: list[str] = field(default_factory=list)


def compile_shapes(triples: Iterable[ox.Triple]) -> list[Shape]:
    """The shapes that have targets, in order of their IRIs; raises UnknownConstraintError naming what is not known."""
    return _Compiler(triples).shapes()


def conform(shapes: Iterable[Shape], index: Index, about: Iterable[str] | None = None) -> list[Result]:
    """Every result of the shapes on the graph, sorted; with `about`, those of targets that are among these IRIs."""
    results: set[Result] = set()
    asked = None if about is None else [number for iri in about if (number := index.terms.find(iri)) >= 0]
    for shape in shapes:
        focus = index.distinct(np.concatenate([index.instances(name) for name in shape.targets]))
        focus = focus if asked is None else focus[np.isin(focus, asked)]
        results.update(_results(shape, index, focus))
        for query in shape.queries:
            results.update(_asked(shape, index, query, focus))
    return sorted(results)


def _results(shape: Shape, index: Index, focus: Numbers) -> Iterator[Result]:
    """The results of a shape at all its focus nodes, and of the property shapes at their values."""
    values = values_of(index, shape.path, focus)
    for component, check in shape.checks:
        yield from _told(shape, index, shape.path, check(index, values), component)
    for predicate, failing in _closed(shape, index, values):
        yield from _told(shape, index, index.terms.value(predicate), failing, "Closed")
    if shape.properties:
        inner_focus = index.distinct(values.nodes)
        for inner in shape.properties:
            yield from _results(inner, index, inner_focus)


def _told(shape: Shape, index: Index, path: str, failing: Pairs, component: str) -> Iterator[Result]:
    terms = index.terms
    for focus, node in zip(failing[0].tolist(), failing[1].tolist(), strict=True):
        yield _result(shape, terms.value(focus), path, "" if node == NONE else terms.value(node), component)


def _result(shape: Shape, focus: str, path: str, told: str, component: str) -> Result:
    name = component + "ConstraintComponent"
    return Result(focus, path, told, name, SEVERITY[shape.severity], shape.iri, shape.messages)


def _closed(shape: Shape, index: Index, values: Values) -> Iterator[tuple[int, Pairs]]:
    """sh:closed, predicate by predicate: each statement about a focus node with one that is not allowed."""
    if shape.allowed is None:
        return
    allowed = {index.terms.find(name) for name in shape.allowed}
    focus = index.table(values.focus)
    for predicate in index.predicates.tolist():
        if predicate not in allowed:
            subjects, objects = index.pairs(predicate)
            which = focus[subjects]
            if which.any():
                yield predicate, (subjects[which], objects[which])


def _conforming(shape: Shape, index: Index, nodes: Numbers) -> Mask:
    """Which nodes conform to a shape that stands inside sh:or, sh:and, sh:not, sh:xone or sh:node."""
    values = values_of(index, shape.path, nodes)
    failing = np.zeros(index.size, dtype=bool)
    for _, check in shape.checks:
        failing[check(index, values)[0]] = True
    for _, (focus, _) in _closed(shape, index, values):
        failing[focus] = True
    if shape.properties:
        inner_focus = index.distinct(values.nodes)
        for inner in shape.properties:
            bad = inner_focus[~_conforming(inner, index, inner_focus)]
            failing[chosen(index, values, bad)[0]] = True
    return ~failing[nodes]


def _asked(shape: Shape, index: Index, query: str, focus: Numbers) -> Iterator[Result]:
    """sh:sparql for all focus nodes at once: the query binds $this itself, and its answers are kept for the focus."""
    store = store_for(query, index, focus)
    if store is None:
        return
    answer = store.query(query)
    assert isinstance(answer, ox.QuerySolutions)
    names = {variable.value for variable in answer.variables}
    wanted = index.table(focus)
    for row in answer:
        this = index.terms.numbers.get(str(row["this"]), NONE)
        if this != NONE and wanted[this]:
            told = row["value"] if "value" in names else None
            path = value_of(row["path"]) if "path" in names and row["path"] else shape.path
            iri = index.terms.value(this)
            yield _result(shape, iri, path, iri if told is None else value_of(told), "SPARQL")


def _logical(name: str, shapes: list[Shape]) -> Check:
    wanted = {"or": range(1, len(shapes) + 1), "and": [len(shapes)], "xone": [1]}[name]

    def check(index: Index, values: Values) -> Pairs:
        nodes = index.distinct(values.nodes)
        number = np.zeros(len(nodes), dtype=np.int32)
        for shape in shapes:
            number += _conforming(shape, index, nodes)
        return chosen(index, values, nodes[~np.isin(number, wanted)])

    return check


def _nested(shape: Shape, wanted: bool) -> Check:
    def check(index: Index, values: Values) -> Pairs:
        nodes = index.distinct(values.nodes)
        return chosen(index, values, nodes[_conforming(shape, index, nodes) != wanted])

    return check


class _Compiler:
    """One shapes graph on its way to shapes."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.about: dict[object, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
        self._open: list[object] = []
        for triple in triples:
            self.about[triple.subject][triple.predicate.value].append(triple.object)

    def shapes(self) -> list[Shape]:
        """Every shape with a target."""
        nodes = [node for node in self.about if SH + "targetClass" in self.about[node]]
        return sorted((self.shape(node) for node in nodes), key=lambda shape: shape.iri)

    def shape(self, node: object) -> Shape:
        """A shape with all that stands below it."""
        shape = Shape(value_of(node) if isinstance(node, ox.NamedNode) else "")
        about = self.about[node]
        shape.path = self._one_iri(node, "path")
        shape.severity = self._one_iri(node, "severity").removeprefix(SH) or "Violation"
        literals = [m for m in about.get(SH + "message", []) if isinstance(m, ox.Literal)]
        shape.messages = tuple(sorted((m.language or "", m.value) for m in literals))
        shape.targets = [value_of(t) for t in about.get(SH + "targetClass", [])]
        for predicate, objects in about.items():
            name = predicate.removeprefix(SH)
            if predicate == TYPE or name in _DESCRIBING:
                continue
            for value in objects:
                self._parameter(shape, node, name, value)
        if shape.allowed is not None:
            shape.allowed |= {inner.path for inner in shape.properties}
        return shape

    def _below(self, node: object) -> Shape:
        """A shape inside another one, whose queries nobody would ask."""
        if node in self._open:
            raise UnknownConstraintError(f"a shape inside itself: {value_of(node)}")
        self._open.append(node)
        shape = self.shape(node)
        self._open.pop()
        if shape.queries:
            raise UnknownConstraintError(f"sh:sparql of {shape.iri or 'a nested shape'}, which stands inside another")
        return shape

    def _parameter(self, shape: Shape, node: object, name: str, value: object) -> None:
        """Add what one parameter of a shape asks for."""
        if name == "property":
            shape.properties.append(self._below(value))
        elif name == "sparql":
            shape.queries.append(self._query(value))
        elif name == "closed":
            ignored = [i for each in self.about[node].get(SH + "ignoredProperties", []) for i in self._list(each)]
            shape.allowed = frozenset(value_of(i) for i in ignored) if value_of(value) == "true" else None
        elif name in ("or", "and", "xone"):
            shape.checks.append((name.capitalize(), _logical(name, [self._below(n) for n in self._list(value)])))
        elif name in ("not", "node"):
            inner, wanted = self._below(value), name == "node"
            shape.checks.append((name.capitalize(), _nested(inner, wanted)))
        elif name == "in":
            shape.checks.append(("In", among(self._list(value))))
        elif name in SIMPLE:
            shape.checks.append((name[0].upper() + name[1:], SIMPLE[name](value)))
        else:
            raise UnknownConstraintError(f"sh:{name} of {shape.iri or 'a nested shape'}")

    def _one_iri(self, node: object, name: str) -> str:
        found = self.about[node].get(SH + name, [])
        if any(not isinstance(value, ox.NamedNode) for value in found):
            raise UnknownConstraintError(f"sh:{name} that is not one IRI")
        return value_of(found[0]) if found else ""

    def _list(self, node: object) -> list[object]:
        items = []
        while node != ox.NamedNode(RDF + "nil"):
            items += self.about[node][RDF + "first"]
            (node,) = self.about[node][RDF + "rest"]
        return items

    def _query(self, node: object) -> str:
        """A SELECT with its prefixes, `$this` left for the query to bind."""
        (select,) = (value_of(v) for v in self.about[node][SH + "select"])
        declared = [d for p in self.about[node].get(SH + "prefixes", []) for d in self.about[p][SH + "declare"]]
        lines = []
        for each in declared:
            (prefix,), (space,) = self.about[each][SH + "prefix"], self.about[each][SH + "namespace"]
            lines.append(f"PREFIX {value_of(prefix)}: <{value_of(space)}>\n")
        if not re.match(r"\s*SELECT\b[^{]*[$?]this\b", select, re.IGNORECASE) or len(re.findall("SELECT", select)) > 1:
            raise UnknownConstraintError("sh:select that does not give $this in one SELECT")
        return "".join(lines) + select


#: What describes a shape, or is read with the parameter that it belongs to.
_DESCRIBING = {"path", "severity", "message", "targetClass", "ignoredProperties"}
