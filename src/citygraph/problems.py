"""The Problem record, and text, JSON, SARIF and CSV as four printers of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Literal

Severity = Literal["violation", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")


@dataclass(frozen=True, order=True)
class Problem:
    """One finding in one place.

    Lines and columns count from 1; columns count Unicode code points. `name` is the claim's or entry's own name,
    `code` the stable name of the check, `right` what would be right. In a table `line` is the row, `column_name` the
    header of the column and `name` the key of the row; `value` is the cell or value that is meant. `accepted` is the
    reason for which a finding is let be.
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
    column_name: str = ""
    value: str = ""
    accepted: str = ""

    def blocks(self, tables: Collection[str]) -> bool:
        """Whether a build cannot go on without this: it is of a sheet, the registry or the header of a table.

        A row of one of `tables` can be left out.
        """
        return self.file not in tables or self.code == "column"

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

    def __init__(self, problems: Sequence[Problem], tables: Iterable[str] = ()) -> None:
        """`tables` are the files of which only a summary is to be printed."""
        super().__init__(f"{len(problems)} problems")
        self.problems = list(problems)
        self.tables = set(tables)


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """The one stable order: file, line, column, then code; each finding once."""
    return sorted(set(problems), key=attrgetter(*Problem.__match_args__))


def violated(problems: Iterable[Problem]) -> bool:
    """Whether any of them is a violation that nobody has accepted."""
    return any(problem.severity == "violation" and not problem.accepted for problem in problems)


def tally(problems: Iterable[Problem]) -> str:
    """`2 violations, 1 warning, 0 notes` for people, and how many are accepted where any is."""
    count = Counter("accepted" if problem.accepted else problem.severity for problem in problems)
    names = {"violation": "violation", "warning": "warning", "info": "note"}
    told = [f"{count[s]} {names[s]}{'' if count[s] == 1 else 's'}" for s in SEVERITIES]
    return ", ".join([*told, *([f"{count['accepted']} accepted"] if count["accepted"] else [])])


def summary(problems: Iterable[Problem]) -> str:
    """How many findings of each code, as a table, the worst first and accepted ones apart; empty where none are."""
    told, accepted = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for problem in problems:
        (accepted if problem.accepted else told)[SEVERITIES.index(problem.severity), problem.code] += 1
    keys = sorted({*told, *accepted}, key=lambda key: (key[0], -told[key], key[1]))
    if not keys:
        return ""
    rows: list[tuple[str, str, str, str]] = [("severity", "code", "count", "accepted")]
    rows += [(SEVERITIES[key[0]], key[1], f"{told[key]:,}", f"{accepted[key]:,}") for key in keys]
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    return "".join(f"{a:{wide[0]}}  {b:{wide[1]}}  {c:>{wide[2]}}  {d:>{wide[3]}}\n" for a, b, c, d in rows)


def to_text(problems: Sequence[Problem]) -> str:
    """One line a problem; accepted ones are not told."""
    return "".join(problem.text() + "\n" for problem in problems if not problem.accepted)


def to_json(problems: Sequence[Problem]) -> str:
    """A JSON array, one object a problem, empty fields left out."""
    import json

    rows = [{k: v for k, v in asdict(problem).items() if v != ""} for problem in problems]
    return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"


def to_sarif(problems: Sequence[Problem]) -> str:
    """SARIF 2.1.0 (OASIS), as code hosts read it to annotate a pull request."""
    import json

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
            **({"suppressions": [_suppressed(problem)]} if problem.accepted else {}),
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


def _suppressed(problem: Problem) -> dict[str, str]:
    return {"kind": "external", "justification": problem.accepted}


def _uri(file: str) -> str:
    from urllib.parse import quote

    return ("file://" if file.startswith("/") else "") + quote(file)


COLUMNS = (
    *("file", "line", "column", "column_name", "name", "severity", "code", "what", "right", "value", "accepted"),
)
#: What a spreadsheet runs as a formula where a cell begins with it, with full-width signs; a number is none.
_FORMULA = re.compile(r"(?!\s*[+-]?[0-9]+([.,][0-9]+)?([eE][+-]?[0-9]+)?\Z)\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")


def to_csv(problems: Sequence[Problem]) -> str:
    """A table with a header, one row a problem, for whoever corrects the table that the problems are of."""
    import csv
    import io

    written = io.StringIO()
    written.write(",".join(COLUMNS) + "\n")
    # Texts are quoted throughout: csv would leave a carriage return bare, which ends a row for many readers.
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows([_inert(getattr(problem, name)) for name in COLUMNS] for problem in problems)
    return written.getvalue()


def _inert(cell: str | int) -> str | int:
    # This table is opened in spreadsheets and its texts come from strangers' tables. An apostrophe in front makes a
    # formula a text there, in every spreadsheet; quotation marks would not. It changes the text, so it is put only
    # where it must be, the command says how often (`formulas`), and JSON has the text as it is.
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def formulas(problems: Iterable[Problem]) -> int:
    """How many cells of the CSV table got an apostrophe in front, since they begin as a formula does."""
    cells = (getattr(problem, name) for problem in problems for name in COLUMNS)
    return sum(_inert(cell) != cell for cell in cells)


PRINTERS: dict[str, Callable[[Sequence[Problem]], str]] = {
    "text": to_text, "json": to_json, "sarif": to_sarif, "csv": to_csv,
}  # fmt: skip
