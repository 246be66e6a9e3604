"""The guard admits what is a query of the graph, and refuses what is not, however it is spelt."""

from __future__ import annotations

import random

import pyoxigraph as ox
import pytest

from citygraph import sparql
from citygraph.web.guard import Admitted, Refused, admit
from citygraph.web.limits import Limits

GRAPH = "https://example.org/graph"
LIMITS = Limits(length=10_000, nesting=50)
#: pyoxigraph refuses this port before it opens anything, in words that only a SERVICE clause leads to.
HOST = "<http://127.0.0.1:1/>"


def refusal(text: str, limits: Limits = LIMITS) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        admit(text, limits, {GRAPH})
    return caught.value.status, caught.value.reason


SERVICES = [
    f"SERVICE {HOST} {{ ?s ?p ?o }}",
    f"service silent {HOST} {{}}",
    f"SERVICESILENT{HOST}{{}}",
    "SERVICE?z{}",
    "SERVICEex:a {}",
    "trueSERVICEex:a {}",
    "service:a { ?s ?p ?o }",
    f"?s ?p 1SERVICE{HOST}{{}}",
    f"?s ?p trueSERVICE {HOST} {{}}",
    f"?s ?p ex:.SERVICE {HOST} {{}}",
    f"SERVICE#x\n{HOST}{{}}",
    f"#\rSERVICE {HOST} {{}}",
    f"# '''\nSERVICE {HOST} {{}} # '''",
    f"OPTIONAL {{ {{ FILTER EXISTS {{ SERVICE {HOST} {{}} }} }} }}",
    f"BIND (<http://a/'> AS ?x) SERVICE {HOST} {{}} BIND (<http://a/'> AS ?y)",
    f'BIND ("""\\"""" AS ?x) SERVICE {HOST} {{}} BIND ("""" AS ?y)',
    "FILTER(?a<?b)SERVICE#x>\n?z {}",
    "FILTER(?a<?b)?s?p'>'. SERVICE ?z {?a ?b 'x'}",
    "FILTER(?a<'&&?c>') SERVICE ?x {} #'",
    "FILTER(?a<#>'''\n?b) SERVICE ?x {} #'''",
    "<<(?s?p'>')>> ?p ?o . SERVICE ?z {?a ?b ')>>'}",
    f"?s ?p <urn:\\u0061'> . SERVICE {HOST} {{}} #'",
    f"?s ?p <urn:\u00a0'> . SERVICE {HOST} {{}} #'",
]


@pytest.mark.parametrize("clause", SERVICES)
def test_no_service(clause: str) -> None:
    text = f"PREFIX service: <x:> PREFIX : <http://a/> PREFIX ex: <http://a/> SELECT * WHERE {{ {clause} }}"
    assert refusal(text)[0] == 403


@pytest.mark.parametrize("escape", ["\\u0053ERVICE", "SERVIC\\u0045", "\\U00000053ERVICE"])
def test_no_service_in_escapes(escape: str) -> None:
    """A parser may resolve them before it reads words; pyoxigraph does not, and calls them an error."""
    assert refusal(f"SELECT * WHERE {{ {escape} {HOST} {{}} }}")[0] == 400


@pytest.mark.parametrize(
    "pattern",
    [
        '?s ?p "SERVICE <http://a/> {}"',
        "?s ?p 'service' # SERVICE <x> {}",
        "?service <http://a/service> $SERVICE",
        "?s <http://dbpedia.org/resource/Bus_(service)> ?o",
        "service:a service:b ?o",
        "GRAPH service:a { ?s a ex:SERVICE }",
        '?s ?p "x"@en FILTER(?s<?o&&?o>?p)',
        "?s ?p '''it's \"SERVICE\" {'''",
        "_:service ?p ex:a.SERVICE",
    ],
)
def test_no_false_refusal(pattern: str) -> None:
    text = f"PREFIX service: <urn:s:>\nPREFIX ex: <urn:e:>\nSELECT * WHERE {{ {pattern}\n}}"
    admitted = admit(text, LIMITS, {GRAPH})
    ox.Store().query(admitted.text)
    assert admitted.form == "SELECT"


