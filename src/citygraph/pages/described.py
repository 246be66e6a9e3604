"""What the graph tells of a thing, as triples: its own, its claims with their parts, and what else points to it."""

from __future__ import annotations

import pyoxigraph as ox

from citygraph.pages.claims import about
from citygraph.pages.reader import Reader
from citygraph.rdf.quads import value_of
from citygraph.rdf.turtle import turtle_of
from citygraph.vocabulary import CLAIM

#: How many claims, and how many other things that point to a thing, its description holds.
MOST = 500


def described(reader: Reader, iri: str) -> list[ox.Triple]:
    """The triples, each once, in no order; none where the graph tells nothing of the IRI."""
    found: dict[ox.Triple, None] = {}
    for quad in reader.parts(iri):
        found[quad.triple] = None
    for claim in about(reader, iri)[:MOST]:
        for quad in reader.parts(claim):
            found[quad.triple] = None
    others = [
        quad for quad in reader.store.quads_for_pattern(None, None, ox.NamedNode(iri))
        if not value_of(quad.subject).startswith(CLAIM)
    ]  # fmt: skip
    for quad in sorted(others, key=lambda quad: (str(quad.subject), str(quad.predicate)))[:MOST]:
        found[quad.triple] = None
    return list(found)


def turtle(triples: list[ox.Triple], iri: str) -> bytes:
    """Turtle for people, the thing itself first."""
    return "".join(turtle_of(triples, f"citygraph: {iri}".replace("\n", " "), iri)).encode()


def jsonld(triples: list[ox.Triple]) -> bytes:
    """JSON-LD in its expanded form, in a stable order."""
    some = sorted(triples, key=str)
    return (ox.serialize(some, format=ox.RdfFormat.JSON_LD) or b"") + b"\n"
