"""Which row states what, in two numbers a subject, and the records of rows when somebody asks for them."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import weakref
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from citygraph.options import Progress
from citygraph.problems import Problem
from citygraph.rdf.columns import Numbers, Terms
from citygraph.sheets import Record
from citygraph.tables.describe import Table
from citygraph.tables.read import Row, read_rows
from citygraph.tables.rows import Rows, TableRow
from citygraph.vocabulary import DATE_KEYS, ID, claim_iri, row_iri

Place = tuple[Record, str]


class Stated:
    """The files of a table, the subjects that their rows state, and the records of these, made by reading again."""

    def __init__(self, table: Table, paths: Sequence[Path], problems: list[Problem], terms: Terms) -> None:
        self.table, self.paths, self.terms = table, paths, terms
        self.rows = Rows(table, problems)
        self._copies: dict[Path, IO[bytes]] = {}
        self._subjects, self._at, self._bare = array("i"), array("i"), array("i")

    def read(self, progress: Progress) -> Iterator[TableRow]:
        """What each row says; problems are told."""
        yield from self.rows.read(self._lines(self.rows.problems, progress))

    def _lines(self, problems: list[Problem], progress: Progress = lambda *_: None) -> Iterator[Row]:
        for path in self.paths:
            yield from read_rows(path, self.table, problems, progress, self._open)

    def _open(self, path: Path) -> io.BufferedReader:
        """A file, or a copy of what a pipe gave, which gives it only once."""
        if path not in self._copies:
            opened = path.open("rb")
            if path.is_file():
                return opened
            self._copies[path] = kept = tempfile.TemporaryFile()  # noqa: SIM115
            weakref.finalize(self, kept.close)
            with opened:
                shutil.copyfileobj(opened, kept)
        copy = self._copies[path]
        copy.seek(0)
        return os.fdopen(os.dup(copy.fileno()), "rb")

    def add(self, subject: int, at: int) -> None:
        """The row at a place states a subject."""
        self._subjects.append(subject)
        self._at.append(at)

    def bare(self, row: int) -> None:
        """A row names nothing: what is wrong with it is not its own."""
        self._bare.append(row)

    def state(self) -> tuple[array[int], array[int], array[int], array[int]]:
        """What `restore` takes: all that was learnt by reading."""
        refused = array("i", (number for pair in sorted(self.rows.refused) for number in pair))
        return self._subjects, self._at, self._bare, refused

    def restore(self, subjects: array[int], at: array[int], bare: array[int], refused: array[int]) -> None:
        """As if read: the state of another that read the same files, over the same terms."""
        self._subjects, self._at, self._bare = subjects, at, bare
        self.rows.refused = set(zip(refused[::2], refused[1::2], strict=True))

    def subjects(self) -> Numbers:
        """What rows state."""
        return np.setdiff1d(np.array(self._subjects, dtype=np.int32), np.array(self._bare, dtype=np.int32))

    def places(self, wanted: Iterable[int]) -> dict[str, Place]:
        """The record and key that state each of the wanted subjects, as far as rows of this table do."""
        subjects, rows = (np.array(column, dtype=np.int32) for column in (self._subjects, self._at))
        where = np.flatnonzero(np.isin(subjects, np.array(list(wanted), dtype=np.int32)))
        of: dict[int, set[str]] = defaultdict(set)
        for subject, at in zip(subjects[where].tolist(), rows[where].tolist(), strict=True):
            of[at].add(self.terms.value(subject))
        found: dict[str, Place] = {}
        last = max(of, default=-1)
        for at, row in enumerate(self._lines([])) if of else ():
            if at in of:
                for iri, record, key in self._said(self.rows.again(at, row)):
                    if iri in of[at]:
                        found.setdefault(iri, (record, key))
            if at >= last:
                break
        return found

    def _said(self, said: TableRow) -> Iterator[tuple[str, Record, str]]:
        """Every subject that a row may state, the one that counts first, with its record and key there."""
        source, row = self.table.source, said.row
        yield (
            row_iri(source.name, said.key),
            Record(row.file if said.things else source.file, row.number, 1, said.key),
            "",
        )
        for thing in sorted(said.things, key=lambda each: -each.pattern.told(each.texts)[0]):
            yield ID + thing.name, thing.record(row, columns=False), ""
        for fact in said.facts:
            iri, record = claim_iri(source.name, fact.name), fact.record(row)
            yield iri, record, ""
            yield from ((f"{iri}.{key}", record, key) for key in DATE_KEYS if key in record.fields)
