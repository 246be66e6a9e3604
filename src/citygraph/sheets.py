"""Fact sheets and registry files as records: YAML read with places, its form checked, its meaning not yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

from citygraph import marked
from citygraph.problems import Problem
from citygraph.vocabulary import LANGUAGES, term_of_key

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CLAIM_TYPES = [
    "Membership", "Commitment", "Coordination", "Founding", "Affiliation", "Backing", "Liaison", "Cooperation",
    "Twinning", "Aim", "Scope",
]  # fmt: skip
THING_TYPES = ["City", "Network", "Organisation", "Place", "Source"]
SOURCE_KEYS = ["id", "title", "url", "publisher", "author", "published", "language", "licence", "show-text"]
ENTRY_KEYS = ["key", "type", "name", "forms", "country", "wikidata", "lat", "long", "from", *SOURCE_KEYS[1:]]
#: Keys that the encoder makes; a sheet does not write them.
MADE_KEYS = frozenset(
    (
        *("evidence", "source", "exact", "prefix", "suffix", "edtf", "earliest", "latest", "wording", "in-scheme"),
        *("active-network", "presumed-network", "active-whole", "active-twin"),
        *("holds-membership", "has-coordination", "has-affiliation", "has-twinning"),
        *("presumed-member-of", "member-of", "part-of", "participates-in", "asks-of-members", "bound-by"),
        *("coordinates", "twinned-with"),
    )
)


@dataclass(frozen=True)
class Value:
    """One text of a field with its place; `language` for names."""

    text: str
    line: int
    column: int
    language: str = ""


@dataclass(frozen=True)
class Field:
    """A key's place and its values."""

    line: int
    column: int
    values: list[Value]


@dataclass
class Record:
    """A fact, a source's head or a registry entry: a name, a type, a place and fields."""

    file: str
    line: int
    column: int
    name: str = ""
    type: str = ""
    fields: dict[str, Field] = field(default_factory=dict)

    def get(self, key: str) -> str | None:
        """The first value of a key, or None."""
        found = self.fields.get(key)
        return found.values[0].text if found and found.values else None

    def all(self, key: str) -> list[str]:
        """Every value of a key."""
        found = self.fields.get(key)
        return [value.text for value in found.values] if found else []

    def at(self, key: str = "") -> tuple[int, int]:
        """Line and column of a key, or of the record where it lacks the key."""
        found = self.fields.get(key)
        return (found.line, found.column) if found else (self.line, self.column)

    def problem(self, key: str, code: str, what: str, right: str = "") -> Problem:
        """A violation at the value of a key, or at the record."""
        found = self.fields.get(key)
        line, column = (found.values[0].line, found.values[0].column) if found and found.values else self.at(key)
        return Problem(self.file, line, column, code, what, right, self.name)


@dataclass
class Sheet:
    """One source with its facts; `text` holds an article's words, None for a page whose words are not kept."""

    file: str
    source: Record
    facts: list[Record]
    text: str | None = None


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or the empty string where nothing is near."""
    close = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else ""


def fact_keys() -> list[str]:
    """The keys that a fact may have."""
    own = {key for key in term_of_key() if key[0].islower()} - MADE_KEYS - set(ENTRY_KEYS)
    return sorted(own | {"id", "type", "quote", "context", "start", "end"})


def read_sheet(text: str, file: str, stem: str, article: bool) -> tuple[Sheet | None, list[Problem]]:
    """A fact sheet and every problem of its form. `stem` is the file's name without `.yaml`."""
    root, problems = marked.read(text, file)
    head = "article" if article else "page"
    if root is None:
        return None, problems
    if root.entries is None:
        right = f"write `{head}:` and `facts:`"
        return None, [*problems, Problem(file, root.line, root.column, "form", "not a mapping", right)]
    for key, entry in root.entries.items():
        if key not in (head, "facts"):
            problems.append(
                Problem(
                    file, entry.line, entry.column, "unknown-key", f"unknown key {key!r}", _or(key, [head, "facts"])
                )
            )
    source = Record(file, root.line, root.column, stem, "Source")
    headed = root.entries.get(head)
    if headed is None:
        problems.append(
            Problem(file, root.line, root.column, "missing-key", f"no `{head}:`", "say first what the source is")
        )
    else:
        source = _record(headed.value, file, SOURCE_KEYS, "id", problems, ("id", "title", "url", "language"))
        source.type = "Source"
        if source.name and source.name != stem:
            problems.append(
                source.problem("id", "id", f"the id {source.name!r} is not the file's name", f"write {stem}")
            )
    if not source.name:
        source.name = stem
    facts: list[Record] = []
    rows = root.entries.get("facts")
    if rows is None or rows.value.items is None:
        place = (rows.line, rows.column) if rows else (root.line, root.column)
        problems.append(Problem(file, *place, "missing-key", "no list of facts", "write `facts:` and a list below it"))
    else:
        needed = ("id", "type", "quote") if article else ("id", "type")
        facts = [_record(item, file, fact_keys(), "id", problems, needed) for item in rows.value.items]
    seen: dict[str, Record] = {}
    for fact in facts:
        if fact.type and fact.type not in CLAIM_TYPES:
            right = _or(fact.type, CLAIM_TYPES)
            problems.append(fact.problem("type", "unknown-type", f"unknown type {fact.type!r}", right))
        if not article:
            for key in ("quote", "context", "start", "end"):
                if key in fact.fields:
                    what = f"`{key}` in a page whose words are not kept"
                    problems.append(
                        fact.problem(key, "page-quote", what, "quote from an article with its text, or leave it out")
                    )
        _once(fact, seen, problems)
    return Sheet(file, source, [fact for fact in facts if fact.name and fact.type in CLAIM_TYPES]), problems


