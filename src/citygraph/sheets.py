"""Fact sheets and registry files as records: YAML read with places, its form checked, its meaning not yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from citygraph import marked
from citygraph.forms import malformed
from citygraph.near import nearest
from citygraph.problems import Problem
from citygraph.vocabulary import DATE_KEYS, LANGUAGE_KEYS, LANGUAGES, term_of_key

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
CLAIM_TYPES = [
    "Membership", "Commitment", "Coordination", "Founding", "Affiliation", "Backing", "Liaison", "Cooperation",
    "Twinning", "Aim", "Scope", "Naming", "Merger",
]  # fmt: skip
THING_TYPES = ["City", "Network", "Group", "Organisation", "Place", "Source"]
#: Graphs and a dataset that are no source's: a source of that name would speak in them.
RESERVED = ("registry", "themes", "inferred", "citygraph")
SOURCE_KEYS = ["id", "title", "url", "publisher", "author", "published", "language", "licence", "show-text", "as-of"]
ENTRY_KEYS = [
    "key",
    "type",
    "name",
    "forms",
    "country",
    "wikidata",
    "lat",
    "long",
    "region",
    "code",
    "from",
    *SOURCE_KEYS[1:],
]
#: Keys of which code takes the one value. Of the others the shapes tell how many there may be.
SINGLE = frozenset(("id", "key", "type", "quote", "start", "end", "reading", "year-from", "published", *DATE_KEYS))
#: Keys that the encoder makes; a sheet does not write them.
MADE_KEYS = frozenset(
    (
        *("row-number", "row-key", "column", "code-column", "version", "citation"),
        *("evidence", "source", "exact", "prefix", "suffix", "edtf", "earliest", "latest", "wording", "in-scheme"),
        *("active-network", "presumed-network", "active-whole", "active-twin"),
        *(
            "holds-membership",
            "has-coordination",
            "has-affiliation",
            "has-claim",
            "listed-in",
            "refers-to",
            *("merged-into", "compared-name", "entries-here", "entries-near", "degrees-north", "degrees-east"),
        ),
        *("presumed-member-of", "member-of", "part-of", "participates-in", "asks-of-members", "bound-by"),
        *("coordinates", "twinned-with", "replaced-by", "deprecated", "change-note", "history-note"),
    )
)


@dataclass(frozen=True)
class Value:
    """One text of a field with its place; `language` for names, `header` and `cell` of what a table's column says."""

    text: str
    line: int
    column: int
    language: str = ""
    header: str = ""
    cell: str = ""

    @property
    def written(self) -> str:
        """What stands in the file: the cell as it is there, or the text."""
        return self.cell or self.text


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
    columns: tuple[str, ...] = ()  # of the table's row that says it

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
        if found and found.values:
            return self.problem_of(found.values[0], code, what, right)
        return Problem(self.file, *self.at(key), code, what, right, self.name)

    def problem_of(self, value: Value, code: str, what: str, right: str = "") -> Problem:
        """A violation at one value."""
        return Problem(
            self.file, value.line, value.column, code, what, right, self.name,
            column_name=value.header, value=value.written,
        )  # fmt: skip


@dataclass
class Sheet:
    """One source with its facts; `text` holds an article's words, None for a page whose words are not kept."""

    file: str
    source: Record
    facts: list[Record]
    text: str | None = None


