"""Things by their addresses: /id/... leads to a page or to data, /data/... is what the graph tells of a thing."""

from __future__ import annotations

import json
from urllib.parse import quote, unquote

import pyoxigraph as ox
from starlette.requests import Request
from starlette.routing import Route

from citygraph.vocabulary import CLAIM, ID
from citygraph.web.answers import GRAPHS, MEDIA, Reply, answered, header, redirect, text, unacceptable
from citygraph.web.negotiate import best
from citygraph.web.site import NAMESPACE, Site

#: What an address may end with to say which form is wanted.
ENDINGS = (".ttl", ".jsonld", ".nt", ".rdf", ".html")
#: Forms that /id offers, by the ending of the address to which it leads.
_FORMS = {
    "text/turtle": ".ttl", "application/ld+json": ".jsonld", "application/n-triples": ".nt",
    "application/rdf+xml": ".rdf", "text/html": ".html", "application/xhtml+xml": ".html",
}  # fmt: skip
#: How many claims, and how many other things that point to a thing, its description holds; SPARQL has the rest.
MOST = 500
_KEPT_IN_PATHS = "/:@!$&'()*+,;=~-._%"


def routes(site: Site) -> list[Route]:
    """What is served below /id, /data and /graph."""

    async def thing(request: Request) -> Reply:
        return await _led(site, request)

    async def data(request: Request) -> Reply:
        return await _data(site, request)

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
    path = new.removeprefix(NAMESPACE) if new.startswith(NAMESPACE) else new
    return redirect(301, there.format(path.removeprefix("/id/")) if path.startswith("/id/") else path)


async def _known(site: Site, iri: str) -> bool:
    try:
        node = ox.NamedNode(iri)
    except ValueError:
        return False
    answer = await site.ask(f"ASK {{ {{ {node} ?p ?o }} UNION {{ ?s ?q {node} }} }}", "json")
    return bool(json.loads(await answer.whole())["boolean"])


async def _led(site: Site, request: Request) -> Reply:
    """See other: the page or the data, by the ending of the address or else by what the client takes."""
    key, ending = _split(_rest(request, "/id/"))
    if (moved := _moved(site, key, "/id/{}" + ending)) is not None:
        return moved
    if not key or not await _known(site, ID + key):
        return _nothing(key)
    varies = {} if ending else {"vary": "Accept"}
    if not ending:
        media = best(header(request.scope, b"accept"), tuple(_FORMS))
        if media is None:
            return unacceptable(tuple(_FORMS))
        ending = _FORMS[media]
    there = f"/page/{key}" if ending == ".html" else f"/data/{key}{ending}"
    return redirect(303, there, cache_control="public, max-age=60", **varies)


async def _data(site: Site, request: Request) -> Reply:
    """What the graph tells of a thing, in the form that the address ends with."""
    key, ending = _split(_rest(request, "/data/"))
    if ending == ".html":
        return redirect(303, f"/page/{key}")
    if (moved := _moved(site, key, "/data/{}" + ending)) is not None:
        return moved
    if not ending:
        ending = _FORMS[best(header(request.scope, b"accept"), tuple(GRAPHS)) or "text/turtle"]
        return redirect(303, f"/data/{key}{ending}", vary="Accept")
    if not key or not await _known(site, ID + key):
        return _nothing(key)
    format = ending[1:]
    return await answered(request.scope, site, site.admit(description(ID + key)), format, MEDIA[format])


def _nothing(key: str) -> Reply:
    return text(404, f"the graph tells nothing of {ID}{key[:200]}")


def description(iri: str) -> str:
    """A query for what the graph tells of a thing: its triples, its claims with their parts, what else points to it.

    A part of a claim (a date, a quote) has the claim's IRI with a dot and a name after it.
    """
    node = ox.NamedNode(iri)
    claim = f'FILTER(STRSTARTS(STR(?about), "{CLAIM}"))'
    part = 'FILTER(STRSTARTS(STR(?s), CONCAT(STR(?about), ".")))'
    pointing = f"{{ SELECT DISTINCT ?about WHERE {{ ?about ?to {node} %s }} ORDER BY ?about LIMIT {MOST} }}"
    claims = pointing % claim
    return f"""CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ SELECT DISTINCT ?s ?p ?o WHERE {{
  {{ BIND({node} AS ?s) {node} ?p ?o }}
  UNION {{ {node} ?has ?s . BIND({node} AS ?about) {part} ?s ?p ?o }}
  UNION {{ {claims} ?about ?p ?o . BIND(?about AS ?s) }}
  UNION {{ {claims} ?about ?has ?s . {part} ?s ?p ?o }}
  UNION {{ SELECT DISTINCT ?s ?p ?o WHERE {{ ?s ?p {node} . BIND({node} AS ?o)
    FILTER(!STRSTARTS(STR(?s), "{CLAIM}")) }} ORDER BY ?s ?p LIMIT {MOST} }}
}} ORDER BY ?s ?p ?o }} }}"""


def _graph(site: Site, key: str) -> Reply:
    """A named graph: the query for what is in it."""
    iri = f"{NAMESPACE}/graph/{key}"
    if iri not in site.graphs:
        return text(404, f"there is no graph {iri[:300]}")
    return redirect(303, "/sparql?query=" + quote(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"))
