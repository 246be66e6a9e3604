"""SPARQL 1.1 Protocol: the W3C's tests of queries, each as a request made from the words of the specification.

The names are those of the W3C's suite (data-sparql11/protocol). All of its tests that concern queries pass. Those of
updates (update_* and bad_update_*) do not apply: an update is refused whatever its form, which is tested here instead.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote, urlencode

import pytest

from conftest import Served

FORM, DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
GRAPH = "https://w3id.org/citygraph/graph/"
ONE, OTHER = GRAPH + "lahti-networks-2012", GRAPH + "registry"
#: Each graph that the dataset has as a part of its default graph, or by a name.
IN_DEFAULT = "SELECT DISTINCT ?source { ?claim <https://w3id.org/citygraph/ontology#source> ?source }"
NAMED = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g"
JSON = {"Accept": "application/sparql-results+json"}


class Response:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = response.status, response.headers, response.read()
        self.kind = (self.headers.get("Content-Type") or "").partition(";")[0]

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of JSON results."""
        return [
            {name: term["value"] for name, term in row.items()} for row in json.loads(self.body)["results"]["bindings"]
        ]


class Client:
    """Requests over one connection that stays open."""

    def __init__(self, server: Served) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def send(
        self, method: str, query: str = "", body: str | bytes | None = None, kind: str = "", path: str = "/sparql",
        headers: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        sent = dict(headers or {}) | ({"Content-Type": kind} if kind else {})
        body = body.encode() if isinstance(body, str) else body
        self._connection.request(method, path + (f"?{query}" if query else ""), body, sent)
        return Response(self._connection.getresponse())

    def get(self, *pairs: tuple[str, str], **headers: str) -> Response:
        return self.send("GET", urlencode(pairs), headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post_form(self, *pairs: tuple[str, str]) -> Response:
        return self.send("POST", "", urlencode(pairs), FORM, headers=JSON)

    def post_direct(self, query: str, *pairs: tuple[str, str]) -> Response:
        return self.send("POST", urlencode(pairs), query, DIRECT, headers=JSON)

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def client(server: Served) -> Iterator[Client]:
    client = Client(server)
    yield client
    client.close()


def sources(response: Response) -> set[str]:
    assert response.status == 200, response.body
    return {row["source"].replace("/id/", "/graph/") for row in response.rows}


# Queries that are answered


def test_query_get(client: Client) -> None:
    response = client.get(("query", "ASK {}"), **JSON)
    assert (response.status, json.loads(response.body)["boolean"]) == (200, True)


def test_query_post_form(client: Client) -> None:
    response = client.post_form(("query", "ASK {}"))
    assert (response.status, json.loads(response.body)["boolean"]) == (200, True)


def test_query_post_direct(client: Client) -> None:
    response = client.post_direct("ASK {}")
    assert (response.status, json.loads(response.body)["boolean"]) == (200, True)


def test_query_dataset_default_graphs_get(client: Client) -> None:
    one = client.get(("query", IN_DEFAULT), ("default-graph-uri", ONE), **JSON)
    assert sources(one) == {ONE}
    other = GRAPH + "finnish-mergers"
    both = client.get(("query", IN_DEFAULT), ("default-graph-uri", ONE), ("default-graph-uri", other), **JSON)
    assert sources(both) == {ONE, other}


def test_query_dataset_default_graphs_post(client: Client) -> None:
    pairs = (("default-graph-uri", ONE), ("default-graph-uri", GRAPH + "finnish-mergers"))
    assert sources(client.post_direct(IN_DEFAULT, *pairs)) == {ONE, GRAPH + "finnish-mergers"}
    assert sources(client.post_form(("query", IN_DEFAULT), *pairs)) == {ONE, GRAPH + "finnish-mergers"}


def test_query_dataset_named_graphs_post(client: Client) -> None:
    pairs = (("named-graph-uri", ONE), ("named-graph-uri", OTHER))
    for response in (client.post_direct(NAMED, *pairs), client.post_form(("query", NAMED), *pairs)):
        assert [row["g"] for row in response.rows] == [ONE, OTHER]


def test_query_dataset_named_graphs_get(client: Client) -> None:
    response = client.get(("query", NAMED), ("named-graph-uri", ONE), ("named-graph-uri", OTHER), **JSON)
    assert [row["g"] for row in response.rows] == [ONE, OTHER]
    none = client.get(("query", IN_DEFAULT), ("named-graph-uri", ONE), **JSON)
    assert none.rows == []  # a dataset that names graphs only has an empty default graph


def test_query_dataset_full(client: Client) -> None:
    pairs = (("default-graph-uri", ONE), ("named-graph-uri", OTHER))
    for query, expected in ((IN_DEFAULT, [ONE]), (NAMED, [OTHER])):
        rows = client.post_form(("query", query), *pairs).rows
        assert [next(iter(row.values())).replace("/id/", "/graph/") for row in rows] == expected


def test_query_multiple_dataset(client: Client) -> None:
    """The dataset of the request goes before that of the query."""
    query = IN_DEFAULT.replace("{", f"FROM <{GRAPH}finnish-mergers> {{", 1)
    assert sources(client.post_direct(query)) == {GRAPH + "finnish-mergers"}
    assert sources(client.post_direct(query, ("default-graph-uri", ONE))) == {ONE}


TABLES = {
    "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values",
}  # fmt: skip
GRAPHS = {"text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples"}


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("SELECT (1 AS ?value) {}", TABLES),
        ("ASK {}", TABLES),
        ("DESCRIBE <https://w3id.org/citygraph/id/lahti>", GRAPHS),
        ("CONSTRUCT { <x:s> <x:p> 1 } WHERE {}", GRAPHS),
    ],
    ids=["query_content_type_select", "query_content_type_ask", "query_content_type_describe", "..._construct"],
)
def test_query_content_type(query: str, kinds: set[str], client: Client) -> None:
    unasked = client.get(("query", query))
    assert (unasked.status, unasked.kind in kinds) == (200, True)
    for kind in kinds:
        response = client.get(("query", query), Accept=kind)
        assert (response.status, response.kind) == (200, kind)
        assert response.body
    assert client.get(("query", query), Accept="image/png").status == 406
    other = "text/turtle" if kinds is TABLES else "text/csv"
    assert client.get(("query", query), Accept=f"{other}, image/*;q=0.5").status == 406


