"""What a SPARQL query can touch: the triple patterns that its answers rest on, read from its algebra.

It is read as closely as it pays, never too narrowly: what stands outside the patterns that every answer must match, and
is no plain OPTIONAL or EXISTS, counts with every predicate that it names, and with the whole graph where it names none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pyoxigraph as ox

#: Parts of a query whose every answer has an answer of what they enclose.
_AROUND = {"SelectQuery", "Project", "Distinct", "Reduced", "OrderBy", "Extend"}
_EXISTS = {"Builtin_EXISTS", "Builtin_NOTEXISTS"}
_TURNED = {">": "<", ">=": "<="}


@dataclass(frozen=True)
class Pattern:
    """Triples of any of the `predicates`, None for every one there is; an end is `?name` of a variable or the N-Triples
    text of a term."""

    subject: str
    predicates: tuple[str, ...] | None
    object: str

    @property
    def variables(self) -> set[str]:
        """The ends that are variables."""
        return {end for end in (self.subject, self.object) if end.startswith("?")}


@dataclass
class Needs:
    """The patterns that every answer matches (`required`) and that it may match besides (`loose`); those that it must
    not match (`absent`: one variable of an answer, the other end open); comparisons of variables that must hold, by
    `<`, `<=` or `!=`; predicates (`others`) or the whole graph where no more is known."""

    required: list[Pattern] = field(default_factory=list)
    loose: list[Pattern] = field(default_factory=list)
    absent: list[Pattern] = field(default_factory=list)
    compared: list[tuple[str, str, str]] = field(default_factory=list)
    others: set[str] = field(default_factory=set)
    everything: bool = False


@cache
def needs_of(query: str) -> Needs:
    """The needs of a SELECT query."""
    from rdflib.plugins.sparql import prepareQuery

    reader = _Reader()
    reader.spine(prepareQuery(query).algebra)
    return reader.needs


class _Reader:
    """The algebra of one query, as rdflib gives it, on its way to needs."""

    def __init__(self) -> None:
        self.needs = Needs()
        self._fresh = 0

    def spine(self, node: Any) -> set[str]:
        """Read a part of the query that every answer rests on; the variables that its patterns bind."""
        if node.name == "BGP":
            found = [pattern for triple in node.triples for pattern in self._patterns(*triple)]
            self.needs.required += found
            return {each for pattern in found for each in pattern.variables}
        if node.name == "Join":
            return self.spine(node.p1) | self.spine(node.p2)
        if node.name == "LeftJoin":
            bound = self.spine(node.p1)
            self._beside(node.p2, bound)
            self._exists(node.expr, set())
            return bound
        if node.name == "Filter":
            bound = self.spine(node.p)
            self._condition(node.expr, bound)
            return bound
        if node.name in _AROUND:
            bound = self.spine(node.p)
            self._exists([value for key, value in node.items() if key not in ("p", "_vars")], set())
            return bound
        self._rest(node)
        return set()

    def _condition(self, node: Any, bound: set[str]) -> None:
        """One condition of a filter, or all of several."""
        name = getattr(node, "name", "")
        if name == "ConditionalAndExpression":
            for each in (node.expr, *node.other):
                self._condition(each, bound)
        elif name == "RelationalExpression" and node.op in ("!=", "<", "<=", ">", ">="):
            ends = [_end(node.expr), _end(node.other)] if {_kind(node.expr), _kind(node.other)} == {"variable"} else []
            if ends and set(ends) <= bound:
                first, second = reversed(ends) if node.op in _TURNED else ends
                self.needs.compared.append((first, _TURNED.get(node.op, node.op), second))
            self._exists([node.expr, node.other], bound)
        elif name == "Builtin_NOTEXISTS":
            before = len(self.needs.loose)
            self._beside(node.graph, bound)
            match self.needs.loose[before:]:
                case [only] if len(only.variables) == 2 and len(only.variables & bound) == 1:
                    self.needs.absent.append(self.needs.loose.pop())
        else:
            self._exists(node, bound)

    def _exists(self, node: Any, bound: set[str]) -> None:
        """What EXISTS looks for, wherever it stands in a filter."""
        if isinstance(node, list):
            for each in node:
                self._exists(each, bound)
        elif getattr(node, "name", "") in _EXISTS:
            self._beside(node.graph, bound)
        elif hasattr(node, "name"):
            self._exists([value for key, value in node.items() if key != "_vars"], bound)

    def _beside(self, node: Any, bound: set[str]) -> None:
        """What may match beside the required patterns, held to the variables that are bound by then."""
        triples = _plain(node)
        if triples is None:
            return self._rest(node)
        for triple in triples:
            for pattern in self._patterns(*triple):
                ends = [e if e in bound or e[0] != "?" else self._new() for e in (pattern.subject, pattern.object)]
                self.needs.loose.append(replace(pattern, subject=ends[0], object=ends[1]))
        return None

    def _rest(self, node: Any) -> None:
        """Whatever else a query holds: every IRI in it may be a predicate."""
        from rdflib.paths import MulPath, NegatedPath, Path

        if _kind(node) == "iri":
            self.needs.others.add(str(node))
        elif isinstance(node, NegatedPath) or (isinstance(node, MulPath) and node.zero):
            self.needs.everything = True
        elif isinstance(node, Path):
            self._rest(list(vars(node).values()))
        elif isinstance(node, list | tuple | set):
            for each in node:
                self._rest(each)
        elif hasattr(node, "name"):
            if node.triples and any(_kind(predicate) == "variable" for _, predicate, _ in _threes(node.triples)):
                self.needs.everything = True
            self._rest([value for key, value in node.items() if key != "_vars"])

    def _patterns(self, subject: Any, predicate: Any, value: Any) -> Iterator[Pattern]:
        """A triple of a query as patterns; a path that is read less closely gives none."""
        from rdflib import Variable
        from rdflib.paths import AlternativePath, InvPath, SequencePath

        if _kind(predicate) == "iri":
            yield Pattern(_end(subject), (str(predicate),), _end(value))
        elif _kind(predicate) == "variable":
            yield Pattern(_end(subject), None, _end(value))
        elif isinstance(predicate, AlternativePath) and all(_kind(each) == "iri" for each in predicate.args):
            yield Pattern(_end(subject), tuple(map(str, predicate.args)), _end(value))
        elif isinstance(predicate, InvPath):
            yield from self._patterns(value, predicate.arg, subject)
        elif isinstance(predicate, SequencePath):
            stops = [subject, *(Variable(self._new()[1:]) for _ in predicate.args[1:]), value]
            for number, part in enumerate(predicate.args):
                yield from self._patterns(stops[number], part, stops[number + 1])
        else:
            self._rest(predicate)

    def _new(self) -> str:
        self._fresh += 1
        return f"? {self._fresh}"  # a name that no query can hold


def _kind(node: Any) -> str:
    from rdflib import BNode, URIRef, Variable

    return "variable" if isinstance(node, Variable | BNode) else "iri" if isinstance(node, URIRef) else ""


def _end(node: Any) -> str:
    """`?name` of a variable or blank node of a query, the N-Triples text of a term."""
    if _kind(node) == "variable":
        return f"?{node}"
    if _kind(node) == "iri":
        return f"<{node}>"
    kind = ox.NamedNode(str(node.datatype)) if node.datatype else None
    return str(ox.Literal(str(node), datatype=kind, language=node.language))


def _plain(node: Any) -> list[Sequence[Any]] | None:
    """The triples of a group that has nothing else."""
    if node.name in ("BGP", "TriplesBlock"):
        return list(_threes(node.triples))
    if node.name in ("Join", "GroupGraphPatternSub"):
        parts = [_plain(part) for part in (node.part or [] if node.name != "Join" else [node.p1, node.p2])]
        return None if None in parts else [triple for part in parts for triple in part or []]
    return None


def _threes(triples: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Triples, some of which rdflib keeps in one list after the other."""
    for each in triples:
        for start in range(0, len(each), 3):
            yield each[start : start + 3]
