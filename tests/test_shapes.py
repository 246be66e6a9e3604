"""Every SHACL constraint shown at work: graphs that conform, and graphs with just the fault of their name."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Node

from citygraph import build as pipeline
from citygraph.rdf.terms import to_graph
from citygraph.shacl.validate import Result, shapes_files, shapes_graph, validate
from citygraph.vocabulary import ID, expand

FOLDER = Path(__file__).parent / "shapes"
CGS = "https://w3id.org/citygraph/shapes#"
VALID = sorted(FOLDER.glob("*/valid-*.ttl"))
INVALID = sorted(FOLDER.glob("*/invalid-*.ttl"))
STEMS = [path.stem for path in shapes_files() if path.stem != "prefixes"]

EXPECT = re.compile(r"# expect: focus=(\S+) path=(\S+) component=(\w+) severity=(Violation|Warning|Info) shape=(\S+)\n")

#: Parameter to the component that reports it.
COMPONENTS = {
    SH["class"]: "ClassConstraintComponent",
    SH.closed: "ClosedConstraintComponent",
    SH.datatype: "DatatypeConstraintComponent",
    SH.disjoint: "DisjointConstraintComponent",
    SH["in"]: "InConstraintComponent",
    SH.lessThan: "LessThanConstraintComponent",
    SH.lessThanOrEquals: "LessThanOrEqualsConstraintComponent",
    SH.maxCount: "MaxCountConstraintComponent",
    SH.maxInclusive: "MaxInclusiveConstraintComponent",
    SH.minCount: "MinCountConstraintComponent",
    SH.minInclusive: "MinInclusiveConstraintComponent",
    SH.nodeKind: "NodeKindConstraintComponent",
    SH["or"]: "OrConstraintComponent",
    SH.pattern: "PatternConstraintComponent",
    SH.sparql: "SPARQLConstraintComponent",
    SH.uniqueLang: "UniqueLangConstraintComponent",
    SH.xone: "XoneConstraintComponent",
}
#: What describes a shape and constrains nothing; sh:property reports through the shapes that it names.
DESCRIBING = {
    SH.declare, SH.ignoredProperties, SH.message, SH.path, SH.property, SH.severity, SH.targetClass,
}  # fmt: skip
#: Parameters that compare the values of the path with those of another.
COMPARING = {SH.disjoint, SH.lessThan, SH.lessThanOrEquals}


class Fault(NamedTuple):
    focus: str
    path: str
    component: str
    severity: str
    shape: str


class Pair(NamedTuple):
    shape: Node
    parameter: Node

    @property
    def component(self) -> str:
        return COMPONENTS[rdflib.URIRef(str(self.parameter))]

    def __str__(self) -> str:
        return f"{str(self.shape).removeprefix(CGS)} {self.component}"


def iri(name: str) -> str:
    return CGS + name.removeprefix("cgs:") if name.startswith("cgs:") else expand(name)


def expected(path: Path) -> list[Fault]:
    """The faults that the comments at the head of a file name."""
    faults = []
    for line in path.read_text("utf-8").splitlines(keepends=True):
        if not line.startswith("#"):
            break
        found = EXPECT.fullmatch(line)
        assert found, f"{path}: {line}"
        focus, where, component, severity, shape = found.groups()
        focus = focus if "://" in focus else ID + focus
        faults.append(Fault(focus, "" if where == "-" else iri(where), component, severity.lower(), iri(shape)))
    return sorted(faults)


@cache
def all_shapes() -> rdflib.Graph:
    return shapes_graph()


@cache
def shapes_of(stem: str) -> rdflib.Graph:
    (file,) = (path for path in shapes_files() if path.stem == stem)
    return to_graph(ox.parse(path=file))


@cache
def data(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=path))


@cache
def graph(path: Path) -> rdflib.Graph:
    return to_graph(data(path))


@cache
def found(path: Path) -> list[Result]:
    return validate(data(path), pipeline.ontology(), all_shapes())


@cache
def subclasses(of: Node) -> frozenset[Node]:
    known = to_graph(pipeline.ontology())
    return frozenset(node for node in known.transitive_subjects(RDFS.subClassOf, of) if node is not None)


def constraints(stem: str) -> list[Pair]:
    """Each (shape, parameter) of the named shapes of a file that pySHACL can report."""
    shapes = shapes_of(stem)
    named = {s for s in shapes.subjects() if isinstance(s, rdflib.URIRef)}
    pairs = {Pair(s, p) for s in named for p in shapes.predicates(s) if str(p).startswith(str(SH))}
    return sorted(pair for pair in pairs if pair.parameter not in DESCRIBING)


def spoken(shapes: rdflib.Graph, shape: Node) -> list[rdflib.Literal]:
    return [m for m in shapes.objects(shape, SH.message) if isinstance(m, rdflib.Literal) and m.strip()]


def focus_nodes(shape: Node, within: rdflib.Graph) -> set[Node]:
    owners = {shape, *all_shapes().subjects(SH.property, shape)}
    classes = {
        c for owner in owners for target in all_shapes().objects(owner, SH.targetClass) for c in subclasses(target)
    }
    return {node for c in classes for node in within.subjects(RDF.type, c)}


def exercises(pair: Pair, within: rdflib.Graph) -> bool:
    """Whether a graph has something for the constraint to judge: a focus node, and values where it judges values."""
    shape, parameter = pair
    path = all_shapes().value(shape, SH.path)
    for focus in focus_nodes(shape, within):
        if path is None:
            return True
        values = list(within.objects(focus, path))
        if parameter in COMPARING:
            (other,) = all_shapes().objects(shape, parameter)
            values = values if list(within.objects(focus, other)) else []
        if parameter == SH.uniqueLang and len({v.language for v in values if isinstance(v, rdflib.Literal)}) < 2:
            continue
        if values:
            return True
    return False


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_valid(path: Path) -> None:
    assert found(path) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_invalid(path: Path) -> None:
    faults = expected(path)
    assert faults, "no `# expect:` line"
    assert sorted(Fault(r.focus, r.path, r.component, r.severity, r.shape) for r in found(path)) == faults


def test_every_result_speaks_english_and_finnish() -> None:
    wrong = {}
    for path in INVALID:
        for result in found(path):
            shape = rdflib.URIRef(result.shape)
            said = {(str(m.language), str(m)) for m in spoken(all_shapes(), shape)}
            if set(result.messages) != said or {language for language, _ in said} != {"en", "fi"}:
                wrong[f"{path.parent.name}/{path.stem}"] = result.messages
    assert wrong == {}


def test_one_folder_for_each_shapes_file() -> None:
    assert sorted(folder.name for folder in FOLDER.iterdir()) == STEMS
    assert sorted(FOLDER.rglob("*.*")) == sorted([*VALID, *INVALID])


@pytest.mark.parametrize("stem", STEMS)
def test_every_constraint_fails_somewhere(stem: str) -> None:
    covered = {(f.shape, f.component) for path in INVALID if path.parent.name == stem for f in expected(path)}
    pairs = constraints(stem)
    assert pairs
    assert [str(p) for p in pairs if (str(p.shape), p.component) not in covered] == []


@pytest.mark.parametrize("stem", STEMS)
def test_every_constraint_is_met_somewhere(stem: str) -> None:
    graphs = [graph(path) for path in VALID if path.parent.name == stem]
    assert [str(pair) for pair in constraints(stem) if not any(exercises(pair, g) for g in graphs)] == []


@pytest.mark.parametrize("stem", STEMS)
def test_every_term_of_a_query_is_met_somewhere(stem: str) -> None:
    graphs = [graph(path) for path in VALID if path.parent.name == stem]
    used = {str(term) for g in graphs for term in {*g.predicates(), *g.objects(None, RDF.type)}}
    for query in shapes_of(stem).objects(None, SH.select):
        terms = set(re.findall(r"\b(?:cg|dcterms|geo|oa|skos):\w+", str(query)))
        assert terms
        assert {term for term in terms if expand(term) not in used} == set()


@pytest.mark.parametrize("stem", STEMS)
def test_every_listed_value_and_property_is_met_somewhere(stem: str) -> None:
    """What sh:in lists as a value, and what a closed shape lets by."""
    graphs = [graph(path) for path in VALID if path.parent.name == stem]
    shapes = shapes_of(stem)
    idle = []
    for shape, head in shapes.subject_objects(SH["in"]):
        (path,) = shapes.objects(shape, SH.path)
        met = {value for g in graphs for value in g.objects(None, path)}
        idle += [f"{shape} {value}" for value in Collection(shapes, head) if value not in met]
    for shape, head in shapes.subject_objects(SH.ignoredProperties):
        met = {p for g in graphs for focus in focus_nodes(shape, g) for p in g.predicates(focus)}
        idle += [f"{shape} {allowed}" for allowed in Collection(shapes, head) if allowed not in met]
    assert idle == []


@pytest.mark.parametrize("stem", STEMS)
def test_every_alternative_is_needed(stem: str) -> None:
    """Take one alternative of a sh:or or sh:xone away, and some graph that conforms by it conforms no more."""
    files = [path for path in VALID if path.parent.name == stem]
    idle = []
    for shape, parameter in constraints(stem):
        if parameter not in (SH["or"], SH.xone):
            continue
        description = shapes_of(stem).cbd(shape)
        (head,) = description.objects(shape, parameter)
        alternatives = list(Collection(description, head))
        for number, alternative in enumerate(alternatives, 1):
            poorer = description + rdflib.Graph()
            poorer.remove((shape, parameter, None))
            rest = Collection(poorer, rdflib.BNode(), [a for a in alternatives if a != alternative])
            poorer.add((shape, parameter, rest.uri))
            if not any(validate(data(path), pipeline.ontology(), poorer) for path in files):
                idle.append(f"{shape} {number}")
    assert idle == []


@pytest.mark.parametrize("stem", STEMS)
def test_every_shape_speaks_english_and_finnish(stem: str) -> None:
    shapes = shapes_of(stem)
    for shape in {pair.shape for pair in constraints(stem)}:
        assert sorted(str(m.language) for m in spoken(shapes, shape)) == ["en", "fi"], shape
    # pySHACL would report a query's own messages beside those of its shape: two a language.
    assert [m for query in shapes.objects(None, SH.sparql) for m in shapes.objects(query, SH.message)] == []


@pytest.mark.parametrize("stem", STEMS)
def test_every_reported_shape_is_named(stem: str) -> None:
    shapes = shapes_of(stem)
    targeted = set(shapes.subjects(SH.targetClass))
    reported = targeted | set(shapes.objects(None, SH.property))
    assert [shape for shape in reported if not str(shape).startswith(CGS)] == []
    # One that neither a target nor a targeted shape reaches would never fire.
    reached = targeted | {o for shape in targeted for o in shapes.objects(shape, SH.property)}
    declared = set(shapes.subjects(RDF.type, SH.NodeShape)) | set(shapes.subjects(RDF.type, SH.PropertyShape))
    assert reported | declared | {pair.shape for pair in constraints(stem)} == reached


def test_constraints_are_of_known_kinds() -> None:
    pairs = [pair for stem in STEMS for pair in constraints(stem)]
    assert {pair.parameter for pair in pairs} <= set(COMPONENTS)
    # Two values of one parameter would hide behind one pair.
    assert [str(pair) for pair in pairs if len(list(all_shapes().objects(*pair))) > 1] == []
