"""The part of a graph that the answers of a SPARQL query rest on, so that millions of triples need no store.

The patterns that every answer matches are joined roughly, on columns: a triple stays when each of its ends still fits
every such pattern and comparison. A triple too many does no harm, since the query itself is then asked of the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyoxigraph as ox

from citygraph.rdf.columns import Mask, Numbers, literal
from citygraph.shacl.index import Index, Pairs, unique_pairs
from citygraph.shacl.literals import plain
from citygraph.shacl.needs import Needs, Pattern, needs_of

#: Another round of joining is worth it when the last one left less than this part of the triples.
_WORTH = 0.9
#: Triples that are written and loaded at once.
_CHUNK = 100_000


def store_for(query: str, index: Index, focus: Numbers) -> ox.Store | None:
    """A store with all that the answers whose `$this` is among `focus` rest on; None where there can be no answer."""
    narrowing = _Narrowing(needs_of(query), index, focus)
    if not narrowing.run():
        return None
    kept: dict[int, list[Pairs]] = defaultdict(list)
    for found in narrowing.left:
        for predicate, pairs in found.items():
            kept[predicate].append(pairs)
    store = ox.Store()
    for text in _written(index, kept):
        store.bulk_load(text, format=ox.RdfFormat.N_TRIPLES)
    return store


def _written(index: Index, kept: dict[int, list[Pairs]]) -> Iterator[bytes]:
    """The triples as N-Triples, in pieces."""
    texts = index.terms.texts
    for predicate, parts in kept.items():
        subjects, objects = (
            parts[0] if len(parts) == 1 else unique_pairs(*map(np.concatenate, zip(*parts, strict=True)))
        )
        middle = f" {texts[predicate]} "
        for start in range(0, len(subjects), _CHUNK):
            pairs = zip(*(column[start : start + _CHUNK].tolist() for column in (subjects, objects)), strict=True)
            yield "".join(f"{texts[s]}{middle}{texts[o]} .\n" for s, o in pairs).encode()


class _Narrowing:
    """The triples of each pattern, by predicate, and the terms that each variable may still be."""

    def __init__(self, needs: Needs, index: Index, focus: Numbers) -> None:
        self.needs, self.index = needs, index
        self.domains: dict[str, Mask] = {"?this": index.table(focus)}
        self.required = [(pattern, self._all(pattern)) for pattern in needs.required]
        self.required.sort(key=lambda one: _size(one[1]))
        self.left: list[dict[int, Pairs]] = []

    def run(self) -> bool:
        """Narrow until little more would go; whether there can be an answer."""
        for pattern in self.needs.absent:
            self._exclude(pattern)
        before, now = np.inf, float(self._round())
        while 0 < now < _WORTH * before:
            for one, sign, other in self.needs.compared:
                if sign == "!=":
                    self._differ(one, other)
                else:
                    self._compare(one, sign, other)
            before, now = now, self._round()
        if self.required and not now:
            return False
        self.left = [found for _, found in self.required]
        self.left += [self._all(Pattern("?", (name,), "?")) for name in self.needs.others]
        self.left += [self._all(Pattern("?", None, "?"))] if self.needs.everything else []
        for pattern in self.needs.loose:
            found = self._all(pattern)
            self._fit(pattern, found)
            self.left.append(found)
        self._exclusions()
        return True

    def _exclusions(self) -> None:
        """The triples that rule answers out, of all terms that are left: other patterns may have kept such a term."""
        before, now = -1, 0
        while self.needs.absent and before < now:
            before = now
            ends = [end for found in self.left for pair in found.values() for end in pair]
            present = self.index.table(np.concatenate(ends))
            now = int(present.sum())
            for pattern in self.needs.absent:
                found = self._all(pattern)
                place = self._bound_end(pattern)
                for predicate, pairs in found.items():
                    which = present[pairs[place]]
                    found[predicate] = pairs[0][which], pairs[1][which]
                self.left.append(found)

    def _round(self) -> int:
        """Hold each pattern against the others; how many triples are left, 0 where one pattern has none."""
        for pattern, found in self.required:
            self._narrow(pattern, found)
            if not _size(found):
                return 0
        return sum(_size(found) for _, found in self.required)

    def _all(self, pattern: Pattern) -> dict[int, Pairs]:
        numbers = (
            self.index.predicates.tolist()
            if pattern.predicates is None
            else [number for name in pattern.predicates if (number := self.index.terms.find(name)) >= 0]
        )
        return {number: self.index.pairs(number) for number in numbers}

    def _narrow(self, pattern: Pattern, found: dict[int, Pairs]) -> None:
        """Leave in `found` what fits the domains of its variables, and in these what is left."""
        self._fit(pattern, found)
        for end, place in ((pattern.subject, 0), (pattern.object, 1)):
            if end.startswith("?"):
                table = np.zeros(self.index.size, dtype=bool)
                for pairs in found.values():
                    table[pairs[place]] = True
                self.domains[end] = table

    def _fit(self, pattern: Pattern, found: dict[int, Pairs]) -> None:
        for predicate, (subjects, objects) in found.items():
            which = self._fitting(pattern.subject, subjects) & self._fitting(pattern.object, objects)
            if not which.all():
                found[predicate] = subjects[which], objects[which]

    def _fitting(self, end: str, numbers: Numbers) -> Mask:
        if not end.startswith("?"):
            fits: Mask = numbers == self.index.terms.numbers.get(end, -1)
            return fits
        return self.domains[end][numbers] if end in self.domains else np.ones(len(numbers), dtype=bool)

    def _exclude(self, pattern: Pattern) -> None:
        """FILTER NOT EXISTS: a variable of the answer is none that has such a triple."""
        place = self._bound_end(pattern)
        end = (pattern.subject, pattern.object)[place]
        domain = self.domains.get(end, np.ones(self.index.size, dtype=bool)).copy()
        for pairs in self._all(pattern).values():
            domain[pairs[place]] = False
        self.domains[end] = domain

    def _bound_end(self, pattern: Pattern) -> int:
        return 0 if any(pattern.subject in required.variables for required in self.needs.required) else 1

    def _differ(self, one: str, other: str) -> None:
        """Two that are not the same, and each have a triple with the same third: it has two such triples."""
        for pattern, found in self.required:
            for twin, twins in self.required:
                if pattern.predicates != twin.predicates:
                    continue
                pairs = [pair for each in (found, twins) for pair in each.values()]
                if (pattern.subject, twin.subject) == (one, other) and pattern.object == twin.object:
                    subjects, objects = unique_pairs(*map(np.concatenate, zip(*pairs, strict=True)))
                    self._twice(pattern.object, objects)
                elif (pattern.object, twin.object) == (one, other) and pattern.subject == twin.subject:
                    subjects, _ = unique_pairs(*map(np.concatenate, zip(*pairs, strict=True)))
                    self._twice(pattern.subject, subjects)

    def _twice(self, end: str, numbers: Numbers) -> None:
        if end.startswith("?"):
            self.domains[end] = self.domains[end] & (np.bincount(numbers, minlength=self.index.size) > 1)

    def _compare(self, one: str, sign: str, other: str) -> None:
        """`one` is less than some `other`, and that more than some `one`, where all are plain numbers or days."""
        texts = self.index.terms.texts
        sides = []
        for end in (one, other):
            numbers = np.flatnonzero(self.domains[end]).tolist()
            sides.append([(number, _plain(texts[number])) for number in numbers])
        lesser, greater = sides
        kinds = {type(told) for side in sides for _, told in side}
        if not (lesser and greater) or len(kinds) != 1 or type(None) in kinds:
            return
        top = max(told for _, told in greater)  # type: ignore[type-var]
        low = min(told for _, told in lesser)  # type: ignore[type-var]
        for number, told in lesser:
            if told > top or (told == top and sign == "<"):  # type: ignore[operator]
                self.domains[one][number] = False
        for number, told in greater:
            if told < low or (told == low and sign == "<"):  # type: ignore[operator]
                self.domains[other][number] = False


def _plain(text: str) -> object:
    if not text.startswith('"'):
        return None
    lexical, _, datatype = literal(text)
    return plain(lexical, datatype)


def _size(found: dict[int, Pairs]) -> int:
    return sum(len(subjects) for subjects, _ in found.values())
