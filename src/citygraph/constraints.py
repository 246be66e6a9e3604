"""SHACL compiled to closures over an index: the fast validator, held to pySHACL by tests.

It knows the targets, paths and components that the shapes here use. Whatever else a shapes graph holds stops with its
name (UnknownConstraintError): never a silent pass. Component and report semantics: SHACL (W3C, 2017), sections 3 to 5.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from citygraph.index import Index, Term
from citygraph.literals import at_least, below, of_datatype
from citygraph.quads import value_of
from citygraph.validate import SEVERITY, Result
from citygraph.vocabulary import RDF, SH, TYPE

#: Focus node and its value nodes to the value nodes that fail; None for a failure that has no value.
Check = Callable[[Index, str, Sequence[Term]], Iterable[Term | None]]


class UnknownConstraintError(ValueError):
    """The shapes hold something that the compiler does not know."""


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

    def values(self, index: Index, focus: Term) -> Sequence[Term]:
        """The value nodes of a focus node."""
        if not self.path:
            return [focus]
        return index.values(self.path, focus) if isinstance(focus, str) else []


def compile_shapes(triples: Iterable[ox.Triple]) -> list[Shape]:
    """The shapes that have targets, in order of their IRIs; raises UnknownConstraintError naming what is not known."""
    return _Compiler(triples).shapes()


def conform(shapes: Iterable[Shape], index: Index) -> list[Result]:
    """Every result of the shapes on the graph, sorted."""
    results: list[Result] = []
    store: ox.Store | None = None
    for shape in shapes:
        focus = sorted(set().union(*(index.instances(name) for name in shape.targets)))
        for node in focus:
            results += _results(shape, index, node)
        if shape.allowed is not None:
            results += _closed(shape, index, set(focus))
        for query in shape.queries if focus else ():
            store = store or index.store()
            results += _asked(shape, store, query, set(focus))
    return sorted(set(results))


def _results(shape: Shape, index: Index, focus: str) -> Iterator[Result]:
    values = shape.values(index, focus)
    for component, check in shape.checks:
        for value in check(index, focus, values):
            yield _result(shape, focus, shape.path, value, component)
    for inner in shape.properties:
        for value in values:
            if isinstance(value, str):
                yield from _results(inner, index, value)


def _result(shape: Shape, focus: str, path: str, value: Term | None, component: str) -> Result:
    text = "" if value is None else value if isinstance(value, str) else value.value
    name = component + "ConstraintComponent"
    return Result(focus, path, text, name, SEVERITY[shape.severity], shape.iri, shape.messages)


def _closed(shape: Shape, index: Index, focus: set[str]) -> Iterator[Result]:
    """sh:closed, predicate by predicate: each statement with one that is not allowed."""
    assert shape.allowed is not None
    for predicate in index.predicates.keys() - shape.allowed:
        for subject in index.predicates[predicate].keys() & focus:
            for value in index.predicates[predicate][subject]:
                yield _result(shape, subject, predicate, value, "Closed")


def _asked(shape: Shape, store: ox.Store, query: str, focus: set[str]) -> Iterator[Result]:
    """sh:sparql for all focus nodes at once: the query binds $this itself, and its answers are kept for the focus."""
    answer = store.query(query)
    assert isinstance(answer, ox.QuerySolutions)
    names = {variable.value for variable in answer.variables}
    for row in answer:
        this = value_of(row["this"])
        if this in focus:
            value = row["value"] if "value" in names else None
            term: Term = this if value is None else value if isinstance(value, ox.Literal) else value_of(value)
            path = value_of(row["path"]) if "path" in names and row["path"] else shape.path
            yield _result(shape, this, path, term, "SPARQL")


def _conforms(shape: Shape, index: Index, node: Term) -> bool:
    """Whether a node conforms to a shape that stands inside sh:or, sh:and, sh:not, sh:xone or sh:node."""
    values = shape.values(index, node)
    focus = node if isinstance(node, str) else ""
    if any(True for _, check in shape.checks for _ in check(index, focus, values)):
        return False
    return all(_conforms(inner, index, value) for inner in shape.properties for value in values)


class _Compiler:
    """One shapes graph on its way to shapes."""

    def __init__(self, triples: Iterable[ox.Triple]) -> None:
        self.about: dict[object, dict[str, list[object]]] = defaultdict(lambda: defaultdict(list))
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

    def _parameter(self, shape: Shape, node: object, name: str, value: object) -> None:
        """Add what one parameter of a shape asks for."""
        if name == "property":
            shape.properties.append(self.shape(value))
        elif name == "sparql":
            shape.queries.append(self._query(value))
        elif name == "closed":
            ignored = [i for each in self.about[node].get(SH + "ignoredProperties", []) for i in self._list(each)]
            shape.allowed = frozenset(value_of(i) for i in ignored) if value_of(value) == "true" else None
        elif name in ("or", "and", "xone"):
            shape.checks.append((name.capitalize(), _logical(name, [self.shape(n) for n in self._list(value)])))
        elif name in ("not", "node"):
            inner, wanted = self.shape(value), name == "node"
            shape.checks.append((name.capitalize(), _nested(inner, wanted)))
        elif name == "in":
            terms = {_term(n) for n in self._list(value)}
            shape.checks.append(("In", lambda _i, _f, values, t=terms: [v for v in values if v not in t]))  # type: ignore[misc]
        elif name in _SIMPLE:
            component = name[0].upper() + name[1:]
            shape.checks.append((component, _SIMPLE[name](value)))
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


def _term(term: object) -> Term:
    return term if isinstance(term, ox.Literal) else value_of(term)


def _logical(name: str, shapes: list[Shape]) -> Check:
    wanted = {"or": range(1, len(shapes) + 1), "and": [len(shapes)], "xone": [1]}[name]

    def check(index: Index, _: str, values: Sequence[Term]) -> list[Term]:
        return [v for v in values if sum(_conforms(shape, index, v) for shape in shapes) not in wanted]

    return check


def _nested(shape: Shape, wanted: bool) -> Check:
    return lambda index, _, values: [v for v in values if _conforms(shape, index, v) is not wanted]


def _class(value: object) -> Check:
    name = value_of(value)
    return lambda index, _, values: [v for v in values if not (isinstance(v, str) and v in index.instances(name))]


def _min_count(value: object) -> Check:
    number = int(value_of(value))
    return lambda _i, _f, values: [None] if len(values) < number else []


def _max_count(value: object) -> Check:
    number = int(value_of(value))
    return lambda _i, _f, values: [None] if len(values) > number else []


def _datatype(value: object) -> Check:
    name = value_of(value)
    return lambda _i, _f, values: [v for v in values if not of_datatype(v, name)]


def _node_kind(value: object) -> Check:
    if value_of(value) != SH + "IRI":
        raise UnknownConstraintError(f"sh:nodeKind {value_of(value)}")
    return lambda _i, _f, values: [v for v in values if not isinstance(v, str)]


def _pattern(value: object) -> Check:
    pattern = re.compile(value_of(value))
    return lambda _i, _f, values: [v for v in values if not pattern.search(v if isinstance(v, str) else v.value)]


def _unique_lang(value: object) -> Check:
    if value_of(value) != "true":
        return lambda _i, _f, _v: []

    def check(_i: Index, _f: str, values: Sequence[Term]) -> list[None]:
        languages = Counter(v.language.lower() for v in values if isinstance(v, ox.Literal) and v.language)
        return [None for number in languages.values() if number > 1]

    return check


def _disjoint(value: object) -> Check:
    other = value_of(value)
    return lambda index, focus, values: set(values) & set(index.values(other, focus))


def _pairs(compare: Callable[[Term, Term], bool]) -> Callable[[object], Check]:
    def build(value: object) -> Check:
        other = value_of(value)
        return lambda index, focus, values: [v for v in values for w in index.values(other, focus) if not compare(v, w)]

    return build


def _has_value(value: object) -> Check:
    term = _term(value)
    return lambda _i, _f, values: [] if term in values else [None]


def _range(good: Callable[[Term, ox.Literal], bool]) -> Callable[[object], Check]:
    def build(value: object) -> Check:
        assert isinstance(value, ox.Literal)
        return lambda _i, _f, values: [v for v in values if not good(v, value)]

    return build


_SIMPLE: dict[str, Callable[[object], Check]] = {
    "class": _class,
    "minCount": _min_count,
    "maxCount": _max_count,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "pattern": _pattern,
    "uniqueLang": _unique_lang,
    "disjoint": _disjoint,
    "lessThan": _pairs(lambda v, w: below(v, w, equal=False)),
    "lessThanOrEquals": _pairs(lambda v, w: below(v, w, equal=True)),
    "hasValue": _has_value,
    "minInclusive": _range(lambda v, limit: at_least(v, limit, 1)),
    "maxInclusive": _range(lambda v, limit: at_least(v, limit, -1)),
}
