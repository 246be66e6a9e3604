"""The named queries as plain GET endpoints: /api/queries, /api/queries/<name>, /api/openapi.json."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from citygraph import queries
from citygraph.near import nearest
from citygraph.problems import CitygraphError
from citygraph.queries import NamedQuery
from citygraph.web import answers, lookup, openapi
from citygraph.web.answers import Reply
from citygraph.web.guard import Refused
from citygraph.web.negotiate import best
from citygraph.web.outcome import QueryError
from citygraph.web.site import Site

#: Parameters that a request has at most, far more than any query takes.
_PARAMS = 50


def routes(site: Site) -> list[Route]:
    """What is served below /api."""
    catalogue = {query.name: query for query in queries.catalogue()}
    listed = [_listed(query) for query in catalogue.values()]
    description = openapi.document(list(catalogue.values()), site.limits)

    async def listing(_: Request) -> Response:
        return JSONResponse(listed)

    async def described(_: Request) -> Response:
        return JSONResponse(description, media_type="application/vnd.oai.openapi+json;version=3.1")

    async def one(request: Request) -> Response | Reply:
        name = request.path_params["name"]
        if name not in catalogue:
            hint = nearest(name, catalogue) or "/api/queries lists them"
            return answers.text(404, f"no query named {name!r}; {hint}")
        return await _answered(site, catalogue[name], request)

    async def text(request: Request) -> Reply:
        """A query as the site of files has it."""
        query = catalogue.get(request.path_params["name"])
        return answers.text(200, query.text.rstrip()) if query else answers.text(404, "no query of that name")

    async def table(request: Request) -> Reply:
        """The answer to a query with the examples of those parameters that it requires, as that site has it."""
        query = catalogue.get(request.path_params["name"])
        if query is None:
            return answers.text(404, "no query of that name")
        required = {name: param for name, param in query.params.items() if param.required}
        given = {name: param.example or param.values[0] for name, param in required.items()}
        return answers.redirect(303, f"/api/queries/{query.name}?" + urlencode({**given, "format": "csv"}))

    endpoints: list[tuple[str, Callable[[Request], Awaitable[Response | Reply]]]] = [
        ("/api/queries", listing), ("/api/queries/{name}", one), ("/api/openapi.json", described),
        ("/queries/{name}.rq", text), ("/queries/{name}.csv", table),
    ]  # fmt: skip
    return [Route(path, endpoint) for path, endpoint in endpoints]


def _listed(query: NamedQuery) -> dict[str, Any]:
    params = [
        {
            "name": param.name,
            "type": param.type,
            "required": param.required,
            **({"values": list(param.values)} if param.values else {}),
            **({"example": param.example} if param.example else {}),
        }
        for param in query.params.values()
    ]
    return {
        "name": query.name, "summary": query.summary, "description": query.description,
        "href": f"/api/queries/{query.name}", "params": params,
    }  # fmt: skip


async def _answered(site: Site, query: NamedQuery, request: Request) -> Response | Reply:
    try:
        given = pairs(request.url.query)
        form = _format(given.pop("format", None), request.headers.get("accept"))
        if not form:
            return answers.unacceptable(list(openapi.FORMATS.values()))
        admitted = site.admit(await lookup.bound(site, query, given))
        return await answers.answered(request.scope, site, admitted, form, openapi.FORMATS[form])
    except CitygraphError as error:
        return answers.text(400, str(error))
    except (Refused, QueryError) as error:
        return answers.failed(error)


def pairs(query: str) -> dict[str, str]:
    """The parameters of a query string, empty ones left out; raises CitygraphError for one given twice."""
    try:
        found = parse_qsl(query, max_num_fields=_PARAMS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise CitygraphError(f"the parameters are not UTF-8 text, or more than {_PARAMS}") from None
    given: dict[str, str] = {}
    for name, value in found:
        if name in given:
            raise CitygraphError(f"{name}: given twice")
        given[name] = value
    return given


def _format(wanted: str | None, accept: str | None) -> str:
    """The format to answer in; empty where the Accept header takes none of them."""
    if wanted is None:
        media = best(accept, list(openapi.FORMATS.values()))
        return next((name for name, one in openapi.FORMATS.items() if one == media), "")
    if wanted not in openapi.FORMATS:
        raise CitygraphError(f"format={wanted}: {nearest(wanted, openapi.FORMATS) or _one_of(list(openapi.FORMATS))}")
    return wanted


def _one_of(names: Sequence[str]) -> str:
    return f"one of {', '.join(names)}"
