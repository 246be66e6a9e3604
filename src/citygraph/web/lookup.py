"""What the query page and the API ask of the graph beside the query at hand: who is meant by a word."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pyoxigraph as ox

from citygraph import queries
from citygraph.near import nearest
from citygraph.problems import CitygraphError
from citygraph.queries import NamedQuery
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, ID, LANGUAGES, SKOS, shorten
from citygraph.web.guard import Admitted
from citygraph.web.site import Site

#: Names that a mistyped word is held against.
_CANDIDATES = 2000
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
