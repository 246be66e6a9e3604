"""Rows of a delimited file with their places, streamed; what is wrong with a row is told and the others are read."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from citygraph.files import shown
from citygraph.options import Progress
from citygraph.problems import CitygraphError, Problem
from citygraph.tables.clean import CLEANERS
from citygraph.tables.describe import Table
from citygraph.tables.lines import Lines, no_text, size_of

_OFTEN = 1_000  # rows
_SIGNS = "+#*@%=<>$"
_ASCII_SIGN = re.compile(f"[{re.escape(_SIGNS)}]")
_APART = re.compile("[^a-z0-9]+")
_DASHES = "–—−‐‑·’‘`´“”„«»"  # between words as ASCII has them
_MOST = 200  # characters of a row in a problem
_CELLS = 4_096  # of a column, whose values are kept


@dataclass(slots=True)
class Row:
    """Cleaned values by column, with the row's number (the header is row 1) and the columns' numbers from 1.

    `cells` are the cells as they stand in the file.
    """

    number: int
    values: dict[str, str]
    places: dict[str, int] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)
    file: str = ""
    cells: list[str] = field(default_factory=list)


def row_key(row: Row, table: Table) -> str:
    """The name of a row in addresses: its key columns in small letters, joined by hyphens; empty where all are."""
    return "-".join([part for column in table.key if (part := slug(row.values.get(column, "")))])


@lru_cache(maxsize=16_384)
def slug(text: str) -> str:
    """A text as a part of an address: accents folded; letters that ASCII lacks leave a short hash of the text."""
    if text.isascii() and not _ASCII_SIGN.search(text):
        return _APART.sub("-", text.lower()).strip("-")
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    lost = any(sign in _SIGNS or not (sign.isascii() or sign.isspace() or sign in _DASHES) for sign in plain)
    mark = hashlib.sha256(unicodedata.normalize("NFC", text.casefold()).encode()).hexdigest()[:8] if lost else ""
    return _APART.sub("-", f"{plain}-{mark}").strip("-")


def opened(path: Path) -> io.BufferedReader:
    """A file to be read as bytes."""
    return path.open("rb")


def read_rows(
    path: Path,
    table: Table,
    problems: list[Problem],
    progress: Progress = lambda *_: None,
    open_file: Callable[[Path], io.BufferedReader] = opened,
) -> Iterator[Row]:
    """The rows of a table file; cells that a cleaner refuses and rows that cannot be read are told as they are met.

    Raises CitygraphError where the file cannot be opened or is no text table at all.
    """
    name = shown(path)
    try:
        with open_file(path) as raw:
            if what := no_text(raw):
                raise CitygraphError(f"{name}: {what}")
            size = size_of(path)
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline="")
            for row in _rows(Lines(text, name), name, table, problems):
                if size and row.number % _OFTEN == 0:
                    progress(name, min(raw.tell(), size - 1), size)
                yield row
            if size:
                progress(name, size, size)
    except OSError as error:
        raise CitygraphError(f"{name}: cannot be read: {error.strerror}") from error


def _rows(lines: Lines, name: str, table: Table, problems: list[Problem]) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=table.delimiter, strict=True)
    try:
        header = next(reader, None)
    except csv.Error as error:
        raise CitygraphError(f"{name}:1: the header cannot be read: {_reason(error)[0]}") from error
    if not header:
        raise CitygraphError(f"{name}: no header row")
    _header(header, name, table, problems)
    if not set(table.key) <= set(header):
        return  # no row has a name: that is told once, not of each
    places = {column: number for number, column in enumerate(header, 1)}
    made = {column: how.source for column, how in table.columns.items() if how.source in places}
    places |= {column: places[source] for column, source in made.items()}
    clean = _Cleaning(places, table)
    number, found = 1, False
    while True:
        number += 1
        lines.begin()
        try:
            cells = next(reader)
            again = _swallowed(lines, header, table)
            wrong = _open(lines, header, table.delimiter) if again else _misfit(cells, header, lines)
        except StopIteration:
            if not found:
                problems.append(Problem(name, 1, 1, "row", "no row below the header", "", "", "warning"))
            return
        except csv.Error as error:
            again, wrong = True, _broken(error, lines, header, table.delimiter)
        found = found or bool(lines.taken[0].strip())
        if wrong is not None:
            problems += _told(wrong, name, number, header, lines.taken[0])
            if again:
                lines.give_back()
            continue
        row, told = clean(Row(number, {}, places, set(), name, cells))
        if told:
            key = row_key(row, table)
            problems.extend(replace(problem, name=key) for problem in told)
        yield row


class _Cleaning:
    """Gives rows of one file the values of their cells; many cells of a column are alike, and are cleaned once."""

    def __init__(self, places: dict[str, int], table: Table) -> None:
        self.table = table
        self.plain = [(column, place - 1) for column, place in places.items() if column not in table.columns]
        self.cleaned: list[tuple[str, int, dict[str, str]]]
        self.cleaned = [(column, place - 1, {}) for column, place in places.items() if column in table.columns]

    def __call__(self, row: Row) -> tuple[Row, list[Problem]]:
        """The row with its values, and what the cleaners refuse."""
        told: list[Problem] = []
        missing, values, cells = self.table.missing, row.values, [cell.strip() for cell in row.cells]
        for column, at in self.plain:
            cell = cells[at]
            values[column] = "" if cell in missing else cell
        for column, at, known in self.cleaned:
            cell = cells[at]
            value = known.get(cell)
            if value is None:
                _cell(row, column, cell, self.table, told)
                if column not in row.bad:
                    if len(known) > _CELLS:
                        known.clear()
                    known[cell] = values[column]
            else:
                values[column] = value
        return row, told


Wrong = tuple[int, str, str]  # the column or 0 for the row as a whole, what is wrong, what would be right


def _told(wrong: Wrong, name: str, number: int, header: list[str], line: str) -> Iterator[Problem]:
    """The problem of a row that cannot be read, with its beginning; an empty line is none."""
    column, what, right = wrong
    start = line.strip()[:_MOST].replace("\0", "\ufffd")
    of = header[column - 1] if column else ""
    if start:
        yield Problem(name, number, column or 1, "row", what, right, "", "warning", column_name=of, value=start)


def _misfit(cells: list[str], header: list[str], lines: Lines) -> Wrong | None:
    """Why a row that was read does not fit its header; None where it does."""
    if len(cells) == len(header) and cells != header:
        return None
    if cells == header:
        return 0, "the header stands again", "left out"
    what = f"{len(cells)} cells under {len(header)} columns"
    if len(lines.taken) > 1:
        what += f", in {len(lines.taken)} lines"
        return 0, what, "look at its quotation marks; left out"
    return 0, what, "left out"


def _broken(error: csv.Error, lines: Lines, header: list[str], delimiter: str) -> Wrong:
    """Why a row cannot be read, at the cell whose quotation mark stays open where there is one."""
    what, right = _reason(error)
    if len(lines.taken) == 1 and "end of data" not in str(error):
        return 0, f"the row cannot be read: {what}", right
    return _open(lines, header, delimiter)


def _swallowed(lines: Lines, header: list[str], table: Table) -> bool:
    """Whether a cell of several lines holds a sound row: a quotation mark that a later, stray one closed."""
    for line in lines.taken[1:-1] if len(lines.taken) > 2 else ():
        cells = next(csv.reader([line], delimiter=table.delimiter), [])
        if len(cells) == len(header):
            places = {name: n for n, name in enumerate(header, 1)}
            row, told = _Cleaning(places, table)(Row(0, {}, places, set(), "", cells))
            if not told and row_key(row, table):
                return True
    return False


def _open(lines: Lines, header: list[str], delimiter: str) -> Wrong:
    """That the first line of a row opens a cell with a quotation mark that is not closed, at that cell."""
    cells = next(csv.reader([lines.taken[0]], delimiter=delimiter))
    what = "the quotation mark that opens this cell is not closed"
    right = "close it, or double one that belongs to the text; left out, the lines below are read as rows"
    return min(len(cells), len(header)), what, right


def _reason(error: csv.Error) -> tuple[str, str]:
    """What csv complains of and what would be right, in plain words."""
    said = str(error)
    if "expected after" in said:
        return "text after a closing quotation mark", "double a quotation mark that belongs to the text; left out"
    if "field limit" in said:
        return f"a cell has more than {csv.field_size_limit():,} characters", "look at its quotation marks; left out"
    if "end of data" in said:
        return "a quotation mark is not closed", "left out"
    if "NUL" in said:
        return "a NUL byte, which no text has", "save the table as CSV UTF-8; left out"
    if "new-line" in said:
        return "a carriage return within the row", "left out"
    return said, "left out"


def _header(header: list[str], name: str, table: Table, problems: list[Problem]) -> None:
    """Columns that stand twice, and columns that the description names and the table lacks."""
    for number, column in enumerate(header, 1):
        if column in header[: number - 1]:
            what = f"the column {column!r} stands twice"
            problems.append(Problem(name, 1, number, "column", what, "rename one", column_name=column, value=column))
    for column, record in table.named().items():
        if column not in header:
            where = f"{record.file}:{record.line} names it; the table has " + ", ".join(header)
            problems.append(Problem(name, 1, 1, "column", f"no column {column!r}", where, value=column))


def _cell(row: Row, column: str, cell: str, table: Table, problems: list[Problem]) -> None:
    how = table.columns.get(column)
    if cell in table.missing or how is None:
        row.values[column] = "" if cell in table.missing else cell
        return
    if how.values:
        if cell not in how.values and not how.other:
            right = "known here: " + ", ".join(how.values)
            problems.append(_unclean(row, column, f"{column}: {cell!r}", cell, right))
            row.bad.add(column)
        row.values[column] = how.values.get(cell, cell if how.other == "keep" else "")
        return
    try:
        row.values[column] = CLEANERS[how.clean](cell)
    except ValueError as error:
        what = f"{column}: {cell!r}: {error}"
        problems.append(_unclean(row, column, what, cell))
        row.values[column] = ""
        row.bad.add(column)


def _unclean(row: Row, column: str, what: str, cell: str, right: str = "") -> Problem:
    place = row.places[column]
    return Problem(row.file, row.number, place, "cell", what, right, "", "warning", column_name=column, value=cell)
