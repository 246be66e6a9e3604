"""Turtle and TriG of a whole graph: subjects by kind, a prefix for the claims of each source."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from citygraph.rdf.columns import Mask, Numbers
from citygraph.rdf.order import KINDS, NO_KIND
from citygraph.rdf.ranks import Ordered
from citygraph.rdf.turtle import AND, AND_NODE, head, prefixes
from citygraph.rdf.words import Texts, Words, packed
from citygraph.vocabulary import TYPE

_PLURAL = {"City": "Cities", "Commitment": "Commitments"}
_END = " .\n"


def turtle(quads: Ordered, words: Words, title: str) -> Iterator[str]:
    """Turtle of quads without their graphs: subjects by kind, an empty line between them."""
    yield from _Writer(quads.without_graphs(), words, title).parts(graphs=False)


def trig(quads: Ordered, words: Words, title: str) -> Iterator[str]:
    """TriG, a named graph after the other."""
    yield from _Writer(quads, words, title).parts(graphs=True)


class _Writer:
    """Writes one file, as packed texts."""

    def __init__(self, quads: Ordered, words: Words, title: str) -> None:
        used = quads.used()
        names = prefixes(words.spaces_of(used))
        self.head = [packed(line) for line in head(names, title)]
        self.quads = quads
        self.written = words.turtle(used, names)
        self.nodes: Mask = np.array([each[:1] == "<" for each in words.spaces] + [False], dtype=bool)[words.space]
        self.verbs: Texts = np.empty(len(used), dtype=object)
        for number in np.flatnonzero(used[quads.tables[2]]).tolist():
            predicate = int(quads.tables[2][number])
            self.verbs[predicate] = f" {self.written[predicate]} "
        if (number := quads.terms.find(TYPE)) >= 0:
            self.verbs[number] = " a "

    def parts(self, graphs: bool) -> Iterator[str]:
        """The parts of the file."""
        yield from self.head
        last_graph, last_kind, any_graph = -1, NO_KIND, False
        for g, s, p, o in self.quads.chunks():
            new = np.ones(len(s), dtype=bool)  # of another subject or graph than the quad before
            new[1:] = (s[1:] != s[:-1]) | (g[1:] != g[:-1])
            leads, starts = self._leads(s, p, o, new)
            kinds = self.quads.kinds[s[starts]]
            turns = np.ones(len(starts), dtype=bool)
            turns[1:] = (kinds[1:] != kinds[:-1]) | (g[starts[1:]] != g[starts[:-1]])
            leads[0] = leads[0][len(_END) :]
            for at in np.flatnonzero(turns).tolist():
                graph, kind = int(g[starts[at]]), int(kinds[at])
                before = ""
                if graphs and graph != last_graph:
                    before = ("}\n" if any_graph else "") + f"\n{packed(self._graph(graph))} {{\n"
                    any_graph, last_kind = True, NO_KIND
                if kind not in (NO_KIND, last_kind):
                    before += _heading(kind)
                last_graph, last_kind = graph, kind
                lead = leads[starts[at]]
                cut = len(_END) if at else 0
                leads[starts[at]] = lead[:cut] + before + lead[cut:]
            pieces: Texts = np.empty((len(s), 2), dtype=object)
            pieces[:, 0], pieces[:, 1] = leads, self.written[o]
            yield "".join(pieces.ravel().tolist())
            yield _END
        if any_graph:
            yield "}\n"

    def _leads(self, s: Numbers, p: Numbers, o: Numbers, new: Mask) -> tuple[Texts, Numbers]:
        """What stands before the object of each quad; and where a subject begins."""
        leads: Texts = np.where(self.nodes[o], AND_NODE, AND).astype(object)
        other = ~new
        other[1:] &= p[1:] != p[:-1]
        leads[other] = " ;\n   " + self.verbs[p[other]]
        starts = np.flatnonzero(new).astype(np.int32)
        subjects = s[starts]
        opened = np.where(self.quads.whole[subjects], _END + "\n", _END).astype(object)
        leads[starts] = opened + self.written[subjects] + self.verbs[p[starts]]
        return leads, starts

    def _graph(self, number: int) -> str:
        return self.quads.terms.texts[number] or "<>"


def _heading(kind: int) -> str:
    name = KINDS[kind]
    return f"\n# {'-' * 20} {_PLURAL.get(name, name + 's')}\n"
