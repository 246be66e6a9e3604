"""JSON-LD in the words of the sheets, by the one context."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from citygraph.rdf.columns import Mask, Numbers, literal, value
from citygraph.rdf.ranks import Ordered
from citygraph.rdf.words import Texts, Words, packed
from citygraph.vocabulary import ID, LANGUAGE_KEYS, TYPE, XSD, context, key_of_term, references

_REFERENCE = "@id"  # what kind of value an IRI is; a text in a language is "@en", any other literal its datatype
_BLANK = ""
#: How a value is written: as the context takes it back under its key, with all that it is, as a type.
_SHORT, _WHOLE, _TYPE = 0, 1, 2
_json = json.JSONEncoder(ensure_ascii=False).encode


def jsonld(quads: Ordered, words: Words) -> Iterator[str]:
    """The one context, then each named graph with its nodes, a line a node; as packed texts."""
    writer = _Writer(quads, words)
    yield packed('{\n"@context": ' + _json(context()) + ',\n"@graph": [')
    graph = -1
    for columns in quads.chunks():
        g = columns[0]
        starts = [0, *(np.flatnonzero(g[1:] != g[:-1]) + 1).tolist(), len(g)]
        for start, end in pairwise(starts):
            if g[start] != graph:
                yield "\n" if graph < 0 else "\n]},\n"
                graph = int(g[start])
                yield packed(_json({"id": quads.terms.texts[graph][1:-1]})[:-1] + ', "@graph": [\n')
            else:
                yield ",\n"
            yield writer.nodes(*(column[start:end] for column in columns[1:]))
    yield "\n]}\n]}\n" if graph >= 0 else "\n]}\n"


class _Writer:
    """Writes nodes, whole ones at a time."""

    def __init__(self, quads: Ordered, words: Words) -> None:
        self.words = words
        self.sorts = [_sort(space) for space in words.spaces]
        self.languages = [_json(sort[1:]) if sort[:1] == "@" else "" for sort in self.sorts]
        self.texts: list[Texts] = [np.empty(len(quads.terms.texts), dtype=object) for _ in range(3)]
        self.made: list[Mask] = [np.zeros(len(quads.terms.texts), dtype=bool) for _ in range(3)]
        predicates = quads.tables[2]
        self.place = np.zeros(len(quads.terms.texts), dtype=np.int32)
        self.place[predicates] = np.arange(len(predicates), dtype=np.int32)
        iris = [value(quads.terms.texts[number]) for number in predicates.tolist()]
        self.is_type = np.array([iri == TYPE for iri in iris], dtype=bool)
        self.by_language = np.array([key_of_term().get(iri) in LANGUAGE_KEYS for iri in iris], dtype=bool)
        sorts = sorted(set(self.sorts))
        self.sort_of_space = np.array([sorts.index(sort) for sort in self.sorts], dtype=np.int32)
        keys = [key_of_term().get(iri) for iri in iris]
        self.fits = np.array([[key is not None and _fits(key, sort) for sort in sorts] for key in keys], dtype=bool)
        self.fits = self.fits.reshape(len(iris), len(sorts))
        self.names = _names(iris, keys)

    def nodes(self, s: Numbers, p: Numbers, o: Numbers) -> str:
        """The nodes of some quads of a graph, a line each, the last without its end."""
        new = np.ones(len(s), dtype=bool)
        new[1:] = s[1:] != s[:-1]
        first = new.copy()  # of the values of a subject's predicate
        first[1:] |= p[1:] != p[:-1]
        starts = np.flatnonzero(first)
        sizes = np.diff(starts, append=len(s))
        verbs = self.place[p[starts]]
        typed = self.is_type[verbs]
        fits = np.logical_and.reduceat(self.fits[self.place[p], self.sort_of_space[self.words.space[o]]], starts)
        ways = np.where(typed, _TYPE, np.where(fits, _SHORT, _WHOLE)).astype(np.int8)
        values = self._values(o, np.repeat(ways, sizes))
        mapped = fits & self.by_language[verbs] & ~typed
        many = (sizes > 1) & ~mapped
        closing = np.zeros(len(starts), dtype=bool)  # whether a list ended before
        closing[1:] = many[:-1]
        leads: Texts = np.full(len(s), ", ", dtype=object)
        leads[starts] = self.names[verbs, (ways != _WHOLE).astype(np.int8), many.astype(np.int8)]
        inner = starts[~new[starts]]
        leads[inner] = ", " + leads[inner]
        begun = starts[new[starts]]
        leads[begun] = '},\n{"id": ' + self._values(s[begun], np.zeros(len(begun), dtype=np.int8)) + ", " + leads[begun]
        leads[starts[closing]] = "]" + leads[starts[closing]]
        leads[0] = leads[0][len("},\n") :]
        for at in np.flatnonzero(mapped).tolist():
            start, end = int(starts[at]), int(starts[at] + sizes[at])
            values[start] = self._by_language(o[start:end].tolist(), values[start:end].tolist())
            values[start + 1 : end] = leads[start + 1 : end] = ""
        pieces: Texts = np.empty((len(s), 2), dtype=object)
        pieces[:, 0], pieces[:, 1] = leads, values
        return "".join(pieces.ravel().tolist()) + ("]}" if many[-1] else "}")

    def _values(self, numbers: Numbers, ways: npt.NDArray[np.int8]) -> Texts:
        """The texts of terms in these ways, made at the first use of each."""
        values: Texts = np.empty(len(numbers), dtype=object)
        for way, (texts, made) in enumerate(zip(self.texts, self.made, strict=True)):
            here = np.flatnonzero(ways == way)
            some = numbers[here]
            for number in set(some[~made[some]].tolist()):
                texts[number] = self._text(number, way)
            made[some] = True
            values[here] = texts[some]
        return values

    def _text(self, number: int, way: int) -> str:
        plain: str = self.words.plain[number]
        sort = self.sorts[self.words.space[number]]
        if sort == _REFERENCE and way == _SHORT:
            return f'"{plain[_START:-1] if plain.startswith(_OURS) and len(plain) > _START + 1 else plain[1:-1]}"'
        if sort == _REFERENCE:
            iri = value(plain)
            return f'{{"@id": "{iri}"}}' if way == _WHOLE else _json(key_of_term().get(iri, iri))
        if sort == _BLANK:
            if way == _SHORT:
                return f'"{plain[2:]}"'
            raise TypeError(f"exported data holds no {plain}")
        text = plain[: plain.rindex('"') + 1]
        if "\\" in text:
            text = packed(_json(literal(self.words.terms.texts[number])[0]))
        if way == _SHORT:
            return text
        if way == _TYPE:
            return text
        told = f'"@language": {_json(sort[1:])}' if sort[:1] == "@" else f'"@type": {packed(_json(sort))}'
        return f'{{"@value": {text}, {told}}}'

    def _by_language(self, numbers: Sequence[int], texts: Sequence[str]) -> str:
        found: dict[str, list[str]] = {}
        for number, text in zip(numbers, texts, strict=True):
            found.setdefault(self.languages[self.words.space[number]], []).append(text)
        said = (f"{tag}: {some[0] if len(some) == 1 else '[' + ', '.join(some) + ']'}" for tag, some in found.items())
        return "{" + ", ".join(said) + "}"


_OURS, _START = "<" + ID, len(ID) + 1


def _names(iris: Sequence[str], keys: Sequence[str | None]) -> Texts:
    """What begins the values of each predicate, by whether they are short and many."""
    names: Texts = np.empty((len(iris), 2, 2), dtype=object)
    for at, (iri, key) in enumerate(zip(iris, keys, strict=True)):
        for short, name in enumerate((iri, "type" if iri == TYPE else key or iri)):
            names[at, short] = [packed(_json(name)) + end for end in (": ", ": [")]
    return names


def _sort(space: str) -> str:
    """What kind of value a term of such a space is."""
    if space[:1] == "<":
        return _REFERENCE
    if space == "_:":
        return _BLANK
    return space if space[:1] == "@" else space[3:-1] or XSD + "string"


@cache
def _fits(key: str, sort: str) -> bool:
    """Whether the context gives a plain JSON string under `key` back as a value of this kind."""
    if key in references() or sort in (_REFERENCE, _BLANK):
        return key in references() and sort == _REFERENCE
    term: Any = context()[key]
    if isinstance(term, str):
        return sort == XSD + "string"
    if term.get("@container") == "@language":
        return sort.startswith("@")
    if term.get("@language"):
        return bool(sort == f"@{term['@language']}")
    return bool(sort == str(term.get("@type", "xsd:string")).replace("xsd:", XSD))
