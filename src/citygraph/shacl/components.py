"""The constraint components of SHACL on columns: each finds the failing pairs of many focus nodes and values at once.

What looks into a literal looks at each distinct one once. Semantics: SHACL (W3C, 2017), section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyoxigraph as ox

from citygraph.rdf.columns import Numbers, term, value
from citygraph.rdf.quads import value_of
from citygraph.shacl.index import Index, Pairs, keys_of, unique_pairs
from citygraph.shacl.literals import at_least, below, of_datatype, plain
from citygraph.vocabulary import RDF, SH, XSD


@dataclass(frozen=True)
class Values:
    """The value nodes of focus nodes: `focus` are all of these, sorted; `of` and `nodes` a place for each pair."""

    focus: Numbers
    of: Numbers
    nodes: Numbers


#: The failing focus nodes and values; NONE for a failure that has no value.
Check = Callable[[Index, Values], Pairs]
NONE = -1


class UnknownConstraintError(ValueError):
    """The shapes hold something that the compiler does not know."""


def values_of(index: Index, path: str, focus: Numbers) -> Values:
    """The value nodes that a path, if there is one, has at focus nodes."""
    if not path:
        return Values(focus, focus, focus)
    subjects, objects = index.pairs(index.terms.find(path))
    which = index.table(focus)[subjects]
    return Values(focus, subjects[which], objects[which])


def chosen(index: Index, values: Values, bad: Numbers | list[int]) -> Pairs:
    """The pairs whose value is among `bad`."""
    which = index.table(bad)[values.nodes]
    return values.of[which], values.nodes[which]


def _no_value(focus: Numbers) -> Pairs:
    return focus, np.full(len(focus), NONE, dtype=np.int32)


def _each(good: Callable[[str], bool]) -> Check:
    """A check that looks at the N-Triples text of each value."""

    def check(index: Index, values: Values) -> Pairs:
        texts = index.terms.texts
        return chosen(index, values, [n for n in index.distinct(values.nodes).tolist() if not good(texts[n])])

    return check


def _class(told: object) -> Check:
    name = value_of(told)

    def check(index: Index, values: Values) -> Pairs:
        bad = ~index.table(index.instances(name))[values.nodes]
        return values.of[bad], values.nodes[bad]

    return check


def among(terms: list[object]) -> Check:
    """sh:in: each value is one of the terms."""

    def check(index: Index, values: Values) -> Pairs:
        known = [number for each in terms if (number := index.terms.numbers.get(str(each))) is not None]
        bad = ~index.table(known)[values.nodes]
        return values.of[bad], values.nodes[bad]

    return check


def _has_value(told: object) -> Check:
    def check(index: Index, values: Values) -> Pairs:
        having = values.of[values.nodes == index.terms.numbers.get(str(told), NONE)]
        return _no_value(values.focus[~index.table(having)[values.focus]])

    return check


def _counted(values: Values) -> Numbers:
    """How many values each focus node has."""
    ends = np.searchsorted(values.of, values.focus, side="right")
    return (ends - np.searchsorted(values.of, values.focus)).astype(np.int32)


def _min_count(told: object) -> Check:
    number = int(value_of(told))
    return lambda _, values: _no_value(values.focus[_counted(values) < number])


def _max_count(told: object) -> Check:
    number = int(value_of(told))
    return lambda _, values: _no_value(values.focus[_counted(values) > number])


def _datatype(told: object) -> Check:
    name = value_of(told)
    end = {XSD + "string": '"', RDF + "langString": ""}.get(name, f'"^^<{name}>')

    def good(text: str) -> bool:
        if not text.endswith(end):
            return False
        return plain(text[1 : -len(end)], name) is not None or of_datatype(term(text), name)

    return _each(good)


def _node_kind(told: object) -> Check:
    if value_of(told) != SH + "IRI":
        raise UnknownConstraintError(f"sh:nodeKind {value_of(told)}")
    return _each(lambda text: text.startswith("<"))


def _pattern(told: object) -> Check:
    pattern = re.compile(value_of(told))
    return _each(lambda text: pattern.search(value(text)) is not None)


def _unique_lang(told: object) -> Check:
    def check(index: Index, values: Values) -> Pairs:
        languages: dict[str, int] = {}
        language = np.full(index.size, NONE, dtype=np.int32)
        for number in index.distinct(values.nodes).tolist():
            text = index.terms.texts[number]
            if text[0] == '"' and text[-1] not in '">':
                name = text[text.rindex("@") :].lower()
                language[number] = languages.setdefault(name, len(languages))
        said = language[values.nodes]
        keys = np.sort(keys_of(values.of[said >= 0], said[said >= 0]))
        return _no_value((keys[1:][keys[1:] == keys[:-1]] >> 32).astype(np.int32))

    return check if value_of(told) == "true" else lambda _, values: _no_value(values.focus[:0])


def _disjoint(told: object) -> Check:
    def check(index: Index, values: Values) -> Pairs:
        other = index.pairs(index.terms.find(value_of(told)))
        both = np.isin(keys_of(values.of, values.nodes), keys_of(*other))
        return values.of[both], values.nodes[both]

    return check


def _compared(equal: bool) -> Callable[[object], Check]:
    """sh:lessThan and sh:lessThanOrEquals: every value against every one of the other property."""

    def build(told: object) -> Check:
        def check(index: Index, values: Values) -> Pairs:
            subjects, others = index.pairs(index.terms.find(value_of(told)))
            starts = np.searchsorted(subjects, values.of)
            numbers = np.searchsorted(subjects, values.of, side="right") - starts
            place = np.repeat(np.arange(len(values.of)), numbers)
            step = np.arange(len(place)) - np.repeat(np.cumsum(numbers) - numbers, numbers)
            ones, twos = values.nodes[place], others[np.repeat(starts, numbers) + step]
            texts = index.terms.texts
            first, second = unique_pairs(ones, twos)
            bad = np.array(
                [
                    not below(_compareable(texts[one]), _compareable(texts[two]), equal)
                    for one, two in zip(first.tolist(), second.tolist(), strict=True)
                ],
                dtype=bool,
            )
            broken = np.unique(place[np.isin(keys_of(ones, twos), keys_of(first[bad], second[bad]))])
            return values.of[broken], values.nodes[broken]

        return check

    return build


def _compareable(text: str) -> str | ox.Literal:
    found = term(text)
    return found if isinstance(found, ox.Literal) else found.value


def _range(sign: int) -> Callable[[object], Check]:
    def build(told: object) -> Check:
        limit = told
        if not isinstance(limit, ox.Literal):
            raise UnknownConstraintError(f"a limit that is no literal: {told}")
        return _each(lambda text: at_least(term(text), limit, sign))

    return build


#: Builders of checks by the name of the parameter, whose value they get.
SIMPLE: dict[str, Callable[[object], Check]] = {
    "class": _class,
    "minCount": _min_count,
    "maxCount": _max_count,
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "pattern": _pattern,
    "uniqueLang": _unique_lang,
    "disjoint": _disjoint,
    "lessThan": _compared(equal=False),
    "lessThanOrEquals": _compared(equal=True),
    "hasValue": _has_value,
    "minInclusive": _range(1),
    "maxInclusive": _range(-1),
}