def test_what_asks_another_server_is_refused_whatever_stands_around_it() -> None:
    """Pieces in random order: wherever pyoxigraph meets a SERVICE clause the guard has refused the text."""
    clauses = [
        f"SERVICE{HOST}{{}}",
        f"SERVICE {HOST} {{?s ?p ?o}}",
        f"service#'\n{HOST} {{}}",
        f"SERVICESILENT{HOST}{{}}",
        "SERVICEex:a{}",
    ]
    pieces = [
        *clauses, "#", "'", '"', "'''", "\n", "\r", "<", ">", "?a<?b", "FILTER(", "FILTER(?s<'", "FILTER(?s<#>",
        ")", "(", "BIND(1<", " AS ?x)",
        "?s ?p ?o", ".", "'x'", '"""', "<x'>", "<urn:#>", "\\", "\\u0027", "\u00a0",
        "ex:a", "ex:",
        "_:b", "@en", "{", "}", " ", "1", "true", "<<", "<<(", ")>>", "[", "]", "VALUES(?s ?p){(", "&&", "GRAPH ",
    ]  # fmt: skip
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("x")))
    chance = random.Random(6)
    met = parsed = 0
    let_through: list[str] = []
    for _ in range(30_000):
        some = [chance.choice(clauses if chance.random() < 0.2 else pieces) for _ in range(chance.randint(1, 9))]
        inner = "".join(some)
        text = f"PREFIX ex: <http://127.0.0.1:1/> SELECT * WHERE {{ {inner} }}"
        reading = sparql.read(text)
        try:
            list(store.query(reading.text))  # type: ignore[arg-type]
            parsed += 1
        except (SyntaxError, ValueError, RuntimeError):
            continue
        except OSError as error:
            met += "port 1" in str(error)
            let_through += [] if reading.service or reading.broken else [text]
    assert let_through == []
    assert met > 100
    assert parsed > 100


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("INSERT DATA { <a:a> <a:a> <a:a> }", 403),
        ("PREFIX x: <y:z>\n#select\nDELETE WHERE { ?s ?p ?o }", 403),
        ("LOAD <http://a/>", 403),
        ("CLEAR ALL", 403),
        ("WITH <a:a> DELETE {} WHERE {}", 403),
        ("", 400),
        ("PREFIX select: <a:a>", 400),
        ("hello", 400),
        ("SELECT * WHERE { ?s ?p '\ud800' }", 400),
        ("SELECT * FROM <a:a> WHERE { ?s ?p 'open }", 400),
        ("SELECT * FROM <http://elsewhere/> {}", 400),
        ("SELECT * FROM NAMED <http://elsewhere/> {}", 400),
        ("SELECT * FROM" + " <" + GRAPH + "> " + "FROM <file:///etc/passwd> {}", 400),
    ],
)
def test_refused(text: str, status: int) -> None:
    assert refusal(text)[0] == status


def test_the_longest_and_one_more() -> None:
    text = "ASK {} #" + "ä" * 20
    exact = len(text.encode())
    assert admit(text, Limits(length=exact), set()).form == "ASK"
    assert refusal(text, Limits(length=exact - 1)) == (413, f"the query has {exact} bytes; at most {exact - 1} are run")


@pytest.mark.parametrize(("opens", "closes"), [("{", "}"), ("(", ")"), ("[", "]"), ("!", "")])
def test_the_deepest_and_one_deeper(opens: str, closes: str) -> None:
    text = "SELECT * WHERE {" + "?s ?p 'x{{{' . " + "%s ?a %s }"
    assert admit(text % (opens * 49, closes * 49), LIMITS, set()).form == "SELECT"
    assert (
        refusal(text % (opens * 50, closes * 50))[1] == "the query is nested 51 deep; at most 50 brackets deep is run"
    )
    assert refusal("ASK " + opens * 9000)[0] == 400


def test_the_dataset() -> None:
    ask = "BASE <https://example.org/> PREFIX e: <https://example.org/> ASK %s {}"
    assert admit(ask % "", LIMITS, {GRAPH}) == Admitted(ask % "", "ASK")
    for spelt in ("<graph>", f"<{GRAPH}>", "e:graph", "<https://example.org/gr\\u0061ph>"):
        admitted = admit(ask % f"FROM {spelt}", LIMITS, {GRAPH})
        assert (admitted.default_graphs, admitted.named_graphs) == ((GRAPH,), ())
        admitted = admit(ask % f"FROM\tNAMED {spelt}", LIMITS, {GRAPH})
        assert (admitted.default_graphs, admitted.named_graphs) == ((), (GRAPH,))
    admitted = admit(ask % f"FROM <{GRAPH}>", LIMITS, {GRAPH}, named_graphs=[GRAPH])
    assert (admitted.default_graphs, admitted.named_graphs) == ((), (GRAPH,))
    with pytest.raises(Refused, match="no graph <http://elsewhere/> here"):
        admit(ask % "", LIMITS, {GRAPH}, default_graphs=["http://elsewhere/"])


def test_limits_are_limits() -> None:
    with pytest.raises(ValueError, match="workers=0"):
        Limits(workers=0)
    with pytest.raises(ValueError, match="rows=-1"):
        Limits(rows=-1)
