"""Reports of check and build on tables: CSV, summary, accepted findings, earlier reports, configuration, bad input."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from citygraph import build as pipeline
from citygraph import cli, terminal
from citygraph.known import read_accepted, read_report, unseen
from citygraph.options import Options, read_config
from citygraph.problems import COLUMNS, CitygraphError, Problem, formulas, summary, tally, to_csv, violated
from citygraph.tables.describe import Table, read_description
from citygraph.tables.lines import MAX_LINES
from citygraph.tables.read import read_rows
from conftest import ROOT
from test_tables import DESCRIPTION, GOOD, HEADER

WRONG = (
    GOOD
    + "8,Turku,FI,91,22.27,2013,True,published\n"  # a violation
    + "9,Oulu,FI,65.01,25.47,never,True,published\n"  # a cell, and the claim that needs it
    + "10,short\n"
)
PAGE = "page: {id: p, title: T, url: 'https://example.org/', publisher: P, language: en}\nfacts:\n"


@pytest.fixture
def place(tmp_path: Path, sheets: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the user stands: data/ with the description of a table, and members.csv."""
    data = sheets(tmp_path)
    (data / "tables").mkdir()
    (data / "tables" / "members.yaml").write_text(DESCRIPTION, "utf-8")
    (tmp_path / "members.csv").write_text(HEADER + WRONG, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def citygraph(*args: str) -> Result:
    """A command in this process; what is no exit but an exception fails the test."""
    done = CliRunner().invoke(cli.main, list(args))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def check(*args: str, table: str = "members=members.csv") -> Result:
    return citygraph("check", "--validator", "compiled", "--with", table, *args)


def rows(done: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(done.stdout)))


def write(name: str, text: str) -> str:
    Path(name).write_text(text, "utf-8")
    return name


# CSV


def test_a_publisher_can_correct_from_the_csv(place: Path) -> None:
    done = check("--format", "csv")
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == ",".join(COLUMNS)
    told = {(row["line"], row["code"]): row for row in rows(done)}
    assert sorted(told) == [("3", "shacl-Actor-lat"), ("4", "cell"), ("4", "claim"), ("5", "row")]
    lat, cell, claim, row = (told[key] for key in sorted(told))
    keys = ("file", "column", "column_name", "name", "severity", "value")
    assert [lat[key] for key in keys] == ["members.csv", "4", "latitude", "members-8", "violation", "91"]
    assert [cell[key] for key in keys] == ["members.csv", "6", "joined", "9", "warning", "never"]
    assert [claim[key] for key in keys[1:4]] == ["1", "", "9"]
    assert [row[key] for key in keys[1:]] == ["1", "", "", "warning", "10,short"]


def test_the_offending_cell_is_that_of_the_file(place: Path) -> None:
    """A key cell, through the thing that is made of it; what a shape says of a cell that was cleaned."""
    text = DESCRIPTION.replace("  active: flag", "  active: flag\n  country: upper").replace("key: members-", "key: m-")
    Path("data/tables/members.yaml").write_text(text.replace("    network: ubc", '    network: "{name}"'), "utf-8")
    write("members.csv", HEADER + row(1) + row(2, country="finland", name="ubc"))
    told = {row["code"]: row for row in rows(check("--format", "csv"))}
    assert [told["unknown-entity"][key] for key in ("column", "column_name", "value")] == ["2", "name", "Lahti"]
    assert [told["shacl-Actor-country"][key] for key in ("column", "column_name", "value")] == [
        "3", "country", "finland",
    ]  # fmt: skip


def test_in_a_sheet_no_column_is_named(place: Path) -> None:
    write("data/pages/p.yaml", PAGE + "  - {id: a, type: Membership, member: lathi, network: ubc}\n")
    (row,) = rows(citygraph("check", "--validator", "compiled", "--format", "csv"))
    assert [row[key] for key in ("column_name", "name", "code", "value")] == ["", "a", "unknown-entity", "lathi"]


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", " =1+1", "\t=1", "-1+A1", "＝1", "-1\n"])
def test_a_formula_does_not_become_executable(text: str) -> None:
    problem = Problem(text, 1, 1, "c", text, text, text, column_name=text, value=text)
    _, row = csv.reader(io.StringIO(to_csv([problem])))
    assert [cell for cell in row if cell.strip()[:1] in ("=", "+", "-", "@", "＝")] == []
    assert row[COLUMNS.index("value")] == f"'{text}"
    assert formulas([problem]) == 6


