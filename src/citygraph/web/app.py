"""The application: what answers each address, and what every response has."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from citygraph import __version__
from citygraph.web import api, book, linked, pages, releases
from citygraph.web.answers import Reply, Scope, failed, text
from citygraph.web.frames import Frames
from citygraph.web.guard import Refused
from citygraph.web.outcome import QueryError
from citygraph.web.protocol import Sparql
from citygraph.web.site import Site

App = Callable[[Scope, Any, Any], Awaitable[None]]

#: Scripts, styles and pictures come from here alone, and no page is put into another's frame.
SAFE = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Last-Modified, Retry-After, Content-Range, Location"),
    (b"content-security-policy", b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
     b"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]  # fmt: skip


def create_app(site: Site) -> App:
    """The application that serves an open site."""
    frames = Frames(site, editor=pages.bundled())
    routes = [
        *linked.routes(site, frames), *releases.routes(site), *api.routes(site), *pages.routes(site, frames),
        *_watching(site), *book.routes(site, frames),
    ]  # fmt: skip
    handlers: Any = {Refused: _failed, QueryError: _failed, HTTPException: _wrong}
    rest = Starlette(routes=routes, exception_handlers=handlers)
    rest.router.redirect_slashes = False  # it leads to whatever host the request names
    return Outer(site, Sparql(site), rest)


class Outer:
    """What every request goes through: measured, its response made safe, ended when its client has left.

    Queries go to the endpoint directly, since the way through Starlette takes as long as a look-up.
    """

    def __init__(self, site: Site, sparql: App, rest: App) -> None:
        self.site, self.sparql, self.rest = site, sparql, rest

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.rest(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        connection = scope.get("extensions", {}).get("citygraph", {}).get("connection")
        path = scope["path"]

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                nonlocal status
                status = message["status"]
                message["headers"] = [*message["headers"], *SAFE]
            await send(message)

        if connection is not None:
            connection.task = asyncio.current_task()
        try:
            await (self.sparql if path == "/sparql" else self.rest)(scope, receive, sending)
        except asyncio.CancelledError:
            if connection is None or not connection.transport.is_closing():
                raise
            status = 499
        finally:
            if connection is not None:
                connection.task = None
            self.site.metrics.count(path, scope["method"], status, time.perf_counter() - began)


async def _failed(_: Request, error: Exception) -> Reply:
    assert isinstance(error, Refused | QueryError)
    return failed(error)


async def _wrong(_: Request, error: Exception) -> Reply:
    assert isinstance(error, HTTPException)
    return text(error.status_code, error.detail, **dict(error.headers or {}))


def _watching(site: Site) -> list[Route]:
    """What those who run the server look at."""

    async def health(_: Request) -> Reply:
        load = site.pool.load
        said = [("ok", ""), ("version", __version__), ("release", site.etag), *load.items()]
        return text(200, "\n".join(f"{name} {value}".rstrip() for name, value in said), cache_control="no-store")

    async def metrics(_: Request) -> Reply:
        load = site.pool.load
        gauges = {f"queries_{name}": load[name] for name in ("running", "slow", "waiting")}
        gauges |= {"cache_bytes": site.kept.bytes, "spool_bytes": site.spooled}
        counters = {"cache_hits_total": site.kept.hits, "cache_misses_total": site.kept.misses}
        counters["workers_started_total"] = load["workers_started"]
        reply = text(200, site.metrics.text(gauges, counters)[:-1], cache_control="no-store")
        reply.headers[0] = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")
        return reply

    return [Route("/health", health), Route("/metrics", metrics)]
