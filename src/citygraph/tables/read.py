"""Rows of a delimited file with their places, streamed; what is wrong with a row is told and the others are read."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from citygraph.files import shown
from citygraph.problems import CitygraphError, Problem
from citygraph.tables.clean import CLEANERS
from citygraph.tables.describe import Table


@dataclass
class Row:
    """Cleaned values by column, with the row's number (the header is row 1) and the columns' numbers from 1."""

    number: int
    values: dict[str, str]
    places: dict[str, int] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)


def read_rows(path: Path, table: Table, problems: list[Problem]) -> Iterator[Row]:
    """The rows of a table file; cells that a cleaner refuses and rows of another width are told as they are met.

    Raises CitygraphError where the file cannot be opened or is no text table at all.
    """
    name = shown(path)

    def tell(row: int, column: int, code: str, what: str, right: str = "", of: str = "") -> None:
        problems.append(Problem(name, row, column, code, what, right, of, "warning"))

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=table.delimiter, strict=True)
            header = next(reader, None)
            if not header:
                raise CitygraphError(f"{name}: no header row")
            _header(header, name, table, problems)
            places = {column: number for number, column in enumerate(header, 1)}
            number = 1
            while True:
                number += 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    tell(number, 1, "row", f"the row cannot be read: {error}", "look at its quotation marks")
                    continue
                if len(cells) != len(header):
                    if cells:
                        tell(number, 1, "row", f"{len(cells)} cells under {len(header)} columns", "left out")
                    continue
                row = Row(number, {}, places)
                for column, cell in zip(header, cells, strict=True):
                    _cell(row, column, cell.strip(), table, problems, name)
                yield row
    except UnicodeDecodeError as error:
        raise CitygraphError(
            f"{name}: byte 0x{error.object[error.start]:02X} is not UTF-8; save the table as UTF-8"
        ) from error
    except OSError as error:
        raise CitygraphError(f"{name}: cannot be read: {error.strerror}") from error


def _header(header: list[str], name: str, table: Table, problems: list[Problem]) -> None:
    """Columns that stand twice, and columns that the description names and the table lacks."""
    for number, column in enumerate(header, 1):
        if column in header[: number - 1]:
            problems.append(Problem(name, 1, number, "column", f"the column {column!r} stands twice", "rename one"))
    for column, record in table.named().items():
        if column not in header:
            where = f"{record.file}:{record.line} names it; the table has " + ", ".join(header)
            problems.append(Problem(name, 1, 1, "column", f"no column {column!r}", where))


def _cell(row: Row, column: str, cell: str, table: Table, problems: list[Problem], name: str) -> None:
    how = table.columns.get(column)
    if cell in table.missing or how is None:
        row.values[column] = "" if cell in table.missing else cell
        return
    if how.values:
        if cell not in how.values:
            right = "known here: " + ", ".join(how.values)
            problems.append(
                Problem(name, row.number, row.places[column], "cell", f"{column}: {cell!r}", right, "", "warning")
            )
            row.bad.add(column)
        row.values[column] = how.values.get(cell, "")
        return
    try:
        row.values[column] = CLEANERS[how.clean](cell)
    except ValueError as error:
        what = f"{column}: {cell!r}: {error}"
        problems.append(Problem(name, row.number, row.places[column], "cell", what, "", "", "warning"))
        row.values[column] = ""
        row.bad.add(column)
