"""A graph as tables for people and spreadsheets: a row for each thing or claim, a column for what is said of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from citygraph.publish.fields import BETWEEN, TABLES, Field, Table
from citygraph.rdf.columns import Columns, Numbers, literal, value
from citygraph.shacl.index import Index, Pairs, unique_pairs
from citygraph.vocabulary import CG, ID, SKOS, TYPE, term_of_key

_NAME = SKOS + "prefLabel"
_LANGUAGES = ("en", "fi", "sv")
_QUOTED = re.compile('[",\r\n]')


def tables(asserted: Columns, inferred: Columns) -> dict[str, str]:
    """The text of each table by its path in the release.

    CSV in UTF-8 with a header and LF, rows in the order of their keys. An empty cell is what no source says. Texts
    stand as sources have them, also those that a spreadsheet takes for a formula.
    """
    flat = Flat(asserted, inferred)
    return {table.path: flat.csv(table) for table in TABLES}


class Flat:
    """A graph, indexed for tables."""

    def __init__(self, asserted: Columns, inferred: Columns) -> None:
        """What is asserted, and what follows: the latter only for columns that ask for it."""
        self._index, self._more = Index(asserted), Index(inferred)
        self._texts = asserted.terms.texts
        self._find = asserted.terms.find
        self._labels: dict[int, str] = {}

    def csv(self, table: Table) -> str:
        """One table."""
        found = {number for name in table.of for number in self._index.instances(CG + name).tolist()}
        subjects = np.array(sorted(found, key=lambda number: self._texts[number][1:-1]), dtype=np.int32)
        columns = [list(map(_cell, self.column(one, subjects))) for one in table.fields]
        lines = [",".join(one.name for one in table.fields), *map(",".join, zip(*columns, strict=True))]
        return "\n".join(lines) + "\n"

    def column(self, one: Field, subjects: Numbers) -> list[str]:
        """What stands in a column, a cell for each subject."""
        rows, values = self._follow(one, subjects)
        shown = self._shown(one.show, values)
        cells = [""] * len(subjects)
        several: dict[int, set[str]] = defaultdict(set)
        for row, text in zip(rows.tolist(), shown, strict=True):
            if not cells[row]:
                cells[row] = text
            elif text and text != cells[row]:
                several[row].add(text)
        for row, texts in several.items():
            cells[row] = BETWEEN.join(sorted({cells[row], *texts}))
        return cells

    def _follow(self, one: Field, subjects: Numbers) -> Pairs:
        """Places in `subjects` and the numbers of the values that the path leads to, each pair once."""
        start = np.arange(len(subjects), dtype=np.int32), subjects
        if not one.path:
            return start
        found = []
        for way in one.path.split("|"):
            rows, nodes = start
            for step in way.split("/"):
                rows, nodes = _joined(rows, nodes, self._pairs(step, one.follows))
            found.append((rows, nodes))
        return unique_pairs(*(np.concatenate(part) for part in zip(*found, strict=True)))

    def _pairs(self, step: str, follows: bool) -> Pairs:
        """Subjects and objects of a step, sorted."""
        predicate = self._find(term_of_key()[step.removeprefix("^")])
        pairs = self._index.pairs(predicate)
        if follows:
            more = self._more.pairs(predicate)
            pairs = unique_pairs(np.concatenate((pairs[0], more[0])), np.concatenate((pairs[1], more[1])))
        return unique_pairs(pairs[1], pairs[0]) if step[:1] == "^" else pairs

    def _shown(self, show: str, values: Numbers) -> Iterator[str]:
        """How each value stands in a cell; each distinct one is looked at once."""
        distinct = np.unique(values).tolist()
        if show == "name":
            self._label(distinct)
            said = {number: self._labels[number] for number in distinct}
        elif show == "kind":
            said = self._kinds(distinct)
        elif show[:1] == "@":
            said = {number: _in_language(self._texts[number], show[1:]) for number in distinct}
        else:
            said = {number: value(self._texts[number]) for number in distinct}
            if show == "key":
                said = {number: text.removeprefix(ID) for number, text in said.items()}
        return map(said.__getitem__, values.tolist())

    def _label(self, numbers: Sequence[int]) -> None:
        """Find names of things: English, else the first in alphabetical order, as queries show them."""
        new = np.array([number for number in numbers if number not in self._labels], dtype=np.int32)
        rows, labels = _joined(new, new, self._index.pairs(self._find(_NAME)))
        best: dict[int, tuple[bool, str]] = {}
        for thing, label in zip(rows.tolist(), labels.tolist(), strict=True):
            text, language, _ = literal(self._texts[label])
            best[thing] = min(best.get(thing, (True, text)), (language != "en", text))
        self._labels |= {number: best[number][1] if number in best else "" for number in new.tolist()}

    def _kinds(self, numbers: Sequence[int]) -> dict[int, str]:
        some = np.array(numbers, dtype=np.int32)
        rows, kinds = _joined(some, some, self._index.pairs(self._find(TYPE)))
        found = dict(zip(rows.tolist(), kinds.tolist(), strict=True))
        return {
            number: value(self._texts[found[number]]).removeprefix(CG) if number in found else "" for number in numbers
        }


def _joined(rows: Numbers, nodes: Numbers, pairs: Pairs) -> Pairs:
    """One step on: for each place and node the objects that sorted pairs have for it."""
    subjects, objects = pairs
    first, last = np.searchsorted(subjects, nodes, "left"), np.searchsorted(subjects, nodes, "right")
    many = last - first
    before = np.cumsum(many) - many
    places = np.arange(int(many.sum())) + np.repeat(first - before, many)
    return np.repeat(rows, many), objects[places]


def _in_language(text: str, wanted: str) -> str:
    """A label where it is in a language; with an empty one, where it is in none of those that have a column."""
    lexical, language, _ = literal(text)
    return lexical if (language if language in _LANGUAGES else "") == wanted else ""


def _cell(text: str) -> str:
    """A cell as RFC 4180 writes it."""
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
