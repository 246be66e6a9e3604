"""The ontology's axioms as rules: compiled once, used to explain (OWL 2 RL/RDF rules, W3C 2012, section 4.3).

Only IRIs take part: no rule here has a literal in its head or joins on one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from citygraph.rdf.quads import value_of
from citygraph.vocabulary import OWL, RDF, RDFS, SKOS, TYPE, shorten

Triple = tuple[str, str, str]

_ANNOTATIONS = (
    RDFS + "label",
    RDFS + "isDefinedBy",
    SKOS,
    "http://purl.org/dc/terms/",
    "http://purl.org/vocab/vann/",
    OWL + "version",
    OWL + "deprecated",
)
_DECLARED = {OWL + name for name in ("Ontology", "Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty")}


class UnknownAxiomError(ValueError):
    """The ontology holds an axiom that no rule here stands for."""


@dataclass(frozen=True, order=True)
class Rule:
    """`body` implies `head`; terms that begin with `?` are variables. `axiom` says it for people."""

    kind: str
    axiom: str
    body: tuple[Triple, ...]
    head: Triple


@dataclass(frozen=True, order=True)
class Proof:
    """How a triple was first derived: the rule, the premises in the rule's order, and the round."""

    rule: Rule
    premises: tuple[Triple, ...]
    round: int


def ontology_triples(path: str) -> list[ox.Triple]:
    """The triples of an ontology file."""
    return [quad.triple for quad in ox.parse(path=path)]


def compile_rules(ontology: Iterable[ox.Triple]) -> list[Rule]:
    """The rules of an ontology, in a stable order; raises UnknownAxiomError naming an axiom outside the set."""
    triples = list(ontology)
    lists = _lists(triples)
    rules: set[Rule] = set()
    for triple in triples:
        predicate, value = value_of(triple.predicate), triple.object
        if isinstance(triple.subject, ox.BlankNode):
            if predicate not in (RDF + "first", RDF + "rest"):
                raise UnknownAxiomError(f"{shorten(predicate)} on a blank node")
            continue
        subject = value_of(triple.subject)
        if predicate.startswith(_ANNOTATIONS):
            continue
        if predicate == OWL + "propertyChainAxiom":
            rules.add(_chain(subject, lists[value]))
        elif isinstance(value, ox.NamedNode):
            rules.update(_simple(subject, predicate, value.value))
        else:
            raise UnknownAxiomError(f"{shorten(subject)} {shorten(predicate)}")
    return sorted(rules)


def _simple(s: str, predicate: str, o: str) -> Iterator[Rule]:
    """Rules cax-sco, prp-spo1, prp-dom, prp-rng, prp-inv1/2, prp-symp and prp-trp."""
    axiom = f"{shorten(s)} {shorten(predicate)} {shorten(o)}"
    if predicate == TYPE and o in _DECLARED:
        return
    if predicate == RDFS + "subClassOf":
        yield Rule("subclass", axiom, (("?x", TYPE, s),), ("?x", TYPE, o))
    elif predicate == RDFS + "subPropertyOf":
        yield Rule("subproperty", axiom, (("?x", s, "?y"),), ("?x", o, "?y"))
    elif predicate == RDFS + "domain":
        yield Rule("domain", axiom, (("?x", s, "?y"),), ("?x", TYPE, o))
    elif predicate == RDFS + "range":
        if not o.startswith(("http://www.w3.org/2001/XMLSchema#", "http://id.loc.gov/datatypes/")):
            yield Rule("range", axiom, (("?x", s, "?y"),), ("?y", TYPE, o))
    elif predicate == OWL + "inverseOf":
        yield Rule("inverse", axiom, (("?x", s, "?y"),), ("?y", o, "?x"))
        yield Rule("inverse", axiom, (("?x", o, "?y"),), ("?y", s, "?x"))
    elif predicate == TYPE and o == OWL + "SymmetricProperty":
        yield Rule("symmetric", axiom, (("?x", s, "?y"),), ("?y", s, "?x"))
    elif predicate == TYPE and o == OWL + "TransitiveProperty":
        yield Rule("transitive", axiom, (("?x", s, "?y"), ("?y", s, "?z")), ("?x", s, "?z"))
    else:
        raise UnknownAxiomError(axiom)


