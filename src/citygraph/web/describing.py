"""The description of the endpoint in the words of SPARQL 1.1 Service Description, with its limits in plain ones."""

from __future__ import annotations

import re
from zlib import crc32

import pyoxigraph as ox

from citygraph.pages.texts import say
from citygraph.publish.statements import Statements, text
from citygraph.rdf.turtle import turtle_of
from citygraph.vocabulary import LANGUAGES
from citygraph.web.answering import GRAPHS
from citygraph.web.answers import VARY, Reply, Scope, header, not_modified, validators
from citygraph.web.limits import Limits
from citygraph.web.site import Site

_FORMATS = "http://www.w3.org/ns/formats/"
_WRITTEN = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
)
_HOST = re.compile(r"[\w.-]+(?::\d{1,5})?|\[[\da-fA-F:.]+\](?::\d{1,5})?", re.ASCII)


def sentences(limits: Limits, language: str = LANGUAGES[0]) -> dict[str, str]:
    """What each limit of queries means to whoever asks, by its name."""
    told: dict[str, tuple[str, ...]] = {
        name: (f"{value:,}",) for name, value in vars(limits).items() if name not in ("slow", "light")
    }
    told["seconds"] = (f"{limits.seconds:g}",)
    told["workers"] = (f"{limits.workers:,}", f"{limits.slow:,}", f"{limits.light:g}")
    told["service"] = ()
    return {name: say(f"limit-{name}", language, *values) for name, values in told.items()}


def address(scope: Scope, site: Site) -> str:
    """The address of the server: the one that it was given, else what the request calls it."""
    if site.base:
        return site.base
    host = header(scope, b"host") or ""
    if not _HOST.fullmatch(host):
        host = "{}:{}".format(*scope["server"])
    return f"{scope['scheme']}://{host}"


def described(scope: Scope, site: Site, media: str, format: str) -> Reply:
    """The description in one of the formats of graphs."""
    base = address(scope, site)
    tag = f"{site.etag}.sd-{format}-{crc32(base.encode()):x}"
    if (same := not_modified(scope, tag, site.modified, VARY)) is not None:
        return same
    triples = _triples(base, site)
    if format == "ttl":
        body = "".join(turtle_of(triples, "This endpoint", f"{base}/sparql")).encode()
    else:
        body = ox.serialize(triples, format=GRAPHS[format]) or b""
    kind = media + ("; charset=utf-8" if media.startswith("text/") else "")
    headers = [(b"content-type", kind.encode()), (b"vary", VARY), (b"content-length", b"%d" % len(body))]
    return Reply(200, [*headers, *validators(tag, site.modified)], body)


def _triples(base: str, site: Site) -> list[ox.Triple]:
    out = Statements()
    service, dataset = f"{base}/sparql", f"{base}/sparql#dataset"
    out.node(
        service, "sd:Service",
        sd_endpoint=service,
        sd_supportedLanguage="sd:SPARQL11Query",
        sd_feature=["sd:UnionDefaultGraph"],
        sd_resultFormat=[_FORMATS + name for name in _WRITTEN],
        sd_defaultDataset=dataset,
        rdfs_comment=[text(said, "en") for said in sentences(site.limits).values()],
        rdfs_seeAlso=[f"{base}/limits", f"{base}/api/openapi.json"],
    )  # fmt: skip
    out.node(dataset, "sd:Dataset", sd_defaultGraph=f"{base}/sparql#union")
    out.node(f"{base}/sparql#union", "sd:Graph", rdfs_comment=text("The union of all named graphs.", "en"))
    for number, graph in enumerate(sorted(site.graphs), 1):
        named = f"{base}/sparql#graph-{number}"
        out.say(dataset, "sd:namedGraph", named)
        out.node(named, "sd:NamedGraph", sd_name=graph)
    return out.triples
