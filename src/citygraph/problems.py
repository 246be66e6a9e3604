"""The Problem record, and text, JSON and SARIF as three printers of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Literal
from urllib.parse import quote

Severity = Literal["violation", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")


@dataclass(frozen=True, order=True)
class Problem:
    """One finding in one place.

    Lines and columns count from 1; columns count Unicode code points. `name` is the claim's or entry's own name,
    `code` the stable name of the check, `right` what would be right.
    """

    file: str
    line: int
    column: int
    code: str
    what: str
    right: str = ""
    name: str = ""
    severity: Severity = "violation"
    focus: str = ""
    path: str = ""
    component: str = ""

    def text(self) -> str:
        """`file:line:column: severity: what; what would be right [name]`."""
        said = _line(self.what) + (f"; {_line(self.right)}" if self.right else "")
        name = f" [{_line(self.name, 80)}]" if self.name else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {said}{name}"


def _line(text: str, most: int = 600) -> str:
    """Text that keeps to one line, to a length that can be read, and has no sign that a terminal obeys."""
    text = text if len(text) <= most else text[: most * 2 // 3] + " … " + text[-most // 3 :]
    return "".join(sign if sign.isprintable() else " " for sign in text)


class CitygraphError(Exception):
    """Wrong use, missing or unreadable input, disk or endpoint: one clear line, exit code 2."""


class ProblemsError(Exception):
    """A violation in the data, which a build does not go on with: exit code 1."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """The one stable order: file, line, column, then code; each finding once."""
    return sorted(set(problems), key=attrgetter(*Problem.__match_args__))


def violated(problems: Iterable[Problem]) -> bool:
    """Whether any of them is a violation."""
    return any(problem.severity == "violation" for problem in problems)


def tally(problems: Iterable[Problem]) -> str:
    """`2 violations, 1 warning, 0 notes` for people."""
    count = Counter(problem.severity for problem in problems)
    names = {"violation": "violation", "warning": "warning", "info": "note"}
    return ", ".join(f"{count[s]} {names[s]}{'' if count[s] == 1 else 's'}" for s in SEVERITIES)


def to_text(problems: Sequence[Problem]) -> str:
    """One line a problem."""
    return "".join(problem.text() + "\n" for problem in problems)


def to_json(problems: Sequence[Problem]) -> str:
    """A JSON array, one object a problem, empty fields left out."""
    rows = [{k: v for k, v in asdict(problem).items() if v != ""} for problem in problems]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def to_sarif(problems: Sequence[Problem]) -> str:
    """SARIF 2.1.0 (OASIS), as code hosts read it to annotate a pull request."""
    levels = {"violation": "error", "warning": "warning", "info": "note"}
    results = [
        {
            "ruleId": problem.code,
            "level": levels[problem.severity],
            "message": {"text": problem.what + (f"; {problem.right}" if problem.right else "")},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": _uri(problem.file)},
                        "region": {"startLine": problem.line, "startColumn": problem.column},
                    },
                    "logicalLocations": [{"name": problem.name}] if problem.name else [],
                }
            ],
        }
        for problem in problems
    ]
    said = {problem.code: problem for problem in reversed(problems)}
    rules = [
        {
            "id": code,
            "shortDescription": {"text": code.replace("-", " ")},
            "help": {"text": said[code].right or said[code].what},
            "defaultConfiguration": {"level": levels[said[code].severity]},
        }
        for code in sorted(said)
    ]
    driver = {"name": "citygraph", "informationUri": "https://w3id.org/citygraph", "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def _uri(file: str) -> str:
    return ("file://" if file.startswith("/") else "") + quote(file)


PRINTERS: dict[str, Callable[[Sequence[Problem]], str]] = {"text": to_text, "json": to_json, "sarif": to_sarif}
