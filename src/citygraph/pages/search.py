"""Things by name: names folded, so that neither case nor accents matter, and an index that finds a part of one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from citygraph.pages import paths
from citygraph.pages.reader import Reader
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, DCTERMS, SKOS

#: Things that a search lists, and signs of a name that are looked at.
FOUND, LONGEST = 50, 300
#: Letters that no accent makes of a plain one.
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def folded(text: str) -> str:
    """A text as it is compared: in small letters, without accents, its spaces single."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


@dataclass(frozen=True)
class Hit:
    """A thing that was found, by the name that holds the words."""

    iri: str
    name: str
    kind: str = ""
    country: str = ""


class Names:
    """The names of all things that have a page."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._told = sorted({(folded(name[:LONGEST]), name, iri) for name, iri in _names(reader.store)})
        #: All of them in one text, each after a line end: one look finds which holds some words.
        self._text = "\n".join(["", *(name for name, _, _ in self._told), ""])
        self._starts = [0]
        for name, _, _ in self._told:
            self._starts.append(self._starts[-1] + len(name) + 1)

    def find(self, words: str, most: int = FOUND) -> list[Hit]:
        """Things of which a name holds the words: first those that are called so, then those that begin so."""
        wanted = folded(words[:LONGEST])
        if not wanted:
            return []
        found: dict[str, str] = {}
        for pattern in (f"\n{wanted}\n", f"\n{wanted}", wanted):
            for at in self._places(pattern):
                _, name, iri = self._told[at]
                found.setdefault(iri, name)
                if len(found) >= most:
                    return self._hits(found)
        return self._hits(found)

    def _places(self, pattern: str) -> Iterator[int]:
        """The numbers of the names that hold a text."""
        from bisect import bisect_right

        at = self._text.find(pattern)
        while at >= 0:
            number = bisect_right(self._starts, at if pattern[0] == "\n" else at - 1) - 1
            yield number
            at = self._text.find(pattern, self._starts[number + 1])

    def _hits(self, found: dict[str, str]) -> list[Hit]:
        read = self._reader
        return [Hit(iri, name, read.kind(iri), read.one(iri, CG + "country")) for iri, name in found.items()]


def _names(store: ox.Store) -> Iterator[tuple[str, str]]:
    refers = ox.NamedNode(CG + "refersTo")
    entries = {quad.subject for quad in store.quads_for_pattern(None, refers, None)}
    for predicate in (SKOS + "prefLabel", SKOS + "altLabel", DCTERMS + "title"):
        for quad in store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            if quad.subject not in entries and paths.page(iri := value_of(quad.subject)):
                yield value_of(quad.object), iri
