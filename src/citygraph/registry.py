"""The registry: which key names which thing, from data/registry and ontology/themes.ttl."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from citygraph.near import closest
from citygraph.problems import Problem
from citygraph.quotes import fold
from citygraph.rdf.quads import value_of
from citygraph.sheets import THING_TYPES, Record, Value
from citygraph.vocabulary import ID, SKOS, TYPE

#: Keys whose values are concepts of ontology/themes.ttl.
CONCEPT_KEYS = ("theme", "metric", "framework", "scope")


#: Words of names that do not tell one thing from another.
_GENERIC = frozenset(
    (
        *("the", "of", "and", "for", "city", "cities", "network", "council", "board", "municipality"),
        *("kaupunki", "kaupungin", "kaupunkien", "kunta", "verkosto", "stad", "kommun", "nätverk", "och", "ja"),
    )
)


@dataclass
class Registry:
    """Entries by key, and every name in small letters with the keys that bear it.

    `broken` are entries whose type is unknown, `unread` the files that could not be read, `rows` the types of the
    things that tables brought, `same` the keys of those that are another thing, with its key; `replaced` keys that are
    no more, with the one that each leads to, empty where it was withdrawn.
    """

    entries: dict[str, Record] = field(default_factory=dict)
    broken: dict[str, Record] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    concepts: set[str] = field(default_factory=set)
    rows: dict[str, str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    names: dict[str, set[str]] = field(default_factory=dict)

    def known(self, key: str) -> bool:
        """Whether a key names a thing or a concept."""
        return key in self.entries or key in self.concepts or key in self.rows

    def canonical(self, key: str) -> str:
        """The key of the thing that a key means, after every match of tables."""
        seen = {key}
        while (other := self.same.get(key)) is not None and other not in seen:
            seen.add(other)
            key = other
        return key

    def named_in(self, key: str, words: str) -> bool:
        """Whether the words seem to hold some form of a thing's name: its beginning, since Finnish inflects the rest.

        Generous on purpose, for a warning: it finds what cannot be meant, not what is.
        """
        entry = self.entries.get(key)
        spoken = [fold(word) for word in re.findall(r"\w+", words)]
        for value in (*_of(entry, "name"), *_of(entry, "forms")) if entry else ():
            for word in map(fold, re.findall(r"\w+", value.text)):
                stem = word[: max(3, len(word) - 3)]
                if word not in _GENERIC and any(each.startswith(stem) for each in spoken):
                    return True
        return False

    def unknown(self, record: Record, key: str, value: Value) -> Problem:
        """The problem that a value names nothing, with the nearest key or the key of the name it is."""
        if (now := self.replaced.get(value.text)) is not None:
            what = f"{value.text!r} is replaced by {now!r}" if now else f"{value.text!r} is withdrawn"
            right = "write that" if now else "data/replaced.yaml says why; name what is meant, or leave it out"
            return record.problem_of(value, "replaced", what, right)
        keys = sorted(self.names.get(value.text.casefold(), ()))
        if value.text in self.broken:
            entry = self.broken[value.text]
            right = f"{entry.file}:{entry.line} has it, but with an unknown type: mend that first"
        elif keys:
            right = "that is a name of " + " or ".join(repr(k) for k in keys) + ": write the key"
        elif self.unread:
            right = "mend first what could not be read: " + ", ".join(self.unread)
        else:
            known = {key: key for key in (*self.entries, *self.concepts)}
            known |= {name: min(bearers) for name, bearers in self.names.items() if name not in known}
            close = closest(value.text.casefold(), known)
            place = "ontology/themes.ttl" if key in CONCEPT_KEYS else "data/registry"
            right = f"did you mean {known[close]!r}? Else add it to {place}" if close else f"add it to {place}"
        what = f"{value.text!r} is not in the registry"
        if key in CONCEPT_KEYS:
            what = f"{value.text!r} is not a {key} of ontology/themes.ttl"
        return record.problem_of(value, "unknown-entity", what, right)


def gather(entries: Iterable[Record], themes: Iterable[ox.Triple]) -> tuple[Registry, list[Problem]]:
    """One registry of all entries and concepts, and the keys that stand twice."""
    registry, problems = Registry(), []
    for triple in themes:
        subject, predicate, label = value_of(triple.subject), value_of(triple.predicate), value_of(triple.object)
        key = subject.removeprefix(ID)
        if predicate == TYPE:
            registry.concepts.add(key)
        elif predicate == SKOS + "prefLabel":
            registry.names.setdefault(label.casefold(), set()).add(key)
    for entry in entries:
        first = registry.entries.get(entry.name)
        if first or entry.name in registry.concepts:
            where = f"{first.file}:{first.line} has it" if first else "ontology/themes.ttl has it"
            problems.append(entry.problem("key", "duplicate-id", f"the key {entry.name!r} stands twice", where))
            continue
        if entry.type not in THING_TYPES:
            registry.broken.setdefault(entry.name, entry)
            continue
        registry.entries[entry.name] = entry
        for value in (*_of(entry, "name"), *_of(entry, "forms")):
            registry.names.setdefault(value.text.casefold(), set()).add(entry.name)
    return registry, problems


def _of(entry: Record, key: str) -> list[Value]:
    found = entry.fields.get(key)
    return found.values if found else []
