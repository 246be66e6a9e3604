"""Things by their addresses: /id/... leads to a page or to data, /data/... is what the graph tells of a thing."""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.routing import Route

from citygraph.pages import paths
from citygraph.vocabulary import ID, LANGUAGES
from citygraph.web.answers import GRAPHS, MEDIA, Reply, header, made, redirect, text, unacceptable
from citygraph.web.frames import Frames
from citygraph.web.negotiate import best, language
from citygraph.web.outcome import Missing, QueryError
from citygraph.web.site import NAMESPACE, Site

#: What an address may end with to say which form is wanted.
ENDINGS = (".ttl", ".jsonld", ".nt", ".rdf", ".html")
#: Forms that /id offers, by the ending of the address to which it leads.
_FORMS = {
    "text/turtle": ".ttl", "application/ld+json": ".jsonld", "application/n-triples": ".nt",
    "application/rdf+xml": ".rdf", "text/html": ".html", "application/xhtml+xml": ".html",
}  # fmt: skip
_KEPT_IN_PATHS = "/:@!$&'()*+,;=~-._%"


def routes(site: Site, frames: Frames) -> list[Route]:
    """What is served below /id, /data and /graph."""

    async def thing(request: Request) -> Reply:
        key, ending = _split(_rest(request, "/id/"))
        if site.moved.get(ID + key) == "":
            return await frames.problem(request.scope, 410, f"{ID}{key[:200]} was withdrawn", "gone")
        try:
            return await _led(site, request, key, ending)
        except Missing:
            return await frames.missing(request.scope, _nothing(key))
        except QueryError as error:
            return await frames.failed(request.scope, error)

    async def data(request: Request) -> Reply:
        key, ending = _split(_rest(request, "/data/"))
        try:
            return await _data(site, request, key, ending)
        except Missing:
            return await frames.missing(request.scope, _nothing(key))

    async def graph(request: Request) -> Reply:
        return _graph(site, _rest(request, "/graph/"))

    return [Route("/id/{key:path}", thing), Route("/data/{key:path}", data), Route("/graph/{key:path}", graph)]


def _rest(request: Request, start: str) -> str:
    """The address after its beginning as the graph writes it: as it came, but what need not be escaped is not."""
    raw: bytes = request.scope["raw_path"]
    return quote(unquote(raw.decode("ascii").removeprefix(start), errors="replace"), safe=_KEPT_IN_PATHS)


def _split(key: str) -> tuple[str, str]:
    ending = next((ending for ending in ENDINGS if key.endswith(ending)), "")
    return key[: len(key) - len(ending)], ending


def _moved(site: Site, key: str, there: str) -> Reply | None:
    """301 to what a thing is by now, 410 where it was withdrawn; `there` is put around the new key."""
    new = site.moved.get(ID + key)
    if new is None:
        return None
    if not new:
        return text(410, f"{ID}{key} was withdrawn")
    new = quote(new, safe=f"{paths.SAFE}%?#[]")
    path = new.removeprefix(NAMESPACE) if new.startswith(NAMESPACE) else new
    return redirect(301, there.format(path.removeprefix("/id/")) if path.startswith("/id/") else path)


async def _led(site: Site, request: Request, key: str, ending: str) -> Reply:
    """See other: the page in the language or the data in the form that the address ends with or the client likes."""
    if (moved := _moved(site, key, "/id/{}" + ending)) is not None:
        return moved
    if not key:
        raise Missing(key)
    await site.make(known=ID + key)
    varies = {} if ending else {"vary": "Accept, Accept-Language"}
    if not ending:
        media = best(header(request.scope, b"accept"), tuple(_FORMS))
        if media is None:
            return unacceptable(tuple(_FORMS))
        ending = _FORMS[media]
    there = f"data/{key}{ending}"
    if ending == ".html":
        varies = varies or {"vary": "Accept-Language"}
        there = _page(request, key)
    return redirect(303, f"/{there}", cache_control="public, max-age=60", **varies)


def _page(request: Request, key: str) -> str:
    """The path of the page of a key in the language that the client likes; raises Missing where it has none."""
    path = paths.page(ID + key) or paths.part(ID + key)
    if not path:
        raise Missing(key)
    liked = language(header(request.scope, b"accept-language"), LANGUAGES)
    return quote(paths.localized(path, liked), safe=paths.SAFE)


async def _data(site: Site, request: Request, key: str, ending: str) -> Reply:
    """What the graph tells of a thing, in the form that the address ends with."""
    if ending == ".html":
        return redirect(303, f"/{_page(request, key)}", vary="Accept-Language")
    if not ending:
        ending = _FORMS[best(header(request.scope, b"accept"), tuple(GRAPHS)) or "text/turtle"]
        return redirect(303, f"/data/{key}{ending}", vary="Accept")
    if not key:
        raise Missing(key)
    try:
        return await made(request.scope, site, MEDIA[ending[1:]], data=key, format=ending[1:])
    except Missing:
        if (moved := _moved(site, key, "/data/{}" + ending)) is None:
            raise
        return moved


def _nothing(key: str) -> str:
    return f"the graph tells nothing of {ID}{key[:200]}"


def _graph(site: Site, key: str) -> Reply:
    """A named graph: the query for what is in it."""
    iri = f"{NAMESPACE}/graph/{key}"
    if iri not in site.graphs:
        return text(404, f"there is no graph {iri[:300]}")
    return redirect(303, "/sparql?query=" + quote(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"))