@pytest.mark.parametrize("text", ["-20", "+1.5", "-4e-05", "60,98", "a=b", "", "Saint-Denis", "'=1"])
def test_what_is_no_formula_is_left_as_it_is(text: str) -> None:
    _, row = csv.reader(io.StringIO(to_csv([Problem("f", 1, 1, "c", "w", value=text)])))
    assert row[COLUMNS.index("value")] == text
    assert formulas([Problem("f", 1, 1, "c", "w", value=text)]) == 0


def test_a_formula_is_told_of_and_json_has_it_as_it_is(place: Path) -> None:
    write("members.csv", HEADER + GOOD.replace("2012-09-10", "=HYPERLINK(1)"))
    done = check("--format", "csv")
    assert "1 cell begins as a formula does" in done.stderr
    (cell,) = (row for row in rows(done) if row["code"] == "cell")
    assert cell["value"] == "'=HYPERLINK(1)"
    assert "=HYPERLINK(1)" in {row.get("value") for row in json.loads(check("--format", "json").stdout)}
    assert "formula" not in check("--format", "json").stderr


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=2, max_size=2))
def test_any_text_survives_the_csv(texts: list[str]) -> None:
    what, value = texts
    _, row = csv.reader(io.StringIO(to_csv([Problem("f", 1, 1, "c", what, value=value)]), newline=""))
    found = (row[COLUMNS.index("what")], row[COLUMNS.index("value")])
    assert tuple(text.removeprefix("'") for text in found) == tuple(text.removeprefix("'") for text in texts)


# Summary


def test_the_summary_counts_by_code_and_apart_what_is_accepted(place: Path) -> None:
    accepted = write("accepted.yaml", "accepted:\n  - {code: cell, reason: known}\n")
    assert check("--accepted", accepted).stderr.splitlines()[-5:] == [
        "violation  shacl-Actor-lat      1         0",
        "warning    claim                1         0",
        "warning    row                  1         0",
        "warning    cell                 0         1",
        "0 sheets: 1 violation, 2 warnings, 0 notes, 1 accepted",
    ]
    assert check("--accepted", accepted).stderr.splitlines()[0] == "severity   code             count  accepted"


def test_a_summary_without_tables_only_where_asked() -> None:
    assert summary([]) == ""
    one = Problem("f", 1, 1, "c", "w")
    assert summary([one, one]).splitlines()[1].split() == ["violation", "c", "2", "0"]


def test_the_summary_of_sheets_by_its_option(place: Path) -> None:
    write("data/pages/p.yaml", PAGE + "  - {id: a, type: Membership, member: lathi, network: ubc}\n")
    bare = citygraph("check", "--validator", "compiled")
    asked = citygraph("check", "--validator", "compiled", "--summary")
    assert "severity" not in bare.stderr
    assert "violation  unknown-entity      1         0" in asked.stderr
    assert asked.stdout == bare.stdout


def build(*args: str) -> Result:
    return citygraph(
        "build", "--validator", "compiled", "--reasoner", "compiled", "--with", "members=members.csv", *args
    )


def test_a_build_counts_the_problems_of_rows(place: Path) -> None:
    many = "".join(f"{number},short\n" for number in range(20, 220))
    write("members.csv", HEADER + WRONG + many)
    done = build()
    assert done.exit_code == 0
    assert "members.csv:" not in done.stderr
    assert "warning    row                201         0" in done.stderr
    assert "1 violation, 203 warnings, 0 notes in their rows" in done.stdout


def test_a_build_that_stops_tells_what_stops_it(place: Path) -> None:
    done = build("--strict")
    assert done.exit_code == 1
    assert "members.csv:" not in done.stderr
    assert "violation  shacl-Actor-lat      1         0" in done.stderr
    assert "nothing was written" in done.stderr
    write("members.csv", HEADER.replace("joined", "since") + WRONG)
    done = build()
    assert done.exit_code == 1
    assert "members.csv:1:1: violation: no column 'joined'" in done.stderr
    assert "members.csv:5" not in done.stderr


