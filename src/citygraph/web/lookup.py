"""What pages and the API ask of the graph beside the query at hand: who is meant by a word, names, claims and words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyoxigraph as ox

from citygraph import queries, results
from citygraph.files import resource
from citygraph.near import nearest
from citygraph.problems import CitygraphError
from citygraph.queries import NamedQuery
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, DCTERMS, ID, LANGUAGES, OA, RDFS, SKOS, shorten
from citygraph.web.guard import Admitted
from citygraph.web.site import Site

#: Things whose names, or claims whose words, one query asks for.
_MANY = 300
#: Names that a mistyped word is held against.
_CANDIDATES = 2000
#: Things that a search lists.
FOUND = 50
#: Longest word that is looked up.
LONGEST = 300


async def rows(site: Site, text: str) -> list[ox.QuerySolution]:
    """The rows of a SELECT of ours, which the limits on a query's text do not concern."""
    answer = await site.run(Admitted(text, "SELECT"), "json")
    found = ox.parse_query_results(await answer.whole(), format=ox.QueryResultsFormat.JSON)
    assert isinstance(found, ox.QuerySolutions)
    return list(found)


async def bound(site: Site, query: NamedQuery, given: Mapping[str, str]) -> str:
    """A named query's text with its parameters set, names looked up in the graph; raises CitygraphError."""
    words = {given[name] for name, param in query.params.items() if param.type == "iri" and name in given}
    queries.bind(query, given, lambda _: ID)  # what is wrong without a look at the graph costs none
    found = {word: await find(site, word) for word in words}
    return queries.bind(query, given, found.__getitem__)


async def find(site: Site, word: str) -> str:
    """The IRI of a key, IRI or name that the graph knows; raises CitygraphError with the nearest."""
    iri = queries.resolve(word)
    if not word.strip() or len(word) > LONGEST:
        raise CitygraphError(f"{word[:LONGEST]!r} is not in the graph; give a key, a name or an IRI")
    for one in (iri, CLAIM + word):
        if (one == word and _node(one)) or await _known(site, one):
            return await _meant(site, one)
    texts = [ox.Literal(word), *(ox.Literal(word, language=language) for language in LANGUAGES)]
    exact = f"VALUES ?label {{ {' '.join(map(str, texts))} }} ?x {_NAMED} ?label"
    spelt = f"?x {_NAMED} ?label FILTER (LCASE(STR(?label)) = LCASE({ox.Literal(word)}))"
    for pattern in (exact, spelt):
        told = await rows(site, f"SELECT DISTINCT ?x ?meant WHERE {{ {pattern} {_REFERS} }}")
        if found := {value_of(row["meant"] or row["x"]) for row in told}:
            if len(found) > 1:
                several = ", ".join(sorted(shorten(one) for one in found)[:10])
                raise CitygraphError(f"{word!r} names several: {several}")
            return found.pop()
    hint = await asyncio.to_thread(nearest, word.casefold(), await _alike(site, word))
    raise CitygraphError(f"{word!r} is not in the graph; {hint or 'give a key, a name or an IRI'}")


_NAMED = f"<{SKOS}prefLabel>|<{SKOS}altLabel>"
_REFERS = f"OPTIONAL {{ ?x <{CG}refersTo> ?meant }}"


def _node(iri: str) -> str:
    """An IRI as SPARQL writes it; empty where it is none."""
    try:
        return str(ox.NamedNode(iri))
    except ValueError:
        return ""


async def _known(site: Site, iri: str) -> bool:
    if not (node := _node(iri)):
        return False
    return bool(await rows(site, f"SELECT ?p WHERE {{ {{ {node} ?p ?o }} UNION {{ ?s ?p {node} }} }} LIMIT 1"))


async def _meant(site: Site, iri: str) -> str:
    """The thing that an entry of a table refers to; anything else is itself."""
    found = await rows(site, f"SELECT ?meant WHERE {{ {_node(iri)} <{CG}refersTo> ?meant }} LIMIT 1")
    return value_of(found[0]["meant"]) if found else iri


async def _alike(site: Site, word: str) -> list[str]:
    """Names that begin as a word does: to hold it against every name there is would take seconds."""
    start = ox.Literal(word.casefold()[:2])
    text = (
        f"SELECT DISTINCT ?name WHERE {{ ?x {_NAMED} ?label BIND (LCASE(STR(?label)) AS ?name)"
        f" FILTER (STRSTARTS(?name, {start})) }} ORDER BY ?name LIMIT {_CANDIDATES}"
    )
    return [value_of(row["name"]) for row in await rows(site, text)]


@dataclass(frozen=True)
class Hit:
    """A thing that a search found, by the name that matched."""

    iri: str
    name: str
    type: str
    country: str


async def search(site: Site, words: str) -> list[Hit]:
    """Things and sources whose names hold the words, those that begin with them first."""
    wanted = ox.Literal(" ".join(words.split()).lower()[:LONGEST])
    text = (
        "SELECT ?x (MIN(?one) AS ?rank) (MIN(?label) AS ?name) (MIN(?kind) AS ?type) (MIN(?code) AS ?country) WHERE {"
        f" ?x {_NAMED}|<{DCTERMS}title> ?text . BIND (STR(?text) AS ?label) BIND (LCASE(?label) AS ?small)"
        f" FILTER (CONTAINS(?small, {wanted})) FILTER NOT EXISTS {{ ?x <{CG}refersTo> ?other }}"
        f" BIND (IF(?small = {wanted}, 0, IF(STRSTARTS(?small, {wanted}), 1, 2)) AS ?one)"
        f" OPTIONAL {{ ?x a ?class FILTER (STRSTARTS(STR(?class), {ox.Literal(CG)})) BIND (STR(?class) AS ?kind) }}"
        f" OPTIONAL {{ ?x <{CG}country> ?code }} }} GROUP BY ?x ORDER BY ?rank ?name ?x LIMIT {FOUND}"
    )
    return [
        Hit(*(value_of(row[name]) if row[name] else "" for name in ("x", "name", "type", "country")))
        for row in await rows(site, text)
    ]


