"""Why a fact stands: the rule and its premises down to the claims and their words, or the source that states it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from citygraph.explain import Tree
from citygraph.owl.reason import INFERRED
from citygraph.pages.claims import Claim, claim
from citygraph.pages.reader import Reader, Term
from citygraph.problems import CitygraphError
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CLAIM, GRAPH, ID, owner


@dataclass(frozen=True)
class Why:
    """A triple with how it came to be: `rule` and `axiom` with premises, or the claim or the sources that state it.

    `rows` are those of tables that list the thing. A claim `told` before in the same proof has its words there.
    """

    subject: str
    predicate: str
    value: str
    rule: str = ""
    axiom: str = ""
    premises: tuple[Why, ...] = ()
    claim: Claim | None = None
    sources: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    told: bool = False

    def claims(self) -> Iterator[Claim]:
        """The claims on which it rests, in the order of the proof."""
        if self.claim:
            yield self.claim
        for premise in self.premises:
            yield from premise.claims()


@dataclass(frozen=True)
class Value:
    """A value of a fact: a thing or a text, whether it follows by rule, and why it stands."""

    term: Term
    inferred: bool
    why: Why

    @property
    def iri(self) -> str:
        """The value where it is a thing; else empty."""
        return self.term.value if isinstance(self.term, ox.NamedNode) else ""

    @property
    def text(self) -> str:
        """The value where it is none."""
        return "" if isinstance(self.term, ox.NamedNode) else value_of(self.term)

    @property
    def language(self) -> str:
        """The language of a text that has one."""
        return (self.term.language or "") if isinstance(self.term, ox.Literal) else ""


def explained(reader: Reader, subject: str, predicate: str, term: Term) -> Value:
    """A value of a thing with the reason why it stands. A triple that is stated and also follows is stated."""
    node = ox.NamedNode(subject), ox.NamedNode(predicate)
    graphs = sorted({value_of(quad.graph_name) for quad in reader.store.quads_for_pattern(*node, term)})
    if not isinstance(term, ox.NamedNode) or any(graph != INFERRED for graph in graphs):
        return Value(term, False, _stated(reader, subject, predicate, value_of(term), graphs))
    try:
        tree = reader.explainer.tree((subject, predicate, term.value))
    except CitygraphError:  # of a graph from which something was cut
        return Value(term, True, Why(subject, predicate, term.value))
    return Value(term, True, _grown(reader, tree, set()))


def _grown(reader: Reader, tree: Tree, told: set[str]) -> Why:
    s, p, o = tree.triple
    if tree.rule is not None:
        grown = [_grown(reader, premise, told) for premise in tree.premises]
        if tree.rule.kind == "inverse" and grown[0].claim and o == grown[0].subject:
            return grown[0]  # that a thing has a claim is what the claim says
        claimed = [one.claim.iri if one.claim else "" for one in grown]
        premises = tuple(one for at, one in enumerate(grown) if not claimed[at] or claimed[at] not in claimed[:at])
        return Why(s, p, o, tree.rule.kind, tree.rule.axiom, premises)
    if s.startswith(CLAIM):
        iri = owner(s)
        before = iri in told
        told.add(iri)
        return Why(s, p, o, claim=claim(reader, iri), told=before)
    quads = reader.store.quads_for_pattern(ox.NamedNode(s), ox.NamedNode(p), ox.NamedNode(o))
    return _stated(reader, s, p, o, sorted({value_of(quad.graph_name) for quad in quads}))


def _stated(reader: Reader, subject: str, predicate: str, value: str, graphs: list[str]) -> Why:
    """Which sources state a triple of a thing itself, and in which rows the thing is listed."""
    sources = tuple(ID + graph.removeprefix(GRAPH) for graph in graphs if graph not in ("", INFERRED))
    rows = tuple(reader.values(subject, _LISTED))
    return Why(subject, predicate, value, sources=sources, rows=rows)


_LISTED = "https://w3id.org/citygraph/ontology#listedIn"
