"""The pages of the site by the same paths as in its folder, made by workers; searches; what claims' pages lead to."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.routing import Route

from citygraph.pages import paths
from citygraph.vocabulary import LANGUAGES
from citygraph.web.answers import Reply, made, redirect
from citygraph.web.frames import Frames
from citygraph.web.outcome import Missing, QueryError
from citygraph.web.site import Site

#: Signs of what is searched.
LONGEST = 300


def routes(site: Site, frames: Frames) -> list[Route]:
    """Everything that no other route has."""
    book = Book(site, frames)
    return [Route("/{path:path}", book.page)]


class Book:
    """The pages of one release."""

    def __init__(self, site: Site, frames: Frames) -> None:
        self.site, self.frames = site, frames
        named = ((paths.page(old) or paths.part(old), new) for old, new in site.moved.items())
        self.moved = {path: new for path, new in named if path}

    async def page(self, request: Request) -> Reply:
        """A page in the language of its path."""
        path = request.path_params["path"]
        if path in LANGUAGES[1:]:
            return redirect(301, f"/{path}/")
        language, here = paths.split(path)
        plain = here.endswith(".html") or here == "" or here.startswith("page/")
        if not plain and here != "search":
            named = "" if language == LANGUAGES[0] else language
            return await self.frames.missing(request.scope, f"there is nothing at /{path[:200]}", named)
        try:
            return await self._page(request, here or "index.html", language)
        except QueryError as error:
            return await self.frames.failed(request.scope, error, language)

    async def _page(self, request: Request, here: str, language: str) -> Reply:
        scope = request.scope
        if here == "search":
            asked = f"?{request.url.query}" if request.url.query else ""
            return redirect(301, f"/{paths.localized('search.html', language)}{asked}")
        if here == "search.html":
            words = " ".join(request.query_params.get("q", "")[:LONGEST].split())
            return await made(scope, self.site, "text/html", search=words, language=language)
        if not here.endswith(".html"):  # as the pages were named before
            return redirect(301, _address(f"{here}.html", language))
        if here.startswith(("page/claim/", "page/row/")):
            if here in self.moved:
                return await self._led(request, self.moved[here], language)
            there = (await (await self.site.make(lead=here)).whole()).decode()
            return redirect(303, f"/{paths.localized(there, language)}", cache_control="public, max-age=60")
        try:
            return await made(scope, self.site, "text/html", page=here, language=language)
        except Missing:
            if here not in self.moved:
                raise
            return await self._led(request, self.moved[here], language)

    async def _led(self, request: Request, new: str, language: str) -> Reply:
        """Where a thing that was released under another key is by now."""
        if not new:
            said = "it was in an earlier release and is withdrawn"
            return await self.frames.problem(request.scope, 410, said, "gone", language)
        path = paths.page(new) or paths.part(new)
        return redirect(301, _address(path, language) if path else quote(new, safe=f"{paths.SAFE}%?#[]"))


def _address(path: str, language: str) -> str:
    return "/" + quote(paths.localized(path, language), safe=paths.SAFE)