def whole_texts(sheets: Iterable[Sheet]) -> dict[str, str]:
    """The texts that may be shown whole, by the keys of their sources: no other text leaves the data folder."""
    return {
        key: sheet.text for sheet in sheets
        if sheet.text is not None and sheet.source.get("show-text") == "whole" and (key := sheet.source.get("id"))
    }  # fmt: skip


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
        return None, [*problems, _problem(file, root, "form", "not a mapping", f"write `{head}:` and `facts:`")]
    for key, entry in root.entries.items():
        if key not in (head, "facts"):
            problems.append(_problem(file, entry, "unknown-key", f"unknown key {key!r}", _or(key, [head, "facts"])))
    source = Record(file, root.line, root.column, "", "Source")
    headed = root.entries.get(head)
    if headed is None:
        problems.append(_problem(file, root, "missing-key", f"no `{head}:`", "say first what the source is"))
    else:
        source = as_record(headed.value, file, SOURCE_KEYS, "id", problems, ("id", "title", "url", "language"))
        problems += own_name(source)
        if source.name and source.name != stem:
            right = f"write {stem}" if KEY.fullmatch(stem) else f"name the file {source.name}.yaml"
            problems.append(source.problem("id", "id", f"the id {source.name!r} is not the file's name", right))
    source.name = source.name or (stem if KEY.fullmatch(stem) else "unnamed")
    facts: list[Record] = []
    rows = root.entries.get("facts")
    if rows is None or rows.value.items is None:
        right = "write `facts:` and a list below it"
        problems.append(_problem(file, rows or root, "missing-key", "no list of facts", right))
    else:
        needed = ("id", "type", "quote") if article else ("id", "type")
        keys = fact_keys()
        facts = [as_record(item, file, keys, "id", problems, needed) for item in rows.value.items]
    first: dict[str, Record] = {}
    for fact in facts:
        if fact.type and fact.type not in CLAIM_TYPES:
            right = _or(fact.type, CLAIM_TYPES)
            problems.append(fact.problem("type", "unknown-type", f"unknown type {fact.type!r}", right))
        if not article:
            for key in ("quote", "context", "start", "end"):
                if key in fact.fields:
                    what = f"`{key}` in a page whose words are not kept"
                    right = "quote from an article with its text, or leave it out"
                    problems.append(fact.problem(key, "page-quote", what, right))
        if fact.name and first.setdefault(fact.name, fact) is not fact:
            where = f"{file}:{first[fact.name].line} has it"
            problems.append(fact.problem("id", "duplicate-id", f"the name {fact.name!r} stands twice", where))
    # Two facts of one name would mix in the graph, and every message of the shapes would speak of the mixture.
    return Sheet(file, source, [fact for fact in first.values() if fact.type in CLAIM_TYPES]), problems


def read_registry(text: str, file: str) -> tuple[list[Record], list[Problem]]:
    """The named entries of a registry file and every problem of its form."""
    root, problems = marked.read(text, file)
    if root is None:
        return [], problems
    rows = root.entries.get("entries") if root.entries else None
    for key, entry in (root.entries or {}).items():
        if key != "entries":
            problems.append(_problem(file, entry, "unknown-key", f"unknown key {key!r}", "write `entries:`"))
    if rows is None or rows.value.items is None:
        right = "write `entries:` and a list below it"
        return [], [*problems, _problem(file, root, "missing-key", "no list of entries", right)]
    entries = []
    for item in rows.value.items:
        record = as_record(item, file, ENTRY_KEYS, "key", problems, ("key", "type"))
        if record.type and record.type not in THING_TYPES:
            right = _or(record.type, THING_TYPES)
            problems.append(record.problem("type", "unknown-type", f"unknown type {record.type!r}", right))
        if record.type == "Source":
            problems += own_name(record, "key")
        if record.name:
            entries.append(record)
    return entries, problems


def own_name(source: Record, naming: str = "id") -> list[Problem]:
    """Make a record a source; what is wrong where its name is taken by citygraph itself."""
    source.type = "Source"
    if source.name not in RESERVED:
        return []
    what = f"{source.name!r} is a name that citygraph itself uses, for a graph or for the whole"
    return [source.problem(naming, "id", what, "give the source another")]


def _problem(
    file: str, at: marked.Node | marked.Entry, code: str, what: str, right: str = "", name: str = ""
) -> Problem:
    return Problem(file, at.line, at.column, code, what, right, name)


