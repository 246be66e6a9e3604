"""Graphs as columns: every term and quad comes back, and the compiled context reads nodes as JSON-LD readers do."""

from __future__ import annotations

import json

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygraph.build import encoded
from citygraph.load import load
from citygraph.rdf import nodes
from citygraph.rdf.columns import Collector, columns_of, literal, term
from citygraph.rdf.nodes import NodeWriter, UnknownContextError
from citygraph.vocabulary import ID, SKOS, XSD, context
from conftest import ROOT

GRAPH = "https://example.org/graph"
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_LITERAL = st.one_of(
    st.builds(ox.Literal, _TEXT),
    st.builds(lambda text: ox.Literal(text, language="fi"), _TEXT),
    st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode(XSD + "date")), _TEXT),
)
_IRI = st.sampled_from([ox.NamedNode(ID + letter) for letter in "abc"])
_TRIPLE = st.builds(ox.Triple, _IRI, _IRI, _LITERAL | _IRI | st.just(ox.BlankNode("b0")))


@given(_LITERAL)
def test_a_literal_comes_back_from_its_text(one: ox.Literal) -> None:
    assert term(str(one)) == one
    assert literal(str(one))[0] == one.value


def test_a_node_has_each_character_as_pyoxigraph_writes_it() -> None:
    """One text for one literal: columns tell terms apart by their texts."""
    letters = [chr(code) for code in (*range(0x300), 0x2028, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x1F600, 0x1FFFE)]
    collector = Collector()
    NodeWriter(collector).write(GRAPH, [{"id": ID + "a", "urn:p": letters}])
    assert {str(ox.Literal(letter)) for letter in letters} <= set(collector.terms.texts)


@given(st.lists(_TRIPLE, max_size=8))
def test_quads_come_back_and_each_once(triples: list[ox.Triple]) -> None:
    graph = ox.NamedNode(GRAPH)
    quads = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples]
    assert list(columns_of(quads)) == quads
    distinct = columns_of([*quads, *triples]).distinct()
    assert len(distinct) == len(set(distinct)) == len(set(quads)) + len(set(triples))
    assert list(ox.parse("".join(distinct.lines()), format=ox.RdfFormat.N_QUADS)) == list(distinct)


def read(node: nodes.JsonNode) -> set[ox.Quad]:
    """The node by pyoxigraph's JSON-LD."""
    document = json.dumps({"@context": context(), "@id": GRAPH, "@graph": [node]})
    return set(ox.parse(document.encode(), format=ox.RdfFormat.JSON_LD))


def written(node: nodes.JsonNode) -> set[ox.Quad]:
    collector = Collector()
    NodeWriter(collector).write(GRAPH, [node])
    return set(collector.columns())


_KEYS = sorted(key for key in nodes._ways())
_VALUE = {
    "@id": st.sampled_from([ID + "lahti", "http://example.org/a b", "https://example.org/ä"]),
    "@language": st.dictionaries(st.sampled_from(["fi", "sv", "en"]), _TEXT, max_size=3),
}


@given(st.data())
def test_a_node_is_read_as_json_ld_is(data: st.DataObject) -> None:
    node: nodes.JsonNode = {"id": data.draw(_VALUE["@id"])}
    for key in data.draw(st.lists(st.sampled_from([*_KEYS, "type", SKOS + "prefLabel"]), max_size=6)):
        if key == "type":
            node[key] = "City"
            continue
        value = _VALUE.get(nodes._ways().get(key, ("", ""))[1], _TEXT)
        node[key] = data.draw(value if key in {"name", "official-name"} else value | st.lists(value, max_size=3))
    assert written(node) == read(node)


def test_the_projects_own_nodes_are_read_as_json_ld_is() -> None:
    parts = encoded(load(ROOT / "data"))
    assert sum(len(part.nodes) for part in parts) > 200
    for part in parts:
        for node in part.nodes:
            assert written(node) == read(node)


def test_a_context_that_asks_for_more_stops_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    more = context() | {"member": {"@id": "cg:member", "@type": "@id", "@container": "@list"}}
    nodes._ways.cache_clear()
    monkeypatch.setattr(nodes, "context", lambda: more)
    with pytest.raises(UnknownContextError, match="member: @container"):
        NodeWriter(Collector())
    monkeypatch.undo()
    nodes._ways.cache_clear()


def test_what_a_subject_says_and_objects_by_other_names() -> None:
    collector = Collector()
    s, p, q, a, b, g = (collector.terms.number(f"<http://e/{name}>") for name in "spqabg")
    collector.say(s, [p, p], [a, b], g)
    assert len(collector) == 2
    collector.say(b, [p, q, q], [a, a, b], g)
    collector.rename(2, [q], {a: s})
    found = collector.columns()
    assert list(zip(found.s, found.p, found.o, strict=True)) == [(s, p, a), (s, p, b), (b, p, a), (b, q, s), (b, q, b)]
    assert set(found.g) == {g}


def test_the_way_of_a_key_is_how_a_node_is_written() -> None:
    for key in context():
        if not isinstance(context()[key], dict) or key in ("id", "type"):
            continue
        language = "fi" if context()[key].get("@container") else ""
        text = f"{ID}lahti"
        nodes, ways = Collector(), Collector()
        NodeWriter(nodes).write(ID, [{"id": ID, key: {"fi": text} if language else text}])
        writer = NodeWriter(ways)
        predicate, make = writer.way(key, language)
        ways.say(ways.terms.number(f"<{ID}>"), [predicate], [make(text)], ways.terms.number(f"<{ID}>"))
        assert list(nodes.columns().lines()) == list(ways.columns().lines())
    with pytest.raises(ValueError, match="is no IRI"):
        NodeWriter(Collector()).way("member")[1]("no <IRI>")
