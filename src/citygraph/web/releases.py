"""The files of the release with ranges and compressed copies, the ontology, the catalogue, where its statistics are."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from citygraph.site import source
from citygraph.vocabulary import LANGUAGES
from citygraph.web.answering import GRAPHS as FORMATS
from citygraph.web.answers import (
    GRAPHS,
    Reply,
    Scope,
    header,
    made,
    not_modified,
    redirect,
    text,
    unacceptable,
    unchanged,
    validators,
)
from citygraph.web.negotiate import best, gzipped
from citygraph.web.site import Site

#: Media types by the end of a file's name.
TYPES = {
    ".ttl": "text/turtle; charset=utf-8", ".trig": "application/trig", ".nq": "application/n-quads",
    ".nt": "application/n-triples", ".jsonld": "application/ld+json", ".rdf": "application/rdf+xml",
    ".json": "application/json", ".csv": "text/csv; charset=utf-8", ".md": "text/markdown; charset=utf-8",
    ".cff": "application/yaml", ".atom": "application/atom+xml", ".gz": "application/gzip",
    ".svg": "image/svg+xml", ".html": "text/html; charset=utf-8",
}  # fmt: skip
_ONTOLOGY = ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml", "text/html")


def routes(site: Site) -> list[Route]:
    """What is served of the folder."""
    files = listed(site.folder)
    ontology = source.ontology(site.folder)

    async def file(request: Request) -> Response | Reply:
        return _file(request.scope, files, request.path_params["path"])

    async def catalog(request: Request) -> Response | Reply:
        return _file(request.scope, files, "catalog.ttl")

    async def void(_: Request) -> Reply:
        return redirect(302, "/release/void.ttl" if "void.ttl" in files else "/sparql")

    async def dataset(_: Request) -> Reply:
        return redirect(303, "/catalog.ttl" if "catalog.ttl" in files else "/sparql")

    async def terms(request: Request) -> Reply:
        return await _terms(request.scope, site, ontology)

    return [
        Route("/release/{path:path}", file), Route("/catalog.ttl", catalog), Route("/.well-known/void", void),
        Route("/dataset/{key}", dataset), Route("/ontology", terms), Route("/ontology.{ending}", terms),
    ]  # fmt: skip


def listed(folder: Path) -> dict[str, Path]:
    """The files that are served, by what stands after /release/: those that there are now, none hidden or led out.

    A path that is asked for is only looked up here, so none can lead to another file.
    """
    found: dict[str, Path] = {}
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if not hidden and path.is_file() and path.resolve().is_relative_to(root):
            found[name.as_posix()] = path
    return found


def _file(scope: Scope, files: dict[str, Path], name: str) -> Response | Reply:
    path = files.get(name)
    if path is None:
        return text(404, f"the release has no file {name[:200]!r}")
    copy = files.get(f"{name}.gz")
    packed = copy is not None and header(scope, b"range") is None and gzipped(header(scope, b"accept-encoding"))
    sent = copy if packed and copy else path
    try:
        state = sent.stat()
    except OSError:
        return text(404, f"the file {name!r} has gone; the server has to be started anew for a new release")
    tag, modified = f"{state.st_size:x}-{state.st_mtime_ns:x}", int(state.st_mtime)
    headers = validators(tag, modified, weak="")
    if copy is not None:
        headers.append((b"vary", b"Accept-Encoding"))
    if unchanged(scope, (tag,), modified) is not None:
        return Reply(304, headers)
    kind = TYPES.get(path.suffix, "text/plain; charset=utf-8")
    more = {key.decode(): value.decode() for key, value in headers} | ({"content-encoding": "gzip"} if packed else {})
    return FileResponse(sent, media_type=kind, headers=more, stat_result=state)


async def _terms(scope: Scope, site: Site, file: Path) -> Reply:
    """The ontology: the file, in other forms, or as a page with a place for each term."""
    ending = scope["path"].partition(".")[2]
    by_ending = {"ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples",
                 "rdf": "application/rdf+xml", "html": "text/html"}  # fmt: skip
    media = by_ending.get(ending) if ending else best(header(scope, b"accept"), _ONTOLOGY)
    if media == "text/html":
        return _varied(await made(scope, site, media, page="ontology.html", language=LANGUAGES[0]))
    if media is None:
        return text(404, f"the ontology is not there as .{ending[:20]}") if ending else unacceptable(_ONTOLOGY)
    format = GRAPHS[media]
    tag, vary = f"{site.etag}.onto-{format}", b"Accept"
    if (same := not_modified(scope, tag, site.modified, vary)) is not None:
        return same
    body = _written(file, format)
    headers = [(b"content-type", f"{media}; charset=utf-8".encode()), (b"content-length", b"%d" % len(body))]
    return Reply(200, [*headers, (b"vary", vary), *validators(tag, site.modified)], body)


def _varied(reply: Reply) -> Reply:
    """A response of an address that has others beside it."""
    reply.headers = [(name, b"Accept, Accept-Encoding" if name == b"vary" else value) for name, value in reply.headers]
    return reply


def _written(file: Path, format: str) -> bytes:
    data = file.open("rb").read()
    if format == "ttl":
        return data
    quads = list(ox.parse(data, ox.RdfFormat.TURTLE))
    return ox.serialize((quad.triple for quad in quads), format=FORMATS[format]) or b""
