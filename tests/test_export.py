"""The files of a release: the same bytes each time, read by others, without blank nodes, in small diffs."""

from __future__ import annotations

import difflib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import to_canonical_graph

from citygraph import build as pipeline
from citygraph.rdf import ranks
from citygraph.rdf.columns import Columns, Terms, columns_of
from citygraph.rdf.export import nquads, report
from citygraph.rdf.jsonld import jsonld
from citygraph.rdf.order import KINDS, NO_KIND
from citygraph.rdf.quads import value_of
from citygraph.rdf.ranks import Ordered, kinds_of, ordered
from citygraph.rdf.terse import trig, turtle
from citygraph.rdf.turtle import prefixes, turtle_of
from citygraph.rdf.words import Words
from citygraph.shacl.validate import Result
from citygraph.vocabulary import CG, CLAIM, GRAPH, ID, PREFIXES, RDF, SKOS, TYPE, XSD, context, key_of_term, owner
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
    def names(value: str) -> set[str]:
        one = Result("urn:f", "urn:p", value, "ClassConstraintComponent", "violation", "urn:s", (("en", "m"),))
        return {str(q.subject) for q in report([one])}

    assert names("1") == names("1")
    assert names("1") != names("2")


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


def arranged(parts: Sequence[Iterable[ox.Quad]], kinds: dict[str, str]) -> list[Ordered]:
    terms = Terms()
    columns = [columns_of(part, terms) for part in parts]
    numbers = {terms.number(f"<{iri}>"): KINDS.index(kind) for iri, kind in kinds.items()}
    ranked = np.full(len(terms.texts), NO_KIND, dtype=np.uint8)
    ranked[list(numbers)] = list(numbers.values())
    return ordered(columns, ranked)


def words_of(some: Ordered) -> Words:
    return Words(some.terms, some.used())


def text(parts: Iterable[str]) -> str:
    return "".join(parts).encode("latin-1").decode()


def listed(some: Ordered) -> list[ox.Quad]:
    return [quad for g, s, p, o in some.chunks() for quad in Columns(some.terms, s, p, o, g)]


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


