"""Tables through the same door: descriptions, rows with places, evidence, what is left out and said."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from citygraph import Release
from citygraph import build as pipeline
from citygraph.files import resource
from citygraph.options import Options
from citygraph.problems import CitygraphError, Problem, ProblemsError
from citygraph.tables.clean import CLEANERS
from citygraph.tables.describe import Table, read_description
from citygraph.tables.read import read_rows, slug
from citygraph.tables.rows import Rows
from citygraph.vocabulary import CG, ID
from conftest import ROOT, Run

DESCRIPTION = """\
table:
  id: members
  title: Members
  publisher: A network
  version: "2024"
  language: en
  citation: A network (2024), Members
  licence: https://creativecommons.org/licenses/by/4.0/
read:
  row: number
  missing: ["-"]
columns:
  latitude: number
  longitude: number
  joined: date
  active: flag
  state: {values: {published: "", on_hold: on hold}}
things:
  - id: city
    type: City
    key: members-{number}
    label: "{name}"
    country: "{country}"
    lat: "{latitude}"
    long: "{longitude}"
facts:
  - id: adhesion
    when: active
    type: Membership
    member: "{city}"
    network: ubc
    joined: "{joined}"
    status: "{state}"
"""
HEADER = "number,name,country,latitude,longitude,joined,active,state\n"
GOOD = "7,Lahti,FI,60.98,25.66,2012-09-10,True,published\n"


def described(folder: Path) -> Path:
    """A data folder with the description of the table added."""
    (folder / "tables").mkdir()
    (folder / "tables" / "members.yaml").write_text(DESCRIPTION, "utf-8")
    return folder


@pytest.fixture
def data(tmp_path: Path, sheets: Callable[[Path], Path]) -> Path:
    return described(sheets(tmp_path))


def table(tmp_path: Path, rows: str | bytes) -> Options:
    path = tmp_path / "members.csv"
    path.write_bytes(rows if isinstance(rows, bytes) else (HEADER + rows).encode())
    return Options(tables={"members": [path]})


def rows_of(tmp_path: Path, rows: str | bytes, description: str = DESCRIPTION) -> tuple[list[str], list[Problem]]:
    """The names of the claims that rows make, and the problems met."""
    found, problems = read_description(description, "members.yaml", "members")
    assert problems == []
    assert isinstance(found, Table)
    (path,) = table(tmp_path, rows).tables["members"]
    made = Rows(found, problems).read(read_rows(path, found, problems))
    return [fact.name for row in made for fact in row.facts], problems


def test_a_row_becomes_a_claim_with_its_row_as_evidence(tmp_path: Path, data: Path) -> None:
    built = pipeline.build(data, table(tmp_path, GOOD))
    assert built.problems == []
    graph = Release.build(data, table(tmp_path, GOOD))
    (row,) = graph.query("memberships", network="ubc")
    assert (row["member"], row["date"], row["claim"]) == (
        ID + "lahti",
        "2012-09-10",
        f"{ID}claim/members/7-adhesion",
    )
    (evidence,) = graph.query("evidence", claim="members/7-adhesion")
    assert (evidence["kind"], evidence["row"], evidence["row_key"]) == ("row", "2", "7")
    told = graph.explain("members/7-adhesion")
    assert "row      2 (7) of 2024: active, joined, number" in told
    assert "member Lahti; network Union of the Baltic Cities" in told
    assert "A network (2024), Members." in told
    assert "listed   members-7 “Lahti” is lahti: the name lahti in FI, 0.2 km apart" in told
    assert "explicit in members: row 2" in graph.explain("lahti", "memberOf", "ubc")


def test_names_of_rows_survive_resorting_and_added_rows(tmp_path: Path) -> None:
    more = GOOD.replace("7,", "8,")
    assert sorted(rows_of(tmp_path, GOOD + more)[0]) == sorted(rows_of(tmp_path, more + GOOD)[0])


@pytest.mark.parametrize(
    ("rows", "place", "told"),
    [
        (GOOD.replace("2012-09-10", "2012-02-30"), "2:6", "February 2012 has no day 30"),
        (GOOD.replace("2012-09-10", "10.9.2012"), "2:6", "'10.9.2012' is not a date"),
        (GOOD.replace("2012-09-10", "0000-01-01"), "2:6", "there is no year 0000"),
        (GOOD.replace("True", "perhaps"), "2:7", "active: 'perhaps': neither true nor false"),
        (GOOD.replace("published", "gone"), "2:8", "state: 'gone'; known here: published, on_hold"),
        (GOOD + "8,too,short\n", "3:1", "3 cells under 8 columns"),
        (GOOD + GOOD, "3:1", "the key '7' stands twice; row 2 has it"),
        (GOOD.replace("7,", "-,"), "2:1", "the row has no key: number is empty"),
        (GOOD.replace("Lahti", 'La"hti') + '9,"open', "3:2", "opens this cell is not closed"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_in_its_place(rows: str, place: str, told: str, tmp_path: Path) -> None:
    _, problems = rows_of(tmp_path, rows)
    lines = [f"{p.line}:{p.column} {p.what}; {p.right}" for p in problems]
    assert any(line.startswith(place + " ") and told in line for line in lines), lines
    assert {p.severity for p in problems} == {"warning"}


def test_the_other_rows_are_read(tmp_path: Path) -> None:
    bad = "8,B,FI,1,1,never,True,published\n9,short\n10,C,FI,1,1,2013,True,published\n"
    claims, problems = rows_of(tmp_path, GOOD + bad)
    assert claims == ["7-adhesion", "10-adhesion"]
    assert [p.code for p in problems] == ["cell", "claim", "row"]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (HEADER.replace("joined", "since"), "no column 'joined'"),
        (HEADER.replace("country", "name"), "the column 'name' stands twice"),
        (HEADER.replace(",", ";"), "no column 'number'"),
    ],
)
def test_a_header_that_does_not_fit(header: str, told: str, tmp_path: Path, data: Path) -> None:
    with pytest.raises(ProblemsError) as raised:
        pipeline.build(data, table(tmp_path, (header + GOOD).encode()))
    assert any(told in problem.what and problem.line == 1 for problem in raised.value.problems)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no header row"),
        (b"PK\x03\x04\x14\x00\x06\x00\xff\xfe", "an Excel file"),
        ((HEADER + GOOD.replace("Lahti", "J\xe4rvi")).encode("latin-1"), "byte 0xE4 is not UTF-8"),
    ],
)
def test_what_is_no_table(content: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(CitygraphError, match=told):
        rows_of(tmp_path, content)


def test_a_row_that_breaks_a_shape_is_left_out_unless_strict(tmp_path: Path, data: Path) -> None:
    rows = table(tmp_path, GOOD + "8,,FI,91,0,2013,True,published\n" + '9,Nine,FI,"60,98",25.66,2013,True,published\n')
    built = pipeline.build(data, rows)
    # A thing without a name goes, with what names it; one with a decimal comma loses its coordinates and stays.
    assert built.left_out == {ID + "members-8", f"{ID}claim/members/8-adhesion", ID + "members-9 geo:lat"}
    subjects = {str(quad.subject) for quad in built.asserted}
    assert any("members-7" in subject for subject in subjects)
    assert not any("members-8" in subject or "/8-adhesion" in subject for subject in subjects)
    told = {(p.line, p.column, p.code) for p in built.problems if p.severity == "violation"}
    assert told == {(3, 4, "shacl-Actor-lat"), (3, 1, "shacl-Actor-name"), (4, 4, "shacl-Actor-lat")}
    kept = {q.predicate.value.rpartition("#")[2] for q in built.asserted if str(q.subject) == f"<{ID}members-9>"}
    assert kept >= {"prefLabel", "country", "listedIn"}
    assert not kept & {"lat", "long", "degreesNorth", "degreesEast"}
    assert any("/9-adhesion" in subject for subject in subjects)
    with pytest.raises(ProblemsError):
        pipeline.build(data, replace(rows, strict=True))


def test_without_tables_the_build_is_as_before(built: pipeline.Built, tmp_path: Path) -> None:
    again = pipeline.build(ROOT / "data", Options(tables={}))
    assert list(again.asserted) == list(built.asserted)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("type: Membership", "type: Membrship", "did you mean 'Membership'?"),
        ("  joined: date", "  joined: dato", "unknown cleaner 'dato'; did you mean 'date'?"),
        ("    network: ubc", "    netwrk: ubc", "unknown key 'netwrk'; did you mean 'network'?"),
        ("facts:", "fact:", "unknown key 'fact'; did you mean 'facts'?"),
        ("  id: members", "  id: others", "is not the file's name"),
        ("  row: number", "  row: number\n  delimiter: pipe", "unknown delimiter 'pipe'"),
    ],
)
def test_a_wrong_description_is_told(old: str, new: str, told: str) -> None:
    assert old in DESCRIPTION
    found, problems = read_description(DESCRIPTION.replace(old, new, 1), "members.yaml", "members")
    assert found is None
    assert any(told in problem.text() for problem in problems)


def test_an_undescribed_table_and_a_missing_one(run: Run, tmp_path: Path) -> None:
    done = run("build", "--out", tmp_path / "o", "--with", "gcm=x.csv")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "did you mean 'gcom'?" in done.stderr
    done = run("build", "--out", tmp_path / "o", "--with", "gcom=nowhere.csv")
    assert (done.returncode, done.stderr) == (2, "citygraph: nowhere.csv: cannot be read: No such file or directory\n")
    assert run("build", "--with", "gcom").returncode == 2


def test_every_description_is_good() -> None:
    for path in sorted(resource("data/tables").glob("*.yaml")):
        found, problems = read_description(path.read_text("utf-8"), path.name, path.stem)
        assert problems == []
        assert found is not None
        assert {column.clean for column in found.columns.values()} <= set(CLEANERS)


def test_a_part_of_the_real_tables(shared: Path, tmp_path: Path) -> None:
    """The first rows of gcom and the targets of eucom that join them."""
    lines = (shared / "data" / "gcom" / "signatories.csv").read_text("utf-8").splitlines(keepends=True)
    part = tmp_path / "gcom.csv"
    part.write_text("".join(lines[:400]), "utf-8")
    targets = shared / "data" / "eucom" / "targets.csv"
    options = Options(tables={"gcom": [part], "eucom": [targets]})
    built = pipeline.build(ROOT / "data", options)
    assert {p.what.partition(":")[0] for p in built.problems if p.code == "cell"} <= {
        "organisation_latitude",
        "organisation_longitude",
    }
    graph = Release.build(ROOT / "data", options)
    (row,) = graph.query(f"SELECT (COUNT(?c) AS ?n) WHERE {{ ?c <{CG}source> <{ID}gcom> }}")
    assert int(row["n"] or 0) > 399
    # 39 targets join no signatory: 38 carry no address, and the thing of the last has no name.
    whose = [p for p in built.problems if p.code == "shacl-Commitment-whose"]
    assert len(whose) == 38


NAMING_OTHERS = (
    DESCRIPTION.replace(
        "facts:\n",
        "  - id: group\n    type: City\n    key: members-{state}\n"
        '    label: "{name}"\n    country: "{country}"\nfacts:\n',
    )
    .replace('  state: {values: {published: "", on_hold: on hold}}\n', "")
    .replace('    status: "{state}"\n', "")
    + '  - id: pair\n    type: Twinning\n    city: "{city}"\n    twin: "{group}"\n'
)


def test_the_order_of_rows_changes_row_numbers_only(tmp_path: Path, data: Path) -> None:
    """A row that names a thing in passing does not take the place of the row that lists it."""
    (data / "tables" / "members.yaml").write_text(NAMING_OTHERS, "utf-8")
    rows = ["7,Oulu,FI,65.01,25.47,2012-09-10,True,8\n", "8,Pori,FI,61.48,21.8,2013,True,7\n"]

    def quads(lines: list[str]) -> set[str]:
        built = pipeline.build(data, table(tmp_path, "".join(lines)))
        return {str(q) for q in built.asserted if not q.predicate.value.endswith("#rowNumber")}

    told = quads(rows)
    assert told == quads(rows[::-1])
    assert any("members-8" in each and "61.48" in each for each in told)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (GOOD.replace("7,Lahti", '"7 ",Pori'), "the key '7' stands twice"),
        (GOOD.replace("7,Lahti", "7.,Pori"), "the key '7' stands twice"),
    ],
)
def test_two_names_with_one_key_are_told(more: str, told: str, tmp_path: Path) -> None:
    claims, problems = rows_of(tmp_path, GOOD + more)
    assert claims == ["7-adhesion"]
    assert any(told in problem.text() for problem in problems)


def test_keys_and_claims_that_would_meet_are_told(tmp_path: Path) -> None:
    fact = DESCRIPTION[DESCRIPTION.index("  - id: adhesion") :].replace("id: adhesion", "id: b-adhesion")
    text = DESCRIPTION.replace("key: members-{number}", "key: members-{name}") + fact
    rows = GOOD + GOOD.replace("7,Lahti", "7-b,lah ti") + GOOD.replace("7,Lahti", "9,lah-ti")
    claims, problems = rows_of(tmp_path, rows, text)
    told = [problem.what for problem in problems]
    assert "another row made the claim '7-b-adhesion'" in told
    assert "'members-lah-ti' and 'members-lah ti' would have the same key 'members-lah-ti'" in told
    assert len(claims) == len(set(claims))


@pytest.mark.parametrize("sign", ["😀", "C++", "Łódź", "مدينة"])
def test_letters_that_an_address_lacks_keep_names_apart(sign: str) -> None:
    assert slug(sign) != slug("C")
    assert slug(f"{sign} x") != slug("x")
    assert re.fullmatch("[a-z0-9-]+", slug(sign))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("    type: City\n", "    type: Citty\n", "unknown type 'Citty'; did you mean 'City'?"),
        ("    type: City\n", "    type: City\n    by: code\n", "write by: name, or leave it out"),
        ("key: members-{number}", 'key: "{number}"', "begin it with a word and a hyphen: members-{…}"),
        ("facts:\n", "facts:\n  - {id: adhesion, type: Membership, member: a, network: ubc}\n", "stands twice"),
    ],
)
def test_more_wrong_descriptions(old: str, new: str, told: str) -> None:
    assert old in DESCRIPTION
    found, problems = read_description(DESCRIPTION.replace(old, new, 1), "members.yaml", "members")
    assert found is None
    assert any(told in problem.text() for problem in problems), [p.text() for p in problems]


def test_an_entry_leads_to_what_it_is(tmp_path: Path, data: Path) -> None:
    graph = Release.build(data, table(tmp_path, GOOD))
    assert graph.find("members-7") == graph.find("Lahti") == ID + "lahti"
    assert graph.query("memberships", city="members-7", network="ubc")
    assert (
        "members-7 “Lahti” is lahti: the name lahti in FI, 0.2 km apart\nlisted in members: row 2"
        in graph.explainer.explain(["members-7"])
    )


def test_thousands_of_names_in_one_answer(tmp_path: Path, data: Path) -> None:
    rows = "".join(f"{n},Town {n},IT,4{n % 10}.{n},1{n % 7}.{n},2013,True,published\n" for n in range(1, 1200))
    graph = Release.build(data, table(tmp_path, rows))
    names = graph.labels([f"{ID}members-{n}" for n in range(1, 1200)], "en")
    assert names[f"{ID}members-1199"] == "Town 1199"
    assert len(names) == 1199
