"""Pages that the front writes itself, in the frame of all others: the query page, the limits, and errors."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from citygraph.pages import paths
from citygraph.pages.reader import Reader
from citygraph.pages.render import Context, Pages
from citygraph.pages.texts import say
from citygraph.site import source
from citygraph.web.answers import Headers, Reply, Scope, header, text
from citygraph.web.guard import Refused
from citygraph.web.negotiate import best
from citygraph.web.outcome import Busy, Missing, QueryError
from citygraph.web.site import Site

_HERE = Path(__file__).parent


class Frames:
    """Templates without a graph behind them: what they name of it, workers tell."""

    def __init__(self, site: Site, **more: Any) -> None:
        """`more` is what all templates are given."""
        reader = Reader(ox.Store(), str(source.ontology(site.folder)))
        self._pages = Pages(reader, source.edition(site.folder), live=True, folders=(_HERE / "templates",))
        self._pages.environment.globals |= more

    def context(self, path: str, language: str) -> Context:
        """What is where, seen from a path without a language."""
        return self._pages.context(paths.localized(path, language), language)

    async def page(self, template: str, path: str, language: str, status: int = 200, **told: Any) -> Reply:
        """A page at a path without a language, made beside the other requests."""
        found = self._pages.environment.get_template(template)
        names = self.context(path, language).names()
        body = await asyncio.to_thread(lambda: found.render(**names, **told).encode("utf-8", "replace"))
        headers: Headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(body))]
        if status >= 400:
            headers.append((b"cache-control", b"no-store"))
        return Reply(status, headers, body)

    async def problem(self, scope: Scope, status: int, said: str, title: str = "", language: str = "") -> Reply:
        """What went wrong: a page for who reads pages, a line of text for programs. `title` names a text; a `language`
        is one of pages, which are given whatever the client takes."""
        if not language and best(header(scope, b"accept"), ("text/plain", "text/html")) != "text/html":
            return text(status, said)
        path = scope["path"][1:]
        code = language or paths.split(path)[0]
        words = say(title or "failed", code)
        here = paths.split(path)[1]
        plain = here if here.isascii() and here.isprintable() and not here.startswith("/") else "index.html"
        return await self.page("error.html", plain, code, status, title=words, said=said)

    async def missing(self, scope: Scope, said: str, language: str = "") -> Reply:
        """There is no such thing or page."""
        return await self.problem(scope, 404, said, "not-found", language)

    async def failed(self, scope: Scope, error: Refused | QueryError, language: str = "") -> Reply:
        """Why a page is not there."""
        if isinstance(error, Missing):
            return await self.missing(scope, f"the graph tells nothing of {str(error)[:200]}", language)
        found = await self.problem(scope, error.status, str(error), language=language)
        if isinstance(error, Busy):
            found.headers.append((b"retry-after", b"%d" % error.retry_after))
        return found
