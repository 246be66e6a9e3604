"""Tables kept for the next run: the same graph and findings, never out of date, never half there."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from citygraph import build as pipeline
from citygraph.options import Options
from citygraph.tables import kept, load
from test_tables import GOOD, HEADER, described

#: Findings of each kind: told by the reader, by the encoder of rows and by a shape.
ROWS = (
    HEADER
    + GOOD
    + "8,Turku,FI,91.00,22.27,2012-13-40,True,published\n"
    + "7,Oulu,FI,65.01,25.47,2013-01-01,True,published\n"
    + "9,Pori,FI,61.48,21.79,2013-01-01,True,on_hold\n"
)


PAGE = """\
  - id: membership
    type: Membership
    member: lahti
    network: ubc
"""


@pytest.fixture
def here(tmp_path: Path, sheets: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder and a table, with a cache folder of their own."""
    folder = described(sheets(tmp_path, PAGE))
    (tmp_path / "members.csv").write_text(ROWS, "utf-8")
    monkeypatch.setenv("CITYGRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(kept, "WORTH", 1)
    return folder


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that were read, each time that one was."""
    found: list[str] = []
    whole = load.load_tables

    def counted(options: Options, *rest: object) -> load.Tables:
        found.extend(options.tables)
        return whole(options, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(kept, "load_tables", counted)
    return found


def options(here: Path) -> Options:
    return Options(tables={"members": [here.parent / "members.csv"]})


def same(one: pipeline.Checked, other: pipeline.Checked) -> bool:
    graphs = [sorted(checked.asserted.lines()) for checked in (one, other)]
    rows = [{checked.asserted.terms.texts[n] for n in checked.rows.tolist()} for checked in (one, other)]
    told = [(checked.problems, checked.results, checked.tables) for checked in (one, other)]
    return graphs[0] == graphs[1] and rows[0] == rows[1] and told[0] == told[1]


def test_kept_tables_give_the_same(here: Path, reads: list[str]) -> None:
    first = pipeline.check(here, options(here))
    again = pipeline.check(here, options(here))
    assert reads == ["members"]
    assert {problem.code for problem in first.problems} >= {"row-key", "cell", "claim"}
    assert any(problem.code.startswith("shacl-") and problem.line == 3 for problem in first.problems)
    assert same(first, again)
    assert list(pipeline.build(here, options(here)).inferred)


@pytest.mark.parametrize("changed", ["members.csv", "tables/members.yaml", "registry/cities.yaml"])
def test_what_a_table_rests_on_makes_it_read_again(here: Path, reads: list[str], changed: str) -> None:
    pipeline.check(here, options(here))
    path = here / changed if "/" in changed else here.parent / changed
    before = path.stat()
    text = path.read_text("utf-8")
    path.write_text(
        text.replace("Lahti", "Lahto").replace("title: Members", "title: Numbers"), "utf-8"
    )  # of the same length
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.read_text("utf-8") != text
    pipeline.check(here, options(here))
    assert reads == ["members"] * 2


def test_a_changed_sheet_reads_no_table(here: Path, reads: list[str]) -> None:
    pipeline.check(here, options(here))
    sheet = next(iter(here.glob("pages/*.yaml")))
    sheet.write_text(sheet.read_text("utf-8").replace("title: ", "title: New "), "utf-8")
    pipeline.check(here, options(here))
    assert reads == ["members"]


def test_what_is_broken_is_made_anew(here: Path, reads: list[str]) -> None:
    first = pipeline.check(here, options(here))
    (name,) = (here.parent / "cache" / "tables").iterdir()
    whole = name.read_bytes()
    middle = len(whole) // 2
    for part in (b"", whole[:middle], b"no archive", whole[:middle] + b"\0\0\0\0" + whole[middle + 4 :]):
        name.write_bytes(part)
        assert same(first, pipeline.check(here, options(here)))
        assert name.read_bytes() == whole
    assert reads == ["members"] * 5


def test_a_folder_that_cannot_be_written_is_told(here: Path) -> None:
    (here.parent / "cache").write_text("a file", "utf-8")
    told: list[str] = []
    pipeline.check(here, replace(options(here), tell=told.append))
    assert len(told) == 1
    assert "tables cannot be kept there" in told[0]


def test_it_can_be_turned_off_and_keeps_but_a_few(
    here: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = here.parent / "members.csv"
    for number in range(7):
        table.write_text(f"{ROWS}{number + 20},Kemi,FI,65.73,24.56,2013-01-01,True,published\n", "utf-8")
        pipeline.check(here, options(here))
    assert len(list((here.parent / "cache" / "tables").iterdir())) == 4
    monkeypatch.setenv("CITYGRAPH_CACHE", "")
    pipeline.check(here, options(here))
    assert len(reads) == 8


def test_a_table_that_changes_while_it_is_read_is_not_kept(
    here: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table, whole = here.parent / "members.csv", load.load_tables

    def replaced(*given: object) -> load.Tables:
        table.write_text(ROWS.replace("Lahti", "Lohja"), "utf-8")
        return whole(*given)  # type: ignore[arg-type]

    first = pipeline.check(here, options(here))
    for path in (here.parent / "cache" / "tables").iterdir():
        path.unlink()
    monkeypatch.setattr(kept, "load_tables", replaced)
    table.write_text(ROWS, "utf-8")
    pipeline.check(here, options(here))
    monkeypatch.setattr(kept, "load_tables", whole)
    table.write_text(ROWS, "utf-8")
    assert same(first, pipeline.check(here, options(here)))


def test_only_its_own_files_are_removed_and_no_home_is_no_harm(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = here.parent / "cache" / "tables"
    folder.mkdir(parents=True)
    mine = [folder / f"{number}.npz" for number in range(6)]
    for path in mine:
        path.write_text("mine", "utf-8")
    pipeline.check(here, options(here))
    assert all(path.exists() for path in mine)
    monkeypatch.delenv("CITYGRAPH_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert pipeline.check(here, options(here)).rows.size


def test_a_sheet_is_found_however_its_path_is_spelt(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = next(iter(here.glob("pages/*.yaml")))
    sheet.write_text(sheet.read_text("utf-8").replace("member: lahti", "member: lahtio"), "utf-8")
    elsewhere = here.parent / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    other = Path("..") / "data"
    for data, asked in ((here, other / "pages" / sheet.name), (other, sheet), (other, other / "pages" / sheet.name)):
        assert [problem.code for problem in pipeline.check(data, only=[asked]).problems if problem.file]


def test_one_sheet_is_checked_as_beside_all_the_rest(here: Path) -> None:
    """The compiled validator looks only at what was asked about, and finds the same there."""
    sheet = next(iter(here.glob("pages/*.yaml")))
    sheet.write_text(sheet.read_text("utf-8").replace("type: Membership", "type: Membership\n    count: x", 1), "utf-8")
    compiled = replace(options(here), validator="compiled")
    one = pipeline.check(here, compiled, [sheet])
    rest = pipeline.check(here, compiled)
    mine = [problem for problem in rest.problems if problem.file == one.problems[0].file]
    assert one.problems == mine
    assert len(one.results) < len(rest.results)
