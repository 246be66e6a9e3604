"""Look-ups in a graph for pages: values, names and kinds, straight from the store and each name read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from citygraph.explain import Explainer
from citygraph.owl.reason import INFERRED
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, DCTERMS, ID, RDFS, SKOS, TYPE, shorten

#: Kinds of things that have a page, the one that says most first.
KINDS = ("City", "Network", "Organisation", "Source", "Theme", "Group", "Place", "Entry", "Concept", "ConceptScheme")
#: Names that are kept; a page of the largest network names 1,000 things.
_KEPT = 200_000
_NAMING = (SKOS + "prefLabel", DCTERMS + "title", RDFS + "label")
_NODES: dict[str, ox.NamedNode] = {}

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def _valid(iri: str) -> bool:
    """Whether a text is an IRI by which things can be looked up; a graph that is read leniently has others."""
    try:
        ox.NamedNode(iri)
    except ValueError:
        return False
    return True


def natural(text: str) -> int:
    """The natural number that a text is; 0 where it is none, or none that could count rows or letters."""
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _node(iri: str) -> ox.NamedNode:
    """The node of a property."""
    if iri not in _NODES:
        _NODES[iri] = ox.NamedNode(iri)
    return _NODES[iri]


class Reader:
    """A graph as pages read it; `ontology` is the path of the file whose axioms made its inferences."""

    def __init__(self, store: ox.Store, ontology: str) -> None:
        self.store, self.ontology = store, ontology
        self._names: dict[str, dict[str, str]] = {}
        self._inferred = ox.NamedNode(INFERRED)

    def preload(self) -> None:
        """Read the files that are read but once: before the graph is there, or for a process that is to be quick."""
        _ = self._terms, self.explainer.rules

    def over(self, store: ox.Store) -> None:
        """Read this graph from now on; nothing of another one must have been read."""
        self.store = self.explainer.store = store

    def _find(self, s: str | None, p: str | None, o: str | None) -> Iterator[ox.Quad]:
        """The quads of a pattern of IRIs; none where a text is no IRI."""
        try:
            subject, value = (None if text is None else ox.NamedNode(text) for text in (s, o))
        except ValueError:
            return iter(())
        return iter(self.store.quads_for_pattern(subject, None if p is None else _node(p), value))

    def quads(self, iri: str) -> list[ox.Quad]:
        """Everything that is said of a thing, in no order; nothing where the text is no IRI."""
        return list(self._find(iri, None, None))

    def said(self, iri: str) -> dict[str, list[Term]]:
        """The values of each property of a thing, each once and in order."""
        found: dict[str, dict[Term, None]] = {}
        for quad in self.quads(iri):
            found.setdefault(quad.predicate.value, {})[quad.object] = None
        return {predicate: sorted(values, key=str) for predicate, values in sorted(found.items())}

    def values(self, iri: str, *predicates: str) -> list[str]:
        """The texts of the values of some properties, each once and in order."""
        found: set[str] = set()
        for predicate in predicates:
            for quad in self._find(iri, predicate, None):
                found.add(value_of(quad.object))
        return sorted(found)

    def one(self, iri: str, *predicates: str) -> str:
        """The first of those values; empty where there is none."""
        return next(iter(self.values(iri, *predicates)), "")

    def subjects(self, predicate: str, value: str) -> list[str]:
        """The things of which a property has an IRI as its value, in order."""
        return sorted({value_of(quad.subject) for quad in self._find(None, predicate, value)})

    def pointing(self, iri: str) -> dict[str, list[str]]:
        """The things that have an IRI as a value, by property."""
        found: dict[str, set[str]] = {}
        for quad in self._find(None, None, iri):
            found.setdefault(quad.predicate.value, set()).add(value_of(quad.subject))
        return {predicate: sorted(subjects) for predicate, subjects in found.items()}

    def pointed(self, iri: str) -> bool:
        """Whether anything has an IRI as a value."""
        return next(self._find(None, None, iri), None) is not None

    def stated(self, subject: str, predicate: str, value: str) -> bool:
        """Whether a source states a triple between IRIs; what reasoning added is not stated."""
        return any(quad.graph_name != self._inferred for quad in self._find(subject, predicate, value))

    def kinds(self, iri: str) -> list[str]:
        """The classes that a thing is in, those of the ontology and of SKOS without their namespace."""
        return [kind.removeprefix(CG).removeprefix(SKOS) for kind in self.values(iri, TYPE)]

    def kind(self, iri: str) -> str:
        """The one that says most; empty where the thing has none."""
        kinds = self.kinds(iri)
        return next((kind for kind in KINDS if kind in kinds), kinds[0] if kinds else "")

    def name(self, iri: str, language: str) -> str:
        """The name of a thing in a language, else in English, else any, else its key."""
        names = self._named(iri)
        return names.get(language) or names.get("en") or names.get("") or next(iter(names.values()), "") or shorten(iri)

    def _named(self, iri: str) -> Mapping[str, str]:
        """The names of a thing by language, the first of each in alphabetical order."""
        found = self._names.get(iri)
        if found is None:
            if len(self._names) > _KEPT:
                self._names.clear()
            found = self._names[iri] = self._terms[iri] if iri in self._terms else self._read_names(iri)
        return found

    def _read_names(self, iri: str) -> dict[str, str]:
        found: dict[str, str] = {}
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            return found
        for predicate in _NAMING:
            for quad in self.store.quads_for_pattern(node, _node(predicate), None):
                if isinstance(quad.object, ox.Literal) and quad.object.value.strip():
                    language, text = quad.object.language or "", quad.object.value
                    found[language] = min(found.get(language, text), text)
        return dict(sorted(found.items()))

    @cached_property
    def _terms(self) -> dict[str, dict[str, str]]:
        """Names of the ontology's own terms."""
        found: dict[str, dict[str, str]] = {}
        for quad in ox.parse(path=self.ontology):
            if quad.predicate.value == RDFS + "label" and isinstance(quad.object, ox.Literal):
                found.setdefault(value_of(quad.subject), {})[quad.object.language or ""] = quad.object.value
        return found

    @cached_property
    def explainer(self) -> Explainer:
        """Proofs over this graph."""
        return Explainer(self.store, self.ontology)

    def things(self) -> list[tuple[str, str]]:
        """Everything that has a page, with its kind, in order of IRIs."""
        found: dict[str, list[str]] = {}
        for quad in self.store.quads_for_pattern(None, _node(TYPE), None):
            subject, kind = value_of(quad.subject), value_of(quad.object)
            if subject.startswith(ID) and not subject.startswith((CLAIM, ID + "row/")):
                found.setdefault(subject, []).append(kind.removeprefix(CG).removeprefix(SKOS))
        return [
            (iri, next((kind for kind in KINDS if kind in kinds), min(kinds)))
            for iri, kinds in sorted(found.items()) if _valid(iri)
        ]  # fmt: skip

    def parts(self, subject: str) -> Iterator[Any]:
        """The quads that make up a claim: its own, and those of its dates and quotes."""
        for quad in self.quads(subject):
            yield quad
            if isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(f"{subject}."):
                yield from self._find(quad.object.value, None, None)
