"""The query page in each language, the limits, and the files of all pages."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from citygraph import queries
from citygraph.near import nearest
from citygraph.pages import paths
from citygraph.problems import CitygraphError
from citygraph.queries import NamedQuery
from citygraph.vocabulary import LANGUAGES
from citygraph.web import lookup
from citygraph.web.answers import Reply
from citygraph.web.api import pairs
from citygraph.web.asked import VIEWS, Question, answered
from citygraph.web.describing import sentences
from citygraph.web.frames import Frames
from citygraph.web.guard import Refused
from citygraph.web.outcome import Busy, QueryError
from citygraph.web.site import Site

_STATIC = Path(__file__).parents[1] / "pages" / "static"
#: The editor, where it was bundled: `make web`.
EDITOR = _STATIC / "yasgui"
#: Parameters of the page itself, which no query has.
OWN = ("run", "view", "query")
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


def routes(site: Site, frames: Frames) -> list[Route | Mount]:
    """The query pages, /limits and /static."""
    found: list[Route | Mount] = [Mount("/static", StaticFiles(directory=_STATIC))]
    for language in LANGUAGES:
        pages = Asking(site, frames, language)
        start = paths.localized("", language)
        found += [
            Route(f"/{start}query", pages.query, methods=["GET", "POST"]),
            Route(f"/{start}query/{{name}}", pages.named),
            Route(f"/{start}limits", pages.limits),
        ]
    return found


def bundled() -> bool:
    """Whether the editor is there."""
    return all((EDITOR / name).is_file() for name in ("yasqe.min.js", "yasqe.min.css"))


class Asking:
    """The query page of one release in one language."""

    def __init__(self, site: Site, frames: Frames, language: str) -> None:
        self.site, self.frames, self.language = site, frames, language
        self.catalogue = {query.name: query for query in queries.catalogue()}

    async def limits(self, _: Request) -> Reply:
        """What a query may take."""
        told = sentences(self.site.limits, self.language).values()
        return await self.frames.page("limits.html", "limits", self.language, sentences=told)

    async def query(self, request: Request) -> Reply:
        """A query as text."""
        text: str | None = None
        if request.method == "POST":
            try:
                text = _field(await _body(request, 4 * self.site.limits.length + 1000), "query")
            except CitygraphError as error:
                return await self._shown(self._question(_FIRST), error=error)
        else:
            text = request.query_params.get("query")
        if text is None:
            return await self._shown(self._question(_FIRST))
        return await self._ask(self._question(text), _view(request))

    async def named(self, request: Request) -> Reply:
        """A query of the catalogue, which is run when there is a query string."""
        name = request.path_params["name"]
        if name not in self.catalogue:
            hint = nearest(name, self.catalogue) or "the query page lists them"
            return await self.frames.missing(request.scope, f"no query named {name[:200]!r}; {hint}", self.language)
        query = self.catalogue[name]
        ask, given = partial(self._question, query=query), dict[str, str]()
        try:
            told = pairs(request.url.query)
            given = {key: value for key, value in told.items() if key not in OWN}
            if not told:
                return await self._shown(ask(query.text))
            text = await lookup.bound(self.site, query, given)
        except (CitygraphError, QueryError) as error:
            return await self._shown(ask(query.text, given=given), error=error)
        return await self._ask(ask(text, given=given), _view(request))

    def _question(self, text: str, query: NamedQuery | None = None, given: Any = None) -> Question:
        path = f"query/{query.name}" if query else "query"
        return Question(text, self.frames.context(path, self.language), query, given or {})

    async def _ask(self, question: Question, view: str) -> Reply:
        try:
            return await self._shown(question, view, result=await answered(self.site, question))
        except (Refused, QueryError) as error:
            return await self._shown(question, view, error)

    async def _shown(
        self, question: Question, view: str = "table", error: Exception | None = None, result: Any = None
    ) -> Reply:
        query = question.query
        page = await self.frames.page(
            "asking.html", f"query/{query.name}" if query else "query", self.language, problem(error) if error else 200,
            catalogue=self.catalogue.values(), query=query, given=question.given, text=question.text, view=view,
            said=str(error) if error else "", result=result, limits=self.site.limits,
        )  # fmt: skip
        if isinstance(error, Busy):
            page.headers.append((b"retry-after", b"%d" % error.retry_after))
        return page


def problem(error: Exception) -> int:
    """The status of an error."""
    return error.status if isinstance(error, Refused | QueryError) else 400


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
