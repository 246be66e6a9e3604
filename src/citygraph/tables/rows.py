"""Rows to records: what a description says of each row, as the same records that fact sheets give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from citygraph.problems import Problem
from citygraph.sheets import Field, Record, Value
from citygraph.tables.describe import HOLE, Table
from citygraph.tables.read import Row, row_key, slug

_KEPT = ("id", "type", "when", "unless", "key", "by")


class Rows:
    """The records of each row of one table, of however many files, with what had to be left out."""

    def __init__(self, table: Table, problems: list[Problem]) -> None:
        self.table, self.problems = table, problems
        self.seen: dict[str, tuple[str, int]] = {}
        self.left_out = 0
        self.drawn: dict[str, list[str]] = {}
        self.keys: dict[str, str] = {}
        self.claims: set[str] = set()

    def read(self, rows: Iterable[Row]) -> Iterator[tuple[str, int, list[Record], list[Record]]]:
        """For each row its key and number, the things that it names and the facts that it states."""
        for row in rows:
            key = row_key(row, self.table)
            if not key:
                self._tell(row, "row-key", "the row has no key: " + ", ".join(self.table.key) + " is empty", "left out")
                continue
            if key in self.seen:
                file, number = self.seen[key]
                where = f"row {number}" + ("" if file == row.file else f" of {file}")
                self._tell(row, "row-key", f"the key {key!r} stands twice", f"{where} has it; left out", key)
                continue
            self.seen[key] = row.file, row.number
            things = self._things(row)
            yield key, row.number, list(things.values()), list(self._facts(row, key, things))

    def _things(self, row: Row) -> dict[str, Record]:
        found: dict[str, Record] = {}
        for thing in self.table.things:
            name = self._fill(thing.get("key") or "", row, {})
            if name and thing.name not in found and _applies(thing, row):
                record = Record(row.file, row.number, 1, slug(name), thing.type)
                first = self.keys.setdefault(record.name, name)
                if first.casefold() != name.casefold():
                    what = f"{name!r} and {first!r} would have the same key {record.name!r}"
                    self._tell(row, "thing-key", what, "left out, with what names it", name)
                    continue
                self._fields(record, thing, row, found)
                if ("lat" in record.fields) is not ("long" in record.fields):  # half a place is none
                    record.fields.pop("lat", None)
                    record.fields.pop("long", None)
                found[thing.name] = record
        return found

    def _facts(self, row: Row, key: str, things: dict[str, Record]) -> Iterator[Record]:
        for fact in self.table.facts:
            if not _applies(fact, row):
                continue
            record = Record(row.file, row.number, 1, f"{key}-{fact.name}", fact.type)
            bad = self._fields(record, fact, row, things)
            used = (c for key in record.fields for v in fact.fields[key].values for c in self._columns(v.text))
            own = {self._own(column) for column in (*used, *fact.all("when"), *fact.all("unless"))}
            record.columns = tuple(sorted(own))
            if record.name in self.claims:
                self._tell(row, "claim", f"another row made the claim {record.name!r}", "left out", key)
                continue
            self.claims.add(record.name)
            if bad:
                self._tell(
                    row, "claim", f"the claim {fact.name} cannot be made: {', '.join(bad)} cannot be read", "left out"
                )
            else:
                yield record

    def _fields(self, record: Record, pattern: Record, row: Row, things: dict[str, Record]) -> list[str]:
        """Fill a record from a pattern; the columns whose cells could not be read come back."""
        bad: list[str] = []
        for key, entry in pattern.fields.items():
            if key in _KEPT:
                continue
            values = []
            for value in entry.values:
                columns = HOLE.findall(value.text)
                bad += [column for column in columns if column in row.bad]
                text = self._fill(value.text, row, things)
                if text:
                    header = next((name for name in self._columns(value.text) if name in row.places), "")
                    column = row.places.get(header, 1)
                    cell = row.cells[column - 1].strip() if header else ""
                    values.append(Value(text, row.number, column, value.language, header, cell))
            if values:
                record.fields[key] = Field(row.number, values[0].column, values)
        return bad

    def _own(self, column: str) -> str:
        """The table's own column from which a column of the description is made."""
        how = self.table.columns.get(column)
        return how.source or column if how else column

    def _columns(self, template: str) -> list[str]:
        """The columns that a template draws on, directly or through the key of a thing."""
        if template not in self.drawn:
            found = self.drawn[template] = []
            for name in HOLE.findall(template):
                thing = next((t for t in self.table.things if t.name == name), None)
                found += HOLE.findall(thing.get("key") or "") if thing else [name]
        return self.drawn[template]

    def _fill(self, template: str, row: Row, things: dict[str, Record]) -> str:
        """A template with its holes filled; empty where one of them is."""
        empty = False

        def value(match: re.Match[str]) -> str:
            nonlocal empty
            name = match.group(1)
            text = things[name].name if name in things else row.values.get(name, "")
            empty = empty or not text
            return text

        filled = HOLE.sub(value, template)
        return "" if empty else filled

    def _tell(self, row: Row, code: str, what: str, right: str, value: str = "") -> None:
        self.left_out += 1
        key = row_key(row, self.table)
        header = self.table.key[0] if code == "row-key" else ""
        place = row.number, row.places.get(header, 1)
        self.problems.append(
            Problem(row.file, *place, code, what, right, key, "warning", column_name=header, value=value)
        )


def _applies(pattern: Record, row: Row) -> bool:
    """Whether the row has what `when` asks for and lacks what `unless` names."""
    when, unless = pattern.get("when"), pattern.get("unless")
    return not (when and not row.values.get(when)) and not (unless and row.values.get(unless))
