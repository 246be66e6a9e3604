"""The files of a release: the same bytes each time, read by others, without blank nodes, in small diffs."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import to_canonical_graph

from citygraph import build as pipeline
from citygraph import turtle as turtles
from citygraph.export import report_quads
from citygraph.jsonld import jsonld
from citygraph.order import KINDS, Ordered, ordered, ordered_parts
from citygraph.quads import value_of
from citygraph.turtle import prefixes, trig, turtle
from citygraph.validate import Result
from citygraph.vocabulary import CG, CLAIM, GRAPH, ID, SKOS, TYPE, XSD, context, key_of_term, owner
from conftest import ROOT, Sheets

FILES = ["citygraph.jsonld", "citygraph.nq", "citygraph.trig", "citygraph.ttl", "citygraph-inferred.ttl"]
WHOLE = ["citygraph.nq", "citygraph.trig", "citygraph.jsonld"]


def quads(path: Path) -> set[ox.Quad]:
    return set(ox.parse(path=path, format=ox.RdfFormat.from_extension(path.suffix[1:])))


def test_the_files_that_are_promised(dist: Path) -> None:
    assert {path.name for path in dist.iterdir()} == {*FILES, "shacl-report.ttl", "ontology.ttl", "context.jsonld"}


def test_same_input_same_bytes(dist: Path, tmp_path: Path) -> None:
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [sys.executable, "-m", "citygraph.cli", "build", "--quiet", "--out", str(out)]
        subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"})
        for file in sorted(dist.iterdir()):
            assert (out / file.name).read_bytes() == file.read_bytes(), file.name


@pytest.mark.parametrize("name", WHOLE[1:])
def test_formats_hold_the_same_quads(name: str, dist: Path) -> None:
    assert quads(dist / name) == quads(dist / "citygraph.nq")


def test_turtle_holds_what_the_graphs_hold(dist: Path) -> None:
    every = quads(dist / "citygraph.nq")
    added = {q.triple for q in every if q.graph_name == ox.NamedNode(GRAPH + "inferred")}
    assert {q.triple for q in quads(dist / "citygraph-inferred.ttl")} == added
    assert {q.triple for q in quads(dist / "citygraph.ttl")} == {q.triple for q in every} - added


def test_asserted_and_inferred_never_mix(built: pipeline.Built) -> None:
    said = {q.triple for q in built.asserted}
    assert not said & {q.triple for q in built.inferred}
    short_cuts = {CG + name for name in ("memberOf", "partOf", "boundBy", "coordinates", "participatesIn")}
    assert not short_cuts & {t.predicate.value for t in said}
    assert short_cuts <= {q.predicate.value for q in built.inferred}


@pytest.mark.parametrize("name", FILES)
def test_no_blank_nodes(name: str, dist: Path) -> None:
    assert not any(isinstance(term, ox.BlankNode) for q in quads(dist / name) for term in (q.subject, q.object))


@pytest.mark.parametrize("name", WHOLE)
def test_rdflib_reads_it(name: str, dist: Path) -> None:
    ours = rdflib.Dataset()
    ours.parse(dist / "citygraph.nq")
    theirs = rdflib.Dataset()
    theirs.parse(dist / name)

    def plain(dataset: rdflib.Dataset) -> set[tuple[str, ...]]:
        return {tuple(term.n3() if term else "" for term in quad) for quad in dataset.quads()}

    assert plain(theirs) == plain(ours)


@pytest.mark.parametrize(
    ("name", "syntax"), [("citygraph.ttl", "turtle"), ("citygraph.trig", "trig"), ("citygraph.nq", "nquads")]
)
def test_raptor_reads_it(name: str, syntax: str, dist: Path) -> None:
    rapper = shutil.which("rapper")
    if rapper is None:
        pytest.skip("raptor's rapper is not installed (Debian: raptor2-utils)")
    done = subprocess.run([rapper, "-i", syntax, "-c", str(dist / name)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"returned {len(quads(dist / name))} triples" in done.stderr
    assert "error" not in done.stderr.lower().replace("warning", "")


def test_turtle_is_pleasant(dist: Path) -> None:
    lines = (dist / "citygraph.ttl").read_text("utf-8").splitlines()
    kinds = [line.split()[-1] for line in lines if line.startswith("# ---")]
    assert kinds[:6] == ["Sources", "Cities", "Networks", "Organisations", "Places", "Memberships"]
    at = lines.index("lahti-networks-2012:covenant-membership a cg:Membership ;")
    assert lines[at - 1] == ""
    assert lines[at + 1 : at + 3] == ["    cg:member id:lahti ;", "    cg:network id:covenant-of-mayors-2020 ;"]
    assert not any("\\/" in line for line in lines)


def test_a_small_edit_is_a_small_diff(dist: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data)
    sheet = data / "pages" / "energy-cities-ubc.yaml"
    sheet.write_text(sheet.read_text("utf-8").replace("founded: 1991", "founded: 1992"), "utf-8")
    pipeline.release(data, tmp_path / "out")
    for name in ("citygraph.ttl", "citygraph.nq", "citygraph.trig"):
        old, new = ((folder / name).read_text("utf-8").splitlines() for folder in (dist, tmp_path / "out"))
        changed = [line for line in difflib.ndiff(old, new) if line[0] in "+-"]
        assert 0 < len(changed) <= 6, name


def test_report_has_named_results_for_each_finding(tmp_path: Path, sheets: Sheets) -> None:
    data = sheets(
        tmp_path, "  - {id: a, type: Commitment, party: turku, change: -3, unit: percent, target-year: 2030}\n"
    )
    pipeline.release(data, tmp_path / "out")
    graph = rdflib.Graph().parse(tmp_path / "out" / "shacl-report.ttl")
    (result,) = graph.objects(None, rdflib.SH.result)
    assert isinstance(result, rdflib.URIRef)
    assert graph.value(result, rdflib.SH.resultSeverity) == rdflib.SH.Info
    assert {m.language for m in graph.objects(result, rdflib.SH.resultMessage) if isinstance(m, rdflib.Literal)} == {
        "en",
        "fi",
    }


def test_report_names_depend_on_what_is_said() -> None:
    def report(value: str) -> set[str]:
        one = Result("urn:f", "urn:p", value, "ClassConstraintComponent", "violation", "urn:s", (("en", "m"),))
        return {str(q.subject) for q in report_quads([one])}

    assert report("1") == report("1")
    assert report("1") != report("2")


def test_rdflib_graphs_are_the_same_up_to_nothing(dist: Path) -> None:
    """No blank nodes: the canonical form of the graph is the graph."""
    graph = rdflib.Graph().parse(dist / "citygraph.ttl")
    assert set(to_canonical_graph(graph)) == set(graph)


# The order, and how each format writes what is hard to write

KIND_OF = {
    CLAIM + "s/b-c": "Membership",
    ID + "turku": "City",
    ID + "eco": "Network",
    CLAIM + "s/b": "Membership",
    CLAIM + "s/a": "Twinning",
}
IRIS = st.sampled_from([ID + "a", ID + "a-b", CLAIM + "s/b.joined", CLAIM + "7/a", *KIND_OF]).map(ox.NamedNode)
PREDICATES = st.sampled_from([SKOS + "prefLabel", CG + "member", CG + "network", "urn:p", "urn:pp"]).map(ox.NamedNode)
TEXTS = st.sampled_from(["", "a", "a ", 'a"', "a .\n", "a .\n@prefix x", "a\tb", "\u2028", "\\", "Ä", "5"])
LITERALS = st.one_of(
    st.builds(ox.Literal, TEXTS),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["fi", "fi-FI", "en"])),
    st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode(XSD + "date")), TEXTS),
)
GRAPHS = st.sampled_from([GRAPH + "s", GRAPH + "ss", GRAPH + "a"]).map(ox.NamedNode)
CLASSED = st.builds(ox.Quad, IRIS, st.just(ox.NamedNode(TYPE)), IRIS, GRAPHS)
QUADS = st.lists(st.builds(ox.Quad, IRIS, PREDICATES, IRIS | LITERALS, GRAPHS) | CLASSED, max_size=30)


def listed(some: Ordered) -> list[ox.Quad]:
    return [
        ox.Quad(some.subjects[s], some.predicates[p], some.objects[o], some.graphs[g])
        for g, s, said in some.nodes()
        for p, o in said
    ]


def rank(quad: ox.Quad) -> tuple[object, ...]:
    """The order of files, told without numbers."""
    subject, predicate = value_of(quad.subject), quad.predicate.value
    kind, keys = KIND_OF.get(owner(subject)), list(context())
    key = key_of_term().get(predicate)
    return (
        value_of(quad.graph_name),
        KINDS.index(kind) if kind else len(KINDS),
        owner(subject),
        subject,
        (predicate != TYPE, keys.index(key) if key else len(keys), predicate),
        str(quad.object),
    )


@given(QUADS, QUADS)
def test_quads_by_number_stand_in_the_order_of_files(some: list[ox.Quad], others: list[ox.Quad]) -> None:
    one, other = ordered_parts([some, others], KIND_OF)
    assert listed(one) == sorted(set(some), key=rank)
    assert listed(other) == sorted(set(others), key=rank)
    assert listed(one | other) == sorted({*some, *others}, key=rank)
    bare = {ox.Quad(*quad.triple) for quad in some}
    assert listed(one.without_graphs()) == sorted(bare, key=rank)
    assert set(other.terms()) == {term for quad in others for term in quad.triple}


@given(QUADS)
def test_lines_of_nquads_are_sorted_as_text(some: list[ox.Quad]) -> None:
    some = [*some, *(ox.Quad(*quad.triple) for quad in some[::3])]
    assert list(ordered(some, {}).lines()) == sorted(f"{quad} .\n" for quad in set(some))


@given(QUADS)
def test_each_format_gives_back_any_text(some: list[ox.Quad]) -> None:
    every = ordered(some, KIND_OF)

    def read(parts: Iterable[str], format: ox.RdfFormat) -> set[ox.Quad]:
        return set(ox.parse("".join(parts), format=format))

    assert {quad.triple for quad in read(turtle(every, KIND_OF, "t"), ox.RdfFormat.TURTLE)} == {q.triple for q in some}
    assert read(trig(every, KIND_OF, "t"), ox.RdfFormat.TRIG) == set(some)
    assert read(jsonld(every), ox.RdfFormat.JSON_LD) == set(some)


def test_turtle_is_that_of_pyoxigraph_with_empty_lines(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many triples are written at a time."""
    every = ordered(quads(dist / "citygraph.nq"), {}).without_graphs()
    triples = [quad.triple for quad in listed(every)]
    whole = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes(every.terms()))
    assert whole is not None
    for number in (1, 7, len(triples)):
        monkeypatch.setattr(turtles, "_CHUNK", number)
        written = [line for line in "".join(turtle(every, {}, "t")).split("\n") if line and line[0] not in "#@"]
        assert written == [line for line in whole.decode().replace("\t", "    ").split("\n") if line and line[0] != "@"]


def test_a_blank_node_is_not_exported() -> None:
    blank = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.BlankNode("b"))
    with pytest.raises(TypeError, match="holds no"):
        list(jsonld(ordered([blank], {})))
