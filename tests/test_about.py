"""data/catalogue.yaml: what a release says of the whole, and each way in which it can be wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from citygraph.problems import CitygraphError, ProblemsError
from citygraph.publish.about import read_about
from conftest import ROOT, Run

GOOD = (ROOT / "data" / "catalogue.yaml").read_text("utf-8")


def test_the_file_of_the_project_is_read_whole() -> None:
    about = read_about(ROOT / "data")
    assert about.title["fi"].startswith("citygraph: mitä")
    assert about.keywords["sv"][0] == "stadsnätverk"
    assert about.licence == "https://creativecommons.org/licenses/by/4.0/"
    assert about.themes == ("ENVI", "GOVE", "REGI")


def test_a_data_folder_without_one_has_that_of_citygraph(tmp_path: Path) -> None:
    assert read_about(tmp_path) == read_about(ROOT / "data")


WRONG = {
    "no-title": ("title:\n  en:", "titel:\n  en:", ["unknown-key", "missing-key"], "did you mean 'title'"),
    "no-english": ('title:\n  en: "citygraph', 'title:\n  de: "citygraph', ["form", "language"], "en is needed"),
    "no-address": ("homepage: https://", "homepage: htp://", ["iri"], "write it in full"),
    "no-beginning": (
        "address: https://w3id.org/citygraph/",
        "address: https://w3id.org/citygraph",
        ["iri"],
        "end it in /",
    ),
    "a-list": ("publisher: The citygraph maintainers", "publisher: [a, b]", ["form"], "write one text"),
    "no-mail": ('email: ""', "email: nobody", ["form"], "name@example.org"),
    "no-code": ("themes: [ENVI", "themes: [Environment", ["form"], "known here: AGRI"),
    "not-in-the-list": ("themes: [ENVI", "themes: [CITY", ["form"], "known here: AGRI"),
    "no-frequency": ("frequency: IRREG", "frequency: SOMETIMES", ["form"], "ANNUAL"),
    "no-themes": ("themes: [ENVI, GOVE, REGI]", "themes: []", ["empty"], "one or more"),
    "mail-with-space": ('email: ""', "email: a b@example.org", ["form"], "name@example.org"),
    "mail-with-bracket": ('email: ""', "email: a@b.org>", ["form"], "name@example.org"),
    "empty-title": (
        'title:\n  en: "citygraph: what sources say of cities and their networks"',
        'title:\n  en: ""',
        ["empty"],
        "needs one",
    ),
    "empty-publisher": ("publisher: The citygraph maintainers", 'publisher: " "', ["empty"], "needs one"),
    "a-tab": ("publisher: The", "publisher:\tThe\n\tx", ["yaml-syntax"], "spaces"),
}


@pytest.mark.parametrize("reason", WRONG)
def test_what_is_wrong_is_told_with_its_place(reason: str, tmp_path: Path) -> None:
    old, new, codes, right = WRONG[reason]
    assert old in GOOD
    (tmp_path / "catalogue.yaml").write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_about(tmp_path)
    problems = caught.value.problems
    assert sorted({problem.code for problem in problems}) == sorted(codes)
    assert any(right in problem.right for problem in problems)
    assert all(problem.file.endswith("catalogue.yaml") and problem.line >= 1 for problem in problems)


def test_check_reads_it_too(tmp_path: Path, run: Run) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data")
    file = tmp_path / "data" / "catalogue.yaml"
    assert run("check", "--data", tmp_path / "data", file).returncode == 0
    file.write_text(GOOD.replace("IRREG", "SOMETIMES"), "utf-8")
    for paths in ([], [file]):
        done = run("check", "--data", tmp_path / "data", *paths)
        assert (done.returncode, done.stdout.count("\n")) == (1, 1), done.stdout
        assert "catalogue.yaml:31:12: violation: 'SOMETIMES' is no code; of the EU list" in done.stdout
    assert run("check", "--data", tmp_path / "data", tmp_path / "data/pages").returncode == 0


def test_a_link_out_of_the_data_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "elsewhere.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "data" / "catalogue.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(ProblemsError) as caught:
        read_about(tmp_path / "data")
    assert [problem.code for problem in caught.value.problems] == ["outside"]
    (tmp_path / "elsewhere.yaml").unlink()
    with pytest.raises((CitygraphError, ProblemsError)):
        read_about(tmp_path / "data")


def test_a_keyword_that_stands_twice_is_told_once(tmp_path: Path) -> None:
    twice = GOOD.replace("en: [city networks,", "en: [city networks, city networks,")
    (tmp_path / "catalogue.yaml").write_text(twice, "utf-8")
    assert read_about(tmp_path).keywords == read_about(ROOT / "data").keywords


def test_a_list_instead_of_keys(tmp_path: Path) -> None:
    (tmp_path / "catalogue.yaml").write_text("- a\n- b\n", "utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_about(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["form"]
