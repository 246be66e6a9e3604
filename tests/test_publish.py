"""`citygraph release` as its user runs it: what lies in the folder, and what stops it."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest

from citygraph.publish.contents import GRAPH, TABLES
from conftest import ROOT, Run

PAGES = ["CITATION.cff", "README.md", "catalog.jsonld", "catalog.ttl", "datapackage.json", "dataset.jsonld",
         "feed.atom", "void.ttl"]  # fmt: skip


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the project's own data."""
    from citygraph.publish.release import Told, release

    out = tmp_path_factory.mktemp("published") / "first"
    release(ROOT / "data", out, told=Told(version="1", base="https://data.example.org/1"))
    return out


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_everything_is_there_and_nothing_else(first: Path) -> None:
    apart = [f"sources/{path.stem}.ttl" for folder in ("articles", "pages") for path in
             (ROOT / "data" / folder).glob("*.yaml")]  # fmt: skip
    data = [*GRAPH, *TABLES, *apart, "context.jsonld", "redirects.csv"]
    assert names(first) == sorted([*data, *(f"{name}.gz" for name in data), *PAGES, "SHA256SUMS"])


def test_a_build_and_a_release_have_the_same_graph(first: Path, dist: Path) -> None:
    for name in [*GRAPH, "context.jsonld"]:
        assert (first / name).read_bytes() == (dist / name).read_bytes(), name


def test_the_checksums_hold_for_every_file(first: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=first, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [
        n for n in names(first) if n != "SHA256SUMS"
    ]


def test_the_compressed_copies_are_copies_without_a_time(first: Path) -> None:
    copies = list(first.rglob("*.gz"))
    assert len(copies) > 20
    for copy in copies:
        packed = copy.read_bytes()
        assert gzip.decompress(packed) == copy.with_suffix("").read_bytes()
        assert packed[3:8] == bytes(5), "no name, no time"


def test_the_files_of_the_sources_are_the_graph_again(first: Path) -> None:
    whole = set(ox.parse(path=first / "citygraph.ttl"))
    parts = {path.stem: set(ox.parse(path=path)) for path in (first / "sources").glob("*.ttl")}
    named: dict[str, set[ox.Quad]] = {}
    for quad in ox.parse(path=first / "citygraph.nq"):
        graph = quad.graph_name.value.rpartition("/")[2]
        named.setdefault(graph, set()).add(ox.Quad(quad.subject, quad.predicate, quad.object))
    assert parts == {name: named[name] for name in parts}
    assert set().union(*parts.values(), named["registry"], named["themes"]) == whole


def test_the_same_input_gives_the_same_bytes(first: Path, tmp_path: Path, run: Run) -> None:
    done = run("release", "--version", "1", "--base-url", "https://data.example.org/1/", "--out", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    assert names(tmp_path / "again") == names(first)
    for name in names(first):
        assert (tmp_path / "again" / name).read_bytes() == (first / name).read_bytes(), name


def test_day_and_version_are_those_of_the_newest_source(tmp_path: Path, run: Run) -> None:
    done = run("release", "--out", tmp_path / "r")
    assert done.returncode == 0, done.stderr
    assert "no --date: the release is of 2018-03-07" in done.stderr
    assert done.stdout.startswith("Release   2018-03-07 of 2018-03-07\n")
    told = json.loads((tmp_path / "r" / "datapackage.json").read_text("utf-8"))
    assert (told["version"], told["created"][:10]) == ("2018-03-07", "2018-03-07")
    urls = [quad.object.value for quad in ox.parse(path=tmp_path / "r" / "catalog.ttl")
            if quad.predicate.value == "http://www.w3.org/ns/dcat#downloadURL"]  # fmt: skip
    assert "https://w3id.org/citygraph/release/2018-03-07/citygraph.ttl" in urls


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--version", "1/2"], "letters, digits"),
        (["--version", ".."], "letters, digits"),
        (["--date", "2024-02-30"], "write a day such as"),
        (["--date", "20240131"], "write a day such as"),
        (["--base-url", "data.example.org"], "write an address in full"),
        (["--base-url", "https://data.example.org/?a=b"], "without ?"),
        (["--endpoint", "https://x/#y"], "without #"),
        (["--base-url", "https://me:secret@example.org/x"], "names a user"),
        (["--endpoint", "https://me@example.org/x"], "names a user"),
        (["--base-url", "https:///x"], "no host"),
        (["--base-url", "http://:80/"], "no host"),
        (["--previous", "nowhere"], "no release there"),
        (["--previous", "DIST"], "`citygraph build` makes"),
    ],
)
def test_wrong_use_is_one_line(options: list[str], told: str, dist: Path, tmp_path: Path, run: Run) -> None:
    done = run("release", "--out", tmp_path / "r", *[dist if each == "DIST" else each for each in options])
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "r").exists()


