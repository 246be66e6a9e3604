"""`citygraph serve`, asked by the clients that people use, and by those that mean it ill: a real process each time."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML
from SPARQLWrapper import SPARQLWrapper as Wrapper

from citygraph import queries
from conftest import Run, Served, Serving

ID = "https://w3id.org/citygraph/id/"
LAHTI = rdflib.URIRef(ID + "lahti")
#: Never ends, whatever the machine.
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
#: An answer of some ten megabytes.
LARGE = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 60000"


def get(server: Served, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, bytes]:
    """Status, headers and body of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, response.headers, body


def ask(query: str, **more: str) -> str:
    return "/sparql?" + urlencode({"query": query, **more})


def until(holds: Callable[[], bool]) -> None:
    for _ in range(1200):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


def metric(server: Served, name: str) -> float:
    lines = get(server, "/metrics")[2].decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.partition("{")[0].partition(" ")[0] == name)


# SPARQLWrapper

WAYS = {"get": (GET, URLENCODED), "post": (POST, URLENCODED), "post-direct": (POST, POSTDIRECTLY)}
MEMBERS = "SELECT ?city WHERE { ?city <https://w3id.org/citygraph/ontology#memberOf> ?network } ORDER BY ?city"


def wrapper(server: Served, way: str, query: str, form: str) -> Any:
    client = Wrapper(f"{server.url}/sparql")
    method, request = WAYS[way]
    client.setMethod(method)
    client.setRequestMethod(request)
    client.setReturnFormat(form)
    client.setQuery(query)
    client.setTimeout(60)
    return client.query()


@pytest.mark.parametrize("way", WAYS)
def test_sparqlwrapper_select(way: str, server: Served, release: Any) -> None:
    expected = [row["city"].value for row in release.ask(MEMBERS)]
    assert LAHTI.toPython() in expected
    as_json = wrapper(server, way, MEMBERS, JSON).convert()
    assert [row["city"]["value"] for row in as_json["results"]["bindings"]] == expected
    as_xml = wrapper(server, way, MEMBERS, XML).convert()
    assert [node.firstChild.data for node in as_xml.getElementsByTagName("uri")] == expected
    assert wrapper(server, way, MEMBERS, CSV).convert().decode().split() == ["city", *expected]
    assert wrapper(server, way, MEMBERS, TSV).convert().decode().split() == ["?city", *(f"<{x}>" for x in expected)]


@pytest.mark.parametrize("way", WAYS)
def test_sparqlwrapper_ask(way: str, server: Served) -> None:
    for query, truth in ((f"ASK {{ <{LAHTI}> ?p ?o }}", True), ("ASK { <x:nothing> ?p ?o }", False)):
        assert wrapper(server, way, query, JSON).convert()["boolean"] is truth
        found = wrapper(server, way, query, XML).convert().getElementsByTagName("boolean")
        assert found[0].firstChild.data == str(truth).lower()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("form", [TURTLE, N3, RDFXML, JSONLD])
@pytest.mark.parametrize("query", [f"DESCRIBE <{LAHTI}>", f"CONSTRUCT {{ ?s ?p ?o }} {{ ?s ?p ?o, <{LAHTI}> }}"])
def test_sparqlwrapper_graphs(query: str, form: str, way: str, server: Served, release: Any) -> None:
    answer = wrapper(server, way, query, form)
    graph = answer.convert()
    if not isinstance(graph, rdflib.Graph):
        graph = rdflib.Graph().parse(data=graph, format={TURTLE: "turtle", N3: "n3"}[form])
    assert len(graph) == len({str(triple) for triple in release.ask(query)}) > 0
    assert (LAHTI, None, None) in graph or (None, None, LAHTI) in graph


def test_sparqlwrapper_names_graphs(server: Served) -> None:
    client: Any = Wrapper(f"{server.url}/sparql")
    client.setReturnFormat(JSON)
    client.addDefaultGraph("https://w3id.org/citygraph/graph/finnish-mergers")
    client.setQuery("SELECT DISTINCT ?s { ?claim <https://w3id.org/citygraph/ontology#source> ?s }")
    answer: Any = client.query().convert()
    rows = answer["results"]["bindings"]
    assert [row["s"]["value"] for row in rows] == [ID + "finnish-mergers"]


