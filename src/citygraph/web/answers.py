"""Answers as HTTP responses: what every route sends, whole or in chunks, compressed or not, or not at all again."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from typing import Any

from citygraph.web.guard import Admitted, Refused
from citygraph.web.negotiate import gzipped
from citygraph.web.outcome import Answer, Busy, QueryError
from citygraph.web.site import Site, held, key_of, lasting

Scope = MutableMapping[str, Any]
Headers = list[tuple[bytes, bytes]]

#: Media types of SELECT and ASK, then of CONSTRUCT and DESCRIBE, the one that is sent unasked first, with their format.
TABLES = {
    "application/sparql-results+json": "json", "application/json": "json",
    "application/sparql-results+xml": "xml", "application/xml": "xml", "text/xml": "xml",
    "text/csv": "csv", "text/tab-separated-values": "tsv",
}  # fmt: skip
GRAPHS = {
    "text/turtle": "ttl", "application/n-triples": "nt", "application/ld+json": "jsonld", "application/rdf+xml": "rdf",
    "application/json": "jsonld", "application/xml": "rdf", "text/xml": "rdf", "text/plain": "nt",
}  # fmt: skip
#: The proper media type of each format.
MEDIA = {format: kind for kinds in (TABLES, GRAPHS) for kind, format in reversed(kinds.items())}
#: Answers with fewer bytes are not compressed; with more, not in the event loop's thread.
SMALL, LARGE = 600, 20_000


class Reply:
    """A response: Starlette takes it from an endpoint, and ASGI as an application."""

    def __init__(self, status: int, headers: Headers, body: bytes | AsyncGenerator[bytes, None] = b"") -> None:
        self.status, self.headers, self.body = status, headers, body

    async def __call__(self, scope: Scope, _receive: object, send: Any) -> None:
        """Send it; without its body where only its head was asked for."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        if isinstance(self.body, bytes):
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})
            return
        if scope["method"] != "HEAD":
            async with aclosing(self.body) as chunks:
                async for chunk in chunks:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def header(scope: Scope, name: bytes) -> str | None:
    """A header of the request; the values of one that is given several times as one list."""
    values = [value for key, value in scope["headers"] if key == name]
    return b", ".join(values).decode("latin-1") if values else None


def text(status: int, said: str, **more: str) -> Reply:
    """A short plain text, which is an error's reason or nearly all there is to say; `more` are headers."""
    body = f"{said}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    headers += [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in more.items()]
    if status >= 400:
        headers.append((b"cache-control", b"no-store"))
    return Reply(status, headers, body)


def redirect(status: int, location: str, **more: str) -> Reply:
    """Sends the client to another address of the server."""
    return text(status, location, location=location, **more)


def failed(error: Refused | QueryError) -> Reply:
    """Why a query is not answered."""
    if isinstance(error, Busy):
        return text(error.status, str(error), retry_after=str(error.retry_after))
    return text(error.status, str(error))


def unacceptable(kinds: Sequence[str]) -> Reply:
    """None of the types that the client takes is one that there is."""
    return text(406, f"there is {', '.join(kinds)}", vary="Accept")


@lru_cache(1000)
def _day(time: int) -> bytes:
    return formatdate(time, usegmt=True).encode()


def validators(tag: str, modified: int, weak: str = "W/") -> Headers:
    """The headers by which a client learns whether what it has is still right.

    Tags are weak, since the order of rows that a query leaves open may change, but for files.
    """
    return [
        (b"etag", f'{weak}"{tag}"'.encode()),
        (b"last-modified", _day(modified)),
        (b"cache-control", b"public, max-age=60"),
    ]


def unchanged(scope: Scope, tags: tuple[str, ...], modified: int) -> str | None:
    """The tag that the client has of what it asks for; empty where it only has its time; None where it must be sent."""
    if scope["method"] not in ("GET", "HEAD"):
        return None
    has = header(scope, b"if-none-match")
    if has is not None:
        listed = {tag.strip().removeprefix("W/").strip('"') for tag in has.split(",")}
        return next((tag for tag in tags if tag in listed or "*" in listed), None)
    since = header(scope, b"if-modified-since")
    try:
        return "" if since and modified <= parsedate_to_datetime(since).timestamp() else None
    except (ValueError, OverflowError):
        return None


