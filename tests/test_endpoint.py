"""A SPARQL server: a real one gives what the file gives; a failing one gives one line and exit code 2."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from citygraph import cli, queries
from citygraph.endpoint import ask
from citygraph.problems import CitygraphError
from conftest import ROOT, Run

OXIGRAPH = Path(sys.executable).parent / "oxigraph"
CATALOGUE = queries.catalogue()


def citygraph(*args: str | Path) -> Result:
    """The command in this process: a traceback would be an exception of its own."""
    result = CliRunner().invoke(cli.main, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture(scope="module")
def server(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Oxigraph server that holds the release."""
    if not OXIGRAPH.exists():
        pytest.skip("no oxigraph beside this Python: pip install oxigraph")
    place = tmp_path_factory.mktemp("oxigraph")
    load = [OXIGRAPH, "load", "--location", place, "--file", dist / "citygraph.nq"]
    subprocess.run(list(map(str, load)), check=True, capture_output=True, timeout=60)
    port = free_port()
    bind = ["--bind", f"127.0.0.1:{port}", "--union-default-graph"]
    with (place / "log").open("wb") as log:
        process = subprocess.Popen([OXIGRAPH, "serve-read-only", "--location", place, *bind], stdout=log, stderr=log)
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert process.poll() is None, (place / "log").read_text()
                    time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/query"
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.parametrize("query", CATALOGUE, ids=lambda query: query.name)
def test_every_named_query_gives_the_same_as_the_file(query: queries.NamedQuery, server: str, dist: Path) -> None:
    needed = [f"-p{param.name}={param.example}" for param in query.params.values() if param.required]
    there = citygraph("query", query.name, *needed, "--format", "csv", "--endpoint", server)
    here = citygraph("query", query.name, *needed, "--format", "csv", "--graph", dist)
    assert there.exit_code == here.exit_code == 0, there.stderr
    own_graph = ROOT / "tests" / "queries" / f"{query.name}.ttl"  # since this graph may have nothing for it
    assert len(here.stdout.splitlines()) > 1 or own_graph.exists()
    assert there.stdout == here.stdout


@pytest.mark.parametrize("form", ["table", "md", "json", "tsv"])
@pytest.mark.parametrize("lang", ["fi", "en"])
def test_labels_and_formats_are_the_same(form: str, lang: str, server: str, dist: Path) -> None:
    args = ("query", "memberships", "-p", "city=lahti", "--format", form, "--lang", lang)
    there, here = citygraph(*args, "--endpoint", server), citygraph(*args, "--graph", dist)
    assert there.stdout == here.stdout
    name = {"fi": "Kaupunginjohtajien yleiskokous", "en": "Covenant of Mayors (2020 commitment)"}[lang]
    assert (name in there.stdout) == (form in ("table", "md"))