# Accepted findings

ACCEPTED = """\
accepted:
  - code: Actor-lat
    name: members-8
    file: elsewhere/members.csv
    value: "91"
    reason: The publisher knows
  - code: row
    reason: The last line is a note
"""


def test_accepted_findings_do_not_fail_and_carry_their_reason(place: Path) -> None:
    file = write("accepted.yaml", ACCEPTED)
    done = check("--accepted", file)
    assert done.exit_code == 0
    assert [line.split(" ")[0] for line in done.stdout.splitlines()] == ["members.csv:4:1:", "members.csv:4:6:"]
    reasons = {"shacl-Actor-lat": "The publisher knows", "row": "The last line is a note"}
    told = json.loads(check("--accepted", file, "--format", "json").stdout)
    assert {row["code"]: row["accepted"] for row in told if "accepted" in row} == reasons
    told = rows(check("--accepted", file, "--format", "csv"))
    assert {row["code"]: row["accepted"] for row in told if row["accepted"]} == reasons
    sarif = json.loads(check("--accepted", file, "--format", "sarif").stdout)["runs"][0]["results"]
    assert {r["ruleId"]: r["suppressions"][0] for r in sarif if "suppressions" in r} == {
        code: {"kind": "external", "justification": reason} for code, reason in reasons.items()
    }


@pytest.mark.parametrize("key", ["code", "name", "file", "value"])
def test_an_entry_accepts_what_it_names_and_nothing_else(key: str, place: Path) -> None:
    lines = [f"    {key}: other\n" if f" {key}: " in line else line for line in ACCEPTED.splitlines(keepends=True)[:6]]
    text = "".join(lines).replace("    code: other", "  - code: other")
    done = check("--accepted", write("accepted.yaml", text))
    assert done.exit_code == 1
    assert "shacl-Actor-lat" in done.stderr
    # A table that is not there is not judged.
    assert ("accepted.yaml:3:11: warning: accepted, but no longer found: " in done.stdout) is (key != "file")


def test_a_name_may_be_a_list_and_each_is_looked_for(place: Path) -> None:
    text = 'accepted:\n  - code: cell\n    name: ["9", "77"]\n    reason: known\n'
    done = check("--accepted", write("accepted.yaml", text))
    assert "accepted.yaml:3:17: warning: accepted, but no longer found: cell; remove it [77]" in done.stdout
    assert "joined: 'never'" not in done.stdout


def test_with_paths_nobody_can_tell_what_is_gone(place: Path) -> None:
    write(
        "data/pages/p.yaml",
        "page: {id: p, title: T, url: 'https://example.org/', publisher: P, language: en}\nfacts: []\n",
    )
    file = write("accepted.yaml", "accepted:\n  - {code: missing-sheet, reason: known}\n")
    done = citygraph("check", "--validator", "compiled", "--accepted", file, "data/pages/p.yaml")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "no longer found" in citygraph("check", "--validator", "compiled", "--accepted", file).stdout


def test_what_stops_a_build_cannot_be_accepted(place: Path) -> None:
    write("members.csv", HEADER.replace("joined", "since") + GOOD)
    file = write("accepted.yaml", "accepted:\n  - {code: column, reason: known}\n")
    done = check("--accepted", file)
    assert done.exit_code == 1
    assert "members.csv:1:1: violation: no column 'joined'" in done.stdout
    told = (
        "accepted.yaml:2:5: warning: a violation that is not of a table's row cannot be accepted: column in members.csv"
    )
    assert told in done.stdout