def edited(folder: Path, name: str, old: str, new: str) -> Path:
    """The project's data with one text in one file changed."""
    data = folder / "data"
    if not data.exists():
        shutil.copytree(ROOT / "data", data)
    text = (data / name).read_text("utf-8")
    assert old in text
    (data / name).write_text(text.replace(old, new), "utf-8")
    return data


SHEET = "pages/lahti-covenant-2018.yaml"


def test_a_release_goes_on_from_the_one_before(first: Path, tmp_path: Path, run: Run) -> None:
    data = edited(tmp_path, SHEET, "publisher: City of Lahti", "publisher: The City of Lahti")
    arguments = ["release", "--data", data, "--out", tmp_path / "second", "--previous", first]
    same = run(*arguments, "--version", "1")
    assert (same.returncode, "has the version 1 too" in same.stderr) == (2, True)
    silent = run(*arguments, "--version", "2")
    assert (silent.returncode, "give the day of this one with --date" in silent.stderr) == (2, True)
    older = run(*arguments, "--version", "2", "--date", "2017-01-01")
    assert (older.returncode, "give a later --date" in older.stderr) == (2, True)
    done = run(*arguments, "--version", "2", "--date", "2018-04-01")
    assert done.returncode == 0, done.stderr
    assert ", after 1\n" in done.stdout
    catalog = (tmp_path / "second" / "catalog.ttl").read_text("utf-8")
    assert "dcat:previousVersion <https://w3id.org/citygraph/release/1>" in catalog
    dataset = catalog[catalog.index("dataset/citygraph> a dcat:Dataset") :]
    assert dataset[: dataset.index(" .\n")].count('"2018-03-07"^^xsd:date') == 1, "the day on which it was first issued"
    feed = (tmp_path / "second" / "feed.atom").read_text("utf-8")
    assert feed.index("release/2<") < feed.index("release/1<")
    summed = "<summary>1 thing changed.</summary>"
    assert summed in feed
    again = run(
        "release",
        "--data",
        data,
        "--out",
        tmp_path / "3",
        "--previous",
        tmp_path / "second",
        "--version",
        "1",
        "--date",
        "2018-05-01",
    )
    assert (again.returncode, "before the earlier one has the version 1" in again.stderr) == (2, True)
    assert not (tmp_path / "3").exists()