# rdflib, curl, citygraph


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_store(method: str, server: Served, dist: Path) -> None:
    whole = rdflib.Dataset(default_union=True)
    whole.parse(dist / "citygraph.nq", format="nquads")
    graph = rdflib.Graph(SPARQLStore(f"{server.url}/sparql", method=method))
    assert set(graph.objects(LAHTI, rdflib.SKOS.prefLabel)) == set(whole.objects(LAHTI, rdflib.SKOS.prefLabel))
    assert len(list(graph.triples((LAHTI, None, None)))) == len(set(whole.triples((LAHTI, None, None))))
    assert bool(graph.query(f"ASK {{ <{LAHTI}> a ?t }}"))
    assert len(graph.query(MEMBERS)) == len(whole.query(MEMBERS)) > 0
    made = graph.query(f"CONSTRUCT {{ ?s ?p ?o }} {{ VALUES ?s {{ <{LAHTI}> }} ?s ?p ?o }}").graph
    assert made is not None
    assert len(made) > 5


def test_curl(server: Served, tmp_path: Path) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("no curl")

    def call(*args: str) -> str:
        command = [curl, "-sS", "--max-time", "60", *args]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True).stdout

    (tmp_path / "q.rq").write_text(MEMBERS, "utf-8")
    url, post = f"{server.url}/sparql", ["--data-urlencode", f"query@{tmp_path}/q.rq"]
    answers = {
        call("-H", "Accept: text/csv", "-G", *post, url),
        call("-H", "Accept: text/csv", *post, url),
        call("-H", "Accept: text/csv", "-H", "Content-Type: application/sparql-query", "-d", f"@{tmp_path}/q.rq", url),
        call("-H", "Accept: text/csv", "--compressed", *post, url),
        call("-H", "Accept: text/csv", "--http1.0", *post, url),
    }
    assert len(answers) == 1
    assert ID + "lahti" in answers.pop()
    assert "skos:prefLabel" in call("-L", f"{server.url}/id/lahti")
    assert "<h1>" in call("-L", "-H", "Accept: text/html", f"{server.url}/ontology")


@pytest.mark.parametrize("name", ["networks", "timeline", "evidence"])
def test_citygraph_query(name: str, server: Served, dist: Path, run: Run) -> None:
    needed = [f"-p{p.name}={p.example}" for p in queries.find(name, str).params.values() if p.required]
    there = run("query", name, *needed, "--format", "csv", "--endpoint", f"{server.url}/sparql")
    here = run("query", name, *needed, "--format", "csv", "--graph", dist)
    assert (there.returncode, there.stdout, there.stderr) == (0, here.stdout, "")
    assert there.stdout.count("\n") > 1


# Caching and compression


def test_nothing_is_sent_twice(server: Served) -> None:
    path = ask(MEMBERS)
    _, first, body = get(server, path)
    tag, day = first["ETag"], first["Last-Modified"]
    for headers in ({"If_None_Match": tag}, {"If_None_Match": f'"x", {tag}'}, {"If_Modified_Since": day}):
        status, again, nothing = get(server, path, **headers)
        assert (status, nothing, again["ETag"]) == (304, b"", tag)
    for headers in ({"If_None_Match": '"x"'}, {"If_None_Match": '"x"', "If_Modified_Since": day}):
        assert get(server, path, **headers)[::2] == (200, body)
    assert get(server, path, Accept="text/csv", If_None_Match=tag)[0] == 200
    assert get(server, path, Accept_Encoding="gzip", If_None_Match=tag)[0] == 304


@pytest.mark.parametrize("word", ["NOW()", "RAND()", "UUID()", "STRUUID()"])
def test_what_changes_is_not_kept(word: str, server: Served) -> None:
    path = ask(f"SELECT ({word} AS ?x) {{}}")
    _, headers, first = get(server, path)
    assert (headers["ETag"], headers["Cache-Control"]) == (None, "no-store")
    assert get(server, path)[2] != first


def test_gzip_only_where_it_is_asked_for(server: Served) -> None:
    path = ask("SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 500")
    plain = get(server, path)
    assert plain[1]["Content-Encoding"] is None
    for _ in range(2):  # made, then kept
        status, headers, body = get(server, path, Accept_Encoding="br, gzip;q=0.5")
        assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, "gzip", "Accept, Accept-Encoding")
        assert gzip.decompress(body) == plain[2]
    assert headers["ETag"] != plain[1]["ETag"]
    for refused in ("identity", "gzip;q=0", "br"):
        assert get(server, path, Accept_Encoding=refused)[1]["Content-Encoding"] is None
    assert get(server, ask("ASK {}"), Accept_Encoding="gzip")[1]["Content-Encoding"] is None


