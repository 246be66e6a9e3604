"""What follows, fast: the compiled rules run semi-naively over columns of numbers, held to owlrl by tests.

A property is the sorted pairs of what it ties, a class its sorted members; a chain is broken into pairs of properties.
In each round only what the last one found is joined with what is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from citygraph.owl.rules import Rule
from citygraph.rdf.columns import Columns, Mask, Terms
from citygraph.vocabulary import TYPE

#: Sorted and distinct: a pair as subject * 2^32 + object, or a member of a class as its number.
Keys = npt.NDArray[np.int64]
#: What has keys: a property ("p", IRI), half a chain ("p", its parts) or a class ("c", IRI).
Name = tuple[str, str]

_LOW = np.int64(0xFFFFFFFF)
_NONE = np.empty(0, dtype=np.int64)


@dataclass
class _Program:
    """Rules by what sets them off."""

    types: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # class to classes above
    edges: dict[str, list[tuple[str, bool]]] = field(default_factory=lambda: defaultdict(list))  # to (property, turned)
    marks: dict[str, list[tuple[str, bool]]] = field(default_factory=lambda: defaultdict(list))  # to (class, of object)
    first: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))  # to (second, head)
    second: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))  # to (first, head)

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> _Program:
        """The program of rules; raises ValueError for a rule of an unknown form."""
        program = cls()
        for rule in rules:
            ((s, p, o), *rest), (hs, hp, ho) = rule.body, rule.head
            if TYPE in (part for _, part, _ in rule.body) and (rest or hp != TYPE or ho.startswith("?")):
                raise ValueError(f"no way to run {rule.axiom}")
            if rest:
                program.chain([predicate for _, predicate, _ in rule.body], hp)
            elif p == TYPE:
                program.types[o].append(ho)
            elif hp == TYPE and not ho.startswith("?"):
                program.marks[p].append((ho, hs == o))
            elif hp != TYPE and {hs, ho} == {s, o}:
                program.edges[p].append((hp, hs == o))
            else:
                raise ValueError(f"no way to run {rule.axiom}")
        return program

    def chain(self, parts: list[str], head: str) -> None:
        """Break a chain into pairs: `a b c gives h` becomes `a b gives x` and `x c gives h`."""
        left = parts[0]
        for number, part in enumerate(parts[1:], 2):
            made = head if number == len(parts) else " ".join(parts[:number])
            if (part, made) not in self.first[left]:
                self.first[left].append((part, made))
                self.second[part].append((left, made))
            left = made

    def after(self, name: Name, new: Keys, known: Mapping[Name, Keys]) -> Iterable[tuple[Name, Keys]]:
        """What follows from new keys of a property or class and what is known."""
        kind, iri = name
        if kind == "c":
            yield from ((("c", above), new) for above in self.types.get(iri, ()))
            return
        for other, turned in self.edges.get(iri, ()):
            yield ("p", other), (new & _LOW) << 32 | new >> 32 if turned else new
        for marked, of_object in self.marks.get(iri, ()):
            yield ("c", marked), new & _LOW if of_object else new >> 32
        for other, head in self.first.get(iri, ()):
            yield ("p", head), _join(new, known.get(("p", other), _NONE))
        for other, head in self.second.get(iri, ()):
            yield ("p", head), _join(known.get(("p", other), _NONE), new)


def close(asserted: Columns, rules: Iterable[Rule], graph: str) -> Columns:
    """Everything that the rules add to `asserted`, in the named graph; raises ValueError for a rule of an unknown form.

    Only triples between IRIs take part.
    """
    program, terms = _Program.of(rules), asserted.terms
    stated = _stated(asserted)
    known = dict(stated)
    new = known
    while new:
        found: dict[Name, list[Keys]] = defaultdict(list)
        for name, keys in new.items():
            for head, made in program.after(name, keys, known):
                if len(made):
                    found[head].append(made)
        new = {}
        for name, parts in found.items():
            made = np.unique(np.concatenate(parts))
            before = known.get(name, _NONE)
            fresh = made[~_among(made, before)]
            if len(fresh):
                new[name] = fresh
                known[name] = np.union1d(before, fresh)
    added = {name: keys[~_among(keys, stated.get(name, _NONE))] for name, keys in known.items() if " " not in name[1]}
    return _columns(added, terms, terms.number(f"<{graph}>"))


def _stated(asserted: Columns) -> dict[Name, Keys]:
    """The keys of each property and class."""
    terms = asserted.terms
    named = iris(terms)
    triples = asserted.where(named[asserted.s] & named[asserted.o])
    stated: dict[Name, Keys] = {}
    order = np.argsort(triples.p, kind="stable")
    predicates = triples.p[order]
    for run in np.split(order, np.flatnonzero(np.diff(predicates)) + 1) if len(order) else ():
        predicate = terms.value(int(triples.p[run[0]]))
        s, o = triples.s[run].astype(np.int64), triples.o[run].astype(np.int64)
        if predicate == TYPE:
            for number in np.unique(o).tolist():
                stated["c", terms.value(number)] = np.unique(s[o == number])
        else:
            stated["p", predicate] = np.unique(s << 32 | o)
    return stated


def _columns(added: Mapping[Name, Keys], terms: Terms, graph: int) -> Columns:
    parts: list[npt.NDArray[np.int64]] = []
    for (kind, iri), keys in sorted(added.items()):
        if len(keys):
            number = np.int64(terms.number(f"<{iri}>"))
            type_of = np.int64(terms.number(f"<{TYPE}>"))
            made = (keys, type_of, number) if kind == "c" else (keys >> 32, number, keys & _LOW)
            parts.append(np.vstack([np.broadcast_to(part, keys.shape) for part in made]))
    s, p, o = np.hstack(parts or [np.empty((3, 0), dtype=np.int64)]).astype(np.int32)
    return Columns(terms, s, p, o, np.full(len(s), graph, dtype=np.int32)).distinct()


def iris(terms: Terms) -> Mask:
    """For each term whether it is an IRI."""
    return np.fromiter((text[:1] == "<" for text in terms.texts), dtype=bool, count=len(terms.texts))


def _join(one: Keys, other: Keys) -> Keys:
    """The pairs x z of `one` x y and `other` y z."""
    if not (len(one) and len(other)):
        return _NONE
    middle, starts = one & _LOW, other >> 32
    low, high = np.searchsorted(starts, middle, "left"), np.searchsorted(starts, middle, "right")
    many = high - low
    before = np.repeat(np.cumsum(many) - many, many)
    places = np.repeat(low, many) + np.arange(len(before)) - before
    joined: Keys = np.repeat(one >> 32, many) << 32 | other[places] & _LOW
    return joined


def _among(keys: Keys, known: Keys) -> Mask:
    """For each key whether it is one of the known, which are sorted."""
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    places = np.searchsorted(known, keys)
    places[places == len(known)] = 0
    found: Mask = known[places] == keys
    return found
