"""A query asked of the part of a graph that it needs answers for its focus nodes as it does asked of the whole."""

from __future__ import annotations

import numpy as np
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citygraph import build as pipeline
from citygraph.rdf.columns import Columns, columns_of
from citygraph.shacl.index import Index
from citygraph.shacl.narrowed import store_for
from citygraph.shacl.needs import needs_of
from citygraph.vocabulary import CG, ID, XSD
from test_compiled import EXAMPLES, SHAPES

_PREFIXES = f"PREFIX : <{CG}> PREFIX id: <{ID}> PREFIX xsd: <{XSD}>\n"
_NAMES = [":p0", ":p1", ":p2"]
_VARIABLES = ["$this", "$this", "?a", "?b", "?c"]
_THINGS = ["id:a", "id:b", "id:c", "id:d"]
#: Without two forms of one number, which a store takes for the same.
_LITERALS = ["1", "2", "2.5", '"2012-09-10"^^xsd:date', '"2013-01-01"^^xsd:date', '"Lahti"', '"Lahti"@fi', '"x"^^:own']
_name = st.sampled_from(_NAMES)
_end = st.sampled_from(["?a", "?b", "?c", "?d", *_VARIABLES, *_VARIABLES, "id:a", "1"])


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
    match draw(st.integers(0, 11)):
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
        case 7 | 8:
            return f"FILTER NOT EXISTS {{ {draw(_PLAIN)} }}"
        case 9 | 10:
            sign = draw(st.sampled_from(["<", ">", "<=", ">=", "!="]))
            one, other = draw(st.tuples(st.sampled_from(_VARIABLES), st.sampled_from(_VARIABLES)))
            return f"{one} :day ?c . {other} :day ?d . FILTER (?c {sign} ?d)"
        case 11:
            return draw(st.sampled_from(["MINUS {{ {} }}", "{{ {} }}"])).format(body)
        case _:
            return f"{{ {body} }} UNION {{ {draw(_BLOCK)} }}"


_QUERY = st.builds(
    lambda first, rest: f"{_PREFIXES}SELECT $this ?a ?b ?c WHERE {{ {first} {' '.join(rest)} }}",
    _TRIPLE,
    st.lists(_PLAIN | parts(), max_size=3),
)
_DAY = st.sampled_from([f'"201{n}-01-01"^^xsd:date' for n in range(4)])
_FACT = st.one_of(
    st.builds("{} {} {} .".format, st.sampled_from(_THINGS), _name, st.sampled_from(_THINGS)),
    st.builds("{} {} {} .".format, st.sampled_from(_THINGS), _name, st.sampled_from(_LITERALS)),
    st.builds("{} :day {} .".format, st.sampled_from(_THINGS), _DAY),
)


def answers(store: ox.Store | None, query: str, focus: set[str]) -> list[tuple[str, ...]]:
    found: ox.QuerySolutions | list[ox.QuerySolution] = store.query(query) if store else []  # type: ignore[assignment]
    rows = [row for row in found if row["this"] is not None and str(row["this"]) in focus]
    return sorted(tuple(str(term) for term in row) for row in rows)


def stored(columns: Columns) -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in columns)
    return store


def compared(query: str, columns: Columns, focus: set[str]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    index = Index(columns)
    known = focus & columns.terms.numbers.keys()
    numbers = np.array(sorted(columns.terms.numbers[text] for text in known), dtype=np.int32)
    return answers(store_for(query, index, numbers), query, focus), answers(stored(columns), query, focus)


@settings(
    max_examples=120 * EXAMPLES, deadline=None, derandomize=EXAMPLES == 1, suppress_health_check=list(HealthCheck)
)
@given(_QUERY, st.lists(_FACT, min_size=8, max_size=24), st.sets(st.sampled_from(_THINGS), min_size=2))
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


def small() -> Columns:
    turtle = f"""@prefix : <{CG}> . @prefix id: <{ID}> . @prefix xsd: <{XSD}> .
        id:a :p0 id:b . id:b :p1 id:c . id:c :p0 id:d . id:e :p0 id:d . id:d :day "2012-01-01"^^xsd:date .
        id:f :p2 2 . id:e :p2 2 . id:c :p2 1 . id:c :day "2011-01-01"^^xsd:date .
        id:f :p1 id:c ."""
    return columns_of(ox.parse(turtle, format=ox.RdfFormat.TURTLE))


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ("$this :p0 ?a . ?a :p1 ?b", 2),
        ("$this :p0/:p1 ?b", 2),
        ("?b ^:p1/^:p0 $this", 2),
        ("$this :p0|:p1 id:c", 2),
        ("$this ?open id:c", 2),
        ("$this :p0 ?a . FILTER NOT EXISTS { $this :p2 ?b }", 1),
        # id:b stays for the last pattern; that the first may not take it for ?a must still be seen
        ("?a ?open ?b . FILTER NOT EXISTS { ?c :p0 ?a } $this :p1 ?b", 3),
        ("$this :p0 ?a . OPTIONAL { ?a :p1 ?b }", 4),
        ("$this :day ?a . ?b :p2 ?c . ?b :day ?d . FILTER (?a > ?d)", 3),
        ("$this :p2 ?a . ?b :p2 ?a . FILTER ($this != ?b)", 2),
        ("$this !:p0 ?a", 10),
        ("$this (:p0/:p1)+ ?a", 5),
    ],
)
def test_what_is_left_of_a_graph(where: str, left: int) -> None:
    """A store holds what the answers rest on, and hardly more."""
    columns = small()
    index = Index(columns)
    query = f"{_PREFIXES}SELECT $this WHERE {{ {where} }}"
    store = store_for(query, index, index.distinct(columns.s))
    assert store is not None
    assert len(store) == left, needs_of(query)
    every = set(columns.terms.texts)
    assert answers(store, query, every) == answers(stored(columns), query, every) != []


def test_what_is_bound_later_does_not_narrow_an_optional_part() -> None:
    query = f"{_PREFIXES}SELECT $this WHERE {{ $this :p0 ?a OPTIONAL {{ ?b :p1 ?c }} ?b :p2 1 }}"
    ours, whole = compared(query, small(), {f"<{ID}a>"})
    assert ours == whole == []
