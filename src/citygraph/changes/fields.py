"""The fields of a claim or thing, in the words of the context's keys, and the names of what they name.

A claim's parts are told as fields of it: a date by its EDTF text, a quote by its words, a row by its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from citygraph.changes.heirs import heir
from citygraph.explain import cited
from citygraph.rdf.columns import literal
from citygraph.rdf.columns import value as value_of
from citygraph.rdf.order import predicate_key
from citygraph.vocabulary import CG, CLAIM, DCTERMS, ID, LANGUAGE_KEYS, OA, SKOS, TYPE, XSD, key_of_term, owner, shorten

__all__ = ["Field", "Names", "Quad", "Value", "fields_between", "value_of"]

_ROW = ID + "row/"
#: The one predicate of a part that says what it is.
_MAIN = {CG + "edtf", OA + "exact", CG + "rowKey"}
#: The parts that are evidence.
_EVIDENCE = {"quote", "row", "reference"}
#: Where in its source a part stands; as a text grows or a table gains rows, this changes and nothing else.
PLACES = ("start", "end", "row-number")


class Quad(NamedTuple):
    """IRIs of subject, predicate and graph, and the object as an N-Triples text."""

    s: str
    p: str
    o: str
    g: str


@dataclass
class Names:
    """What things are called, in a language where they have a name in it, and how sources are cited."""

    language: str
    _labels: dict[str, tuple[int, str]] = field(default_factory=dict)
    _cited: dict[str, dict[str, str]] = field(default_factory=dict)

    def hear(self, quad: Quad) -> None:
        """Take in what a quad says; of two that say alike the later counts."""
        if quad.p == SKOS + "prefLabel":
            text, language, _ = literal(quad.o) if quad.o[:1] == '"' else ("", "", "")
            rank = {self.language: 0, "en": 1}.get(language, 2)
            if text and rank <= self._labels.get(quad.s, (rank, ""))[0]:
                self._labels[quad.s] = rank, text
        else:
            self._cited.setdefault(quad.s, {})[quad.p] = value_of(quad.o)

    def label(self, iri: str) -> str:
        """The name of a thing or the title of a source; empty where it has none."""
        return self._labels.get(iri, (0, ""))[1] or self._cited.get(iri, {}).get(DCTERMS + "title", "")

    def citation(self, source: str) -> str:
        """The citation of a source by its key; empty where nothing is known of it."""
        told = self._cited.get(ID + source, {})
        return cited(lambda predicate: told.get(predicate, "")) if told else ""


@dataclass(frozen=True, order=True)
class Value:
    """A value: an IRI with the name of what it names, or a text with its language or datatype."""

    text: str
    label: str = ""
    language: str = ""
    datatype: str = ""
    iri: bool = False


@dataclass(frozen=True)
class Field:
    """Values that only the old graph has, and those that only the new one has. `part` is empty for what is said of the
    claim or thing itself, `main` whether the field is what a part says, `graph` the graph that says it."""

    part: str
    key: str
    graph: str
    gone: tuple[Value, ...]
    added: tuple[Value, ...]
    main: bool = False

    @property
    def name(self) -> str:
        """`joined`, `name (fi)`, `quote.start`."""
        return self.part if self.main else f"{self.part}.{self.key}" if self.part else self.key

    @property
    def moved(self) -> bool:
        """Whether it tells only that something stands elsewhere in its source."""
        return bool(self.part) and self.key in PLACES and bool(self.gone and self.added)


def fields_between(
    iri: str,
    gone: Sequence[Quad],
    added: Sequence[Quad],
    names: Names,
    into: Iterable[str] = (),
    heirs: Mapping[str, str] | None = None,
) -> list[Field]:
    """The fields of a claim or thing that differ, in the order of the context's keys.

    `into` are its new names: what was said of it under the old one and is under the new is no difference. So with what
    is named by a key, or said in a graph, that is one of `heirs` now.
    """
    heirs = heirs or {}
    rows = {f"<{quad.s}>" for quad in (*gone, *added) if quad.s.startswith(_ROW) and quad.s != iri}
    told: list[dict[tuple[str, str, str, str], set[str]]] = []
    for quads, follow in ((gone, heirs), (added, {})):
        said: dict[tuple[str, str, str, str], set[str]] = {}
        for quad in quads:
            whole = quad.s if quad.s == iri or quad.s in into else owner(quad.s)
            part = "row" if f"<{quad.s}>" in rows else quad.s[len(whole) + 1 :]
            link = quad.o in rows or (whole.startswith(CLAIM) and quad.o.startswith(f"<{whole}."))
            if not link and not (part and quad.p == TYPE):
                place = part, quad.p, _language(quad), follow.get(quad.g, quad.g)
                said.setdefault(place, set()).add(quad.o)
        told.append(said)
    fields = []
    for place in sorted({*told[0], *told[1]}, key=_place):
        before, after = (said.get(place, set()) for said in told)
        now = {value: f"<{heir(value[1:-1], heirs)}>" if value[:1] == "<" else value for value in before}
        lost, won = {value for value in before if now[value] not in after}, after - set(now.values())
        if lost or won:
            part, predicate, language, graph = place
            key = key_of_term().get(predicate, "") or ("type" if predicate == TYPE else shorten(predicate))
            main = bool(part) and (predicate in _MAIN or part.startswith("reference"))
            sides = [tuple(sorted(_value(o, names) for o in some)) for some in (lost, won)]
            key = f"{key} ({language})" if language else key
            fields.append(Field(part, key, graph, sides[0], sides[1], main))
    return fields


def _language(quad: Quad) -> str:
    """The language of a value of which each language has its own."""
    if key_of_term().get(quad.p) in LANGUAGE_KEYS and quad.o[:1] == '"':
        return literal(quad.o)[1]
    return ""


def _place(place: tuple[str, str, str, str]) -> tuple[object, ...]:
    """Sorts fields: those of the claim itself where their key stands in the context, a part's where its own does."""
    part, predicate, language, graph = place
    key = part.split("-")[0]
    own = predicate_key(CG + ("evidence" if key in _EVIDENCE else key) if part else predicate)
    return own[:2], part, part and predicate not in _MAIN, predicate_key(predicate), language, graph


def _value(text: str, names: Names) -> Value:
    if text[:1] == "<":
        return Value(text[1:-1], names.label(text[1:-1]), iri=True)
    lexical, language, datatype = literal(text)
    return Value(lexical, language=language, datatype="" if datatype == XSD + "string" else datatype)