def as_record(
    node: marked.Node,
    file: str,
    keys: list[str],
    naming: str,
    problems: list[Problem],
    needed: tuple[str, ...],
    templates: bool = False,
) -> Record:
    """A mapping as a record named by its key `naming`, with the problems of its form.

    With `templates`, values may hold column names in braces, whose form shows only when they are filled.
    """
    record = Record(file, node.line, node.column)
    if node.entries is None:
        what = f"a {node.kind} where a mapping belongs"
        problems.append(_problem(file, node, "form", what, "write `key: value` lines"))
        return record
    if (named := node.entries.get(naming)) and named.value.text:
        record.name = named.value.text
    for key, entry in node.entries.items():
        if key not in keys:
            problems.append(_problem(file, entry, "unknown-key", f"unknown key {key!r}", _or(key, keys), record.name))
            continue
        # The name of a registry's entry or of a table's thing; elsewhere a name is one text.
        if key in LANGUAGE_KEYS and (key != "name" or naming == "key" or templates):
            found = _names(entry.value, record, problems)
        else:
            found = _values(key, entry.value, record, problems, templates)
        record.fields[key] = Field(entry.line, entry.column, list(found))
    for key in needed:
        if key not in record.fields:
            what, right = f"no `{key}`", f"every entry here says its {key}"
            problems.append(Problem(file, *record.at(key), "missing-key", what, right, record.name))
    record.type = record.get("type") or ""
    if record.name and not KEY.fullmatch(record.name):
        right = "use small letters a to z, digits and single hyphens"
        problems.append(record.problem(naming, "id", f"{record.name!r} cannot be a name in an address", right))
        record.name = ""
    return record


def _names(node: marked.Node, record: Record, problems: list[Problem]) -> Iterable[Value]:
    """The names of an entry by language."""
    file, name = record.file, record.name
    if node.entries is None:
        right = "write name: {fi: …, en: …}"
        problems.append(_problem(file, node, "form", "a name without a language", right, name))
        return
    for language, entry in node.entries.items():
        if language not in LANGUAGES:
            what, right = f"unknown language {language!r}", "names are in " + ", ".join(LANGUAGES)
            problems.append(_problem(file, entry, "unknown-language", what, right, name))
        elif entry.value.text and entry.value.text.strip():
            yield Value(entry.value.text, entry.value.line, entry.value.column, language)
        else:
            what = "an empty name" if entry.value.text is not None else f"a {entry.value.kind} as a name"
            problems.append(_problem(file, entry, "empty-value", what, "give it or leave the line out", name))


def _values(key: str, node: marked.Node, record: Record, problems: list[Problem], templates: bool) -> Iterable[Value]:
    """The texts of a key that have its form; a value without it is reported and left out."""
    file, name = record.file, record.name
    items = node.items if node.items is not None else [node]
    if len(items) > 1 and key in SINGLE:
        what = f"{len(items)} values of {key!r}"
        problems.append(_problem(file, items[1], "form", what, "write one; make a fact of its own for another", name))
        items = items[:1]
    if not items:
        what = f"{key!r} has no value"
        problems.append(_problem(file, node, "empty-value", what, "what is not said stays out: remove the key", name))
    for item in items:
        if item.text is None:
            what = f"a {item.kind} as value of {key!r}"
            problems.append(_problem(file, item, "form", what, "write a text or a list of texts", name))
        elif not item.text.strip():
            what, right = f"{key!r} has no value", "what is not said stays out: remove the key"
            problems.append(_problem(file, item, "empty-value", what, right, name))
        elif not (templates and "{" in item.text) and (wrong := malformed(key, item.text)):
            problems.append(_problem(file, item, "form", *wrong, name))
        else:
            yield Value(item.text, item.line, item.column)


def _or(word: str, known: Iterable[str]) -> str:
    known = list(known)
    hyphened = re.sub(r"(?<=[a-z])(?=[A-Z])|_|\s+", "-", word).lower()
    if hyphened in known:
        return f"did you mean {hyphened!r}?"
    return nearest(word, known) or (
        "known here: " + ", ".join(known) if len(known) < 20 else "data/FORMAT.md lists them"
    )
