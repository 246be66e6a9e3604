"""Generated shapes on generated graphs: the compiled validator gives the whole report that pySHACL gives, and a broken
component is noticed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

from citygraph.rdf.columns import columns_of
from citygraph.rdf.terms import to_graph, unlogged
from citygraph.shacl.components import SIMPLE, Check
from citygraph.shacl.constraints import Shape, compile_shapes, conform
from citygraph.shacl.index import Index
from citygraph.shacl.validate import Result, validate
from citygraph.vocabulary import CG, ID, RDFS, SH, TYPE, XSD
from test_compiled import EXAMPLES

_NAMES = [f"cg:p{n}" for n in range(3)]
_CLASSES = [f"cg:C{n}" for n in range(3)]
_THINGS = [f"id:{letter}" for letter in "abc"]
_NUMBERS = ["1", "2", "007", "1.5", "-20.5", '"x"^^xsd:integer', '""^^xsd:decimal', '"3"']
_DAYS = ['"2012-09-10"^^xsd:date', '"2012-06-01"^^xsd:date', '"2012-02-30"^^xsd:date', '"2013"']
_WORDS = ['"Lahti"@fi', '"Lahden kaupunki"@FI', '"Lahtis"@sv', '"Lahti"', '"a \\"b\\""', "true"]
_name, _class = st.sampled_from(_NAMES), st.sampled_from(_CLASSES)
#: A predicate has values of one kind for the most part: else hardly two of them could be compared.
_USUAL = {"cg:p0": _NUMBERS, "cg:p1": _NUMBERS + _DAYS, "cg:p2": _WORDS}
_VALUE = st.sampled_from([*_THINGS, *_NUMBERS, *_DAYS, *_WORDS])
_PREFIXES = f"""@prefix sh: <{SH}> . @prefix xsd: <{XSD}> . @prefix cg: <{CG}> . @prefix id: <{ID}> .
@prefix rdf: <{TYPE.removesuffix("type")}> . @prefix rdfs: <{RDFS}> .
"""
SEVERITIES = ["sh:Violation", "sh:Warning", "sh:Info"]
MESSAGES = ['"Wrong."@en , "Väärin."@fi', '"Not so."@en', '"No language."']


@dataclass
class Made:
    """A shape: its parameters by name, and the shapes below it."""

    path: str = ""
    told: dict[str, str] = field(default_factory=dict)
    below: dict[str, list[Made]] = field(default_factory=dict)

    def lines(self, statements: list[str], iri: str = "") -> str:
        """What is said of it; property shapes below a shape with an IRI are `statements` with IRIs and messages."""
        lines = ["a sh:PropertyShape", f"sh:path {self.path}"] if self.path else ["a sh:NodeShape"]
        lines += [f"sh:{name} {value}" for name, value in self.told.items()]
        for name, shapes in self.below.items():
            texts = [f"[ {shape.lines([])} ]" for shape in shapes]
            if name == "property" and iri:
                texts = [f"{iri}{number}" for number in range(len(shapes))]
                for text, shape in zip(texts, shapes, strict=True):
                    statements.append(f"{text} {shape.lines(statements, text)} ; sh:message {MESSAGES[0]} .")
            listed = name in ("or", "and", "xone")
            lines += [f"sh:{name} ( {' '.join(texts)} )"] if listed else [f"sh:{name} {text}" for text in texts]
        return " ; ".join(lines)


_PARAMETERS: dict[str, st.SearchStrategy[str]] = {
    "class": _class,
    "minCount": st.sampled_from(["0", "1", "2"]),
    "maxCount": st.sampled_from(["0", "1", "2"]),
    "datatype": st.sampled_from(["xsd:integer", "xsd:decimal", "xsd:date", "xsd:string", "rdf:langString", "cg:own"]),
    "nodeKind": st.just("sh:IRI"),
    "pattern": st.sampled_from(['"^L"', '"[0-9]$"', '"/a$"']),
    "uniqueLang": st.sampled_from(["true", "true", "false"]),
    "disjoint": _name,
    "lessThan": _name,
    "lessThanOrEquals": _name,
    "hasValue": _VALUE,
    "minInclusive": st.sampled_from(["0", "1.5", '"2012-07-01"^^xsd:date']),
    "maxInclusive": st.sampled_from(["1", "-1.5", '"2012-07-01"^^xsd:date']),
    "in": st.lists(_VALUE, max_size=4).map(lambda values: f"( {' '.join(values)} )"),
    "closed": st.sampled_from(["true", "true", "false"]),
}
_OF_PATHS = {"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals"}
_BELOW = ["property", "node", "not", "or", "and", "xone"]


@st.composite
def shapes(draw: st.DrawFn, wanted: str = "", path: bool | None = None, depth: int = 2) -> Made:
    """A node or property shape, its parameters at random but for one that it must have."""
    path = draw(st.booleans()) if path is None else path
    path = path or wanted in _OF_PATHS
    known = [name for name in _PARAMETERS if (path and name != "closed") or (not path and name not in _OF_PATHS)]
    names = draw(st.lists(st.sampled_from(known), max_size=3, unique=True))
    names += [wanted] if wanted in _PARAMETERS and wanted not in names else []
    made = Made(draw(_name) if path else "", {name: draw(_PARAMETERS[name]) for name in sorted(names)})
    if "uniqueLang" in made.told:
        made.path = "cg:p2"
    if "closed" in made.told:
        made.told["ignoredProperties"] = f"( rdf:type {draw(_name)} )"
    logical = draw(st.lists(st.sampled_from(_BELOW), max_size=depth, unique=True)) if depth else []
    for name in {*logical, *([wanted] if wanted in _BELOW else [])}:
        number = 1 if name in ("node", "not") else draw(st.integers(1, 3))
        of_path = {"property": True, "node": False}.get(name)
        made.below[name] = [draw(shapes(path=of_path, depth=depth - 1)) for _ in range(number)]
    return made


@st.composite
def graphs(draw: st.DrawFn) -> str:
    """Some things of some classes with right and wrong values."""
    lines = [f"{thing} a {draw(_class)} ." for thing in _THINGS[: draw(st.integers(1, 3))]]
    for _ in range(draw(st.integers(1, 8))):
        name = draw(_name)
        values = draw(st.lists(st.sampled_from(_USUAL[name]) | _VALUE, min_size=1, max_size=3))
        lines.append(f"{draw(st.sampled_from(_THINGS))} {name} {' , '.join(values)} .")
    return "\n".join(lines)


@st.composite
def cases(draw: st.DrawFn, wanted: str = "") -> tuple[str, str]:
    """A shapes graph and a data graph."""
    whole: list[str] = []
    for number in range(1 if wanted else draw(st.integers(1, 2))):
        if wanted in _PARAMETERS and wanted != "closed":
            made = Made(below={"property": [draw(shapes(wanted, path=True))]})
        else:
            made = draw(shapes(wanted, path=False))
        more = "".join(f" ; sh:targetClass {name}" for name in draw(st.lists(_class, min_size=1, max_size=2)))
        more += f" ; sh:message {draw(st.sampled_from(MESSAGES))} ; sh:severity {draw(st.sampled_from(SEVERITIES))}"
        whole.append(f"cg:S{number}x {made.lines(whole, f'cg:S{number}x')}{more} .")
    return "\n".join(whole), draw(graphs())


def triples(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(_PREFIXES + text, format=ox.RdfFormat.TURTLE)]


SUBCLASSES = triples("cg:C1 rdfs:subClassOf cg:C0 .")


def reference(shapes: str, data: str) -> list[Result] | None:
    """pySHACL's report, None where it stops: rdflib cannot order what is no number, ours goes on."""
    try:
        with unlogged():
            return validate(triples(data), SUBCLASSES, to_graph(triples(shapes)))
    except (TypeError, ArithmeticError):
        return None


