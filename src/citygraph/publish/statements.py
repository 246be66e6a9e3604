"""Triples said one after the other, in words that read like Turtle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from citygraph.publish.codes import Term, licence
from citygraph.vocabulary import TYPE, XSD, expand

_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z", re.ASCII)
_DATE_TYPES = {4: "gYear", 7: "gYearMonth", 10: "date"}

Value = str | ox.Literal


def text(words: str, language: str = "") -> ox.Literal:
    """A text, in a language where it is told."""
    return ox.Literal(words, language=language) if language else ox.Literal(words)


def typed(words: str | int, datatype: str) -> ox.Literal:
    """A literal of a datatype by its prefixed name."""
    return ox.Literal(str(words), datatype=ox.NamedNode(expand(datatype)))


def date(words: str) -> ox.Literal | str:
    """A day, month or year of ISO 8601; an empty text where it is none of them."""
    return typed(words, XSD + _DATE_TYPES[len(words)]) if _DAY.match(words) else ""


class Statements:
    """Collects triples, each once, in the order in which they are said."""

    def __init__(self) -> None:
        self._triples: dict[ox.Triple, None] = {}

    @property
    def triples(self) -> list[ox.Triple]:
        """What was said."""
        return list(self._triples)

    def say(self, subject: str, predicate: str, *values: Value) -> None:
        """Each value of a predicate: a literal, or an IRI or its prefixed name; an empty text says nothing."""
        for value in values:
            if value:
                term = ox.NamedNode(expand(value)) if isinstance(value, str) else value
                self._triples[ox.Triple(ox.NamedNode(subject), ox.NamedNode(expand(predicate)), term)] = None

    def node(self, iri: str, kind: str, **properties: Value | Iterable[Value]) -> str:
        """A node of a class with properties, `dcterms_title` for dcterms:title; its IRI."""
        self.say(iri, TYPE, kind)
        for name, value in properties.items():
            values = [value] if isinstance(value, str | ox.Literal) else value
            self.say(iri, name.replace("_", ":", 1), *values)
        return iri

    def term(self, term: Term) -> str:
        """A term of a code list, typed and labelled; its IRI."""
        self.say(term.iri, TYPE, "skos:Concept", *term.kinds)
        self.say(term.iri, "skos:inScheme", term.scheme)
        self.say(term.iri, "skos:prefLabel", text(term.label, "en"))
        return term.iri

    def document(self, iri: str) -> str:
        """A page; its IRI."""
        return iri and self.node(iri, "foaf:Document")

    def standard(self, iri: str, title: str = "") -> str:
        """What something conforms to; its IRI."""
        return self.node(iri, "dcterms:Standard", dcterms_title=text(title, "en") if title else "")

    def licence(self, iri: str) -> str:
        """A licence, with what is known of it; its IRI."""
        if not iri:
            return ""
        self.say(iri, TYPE, "dcterms:LicenseDocument")
        if known := licence(iri):
            self.say(iri, "dcterms:title", text(known.register or known.title, "en"))
            self.say(iri, "dcterms:identifier", text(known.name))
            self.say(iri, "dcterms:type", self.term(known.kind))
        return iri

    def agent(self, iri: str, name: str) -> str:
        """Someone with a name; nobody where there is none."""
        return self.node(iri, "foaf:Agent", foaf_name=text(name)) if name else ""


def texts(words: Mapping[str, str]) -> list[Value]:
    """A text in several languages."""
    return [text(said, language) for language, said in words.items()]
