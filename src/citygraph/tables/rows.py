"""Rows to things and facts: what a description says of each row, and what of it has to be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from citygraph.problems import Problem
from citygraph.tables.describe import Table
from citygraph.tables.patterns import Filled, Pattern, Scope, holes
from citygraph.tables.read import Row, row_key, slug


class TableRow(NamedTuple):
    """A row with its place among all rows that were read, its key, the things it names and the facts it states."""

    at: int
    row: Row
    key: str
    things: list[Filled]
    facts: list[Filled]


class Rows:
    """What the rows of one table say, of however many files."""

    def __init__(self, table: Table, problems: list[Problem]) -> None:
        self.table, self.problems = table, problems
        self.things = [Pattern(thing, table) for thing in table.things]
        self.facts = [Pattern(fact, table) for fact in table.facts]
        self._blank = holes(table) | {thing.name: "" for thing in table.things}
        # Keys of rows differ: two claims get one name only where that of one fact ends as that of another.
        names = [fact.name for fact in table.facts]
        self._risky = {
            one for one in names for other in names if one.endswith(f"-{other}") or other.endswith(f"-{one}")
        }
        self.refused: set[tuple[int, int]] = set()

    def read(self, rows: Iterable[Row]) -> Iterator[TableRow]:
        """What each row says; what is left out is told."""
        seen: dict[str, dict[str, int]] = {}
        names: dict[str, str] = {}
        claims: set[str] = set()
        for at, row in enumerate(rows):
            key = row_key(row, self.table)
            if not key:
                self._tell(row, "row-key", "the row has no key: " + ", ".join(self.table.key) + " is empty", "left out")
                continue
            first = next(((file, numbers[key]) for file, numbers in seen.items() if key in numbers), None)
            if first is not None:
                file, number = first
                where = f"row {number}" + ("" if file == row.file else f" of {file}")
                self._tell(row, "row-key", f"the key {key!r} stands twice", f"{where} has it; left out", key)
                continue
            seen.setdefault(row.file, {})[key] = row.number

            def taken(index: int, key: str, name: str, at: int = at, row: Row = row) -> bool:
                first = names.setdefault(key, name)
                if first is name or first.casefold() == name.casefold():
                    return False
                what = f"{name!r} and {first!r} would have the same key {key!r}"
                self._tell(row, "thing-key", what, "left out, with what names it", name)
                self.refused.add((at, index))
                return True

            things, scope = self._things(row, taken)
            yield TableRow(at, row, key, things, list(self._sound(self._facts(row, key, scope), row, key, claims)))

    def again(self, at: int, row: Row) -> TableRow:
        """What a row says that was read before as the one at this place; nothing is told."""
        key = row_key(row, self.table)
        things, scope = self._things(row, lambda index, *_: (at, index) in self.refused)
        return TableRow(at, row, key, things, list(self._facts(row, key, scope)))

    def _things(self, row: Row, taken: Callable[[int, str, str], bool]) -> tuple[list[Filled], Scope]:
        """The things, and the values of the row with their keys, by which facts name them."""
        found: dict[str, Filled] = {}
        columns = self._blank | row.values
        scope = columns.copy()
        for index, pattern in enumerate(self.things):
            name = pattern.key(columns)
            if name and pattern.name not in found and pattern.applies(row):
                key = slug(name)
                key = name if key == name else key  # one text where two would be alike
                if taken(index, key, name):
                    continue
                found[pattern.name] = Filled(pattern, key, pattern.whole(pattern.texts(scope)))
                scope[pattern.name] = key
        return list(found.values()), scope

    def _facts(self, row: Row, key: str, scope: Scope) -> Iterator[Filled]:
        for pattern in self.facts:
            if pattern.applies(row):
                yield Filled(pattern, f"{key}-{pattern.name}", pattern.texts(scope))

    def _sound(self, facts: Iterable[Filled], row: Row, key: str, claims: set[str]) -> Iterator[Filled]:
        """The facts that can be made, and by no other row."""
        for fact in facts:
            name = fact.pattern.name
            if name in self._risky:
                if fact.name in claims:
                    self._tell(row, "claim", f"another row made the claim {fact.name!r}", "left out", key)
                    continue
                claims.add(fact.name)
            if bad := fact.pattern.bad(row):
                self._tell(
                    row, "claim", f"the claim {name} cannot be made: {', '.join(bad)} cannot be read", "left out"
                )
            else:
                yield fact

    def _tell(self, row: Row, code: str, what: str, right: str, value: str = "") -> None:
        key = row_key(row, self.table)
        header = self.table.key[0] if code == "row-key" else ""
        place = row.number, row.places.get(header, 1)
        self.problems.append(
            Problem(row.file, *place, code, what, right, key, "warning", column_name=header, value=value)
        )