# Requests that are refused


def test_bad_query_method(client: Client) -> None:
    response = client.send("PUT", urlencode({"query": "ASK {}"}))
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")


def test_bad_multiple_queries(client: Client) -> None:
    pairs = (("query", "ASK {}"), ("query", "SELECT * {}"))
    assert client.get(*pairs).status == client.post_form(*pairs).status == 400
    assert client.post_direct("ASK {}", ("query", "ASK {}")).status == 400


def test_bad_query_wrong_media_type(client: Client) -> None:
    assert client.send("POST", "", "ASK {}", "text/plain").status == 415


def test_bad_query_missing_form_type(client: Client) -> None:
    assert client.send("POST", "", urlencode({"query": "ASK {}"})).status == 415


def test_bad_query_missing_direct_type(client: Client) -> None:
    assert client.send("POST", "", "ASK {}").status == 415


def test_bad_query_non_utf8(client: Client) -> None:
    query = 'ASK { ?s ?p "é" }'
    assert client.send("POST", "", query.encode("utf-16"), DIRECT + "; charset=UTF-16").status == 415
    assert client.send("POST", "", query.encode("latin-1"), DIRECT).status == 400
    assert client.send("POST", "", b"query=" + quote(query.encode("latin-1")).encode(), FORM).status == 400
    assert client.send("GET", "query=" + quote(query.encode("latin-1"))).status == 400


def test_bad_query_syntax(client: Client) -> None:
    for response in (client.get(("query", "ASK {")), client.post_form(("query", "ASK {")), client.post_direct("ASK {")):
        assert (response.status, response.kind) == (400, "text/plain")
        assert b"expected" in response.body


UPDATE = "INSERT DATA { <x:s> <x:p> <x:o> }"


def test_no_update_is_run(client: Client) -> None:
    for response in (
        client.post_form(("update", UPDATE)),
        client.send("POST", "", UPDATE, "application/sparql-update"),
        client.send("POST", "", UPDATE, DIRECT),
        client.post_form(("query", UPDATE)),
        client.get(("update", UPDATE)),
    ):
        assert (response.status, response.kind) == (403, "text/plain")
        assert b"update" in response.body


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403, "SERVICE"),
        ("SELECT * FROM <http://127.0.0.1:9/> { ?s ?p ?o }", 400, "no graph <http://127.0.0.1:9/>"),
        ("LOAD <http://127.0.0.1:9/>", 403, "update"),
        ("ASK " + "{" * 200 + "}" * 200, 400, "nested"),
    ],
)
def test_nothing_that_leaves_or_breaks_is_run(query: str, status: int, said: str, client: Client) -> None:
    response = client.post_direct(query)
    assert (response.status, said in response.body.decode()) == (status, True), response.body


def test_what_is_too_long_is_not_read(client: Client) -> None:
    assert client.post_direct("ASK {}" + " " * 100_000).status == 413
    client.close()
    client.send("GET", path="/health")
    assert client.post_direct("ASK {}" + " " * 400_000).status == 413


# What else the protocol has


def test_head_is_get_without_the_body(client: Client) -> None:
    got = client.get(("query", "ASK {}"))
    head = client.send("HEAD", urlencode({"query": "ASK {}"}))
    assert (head.status, head.body) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Vary"):
        assert head.headers[name] == got.headers[name]


def test_pages_of_other_hosts_may_ask(client: Client) -> None:
    asked = {"Origin": "https://yasgui.example", "Access-Control-Request-Method": "POST"}
    response = client.send("OPTIONS", headers=asked)
    assert (response.status, response.body) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    assert client.get(("query", "ASK {")).headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv;q=0.5, application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv;q=0.5, application/sparql-results+xml;q=0.4", "text/csv"),
        ("text/*", "text/xml"),
        ("text/*;q=0.9, text/xml;q=0, text/csv;q=0.1", "text/tab-separated-values"),
        ("text/csv, */*", "text/csv"),
        ("application/json", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml"),
        ("TEXT/CSV; header=present ; q=0.3", "text/csv"),
        ("*/*;q=0.1", "application/sparql-results+json"),
        ("text/csv;q=2, text/tab-separated-values;q=0.1", "text/tab-separated-values"),
    ],
)
def test_the_form_that_the_client_likes_most(accept: str, kind: str, client: Client) -> None:
    assert client.get(("query", "SELECT (1 AS ?x) {}"), Accept=accept).kind == kind


def test_a_format_may_be_named_in_the_address(client: Client) -> None:
    """As forms and links need it, which cannot choose their Accept header."""
    for format, kind in (("csv", "text/csv"), ("xml", "application/sparql-results+xml"), ("text/csv", "text/csv")):
        assert client.get(("query", "ASK {}"), ("format", format), Accept="text/html").kind == kind
    construct = ("query", "CONSTRUCT WHERE { ?s ?p 1 }")
    assert client.get(construct, ("format", "json"), Accept="text/html").kind == "application/ld+json"
    assert client.get(construct, ("format", "csv"), Accept="text/turtle").kind == "text/turtle"