def test_a_strict_build_goes_on_where_all_is_accepted(place: Path) -> None:
    assert build("--strict", "--accepted", write("accepted.yaml", ACCEPTED)).exit_code == 0
    assert build("--strict").exit_code == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("accepted:\n  - code: cell\n", "2:5: violation: no `reason`"),
        ("accepted:\n  - reason: x\n", "2:5: violation: no `code`"),
        ("accepted:\n  - {code: cell, reason: x, names: y}\n", "2:29: violation: unknown key 'names'; did you mean"),
        ("acepted:\n  - {code: cell, reason: x}\n", "1:1: violation: unknown key 'acepted'; did you mean 'accepted'?"),
        ("accepted: cell\n", "1:1: violation: no list of entries"),
        ("- cell\n", "1:1: violation: no list of entries"),
        ("accepted:\n  - cell\n", "2:5: violation: a text where a mapping belongs"),
        ("accepted:\n  - {code: [cell, row], reason: x}\n", "2:13: violation: 2 values of 'code'"),
        ("accepted:\n  - {code: {a: b}, reason: x}\n", "2:12: violation: a mapping as value of 'code'"),
        ("accepted:\n  - code: a: b\n", "2:12: violation: not YAML"),
        ("", "1:1: violation: the file is empty"),
        ("\0", "1:1: violation: a NUL byte"),
    ],
)
def test_errors_of_the_file_have_their_place(text: str, told: str, place: Path) -> None:
    write("members.csv", HEADER + GOOD)
    done = check("--accepted", write("accepted.yaml", text))
    assert done.exit_code == 1
    assert any(line.startswith(f"accepted.yaml:{told}") for line in done.stdout.splitlines()), done.stdout
    assert build("--accepted", "accepted.yaml").exit_code == 1


def test_a_missing_file_of_accepted_findings(place: Path) -> None:
    done = check("--accepted", "nowhere.yaml")
    assert (done.exit_code, done.stderr) == (2, "citygraph: nowhere.yaml: cannot be read: No such file or directory\n")
    assert read_accepted(Path(write("none.yaml", "accepted: []\n"))) == ([], [])


def test_counting_knows_what_is_accepted() -> None:
    told = [Problem("f", 1, 1, "c", "w"), Problem("f", 2, 1, "c", "w", accepted="known")]
    assert tally(told) == "1 violation, 0 warnings, 0 notes, 1 accepted"
    assert violated(told)
    assert not violated(told[1:])


# An earlier report


