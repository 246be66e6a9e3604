"""Things and facts of a description, compiled: what a row fills them with is a tuple of texts.

Most rows are read once and need no record. One is made where a problem has to be told in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from citygraph.sheets import Field, Record, Value
from citygraph.tables.describe import HOLE, Table
from citygraph.tables.read import Row

_KEPT = ("id", "type", "when", "unless", "key", "by")

#: The values of a row by column, and the keys of its things by their names in the description.
Scope = Mapping[str, str]
Fill = Callable[[Scope], str]


@dataclass(frozen=True)
class Slot:
    """One value of a pattern: its key, what fills it, and the columns it names and draws on."""

    key: str
    language: str
    fill: Fill
    constant: str | None
    holes: tuple[str, ...]
    drawn: tuple[str, ...]


def holes(table: Table) -> dict[str, str]:
    """Every name that a template of the table may ask a row for, empty: columns that a file lacks, things of others."""
    patterns = (*table.things, *table.facts)
    texts = (value.text for pattern in patterns for entry in pattern.fields.values() for value in entry.values)
    return {name: "" for text in texts for name in HOLE.findall(text)}


def filling(template: str) -> Fill:
    """A template as a function: with its holes filled, empty where one of them is."""
    parts = HOLE.split(template)  # texts and names in turn
    if len(parts) == 1:
        return lambda _: template
    if len(parts) == 3 and not parts[0] and not parts[2]:
        return itemgetter(parts[1])
    names, form = parts[1::2], "%s".join(part.replace("%", "%%") for part in parts[::2])

    def fill(scope: Scope) -> str:
        found = [scope[name] for name in names]
        return form % tuple(found) if all(found) else ""

    return fill


class Pattern:
    """A thing or a fact of a description."""

    def __init__(self, record: Record, table: Table) -> None:
        self.name, self.type, self.table = record.name, record.type, table
        self.when, self.unless = record.get("when"), record.get("unless")
        self.key = filling(record.get("key") or "")
        keys = {thing.name: HOLE.findall(thing.get("key") or "") for thing in reversed(table.things)}
        self.slots: list[Slot] = []
        for key, entry in record.fields.items():
            for value in entry.values if key not in _KEPT else ():
                named = HOLE.findall(value.text)
                drawn = tuple(column for name in named for column in keys.get(name, [name]))
                constant = None if named else value.text
                self.slots.append(
                    Slot(key, value.language, filling(value.text), constant, tuple(named), drawn)
                )  # fmt: skip
        self.places: dict[str, list[int]] = {}  # of the values of a key among the slots
        for at, slot in enumerate(self.slots):
            self.places.setdefault(slot.key, []).append(at)
        self._fills = [slot.fill for slot in self.slots]
        self._asked = (*record.all("when"), *record.all("unless"))
        self._point = [(at, key) for key in ("lat", "long") for at in self.places.get(key, ())]
        self._seen: dict[tuple[bool, ...], tuple[int, tuple[str, ...]]] = {}

    def applies(self, row: Row) -> bool:
        """Whether the row has what `when` asks for and lacks what `unless` names."""
        values = row.values
        return not (self.when and not values.get(self.when)) and not (self.unless and values.get(self.unless))

    def texts(self, scope: Scope) -> tuple[str, ...]:
        """The texts of the slots."""
        return tuple([fill(scope) for fill in self._fills])

    def whole(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        """The texts without half a place, which is none."""
        found = {key for at, key in self._point if texts[at]}
        if len(found) != 1:
            return texts
        gone = {at for at, _ in self._point}
        return tuple("" if at in gone else text for at, text in enumerate(texts))

    def bad(self, row: Row) -> list[str]:
        """The columns that the pattern names and whose cells could not be read."""
        return [name for slot in self.slots for name in slot.holes if name in row.bad] if row.bad else []

    def told(self, texts: Sequence[str]) -> tuple[int, tuple[str, ...]]:
        """How many keys have a text, and the table's own columns that these come from."""
        seen = tuple(map(bool, texts))
        if seen not in self._seen:
            keys = [key for key, places in self.places.items() if any(seen[at] for at in places)]
            used = (column for key in keys for at in self.places[key] for column in self.slots[at].drawn)
            own = {self._own(column) for column in (*used, *self._asked)}
            self._seen[seen] = len(keys), tuple(sorted(own))
        return self._seen[seen]

    def _own(self, column: str) -> str:
        """The table's own column from which a column of the description is made."""
        how = self.table.columns.get(column)
        return how.source or column if how else column


class Filled:
    """A pattern filled by a row: the texts of its slots, and the name of the thing or fact."""

    __slots__ = ("name", "pattern", "texts")

    def __init__(self, pattern: Pattern, name: str, texts: tuple[str, ...]) -> None:
        self.pattern, self.name, self.texts = pattern, name, texts

    @property
    def type(self) -> str:
        """The type of the thing or fact."""
        return self.pattern.type

    def get(self, key: str) -> str | None:
        """The first text of a key, or None."""
        for at in self.pattern.places.get(key, ()):
            if text := self.texts[at]:
                return text
        return None

    def all(self, key: str) -> list[str]:
        """Every text of a key."""
        return [text for at in self.pattern.places.get(key, ()) if (text := self.texts[at])]

    def record(self, row: Row, columns: bool = True) -> Record:
        """The same as a record, with the places and cells of its row; a fact knows its `columns`."""
        record = Record(row.file, row.number, 1, self.name, self.type)
        for key, places in self.pattern.places.items():
            values = []
            for at in places:
                slot, text = self.pattern.slots[at], self.texts[at]
                if text:
                    header = next((name for name in slot.drawn if name in row.places), "")
                    column = row.places.get(header, 1)
                    cell = row.cells[column - 1].strip() if header else ""
                    values.append(Value(text, row.number, column, slot.language, header, cell))
            if values:
                record.fields[key] = Field(row.number, values[0].column, values)
        record.columns = self.pattern.told(self.texts)[1] if columns else ()
        return record
