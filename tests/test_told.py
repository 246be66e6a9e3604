"""Where claims and rows are told: each at an element that is there, and each with a small page that leads to it."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from citygraph.pages import paths
from citygraph.pages.book import Book
from citygraph.pages.reader import Reader
from citygraph.pages.render import Pages
from citygraph.pages.told import PLAIN, ROWS
from citygraph.site import stubs
from served import Page

CG, ID = "https://w3id.org/citygraph/ontology#", "https://w3id.org/citygraph/id/"


def book_of(path: Path, *lines: str) -> Book:
    """The pages of a release, with further N-Quads."""
    store = ox.Store()
    store.bulk_load(path=str(path / "citygraph.nq"), format=ox.RdfFormat.N_QUADS)
    store.load("\n".join(lines), format=ox.RdfFormat.N_QUADS, lenient=True)
    return Book(Pages(Reader(store, str(path / "ontology.ttl"))))


def table(rows: int, claims: int = 1) -> list[str]:
    """A table `t` of which each row lists a city and makes claims: `claims` of one city, the first row's member."""
    graph, source = "<https://w3id.org/citygraph/graph/t>", f"<{ID}t>"
    lines = [f"{source} <{_RDF}type> <{CG}Source> {graph} ."]
    for row in range(rows):
        iri, city = f"<{ID}row/t/key-{row}>", f"<{ID}city-{row}>"
        lines += [
            f'{iri} <{CG}rowNumber> "{row + 2}" {graph} .', f'{iri} <{CG}rowKey> "key-{row}" {graph} .',
            f"{iri} <{_RDF}type> <{CG}Row> {graph} .", f"{iri} <http://purl.org/dc/terms/source> {source} {graph} .",
            f"{city} <{_RDF}type> <{CG}City> {graph} .", f"{city} <{CG}listedIn> {iri} {graph} .",
        ]  # fmt: skip
        for number in range(claims if row == 0 else 1):
            claim = f"<{ID}claim/t/{row}-{number}>"
            lines += [
                f"{claim} <{_RDF}type> <{CG}Membership> {graph} .", f"{claim} <{CG}source> {source} {graph} .",
                f"{claim} <{CG}evidence> {iri} {graph} .", f"{claim} <{CG}member> {city} {graph} .",
                f"{claim} <{CG}network> <{ID}iclei> {graph} .",
            ]  # fmt: skip
    return lines


_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def told_wrongly(book: Book, *sources: str) -> list[str]:
    """The claims and rows that are not where they are said to be told."""
    told, pages, wrong = book.pages.told, dict[str, set[str]](), []
    for source in sources or (*told.claims, *told.rows):
        for iri in (*told.claims.get(source, ()), *(row[2] for row in told.rows.get(source, ()))):
            path, fragment = told.at(iri)
            if path not in pages:
                made = book.made(path)
                html = book.pages.html(made, "fi") if made else ""
                pages[path] = {attributes["id"] for _, attributes in Page(html).tags if "id" in attributes}
            if paths.anchor(iri) not in pages[path] or fragment != paths.fragment(iri):
                wrong.append(iri)
    return wrong


def test_every_claim_of_the_release_is_told_in_its_place(dist: Path) -> None:
    book = book_of(dist)
    assert sum(map(len, book.pages.told.claims.values())) > 60
    assert told_wrongly(book) == []


def test_a_claim_with_words_is_told_beside_them(dist: Path) -> None:
    at = book_of(dist).pages.told.at(ID + "claim/lahti-networks-2012/covenant-membership")
    assert at == ("page/lahti-networks-2012.html", "#lahti-networks-2012/covenant-membership")


def test_claims_and_rows_of_a_large_table_are_told_on_the_pages_of_things_and_of_the_table(dist: Path) -> None:
    book = book_of(dist, *table(ROWS + 1, 95))
    told = book.pages.told
    assert told.at(ID + "claim/t/0-94") == ("page/city-0/3.html", "#t/0-94")
    assert told.at(f"{ID}row/t/key-{ROWS - 1}") == ("page/t.html", f"#row/t/key-{ROWS - 1}")
    assert told.at(f"{ID}row/t/key-{ROWS}") == ("page/t/2.html", f"#row/t/key-{ROWS}")
    assert told_wrongly(book, ID + "t") == []
    assert book.made("page/t/3.html") is None


def test_references_of_a_source_that_makes_many_are_told_page_by_page(dist: Path) -> None:
    graph = "<https://w3id.org/citygraph/graph/p>"
    lines = [f"<{ID}p> <{_RDF}type> <{CG}Source> {graph} ."]
    for number in range(PLAIN + 1):
        claim = f"<{ID}claim/p/{number:03d}>"
        lines += [f"{claim} <{CG}source> <{ID}p> {graph} .", f"{claim} <{_RDF}type> <{CG}Aim> {graph} ."]
    book = book_of(dist, *lines)
    assert book.pages.told.at(f"{ID}claim/p/{PLAIN:03d}") == ("page/p/2.html", f"#p/{PLAIN:03d}")
    assert told_wrongly(book, ID + "p") == []


@pytest.mark.parametrize("iri", [ID + "lahti", ID + "claim/none/none", ID + "row/none/1", "x", "", ID + "claim/"])
def test_what_is_no_claim_here_is_told_nowhere(iri: str, dist: Path) -> None:
    book = book_of(dist)
    assert book.pages.told.at(iri) == ("", "")
    assert book.pages.told.lead(paths.part(iri)) == ""


def test_each_has_a_small_page_that_leads_to_it(dist: Path) -> None:
    graph, odd = "<https://w3id.org/citygraph/graph/o>", f"{ID}claim/o/A%22%3E<".replace("<", "&")
    lines = [f"<{ID}o> <{_RDF}type> <{CG}Source> {graph} .", f"<{odd}> <{CG}source> <{ID}o> {graph} .",
             f'<{ID}o> <http://purl.org/dc/terms/title> "<script>hit()</script>" {graph} .']  # fmt: skip
    book = book_of(dist, *lines, *table(3))
    told = book.pages.told
    files = {path: text.decode() for unit in stubs.units(book.pages) for path, text in stubs.made(book.pages, unit)}
    assert len(files) == sum(map(len, told.claims.values())) + 3
    for path, text in files.items():
        place = told.lead(path)
        where = next(a["content"] for tag, a in Page(text).tags if a.get("http-equiv") == "refresh")
        assert where == f"0; url={paths.root(path)}{place}"
        assert where.removeprefix("0; url=") in Page(text).links()
        assert book.made(re.sub("#.*", "", place)) is not None
    said = files[paths.part(odd)]
    assert "<script>hit" not in said
    assert "&lt;script&gt;" in said