@pytest.mark.parametrize(
    "text",
    [
        "ASK { ?s a <https://w3id.org/citygraph/ontology#City> }",
        "ASK { ?s a <https://w3id.org/citygraph/ontology#Nothing> }",
        "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t . FILTER (?t = <https://w3id.org/citygraph/ontology#City>) }",
        "CONSTRUCT { ?s a ?t } WHERE { ?s a ?t . FILTER (false) }",
        "DESCRIBE <https://w3id.org/citygraph/id/turku>",
        'SELECT ?x { BIND("""a\n# no comment\nb""" AS ?x) }',
        "# INSERT DATA\n#+ summary: with a header\nSELECT (1 AS ?x) {}",
        "SELECT ?x { VALUES ?x { " + " ".join(map(str, range(1000))) + " } }",
    ],
    ids=["yes", "no", "construct", "construct-empty", "describe", "hash", "header", "long"],
)
def test_other_forms(text: str, server: str, dist: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(text, "utf-8")
    args = ("query", tmp_path / "q.rq", "--format", "json")
    there, here = citygraph(*args, "--endpoint", server), citygraph(*args, "--graph", dist)
    assert there.exit_code == 0, there.stderr
    assert there.stdout == here.stdout
    assert there.stdout


def test_the_server_says_what_is_wrong_in_a_query(server: str, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("SELECT * WHERE { ?s ?p", "utf-8")
    result = citygraph("query", tmp_path / "q.rq", "--endpoint", server)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"citygraph: {server}: answered HTTP 400: ")
    assert result.stderr.count("\n") == 1


def test_an_update_is_not_sent(server: str, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("PREFIX x: <http://x/>\nINSERT DATA { x:a x:b x:c }", "utf-8")
    result = citygraph("query", tmp_path / "q.rq", "--endpoint", server)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("citygraph: that is a SPARQL update (INSERT)")


# Servers that fail

Reply = Callable[[BaseHTTPRequestHandler], None]
RESULTS = "application/sparql-results+json"


def send(status: int, body: bytes = b"", kind: str = RESULTS, length: int | None = None, **headers: str) -> Reply:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def silence(handler: BaseHTTPRequestHandler) -> None:
    stopped(handler).wait(30)


def drop(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def trickle(handler: BaseHTTPRequestHandler) -> None:
    """A byte each fifth of a second: no pause is as long as the timeout."""
    send(200, b"", length=10_000)(handler)
    while not stopped(handler).wait(0.2):
        handler.wfile.write(b" ")
        handler.wfile.flush()


def trickled_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not stopped(handler).wait(0.2):
        handler.wfile.write(b"X-More: x\r\n")
        handler.wfile.flush()


def stopped(handler: BaseHTTPRequestHandler) -> threading.Event:
    event: threading.Event = handler.server.stopped  # type: ignore[attr-defined]
    return event


def redirect(handler: BaseHTTPRequestHandler) -> None:
    send(302, Location=handler.path)(handler)


Serve = Callable[[Reply], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server on the loopback that answers every request in one way."""
    servers: list[ThreadingHTTPServer] = []

    def start(reply: Reply) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                try:
                    reply(self)
                except OSError:
                    self.close_connection = True  # the client has left

            do_POST = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: ARG002
                return

        httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        httpd.daemon_threads = True
        httpd.stopped = threading.Event()  # type: ignore[attr-defined]
        servers.append(httpd)
        threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return f"http://127.0.0.1:{httpd.server_address[1]}/sparql"

    yield start
    for httpd in servers:
        httpd.stopped.set()  # type: ignore[attr-defined]
        httpd.shutdown()
        httpd.server_close()


ROWS = b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "1"}}]}}'
FAILURES: dict[str, tuple[Reply, str]] = {
    "500": (send(500, b"the store is on fire\nat line 3 of store.c"), "answered HTTP 500: the store is on fire"),
    "503": (send(503, b"later"), "answered HTTP 503 Service Unavailable"),
    "404": (send(404, b"<!DOCTYPE html><p>not here", "text/html"), "answered HTTP 404"),
    "401": (send(401, b""), "answered HTTP 401"),
    "400": (send(400, "syntax error: “?x” \x1b[31m".encode()), "answered HTTP 400: syntax error: “?x”  [31m"),
    "html": (
        send(200, b"\n<html><body>Welcome", "text/html; charset=utf-8"),
        "answered a web page, not SPARQL results",
    ),
    "html-unsaid": (send(200, b"<!DOCTYPE html>Welcome"), "answered a web page, not SPARQL results"),
    "half-json": (send(200, ROWS[:-30]), f"not SPARQL results ({RESULTS}, {len(ROWS) - 30} bytes): "),
    "other-json": (send(200, b'{"hello": "world"}'), f"not SPARQL results ({RESULTS}, 18 bytes): "),
    "empty": (send(200, b""), f"not SPARQL results ({RESULTS}, 0 bytes): "),
    "csv": (send(200, b"x\r\n1\r\n", "text/csv"), "not SPARQL results (text/csv, 6 bytes): "),
    "boolean": (send(200, b'{"head": {}, "boolean": true}'), "not the answer to SELECT: one truth value"),
    "binary": (send(200, bytes(range(256))), f"not SPARQL results ({RESULTS}, 256 bytes): "),
    "dropped": (drop, "the answer broke off: Remote end closed connection without response"),
    "dropped-mid-body": (send(200, ROWS, length=len(ROWS) + 100), "the answer broke off: IncompleteRead("),
    "silence": (silence, "no answer within 1 s"),
    "trickle": (trickle, "no answer within 1 s"),
    "trickled-headers": (trickled_headers, "no answer within 1 s"),
    "redirect-loop": (redirect, "answered HTTP 302 The HTTP server returned a redirect error"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failing_server_is_one_line(name: str, serve: Serve) -> None:
    reply, said = FAILURES[name]
    url = serve(reply)
    began = time.monotonic()
    result = citygraph("query", "networks", "--endpoint", url, "--timeout", "1", "--format", "csv")
    assert time.monotonic() - began < 5
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"citygraph: {url}: {said}")
    assert result.stderr.count("\n") == 1
    assert result.stderr[:-1].isprintable()


@pytest.mark.parametrize("name", ["half-json", "csv", "binary", "empty"])
def test_a_construct_wants_turtle(name: str, serve: Serve) -> None:
    url = serve(FAILURES[name][0])
    with pytest.raises(CitygraphError, match="not SPARQL results"):
        ask(url, "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")


def test_rows_are_no_truth_value(serve: Serve) -> None:
    url = serve(send(200, ROWS))
    with pytest.raises(CitygraphError, match="not the answer to ASK: rows"):
        ask(url, "ASK {}")


def test_a_good_answer_of_such_a_server(serve: Serve) -> None:
    result = citygraph("query", "networks", "--format", "csv", "--endpoint", serve(send(200, ROWS)))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "x\n1\n", "")


def test_refused_in_a_process_of_its_own(run: Run) -> None:
    url = f"http://127.0.0.1:{free_port()}/sparql"
    done = run("query", "networks", "--endpoint", url)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"citygraph: {url}: cannot be reached: [Errno 111] Connection refused\n"


def test_a_silent_server_does_not_keep_the_process(run: Run, serve: Serve) -> None:
    url = serve(trickle)
    began = time.monotonic()
    done = run("query", "networks", "--endpoint", url, "--timeout", "1")
    assert time.monotonic() - began < 10
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"citygraph: {url}: no answer within 1 s\n")


@pytest.mark.parametrize(
    "url",
    [
        "", "nothing", "127.0.0.1/sparql", "ftp://127.0.0.1/sparql", "file:///etc/passwd", "http://", "http:///sparql",
        "http://[::1/sparql", "http://127.0.0.1:99999/", "http://127.0.0.1:port/", "http://127.0.0.1:0/",
        "http://127.0.0.1/a b", "http://127.0.0.1/\nX: y", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_address(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **options: object) -> None:
        raise AssertionError("a request was sent")

    monkeypatch.setattr(urllib.request, "urlopen", never)
    with pytest.raises(CitygraphError, match="not the address of an endpoint; it begins with http:// or https://") as e:
        ask(url, "ASK {}")
    assert "\n" not in str(e.value)


def test_a_file_and_a_server_exclude_each_other(dist: Path) -> None:
    result = citygraph("query", "networks", "--graph", dist, "--endpoint", "http://127.0.0.1/")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "citygraph: --graph and --endpoint exclude each other\n"


@pytest.mark.parametrize("timeout", ["0", "-1", "soon"])
def test_a_timeout_is_at_least_a_second(timeout: str) -> None:
    result = citygraph("query", "networks", "--endpoint", "http://127.0.0.1/", "--timeout", timeout)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Invalid value for '--timeout'" in result.stderr


@pytest.mark.parametrize(
    ("status", "length", "method"), [(200, 10, "GET"), (200, 3000, "POST")], ids=["short-by-get", "long-by-post"]
)
def test_what_is_sent(status: int, length: int, method: str, serve: Serve) -> None:
    seen: list[tuple[str, str | None]] = []

    def reply(handler: BaseHTTPRequestHandler) -> None:
        seen.append((handler.command, handler.headers.get("Accept")))
        send(status, ROWS)(handler)

    def posted(handler: BaseHTTPRequestHandler) -> None:
        handler.rfile.read(int(handler.headers["Content-Length"]))
        reply(handler)

    url = serve(reply if method == "GET" else posted)
    ask(url, "SELECT ?x { BIND(1 AS ?x) }" + " " * length)
    ((sent, accept),) = seen
    assert sent == method
    assert accept is not None
    assert "application/sparql-results+json" in accept
