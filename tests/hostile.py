"""A city, a network, a source and claims whose names, words and links try to run as script or to mislead."""

from __future__ import annotations

import pyoxigraph as ox

from citygraph.vocabulary import CG, CLAIM, DCTERMS, GRAPH, ID, OA, SKOS, TYPE

KEY = "hostile"
LABELS = (
    "<script>window.hit=1</script>",
    "\"><img src=x onerror='window.hit=1'>",
    "</title></textarea></svg></style><script>window.hit=1</script>",
    "{{ 7*7 }}{% raw %}${7*7}",
    "\u202egnp.esrever\u202c \u2067isolated",
    "W" * 10_000,
)
LINKS = ("javascript:window.hit=1", "data:text/html,%3Cscript%3Ewindow.hit=1%3C/script%3E", "vbscript:hit")
WORDS = "</mark></blockquote><script>window.hit=1</script>"
_DECIMAL = ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
_GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"


def lines() -> str:
    """The N-Quads of it."""
    city, network, source, claim = (ox.NamedNode(ID + KEY + end) for end in ("", "-network", "-source", "-x"))
    claim, quote = ox.NamedNode(f"{CLAIM}{KEY}/claim"), ox.NamedNode(f"{CLAIM}{KEY}/claim.quote")
    told: list[tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]] = [
        (city, TYPE, ox.NamedNode(CG + "City")),
        *((city, SKOS + "prefLabel", ox.Literal(label, language=f"x-{at}")) for at, label in enumerate(LABELS)),
        *((city, SKOS + "exactMatch", ox.NamedNode(link)) for link in LINKS),
        (city, CG + "country", ox.Literal('"><script>')),
        (city, _GEO + "lat", ox.Literal("60.5", datatype=_DECIMAL)),
        (city, _GEO + "long", ox.Literal("24.5", datatype=_DECIMAL)),
        (network, TYPE, ox.NamedNode(CG + "Network")),
        (network, SKOS + "prefLabel", ox.Literal(LABELS[1])),
        (source, TYPE, ox.NamedNode(CG + "Page")),
        (source, DCTERMS + "title", ox.Literal(LABELS[0])),
        (source, DCTERMS + "source", ox.NamedNode(LINKS[0])),
        (claim, TYPE, ox.NamedNode(CG + "Membership")),
        (claim, CG + "member", city),
        (claim, CG + "network", network),
        (claim, CG + "source", source),
        (claim, CG + "reading", ox.Literal("explicit")),
        (claim, CG + "note", ox.Literal(LABELS[2])),
        (claim, CG + "evidence", quote),
        (quote, TYPE, ox.NamedNode(CG + "Quote")),
        (quote, OA + "exact", ox.Literal(WORDS)),
        (quote, OA + "prefix", ox.Literal(LABELS[1])),
        (city, CG + "holdsMembership", claim),
    ]
    for number in range(119):
        one = ox.NamedNode(f"{CLAIM}many/{number:03}")
        told += [
            (one, CG + "network", network),
            (one, CG + "source", source),
            (one, CG + "reading", ox.Literal("explicit")),
        ]
    graph = ox.NamedNode(GRAPH + KEY)
    return "".join(f"{ox.Quad(s, ox.NamedNode(p), o, graph)} .\n" for s, p, o in told)
