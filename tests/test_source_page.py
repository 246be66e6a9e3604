"""The page of a source: what it contributes, its licence and credit, its defects with their rows, its files."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from urllib.parse import urljoin

import pytest

from citygraph.pages import cite, paths
from citygraph.pages.beside import REPORT, Beside, Finding, beside
from citygraph.pages.book import Book
from citygraph.pages.reader import Reader
from citygraph.pages.render import Pages
from citygraph.pages.sources import DEFECTS
from citygraph.pages.texts import complete
from citygraph.problems import CitygraphError
from citygraph.rdf import storage
from hostile import KEY, lines
from served import Page
from test_told import CG, ID, book_of, table

LANGUAGES = ("en", "fi", "sv")
T = ID + "t"


def finding(focus: str, shape: str = "s", severity: str = "warning", **messages: str) -> Finding:
    """What validation found."""
    return Finding(
        focus, f"https://w3id.org/citygraph/shapes#{shape}", severity, "", messages or {"en": f"Wrong {shape}."}
    )


def page_of(book: Book, path: str, language: str = "en") -> Page:
    """A page as a browser without scripts reads it."""
    made = book.made(path)
    assert made is not None
    return Page(book.pages.html(made, language))


def links(page: Page, path: str) -> list[str]:
    """Where its links lead, from the root of the site."""
    return [urljoin(f"/{path}", link).removeprefix("/") for link in page.links()]


def told(page: Page) -> str:
    """Its words in one line."""
    return " ".join(page.words.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_tells_what_it_contributes_and_its_rows(dist: Path, language: str) -> None:
    book = book_of(dist, *table(3, 2))
    page = page_of(book, "page/t.html", language)
    words = told(page)
    kinds = {"en": ("city", "membership", "Rows"), "fi": ("kaupunki", "jäsenyys", "Rivit"),
             "sv": ("stad", "medlemskap", "Rader")}[language]  # fmt: skip
    assert [f"{kind}{number}" in words for kind, number in zip(kinds, (3, 4, 3), strict=True)] == [True] * 3
    assert "key-2" in words
    assert paths.localized("page/city-1.html", language) in links(page, paths.localized("page/t.html", language))


def test_a_row_says_in_short_what_its_claims_are(dist: Path) -> None:
    made = book_of(dist, *table(2, 3)).made("page/t.html")
    assert made is not None
    first, second = made.told["lines"]
    assert (first.number, first.key, first.things) == (2, "key-0", (ID + "city-0",))
    assert first.claims == (("Membership", 3, (ID + "iclei",)),)
    assert second.claims == (("Membership", 1, (ID + "iclei",)),)


def test_a_row_that_lists_nothing_is_about_what_its_claims_are_about(dist: Path) -> None:
    lines = [line for line in table(1) if "listedIn" not in line]
    made = book_of(dist, *lines).made("page/t.html")
    assert made is not None
    assert made.told["lines"][0].things == (ID + "city-0",)


def test_defects_stand_by_class_the_gravest_first_with_links_to_their_rows(dist: Path) -> None:
    book = book_of(dist, *table(DEFECTS + 10))
    few = [finding(f"{ID}claim/t/0-0.joined", "few", "violation")]
    many = [finding(f"{ID}city-{row}", "many", en="Odd <b>place</b>.", fi="Outo paikka.") for row in range(DEFECTS + 5)]
    book.pages.beside = Beside(findings=(*many, *few, finding(ID + "lahti", "elsewhere")))
    page = page_of(book, "page/t.html")
    [first, second] = book.pages.sources.defects[T]
    assert [(first.severity, len(first.places)), (second.severity, len(second.places))] == [
        ("violation", 1), ("warning", DEFECTS + 5)
    ]  # fmt: skip
    assert first.places[0].row == (2, "key-0", f"{ID}row/t/key-0")
    assert "Odd <b>place</b>." in page.words
    assert "and 5 more" in page.words
    assert links(page, "page/t.html").count("page/t.html#row/t/key-7") == 1
    assert "page/city-7.html" in links(page, "page/t.html")
    assert "page/city-0.html#t/0-0" in links(page, "page/t.html")
    assert "Outo paikka." in page_of(book, "page/t.html", "fi").words
    assert "Odd <b>place</b>." in page_of(book, "page/t.html", "sv").words


def test_a_thing_of_two_tables_is_a_defect_of_both(dist: Path) -> None:
    other = [line.replace(f"{ID}t>", f"{ID}u>").replace("row/t/", "row/u/") for line in table(1)]
    book = book_of(dist, *table(1), *other)
    book.pages.beside = Beside(findings=(finding(ID + "city-0"),))
    assert {source: len(found) for source, found in book.pages.sources.defects.items()} == {T: 1, ID + "u": 1}


def test_what_the_checks_found_is_read_of_the_release(dist: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(dist, tmp_path / "dist")
    report = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        f"<x:r> a sh:ValidationResult ; sh:focusNode <{ID}lahti> ; sh:resultSeverity sh:Violation ;\n"
        '  sh:sourceShape <x:s> ; sh:resultPath <x:p> ; sh:resultMessage "Wrong."@en , "Väärin."@fi .\n'
        f"<x:q> sh:focusNode <{ID}lahti> .\n<x:t> a sh:ValidationReport .\n"
    )
    (folder / REPORT).write_text(report, "utf-8")
    assert beside(folder).findings == (
        Finding(ID + "lahti", "", "warning"),
        Finding(ID + "lahti", "x:s", "violation", "x:p", {"en": "Wrong.", "fi": "Väärin."}),
    )
    (folder / REPORT).write_text("not turtle", "utf-8")
    with pytest.raises(CitygraphError, match="not the validation report"):
        beside(folder)
    (folder / REPORT).unlink()
    assert beside(folder).findings == ()
    assert beside(tmp_path / "none") == Beside()


def test_references_are_told_plainly_with_their_source(dist: Path) -> None:
    page = page_of(book_of(dist), "page/lahti-covenant-2018.html")
    words = told(page)
    assert "The words of this source are not kept here" in words
    assert "A reference: the words of the page are not kept." in words
    claims = [a["id"] for tag, a in page.tags if tag == "article"]
    assert claims == sorted(claims)
    assert len(claims) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_licence_and_credit_can_be_copied(dist: Path, language: str) -> None:
    terms, graph = "http://purl.org/dc/terms/", "<https://w3id.org/citygraph/graph/t>"
    said = [f'<{T}> <{terms}title> "A {{table}} \\u202E<b>" {graph} .', f'<{T}> <{terms}creator> "A & B" {graph} .',
            f"<{T}> <{terms}license> <https://creativecommons.org/licenses/by/4.0/> {graph} .",
            f'<{T}> <{CG}asOf> "2024-01-31" {graph} .']  # fmt: skip
    page = page_of(book_of(dist, *table(1), *said), "page/t.html", language)
    assert "https://creativecommons.org/licenses/by/4.0/" in page.links()
    assert "Creative Commons Attribution 4.0 International." in page.words
    assert "author = {{A \\& B}}" in page.words
    entry = re.search(r"\[\n \{.*?\n \}\n\]", page.words, re.DOTALL)
    assert entry
    [item] = json.loads(entry[0])
    assert (item["type"], item["author"], item["issued"]) == (
        "dataset", [{"literal": "A & B"}], {"date-parts": [[2024, 1, 31]]}
    )  # fmt: skip
    assert "\u202e" not in entry[0]


def test_a_source_of_which_nothing_is_told_is_cited_all_the_same(dist: Path) -> None:
    book = book_of(dist, *table(1))
    found = cite.itself(book.reader, T, "")
    assert found.bibtex == "@misc{t,\n  title = {{t}},\n}"
    assert json.loads(found.csl) == [{"id": "t", "type": "webpage", "title": "t"}]
    assert "does not say under which terms" in told(page_of(book, "page/t.html"))


def test_files_of_the_release_that_have_it_are_offered(dist: Path) -> None:
    book = book_of(dist, *table(1))
    assert not [link for link in page_of(book, "page/t.html").links() if "release/" in link]
    names = ("sources/t.ttl", "tables/memberships.csv", "tables/commitments.csv")
    book = book_of(dist, *table(1))
    book.pages.files = tuple((name, 1) for name in names)
    assert [link for link in page_of(book, "page/t.html").links() if "release/" in link] == [
        "../release/sources/t.ttl", "../release/tables/memberships.csv"
    ]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hostile_source_runs_nothing(dist: Path, tmp_path: Path, language: str) -> None:
    folder = shutil.copytree(dist, tmp_path / "dist")
    with (folder / "citygraph.nq").open("a", encoding="utf-8") as file:
        file.write(lines())
    path = folder / "citygraph.nq"
    reader = Reader(storage.load(path, storage.format_of(path), lenient=True), str(folder / "ontology.ttl"))
    book = Book(Pages(reader))
    book.pages.beside = Beside(findings=(finding(f"{ID}claim/{KEY}/claim", en="<script>hit()</script>"),))
    page = page_of(book, f"page/{KEY}-source.html", language)
    assert [
        attributes.get("src") for tag, attributes in page.tags if tag == "script" and not attributes.get("src")
    ] == []
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"]
    assert "<script>hit()</script>" in page.words


def test_all_texts_are_there_in_all_languages() -> None:
    assert complete() == []