def not_modified(scope: Scope, tag: str, modified: int, vary: bytes) -> Reply | None:
    """304, where the client has the release's answer in this form already, compressed or not."""
    same = unchanged(scope, (tag, f"{tag}.gz"), modified)
    return None if same is None else Reply(304, [*validators(same or tag, modified), (b"vary", vary)])


VARY = b"Accept, Accept-Encoding"


async def answered(scope: Scope, site: Site, query: Admitted, format: str, media: str) -> Reply:
    """The answer to a query as a response, 304 where the client has it; raises QueryError."""
    sent = Sent(media, f"{site.etag}.{format}" if lasting(query) else "", key_of(query, format, "gzip"))
    return await sending(scope, site, sent, lambda: site.run(query, format))


async def made(scope: Scope, site: Site, media: str, **request: Any) -> Reply:
    """What a worker makes as a response, 304 where the client has it; raises QueryError."""
    answer = await site.make(**request)  # also where the client has one: there may be no such page

    async def there() -> Answer:
        return answer

    return await sending(
        scope, site, Sent(media, f"{site.etag}.made", (*request.items(), "gzip"), b"Accept-Encoding"), there
    )


@dataclass(frozen=True)
class Sent:
    """How something is sent: its media type, its tag (empty where it changes), the key of its compressed form."""

    media: str
    tag: str
    key: tuple[object, ...]
    vary: bytes = VARY


async def sending(scope: Scope, site: Site, sent: Sent, answering: Callable[[], Awaitable[Answer]]) -> Reply:
    """An answer as a response: not made where the client has it, compressed and kept so where it takes that."""
    compress = gzipped(header(scope, b"accept-encoding"))
    if sent.tag:
        if (same := not_modified(scope, sent.tag, site.modified, sent.vary)) is not None:
            return same
        if compress and (kept := site.kept.get(sent.key)):
            return _whole(_head(sent, site.modified, True), held(kept) or b"")
    answer = await answering()
    compress = compress and answer.size >= SMALL
    body = held(answer)
    if body is None:
        compress = compress and scope["http_version"] != "1.0"
        headers = _head(sent, site.modified, compress)
        if not compress:
            headers.append((b"content-length", b"%d" % answer.size))
        return Reply(200, headers, _sent(site, answer, compress))
    if compress:
        body = await asyncio.to_thread(_gzip, body) if answer.size > LARGE else _gzip(body)
        if sent.tag:
            site.kept.put(sent.key, str(sent.key), Answer(len(body), answer.rows, body))
    return _whole(_head(sent, site.modified, compress), body)


def _head(sent: Sent, modified: int, compress: bool) -> Headers:
    charset = "; charset=utf-8" if sent.media.startswith("text/") else ""
    headers = [(b"content-type", (sent.media + charset).encode()), (b"vary", sent.vary)]
    tag = f"{sent.tag}.gz" if compress else sent.tag
    headers += validators(tag, modified) if sent.tag else [(b"cache-control", b"no-store")]
    if compress:
        headers.append((b"content-encoding", b"gzip"))
    return headers


def _whole(headers: Headers, body: bytes) -> Reply:
    return Reply(200, [*headers, (b"content-length", b"%d" % len(body))], body)


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(4, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


async def _sent(site: Site, answer: Answer, compress: bool) -> AsyncGenerator[bytes, None]:
    """The bytes of an answer in a file, which counts among those that are being sent until they are all gone."""
    site.spooled += answer.size
    packer = zlib.compressobj(1, zlib.DEFLATED, 31) if compress else None
    try:
        async for chunk in answer.chunks():
            if packer is None:
                yield chunk
            elif packed := await asyncio.to_thread(packer.compress, chunk):
                yield packed
        if packer:
            yield packer.flush()
    finally:
        site.spooled -= answer.size
        answer.close()
