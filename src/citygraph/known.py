"""Findings that are known: accepted for a reason in a file, or told already by an earlier report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from citygraph import marked
from citygraph.files import load_bytes, read_text, shown
from citygraph.near import nearest
from citygraph.problems import CitygraphError, Problem
from citygraph.sheets import as_record

_KEYS = ["code", "name", "file", "value", "reason"]
_FORM = "write `accepted:` and a list of entries below it, each with a code and a reason"


@dataclass(frozen=True)
class Entry:
    """What is accepted, and why: the code, and where they are given the name, the file's base name and the value."""

    file: str
    line: int
    column: int
    code: str
    reason: str
    name: str = ""
    of: str = ""
    value: str = ""

    def covers(self, problem: Problem) -> bool:
        """Whether a finding is meant. A shape may be named with or without the `shacl-` of its code."""
        return (
            problem.code in (self.code, f"shacl-{self.code}")
            and self.name in ("", problem.name)
            and self.of in ("", _base(problem.file))
            and self.value in ("", problem.value)
        )

    def problem(self, what: str, right: str) -> Problem:
        """A warning at the entry."""
        return Problem(self.file, self.line, self.column, "accepted", what, right, self.name, "warning")


def _base(file: str) -> str:
    return file.rpartition("/")[2]


def read_accepted(path: Path) -> tuple[list[Entry], list[Problem]]:
    """The entries of a file of accepted findings, one for each name that an entry lists, and the problems of its form.

    Raises CitygraphError where the file cannot be opened.
    """
    file = shown(path)
    text, problems = read_text(path)
    root, found = marked.read(text, file) if text is not None else (None, [])
    problems += found
    if root is None:
        return [], problems
    for key, entry in (root.entries or {}).items():
        if key != "accepted":
            hint = nearest(key, ["accepted"]) or "write `accepted:`"
            problems.append(Problem(file, entry.line, entry.column, "unknown-key", f"unknown key {key!r}", hint))
    listed = root.entries.get("accepted") if root.entries else None
    if listed is None or listed.value.items is None:
        return [], [*problems, Problem(file, root.line, root.column, "missing-key", "no list of entries", _FORM)]
    entries: list[Entry] = []
    for item in listed.value.items:
        record = as_record(item, file, _KEYS, "", problems, ("code", "reason"))
        for key in ("code", "file", "value", "reason"):
            if len(record.all(key)) > 1:
                right = "write one; only `name` may be a list"
                problems.append(record.problem(key, "form", f"{len(record.all(key))} values of {key!r}", right))
        code, reason = record.get("code"), record.get("reason")
        if code and reason:
            of, value = _base(record.get("file") or ""), record.get("value") or ""
            names = record.fields["name"].values if "name" in record.fields else []
            places = [(n.line, n.column, n.text) for n in names] or [(record.line, record.column, "")]
            entries += [Entry(file, line, column, code, reason, name, of, value) for line, column, name in places]
    return entries, problems


def accept(problems: Sequence[Problem], entries: Sequence[Entry], tables: Iterable[str], whole: bool) -> list[Problem]:
    """The problems, those that an entry accepts marked with its reason, and what is wrong with the entries.

    A violation outside the rows of `tables` stops every build and cannot be accepted. With `whole`, everything was
    looked at, and an entry that meets nothing is told; one for a table that is not among `tables` is not judged.
    """
    files = set(tables)
    by_code: dict[str, list[Entry]] = {}
    for entry in entries:
        by_code.setdefault(entry.code.removeprefix("shacl-"), []).append(entry)
    met: set[Entry] = set()
    done: list[Problem] = []
    told: list[Problem] = []
    for problem in problems:
        covering = [e for e in by_code.get(problem.code.removeprefix("shacl-"), ()) if e.covers(problem)]
        met.update(covering)
        if covering and problem.severity == "violation" and problem.blocks(files):
            what = f"a violation that is not of a table's row cannot be accepted: {problem.code} in {problem.file}"
            told += [entry.problem(what, "mend it, or leave the fact out") for entry in covering]
            covering = []
        done.append(replace(problem, accepted=covering[0].reason) if covering else problem)
    read = {_base(file) for file in files}
    for entry in entries if whole else ():
        if entry not in met and (not entry.of or entry.of in read or entry.of.endswith((".yaml", ".txt"))):
            what = f"accepted, but no longer found: {entry.code}"
            told.append(entry.problem(what, "remove it"))
    return [*done, *told]


Key = tuple[str, ...]


def _key(file: str, code: str, name: str, what: str, value: str) -> Key:
    return _base(file), code, name, what, value


def read_report(path: Path) -> Counter[Key]:
    """What an earlier `--format json` report tells, without lines, since rows move.

    Raises CitygraphError where it is none.
    """
    raw = load_bytes(path, "the report")
    try:
        rows = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise CitygraphError(f"{shown(path)}: not a report: not JSON: {str(error).splitlines()[0]}") from error
    found: Counter[Key] = Counter()
    for row in rows if isinstance(rows, list) else [None]:
        texts = [row.get(key, "") for key in ("file", "code", "name", "what", "value")] if isinstance(row, dict) else []
        if not texts or not all(isinstance(text, str) for text in texts) or not (texts[0] and texts[1]):
            what = "not a report: write one with `citygraph check --format json`"
            raise CitygraphError(f"{shown(path)}: {what}")
        found[_key(*texts)] += 1
    return found


def unseen(problems: Sequence[Problem], report: Counter[Key]) -> list[Problem]:
    """The problems that a report does not tell; of several alike, as many as it lacks, the last ones."""
    left = Counter(report)
    new = []
    for problem in problems:
        key = _key(problem.file, problem.code, problem.name, problem.what, problem.value)
        if left[key] > 0:
            left[key] -= 1
        else:
            new.append(problem)
    return new
