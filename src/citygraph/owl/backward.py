"""What the proof of one triple can rest on, found backward from it, so that a large graph need not be ranked whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from citygraph.owl.rules import Proof, Rule, Triple, prove

#: A triple of which any end may be open.
Pattern = tuple[str | None, str, str | None]
#: Rounds after which the search gives up; the ontology's longest proof has six.
MOST = 12


def proofs_of(
    goal: Triple, rules: Iterable[Rule], stated: Callable[[Pattern], Iterable[Triple]], weight: Callable[[Triple], int]
) -> dict[Triple, Proof]:
    """The proofs that `prove` gives to a goal and to what it rests on; without the goal's where none is found.

    `stated` looks up the asserted triples of a pattern. For a goal of round n, whatever can be part of a derivation of
    at most n rounds is collected; `prove` then sees each choice that it has in the whole graph, and makes the same.
    """
    rules = list(rules)
    search = _Search(rules, stated)
    for rounds in range(1, MOST + 1):
        if search.solve(goal, rounds):
            return prove(search.collected, [rule for rule in rules if rule in search.used], weight, rounds)
    return {}


class _Search:
    """Triples of a pattern that follow within a number of rounds; what they can rest on is collected."""

    def __init__(self, rules: Iterable[Rule], stated: Callable[[Pattern], Iterable[Triple]]) -> None:
        self.heads: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            self.heads[rule.head[1]].append(rule)
        self.stated = stated
        self.collected: set[Triple] = set()
        self.used: set[Rule] = set()
        self._solved: dict[tuple[Pattern, int], set[Triple]] = {}

    def solve(self, pattern: Pattern, rounds: int) -> set[Triple]:
        """The triples of a pattern that are asserted or follow within some rounds."""
        key = (pattern, rounds)
        if key not in self._solved:
            self._solved[key] = self._solve(pattern, rounds)
        return self._solved[key]

    def _solve(self, pattern: Pattern, rounds: int) -> set[Triple]:
        s, p, o = pattern
        if rounds == 0:
            found = set(self.stated(pattern))
            self.collected |= found
            return found
        before = self.solve(pattern, rounds - 1)
        if before and s is not None and o is not None:
            return before  # a triple that is known earlier is proved by nothing later
        found = set(before)
        for rule in self.heads.get(p, ()):
            binding = _bound(rule.head, (s, p, o))
            if binding is not None:
                self.used.add(rule)
                found.update(_filled(rule.head, each) for each in self._join(rule.body, binding, rounds - 1))
        return found

    def _join(self, body: tuple[Triple, ...], binding: Mapping[str, str], rounds: int) -> Iterator[Mapping[str, str]]:
        """Each binding under which a body holds; from the end of a chain that is bound."""
        if not body:
            yield binding
            return
        at = next(n for n, (s, _, o) in enumerate(body) if _value(s, binding) or _value(o, binding))
        s, p, o = body[at]
        for triple in self.solve((_value(s, binding), p, _value(o, binding)), rounds):
            extended = _bound(body[at], triple, binding)
            if extended is not None:
                yield from self._join(body[:at] + body[at + 1 :], extended, rounds)


def _value(term: str, binding: Mapping[str, str]) -> str | None:
    return binding.get(term) if term.startswith("?") else term


def _bound(want: Triple, have: Pattern, binding: Mapping[str, str] | None = None) -> dict[str, str] | None:
    """A binding under which a pattern of a rule is what is given, as far as that is bound; None where there is none."""
    extended = dict(binding or {})
    for term, value in zip(want, have, strict=True):
        if value is not None and (extended.setdefault(term, value) if term.startswith("?") else term) != value:
            return None
    return extended


def _filled(pattern: Triple, binding: Mapping[str, str]) -> Triple:
    s, p, o = pattern
    return binding.get(s, s), p, binding.get(o, o)