@given(QUADS, QUADS, st.sampled_from([1, 3, 1000]), st.sampled_from([0, 63]))
def test_quads_by_number_stand_in_the_order_of_files(
    some: list[ox.Quad], others: list[ox.Quad], size: int, bits: int
) -> None:
    """However many are written at a time, and whether one number of the machine holds a quad or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranks, "CHUNK", size)
        patch.setattr(ranks, "_WIDEST", bits)
        one, other = arranged([some, others], KIND_OF)
        assert listed(one) == sorted(set(some), key=rank)
        assert listed(other) == sorted(set(others), key=rank)
        assert listed(one | other) == sorted({*some, *others}, key=rank)
        bare = {quad.triple for quad in some}
        assert [q.triple for q in listed(one.without_graphs())] == sorted(bare, key=lambda t: rank(ox.Quad(*t)))
        terms = {other.terms.texts[number] for number in np.flatnonzero(other.used()).tolist()}
        assert terms == {str(term) for quad in others for term in quad.triple}


@given(QUADS)
def test_kinds_are_those_of_types(some: list[ox.Quad]) -> None:
    typed = [ox.Quad(q.subject, ox.NamedNode(TYPE), ox.NamedNode(CG + "City"), q.graph_name) for q in some[::2]]
    columns = columns_of([*some, *typed])
    kinds = kinds_of(columns)
    cities = {columns.terms.value(number) for number in np.flatnonzero(kinds == KINDS.index("City")).tolist()}
    assert cities == {value_of(quad.subject) for quad in typed}
    assert set(kinds.tolist()) <= {KINDS.index("City"), NO_KIND}


@given(QUADS, st.sampled_from([1, 3, 1000]))
def test_lines_of_nquads_are_sorted_as_text(some: list[ox.Quad], size: int) -> None:
    some = [*some, *(ox.Quad(*quad.triple) for quad in some[::3])]
    (every,) = arranged([some], {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranks, "CHUNK", size)
        assert text(nquads(every, words_of(every))) == "".join(sorted(f"{quad} .\n" for quad in set(some)))


@given(QUADS, st.sampled_from([1, 3, 1000]))
def test_each_format_gives_back_any_text(some: list[ox.Quad], size: int) -> None:
    (every,) = arranged([some], KIND_OF)
    words = words_of(every)
    whole = [text(write(every, words)) for write in (_turtle, _trig, jsonld)]
    formats = (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.JSON_LD)
    triples, *quads = (set(ox.parse(part, format=format)) for part, format in zip(whole, formats, strict=True))
    assert {quad.triple for quad in triples} == {quad.triple for quad in some}
    assert quads == [set(some)] * 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranks, "CHUNK", size)
        assert [text(write(every, words_of(every))) for write in (_turtle, _trig, jsonld)] == whole


def _turtle(quads: Ordered, words: Words) -> Iterable[str]:
    return turtle(quads, words, "t")


def _trig(quads: Ordered, words: Words) -> Iterable[str]:
    return trig(quads, words, "t")


def test_the_files_are_laid_out_like_this() -> None:
    node = ox.NamedNode
    said: list[tuple[str, str, ox.NamedNode | ox.Literal, str]] = [
        (ID + "turku", TYPE, node(CG + "City"), GRAPH + "b"),
        (ID + "turku", SKOS + "prefLabel", ox.Literal("Åbo", language="sv"), GRAPH + "b"),
        (ID + "turku", SKOS + "prefLabel", ox.Literal("Turku", language="fi"), GRAPH + "b"),
        (ID + "eco", TYPE, node(CG + "Network"), GRAPH + "b"),
        (CLAIM + "s/a", TYPE, node(CG + "Membership"), GRAPH + "a"),
        (CLAIM + "s/a", CG + "member", node(ID + "turku"), GRAPH + "a"),
        (CLAIM + "s/a.joined", "urn:p", ox.Literal("2012", datatype=node(XSD + "integer")), GRAPH + "a"),
        (CLAIM + "s/a.joined", "urn:p", node(ID + "row/x/1"), GRAPH + "a"),
    ]
    columns = columns_of(ox.Quad(node(s), node(p), o, node(g)) for s, p, o, g in said)
    (every,) = ordered([columns], kinds_of(columns))
    assert (
        text(trig(every, words_of(every), "what"))
        == f"""# what
@prefix cg: <{CG}> .
@prefix id: <{ID}> .
@prefix rdf: <{RDF}> .
@prefix skos: <{SKOS}> .
@prefix xsd: <{XSD}> .
@prefix s: <{CLAIM}s/> .

<{GRAPH}a> {{

# -------------------- Memberships

s:a a cg:Membership ;
    cg:member id:turku .
s:a.joined <urn:p> 2012 ,
        id:row\\/x\\/1 .
}}

