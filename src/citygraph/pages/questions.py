"""The named queries with their answers: each is asked once, in a process that is ended when it takes too long."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from citygraph import queries
from citygraph.pages.reader import Reader
from citygraph.queries import NamedQuery
from citygraph.rdf.quads import value_of

#: Seconds that a query may take, and the bytes of memory beside the graph.
SECONDS, MEMORY = 20.0, 1_000_000_000
#: Rows of an answer that a page shows, and the signs that they may come to, links included.
ROWS, SIGNS = 300, 200_000
#: About what a cell takes beside its text.
_CELL = 90
_JSON = ox.QueryResultsFormat.JSON


@dataclass(frozen=True)
class Answer:
    """A question and its answer: the first rows, how many there are, and all as SPARQL's CSV.

    `state` is `answered`; `slow` or `failed` where it was not; `unknown` where the graph knows nothing of an example.
    """

    query: NamedQuery
    given: Mapping[str, str] = field(default_factory=dict)
    state: str = "answered"
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    total: int = 0
    csv: bytes = b""

    @property
    def kept(self) -> list[int]:
        """The places of the columns that have a value in the rows that are shown."""
        return [at for at in range(len(self.columns)) if any(row[at] is not None for row in self.rows)]

    @property
    def empty(self) -> list[str]:
        """The names of the others."""
        kept = set(self.kept)
        return [name for at, name in enumerate(self.columns) if at not in kept]


@cache
def catalogue() -> dict[str, NamedQuery]:
    """The named queries by name, read once."""
    return {query.name: query for query in queries.catalogue()}


def path(name: str) -> str:
    """Where a query's page stands."""
    return f"queries/{name}.html"


def named(path: str) -> str:
    """The query of a page; empty for a path of something else."""
    name = path.removeprefix("queries/").removesuffix(".html")
    return name if path == f"queries/{name}.html" and name in catalogue() else ""


def answer(reader: Reader, query: NamedQuery, seconds: float = SECONDS) -> Answer:
    """Ask a query with the examples of those parameters that it requires."""
    given = {name: param.example or param.values[0] for name, param in query.params.items() if param.required}
    for name, value in given.items():
        if query.params[name].type == "iri" and not reader.quads(queries.resolve(value)):
            return Answer(query, given, "unknown")
    state, raw = _asked(reader.store, queries.bind(query, given), seconds)
    if state != "answered":
        return Answer(query, given, state)
    try:
        return _told(Answer(query, given, state), raw)
    except SyntaxError:  # an IRI that is none, of a graph that was read leniently
        return Answer(query, given, "failed")


def _told(answer: Answer, raw: bytes) -> Answer:
    """An answer with its rows, as many as a page shows."""
    found = _read(raw)
    columns = [variable.value for variable in found.variables]
    rows: list[list[Any]] = []
    total = signs = 0
    for solution in found:
        total += 1
        if len(rows) < ROWS and signs < SIGNS:
            rows.append([solution[name] for name in columns])
            signs += sum(_CELL + len(value_of(term)) for term in rows[-1] if term is not None)
    csv = _read(raw).serialize(format=ox.QueryResultsFormat.CSV) or b""
    return replace(answer, columns=columns, rows=rows, total=total, csv=csv)


def _read(raw: bytes) -> ox.QuerySolutions:
    found = ox.parse_query_results(raw, format=_JSON)
    assert isinstance(found, ox.QuerySolutions)
    return found


def _asked(store: ox.Store, text: str, seconds: float) -> tuple[str, bytes]:
    """The state of an answer, and the answer as JSON: of a forked process, which the kernel ends at its alarm."""
    if not hasattr(os, "fork"):
        return "answered", _evaluated(store, text)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:  # pragma: no cover - another process
        status = 1
        try:
            os.close(reading)
            _limit(seconds)
            with os.fdopen(writing, "wb") as file:
                file.write(_evaluated(store, text))
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        raw = file.read()
    _, ended = os.waitpid(pid, 0)
    if ended == 0:
        return "answered", raw
    return ("slow" if os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGALRM else "failed"), b""


def _evaluated(store: ox.Store, text: str) -> bytes:
    found: Any = store.query(text, use_default_graph_as_union=True)
    return bytes(found.serialize(format=_JSON))


def _limit(seconds: float) -> None:  # pragma: no cover - another process
    """Have the kernel end this process when its time is over, and refuse it memory beyond its share."""
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
