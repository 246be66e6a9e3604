"""What follows, fast: the compiled rules run semi-naively over indexed triples, held to owlrl by tests.

Each triple, asserted or new, is taken from a queue once and joined with what is known; a chain is broken into pairs.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable

from citygraph.rules import Rule, Triple
from citygraph.vocabulary import TYPE

_BY_CHAIN = "chain:"  # predicates of half-joined chains, which leave with the function


def close(asserted: Iterable[Triple], rules: Iterable[Rule]) -> set[Triple]:
    """Everything that the rules add to `asserted`; raises ValueError for a rule of an unknown form."""
    types: dict[str, list[str]] = defaultdict(list)  # class to classes above
    edges: dict[str, list[tuple[str, bool]]] = defaultdict(list)  # predicate to (predicate, turned round)
    marks: dict[str, list[tuple[str, bool]]] = defaultdict(list)  # predicate to (class, of the object)
    first: dict[str, list[tuple[str, str]]] = defaultdict(list)  # first of a pair to (second, head)
    second: dict[str, list[tuple[str, str]]] = defaultdict(list)  # second of a pair to (first, head)
    for rule in rules:
        ((s, p, o), *rest), (hs, hp, ho) = rule.body, rule.head
        if rest:
            _pairs([predicate for _, predicate, _ in rule.body], hp, first, second)
        elif p == TYPE and hp == TYPE:
            types[o].append(ho)
        elif hp == TYPE and not ho.startswith("?"):
            marks[p].append((ho, hs == o))
        elif p != TYPE and {hs, ho} == {s, o}:
            edges[p].append((hp, hs == o))
        else:
            raise ValueError(f"no way to run {rule.axiom}")

    known = set(asserted)
    queue = deque(known)
    new: set[Triple] = set()
    starts: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))  # second to subject to objects
    ends: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))  # first to object to subjects
    while queue:
        s, p, o = queue.popleft()
        found: list[Triple] = []
        if p == TYPE:
            found += [(s, TYPE, name) for name in types.get(o, ())]
        found += [(o, q, s) if turned else (s, q, o) for q, turned in edges.get(p, ())]
        found += [(o if of_object else s, TYPE, name) for name, of_object in marks.get(p, ())]
        if p in second:
            starts[p][s].append(o)
        if p in first:
            ends[p][o].append(s)
            found += [(s, head, z) for q, head in first[p] for z in starts[q].get(o, ())]
        for q, head in second.get(p, ()):
            found += [(x, head, o) for x in ends[q].get(s, ())]
        for triple in found:
            if triple not in known:
                known.add(triple)
                queue.append(triple)
                if not triple[1].startswith(_BY_CHAIN):
                    new.add(triple)
    return new


def _pairs(
    parts: list[str],
    head: str,
    first: dict[str, list[tuple[str, str]]],
    second: dict[str, list[tuple[str, str]]],
) -> None:
    """Break a chain into pairs: `a b c gives h` becomes `a b gives x` and `x c gives h`."""
    left = parts[0]
    for number, part in enumerate(parts[1:], 2):
        made = head if number == len(parts) else f"{_BY_CHAIN}{' '.join(parts[:number])}"
        if (part, made) not in first[left]:
            first[left].append((part, made))
            second[part].append((left, made))
        left = made