def test_a_key_is_not_dropped_silently(first: Path, tmp_path: Path, run: Run) -> None:
    data = edited(tmp_path, SHEET, "id: covenant-2030-membership", "id: another-name")
    out = tmp_path / "second"
    arguments = ["release", "--data", data, "--out", out, "--previous", first, "--version", "2", "--date", "2018-04-01"]
    done = run(*arguments)
    assert done.returncode == 1, done.stderr
    line = "{key: lahti-covenant-2018/covenant-2030-membership, by: lahti-covenant-2018/another-name}"
    begin = "begin this file, which does not exist yet, with `replaced:` and write there: - "
    assert f"{data}/replaced.yaml:1:1: violation: " in done.stderr
    assert f"(the earlier release: {first}/citygraph.nq); {begin}{line}" in done.stderr
    assert not out.exists()
    entry = (
        "replaced:\n  - key: lahti-covenant-2018/covenant-2030-membership\n    by: lahti-covenant-2018/another-name\n"
    )
    (data / "replaced.yaml").write_text(entry, "utf-8")
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    claim = "https://w3id.org/citygraph/id/claim/lahti-covenant-2018/"
    redirects = (out / "redirects.csv").read_text("utf-8").splitlines()
    assert f"{claim}covenant-2030-membership,{claim}another-name" in redirects
    assert "dcterms:isReplacedBy" in (out / "citygraph.ttl").read_text("utf-8")


def test_a_failure_leaves_the_earlier_release(first: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "r"
    shutil.copytree(first, out)
    data = edited(tmp_path, SHEET, "member: lahti", "member: nobody")
    done = run("release", "--data", data, "--out", out, "--version", "2")
    assert done.returncode == 1
    assert {name: (out / name).read_bytes() for name in names(out)} == {
        n: (first / n).read_bytes() for n in names(first)
    }


def test_a_release_does_not_take_the_place_of_the_one_it_goes_on_from(first: Path, tmp_path: Path, run: Run) -> None:
    shutil.copytree(first, tmp_path / "r")
    (tmp_path / "link").symlink_to(tmp_path / "r")
    for out in ("r", "link"):
        done = run("release", "--out", tmp_path / out, "--previous", tmp_path / "r", "--version", "2", "--quiet")
        assert done.returncode == 2
        assert "name another folder with --out" in done.stderr
    assert json.loads((tmp_path / "r" / "datapackage.json").read_text("utf-8"))["version"] == "1"


@pytest.mark.parametrize(("key", "value"), [("version", "1> <x"), ("created", "yesterday"), ("version", "../2")])
def test_an_earlier_release_tells_a_version_and_a_day(
    key: str, value: str, first: Path, tmp_path: Path, run: Run
) -> None:
    shutil.copytree(first, tmp_path / "old")
    file = tmp_path / "old" / "datapackage.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {key: value}), "utf-8")
    done = run("release", "--out", tmp_path / "r", "--previous", tmp_path / "old", "--version", "2")
    assert (done.returncode, "no version and day" in done.stderr) == (2, True)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["datapackage.json", "feed.atom"])
def test_a_damaged_earlier_release_is_one_line(name: str, first: Path, tmp_path: Path, run: Run) -> None:
    shutil.copytree(first, tmp_path / "old")
    (tmp_path / "old" / name).write_bytes(b"{\xff")
    done = run("release", "--out", tmp_path / "r", "--previous", tmp_path / "old", "--version", "2")
    assert done.returncode == 2
    assert "damaged" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_counts_are_those_of_the_files(first: Path) -> None:
    """VoID of a real release, held against what the files hold."""
    store = ox.Store()
    store.load(path=first / "citygraph.nq")
    counted = store.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert isinstance(counted, ox.QuerySolutions)
    graphs = {(row["g"].value, row["n"].value) for row in counted}
    void = ox.Store()
    void.load(path=first / "void.ttl")
    sd, prefix = "http://www.w3.org/ns/sparql-service-description#", "PREFIX void: <http://rdfs.org/ns/void#>"
    told = void.query(f"{prefix} SELECT ?g ?n {{ ?x <{sd}name> ?g ; void:triples ?n }}")
    assert isinstance(told, ox.QuerySolutions)
    assert {(row["g"].value, row["n"].value) for row in told} == graphs
    classes = void.query(f"{prefix} SELECT ?c ?n {{ [] void:class ?c ; void:entities ?n }}")
    assert isinstance(classes, ox.QuerySolutions)
    found = store.query("SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c", use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    assert {(r["c"].value, r["n"].value) for r in classes} == {(r["c"].value, r["n"].value) for r in found}
