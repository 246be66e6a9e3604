"""Rows are read once for the graph and once more for what is wrong: both times they say the same."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from citygraph import build as pipeline
from citygraph.load import load
from citygraph.options import Options
from citygraph.problems import Problem
from citygraph.rdf.columns import Collector
from citygraph.rdf.nodes import NodeWriter
from citygraph.tables.load import Tables, load_tables
from citygraph.vocabulary import CLAIM, ID
from conftest import ROOT
from test_tables import DESCRIPTION, GOOD, HEADER, described, table

ROW = ID + "row/members/"


@pytest.fixture
def data(tmp_path: Path, sheets: Callable[[Path], Path]) -> Path:
    return described(sheets(tmp_path))


def read(data: Path, options: Options) -> tuple[Tables, list[Problem], Collector]:
    collector = Collector()
    loaded = load(data)
    before = len(loaded.problems)
    tables = load_tables(options, data, loaded, NodeWriter(collector))
    return tables, loaded.problems[before:], collector


def redescribed(data: Path, old: str, new: str) -> None:
    assert old in DESCRIPTION
    (data / "tables" / "members.yaml").write_text(DESCRIPTION.replace(old, new), "utf-8")


def test_every_subject_has_its_record_again(tmp_path: Path, data: Path) -> None:
    rows = GOOD + "short\n" + GOOD.replace("7,Lahti", "8,Pori").replace("2012-09-10", "") + GOOD.replace("7,", "9,")
    tables, problems, collector = read(data, table(tmp_path, rows))
    told = len(problems)
    terms = collector.terms
    stated = {terms.value(number) for number in tables.subjects().tolist()}
    places = tables.places(stated | {ID + "lahti", "nothing"})
    assert set(places) == stated
    assert {iri.removeprefix(ID): record.line for iri, (record, _) in places.items()} == {
        **{"row/members/7": 2, "members-7": 2, "claim/members/7-adhesion": 2, "claim/members/7-adhesion.joined": 2},
        **{"row/members/8": 4, "members-8": 4, "claim/members/8-adhesion": 4},
        **{"row/members/9": 5, "members-9": 5, "claim/members/9-adhesion": 5, "claim/members/9-adhesion.joined": 5},
    }
    claim, date = places[CLAIM + "members/7-adhesion"], places[CLAIM + "members/7-adhesion.joined"]
    assert claim[0] is date[0]
    assert (claim[1], date[1]) == ("", "joined")
    assert claim[0].fields["joined"].values[0].header == "joined"
    assert claim[0].columns == ("active", "joined", "number")
    assert places[ID + "members-8"][0].get("label") == "Pori"
    assert len(problems) == told == 1


def test_what_was_refused_stays_so_when_it_is_read_again(tmp_path: Path, data: Path) -> None:
    redescribed(data, "key: members-{number}", "key: members-{name}")
    rows = GOOD.replace("Lahti", "lah-ti") + GOOD.replace("7,Lahti", "8,lah ti")
    tables, problems, _ = read(data, table(tmp_path, rows))
    assert [problem.code for problem in problems] == ["thing-key"]
    found = tables.places([ID + "members-lah-ti", CLAIM + "members/8-adhesion"])
    assert found[ID + "members-lah-ti"][0].line == 2
    assert "member" not in found[CLAIM + "members/8-adhesion"][0].fields


def test_the_row_that_tells_most_of_a_thing_is_its_place(tmp_path: Path, data: Path) -> None:
    redescribed(data, "key: members-{number}", "key: members-{name}")
    poor = "7,Lahti,,,,2012-09-10,True,published\n"
    for rows, line in ((poor + GOOD.replace("7,", "8,"), 3), (GOOD.replace("7,", "8,") + poor, 2)):
        tables, _, _ = read(data, table(tmp_path, rows))
        assert tables.places([ID + "members-lahti"])[ID + "members-lahti"][0].line == line


@pytest.mark.parametrize(
    ("old", "new", "code", "what", "lines"),
    [
        ("network: ubc", "network: nowhere", "unknown-entity", "'nowhere' is not in the registry", [2, 3]),
        ('member: "{city}"', 'member: "x-{number}"', "unknown-entity", "'x-8' is not in the registry", [2, 3]),
        ("network: ubc", "network: members-8", "unknown-entity", "", []),  # a thing of a later row
        ("  joined: date\n", "", "date", "'soon' is not a date", [3]),
        ('status: "{state}"', "year-from: publication", "year-from", "the year is taken from the publication", [2, 3]),
    ],
)
def test_what_facts_say_wrong_is_told_of_each_row(
    old: str, new: str, code: str, what: str, lines: list[int], tmp_path: Path, data: Path
) -> None:
    redescribed(data, old, new)
    late = "soon" if "joined" in old else "2013"
    options = table(tmp_path, GOOD + GOOD.replace("7,Lahti", "8,Pori").replace("2012-09-10", late))
    found = [problem for problem in read(data, options)[0].encoded[0].problems if problem.code == code]
    assert [problem.line for problem in sorted(found)] == lines
    assert any(what in problem.what for problem in found) or not lines


def test_a_row_without_a_thing_is_not_left_out_for_what_it_lacks(tmp_path: Path, data: Path) -> None:
    redescribed(data, "  - id: city\n", "  - id: city\n    when: active\n")
    tables, _, collector = read(data, table(tmp_path, GOOD + GOOD.replace("7,", "8,").replace("True", "False")))
    rows = {collector.terms.value(number) for number in tables.subjects().tolist()}
    assert ROW + "7" in rows
    assert ROW + "8" not in rows
    assert tables.places([ROW + "8"])[ROW + "8"][0].file.endswith("members.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_gives_a_table_once_and_its_rows_are_told_all_the_same(tmp_path: Path, data: Path) -> None:
    rows = HEADER + GOOD + "8,,FI,61,22,2013,True,published\n"
    pipe = tmp_path / "members.csv"
    os.mkfifo(pipe)
    writing = threading.Thread(target=lambda: pipe.write_text(rows, "utf-8"), daemon=True)
    writing.start()
    built = pipeline.build(data, Options(tables={"members": [pipe]}))
    writing.join(10)
    assert built.left_out == {ID + "members-8", f"{ID}claim/members/8-adhesion"}
    assert [(p.line, p.column, p.code) for p in built.problems if p.severity == "violation"] == [
        (3, 1, "shacl-Actor-name")
    ]


def test_files_are_read_again_only_where_something_is_wrong(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[Path] = []
    opened = Path.open

    def counted(path: Path, *given: Any, **named: Any) -> Any:
        times.append(path)
        return opened(path, *given, **named)

    monkeypatch.setenv("CITYGRAPH_CACHE", "")  # whose key reads the file too
    monkeypatch.setattr(Path, "open", counted)
    for rows, often in ((GOOD, 1), (GOOD + "8,,FI,61,22,2013,True,published\n", 2)):
        options = table(tmp_path, rows)
        times.clear()
        pipeline.build(data, options)
        assert times.count(options.tables["members"][0]) == often


def test_of_two_tables_each_gives_its_own(data: Path, shared: Path) -> None:
    files = shared / "data" / "sister-cities"
    options = Options(tables={"sister-cities": [files / "estonia.tsv", files / "latvia.tsv"]})
    tables, _, collector = read(ROOT / "data", options)
    rows = [collector.terms.value(number) for number in tables.subjects().tolist()]
    places = tables.places(rows)
    assert set(places) == set(rows)
    assert {Path(record.file).name for record, _ in places.values()} == {"estonia.tsv", "latvia.tsv"}
