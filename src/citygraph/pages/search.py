"""Search by name: letters folded, an index of all names, and the same in small files for a site without a server.

static/search.js folds and ranks as this module does; a test holds the one against the other.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from citygraph.pages import paths
from citygraph.pages.reader import KINDS, Reader
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, DCTERMS, ID, LANGUAGES, RDFS, SKOS

#: Hits that a search gives, and the longest text and the most words of one that are looked for.
FOUND, LONGEST, WORDS = 50, 300, 8
#: Letters that are no letter with a mark, yet are typed as others.
LETTERS = {
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i", "ŋ": "ng",
    "ς": "σ", "ŧ": "t", "ĸ": "k", "ə": "e", "ƒ": "f",
}  # fmt: skip
_FOLDS = str.maketrans(LETTERS)
_WORD = re.compile(r"[^\W_]+")
_NAMING = (SKOS + "prefLabel", DCTERMS + "title", RDFS + "label", SKOS + "altLabel")
#: From this sign on, a single one is a word that people look for: Chinese, Japanese, Korean.
_WIDE = "\u2e80"
#: Longest name that is kept; longer ones are cut.
_NAME = 300


def fold(text: str) -> str:
    """Text as it is compared: small letters without marks, words parted by one space; empty where it has no word."""
    if text.isascii():
        return " ".join(_WORD.findall(text.lower()))
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    bare = "".join(sign for sign in plain if unicodedata.category(sign)[0] != "M").translate(_FOLDS)
    return " ".join(_WORD.findall(unicodedata.normalize("NFC", bare)))


@dataclass(frozen=True)
class Named:
    """A thing with all its names, each once; `shown` are the places of those it has in LANGUAGES."""

    iri: str
    kind: str
    country: str
    names: tuple[str, ...]
    shown: tuple[int, ...]


@dataclass(frozen=True)
class Hit:
    """A thing that was found, by which of its names; rank 0 whole, 1 its beginning, 2 beginnings of words, 3 inside."""

    iri: str
    kind: str
    country: str
    name: str
    rank: int


class Index:
    """All names of a graph, folded."""

    def __init__(self, things: Sequence[Named]) -> None:
        self.things = things
        self.names = [(at, name, f" {fold(name)} ") for at, one in enumerate(things) for name in one.names]
        self._folded = [folded for _, _, folded in self.names]

    def holding(self, piece: str) -> Iterator[int]:
        """The numbers of the names that hold a piece of folded text."""
        return (number for number, folded in enumerate(self._folded) if piece in folded)


def read(reader: Reader) -> Index:
    """The index of a graph. A table's entry that refers to a thing is not found itself: its names are the thing's."""
    meant, countries = (
        dict(sorted((value_of(quad.subject), value_of(quad.object)) for quad in _quads(reader, CG + name)))
        for name in ("refersTo", "country")
    )
    things = dict(reader.things())
    names: dict[str, dict[str, None]] = {}
    for predicate in _NAMING:
        told = ((value_of(quad.subject), quad.object) for quad in _quads(reader, predicate))
        for iri, name in sorted((iri, value_of(term)) for iri, term in told if isinstance(term, ox.Literal)):
            of = meant.get(iri, iri)
            if of in things and (clean := " ".join(name.split())[:_NAME]) and fold(clean):
                names.setdefault(of, {})[clean] = None
    found = []
    for iri, kind in things.items():
        if iri in names and iri not in meant:
            shown = [" ".join(reader.name(iri, language).split())[:_NAME] for language in LANGUAGES]
            every = tuple(dict.fromkeys([*shown, *names[iri]]))
            country = countries.get(iri, "")
            found.append(Named(iri, kind, country, every, tuple(map(every.index, shown))))
    return Index(found)


def _quads(reader: Reader, predicate: str) -> Iterator[ox.Quad]:
    return iter(reader.store.quads_for_pattern(None, ox.NamedNode(predicate), None))


def find(index: Index, words: str, most: int = FOUND) -> list[Hit]:
    """The things that have all words in one of their names, the best first: rank, then kind, then the shorter name."""
    wanted = fold(words[:LONGEST]).split()[:WORDS]
    if not wanted:
        return []
    whole = f" {' '.join(wanted)}"
    pieces = [_piece(word, alone=all(map(_letter, wanted))) for word in wanted]
    best: dict[int, tuple[int, int, int, str, str]] = {}
    for number in index.holding(max(pieces, key=len)):
        at, name, folded = index.names[number]
        if all(piece in folded for piece in pieces):
            order = (_rank(folded, whole, wanted), _order(index.things[at].kind), len(folded), folded, name)
            best[at] = min(best.get(at, order), order)
    ordered = sorted(best.items(), key=lambda item: (item[1][:4], index.things[item[0]].iri))[:most]
    return [
        Hit(index.things[at].iri, index.things[at].kind, index.things[at].country, order[4], order[0])
        for at, order in ordered
    ]


def _letter(word: str) -> bool:
    """Whether a word is a single letter, which begins too many names to be looked for as a beginning."""
    return len(word) == 1 and word < _WIDE


def _piece(word: str, *, alone: bool) -> str:
    """What a name must hold for a word: short ones count where a word begins, single letters alone as whole words."""
    if alone:
        return f" {word} "
    return word if len(word) > (1 if word >= _WIDE else 2) else f" {word}"


def _rank(folded: str, whole: str, wanted: Sequence[str]) -> int:
    if folded.startswith(whole):
        return 0 if folded == f"{whole} " else 1
    return 2 if all(f" {word}" in folded for word in wanted) else 3


def _order(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


def grams(folded: str) -> tuple[set[str], set[str]]:
    """The two letters with which its words begin, and all two letters that stand beside each other in a word.

    A word of one letter, and the first sign of a word in a script that has a sign for each syllable, stand alone.
    """
    begins, inside = set(), set()
    for word in folded.split():
        begins.add(word[:2])
        if word[0] >= _WIDE:
            begins.add(word[0])
        inside |= {word[at : at + 2] for at in range(len(word) - 1)}
    return begins, inside


def file_of(gram: str) -> str:
    """The name of a gram's file without an ending: a to z and digits as they are, other letters by number."""
    plain = gram.isascii() and gram.isalnum()
    return f"{gram}-" if plain else "-".join(f"{ord(sign):x}" for sign in gram)


