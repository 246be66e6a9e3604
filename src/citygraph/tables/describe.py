"""The description of a table: where it comes from, how its columns are cleaned, what its rows say.

One YAML file in data/tables; no Python for any one table. Cleaning is a fixed list of named cleaners (`clean`), values
are templates such as `gcom-{organisation_id}`; there is no expression language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from citygraph import marked
from citygraph.near import nearest
from citygraph.problems import Problem
from citygraph.sheets import CLAIM_TYPES, MADE_KEYS, SOURCE_KEYS, THING_TYPES, Record, as_record, fact_keys, own_name
from citygraph.tables.clean import CLEANERS

HOLE = re.compile(r"\{([^{}]+)\}")
#: `by: name` tells of a table without numbers of its own: there the same name in the same place is one thing.
THING_KEYS = ["id", "type", "key", "by", "when", "unless", "label", "name", "country", "lat", "long", "region", "code"]
READ_KEYS = ["delimiter", "row", "missing"]
DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";"}


@dataclass(frozen=True)
class Column:
    """How a column is cleaned: the cleaner's name, and a mapping of values where it has one."""

    clean: str = "text"
    values: Mapping[str, str] = field(default_factory=dict)
    source: str = ""  # the column that this one is made from, where it is not one of the table's own
    other: str = ""  # what becomes of values that are not listed: refused, or kept


@dataclass
class Table:
    """A description that can be run."""

    source: Record
    delimiter: str = ","
    key: list[str] = field(default_factory=list)
    missing: frozenset[str] = frozenset()
    columns: dict[str, Column] = field(default_factory=dict)
    things: list[Record] = field(default_factory=list)
    facts: list[Record] = field(default_factory=list)

    def codes(self) -> list[str]:
        """The columns that hold codes of what the table lists."""
        return sorted({name for thing in self.things for name in HOLE.findall(thing.get("code") or "")})

    def named(self) -> dict[str, Record]:
        """Every column that the description names, with a record that names it."""
        made = {name for name, column in self.columns.items() if column.source}
        named = [column.source or name for name, column in self.columns.items()]
        found: dict[str, Record] = dict.fromkeys([*named, *self.key], self.source)
        things = {thing.name for thing in self.things}
        for record in (*self.things, *self.facts):
            for key, entry in record.fields.items():
                for value in entry.values:
                    names = [value.text] if key in ("when", "unless") else HOLE.findall(value.text)
                    found |= {name: record for name in names if name not in things}
        return {name: record for name, record in found.items() if name not in made}


def read_description(text: str, file: str, stem: str) -> tuple[Table | None, list[Problem]]:
    """A description and every problem of its form."""
    root, problems = marked.read(text, file)
    if root is None or root.entries is None:
        return None, problems or [Problem(file, 1, 1, "form", "not a mapping", "write table:, read:, facts:")]
    parts = root.entries
    for key, entry in parts.items():
        if key not in ("table", "read", "columns", "things", "facts"):
            hint = nearest(key, ("table", "read", "columns", "things", "facts")) or "docs/tables.md lists them"
            problems.append(Problem(file, entry.line, entry.column, "unknown-key", f"unknown key {key!r}", hint))
    for key in ("table", "read", "facts"):
        if key not in parts:
            problems.append(Problem(file, root.line, root.column, "missing-key", f"no `{key}:`", "docs/tables.md"))
    if problems:
        return None, problems
    source = as_record(
        parts["table"].value, file, [*SOURCE_KEYS, "version", "citation"], "id", problems, ("id", "title")
    )
    problems += own_name(source)
    if source.name != stem:
        problems.append(source.problem("id", "id", f"the id {source.name!r} is not the file's name", f"write {stem}"))
    reading = as_record(parts["read"].value, file, READ_KEYS, "id", problems, ("row",))
    delimiter = reading.get("delimiter") or "comma"
    if delimiter not in DELIMITERS:
        known = ", ".join(DELIMITERS)
        problems.append(
            reading.problem("delimiter", "delimiter", f"unknown delimiter {delimiter!r}", f"one of {known}")
        )
    table = Table(source, DELIMITERS.get(delimiter, ","), reading.all("row"), frozenset((*reading.all("missing"), "")))
    if "columns" in parts:
        table.columns = _columns(parts["columns"].value, file, problems)
    for item in (parts["things"].value.items or []) if "things" in parts else ():
        thing = as_record(item, file, THING_KEYS, "id", problems, ("id", "type", "key"), templates=True)
        table.things.append(thing)
        if thing.type and thing.type not in THING_TYPES:
            hint = nearest(thing.type, THING_TYPES) or "known here: " + ", ".join(THING_TYPES)
            problems.append(thing.problem("type", "unknown-type", f"unknown type {thing.type!r}", hint))
        if (thing.get("by") or "name") != "name":
            problems.append(thing.problem("by", "form", f"by: {thing.get('by')}", "write by: name, or leave it out"))
        if not re.match("[a-z][a-z0-9]*-", thing.get("key") or "x-"):
            right = f"begin it with a word and a hyphen: {stem}-{{…}}"
            problems.append(thing.problem("key", "form", "a key that could be one of the registry", right))
    keys = [*(set(fact_keys()) - MADE_KEYS - {"context", "start", "end"}), "when", "unless"]
    for item in parts["facts"].value.items or []:
        fact = as_record(item, file, sorted(keys), "id", problems, ("id", "type"), templates=True)
        if fact.type and fact.type not in CLAIM_TYPES:
            hint = nearest(fact.type, CLAIM_TYPES) or "known here: " + ", ".join(CLAIM_TYPES)
            problems.append(fact.problem("type", "unknown-type", f"unknown type {fact.type!r}", hint))
        if fact.name and any(fact.name == other.name for other in table.facts):
            problems.append(fact.problem("id", "duplicate-id", f"the name {fact.name!r} stands twice", "rename one"))
        table.facts.append(fact)
    return (None if problems else table), problems


def _columns(node: marked.Node, file: str, problems: list[Problem]) -> dict[str, Column]:
    columns = {}
    for name, entry in (node.entries or {}).items():
        how = entry.value.entries
        source = other = ""
        if how is None:
            clean, values = entry.value.text or "", {}
        else:
            for key, each in how.items():
                if key not in ("clean", "values", "from", "other"):
                    hint = nearest(key, ("clean", "values", "from", "other")) or "clean, values, from, other"
                    problems.append(Problem(file, each.line, each.column, "unknown-key", f"unknown key {key!r}", hint))
            source = how["from"].value.text or "" if "from" in how else ""
            other = how["other"].value.text or "" if "other" in how else ""
            clean = how["clean"].value.text or "" if "clean" in how else "text"
            mapped = how["values"].value.entries if "values" in how else None
            values = {key: each.value.text or "" for key, each in (mapped or {}).items()}
        if clean not in CLEANERS:
            hint = nearest(clean, CLEANERS) or "one of " + ", ".join(CLEANERS)
            problems.append(Problem(file, entry.line, entry.column, "cleaner", f"unknown cleaner {clean!r}", hint))
        columns[name] = Column(clean, values, source, other)
    return columns