def read_registry(text: str, file: str) -> tuple[list[Record], list[Problem]]:
    """The entries of a registry file and every problem of its form."""
    root, problems = marked.read(text, file)
    if root is None:
        return [], problems
    rows = root.entries.get("entries") if root.entries else None
    for key, entry in (root.entries or {}).items():
        if key != "entries":
            problems.append(
                Problem(file, entry.line, entry.column, "unknown-key", f"unknown key {key!r}", "write `entries:`")
            )
    if rows is None or rows.value.items is None:
        right = "write `entries:` and a list below it"
        return [], [*problems, Problem(file, root.line, root.column, "missing-key", "no list of entries", right)]
    entries = []
    for item in rows.value.items:
        record = _record(item, file, ENTRY_KEYS, "key", problems, ("key", "type"))
        if record.type and record.type not in THING_TYPES:
            right = _or(record.type, THING_TYPES)
            problems.append(record.problem("type", "unknown-type", f"unknown type {record.type!r}", right))
        elif record.name and record.type:
            entries.append(record)
    return entries, problems


def _record(
    node: marked.Node, file: str, keys: list[str], naming: str, problems: list[Problem], needed: tuple[str, ...]
) -> Record:
    record = Record(file, node.line, node.column)
    if node.entries is None:
        problems.append(
            Problem(
                file,
                node.line,
                node.column,
                "form",
                f"a {node.kind} where a mapping belongs",
                "write `key: value` lines",
            )
        )
        return record
    if (named := node.entries.get(naming)) and named.value.text:
        record.name = named.value.text
    for key, entry in node.entries.items():
        if key not in keys:
            problems.append(
                Problem(
                    file, entry.line, entry.column, "unknown-key", f"unknown key {key!r}", _or(key, keys), record.name
                )
            )
            continue
        record.fields[key] = Field(entry.line, entry.column, list(_values(key, entry.value, record, problems)))
    for key in needed:
        if not record.get(key):
            problems.append(
                Problem(
                    file, *record.at(key), "missing-key", f"no `{key}`", f"every entry here says its {key}", record.name
                )
            )
    record.type = record.get("type") or ""
    if record.name and not KEY.fullmatch(record.name):
        right = "use small letters a to z, digits and single hyphens"
        problems.append(record.problem(naming, "id", f"{record.name!r} cannot be a name in an address", right))
        record.name = ""
    return record


def _values(key: str, node: marked.Node, record: Record, problems: list[Problem]) -> Iterable[Value]:
    if key == "name":
        if node.entries is None:
            problems.append(
                Problem(
                    record.file,
                    node.line,
                    node.column,
                    "form",
                    "a name without a language",
                    "write name: {fi: …, en: …}",
                    record.name,
                )
            )
            return
        for language, entry in node.entries.items():
            if language not in LANGUAGES:
                right = "names are in " + ", ".join(LANGUAGES)
                problems.append(
                    Problem(
                        record.file,
                        entry.line,
                        entry.column,
                        "unknown-language",
                        f"unknown language {language!r}",
                        right,
                        record.name,
                    )
                )
            elif entry.value.text:
                yield Value(entry.value.text, entry.value.line, entry.value.column, language)
            else:
                problems.append(
                    Problem(
                        record.file,
                        entry.line,
                        entry.column,
                        "empty-value",
                        "an empty name",
                        "give it or leave the line out",
                        record.name,
                    )
                )
        return
    for item in node.items if node.items is not None else [node]:
        if item.text is None:
            problems.append(
                Problem(
                    record.file,
                    item.line,
                    item.column,
                    "form",
                    f"a {item.kind} as value of {key!r}",
                    "write a text or a list of texts",
                    record.name,
                )
            )
        elif not item.text.strip():
            problems.append(
                Problem(
                    record.file,
                    item.line,
                    item.column,
                    "empty-value",
                    f"{key!r} has no value",
                    "what is not said stays out: remove the key",
                    record.name,
                )
            )
        else:
            yield Value(item.text, item.line, item.column)


def _once(record: Record, seen: dict[str, Record], problems: list[Problem]) -> None:
    if not record.name:
        return
    if record.name in seen:
        first = seen[record.name]
        where = f"{first.file}:{first.line} has it"
        problems.append(
            record.problem(
                "id" if "id" in record.fields else "key",
                "duplicate-id",
                f"the name {record.name!r} stands twice",
                where,
            )
        )
    else:
        seen[record.name] = record


def _or(word: str, known: Iterable[str]) -> str:
    known = list(known)
    return nearest(word, known) or "known here: " + ", ".join(known)