def test_a_large_answer_comes_in_chunks(server: Served) -> None:
    _, headers, body = get(server, ask(LARGE, format="csv"))
    assert (int(headers["Content-Length"]), body.count(b"\r\n")) == (len(body), 60_001)
    _, headers, packed = get(server, ask(LARGE, format="csv"), Accept_Encoding="gzip")
    assert headers["Transfer-Encoding"] == "chunked"
    assert gzip.decompress(packed).count(b"\r\n") == 60_001
    until(lambda: metric(server, "citygraph_spool_bytes") == 0)


def test_answers_are_kept_up_to_a_size(dist: Path, serving: Serving) -> None:
    with serving(dist, "--cache", "50000") as server:
        for _ in range(2):
            get(server, ask("ASK {}"))
        assert metric(server, "citygraph_cache_hits_total") == 1
        for number in range(100):
            get(server, ask(f"ASK {{ FILTER({number} = 0) }}"))
        assert 0 < metric(server, "citygraph_cache_bytes") <= 50_000
        get(server, ask("ASK {}"))
        assert metric(server, "citygraph_cache_hits_total") == 1


# Limits


def test_every_limit_is_an_error_to_the_client(dist: Path, serving: Serving) -> None:
    options = ("--seconds", "0.5", "--rows", "10", "--bytes", "5000", "--length", "400", "--nesting", "5")
    with serving(dist, *options, "--workers", "1", "--waiting", "0", "--slow", "0") as server:
        for query, status, said in (
            ("SELECT ?p { ?s ?p ?o } LIMIT 11", 400, "rows"),
            ("CONSTRUCT WHERE { ?s ?p ?o }", 400, "triples"),
            (f'SELECT (CONCAT({", ".join(["?x"] * 40)}) AS ?y) {{ BIND("{"x" * 130}" AS ?x) }}', 400, "bytes"),
            ("ASK {}" + " " * 400, 413, "at most 400"),
            ("ASK {{{{{{{{}}}}}}}}", 400, "nested"),
            (ENDLESS, 504, "0.5 seconds"),
        ):
            answered, headers, body = get(server, ask(query))
            assert (answered, said in body.decode()) == (status, True), body
            assert headers["Content-Type"] == "text/plain; charset=utf-8"
            assert headers["Cache-Control"] == "no-store"
            assert get(server, ask("ASK {}"))[0] == 200
        description = get(server, "/sparql")[2].decode()
        assert "0.5 seconds" in description
        assert "at most 10 rows" in description


