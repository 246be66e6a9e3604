"""YAML in which every value is a string and knows its place.

A strict subset of YAML 1.1, read from libyaml's event stream: block or flow mappings and lists of plain, quoted or
folded strings. Anchors, aliases, merge keys, tags, several documents, keys that are not strings and deep nesting are
refused, so that `country: NO` stays a country and no file expands in memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import yaml

from citygraph.problems import Problem

MAX_DEPTH = 8
#: What no value holds, and what no file holds either: signs that YAML refuses, that nobody sees, or that end a line
#: for YAML but not for an editor, so that places would be wrong.
_CONTROL = re.compile("[^\t\n -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFUSED = re.compile(_CONTROL.pattern + "|[\u2028\u2029\ufeff]")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Node:
    """A string, list or mapping with its line and column, both from 1."""

    line: int
    column: int
    text: str | None = None
    items: list[Node] | None = None
    entries: dict[str, Entry] | None = None

    @property
    def kind(self) -> str:
        """`text`, `list` or `mapping`, as messages name it."""
        return "text" if self.text is not None else "list" if self.items is not None else "mapping"


@dataclass(frozen=True)
class Entry:
    """A key with its place, and its value."""

    line: int
    column: int
    value: Node


@dataclass
class _Open:
    node: Node
    key: yaml.ScalarEvent | None = None
    skip: bool = False
    seen: dict[str, int] = field(default_factory=dict)


def read(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """The tree of one YAML document and the problems met on the way; None where there is no tree."""
    problems: list[Problem] = []

    def report(event: yaml.Event, code: str, what: str, right: str) -> None:
        problems.append(Problem(file, *_place(event), code, what, right))

    if bad := _REFUSED.search(text):
        line, column = text.count("\n", 0, bad.start()) + 1, bad.start() - text.rfind("\n", 0, bad.start())
        what = f"the character U+{ord(bad.group()):04X} cannot stand in YAML"
        return None, [Problem(file, line, column, "yaml-syntax", what, "remove it")]
    root: Node | None = None
    stack: list[_Open] = []
    documents = 0
    try:
        for event in _events(text):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    report(event, "yaml-documents", "a second YAML document", "one file holds one document")
            elif isinstance(event, yaml.CollectionEndEvent):
                stack.pop()
            elif isinstance(event, yaml.NodeEvent):
                if isinstance(event, yaml.AliasEvent) or event.anchor:
                    sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
                    what = f"the anchor or alias {sign}{event.anchor}"
                    report(event, "yaml-anchor", what, "write the value out each time; quote a text that begins so")
                elif (tag := getattr(event, "tag", None)) is not None:
                    report(event, "yaml-tag", f"the tag {tag}", "leave it out; every value is a text")
                if bad := _REFUSED.search(getattr(event, "value", "")):
                    what = f"the control character U+{ord(bad.group()):04X} in a text"
                    report(event, "control-character", what, "leave it out")
                if isinstance(event, yaml.CollectionStartEvent) and len(stack) >= MAX_DEPTH:
                    report(event, "yaml-depth", f"nested deeper than {MAX_DEPTH}", "data/FORMAT.md shows the form")
                    return None, problems
                node = _node(event)
                if documents <= 1 and (not stack or _attach(stack[-1], event, node, report)):
                    root = root or node
                if isinstance(event, yaml.CollectionStartEvent):
                    stack.append(_Open(node))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = " ".join(filter(None, (error.context, error.problem)))
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        right = "quote a text that holds ': ' or begins with a sign" if "mapping values" in what else ""
        if mark and text[mark.index : mark.index + 1] == "\t":
            what, right = "a tab", "indent with spaces"
        elif not right:
            right = "look at the indentation of this line and the one before; quote a text that begins with a sign"
        problems.append(Problem(file, line, column, "yaml-syntax", f"not YAML: {what}", right))
        return None, problems
    if root is None:
        problems.append(Problem(file, 1, 1, "empty", "nothing but comments", "data/FORMAT.md shows what belongs here"))
    return root, problems


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=_LOADER)


def _node(event: yaml.NodeEvent) -> Node:
    line, column = _place(event)
    if isinstance(event, yaml.ScalarEvent):
        return Node(line, column, text=event.value.rstrip("\n") if event.style in ("|", ">") else event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        return Node(line, column, items=[])
    return Node(line, column, entries={}) if isinstance(event, yaml.MappingStartEvent) else Node(line, column, text="")


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _attach(parent: _Open, event: yaml.NodeEvent, node: Node, report: Callable[..., None]) -> bool:
    """Put a node where it belongs in its parent; always False, so that only a root becomes the root."""
    if parent.node.items is not None:
        parent.node.items.append(node)
    elif parent.key is None and not parent.skip:
        if not isinstance(event, yaml.ScalarEvent):
            report(event, "yaml-key", f"a {node.kind} as a key", "a key is one word")
            parent.skip = True
        elif event.value == "<<":
            report(event, "yaml-merge", "the merge key <<", "write the keys out")
            parent.skip = True
        else:
            parent.key = event
    elif parent.skip:
        parent.skip = False
    else:
        entries, keyed, parent.key = parent.node.entries, parent.key, None
        assert entries is not None
        assert keyed is not None
        key = keyed.value
        if key in entries:
            first = entries[key].line
            report(keyed, "duplicate-key", f"the key {key!r} stands twice", f"line {first} has it; keep one")
        else:
            entries[key] = Entry(*_place(keyed), node)
    return False
