"""Where a claim or a triple comes from: the rule, the claims, the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyoxigraph as ox

from citygraph.near import nearest
from citygraph.owl.backward import proofs_of
from citygraph.owl.reason import INFERRED, triples_of, worthwhile
from citygraph.owl.rules import Proof, Rule, Triple, compile_rules, ontology_triples, prove
from citygraph.problems import CitygraphError
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import (
    CG,
    CLAIM,
    DATE_KEYS,
    DCTERMS,
    ID,
    OA,
    SKOS,
    TYPE,
    expand,
    owner,
    shorten,
    term_of_key,
)  # fmt: skip

#: A triple's texts, any of them open.
Open = tuple[str | None, str | None, str | None]


@dataclass(frozen=True)
class Tree:
    """A triple with how it came to be: a rule and premises, or the claim that states it."""

    triple: Triple
    rule: Rule | None
    premises: tuple[Tree, ...]
    words: str


class Explainer:
    """Proofs over the quads of one graph, each made of what it can rest on.

    Only where the graph has not got its inferences, as when one file of a release is asked, is the closure ranked.
    """

    def __init__(self, store: ox.Store, ontology: str) -> None:
        """`ontology` is the path of the file whose axioms made the inferences."""
        self.store = store
        self._ontology = ontology
        self._with_words: dict[str, bool] = {}

    @cached_property
    def asserted(self) -> set[Triple]:
        """Triples between IRIs that a source, the registry or the themes state."""
        return triples_of(quad for quad in self.store if quad.graph_name != ox.NamedNode(INFERRED))

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules of the ontology."""
        return compile_rules(ontology_triples(self._ontology))

    @cached_property
    def proofs(self) -> dict[Triple, Proof]:
        """A proof of everything that follows."""
        return prove(self.asserted, self.rules, self._weight)

    def proof(self, triple: Triple) -> dict[Triple, Proof]:
        """The proof of a triple and of what it rests on, as `proofs` has them; empty where it does not follow."""
        if not self._concluded or not worthwhile(triple):
            return self.proofs
        kept = INFERRED in {value_of(quad.graph_name) for quad in self._find(triple)}
        # A type that follows may have been left out, since it restates another.
        if not kept and triple[1] != TYPE:
            return {}
        found = proofs_of(triple, self.rules, self._stated, self._weight)
        return self.proofs if kept and not found else found

    @cached_property
    def _concluded(self) -> bool:
        """Whether the graph holds what follows from it."""
        inferred = self.store.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED))
        return next(iter(inferred), None) is not None

    def _weight(self, triple: Triple) -> int:
        """Words before references: a reader should see the sentence where there is one."""
        return int(triple[0].startswith(CLAIM) and not self._worded(owner(triple[0])))

    def _worded(self, claim: str) -> bool:
        if claim not in self._with_words:
            quoted = self._find((f"{claim}.quote", OA + "exact", None))
            self._with_words[claim] = next(quoted, None) is not None
        return self._with_words[claim]

    def _find(self, pattern: Open) -> Iterator[ox.Quad]:
        """The quads of a pattern; none where a text in it is no IRI."""
        try:
            s, p, o = (None if term is None else ox.NamedNode(term) for term in pattern)
        except ValueError:
            return iter(())
        return iter(self.store.quads_for_pattern(s, p, o))

    def _stated(self, pattern: Open) -> set[Triple]:
        """The asserted triples of a pattern."""
        return triples_of(quad for quad in self._find(pattern) if value_of(quad.graph_name) != INFERRED)

    def explain(self, terms: Sequence[str], language: str = "en", literal: str = "") -> str:
        """One term: a claim. Three: a triple. Raises CitygraphError where the graph has no such thing.

        `literal` is the object's text where the triple may end in a literal.
        """
        if len(terms) == 1:
            return "".join(f"{line}\n" for line in self._one_term(terms[0], language))
        if len(terms) != 3:
            raise CitygraphError("explain takes a claim, or a triple: subject, predicate and object")
        s, p, o = _iri(terms[0]), _predicate(terms[1]), terms[2]
        found = self._literal(s, p, literal or o)
        if found is not None:
            return f"{shorten(s)} {shorten(p)} {found}\n└ {self._words(s)}\n"
        return "".join(f"{line}\n" for line in _lines(self.tree((s, p, _iri(o))), "", ""))

    def tree(self, triple: Triple) -> Tree:
        """The proof of a triple, down to the claims; raises CitygraphError where it neither stands nor follows."""
        proofs = {} if self._stated(triple) else self.proof(triple)
        if triple not in proofs and not self._stated(triple):
            said = " ".join(map(shorten, triple))
            raise CitygraphError(f"not in the graph: {said}; {self._instead(triple)}")
        return self._grown(triple, proofs)

    def _grown(self, triple: Triple, proofs: Mapping[Triple, Proof]) -> Tree:
        proof = proofs.get(triple)
        if proof is None:
            return Tree(triple, None, (), self._words(triple[0]))
        return Tree(triple, proof.rule, tuple(self._grown(premise, proofs) for premise in proof.premises), "")

    def _instead(self, triple: Triple) -> str:
        """What holds between the same two, or why nothing can."""
        subject, predicate, value = triple
        proofs = {} if self._concluded else self.proofs
        between = triples_of(self._find((subject, None, value)))
        holds = {p for _, p, _ in between} | {p for s, p, o in proofs if (s, o) == (subject, value)}
        if holds:
            return "what holds between them: " + ", ".join(sorted(map(shorten, holds)))
        if not self._uses(predicate) and not any(p == predicate for _, p, _ in proofs):
            words = {TYPE, *term_of_key().values()} | {p for rule in self.rules for _, p, _ in (*rule.body, rule.head)}
            known = {shorten(p) for p in words if self._uses(p)} | {shorten(p) for _, p, _ in proofs}
            return nearest(shorten(predicate), known) or f"nothing here uses {shorten(predicate)}"
        return "no source says it and no rule gives it"

    def _uses(self, predicate: str) -> bool:
        return next(self._find((None, predicate, None)), None) is not None

    def _one_term(self, word: str, language: str) -> Iterator[str]:
        """A claim in full; of a thing, the claims that name it, a line each."""
        iri = _iri(word if word.startswith(("claim/", "http")) or "/" not in word else f"claim/{word}")
        if iri.startswith(CLAIM) and self._objects(iri, CG + "source"):
            yield from self.claim(iri, language)
            return
        if meant := self._one(iri, CG + "refersTo"):
            yield f"{shorten(iri)} “{self._label(iri, language)}” is {shorten(meant)}: {self._one(iri, CG + 'note')}"
            yield from self._listings(iri)
            return
        naming = self._stated((None, None, iri))
        about = sorted({s for s, p, _ in naming if s.startswith(CLAIM) and p.startswith(CG)})
        about = [claim for claim in about if self._objects(claim, CG + "source")]
        if not about:
            raise CitygraphError(f"{word!r} is not a claim of this graph, and no claim names it")
        for claim in about:
            yield f"{shorten(claim)}: " + "; ".join(self._says(claim, language))

    def claim(self, iri: str, language: str = "en") -> Iterator[str]:
        """A claim for people: what it says, its words with the sentence around them, and a citation."""
        yield f"claim    {shorten(iri)}"
        kind = next((o for o in self._objects(iri, TYPE) if o.startswith(CG) and o != CG + "Claim"), "")
        yield f"says     {shorten(kind).removeprefix('cg:')}: " + "; ".join(self._says(iri, language))
        yield f"reading  {self._one(iri, CG + 'reading')}"
        for note in self._objects(iri, CG + "note"):
            yield f"note     {note}"
        for evidence in self._objects(iri, CG + "evidence"):
            yield from self._quoted(evidence, "words", self._objects(iri, CG + "column"))
        for context in self._objects(iri, CG + "context"):
            yield from self._quoted(context, "context")
        source = self._one(iri, CG + "source")
        yield f"cite     {self.citation(source)} Claim: {iri}"

    def citation(self, source: str) -> str:
        """Author: “Title”. Publisher, date. Address."""
        return cited(lambda predicate: self._one(source, predicate))

    def _quoted(self, node: str, name: str, columns: Sequence[str] = ()) -> Iterator[str]:
        exact = self._one(node, OA + "exact")
        if number := self._one(node, CG + "rowNumber"):
            version = self._one(self._one(node, DCTERMS + "source"), "http://schema.org/version")
            told = ", ".join(columns)
            yield f"row      {number} ({self._one(node, CG + 'rowKey')}) of {version or 'the table'}: {told}"
            if exact:
                yield f"{name:8} »{exact}«"
            for entry in self.store.quads_for_pattern(None, ox.NamedNode(CG + "listedIn"), ox.NamedNode(node)):
                listed = value_of(entry.subject)
                if meant := self._one(listed, CG + "refersTo"):
                    why = self._one(listed, CG + "note")
                    yield f"listed   {shorten(listed)} “{self._label(listed, 'en')}” is {shorten(meant)}: {why}"
            return
        if not exact:
            yield f"{name:8} (a reference: the words of the page are not kept)"
            return
        at = f"{self._one(node, OA + 'start')}-{self._one(node, OA + 'end')}"
        yield f"{name:8} {self._one(node, OA + 'prefix')}»{exact}«{self._one(node, OA + 'suffix')}  ({at})"

    def _says(self, iri: str, language: str) -> Iterator[str]:
        skip = {TYPE} | {CG + name for name in ("reading", "note", "evidence", "context", "source", "column")}
        skip |= {CG + name for name in ("activeNetwork", "presumedNetwork", "activeWhole", "activeTwin")}
        dates = {term_of_key()[key] for key in DATE_KEYS}
        order = list(term_of_key().values())
        told = [q for q in self._about(iri) if value_of(q.predicate) in order]
        for quad in sorted(told, key=lambda q: (order.index(value_of(q.predicate)), str(q.object))):
            predicate = value_of(quad.predicate)
            if predicate in skip or not predicate.startswith(CG):
                continue
            value = value_of(quad.object)
            if predicate in dates:
                value = self._one(value, CG + "edtf")
            elif isinstance(quad.object, ox.NamedNode):
                value = self._label(value, language)
            yield f"{shorten(predicate).removeprefix('cg:')} {value}"

    def _words(self, subject: str) -> str:
        """The words of the claim that a subject is or belongs to; else which register states it."""
        if not subject.startswith(CLAIM):
            if listing := next(self._listings(subject), ""):
                return listing
            return f"stated of {shorten(subject)} itself, in the registry, the themes or its source"
        iri = owner(subject)
        source = shorten(self._one(iri, CG + "source"))
        exact = next((self._one(e, OA + "exact") for e in self._objects(iri, CG + "evidence")), "")
        reading = self._one(iri, CG + "reading")
        rows = [number for e in self._objects(iri, CG + "evidence") if (number := self._one(e, CG + "rowNumber"))]
        words = f"“{exact}”" if exact else f"row {rows[0]}" if rows else "a reference, words not kept"
        return f"{reading} in {source}: {words}"

    def _listings(self, iri: str) -> Iterator[str]:
        """The rows of tables that list a thing."""
        for row in self._objects(iri, CG + "listedIn"):
            yield f"listed in {shorten(self._one(row, DCTERMS + 'source'))}: row {self._one(row, CG + 'rowNumber')}"

    def _literal(self, s: str, p: str, text: str) -> str | None:
        found = [q.object for q in self._about(s) if value_of(q.predicate) == p and isinstance(q.object, ox.Literal)]
        return next((str(o) for o in found if text in (o.value, str(o))), None)

    def _about(self, iri: str) -> list[ox.Quad]:
        return [q for q in self._find((iri, None, None)) if value_of(q.graph_name) != INFERRED]

    def _objects(self, iri: str, predicate: str) -> list[str]:
        return sorted(value_of(q.object) for q in self._about(iri) if value_of(q.predicate) == predicate)

    def _one(self, iri: str, predicate: str) -> str:
        return next(iter(self._objects(iri, predicate)), "")

    def _label(self, iri: str, language: str) -> str:
        name = ox.NamedNode(SKOS + "prefLabel")
        labels = [q.object for q in self._about(iri) if q.predicate == name and isinstance(q.object, ox.Literal)]
        found = {label.language: label.value for label in labels}
        return found.get(language) or found.get("en") or next(iter(found.values()), "") or shorten(iri)