def test_who_comes_too_many_is_told_when_to_come_again(dist: Path, serving: Serving) -> None:
    with serving(dist, "--workers", "1", "--waiting", "0", "--slow", "0", "--light", "1000") as server:
        held = socket.create_connection(("127.0.0.1", server.port))
        held.sendall(f"GET {ask(ENDLESS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        until(lambda: metric(server, "citygraph_queries_running") == 1)
        status, headers, body = get(server, ask("ASK {}"))
        assert (status, int(headers["Retry-After"]) > 0) == (503, True), body
        assert get(server, "/health")[0] == 200
        held.close()  # which ends its query
        until(lambda: get(server, ask("ASK {}"))[0] == 200)
        assert metric(server, "citygraph_queries_running") == 0


def test_the_number_of_connections_is_bound(dist: Path, serving: Serving) -> None:
    with serving(dist, "--connections", "3", "--head", "60") as server:
        held = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
        until(lambda: socket_says(server).startswith(b"HTTP/1.1 503 "))
        for each in held:
            each.close()
        until(lambda: not socket_says(server).startswith(b"HTTP/1.1 503 "))


def socket_says(server: Served, sent: bytes = b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") -> bytes:
    """All that comes back on a connection that sends something."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as client, contextlib.suppress(OSError):
        client.sendall(sent)
        return b"".join(iter(lambda: client.recv(65536), b""))
    return b""


POSTED = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [b"", b"\r\n", b"GE", b"GET /health HTTP/1.1\r\nHost: x\r\n", b"GET /health HTTP/1.1\r\nHost: x\r\nX-A: ", POSTED,
     POSTED + b"ASK {"],
    ids=["nothing", "an-empty-line", "a-word", "half-a-head", "half-a-line", "no-body", "half-a-body"],
)  # fmt: skip
def test_half_a_request_is_dropped(sent: bytes, hasty: Served) -> None:
    before = metric(hasty, "citygraph_connections_dropped_total")
    assert socket_says(hasty, sent) == b""
    assert metric(hasty, "citygraph_connections_dropped_total") == before + 1
    assert get(hasty, "/health")[0] == 200


def test_a_request_byte_by_byte_is_dropped(hasty: Served) -> None:
    """Slowloris: each byte comes soon, the whole head never."""
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=60) as client, contextlib.suppress(OSError):
        client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
        while True:  # until the server has ended the connection
            client.sendall(b"X-A: b\r\n")
            time.sleep(0.1)
    assert get(hasty, "/health")[0] == 200


def test_a_head_without_end_is_refused(hasty: Served) -> None:
    said = socket_says(hasty, b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 20_000)
    assert said == b"" or said.startswith(b"HTTP/1.1 431 ")
    assert get(hasty, "/health")[0] == 200


def test_a_client_that_does_not_read_is_dropped(hasty: Served) -> None:
    before = metric(hasty, "citygraph_connections_dropped_total")
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", hasty.port))
        client.sendall(f"GET {ask(LARGE, format='xml')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        until(lambda: metric(hasty, "citygraph_connections_dropped_total") == before + 1)
    until(lambda: metric(hasty, "citygraph_spool_bytes") == 0)


@pytest.fixture(scope="module")
def hasty(dist: Path, serving: Serving) -> Any:
    """A server that waits for nobody."""
    options = ("--head", "0.5", "--body", "0.5", "--stall", "0.5", "--workers", "1")
    with serving(dist, *options) as running:
        yield running


@pytest.mark.parametrize(
    "sent",
    [b"nonsense\r\n\r\n", b"GET http://[ HTTP/1.1\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
     b"CONNECT x:1 HTTP/1.1\r\n\r\n", b"POST /sparql HTTP/1.1\r\nContent-Length: x\r\n\r\n",
     b"POST /sparql HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_http_is_refused(sent: bytes, hasty: Served) -> None:
    assert socket_says(hasty, sent).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
    assert get(hasty, "/health")[0] == 200


def test_a_query_ends_when_its_client_leaves(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(f"GET {ask(ENDLESS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        until(lambda: metric(server, "citygraph_queries_running") == 1)
    until(lambda: metric(server, "citygraph_queries_running") == 0)


# Things, the ontology, the files

FORMS = {
    "text/turtle": (".ttl", ox.RdfFormat.TURTLE), "application/ld+json": (".jsonld", ox.RdfFormat.JSON_LD),
    "application/n-triples": (".nt", ox.RdfFormat.N_TRIPLES), "application/rdf+xml": (".rdf", ox.RdfFormat.RDF_XML),
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMS)
def test_a_thing_leads_to_its_data(kind: str, server: Served) -> None:
    ending, format = FORMS[kind]
    status, headers, _ = get(server, "/id/lahti", Accept=kind)
    assert (status, headers["Location"], headers["Vary"]) == (303, f"/data/lahti{ending}", "Accept, Accept-Language")
    assert get(server, f"/id/lahti{ending}")[1]["Location"] == f"/data/lahti{ending}"
    status, headers, body = get(server, f"/data/lahti{ending}")
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, kind)
    triples = {str(quad.triple) for quad in ox.parse(body, format)}
    assert len(triples) == sum(1 for _ in ox.parse(body, format))
    assert triples == {str(quad.triple) for quad in ox.parse(get(server, "/data/lahti.nt")[2], ox.RdfFormat.N_TRIPLES)}


def test_a_browser_is_led_to_the_page(server: Served) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert get(server, "/id/lahti", Accept=browser)[1]["Location"] == "/page/lahti.html"
    assert get(server, "/id/lahti.html")[1]["Location"] == "/page/lahti.html"
    for liked, start in (("fi", "/fi"), ("sv-FI, fi;q=0.9, en;q=0.8", "/sv"), ("de, en-GB;q=0.5, fi;q=0.4", ""),
                         ("de", ""), ("*", ""), ("en;q=0, *;q=0.5", "/fi"), ("nonsense;;q", "")):  # fmt: skip
        _, headers, _ = get(server, "/id/lahti", Accept=browser, Accept_Language=liked)
        assert (headers["Location"], headers["Vary"]) == (f"{start}/page/lahti.html", "Accept, Accept-Language")
    assert get(server, "/id/lahti", Accept="image/png")[0] == 406


def test_a_thing_is_told_with_its_claims_and_their_words(server: Served) -> None:
    said = get(server, "/data/lahti.nt")[2].decode()
    claim = ID + "claim/lahti-networks-2012/covenant-membership"
    for expected in (
        f"<{LAHTI}> <http://www.w3.org/2004/02/skos/core#prefLabel>",
        f"<{claim}> <https://w3id.org/citygraph/ontology#member> <{LAHTI}>",
        f"<{claim}.joined> <https://w3id.org/citygraph/ontology#earliest>",
        f"<{claim}.quote> <http://www.w3.org/ns/oa#exact>",
    ):
        assert expected in said
    own = get(server, "/data/claim/lahti-networks-2012/covenant-membership.nt")[2].decode()
    assert f"<{claim}.quote> <http://www.w3.org/ns/oa#exact>" in own
    assert f"<{claim}> <https://w3id.org/citygraph/ontology#joined> <{claim}.joined>" in own


@pytest.mark.parametrize(
    "path",
    ["/id/nothing-of-that-name", "/id/", "/data/nothing.ttl", "/data/.ttl", "/graph/none", "/nothing", "/data/%00.ttl",
     "/data/%3E%20%3Fp%20%3Fo%20%7D.ttl", "/data/%E4.nt", "/id/lahti%22%3E", "/ontology.exe"],
)  # fmt: skip
def test_what_is_not_there(path: str, server: Served) -> None:
    status, headers, body = get(server, path)
    assert (status, headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert b"\n" not in body[:-1]


def test_what_was_renamed_or_withdrawn(dist: Path, serving: Serving, tmp_path: Path) -> None:
    shutil.copytree(dist, tmp_path / "release")
    (tmp_path / "release" / "redirects.csv").write_text(f"old,new\n{ID}lahtis,{ID}lahti\n{ID}gone,\n", "utf-8")
    with serving(tmp_path / "release") as server:
        assert get(server, "/id/lahtis")[:2][0] == 301
        assert get(server, "/id/lahtis")[1]["Location"] == "/id/lahti"
        assert get(server, "/data/lahtis.nt")[1]["Location"] == "/data/lahti.nt"
        assert get(server, "/id/gone")[0] == get(server, "/data/gone.ttl")[0] == 410


def test_a_named_graph_leads_to_its_triples(server: Served) -> None:
    location = get(server, "/graph/finnish-mergers")[1]["Location"]
    status, _, body = get(server, location, Accept="application/n-triples")
    assert (status, ID.encode() + b"claim/finnish-mergers/" in body) == (200, True)


def test_the_ontology_and_its_terms(server: Served, dist: Path) -> None:
    whole = (dist / "ontology.ttl").read_text("utf-8")
    for path, accept in (("/ontology", "text/turtle"), ("/ontology.ttl", "*/*")):
        status, headers, body = get(server, path, Accept=accept)
        assert (status, headers["Content-Type"]) == (200, "text/turtle; charset=utf-8")
        assert body.decode() == whole
    page = get(server, "/ontology", Accept="text/html")[2].decode()
    assert page == get(server, "/ontology.html")[2].decode()
    assert all(f' id="{name}"' in page for name in ("Membership", "memberOf", "City"))
    assert ' lang="fi"' in get(server, "/fi/ontology.html")[2].decode()
    number = sum(1 for _ in ox.parse(whole.encode(), ox.RdfFormat.TURTLE))
    for path, (_, format) in ((f"/ontology{ending}", (ending, format)) for ending, format in FORMS.values()):
        assert sum(1 for _ in ox.parse(get(server, path)[2], format)) == number


def test_a_bare_request_is_told_what_there_is(server: Served) -> None:
    for kind, (_, format) in FORMS.items():
        status, headers, body = get(server, "/sparql", Accept=kind)
        assert (status, headers["Content-Type"].partition(";")[0]) == (200, kind)
        store = ox.Store()
        store.load(body, format)
        sd = "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>"
        asked = f"""{sd} ASK {{ ?s a sd:Service ; sd:endpoint <{server.url}/sparql> ;
            sd:supportedLanguage sd:SPARQL11Query ; sd:defaultDataset/sd:namedGraph/sd:name ?g ;
            <http://www.w3.org/2000/01/rdf-schema#comment> ?limit }}"""
        assert bool(store.query(asked))
    status, headers, _ = get(server, "/sparql", Accept="text/html")
    assert (status, headers["Location"]) == (303, "/query")


def test_ranges_of_files(server: Served, dist: Path) -> None:
    whole = (dist / "citygraph.nq").read_bytes()
    status, headers, body = get(server, "/release/citygraph.nq")
    assert (status, headers["Content-Type"], body) == (200, "application/n-quads", whole)
    tag = headers["ETag"]
    status, headers, body = get(server, "/release/citygraph.nq", Range="bytes=10-19")
    assert (status, headers["Content-Range"], body) == (206, f"bytes 10-19/{len(whole)}", whole[10:20])
    assert get(server, "/release/citygraph.nq", Range="bytes=-5")[::2] == (206, whole[-5:])
    assert get(server, "/release/citygraph.nq", Range="bytes=10-19", If_Range='"other"')[::2] == (200, whole)
    assert get(server, "/release/citygraph.nq", Range="bytes=10-19", If_Range=tag)[0] == 206
    status, headers, _ = get(server, "/release/citygraph.nq", Range=f"bytes={len(whole)}-")
    assert (status, headers["Content-Range"]) == (416, f"bytes */{len(whole)}")
    assert get(server, "/release/citygraph.nq", If_None_Match=tag)[::2] == (304, b"")
    assert get(server, "/release/citygraph.nq", "HEAD")[1]["Content-Length"] == str(len(whole))


def test_a_release_for_portals(dist: Path, serving: Serving, tmp_path: Path) -> None:
    release = tmp_path / "release"
    shutil.copytree(dist, release)
    plain = (release / "citygraph.ttl").read_bytes()
    (release / "citygraph.ttl.gz").write_bytes(gzip.compress(plain))
    for name in ("catalog.ttl", "void.ttl"):
        (release / name).write_text("<x:a> <x:b> <x:c> .\n", "utf-8")
    with serving(release) as server:
        status, headers, body = get(server, "/release/citygraph.ttl", Accept_Encoding="gzip")
        assert (status, headers["Content-Encoding"], headers["Vary"]) == (200, "gzip", "Accept-Encoding")
        assert headers["Content-Type"] == "text/turtle; charset=utf-8"
        assert gzip.decompress(body) == plain
        assert get(server, "/release/citygraph.ttl")[2] == plain
        part = get(server, "/release/citygraph.ttl", Accept_Encoding="gzip", Range="bytes=0-9")
        assert (part[0], part[1]["Content-Encoding"], part[2]) == (206, None, plain[:10])
        assert get(server, "/release/citygraph.ttl.gz")[1]["Content-Type"] == "application/gzip"
        assert get(server, "/catalog.ttl")[::2] == (200, b"<x:a> <x:b> <x:c> .\n")
        assert get(server, "/.well-known/void")[1]["Location"] == "/release/void.ttl"


@pytest.mark.parametrize("path", ["/query/", "/ontology/", "/catalog.ttl/", "/health/", "//evil.example/query/"])
def test_no_path_leads_to_another_host(path: str, server: Served) -> None:
    status, headers, _ = get(server, path, Host="evil.example")
    assert status == 404
    assert headers["location"] is None


def test_no_path_leads_out_of_the_release(dist: Path, serving: Serving, tmp_path: Path) -> None:
    release = tmp_path / "release"
    shutil.copytree(dist, release)
    (tmp_path / "secret.ttl").write_text("secret", "utf-8")
    (release / "link.ttl").symlink_to(tmp_path / "secret.ttl")
    (release / "out").symlink_to(tmp_path, target_is_directory=True)
    (release / ".index").mkdir()
    (release / ".index" / "hidden.ttl").write_text("secret", "utf-8")
    with serving(release) as server:
        for path in (
            *("../secret.ttl", "%2e%2e/secret.ttl", "..%2fsecret.ttl", "%2e%2e%2fsecret.ttl", "link.ttl"),
            *("out/secret.ttl", ".index/hidden.ttl", "%2eindex/hidden.ttl", "/etc/passwd", "//etc/passwd", "", "."),
            *("x/../../secret.ttl", "citygraph.ttl%00", "..%5csecret.ttl", "tables/../../secret.ttl"),
        ):
            status, _, body = get(server, f"/release/{path}")
            assert (status, b"secret" in body.replace(b"secret.ttl", b"")) == (404, False), path
        assert get(server, "/release/citygraph.ttl")[0] == 200


# What every response has, what is counted


@pytest.mark.parametrize("path", ["/sparql", "/sparql?query=ASK", "/health", "/id/lahti", "/nothing", "/release/x"])
def test_what_every_response_has(path: str, server: Served) -> None:
    headers = get(server, path)[1]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Server"] is None


def test_what_is_counted(dist: Path, serving: Serving) -> None:
    with serving(dist) as server:
        for path in (ask("ASK {}"), ask("ASK {}"), ask("ASK {"), ask("LOAD <x:x>"), "/id/lahti", "/x/y/z", "/"):
            get(server, path)
        lines = get(server, "/metrics")[2].decode().splitlines()
        for expected in (
            'citygraph_requests_total{route="sparql",method="GET",status="200"} 2',
            'citygraph_requests_total{route="sparql",method="GET",status="400"} 1',
            'citygraph_requests_total{route="sparql",method="GET",status="403"} 1',
            'citygraph_requests_total{route="id",method="GET",status="303"} 1',
            'citygraph_requests_total{route="other",method="GET",status="404"} 1',
            'citygraph_request_seconds_count{route="sparql"} 4',
            'citygraph_queries_failed_total{why="BadQuery"} 1',
            'citygraph_queries_failed_total{why="Refused"} 1',
            "citygraph_queries_running 0",
        ):
            assert expected in lines
        assert all(line.startswith(("#", "citygraph_")) for line in lines)
        assert get(server, "/health")[2].startswith(b"ok\nversion ")


# Beginning and end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_all_its_processes(number: int, dist: Path, serving: Serving) -> None:
    with serving(dist) as server:
        until(lambda: len(_below(server.process.pid)) > 2)
        children = _below(server.process.pid)
        client = socket.create_connection(("127.0.0.1", server.port))
        client.sendall(f"GET {ask(ENDLESS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        until(lambda: metric(server, "citygraph_queries_running") == 1)
        server.process.send_signal(number)
        assert server.process.wait(30) == 0
        until(lambda: not any(_runs(pid) for pid in children))
        client.close()


def _below(pid: int) -> list[int]:
    pids = [pid]
    for each in pids:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{each}/task").iterdir():
                pids += map(int, (thread / "children").read_text("ascii").split())
    return pids[1:]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False


def test_what_it_cannot_begin_with_is_one_line(dist: Path, tmp_path: Path, run: Run) -> None:
    pytest.importorskip("uvicorn")
    done = run("serve", tmp_path / "none", "--port", "0")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"citygraph: {tmp_path}/none")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", dist, "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == f"citygraph: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    done = run("serve", dist, "--base-url", "example.org")
    assert done.stderr == "citygraph: --base-url example.org: not an address; it begins with http:// or https://\n"
    assert run("serve", dist, "--seconds", "0").returncode == 2


@pytest.mark.parametrize("name", ["uvicorn", "starlette", "httptools", "jinja2"])
def test_without_the_extra_it_says_what_to_install(name: str, dist: Path) -> None:
    code = f"import sys; sys.modules[{name!r}] = None\nfrom citygraph.cli import main\nmain(['serve', {str(dist)!r}])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("pip install 'citygraph[serve]'\n")
    assert done.stderr.count("\n") == 1


def test_the_public_address(dist: Path, serving: Serving) -> None:
    with serving(dist, "--base-url", "https://data.example.org/") as server:
        assert b"<https://data.example.org/sparql>" in get(server, "/sparql")[2]
    with serving(dist) as server:
        assert b"<http://evil" not in get(server, "/sparql", Host="evil> . <x:a")[2]
        assert json.loads(get(server, ask("ASK {}") + "&x=" + quote("é"))[2])["boolean"] is True