def shards(index: Index) -> Iterator[tuple[str, bytes]]:
    """The files of a site's search: `search/begin/` by how words begin, `search/in/` by what they hold, and which
    there are with how many things in each.

    A search of which all words count where a word begins needs one file of the first; any other the smallest of the
    second.
    """
    kept: dict[str, dict[str, list[int]]] = {"begin": {}, "in": {}}
    for at, one in enumerate(index.things):
        for folder, found in zip(kept, _grams_of(one), strict=True):
            for gram in found:
                kept[folder].setdefault(gram, []).append(at)
    kinds = list(dict.fromkeys(one.kind for one in index.things))
    rows = [_json(_row(one, kinds)) for one in index.things]
    for folder, of in kept.items():
        for gram, places in sorted(of.items()):
            text = ",\n".join(rows[at] for at in places)
            yield f"search/{folder}/{file_of(gram)}.json", f"[{text}]\n".encode()
    sizes = {folder: {gram: len(places) for gram, places in sorted(of.items())} for folder, of in kept.items()}
    yield "search/index.json", f"{_json({'kinds': kinds, 'order': list(map(_order, kinds)), **sizes})}\n".encode()


def _grams_of(one: Named) -> tuple[list[str], list[str]]:
    both = [grams(fold(name)) for name in one.names]
    return sorted(set().union(*(begins for begins, _ in both))), sorted(set().union(*(inside for _, inside in both)))


def _row(one: Named, kinds: Sequence[str]) -> list[object]:
    """File, kind, country, names, and which of them is shown in each language where it is not the first in all."""
    row: list[object] = [paths.file_name(one.iri[len(ID) :]), kinds.index(one.kind), one.country, list(one.names)]
    return [*row, list(one.shown)] if any(one.shown) else row


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace").decode()