async def labels(site: Site, iris: Iterable[str], language: str = "en") -> dict[str, str]:
    """Names of IRIs, from the graph and the ontology."""
    wanted = sorted({iri for iri in iris if not iri.startswith(CLAIM) and _node(iri)})
    names = {iri: name for iri in wanted if (name := _ontology(language).get(iri))}
    asked = [iri for iri in wanted if iri not in names]
    for start in range(0, len(asked), _MANY):
        found = await rows(site, results.label_query(asked[start : start + _MANY]))
        names |= results.pick_labels(found, language)
    return names


@cache
def _ontology(language: str) -> dict[str, str]:
    """Names of the ontology's own terms."""
    store = ox.Store()
    store.bulk_load(path=str(resource("ontology/ontology.ttl")), format=ox.RdfFormat.TURTLE)
    found = store.query(f"SELECT ?x ?label WHERE {{ ?x <{RDFS}label> ?label FILTER (STRSTARTS(STR(?x), '{CG}')) }}")
    return results.pick_labels(found, language)  # type: ignore[arg-type]


@dataclass
class Words:
    """One piece of evidence: a quote with what stands around it, a table's row, or a reference to a page."""

    kind: str
    exact: str = ""
    prefix: str = ""
    suffix: str = ""
    row: str = ""
    key: str = ""


@dataclass
class Claim:
    """A claim as a page shows it: its type, its ends and dates as (property, term, written), its evidence."""

    iri: str
    type: str = ""
    source: str = ""
    reading: str = ""
    note: str = ""
    ends: list[tuple[str, Any, str]] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)


#: What a claim has beside its ends and dates.
_TOLD = {CG + name for name in ("source", "reading", "note", "evidence", "context", "column")}
#: The classes of claims; a release may hold the classes above them too.
_CLASSES = " ".join(
    f"<{CG}{name}>"
    for name in (
        "Membership", "Commitment", "Coordination", "Founding", "Affiliation", "Backing", "Liaison", "Cooperation",
        "Twinning", "Aim", "Scope", "Merger", "Naming",
    )
)  # fmt: skip


async def claims(site: Site, iris: Sequence[str]) -> dict[str, Claim]:
    """The claims of some IRIs, with their words."""
    found: dict[str, Claim] = {}
    for start in range(0, len(iris), _MANY):
        nodes = " ".join(filter(None, map(_node, iris[start : start + _MANY])))
        head = (
            f"SELECT ?c ?p ?o ?edtf WHERE {{ VALUES ?c {{ {nodes} }} ?c <{CG}source> ?s ; ?p ?o"
            f" OPTIONAL {{ ?o <{CG}edtf> ?edtf }} FILTER (STRSTARTS(STR(?p), '{CG}')) }} ORDER BY ?c ?p ?o"
        )
        for row in await rows(site, head):
            claim = found.setdefault(value_of(row["c"]), Claim(value_of(row["c"])))
            _take(claim, value_of(row["p"]), row["o"], value_of(row["edtf"]) if row["edtf"] else "")
        kinds = f"SELECT ?c ?type WHERE {{ VALUES ?c {{ {nodes} }} VALUES ?type {{ {_CLASSES} }} ?c a ?type }}"
        for row in await rows(site, kinds):
            if value_of(row["c"]) in found:
                found[value_of(row["c"])].type = value_of(row["type"])
        for row in await rows(site, _words(nodes)):
            if value_of(row["c"]) in found:
                found[value_of(row["c"])].words.append(_piece(row))
    return found


def _take(claim: Claim, predicate: str, term: Any, written: str) -> None:
    name = predicate.removeprefix(CG)
    if name in ("source", "reading", "note"):
        if name != "note" or not claim.note or getattr(term, "language", "") == "en":
            setattr(claim, name, value_of(term))
    elif predicate not in _TOLD and not name.startswith("active") and not name.startswith("presumed"):
        claim.ends.append((predicate, term, written))


def _words(nodes: str) -> str:
    return (
        f"SELECT ?c ?p ?exact ?prefix ?suffix ?row ?key WHERE {{ VALUES ?c {{ {nodes} }}"
        f" VALUES ?p {{ <{CG}evidence> <{CG}context> }} ?c ?p ?w OPTIONAL {{ ?w <{OA}exact> ?exact }}"
        f" OPTIONAL {{ ?w <{OA}prefix> ?prefix }} OPTIONAL {{ ?w <{OA}suffix> ?suffix }}"
        f" OPTIONAL {{ ?w <{CG}rowNumber> ?row ; <{CG}rowKey> ?key }} }} ORDER BY ?c DESC(?p) ?exact ?row"
    )


def _piece(row: ox.QuerySolution) -> Words:
    texts = {name: value_of(row[name]) if row[name] else "" for name in ("exact", "prefix", "suffix", "row", "key")}
    context = value_of(row["p"]) == CG + "context"
    kind = "row" if texts["row"] else "context" if context else "quote" if texts["exact"] else "reference"
    return Words(kind, **texts)