def test_only_what_an_earlier_report_does_not_tell(place: Path) -> None:
    report = write("last.json", check("--format", "json").stdout)
    done = check("--since", report)
    assert (done.exit_code, done.stdout) == (0, "")
    # Re-sorted, with a row before, in another folder: the same findings.
    lines = [GOOD.replace("7,Lahti", "1,Vaasa"), *reversed(WRONG.splitlines(keepends=True))]
    Path("sub").mkdir()
    write("sub/members.csv", HEADER + "".join(lines))
    done = check("--since", report, table="members=sub/members.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    write("members.csv", HEADER + WRONG + "11,Pori,FI,92,21.8,2013,True,published\n" + "12,short\n")
    done = check("--since", report)
    assert done.exit_code == 1
    assert [line.split(" ")[0] for line in done.stdout.splitlines()] == ["members.csv:6:4:", "members.csv:7:1:"]


def test_a_duplicate_that_moves_is_the_same_finding(place: Path) -> None:
    write("members.csv", HEADER + GOOD + GOOD)
    report = write("last.json", check("--format", "json").stdout)
    write("members.csv", HEADER + GOOD.replace("7,Lahti", "1,Vaasa") + GOOD + GOOD)
    assert check("--since", report).stdout == ""


def test_of_several_alike_only_as_many_as_are_new() -> None:
    told = [Problem("f", line, 1, "c", "w") for line in (1, 2, 3)]
    assert unseen(told, Counter({("f", "c", "", "w", ""): 2})) == told[2:]
    assert unseen(told, Counter()) == told


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '[{"file": "f"}]', '[{"file": 1, "code": "c"}]', "[" * 100_000, "\udcff"]
)
def test_what_is_no_report(text: str, place: Path) -> None:
    Path("last.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = check("--since", "last.json")
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("citygraph: last.json: not a report: ")


def test_a_missing_report_and_an_empty_one(place: Path) -> None:
    done = check("--since", "last.json")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert not read_report(Path(write("last.json", "[]")))


# The configuration


def test_a_configuration_names_tables_relative_to_itself(place: Path) -> None:
    Path("conf").mkdir()
    write("conf/members.csv", HEADER + GOOD)
    write("conf/more.csv", HEADER + GOOD.replace("7,Lahti", "8,Vaasa"))
    write("conf/accepted.yaml", ACCEPTED)
    text = 'accepted = "accepted.yaml"\nstrict = true\n[tables]\nmembers = ["members.csv", "more.csv"]\n'
    config = read_config(Path(write("conf/citygraph.toml", text)))
    assert config.tables == {"members": [Path("conf/members.csv"), Path("conf/more.csv")]}
    assert (config.accepted, config.strict) == (Path("conf/accepted.yaml"), True)
    done = citygraph("check", "--validator", "compiled", "--config", "conf/citygraph.toml")
    assert done.exit_code == 0
    assert "conf/accepted.yaml:3:11: warning: accepted, but no longer found" in done.stdout
    # --with replaces the files of a name: now there are the wrong rows, one of which is not accepted.
    done = check("--config", "conf/citygraph.toml")
    assert "members.csv:4:6: warning" in done.stdout
    args = ("--config", "conf/citygraph.toml", "--with", "members=members.csv", "--validator", "compiled")
    write("none.yaml", "accepted: []\n")
    assert citygraph("build", *args, "--out", "a").exit_code == 0
    assert citygraph("build", *args, "--out", "b", "--accepted", "none.yaml").exit_code == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("table = 1\n", "unknown key 'table'; did you mean 'tables'?"),
        ('tables = "x.csv"\n', "`tables` is not a section"),
        ("[tables]\nmembers = 1\n", "`members` in [tables] is not a path"),
        ("[tables]\nmembers = []\n", "`members` in [tables] is not a path"),
        ('[tables]\nmembers = ["a", 1]\n', "`members` in [tables] is not a path"),
        ('[tables]\nmembers = ""\n', "`members` in [tables] is not a path"),
        ('[tables]\nmembers = "a\\u0000b"\n', "`members` in [tables] is not a path"),
        ('[tables]\nmembers = ["a", "a"]\n', "members: the file a is given twice"),
        ("[tables.members]\na = 1\n", "`members` in [tables] is not a path"),
        ("accepted = true\n", "`accepted` is not a path"),
        ('strict = "yes"\n', "`strict` is neither true nor false"),
        ("strict = 1\n", "`strict` is neither true nor false"),
        ("strict\n", "not TOML: "),
        ("a = " + "[" * 5000, "not TOML: "),
        ("\udcff", "not UTF-8"),
    ],
)
def test_a_wrong_configuration_is_one_line(text: str, told: str, place: Path) -> None:
    Path("citygraph.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    for command in ("check", "build"):
        done = citygraph(command, "--config", "citygraph.toml")
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
        assert done.stderr.startswith(f"citygraph: citygraph.toml: {told}"), done.stderr


def test_a_missing_configuration_and_a_folder(place: Path) -> None:
    for name in ("nowhere.toml", "data"):
        done = citygraph("check", "--config", name)
        assert (done.exit_code, done.stderr.count("\n")) == (2, 1)


def test_the_examples_of_the_documentation_are_good(place: Path) -> None:
    text = (ROOT / "docs" / "tables.md").read_text("utf-8")
    (accepted,) = re.findall(r"```yaml\n(accepted:.*?)```", text, re.DOTALL)
    entries, problems = read_accepted(Path(write("accepted.yaml", accepted)))
    assert (len(entries), problems) == (3, [])
    (config,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    told = read_config(Path(write("citygraph.toml", config)))
    assert list(told.tables) == ["gcom", "sister-cities"]
    assert (told.accepted, told.strict) == (Path("accepted.yaml"), True)
    assert f"`{','.join(COLUMNS)}`" in text
    for option in ("--format csv", "--summary", "--accepted", "--since", "--config", "--with"):
        assert f"`{option}" in text or f" {option}" in text


# Several files of one table


def test_several_files_are_one_table(place: Path) -> None:
    write("a.csv", HEADER + GOOD + "9,short\n")
    write("b.csv", HEADER + GOOD.replace("7,Lahti", "8,Vaasa") + GOOD)
    done = check("--with", "members=b.csv", table="members=a.csv")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "a.csv:3:1: warning: 2 cells under 8 columns; left out",
        "b.csv:3:1: warning: the key '7' stands twice; row 2 of a.csv has it; left out [7]",
    ]
    built = pipeline.build(Path("data"), Options(tables={"members": [Path("a.csv"), Path("b.csv")]}))
    assert built.claims() == {"Membership": 2}
    assert built.tables == {"a.csv", "b.csv"}


@pytest.mark.parametrize("given_", ["members", "=a.csv", "members=", "members=members.csv"])
def test_what_with_does_not_take(given_: str, place: Path) -> None:
    done = check("--with", given_)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("citygraph: --with ")


# Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def bar(monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO, seconds: float) -> list[tuple[str, int]]:
    """What a bar is told while a table of 100 bytes is read, each call so many seconds after the one before."""
    told: list[tuple[str, int]] = []

    class Bar:
        def __init__(self, length: int, label: str, file: object) -> None:
            self.pos = 0
            assert (length, file) == (100, stderr)
            told.append((label, 0))

        def update(self, steps: int) -> None:
            self.pos += steps
            told.append(("update", self.pos))

        def render_finish(self) -> None:
            told.append(("finish", self.pos))

    clock = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock) * seconds)
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(click, "progressbar", Bar)
    with terminal.reading() as tell:
        for done in (10, 20, 60, 100):
            tell("t.csv", done, 100)
    return told


