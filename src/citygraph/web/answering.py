"""One query on the graph: evaluated, written in the format asked for, its rows and bytes held against the limits."""

from __future__ import annotations

import re
import resource
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from itertools import chain, islice
from mmap import ACCESS_READ, mmap
from typing import IO, Any

import pyoxigraph as ox

from citygraph.rdf.turtle import turtle_of
from citygraph.sparql import short
from citygraph.vocabulary import key_of_term
from citygraph.web.limits import Limits

#: Formats of SELECT and ASK, and of CONSTRUCT and DESCRIBE, by the names that `Pool.run` takes.
RESULTS = {
    "json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV,
}  # fmt: skip
GRAPHS = {
    "ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD, "rdf": ox.RdfFormat.RDF_XML,
}  # fmt: skip

#: Triples up to which Turtle is sorted and has prefixes, for people; more are for programs.
READABLE = 20_000

#: What stands before an answer: its status, whether the worker ends after it, rows, bytes.
HEAD = struct.Struct(">B?QQ")
#: Added to the status where the answer is in a file whose descriptor comes with the head.
SPOOLED = 128
#: Bytes up to which an answer goes through the socket.
INLINE = 256 * 1024

key_of_term()  # the order of Turtle: read now, since a query may open no file


class Status(IntEnum):
    """How a request ended that did not end its worker."""

    DONE = 0
    BAD = 1
    ROWS = 2
    BYTES = 3
    MEMORY = 4
    FAILED = 5
    MISSING = 6


class Missing(Exception):  # noqa: N818
    """There is nothing of what was asked for."""


#: What writes the answers to requests that are no queries, into a sink: the number of its rows.
Make = Callable[[Mapping[str, Any], "Sink"], int]


class _OverError(Exception):
    """An answer has more bytes or triples than the limit."""


class Sink:
    """Keeps what is written in memory, or in a file when it is much; stops one that is too much."""

    def __init__(self, spool: IO[bytes], limits: Limits) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.spooled = False
        self._spool, self._most = spool, limits.bytes

    def write(self, data: bytes) -> int:
        """Take some of the answer."""
        self.size += len(data)
        if self.size > self._most:
            raise _OverError
        self.parts.append(data)
        if self.spooled or self.size > INLINE:
            self.spooled = True
            for part in self.parts:
                rest = memoryview(part)
                while rest:
                    rest = rest[self._spool.write(rest) :]
            self.parts.clear()
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def rows(self, format: str) -> int:
        """The rows in what was written."""
        if not self.spooled:
            return count_rows(format, b"".join(self.parts))
        with mmap(self._spool.fileno(), self.size, access=ACCESS_READ) as data:
            return count_rows(format, data)


def answer(
    store: ox.Store, request: Mapping[str, Any], sink: Sink, limits: Limits, make: Make | None = None
) -> tuple[Status, int, str]:
    """Evaluate a query and write its answer, or `make` it where the request is none: how it ended, its rows, and the
    reason where it did not end well."""
    query = make is None or "text" in request
    try:
        if query:
            with nothing_opens():
                rows = _write(store, request, sink, limits)
        else:
            assert make
            rows = make(request, sink)
        if rows is None:
            rows = sink.rows(request["format"])
    except _OverError:
        if sink.size > limits.bytes:
            return Status.BYTES, 0, f"the answer has more than {limits.bytes:,} bytes"
        return Status.ROWS, 0, f"the answer has more than {limits.rows:,} triples"
    except MemoryError:
        return Status.MEMORY, 0, ""
    except Missing as error:
        return Status.MISSING, 0, str(error)
    except BaseException as error:  # a panic is no Exception
        if query and isinstance(error, SyntaxError | ValueError | RuntimeError):
            return Status.BAD, 0, short(error)
        return Status.FAILED, 0, f"{type(error).__name__}: {short(error)}"
    if rows > limits.rows:
        return Status.ROWS, 0, f"the answer has more than {limits.rows:,} rows"
    return Status.DONE, rows, ""


def _write(store: ox.Store, request: Mapping[str, Any], sink: Sink, limits: Limits) -> int | None:
    """Write the answer: its rows, None where they are still to be counted."""
    format, default, named = request["format"], request["default"], request["named"]
    given: dict[str, Any] = {"use_default_graph_as_union": True}
    if default is not None or named is not None:
        given = {name: [ox.NamedNode(graph) for graph in graphs or ()] for name, graphs in
                 (("default_graph", default), ("named_graphs", named))}  # fmt: skip
    results: Any = store.query(request["text"], **given)
    if isinstance(results, ox.QueryTriples):
        if format not in GRAPHS:
            raise ValueError(f"a graph is not written as {format}")
        counted = _Counted(results, limits.rows)
        triples = iter(counted)
        first = list(islice(triples, READABLE)) if format == "ttl" else []
        if first and len(first) < READABLE:
            sink.write("".join(turtle_of(first, "citygraph: an answer")).encode())
        else:  # without prefixes, which pyoxigraph writes in another order each time
            ox.serialize(chain(first, triples), sink, GRAPHS[format])  # type: ignore[arg-type]
        return counted.number
    if format not in RESULTS:
        raise ValueError(f"a table is not written as {format}")
    results.serialize(sink, format=RESULTS[format])
    return 1 if isinstance(results, ox.QueryBoolean) else None


@contextmanager
def nothing_opens() -> Iterator[None]:
    """Let this process open no file and no socket: no new descriptor has a number below a limit of 0."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


class _Counted:
    """Triples, counted as they pass, up to a number."""

    def __init__(self, triples: Iterable[ox.Triple], most: int) -> None:
        self.number, self._triples, self._most = 0, triples, most

    def __iter__(self) -> Iterator[ox.Triple]:
        for triple in self._triples:
            self.number += 1
            if self.number > self._most:
                raise _OverError
            yield triple


def count_rows(format: str, data: bytes | mmap) -> int:
    """The rows of a table that pyoxigraph wrote, in one pass that builds nothing."""
    if format == "xml":  # a < in a value is escaped
        return _times(rb"<result>", data)
    if format == "tsv":  # so is a line end
        return _times(rb"\n", data) - 1
    if format == "csv":  # a quoted value may hold line ends
        quoted = data.find(b'"') >= 0
        return (
            sum(m[0] == b"\r\n" for m in re.finditer(rb'"[^"]*"|\r\n', data)) if quoted else _times(rb"\r\n", data)
        ) - 1
    start = data.find(b'"bindings":[') + len(b'"bindings":[')
    if data[start : start + 1] != b"{":
        return 0
    if data.find(b"{}") >= 0:  # a row without values, or a text: then strings are passed over one by one
        strings_and_ends = re.compile(rb'"(?:[^"\\]|\\.)*"|\},\{')
        return 1 + sum(m[0] == b"},{" for m in strings_and_ends.finditer(data, start))
    # Within a string a quote is escaped, and after the one that ends it no name and colon can follow.
    return 1 + _times(rb'\},\{"[^"\\]*":\{', data)


def _times(pattern: bytes, data: bytes | mmap) -> int:
    return sum(1 for _ in re.finditer(pattern, data))
