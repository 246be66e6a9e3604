"""What the page of a source tells: its words or rows, what it contributes, and what is wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citygraph.pages import cite
from citygraph.pages.article import article
from citygraph.pages.claims import claims
from citygraph.pages.render import Pages
from citygraph.pages.silent import silent
from citygraph.pages.things import Thing
from citygraph.pages.told import PLAIN
from citygraph.publish import codes
from citygraph.vocabulary import CG, DCTERMS, ID

#: Places of one kind of defect on a page.
DEFECTS = 50
#: The text that names a property of a source; others have the ontology's name.
LABELS = {
    DCTERMS + "publisher": "publisher", DCTERMS + "creator": "author", DCTERMS + "issued": "published",
    DCTERMS + "language": "language", DCTERMS + "license": "licence", DCTERMS + "bibliographicCitation": "credit",
    "http://schema.org/version": "edition", "http://schema.org/url": "address",
}  # fmt: skip
#: Properties of a source in the order of its page, and those whose values are days.
_ORDER = (
    "http://schema.org/url", DCTERMS + "publisher", DCTERMS + "creator", DCTERMS + "issued", CG + "asOf",
    "http://schema.org/version", DCTERMS + "language", DCTERMS + "license", DCTERMS + "bibliographicCitation",
)  # fmt: skip
DAYS = (DCTERMS + "issued", CG + "asOf")
SPOKEN = (DCTERMS + "language",)
#: Tables of a release that have the claims of a type.
_TABLES = {"Membership": "memberships", "Commitment": "commitments", "Coordination": "coordinations"}


def tell(pages: Pages, thing: Thing) -> Mapping[str, Any]:
    """What the page of a source tells beside what the page of every thing tells."""
    iri, number, about = thing.iri, thing.number, pages.sources
    licence = pages.reader.one(iri, DCTERMS + "license")
    known = codes.licence(licence) if licence else None
    title = known.title if known else licence
    table = iri in pages.told.rows
    counts = about.counts.get(iri, {}) if number == 1 else {}
    order = {predicate: at for at, predicate in enumerate(_ORDER)}
    facts = [fact for fact in thing.facts if fact.predicate != CG + "showText"]  # which the page tells in its own words
    words = _words(pages, iri, number)
    return {
        "lines": about.lines(iri, number), "rows": len(pages.told.rows.get(iri, ())), "counts": counts,
        "listed": about.things.get(iri, {}) if number == 1 else {},
        "defects": about.defects.get(iri, []) if number == 1 else [], "most": DEFECTS, "labels": LABELS,
        "days": DAYS, "spoken": SPOKEN,
        "facts": sorted(facts, key=lambda fact: (order.get(fact.predicate, len(order)), fact.predicate)),
        "licence": title, "licence_iri": licence, "itself": cite.itself(pages.reader, iri, title, table),
        "files": _files(pages, iri, counts) if number == 1 else [], **words,
    }  # fmt: skip


def _words(pages: Pages, iri: str, number: int) -> dict[str, Any]:
    """The article with its claims, or the claims of which no words are kept."""
    plain = pages.told.plain.get(iri, [])
    if iri not in pages.told.articles:
        return {"article": None, "plain": claims(pages.reader, plain[(number - 1) * PLAIN : number * PLAIN])}
    if number > 1:
        return {"article": None, "plain": []}
    whole = pages.reader.one(iri, CG + "showText") == "whole" and pages.reader.one(iri, DCTERMS + "license")
    text = pages.beside.texts.get(iri) if whole else None
    found = article(claims(pages.reader, plain), text, pages.reader.one(iri, DCTERMS + "creator"))
    silences = [silent(claim, found.claims) for claim in found.claims]
    language = pages.reader.one(iri, DCTERMS + "language")
    return {"article": found, "plain": [], "silences": silences, "language": language}


def _files(pages: Pages, iri: str, counts: Mapping[str, int]) -> list[tuple[str, bool]]:
    """The files of the release that have what the source says, and whether it is in them with other sources."""
    key = iri.removeprefix(ID)
    own = [f"sources/{key}.ttl", f"sources/{key}.ttl.gz", f"texts/{key}.txt"]
    shared = [f"tables/{table}.csv" for kind, table in _TABLES.items() if counts.get(kind)]
    names = [(name, False) for name in own] + [(name, True) for name in (*shared, "tables/sources.csv")]
    return [(name, several) for name, several in names if name in pages.names]