def test_a_bar_on_a_terminal_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = bar(monkeypatch, Terminal(), 0.4)
    assert slow[0] == ("t.csv", 0)
    assert slow[-2:] == [("update", 100), ("finish", 100)]
    assert bar(monkeypatch, Terminal(), 0.01) == []
    assert bar(monkeypatch, io.StringIO(), 10) == []


def test_a_bar_gives_the_cursor_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a table cannot be read to its end."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    clock = iter(range(0, 1000, 5))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    with terminal.reading() as tell:
        tell("t.csv", 1, 100)
        tell("t.csv", 50, 100)
    assert screen.getvalue().count("\x1b[?25l") == screen.getvalue().count("\x1b[?25h") == 1


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    raw = (HEADER + "".join(GOOD.replace("7,", f"{n},") for n in range(5000))).encode()
    told: list[tuple[str, int, int]] = []
    assert len(list(read(tmp_path, raw, lambda *at: told.append(at))[0])) == 5000
    done = [at[1] for at in told]
    assert done == sorted(done)
    assert [at for at in told if at[1] == at[2]] == [("members.csv", len(raw), len(raw))] == told[-1:]
    assert len(told) == 6


# Bad input


def read(
    tmp_path: Path, raw: bytes, progress: Callable[[str, int, int], None] = lambda *_: None
) -> tuple[list[str], list[str]]:
    """The keys of the rows that can be read and the problems as text, with the file's name alone."""
    table, _ = read_description(DESCRIPTION, "members.yaml", "members")
    assert isinstance(table, Table)
    path = tmp_path / "members.csv"
    path.write_bytes(raw)
    problems: list[Problem] = []

    def tell(name: str, done: int, total: int) -> None:
        progress(Path(name).name, done, total)

    keys = [row.values["number"] for row in read_rows(path, table, problems, tell)]
    return keys, [f"{p.line}:{p.column}: {p.what}" for p in problems]


def row(key: int, **cells: str) -> str:
    values = dict(zip(HEADER.strip().split(","), GOOD.strip().split(","), strict=True)) | {"number": str(key)} | cells
    return ",".join(values.values()) + "\n"


