"""What every route of the server has: the release, the pool that answers, the limits, what was answered before."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import json
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from citygraph import __version__
from citygraph.files import load_bytes
from citygraph.pages.beside import REPORT, TEXTS
from citygraph.problems import CitygraphError
from citygraph.web.guard import Admitted, Refused, admit
from citygraph.web.holder import Holder
from citygraph.web.limits import Limits
from citygraph.web.metrics import Metrics
from citygraph.web.outcome import Answer, Busy, Missing, QueryError
from citygraph.web.pool import Pool

#: Where the things of the graph have their addresses; a server shows its own for them, with the same path.
NAMESPACE = "https://w3id.org/citygraph"
#: What a client can be led to.
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f<>\"\\^`{|}]+", re.IGNORECASE)
#: Files beside the graph of which pages tell as well, beside the texts that are shown whole.
_BESIDE = ("SHA256SUMS", "dataset.jsonld", "feed.atom", "ontology.ttl", REPORT, "redirects.csv")
#: What may give another answer to the same query; a name that only looks like one of these costs a little speed.
_CHANGING = re.compile(r"(?:now|rand|uuid|bnode)(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Front:
    """The limits of connections and of what is kept, beside those of queries.

    `head`, `body`, `stall`, `sending` and `keep` are seconds: in which a request's head and body must have come, for
    which a client may read nothing, in which it must have read its answer, and for which an idle connection stays open.
    `cache` and `spool` are bytes: of answers that are kept for the next who asks, and of those in files that are being
    sent.
    """

    connections: int = 1000
    head: float = 10.0
    body: float = 20.0
    stall: float = 20.0
    sending: float = 600.0
    keep: float = 15.0
    cache: int = 64_000_000
    spool: int = 2_000_000_000


class Kept:
    """Answers in memory up to a number of bytes; the one that was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self.most, self.bytes, self.hits, self.misses = most, 0, 0, 0
        self._answers: OrderedDict[tuple[object, ...], tuple[int, Answer]] = OrderedDict()

    def get(self, key: tuple[object, ...]) -> Answer | None:
        """An answer that is there."""
        found = self._answers.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._answers.move_to_end(key)
        return found[1]

    def put(self, key: tuple[object, ...], text: str, answer: Answer) -> None:
        """Keep an answer that is in memory, where it is not too large a part of the whole."""
        size = answer.size + 4 * len(text) + 1000
        if size * 8 > self.most or key in self._answers:
            return
        self._answers[key] = size, answer
        self.bytes += size
        while self.bytes > self.most:
            self.bytes -= self._answers.popitem(last=False)[1][0]


@dataclass
class Site:
    """A release that is served. It does not change while it is; `etag` is of its graph and of what writes answers.

    `base` is the address at which the public sees the server, without a slash at its end, or empty where that is what
    each request names.
    """

    folder: Path
    limits: Limits
    front: Front
    pool: Pool
    etag: str
    modified: int
    base: str = ""
    moved: dict[str, str] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=Metrics)
    spooled: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing kept."""
        self.kept = Kept(self.front.cache)

    @property
    def graphs(self) -> frozenset[str]:
        """The named graphs of the release."""
        return self.pool.graphs

    def admit(self, text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()) -> Admitted:
        """The query as it may be run; raises Refused."""
        try:
            return admit(text, self.limits, self.graphs, default_graphs, named_graphs)
        except Refused:
            self.metrics.errors["Refused"] += 1
            raise

    async def run(self, query: Admitted, format: str) -> Answer:
        """The answer to a query, from memory where it was asked before; raises QueryError."""
        key = key_of(query, format)
        answer = self.kept.get(key)
        if answer is not None:
            return answer
        try:
            answer = await self.pool.run(query.text, format, query.default_graphs, query.named_graphs)
            if held(answer) is None and self.spooled + answer.size > self.front.spool:
                answer.close()
                raise Busy("too many large answers are being sent; try again later")
        except QueryError as error:
            self.metrics.errors[type(error).__name__] += 1
            raise
        if held(answer) is not None and lasting(query):
            self.kept.put(key, query.text, answer)
        return answer

    async def make(self, **request: Any) -> Answer:
        """What a worker makes, see web/making, from memory where it was made before; raises QueryError."""
        key = ("made", hashlib.blake2b(json.dumps(request).encode()).digest())  # a request may be long
        answer = self.kept.get(key)
        if answer is None:
            try:
                answer = await self.pool.ask(request)
            except QueryError as error:
                if not isinstance(error, Missing):
                    self.metrics.errors[type(error).__name__] += 1
                raise
            if held(answer) is None and answer.size <= LARGEST:
                body = await answer.whole()
                answer = Answer(len(body), answer.rows, body)
            if held(answer) is not None:
                self.kept.put(key, "", answer)
        return answer


#: Bytes of a page that is in memory while it is sent, even where its worker wrote it into a file.
LARGEST = 8_000_000


def held(answer: Answer) -> bytes | None:
    """The bytes of an answer that is in memory; None where they are in a file."""
    return answer._body


def key_of(query: Admitted, *form: str) -> tuple[object, ...]:
    """By what an answer is kept: the query, what it is asked of, and the form it is in."""
    return (query.text, *form, query.default_graphs, query.named_graphs)


def lasting(query: Admitted) -> bool:
    """Whether a query gives the same each time it is asked, as long as the release is the same."""
    return not _CHANGING.search(query.text)


@asynccontextmanager
async def opened(
    folder: Path, limits: Limits, front: Front | None = None, base: str = "", holder: Holder | None = None
) -> AsyncIterator[Site]:
    """A release with the pool that answers for it, of a holder that may have begun; raises CitygraphError where it
    cannot be read."""
    read = asyncio.create_task(asyncio.to_thread(_read, folder))  # beside the process that reads the graph
    try:
        async with Pool(folder, limits, holder) as pool:
            etag, modified, moved = await read
            yield Site(folder, limits, front or Front(), pool, etag, modified, base.rstrip("/"), moved)
    except OSError as error:
        raise CitygraphError(f"{error.filename or folder}: cannot be read: {error.strerror or error}") from error
    finally:
        await asyncio.wait([read])
        if not read.cancelled():
            read.exception()  # the pool's says the same


def _read(folder: Path) -> tuple[str, int, dict[str, str]]:
    file = folder / "citygraph.nq"
    with file.open("rb") as opened_file:
        digest = hashlib.file_digest(opened_file, lambda: hashlib.blake2b(digest_size=9))
    texts = sorted(path.relative_to(folder).as_posix() for path in folder.glob(f"{TEXTS}/*.txt"))
    for name in (*_BESIDE, *texts):
        if (folder / name).is_file():
            digest.update(f"\0{name}\0".encode())
            digest.update(load_bytes(folder / name, "a file of the release"))
    digest.update(f" {__version__} {ox.__version__}".encode())
    return digest.hexdigest(), int(file.stat().st_mtime), _moved(folder / "redirects.csv")


def _moved(file: Path) -> dict[str, str]:
    """Where an address that was released leads by now, which is an address of the web; empty text where the thing is
    gone."""
    if not file.is_file():
        return {}
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in list(csv.reader(lines))[1:] if len(row) >= 2]
    return {old: new for old, new, *_ in rows if not new or _ADDRESS.fullmatch(new)}
