"""JSON-LD nodes to quads, by the one context, compiled.

A table has a hundred thousand nodes in the words of the context. What of JSON-LD 1.1 the context and the nodes use is
compiled here to look-ups, held to pyoxigraph's own reader by a test; a context that uses more stops with its name.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pyoxigraph as ox

from citygraph.rdf.columns import Collector
from citygraph.vocabulary import TYPE, context, expand, term_of_key

JsonNode = dict[str, Any]

_SPECIAL = re.compile('[\x00-\x1f"\\\\\x7f\ufffe\uffff]')
_KEYWORDS = {"id": "@id", "type": "@type"}
_IRI, _BY_LANGUAGE = "@id", "@language"


class UnknownContextError(ValueError):
    """The context holds what the compiler does not know."""


@cache
def _ways() -> dict[str, tuple[str, str]]:
    """Key of a node to its predicate and what follows the words of a literal in N-Triples, or what else a value is."""
    ways: dict[str, tuple[str, str]] = {}
    for key, predicate in term_of_key().items():
        meant = context()[key]
        told = dict(meant) if isinstance(meant, dict) else {}
        told.pop("@id", None)
        match told:
            case {"@type": "@id", **rest}:
                end = _IRI
            case {"@type": str(datatype), **rest}:
                end = f"^^<{expand(datatype)}>"
            case {"@container": "@language", **rest}:
                end = _BY_LANGUAGE
            case {"@language": str(language), **rest}:
                end = f"@{language}"
            case rest:
                end = ""
        if rest:
            raise UnknownContextError(f"{key}: {', '.join(rest)}")
        ways[key] = f"<{predicate}>", end
    return ways


class NodeWriter:
    """Writes nodes as quads into a collector."""

    def __init__(self, collector: Collector) -> None:
        if {key: context().get(key) for key in _KEYWORDS} != _KEYWORDS:
            raise UnknownContextError("id and type are not @id and @type")
        self.collector = collector
        number = collector.terms.number
        self._ways = {key: (number(predicate), end) for key, (predicate, end) in _ways().items()}
        self._made: dict[tuple[str, str], tuple[int, Callable[[str], int]]] = {}
        self._type = number(f"<{TYPE}>")

    def write(self, graph: str, nodes: Iterable[JsonNode]) -> None:
        """The quads of nodes in a named graph. A key that is no key of the context is the IRI of a predicate."""
        name = self.iri(graph)
        for node in nodes:
            subject = self.iri(node["id"])
            if subject is None or name is None:
                continue  # what is no IRI is no node: what names it so has been told as a problem
            for key, told in node.items():
                if key != "id":
                    self._say(subject, key, told, name)

    def way(self, key: str, language: str = "") -> tuple[int, Callable[[str], int]]:
        """The predicate that a key is, and what makes the object of a text; that raises ValueError where an IRI
        belongs and the text is none."""
        if (key, language) not in self._made:
            self._made[key, language] = self._way(key, language)
        return self._made[key, language]

    def _way(self, key: str, language: str) -> tuple[int, Callable[[str], int]]:
        if key == "type":
            return self._type, lambda told: self._named(term_of_key().get(told, told))
        numbers, number = self.collector.terms.numbers, self.collector.terms.number
        predicate, end = self._ways[key] if key in self._ways else (number(f"<{key}>"), "")
        if end == _IRI:
            return predicate, self._named
        end = f"@{language}" if end == _BY_LANGUAGE else end
        special = _SPECIAL.search

        def literal(text: str) -> int:
            written = (str(ox.Literal(text)) if special(text) else f'"{text}"') + end
            found = numbers.get(written)
            return number(written) if found is None else found

        return predicate, literal

    def _say(self, subject: int, key: str, told: Any, graph: int) -> None:
        by_language = self._ways.get(key, (0, ""))[1] == _BY_LANGUAGE
        for language, texts in told.items() if by_language else (("", told),):
            predicate, make = self.way(key, language)
            for text in texts if isinstance(texts, list) else (texts,):
                with contextlib.suppress(ValueError):  # what is no IRI has been told as a problem
                    self.collector.add(subject, predicate, make(text), graph)

    def _named(self, text: str) -> int:
        found = self.iri(text)
        if found is None:
            raise ValueError(f"{text!r} is no IRI")
        return found

    def iri(self, text: str) -> int | None:
        """The number of an IRI; None for a text that is none."""
        terms, written = self.collector.terms, f"<{text}>"
        found = terms.numbers.get(written)
        if found is None:
            try:
                ox.NamedNode(text)
            except ValueError:
                return None
            found = terms.number(written)
        return found