OPEN = "the quotation mark that opens this cell is not closed"
BROKEN_ROWS = [
    ("open-to-the-end", row(1) + row(2, name='"Lahti') + row(3) + row(4), "134", [f"3:2: {OPEN}"]),
    ("open-in-the-last", row(1) + row(2) + row(3, name='"Lahti'), "12", [f"4:2: {OPEN}"]),
    ("open-then-quoted", row(1, name='"A') + row(2) + row(3, name='"B, C"') + row(4), "234", [f"2:2: {OPEN}"]),
    ("closed-by-a-stray", row(1, name='"A') + row(2) + row(3, name='B"') + row(4), "234", [f"2:2: {OPEN}"]),
    ("open-twice", row(1, name='"A') + row(2, name='"B') + row(3), "3", [f"2:2: {OPEN}", f"3:2: {OPEN}"]),
    ("open-first-cell", '"1,A\n' + row(2), "2", [f"2:1: {OPEN}"]),
    ("open-for-long", row(1, name='"A') + "".join(row(2) for _ in range(MAX_LINES + 5)), "2" * (MAX_LINES + 5),
     [f"2:2: {OPEN}"]),
    ("text-after-quote", row(1, name='"A"B') + row(2), "2",
     ["2:1: the row cannot be read: text after a closing quotation mark"]),
    ("several-lines", row(1, name='"A\nB, C\nD"') + row(2) + "3\n", "12", ["4:1: 1 cells under 8 columns"]),
    ("several-lines-wrong-width", row(1, name='"A\nB",x') + row(2), "2",
     ["2:1: 9 cells under 8 columns, in 2 lines"]),
    ("nul", row(1) + row(2, name="a\0b") + row(3), "13", ["3:1: the row cannot be read: a NUL byte"]),
    ("5-mb", row(1) + row(2, name="x" * 5_000_000) + row(3), "13", ["3:1: the row cannot be read: more than"]),
    ("5-mb-quoted", row(1) + row(2, name='"' + "x" * 5_000_000 + '"') + row(3), "13", ["3:1: the row cannot be read"]),
    ("5-mb-open", row(1, name='"A') + row(2, name="x" * 5_000_000) + row(3), "3",
     [f"2:2: {OPEN}", "3:1: the row cannot be read: more than 1,000,000"]),
    ("200-kb", row(1) + row(2, name="x" * 200_000) + row(3), "13", ["3:1: the row cannot be read: a cell has more"]),
    ("header-again", row(1) + HEADER + row(2), "12", ["3:1: the header stands again"]),
    ("short-and-long", "1\n" + row(2) + row(3).strip() + ",x\n", "2", ["2:1: 1 cells", "4:1: 9 cells"]),
    ("empty-lines", "\n" + row(1) + "\n\n" + "2\n", "1", ["6:1: 1 cells"]),
    ("header-only", "", "", ["1:1: no row below the header"]),
    ("no-last-line-end", row(1) + row(2).strip(), "12", []),
    ("windows", (row(1) + row(2)).replace("\n", "\r\n"), "12", []),
    ("old-mac", (row(1) + row(2)).replace("\n", "\r"), "12", []),
    ("1e400", row(1, latitude="1e400") + row(2), "12", ["2:4: latitude: '1e400': not a number"]),
    ("10**30", row(1, latitude=str(10**30)) + row(2), "12",
     [f"2:4: latitude: '{10**30}': a number of more than 18 digits"]),
    ("year-0", row(1, joined="0000") + row(2), "12", ["2:6: joined: '0000': there is no year 0000"]),
    ("year-9999", row(1, joined="9999-12-31"), "1", []),
]  # fmt: skip


@pytest.mark.parametrize(("rows_", "keys", "told"), [case[1:] for case in BROKEN_ROWS], ids=[c[0] for c in BROKEN_ROWS])
def test_a_broken_row_is_told_and_the_others_are_read(rows_: str, keys: str, told: list[str], tmp_path: Path) -> None:
    found, problems = read(tmp_path, (HEADER + rows_).encode())
    assert "".join(found) == keys
    assert len(problems) == len(told)
    assert all(problem.startswith(start) for problem, start in zip(problems, told, strict=True)), problems