def cited(told: Callable[[str], str]) -> str:
    """The citation of a source of which a function tells the value of a predicate, empty where it has none."""
    if whole := told(DCTERMS + "bibliographicCitation"):
        return whole + "."
    author, title = told(DCTERMS + "creator"), told(DCTERMS + "title")
    where = ", ".join(filter(None, (told(DCTERMS + "publisher"), told(DCTERMS + "issued"))))
    parts = [f"{author}: “{title}”." if author else f"“{title}”.", where + ".", told("http://schema.org/url")]
    return " ".join(part for part in parts if part.strip("."))


def _lines(tree: Tree, first: str, rest: str) -> Iterator[str]:
    yield first + " ".join(map(shorten, tree.triple))
    if tree.rule is None:
        yield f"{rest}└ {tree.words}"
        return
    yield f"{rest}└ by {tree.rule.kind}: {tree.rule.axiom}"
    for number, premise in enumerate(tree.premises):
        last = number == len(tree.premises) - 1
        yield from _lines(premise, f"{rest}  {'└' if last else '├'} ", f"{rest}  {' ' if last else '│'} ")


def _iri(word: str) -> str:
    word = word.removeprefix("<").removesuffix(">")
    if word.startswith(("http://", "https://")):
        return word
    expanded = expand(word)
    if expanded != word:
        return expanded
    if word[:1].isupper():
        return CG + word
    return CLAIM + word if "/" in word and not word.startswith("claim/") else ID + word


def _predicate(word: str) -> str:
    if word in ("a", "type"):
        return TYPE
    known = term_of_key().get(word)
    iri = _iri(word)
    return known or (CG + word if iri == ID + word else iri)
