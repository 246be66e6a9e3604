"""Texts of terms ready to be joined to files, one for each distinct term.

Such a text has the bytes of UTF-8 as the characters of Latin-1. So millions of texts join at one byte a character, and
one that is ASCII, as nearly all are, is the text that the graph has already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyoxigraph as ox

from citygraph.rdf.columns import Mask, Numbers, Terms
from citygraph.rdf.turtle import space
from citygraph.vocabulary import XSD

#: Texts by the numbers of their terms.
Texts = npt.NDArray[np.object_]

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_PATH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_-]*/)*")
_SHORT = {
    XSD + "boolean": re.compile("true|false"),
    XSD + "integer": re.compile("[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
}


def packed(text: str) -> str:
    """A text with the bytes of UTF-8 as characters."""
    return text if text.isascii() else text.encode().decode("latin-1")


class Words:
    """The texts of those terms that are used: as in N-Triples and as in Turtle; and the spaces that they are of."""

    def __init__(self, terms: Terms, used: Mask) -> None:
        self.terms = terms
        self.plain: Texts = np.empty(len(terms.texts), dtype=object)
        self.spaces: list[str] = []
        self.space: Numbers = np.zeros(len(terms.texts), dtype=np.int32)
        self._find(np.flatnonzero(used).tolist())

    def _find(self, numbers: Sequence[int]) -> None:
        found: dict[str, int] = {}
        for number in numbers:
            text = self.terms.texts[number]
            self.plain[number] = packed(text)
            self.space[number] = found.setdefault(space(text), len(found))
        self.spaces = list(found)

    def spaces_of(self, used: Mask) -> set[str]:
        """The spaces of some of the terms."""
        return {self.spaces[number] for number in np.flatnonzero(np.bincount(self.space[used])).tolist()}

    def turtle(self, used: Mask, names: dict[str, str]) -> Texts:
        """What pyoxigraph writes for some of the terms under these prefixes.

        Here for plain terms, by it for any that is not.
        """
        written: Texts = np.empty(len(self.plain), dtype=object)
        odd: list[int] = []
        numbers = np.flatnonzero(used).astype(np.int32)
        numbers = numbers[np.argsort(self.space[numbers], kind="stable")]
        ends = np.flatnonzero(np.diff(self.space[numbers])) + 1
        for some in np.split(numbers, ends) if len(numbers) else ():
            each = self.spaces[self.space[some[0]]]
            texts = self.plain[some].tolist()
            written[some] = self._of_space(each, texts, some.tolist(), names, odd)
        for number, text in zip(odd, _by_pyoxigraph([self.terms.texts[n] for n in odd], names), strict=True):
            written[number] = packed(text)
        return written

    def _of_space(
        self, each: str, texts: list[str], numbers: list[int], names: dict[str, str], odd: list[int]
    ) -> list[str]:
        if each[:1] == "<":
            start = _start(each, names)
            if start is None:
                return texts
            cut = len(packed(each))
            whole = _LOCAL.fullmatch
            odd += [
                n for n, text in zip(numbers, texts, strict=True) if not start or not whole(text, cut, len(text) - 1)
            ]
            return [start + text[cut:-1] for text in texts]
        if each[:3] == "^^<":
            (datatype,) = _by_pyoxigraph([each[2:]], names)
            short, end, cut = _SHORT.get(each[3:-1]), f"^^{packed(datatype)}", len(packed(each))
            if short is None:
                if each[3:-1] == XSD + "double":
                    odd += numbers
                return [text[:-cut] + end for text in texts]
            return [
                text[1 : -cut - 1] if short.fullmatch(text, 1, len(text) - cut - 1) else text[:-cut] + end
                for text in texts
            ]
        return texts


def _start(each: str, names: dict[str, str]) -> str | None:
    """How IRIs of a space begin under the longest prefix that fits; None under none, empty where only pyoxigraph can
    tell."""
    iri = each[1:]
    fitting = [(len(base), name) for name, base in names.items() if iri.startswith(base)]
    if not fitting:
        longer = any(base.startswith(iri) for base in names.values())
        return "" if longer else None
    length, name = max(fitting)
    return packed(f"{name}:") + iri[length:].replace("/", "\\/") if _PATH.fullmatch(iri, length) else ""


def _by_pyoxigraph(texts: Iterable[str], names: dict[str, str]) -> list[str]:
    """What pyoxigraph writes in Turtle for N-Triples texts: no text of it has a line end."""
    lines = "".join(f"<x:{number}> <x:p> {text} .\n" for number, text in enumerate(texts))
    triples = (quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))
    written = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=names) or b"").decode()
    rows = (line for line in written.split("\n") if line and not line.startswith("@prefix "))
    return [row.split(" ", 2)[2][:-2] for row in rows]