def compiled(shapes: list[Shape], data: str) -> list[Result]:
    return conform(shapes, Index(columns_of(triples(data)), SUBCLASSES))


QUICK = settings(
    max_examples=100 * EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES == 1,
    suppress_health_check=list(HealthCheck),
)


@settings(QUICK)
@given(cases())
def test_generated_shapes_get_the_same_report(case: tuple[str, str]) -> None:
    theirs = reference(*case)
    assume(theirs is not None)
    assert compiled(compile_shapes(triples(case[0])), case[1]) == theirs


def _nothing(check: Check) -> Check:
    return lambda index, values: tuple(side[:0] for side in check(index, values))  # type: ignore[return-value]


def without(shapes: list[Shape], name: str) -> list[Shape]:
    """The shapes with one component that finds nothing, or without what else they have."""
    for shape in shapes:
        without(shape.properties, name)
        shape.checks = [
            (each, _nothing(check) if each == name[0].upper() + name[1:] else check) for each, check in shape.checks
        ]
        if name == "closed":
            shape.allowed = None
        elif name == "property":
            shape.properties = []
        elif name == "severity":
            shape.severity = "Violation"
        elif name == "message":
            shape.messages = shape.messages[:1]
    return shapes


@pytest.mark.parametrize("name", [*SIMPLE, "in", "closed", *_BELOW, "severity", "message"])
def test_a_broken_component_is_noticed(name: str) -> None:
    def noticed(case: tuple[str, str]) -> bool:
        theirs = reference(*case)
        return theirs is not None and compiled(without(compile_shapes(triples(case[0])), name), case[1]) != theirs

    assert find(cases(name), noticed, settings=settings(QUICK, max_examples=2000, phases=[Phase.generate]))
