"""A graph as columns of numbers: each term once, as its N-Triples text, and each quad as four numbers.

A graph of tables has ten quads for every term. As objects of Python they would take some gigabytes where the columns
take a hundred megabytes, and numpy sorts and joins numbers at the speed of the machine.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyoxigraph as ox

Numbers = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


@dataclass
class Terms:
    """Terms by number, as N-Triples texts; the empty text stands for the default graph."""

    texts: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, text: str) -> int:
        """The number of a term, new or known."""
        found = self.numbers.get(text)
        if found is None:
            found = self.numbers[text] = len(self.texts)
            self.texts.append(text)
        return found

    def find(self, iri: str) -> int:
        """The number of an IRI, -1 where no term is it."""
        return self.numbers.get(f"<{iri}>", -1)

    def value(self, number: int) -> str:
        """The IRI, label of a blank node or lexical value of a term."""
        return value(self.texts[number])


def value(text: str) -> str:
    """The IRI, label of a blank node or lexical value in an N-Triples text."""
    if text[:1] == "<":
        return text[1:-1]
    return text[2:] if text[:2] == "_:" else literal(text)[0]


def literal(text: str) -> tuple[str, str, str]:
    """Lexical value, language and datatype of a literal's N-Triples text; one of the last two is empty."""
    end = text.rindex('"')
    lexical, rest = text[1:end], text[end + 1 :]
    if "\\" in lexical:
        lexical = _ESCAPE.sub(_unescaped, lexical)
    if rest[:1] == "@":
        return lexical, rest[1:], ""
    return lexical, "", rest[3:-1] or "http://www.w3.org/2001/XMLSchema#string"


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])


def term(text: str) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """The pyoxigraph term of an N-Triples text."""
    if text[:1] == "<":
        return ox.NamedNode(text[1:-1])
    if text[:2] == "_:":
        return ox.BlankNode(text[2:])
    lexical, language, datatype = literal(text)
    return ox.Literal(lexical, language=language) if language else ox.Literal(lexical, datatype=ox.NamedNode(datatype))


@dataclass(frozen=True, eq=False)
class Columns:
    """Quads over `terms`: the numbers of subject, predicate, object and graph, a place a quad."""

    terms: Terms
    s: Numbers
    p: Numbers
    o: Numbers
    g: Numbers

    def __len__(self) -> int:
        """How many quads."""
        return len(self.s)

    def where(self, which: Mask | npt.NDArray[np.intp]) -> Columns:
        """The quads that a mask or places choose."""
        return Columns(self.terms, self.s[which], self.p[which], self.o[which], self.g[which])

    def __add__(self, other: Columns) -> Columns:
        """These quads and others over the same terms."""
        assert self.terms is other.terms
        pairs = ((self.s, other.s), (self.p, other.p), (self.o, other.o), (self.g, other.g))
        return Columns(self.terms, *(np.concatenate(pair) for pair in pairs))

    def distinct(self) -> Columns:
        """Each quad once, in the order of the numbers of graph, subject, predicate and object."""
        order = np.lexsort((self.o, self.p, self.s, self.g))
        s, p, o, g = self.s[order], self.p[order], self.o[order], self.g[order]
        new = np.ones(len(s), dtype=bool)
        if len(s):
            new[1:] = (s[1:] != s[:-1]) | (p[1:] != p[:-1]) | (o[1:] != o[:-1]) | (g[1:] != g[:-1])
        return Columns(self.terms, s[new], p[new], o[new], g[new])

    def lines(self) -> Iterator[str]:
        """The quads as N-Quads lines, in the order in which they stand."""
        texts = self.terms.texts
        columns = (self.s.tolist(), self.p.tolist(), self.o.tolist(), self.g.tolist())
        for s, p, o, g in zip(*columns, strict=True):
            graph = texts[g]
            yield f"{texts[s]} {texts[p]} {texts[o]} {graph} .\n" if graph else f"{texts[s]} {texts[p]} {texts[o]} .\n"

    def __iter__(self) -> Iterator[ox.Quad]:
        """The quads as pyoxigraph's, in the order in which they stand."""
        made = [term(text) if text else ox.DefaultGraph() for text in self.terms.texts]
        columns = (self.s.tolist(), self.p.tolist(), self.o.tolist(), self.g.tolist())
        for s, p, o, g in zip(*columns, strict=True):
            yield ox.Quad(made[s], made[p], made[o], made[g])


class Collector:
    """Quads on their way to columns."""

    def __init__(self, terms: Terms | None = None, columns: Sequence[bytes] = (b"", b"", b"", b"")) -> None:
        """Over `terms`, with the columns of quads that are there already: subjects, predicates, objects, graphs."""
        self.terms = terms or Terms()
        self._columns = tuple(array("i", column) for column in columns)
        self._add = tuple(column.append for column in self._columns)

    def add(self, s: int, p: int, o: int, g: int) -> None:
        """One quad, by the numbers of its terms."""
        add_s, add_p, add_o, add_g = self._add
        add_s(s)
        add_p(p)
        add_o(o)
        add_g(g)

    def __len__(self) -> int:
        """How many quads."""
        return len(self._columns[0])

    def say(self, s: int, p: Sequence[int], o: Sequence[int], g: int) -> None:
        """The quads of one subject in one graph: a predicate for each object."""
        subjects, predicates, objects, graphs = self._columns
        subjects.extend([s] * len(p))
        predicates.extend(p)
        objects.extend(o)
        graphs.extend([g] * len(p))

    def rename(self, begin: int, predicates: Collection[int], objects: Mapping[int, int]) -> None:
        """Other objects for the quads from a place on that have one of the predicates."""
        if objects:
            p, o = (np.frombuffer(column, dtype=np.int32)[begin:] for column in self._columns[1:3])
            other = np.arange(len(self.terms.texts), dtype=np.int32)
            other[list(objects)] = list(objects.values())
            where = np.flatnonzero(np.isin(p, list(predicates)))
            o[where] = other[o[where]]

    def extend(self, quads: Iterable[ox.Quad | ox.Triple]) -> None:
        """Quads of pyoxigraph; triples go into the default graph."""
        number = self.terms.number
        for quad in quads:
            graph = quad.graph_name if isinstance(quad, ox.Quad) else None
            name = "" if graph is None or isinstance(graph, ox.DefaultGraph) else str(graph)
            self.add(number(str(quad.subject)), number(str(quad.predicate)), number(str(quad.object)), number(name))

    def columns(self) -> Columns:
        """All of them."""
        return Columns(self.terms, *(np.array(column, dtype=np.int32) for column in self._columns))


def columns_of(quads: Iterable[ox.Quad | ox.Triple], terms: Terms | None = None) -> Columns:
    """The columns of quads."""
    collector = Collector(terms)
    collector.extend(quads)
    return collector.columns()
