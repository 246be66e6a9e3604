"""A query asked of the part of a graph that it needs answers for its focus nodes as it does asked of the whole."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citygraph import build as pipeline
from citygraph.columns import Columns, columns_of
from citygraph.index import Index
from citygraph.narrowed import store_for
from citygraph.needs import needs_of
from citygraph.vocabulary import CG, ID, XSD
from test_compiled import EXAMPLES, SHAPES

_PREFIXES = f"PREFIX : <{CG}> PREFIX id: <{ID}> PREFIX xsd: <{XSD}>\n"
_NAMES = [":p0", ":p1", ":p2", ":day"]
_VARIABLES = ["$this", "$this", "?a", "?b", "?c"]
_THINGS = ["id:a", "id:b", "id:c", "id:d"]
#: Without two forms of one number, which a store takes for the same.
_LITERALS = ["1", "2", "2.5", '"2012-09-10"^^xsd:date', '"2013-01-01"^^xsd:date', '"Lahti"', '"Lahti"@fi', '"x"^^:own']
_name = st.sampled_from(_NAMES)
_end = st.sampled_from([*_VARIABLES, *_VARIABLES, "id:a", "1"])


@st.composite
def paths(draw: st.DrawFn, depth: int = 2) -> str:
    if depth == 0 or draw(st.integers(0, 2)):
        return draw(_name)
    inner = paths(depth - 1)
    form = draw(st.sampled_from(["({}/{})", "({}/{})", "({}|{})", "^({})", "({})+", "({})*", "!{name}"]))
    return form.format(draw(inner), draw(inner), name=draw(_name))


_TRIPLE = st.builds("{} {} {} .".format, st.sampled_from(_VARIABLES), paths() | st.just("?open"), _end)
_PLAIN = st.builds("{} {} {} .".format, st.sampled_from(_VARIABLES), _name, _end)
_BLOCK = st.lists(_PLAIN, min_size=1, max_size=2).map(" ".join)
_COMPARED = st.builds(
    "{} {} {}".format, st.sampled_from(_VARIABLES), st.sampled_from(["!=", "<", ">", "<=", ">=", "="]), _end
)


@st.composite
def parts(draw: st.DrawFn, depth: int = 2) -> str:
    """Something that may stand in a group."""
    body = draw(_BLOCK)
    if depth and draw(st.booleans()):
        body += " " + draw(parts(depth - 1))
    match draw(st.integers(0, 8)):
        case 0 | 1:
            return draw(_TRIPLE)
        case 2:
            return f"OPTIONAL {{ {body} }}"
        case 3 | 4:
            return f"FILTER NOT EXISTS {{ {body} }}"
        case 5 | 6:
            conditions = [draw(_COMPARED), draw(_COMPARED), f"EXISTS {{ {body} }}", f"!EXISTS {{ {body} }}"]
            joined = draw(st.sampled_from([" && ", " || "])).join(conditions[: draw(st.integers(1, 4))])
            return f"FILTER ({joined})"
        case 7:
            return draw(st.sampled_from(["MINUS {{ {} }}", "{{ {} }}"])).format(body)
        case _:
            return f"{{ {body} }} UNION {{ {draw(_BLOCK)} }}"


_QUERY = st.builds(
    lambda first, rest: f"{_PREFIXES}SELECT $this ?a ?b ?c WHERE {{ {first} {' '.join(rest)} }}",
    _TRIPLE,
    st.lists(_PLAIN | parts(), max_size=4),
)
_FACT = st.builds("{} {} {} .".format, st.sampled_from(_THINGS), _name, st.sampled_from([*_THINGS, *_LITERALS]))


def answers(store: ox.Store | None, query: str, focus: set[str]) -> list[tuple[str, ...]]:
    found = store.query(query) if store else []
    assert not isinstance(found, ox.QueryBoolean | ox.QueryTriples)
    rows = [row for row in found if row["this"] is not None and str(row["this"]) in focus]
    return sorted(tuple(str(term) for term in row) for row in rows)


def stored(columns: Columns) -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in columns)
    return store


def compared(query: str, columns: Columns, focus: set[str]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    index = Index(columns)
    numbers = index.distinct([columns.terms.numbers[text] for text in focus & set(columns.terms.numbers)])
    return answers(store_for(query, index, numbers), query, focus), answers(stored(columns), query, focus)


@settings(
    max_examples=120 * EXAMPLES, deadline=None, derandomize=EXAMPLES == 1, suppress_health_check=list(HealthCheck)
)
@given(_QUERY, st.lists(_FACT, min_size=1, max_size=14), st.sets(st.sampled_from(_THINGS)))
def test_generated_queries_get_the_same_answers(query: str, facts: list[str], things: set[str]) -> None:
    turtle = f"@prefix : <{CG}> . @prefix id: <{ID}> . @prefix xsd: <{XSD}> .\n" + "\n".join(facts)
    columns = columns_of(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    ours, whole = compared(query, columns, {f"<{ID}{thing[3:]}>" for thing in things})
    assert ours == whole


def test_the_queries_of_the_shapes_get_the_same_answers(built: pipeline.Built) -> None:
    index = Index(built.asserted, pipeline.ontology())
    for shape in SHAPES:
        for query in shape.queries:
            focus = {built.asserted.terms.texts[n] for name in shape.targets for n in index.instances(name).tolist()}
            ours, whole = compared(query, built.asserted, focus)
            assert ours == whole, shape.iri


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ("$this :p0 ?a . ?a :p1 ?b", 2),
        ("$this :p0/:p1 ?b", 2),
        ("?b ^:p1/^:p0 $this", 2),
        ("$this :p0|:p1 id:c", 1),
        ("$this ?open id:c", 1),
        ("$this :p0 ?a . FILTER NOT EXISTS { $this :p2 ?b }", 1),
        ("$this :p0 ?a . OPTIONAL { ?a :p1 ?b }", 4),
        ("$this :day ?a . ?b :p2 ?c . ?b :day ?d . FILTER (?a > ?d)", 3),
        ("$this :p2 ?a . ?b :p2 ?a . FILTER ($this != ?b)", 2),
        ("$this !:p0 ?a", 9),
    ],
)
def test_what_is_left_of_a_graph(where: str, left: int) -> None:
    """A store holds what the answers rest on, and not the rest."""
    turtle = f"""@prefix : <{CG}> . @prefix id: <{ID}> . @prefix xsd: <{XSD}> .
        id:a :p0 id:b . id:b :p1 id:c . id:c :p0 id:d . id:e :p0 id:d . id:d :day "2012-01-01"^^xsd:date .
        id:f :p2 2 . id:e :p2 2 . id:c :p2 1 . id:c :day "2011-01-01"^^xsd:date ."""
    columns = columns_of(ox.parse(turtle, format=ox.RdfFormat.TURTLE))
    index = Index(columns)
    query = f"{_PREFIXES}SELECT $this WHERE {{ {where} }}"
    store = store_for(query, index, index.distinct(columns.s))
    assert store is not None
    assert len(store) == left, needs_of(query)
