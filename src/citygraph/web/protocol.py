"""SPARQL 1.1 Protocol at /sparql: what a request asks, in which form it takes the answer, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from citygraph.web.answers import GRAPHS, TABLES, Reply, Scope, answered, failed, header, redirect, text, unacceptable
from citygraph.web.describing import described
from citygraph.web.guard import Refused
from citygraph.web.negotiate import best
from citygraph.web.outcome import QueryError
from citygraph.web.site import Site

METHODS = "GET, HEAD, POST, OPTIONS"
_FORM, _DIRECT = "application/x-www-form-urlencoded", "application/sparql-query"
_TABLES, _GRAPHS = tuple(TABLES), tuple(GRAPHS)
#: What a bare GET may be: the description of the service, or the page on which people write queries.
_BARE = ("text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml", "text/html")
#: Names of formats that some clients send as a parameter `format`, beside the media types themselves.
_NAMES = {"turtle": "ttl", "ttl": "ttl", "nt": "nt", "ntriples": "nt", "jsonld": "jsonld", "json-ld": "jsonld",
          "rdf": "rdf", "rdf+xml": "rdf", "xml": "xml", "json": "json", "csv": "csv", "tsv": "tsv"}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a request asks: a query, the graphs it names, and a format named beside the Accept header."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    format: str = ""


class Sparql:
    """The endpoint, as an ASGI application."""

    def __init__(self, site: Site) -> None:
        self.site = site
        #: A body that is longer than a query can be, written with a % for each of its bytes, need not be read.
        self.longest = 3 * site.limits.length + 20_000

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            reply = await self._reply(scope, receive)
        except (Refused, QueryError) as error:
            reply = failed(error)
        await reply(scope, receive, send)

    async def _reply(self, scope: Scope, receive: Any) -> Reply:
        method = scope["method"]
        if method == "OPTIONS":
            return Reply(204, _preflight())
        if method in ("GET", "HEAD"):
            pairs = _pairs(scope["query_string"])
            if not any(name in ("query", "update") for name, _ in pairs):
                return self._bare(scope)
            asked = _asked(pairs)
        elif method == "POST":
            asked = await self._posted(scope, receive)
        else:
            return text(405, f"{method} is not answered here; {METHODS} are", allow=METHODS)
        site = self.site
        query = site.admit(asked.query, asked.default_graphs, asked.named_graphs)
        kinds, names = (TABLES, _TABLES) if query.form in ("SELECT", "ASK") else (GRAPHS, _GRAPHS)
        media = _named(asked.format, kinds) or best(header(scope, b"accept"), names)
        if media is None:
            return unacceptable(names)
        return await answered(scope, site, query, kinds[media], media)

    async def _posted(self, scope: Scope, receive: Any) -> Asked:
        kind, *params = (part.strip().lower() for part in (header(scope, b"content-type") or "").split(";"))
        charset = next((param[8:].strip('"') for param in params if param.startswith("charset=")), "utf-8")
        if kind == "application/sparql-update":
            raise Refused(403, "updates are refused: the graph is only read")
        if kind not in (_FORM, _DIRECT):
            raise Refused(415, f"a query is posted as {_DIRECT} or {_FORM}")
        if charset not in ("utf-8", "utf8", "us-ascii"):
            raise Refused(415, f"a query is posted in UTF-8, not in {charset[:40]}")
        if (header(scope, b"content-encoding") or "identity") != "identity":
            raise Refused(415, "a query is posted as it is, not compressed")
        body = await self._body(scope, receive)
        if kind == _FORM:
            return _asked(_pairs(body))
        return _asked([("query", _decoded(body)), *_pairs(scope["query_string"])])

    async def _body(self, scope: Scope, receive: Any) -> bytes:
        stated = header(scope, b"content-length")
        if stated and stated.isdigit() and int(stated) > self.longest:
            raise self._too_long()
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refused(400, "the request broke off")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.longest:
                raise self._too_long()
            more = message.get("more_body", False)
        return b"".join(parts)

    def _too_long(self) -> Refused:
        return Refused(413, f"the request is longer than any query that is run: {self.site.limits.length:,} bytes")

    def _bare(self, scope: Scope) -> Reply:
        media = best(header(scope, b"accept"), _BARE)
        if media is None:
            return unacceptable(_BARE)
        if media == "text/html":
            return redirect(303, "/query", vary="Accept")
        return described(scope, self.site, media, GRAPHS[media])


def _preflight() -> list[tuple[bytes, bytes]]:
    return [
        (b"allow", METHODS.encode()),
        (b"access-control-allow-methods", METHODS.encode()),
        (b"access-control-allow-headers", b"Accept, Content-Type, If-None-Match, If-Modified-Since"),
        (b"access-control-max-age", b"86400"),
    ]


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "the query is not UTF-8 text") from None


def _pairs(data: bytes) -> list[tuple[str, str]]:
    """The names and values of a form or of the part of an address after its question mark."""
    try:
        if data.startswith(b"query=") and b"&" not in data:  # what most requests are
            return [("query", unquote_plus(_decoded(data[6:]), errors="strict"))]
        return parse_qsl(_decoded(data), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeDecodeError:
        raise Refused(400, "the query is not UTF-8 text") from None
    except ValueError:
        raise Refused(400, "more than 1,000 parameters") from None


def _asked(pairs: list[tuple[str, str]]) -> Asked:
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    if "update" in given or "using-graph-uri" in given or "using-named-graph-uri" in given:
        raise Refused(403, "updates are refused: the graph is only read")
    queries = given.get("query", [])
    if len(queries) != 1:
        raise Refused(400, f"{len(queries) or 'no'} queries in the request; one is asked at a time, as query=")
    defaults, named = given.get("default-graph-uri", ()), given.get("named-graph-uri", ())
    return Asked(queries[0], tuple(defaults), tuple(named), given.get("format", [""])[-1].lower())


def _named(format: str, kinds: Mapping[str, str]) -> str | None:
    """The media type of a `format` parameter, where it names one that the answer can have."""
    if format in kinds:
        return format
    wanted = _NAMES.get(format, "")
    if wanted in ("xml", "json") and wanted not in kinds.values():
        wanted = {"xml": "rdf", "json": "jsonld"}[wanted]
    return next((kind for kind, name in kinds.items() if name == wanted), None)