EXCEL = "not a text; save the table as CSV UTF-8"
UNREADABLE = [
    ("xlsx", b"PK\x03\x04" + b"\0" * 100, f": an Excel file or another zip archive, {EXCEL}"),
    ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, f": an Excel file, {EXCEL}"),
    ("gzip", gzip.compress((HEADER + GOOD).encode(), mtime=0), ": a compressed file; unpack it first"),
    ("utf-16", (HEADER + GOOD).encode("utf-16"), ": UTF-16; save the table as CSV UTF-8"),
    ("utf-16-be", b"\xfe\xff" + (HEADER + GOOD).encode("utf-16-be"), ": UTF-16; save the table as CSV UTF-8"),
    ("utf-16-bare", (HEADER + GOOD).encode("utf-16-le"), ":1: the header cannot be read: a NUL byte"),
    ("latin-1", (HEADER + GOOD + GOOD.replace("Lahti", "Järvenpää")).encode("latin-1"), ":3:4: byte 0xE4 is not UTF-8"),
    ("empty", b"", ": no header row"),
    ("mark-only", b"\xef\xbb\xbf", ": no header row"),
    ("open-header", b'"' + (HEADER + GOOD).encode(), ":1: the header cannot be read: a quotation mark is not closed"),
    ("zeros", b"\0" * 3_000_000, ":1: the header cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "told"), [case[1:] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE])
def test_what_is_no_table_is_one_line(raw: bytes, told: str, place: Path) -> None:
    Path("members.csv").write_bytes(raw)
    for done in (check(), build()):
        assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.startswith(f"citygraph: members.csv{told}"), done.stderr


def test_a_folder_and_a_missing_file(place: Path) -> None:
    done = check(table="members=data")
    assert (done.exit_code, done.stderr) == (2, "citygraph: data: cannot be read: Is a directory\n")
    done = check(table="members=nowhere.csv")
    assert (done.exit_code, done.stderr) == (2, "citygraph: nowhere.csv: cannot be read: No such file or directory\n")


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        (HEADER, 0, "members.csv:1:1: warning: no row below the header"),
        (HEADER + GOOD + GOOD, 0, "members.csv:3:1: warning: the key '7' stands twice; row 2 has it; left out [7]"),
        (HEADER + row(1, latitude="91"), 1, "members.csv:2:4: violation: lat: "),
        (HEADER + row(1, longitude="-181"), 1, "members.csv:2:5: violation: long: "),
        (HEADER + row(1, latitude="1e400"), 0, "members.csv:2:4: warning: latitude: '1e400': not a number"),
        (HEADER + row(1, latitude="NaN"), 0, "members.csv:2:4: warning: latitude: 'NaN': not a number"),
        (HEADER + row(1, latitude="6_0.98"), 0, "members.csv:2:4: warning: latitude: '6_0.98': not a number"),
        (HEADER + row(1, latitude="north"), 1, "members.csv:2:4: violation: lat: "),
        (HEADER + row(1, joined="0000"), 0, "members.csv:2:6: warning: joined: '0000': there is no year 0000"),
        (HEADER + row(1, name='"A') + row(2), 0, f"members.csv:2:2: warning: {OPEN}"),
        (HEADER.replace("joined", "since") + GOOD, 1, "members.csv:1:1: violation: no column 'joined'; data/tables/"),
        (HEADER.replace("country", "name") + GOOD, 1, "members.csv:1:3: violation: the column 'name' stands twice"),
        (HEADER.replace("number", "no") + GOOD * 3, 1, "members.csv:1:1: violation: no column 'number'"),
    ],
)
def test_exit_codes_of_check_on_tables(text: str, code: int, told: str, place: Path) -> None:
    write("members.csv", text)
    done = check()
    assert done.exit_code == code
    assert any(line.startswith(told) for line in done.stdout.splitlines()), done.stdout
    assert "left out" not in done.stdout or code == 0


@given(st.binary(max_size=120))
def test_no_bytes_below_a_header_make_a_traceback(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(CitygraphError):
        keys, problems = read(Path(folder), HEADER.encode() + raw)
        assert len(keys) + len(problems) > 0


@given(st.lists(st.integers(1, 40), min_size=1, unique=True), st.data())
def test_one_open_quote_costs_one_row(keys: list[int], data: st.DataObject) -> None:
    """Wherever it stands, and whatever is quoted below."""
    at = data.draw(st.integers(0, len(keys) - 1))
    quoted = data.draw(st.sets(st.sampled_from(keys)))
    rows_ = [row(key, name='"A, B"') if key in quoted else row(key) for key in keys]
    rows_[at] = row(keys[at], name='"Lahti')
    with tempfile.TemporaryDirectory() as folder:
        found, problems = read(Path(folder), (HEADER + "".join(rows_)).encode())
    assert found == [str(key) for number, key in enumerate(keys) if number != at]
    assert problems == [f"{at + 2}:2: {OPEN}"]
