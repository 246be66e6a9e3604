"""`citygraph serve` beside `oxigraph serve-read-only` on the same data, in turns. Usage: serve.py RELEASE [--seconds 5]

Needs wrk (apt-get install wrk) and the extras serve and test. For each kind of query: requests a second of both with 16
connections, their ratio, and milliseconds of processor time for each request, which another program's load disturbs
least. Then the median and 99th percentile of a light query alone and while one heavy query for each worker runs into
its limit, memory over many requests, and the seconds to start.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

THING = re.compile(r"<(https://w3id\.org/citygraph/id/[^/.>]+)>")
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
BIN = Path(sys.executable).parent
LUA = """
local lines = {}
for line in io.lines(os.getenv("QUERIES")) do lines[#lines + 1] = line end
local at, path = 0, os.getenv("ENDPOINT")
request = function()
  at = at % #lines + 1
  return wrk.format("GET", path .. "?query=" .. lines[at], {["Accept"] = "application/sparql-results+json"})
end
"""


@dataclass
class Server:
    """A server that runs: its name, port, path and process, and the seconds it took to start."""

    name: str
    port: int
    path: str
    process: subprocess.Popen[bytes]
    start: float

    def tree(self) -> list[int]:
        """Its processes."""
        pids = [self.process.pid]
        for pid in pids:
            with contextlib.suppress(OSError):
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    pids += map(int, (thread / "children").read_text("ascii").split())
        return pids

    def cpu(self) -> float:
        """Seconds of processor time, with those of children that have ended."""
        ticks = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Megabytes, pages that processes share counted once."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total // 1024


@contextlib.contextmanager
def running(name: str, command: list[str], path: str, port: int) -> Iterator[Server]:
    """Start a server and wait until it answers."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            with contextlib.suppress(OSError):
                ask(port, path, "ASK {}")
                break
            time.sleep(0.02)
        yield Server(name, port, path, process, time.perf_counter() - began)
    finally:
        process.terminate()
        process.wait()


def ask(port: int, path: str, query: str) -> tuple[int, bytes]:
    """One query on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"{path}?query={quote(query)}", headers={"Accept": "application/sparql-results+json"})
    response = connection.getresponse()
    return response.status, response.read()


def load(server: Server, queries: list[str], seconds: float, folder: Path) -> tuple[float, float]:
    """Requests a second, and milliseconds of processor time for each."""
    (folder / "ask.lua").write_text(LUA, "ascii")
    (folder / "queries").write_text("\n".join(map(quote, queries)), "ascii")
    environment = {**os.environ, "QUERIES": str(folder / "queries"), "ENDPOINT": server.path}
    command = ["wrk", "-t1", "-c16", f"-d{seconds:g}", "-s", str(folder / "ask.lua"), f"http://127.0.0.1:{server.port}"]
    before = server.cpu()
    said = subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{server.name}: {said}")
    number, rate = re.search(r"(\d+) requests in", said), re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert number
    assert rate
    return float(rate[1]), 1000 * (server.cpu() - before) / int(number[1])


def latencies(server: Server, queries: list[str], number: int) -> list[float]:
    """Milliseconds of one query after the other on a connection that stays open."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    took = []
    for query in queries[:number]:
        began = time.perf_counter()
        connection.request("GET", f"{server.path}?query={quote(query)}")
        connection.getresponse().read()
        took.append(1000 * (time.perf_counter() - began))
    return took


def light_beside_heavy(server: Server, queries: list[str], heavy: int) -> str:
    """Median and 99th percentile of light queries, alone and beside heavy ones."""
    alone = latencies(server, queries, 500)

    def hard() -> None:
        with contextlib.suppress(OSError, http.client.HTTPException):  # the server is ended before its query is
            ask(server.port, server.path, HEAVY)

    threads = [threading.Thread(target=hard, daemon=True) for _ in range(heavy)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    beside = latencies(server, queries[500:], 500)
    said = []
    for took in (alone, beside):
        said.append(f"{statistics.median(took):7.2f} {statistics.quantiles(took, n=100)[98]:7.2f}")
    ratio = statistics.quantiles(beside, n=100)[98] / statistics.median(beside)
    return (
        f"{server.name:10} alone {said[0]}   beside {heavy} heavy {said[1]} ms   p99 beside them / median {ratio:.1f}"
    )


def things(file: Path) -> list[str]:
    """IRIs of the things of a graph, in the order of the file."""
    with file.open(encoding="utf-8") as lines:
        return list(dict.fromkeys(found[1] for line in lines if (found := THING.match(line))))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=100_000, help="over which memory is looked at")
    given = parser.parse_args()
    keys = things(given.release / "citygraph.nq")
    look_ups = [f"SELECT ?p ?o WHERE {{ <{key}> ?p ?o }}" for key in keys]
    rows = [f"SELECT ?s ?p ?o WHERE {{ ?s ?p ?o }} OFFSET {n} LIMIT 400" for n in range(5000)]
    kinds = {"look-ups, all different": look_ups, "look-ups of 500 things": look_ups[:500], "400 rows": rows,
             "400 rows, 50 queries": rows[:50]}  # fmt: skip
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        database, file = str(folder / "db"), str(given.release / "citygraph.nq")
        subprocess.run([str(BIN / "oxigraph"), "load", "--location", database, "--file", file], check=True,
                       capture_output=True)  # fmt: skip
        servers = []
        for label, path, command in (
            ("citygraph", "/sparql", [sys.executable, "-m", "citygraph.cli", "serve", str(given.release), "--port"]),
            ("oxigraph", "/query", [str(BIN / "oxigraph"), "serve-read-only", "--location", database,
                                    "--union-default-graph", "--bind"]),
        ):  # fmt: skip
            port = free_port()
            where = f"127.0.0.1:{port}" if label == "oxigraph" else str(port)
            servers.append(stack.enter_context(running(label, [*command, where], path, port)))
        ours, theirs = servers
        print("start      " + "   ".join(f"{server.name} {server.start:.2f} s" for server in servers))
        for kind, queries in kinds.items():
            found = [[load(server, queries, given.seconds, folder) for server in servers] for _ in range(given.rounds)]
            ratio = statistics.median(a[0] / b[0] for a, b in found)
            rates = [statistics.median(each[n][0] for each in found) for n in (0, 1)]
            costs = [statistics.median(each[n][1] for each in found) for n in (0, 1)]
            print(f"{kind:24} {rates[0]:8.0f} {rates[1]:8.0f} /s   {100 * ratio:4.0f} %   "
                  f"processor {costs[0]:.3f} {costs[1]:.3f} ms", flush=True)  # fmt: skip
        for server in servers:
            print(light_beside_heavy(server, look_ups[::-1], workers), flush=True)
        before, rest = ours.memory(), given.requests
        while rest > 0:
            rate, _ = load(ours, look_ups, given.seconds, folder)
            rest -= int(rate * given.seconds)
        print(f"memory     {before} MB, after {given.requests:,} requests more {ours.memory()} MB; "
              f"oxigraph {theirs.memory()} MB")  # fmt: skip


if __name__ == "__main__":
    main()
