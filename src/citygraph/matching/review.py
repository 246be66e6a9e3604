"""What a curator says of matching: data/matching/rules.yaml and data/matching/decisions.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from citygraph import marked
from citygraph.matching.match import Decision, Match, Rules
from citygraph.matching.names import NameRules
from citygraph.near import nearest
from citygraph.problems import Problem
from citygraph.sheets import Record, as_record

RULE_KEYS = ("order", "complete", "near", "far", "shared", "generic", "letters", "endings")
_NUMBERS = ("near", "far", "shared")
#: Kinds of those that are no text.
_KINDS = {"order": "list", "generic": "list", "complete": "mapping", "letters": "mapping", "endings": "mapping"}
#: What `same` says where an entry is none of the things it might be.
NONE = "none"


def read_rules(text: str, file: str) -> tuple[Rules, list[Problem]]:
    """The rules of matching and every problem of their form."""
    root, problems = marked.read(text, file)
    parts = root.entries["rules"].value.entries if root and root.entries and "rules" in root.entries else None
    if parts is None:
        place = (root.line, root.column) if root else (1, 1)
        return Rules(), problems or [Problem(file, *place, "missing-key", "no `rules:`", "docs/tables.md shows them")]
    given: dict[str, marked.Node] = {}
    for key, entry in parts.items():
        if key in RULE_KEYS:
            value, wanted = entry.value, _KINDS.get(key, "text")
            if value.kind == wanted:
                given[key] = value
            else:
                what = f"a {value.kind} as {key}"
                problems.append(Problem(file, value.line, value.column, "form", what, f"write a {wanted}"))
        else:
            hint = nearest(key, RULE_KEYS) or "known here: " + ", ".join(RULE_KEYS)
            problems.append(Problem(file, entry.line, entry.column, "unknown-key", f"unknown key {key!r}", hint))
    numbers = {}
    for key in _NUMBERS:
        node = given.get(key)
        if node is not None and re.fullmatch("[1-9][0-9]{0,4}", node.text or "", re.ASCII):
            numbers[key] = int(node.text or "")
        elif node is not None:
            what = f"{key} is not a whole number from 1"
            problems.append(Problem(file, node.line, node.column, "form", what, "write digits only"))
    endings = {
        country: tuple((said.get("form", ""), said.get("base", "")) for said in map(_texts, entry.value.items or ()))
        for country, entry in ((given["endings"].entries or {}) if "endings" in given else {}).items()
    }
    names = NameRules(frozenset(_list(given.get("generic"))), _texts(given.get("letters")), endings)
    return Rules(names, tuple(_list(given.get("order"))), _texts(given.get("complete")), **numbers), problems


def _list(node: marked.Node | None) -> list[str]:
    return [item.text or "" for item in node.items or ()] if node else []


def _texts(node: marked.Node | None) -> dict[str, str]:
    return {key: entry.value.text or "" for key, entry in (node.entries or {}).items()} if node else {}


def read_decisions(text: str, file: str) -> tuple[dict[str, Decision], list[Problem]]:
    """What a curator decided of ambiguous entries, by entry, and every problem of form; an open one is left out."""
    root, problems = marked.read(text, file)
    items = root.entries["decisions"].value.items if root and root.entries and "decisions" in root.entries else None
    if items is None:
        place = (root.line, root.column) if root else (1, 1)
        what, right = "no list of decisions", "write `decisions:` and a list below it, or `decisions: []`"
        return {}, problems or [Problem(file, *place, "missing-key", what, right)]
    decided: dict[str, Decision] = {}
    records: dict[str, Record] = {}
    for item in items:
        record = as_record(item, file, ["entry", "same", "reason"], "entry", problems, ("entry", "same"))
        same = record.get("same") or ""
        if not record.name or not same or same == "?":
            continue
        if "reason" not in record.fields:
            right = "say why, so that the next curator can follow"
            problems.append(record.problem("same", "missing-key", "a decision without a reason", right))
        if record.name in decided:
            problems.append(record.problem("entry", "duplicate-id", f"{record.name!r} is decided twice", "keep one"))
        decided[record.name] = Decision("" if same == NONE else same, record.get("reason") or "")
        records[record.name] = record
    for entry, record in records.items():
        seen, at = {entry}, decided[entry].same
        while at in decided and at not in seen:
            seen.add(at)
            at = decided[at].same
        if at == entry:
            what = f"{entry!r} is decided to be itself, through " + ", ".join(sorted(seen))
            problems.append(record.problem("same", "decision", what, "name the thing that all of them are"))
    return decided, problems


def to_review(matches: Iterable[Match], decided: dict[str, Decision]) -> Iterator[str]:
    """The lines of a decisions file: what was decided, then each open entry with what it might be and why."""
    yield "# Entries of tables that no rule can place. Write after `same` the key of what they are, or none,\n"
    yield "# and a reason: builds obey. Open ones (?) are kept apart. `citygraph match --review FILE` writes it.\n"
    open_ones = [match for match in matches if match.verdict == "ambiguous"]
    yield "decisions:\n" if decided or open_ones else "decisions: []\n"
    for entry, decision in sorted(decided.items()):
        yield f"  - entry: {entry}\n    same: {decision.same or NONE}\n    reason: {_quoted(decision.reason)}\n"
    for match in sorted(open_ones, key=lambda each: each.key):
        yield f"  - entry: {match.key}\n"
        yield f"    # {_comment(match.label)} might be\n"
        for key, why in match.candidates:
            yield f"    #   {key}: {_comment(why)}\n"
        yield '    same: "?"\n'


def _comment(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
