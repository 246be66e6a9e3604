"""How fast `citygraph serve` makes pages: the first request of each of a random sample, by kind of thing, and searches.

    python bench/pages.py RELEASE [--things 500] [--settle 15] [--seed 7]

Nothing is kept from an earlier request, but what the server reads of the whole graph after its start: it is given
`--settle` seconds for that. One connection asks one page after the other, each in one of the three languages.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import http.client
import io
import os
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import quote, urlencode

from citygraph.pages import paths
from citygraph.pages.reader import KINDS
from citygraph.vocabulary import CG, LANGUAGES, SKOS

THINGS = f"""SELECT DISTINCT ?x ?kind {{ VALUES ?kind {{ {" ".join(f"<{CG}{kind}> <{SKOS}{kind}>" for kind in KINDS)} }}
?x a ?kind }}"""
NAMES = f"SELECT ?name {{ ?x <{SKOS}prefLabel> ?name }} ORDER BY ?name"
#: Of these kinds all are asked for, of the others a sample.
WHOLE = ("Network", "Source")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("--things", type=int, default=500)
    parser.add_argument("--settle", type=float, default=15.0)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    command = [sys.executable, "-m", "citygraph.cli", "serve", str(given.release), "--port", "0"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            port = int(server.stdout.readline().split()[0].rstrip("/").rpartition(":")[2])
            print(f"there after {time.perf_counter() - began:.2f} s")
            measure(Client(port, server.pid), given.things, given.settle, random.Random(given.seed))
        finally:
            server.terminate()


def measure(client: Client, number: int, settle: float, chance: random.Random) -> None:
    """Ask and print."""
    client.get("/")
    print(f"first page {client.seconds:.2f} s after that")
    things = {}
    for iri, kind in csv.reader(io.StringIO(client.asked(THINGS))):
        name = kind.rpartition("#")[2]
        if paths.page(iri) and (iri not in things or KINDS.index(name) < KINDS.index(things[iri])):
            things[iri] = name
    words = [row[0] for row in csv.reader(io.StringIO(client.asked(NAMES))) if row]
    client.connection.close()  # the server would
    time.sleep(settle)
    whole = [iri for iri, kind in things.items() if kind in WHOLE]
    used = client.processor()
    rest = sorted(set(things) - set(whole))
    told: dict[str, list[tuple[float, int, str]]] = defaultdict(list)
    for iri in [*chance.sample(rest, min(number, len(rest))), *sorted(whole)]:
        path = "/" + paths.localized(paths.page(iri), chance.choice(LANGUAGES))
        if (timed := client.timed(quote(path))) is not None:
            told[things[iri]].append((*timed, path))
    used = client.processor() - used
    count = sum(map(len, told.values()))
    told |= {"all pages": [one for some in told.values() for one in some]}
    for word in chance.sample(words, min(100, len(words))):
        part = word.split()[0][: chance.randint(3, 12)]
        path = f"/{paths.localized('search.html', chance.choice(LANGUAGES))}?" + urlencode({"q": part})
        if (timed := client.timed(path)) is not None:
            told["searches"].append((*timed, path))
    print(f"{'':16}{'n':>6}{'median':>9}{'p95':>9}{'max':>9} ms{'largest':>10} kB   slowest")
    for kind, some in told.items():
        times = sorted(1000 * seconds for seconds, _, _ in some)
        late = times[min(len(times) - 1, int(len(times) * 0.95))]
        size = max(size for _, size, _ in some) / 1000
        row = f"{kind:16}{len(some):6}{statistics.median(times):9.1f}{late:9.1f}{times[-1]:9.1f}   {size:10.0f}      "
        print(row, max(some)[2])
    print(f"{1000 * used / count:.1f} ms of processor time for each page")


class Client:
    """A connection that stays open."""

    def __init__(self, port: int, server: int) -> None:
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.seconds = 0.0

    def get(self, path: str, **headers: str) -> bytes:
        """A whole answer; raises RuntimeError where it is none."""
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        self.seconds = time.perf_counter() - began
        if answer.status == 301:  # another thing by now
            return b""
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
        return body

    def processor(self) -> float:
        """Seconds of processor time that the server and its processes have taken."""
        pids, ticks = [self.server], 0
        for pid in pids:
            with contextlib.suppress(OSError):
                for thread in Path(f"/proc/{pid}/task").iterdir():
                    pids += map(int, (thread / "children").read_text("ascii").split())
                ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[11:13]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def asked(self, query: str) -> str:
        """The rows of a query as CSV without their head."""
        text = self.get("/sparql?" + urlencode({"query": query}), Accept="text/csv").decode()
        return text.partition("\r\n")[2]

    def timed(self, path: str) -> tuple[float, int] | None:
        """Seconds and bytes of an answer; None where the address leads to another."""
        size = len(self.get(path))
        return (self.seconds, size) if size else None


if __name__ == "__main__":
    main()