def _chain(head: str, parts: list[str]) -> Rule:
    """Rule prp-spo2."""
    variables = ["?x", *(f"?y{n}" for n in range(1, len(parts))), "?z"]
    body = tuple((variables[n], part, variables[n + 1]) for n, part in enumerate(parts))
    return Rule("chain", " then ".join(map(shorten, parts)) + f" gives {shorten(head)}", body, ("?x", head, "?z"))


def _lists(triples: Iterable[ox.Triple]) -> dict[object, list[str]]:
    """RDF lists by their first node."""
    first: dict[object, str] = {}
    rest: dict[object, object] = {}
    for triple in triples:
        if value_of(triple.predicate) == RDF + "first":
            first[triple.subject] = value_of(triple.object)
        elif value_of(triple.predicate) == RDF + "rest":
            rest[triple.subject] = triple.object
    lists: dict[object, list[str]] = {}
    for node in first:
        items: list[str] = []
        at = node
        while at in first:
            items.append(first[at])
            at = rest[at]
        lists[node] = items
    return lists


def prove(
    asserted: Iterable[Triple],
    rules: Iterable[Rule],
    weight: Callable[[Triple], int] = lambda _: 0,
    most: int | None = None,
) -> dict[Triple, Proof]:
    """The closure of `asserted`, each new triple with a proof whose premises were all known in earlier rounds.

    Ranking by rounds keeps proofs sound: taking any matching rule instead can go round in circles. Of several proofs
    in one round the one whose heaviest leaf is lightest wins (`weight` of an asserted triple), then sorted order, so
    that the same input gives the same proofs. `most` is the number of rounds after which it ends anyway.
    """
    known = set(asserted)
    weights = {triple: weight(triple) for triple in known}
    rules = list(rules)
    proofs: dict[Triple, Proof] = {}
    number = 0
    while number != most:
        number += 1
        index = _Index(known)
        best: dict[Triple, tuple[int, Proof]] = {}
        for rule in rules:
            for binding, premises in _match(rule.body, index, {}, ()):
                head = _fill(rule.head, binding)
                if head in known:
                    continue
                found = (max(weights[premise] for premise in premises), Proof(rule, premises, number))
                if head not in best or found < best[head]:
                    best[head] = found
        if not best:
            return proofs
        weights |= {triple: found[0] for triple, found in best.items()}
        proofs |= {triple: found[1] for triple, found in best.items()}
        known |= best.keys()
    return proofs


class _Index:
    """Triples by predicate, by predicate and subject, and by predicate and object."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.p: dict[str, list[Triple]] = defaultdict(list)
        self.sp: dict[tuple[str, str], list[Triple]] = defaultdict(list)
        self.po: dict[tuple[str, str], list[Triple]] = defaultdict(list)
        for triple in sorted(triples):
            s, p, o = triple
            self.p[p].append(triple)
            self.sp[s, p].append(triple)
            self.po[p, o].append(triple)

    def find(self, s: str, p: str, o: str) -> list[Triple]:
        """Triples that may match; `?` terms are open."""
        if not s.startswith("?"):
            return self.sp.get((s, p), [])
        return self.po.get((p, o), []) if not o.startswith("?") else self.p.get(p, [])


def _match(
    body: tuple[Triple, ...], index: _Index, binding: dict[str, str], premises: tuple[Triple, ...]
) -> Iterator[tuple[dict[str, str], tuple[Triple, ...]]]:
    if not body:
        yield binding, premises
        return
    pattern = _fill(body[0], binding)
    for triple in index.find(*pattern):
        extended = dict(binding)
        if all(
            extended.setdefault(want, have) == have if want.startswith("?") else want == have
            for want, have in zip(pattern, triple, strict=True)
        ):
            yield from _match(body[1:], index, extended, (*premises, triple))


def _fill(pattern: Triple, binding: dict[str, str]) -> Triple:
    s, p, o = pattern
    return binding.get(s, s), p, binding.get(o, o)