<{GRAPH}b> {{

# -------------------- Cities

id:turku a cg:City ;
    skos:prefLabel "Turku"@fi , "Åbo"@sv .

# -------------------- Networks

id:eco a cg:Network .
}}
"""
    )
    assert (
        text(jsonld(every, words_of(every))).partition('"@graph": ')[2]
        == f"""[
{{"id": "{GRAPH}a", "@graph": [
{{"id": "claim/s/a", "type": "Membership", "member": "turku"}},
{{"id": "claim/s/a.joined", "urn:p": [{{"@value": "2012", "@type": "{XSD}integer"}}, {{"@id": "{ID}row/x/1"}}]}}
]}},
{{"id": "{GRAPH}b", "@graph": [
{{"id": "turku", "type": "City", "name": {{"fi": "Turku", "sv": "Åbo"}}}},
{{"id": "eco", "type": "Network"}}
]}}
]}}
"""
    )


# What is hard to write in Turtle, as pyoxigraph writes it


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return text not in (XSD + "string", RDF + "langString", RDF + "dirLangString")


SPACES = [
    ID,
    CLAIM,
    CLAIM + "s/",
    CLAIM + "7/",
    CG,
    XSD,
    ID + "row/g/",
    ID + "a.b/",
    "urn:x",
    "https://e.org",
    "u:/é#",
    RDF,
]
LOCALS = st.text(st.sampled_from("aZ_0-.:/#%~é·\U0001f600,(@!'"), max_size=4).map(lambda t: t.replace("%", "%41"))
ANY_IRI = st.builds(lambda space, local: space + local, st.sampled_from(SPACES), LOCALS).filter(_is_iri)
LEXICAL = st.text() | st.from_regex(r"[+-]?[0-9]{0,2}\.?[0-9]{0,2}(e-?[0-9])?|true|false", fullmatch=True)
TYPES = st.sampled_from([XSD + name for name in ("integer", "decimal", "double", "boolean", "date", "int")]) | ANY_IRI
TAGS = st.sampled_from(["fi", "sv-FI", "x-a"])
ANY_LITERAL = st.one_of(
    st.builds(ox.Literal, LEXICAL),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), LEXICAL, TAGS),
    st.builds(lambda text, iri: ox.Literal(text, datatype=ox.NamedNode(iri)), LEXICAL, TYPES),
)
NODES = ANY_IRI.map(ox.NamedNode)


def held(some: Iterable[ox.NamedNode | ox.Literal], names: dict[str, str]) -> None:
    """Each term is written as by pyoxigraph."""
    terms = Terms()
    numbers = {terms.number(str(term)): term for term in some}
    used = np.ones(len(terms.texts), dtype=bool)
    written = Words(terms, used).turtle(used, names)
    for number, term in numbers.items():
        triple = ox.Triple(ox.NamedNode("x:s"), ox.NamedNode("x:p"), term)
        expected = (ox.serialize([triple], format=ox.RdfFormat.TURTLE, prefixes=names) or b"").decode()
        assert expected.rpartition("\n<x:s> <x:p> ")[2] == f"{text([written[number]])} .\n"


@given(st.lists(NODES | ANY_LITERAL, min_size=1), st.sets(st.sampled_from(list(PREFIXES))))
def test_each_term_is_written_as_by_pyoxigraph(some: list[ox.NamedNode | ox.Literal], names: set[str]) -> None:
    held(some, {name: iri for name, iri in PREFIXES.items() if name in names} | {"s": CLAIM + "s/"})


def test_short_names_are_written_as_by_pyoxigraph() -> None:
    short = ["".join(some) for size in range(4) for some in product("aZ0_-.:/#~é·", repeat=size)]
    held((ox.NamedNode(base + end) for base in (ID, CLAIM + "s/") for end in short if _is_iri(base + end)), PREFIXES)


@pytest.mark.parametrize("name", ["integer", "decimal", "double", "boolean", "string", "int"])
def test_numbers_are_written_as_by_pyoxigraph(name: str) -> None:
    parts = product(["", "+", "-"], ["", "0", "12"], ["", "."], ["", "0", "34"], ["", "e1", "E-2", "e", " "])
    words = ["true", "false", "True", "1true", "\u0661", "1\n", *map("".join, parts)]
    held((ox.Literal(word, datatype=ox.NamedNode(XSD + name)) for word in words), PREFIXES)


@given(st.lists(st.builds(ox.Triple, NODES, NODES | st.just(ox.NamedNode(TYPE)), NODES | ANY_LITERAL), max_size=12))
def test_turtle_is_that_of_pyoxigraph_with_empty_lines(triples: list[ox.Triple]) -> None:
    (every,) = ordered([columns_of(triples)])
    assert text(turtle(every, words_of(every), "t")) == "".join(turtle_of(triples, "t"))


def test_turtle_of_the_release_is_that_of_pyoxigraph(dist: Path) -> None:
    triples = {quad.triple for quad in quads(dist / "citygraph.nq")}
    (every,) = ordered([columns_of(triples)])
    written = text(turtle(every, words_of(every), "t"))
    assert written == "".join(turtle_of(triples, "t"))
    names = prefixes(words_of(every).spaces)
    whole = ox.serialize([quad.triple for quad in listed(every)], format=ox.RdfFormat.TURTLE, prefixes=names)
    assert whole is not None
    lines = [line for line in whole.decode().replace("\t", "    ").split("\n") if line and line[0] != "@"]
    on_one = written.replace(" ,\n        ", " , ")  # each thing of several has a line of its own
    assert [line for line in on_one.split("\n") if line and line[0] not in "#@"] == lines


def test_a_blank_node_is_not_exported() -> None:
    blank = ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.BlankNode("b"))
    (every,) = arranged([[blank]], {})
    with pytest.raises(TypeError, match="holds no"):
        list(jsonld(every, words_of(every)))
