"""The pages that people read: home, search, what is told of a thing, and the query page."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from citygraph import __version__, queries
from citygraph.near import nearest
from citygraph.problems import CitygraphError
from citygraph.queries import NamedQuery
from citygraph.vocabulary import ID
from citygraph.web import lookup, things
from citygraph.web.api import pairs
from citygraph.web.asked import VIEWS, Question, answered
from citygraph.web.describing import sentences
from citygraph.web.guard import Refused
from citygraph.web.outcome import Busy, QueryError
from citygraph.web.shown import local
from citygraph.web.site import Site

_HERE = Path(__file__).parent
_STATIC = _HERE.parent / "pages" / "static"
#: The editor, where it was bundled: `make web`.
EDITOR = _STATIC / "yasgui"
#: Parameters of the page itself, which no query has.
OWN = ("run", "view", "query")
_KEPT = "/:@!$&'()*+,;=~-._%"
#: What the query page starts with.
_FIRST = """\
PREFIX cg: <https://w3id.org/citygraph/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?city ?network WHERE {
  ?city cg:memberOf ?network .
}
ORDER BY ?city ?network
LIMIT 100
"""


def routes(site: Site) -> list[Route | Mount]:
    """What is served as HTML, and /static."""
    pages = Pages(site)
    return [
        Route("/", pages.home),
        Route("/search", pages.search),
        Route("/query", pages.query, methods=["GET", "POST"]),
        Route("/query/{name}", pages.named),
        Route("/page/{path:path}", pages.thing),
        Route("/limits", pages.limits),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]


class Pages:
    """The pages of one release."""

    def __init__(self, site: Site) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self.site = site
        self.catalogue = {query.name: query for query in queries.catalogue()}
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        editor = all((EDITOR / name).is_file() for name in ("yasqe.min.js", "yasqe.min.css"))
        catalog = (site.folder / "catalog.ttl").is_file()  # of a published release
        words = {"version": __version__, "editor": editor, "catalog": catalog, "local": local, "q": ""}
        self._templates.globals |= words

    async def _page(self, template: str, status: int = 200, **words: Any) -> Response:
        """A page, made beside the other requests."""
        text = await asyncio.to_thread(self._templates.get_template(template).render, **words)
        return HTMLResponse(text, status)

    async def _failed(self, error: Exception) -> Response:
        status, headers = problem(error)
        page = await self._page("error.html", status, title="That did not work", said=str(error))
        page.headers.update(headers)
        return page

    async def home(self, _: Request) -> Response:
        """Where a visitor starts."""
        return await self._page("home.html", catalogue=self.catalogue.values())

    async def search(self, request: Request) -> Response:
        """Things by name."""
        words = request.query_params.get("q", "")[: lookup.LONGEST].strip()
        try:
            hits = await lookup.search(self.site, words) if words else []
            names = await lookup.labels(self.site, {iri for hit in hits for iri in (hit.iri, hit.type) if iri})
        except QueryError as error:
            return await self._failed(error)
        return await self._page("search.html", q=words, hits=hits, names=names, most=lookup.FOUND)

    async def limits(self, _: Request) -> Response:
        """What a query may take."""
        return await self._page("limits.html", sentences=sentences(self.site.limits).values())

    async def thing(self, request: Request) -> Response:
        """What is told of a thing, a claim or a source."""
        iri = ID + quote(request.path_params["path"], safe=_KEPT)  # as the graph writes it
        if iri in self.site.moved:
            if not (new := self.site.moved[iri]):
                words = "It was in an earlier release and is withdrawn."
                return await self._page("error.html", 410, title="No longer here", said=words)
            return RedirectResponse(local(new).replace("/id/", "/page/", 1), 301)
        try:
            start = int(request.query_params.get("from", "0"))
            found = await things.gather(self.site, iri, min(max(start, 0), 10_000_000))
        except ValueError:
            found = None
        except QueryError as error:
            return await self._failed(error)
        if found is None:
            words = "The graph tells nothing of that address. Search for a name instead."
            return await self._page("error.html", 404, title="Not found", said=words)
        return await self._page("thing.html", thing=found, start=start, step=things.CLAIMS)

    async def query(self, request: Request) -> Response:
        """The query page with a query as text."""
        if request.method == "POST":
            try:
                text = _field(await _body(request, 4 * self.site.limits.length + 1000), "query")
            except CitygraphError as error:
                return await self._queried(None, {}, _FIRST, "table", error)
        else:
            text = request.query_params.get("query")
        if text is None:
            return await self._queried(None, {}, _FIRST)
        return await self._ask(Question(text), _view(request))

    async def named(self, request: Request) -> Response:
        """The query page with a query of the catalogue, which is run when there is a query string."""
        name = request.path_params["name"]
        if name not in self.catalogue:
            words = f"There is no query named {name!r}; {nearest(name, self.catalogue) or 'see the menu of queries'}."
            return await self._page("error.html", 404, title="Not found", said=words)
        query = self.catalogue[name]
        given: dict[str, str] = {}
        try:
            told = pairs(request.url.query)
            given = {key: value for key, value in told.items() if key not in OWN}
            if not told:
                return await self._queried(query, {}, query.text)
            text = await lookup.bound(self.site, query, given)
        except (CitygraphError, QueryError) as error:
            return await self._queried(query, given, query.text, "table", error)
        return await self._ask(Question(text, query, given), _view(request))

    async def _ask(self, question: Question, view: str) -> Response:
        try:
            result = await answered(self.site, question)
        except (Refused, QueryError) as error:
            return await self._queried(question.query, question.given, question.text, view, error)
        return await self._queried(question.query, question.given, question.text, view, result=result)

    async def _queried(
        self, query: NamedQuery | None, given: Any, text: str, view: str = "table", error: Exception | None = None,
        result: Any = None,
    ) -> Response:  # fmt: skip
        status, headers = problem(error) if error else (200, {})
        page = await self._page(
            "query.html", status, catalogue=self.catalogue.values(), query=query, given=given, text=text, view=view,
            said=str(error) if error else "", result=result, limits=self.site.limits,
        )  # fmt: skip
        page.headers.update(headers)
        return page


def problem(error: Exception) -> tuple[int, dict[str, str]]:
    """The status of an error and the headers that go with it."""
    if isinstance(error, Refused | QueryError):
        return error.status, {"Retry-After": str(error.retry_after)} if isinstance(error, Busy) else {}
    return 400, {}


def _view(request: Request) -> str:
    wanted = request.query_params.get("view", "")
    return wanted if wanted in VIEWS else "table"


async def _body(request: Request, most: int) -> bytes:
    """The body of a form; raises CitygraphError where it is too long."""
    parts: list[bytes] = []
    async for part in request.stream():
        parts.append(part)
        most -= len(part)
        if most < 0:
            raise CitygraphError("the form is longer than any query that is run")
    return b"".join(parts)


def _field(body: bytes, name: str) -> str | None:
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=20, errors="strict")).get(name)
    except ValueError:
        raise CitygraphError("the form is not UTF-8 text") from None
