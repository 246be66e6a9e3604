"""The index of everything that has a page: by kind, cities by country, in the order of each language."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

import hostile
from citygraph.pages import lists
from citygraph.pages.alphabet import country, initial, order
from citygraph.pages.book import Book
from citygraph.pages.reader import Reader
from citygraph.pages.render import Pages
from citygraph.publish.codes import countries
from citygraph.vocabulary import CG, GRAPH, ID, LANGUAGES, SKOS, TYPE


def bound(lines: str | Path, dist: Path) -> Book:
    store = ox.Store()
    if isinstance(lines, Path):
        store.bulk_load(path=str(lines), format=ox.RdfFormat.N_QUADS)
    else:
        store.load(lines, format=ox.RdfFormat.N_QUADS)
    return Book(Pages(Reader(store, str(dist / "ontology.ttl"))))


def cities(names: dict[str, tuple[str, str]]) -> str:
    """Cities by key, with a name and the code of a country."""
    quads = []
    for key, (name, code) in names.items():
        said: list[tuple[str, ox.NamedNode | ox.Literal]]
        said = [(TYPE, ox.NamedNode(CG + "City")), (SKOS + "prefLabel", ox.Literal(name))]
        said += [(CG + "country", ox.Literal(code))] if code else []
        quads += [ox.Quad(ox.NamedNode(ID + key), ox.NamedNode(predicate), value, ox.NamedNode(GRAPH + "t"))
                  for predicate, value in said]  # fmt: skip
    return "".join(f"{quad} .\n" for quad in quads)


def html(book: Book, path: str, language: str = "en") -> str:
    made = book.made(path)
    assert made is not None, path
    return book.pages.html(made, language)


def test_order_is_that_of_the_language() -> None:
    names = [
        "Örebro",
        "zebra",
        "Ähtäri",
        "Åbo",
        "Érd",
        "Aarhus",
        "Ølgod",
        "Łódź",
        "l'Aquila",
        "'s-Hertogenbosch",
        "Ubeda",
    ]
    assert sorted(names, key=order) == [
        "Aarhus", "Åbo", "Ähtäri", "Érd", "l'Aquila", "Łódź", "Ølgod", "Örebro", "'s-Hertogenbosch", "Ubeda", "zebra",
    ]  # fmt: skip
    for language in ("fi", "sv"):
        assert [name for name in sorted(names, key=lambda name: order(name, language)) if name[0] in "zÅÄÖØ"] == [
            "zebra", "Åbo", "Ähtäri", "Ölgod".replace("Ö", "Ø"), "Örebro",
        ]  # fmt: skip
    assert [initial(name) for name in ("Åbo", "’t Zand", "Érd", "1. Mai", "", "大阪", "مدينة")] == [
        "A", "T", "E", "#", "#", "大", "م",
    ]  # fmt: skip
    assert [initial(name, "fi") for name in ("Åbo", "Äänekoski", "øst", "Érd")] == ["Å", "Ä", "Ö", "E"]


def test_every_country_of_the_code_list_has_a_name_in_each_language() -> None:
    for code in countries():
        for language in LANGUAGES:
            assert country(code, language) != code, (code, language)
    assert [country("FI", language) for language in LANGUAGES] == ["Finland", "Suomi", "Finland"]
    assert country("ZZ", "en") == "ZZ"


def test_everything_with_a_page_is_in_one_list_and_every_list_is_found(dist: Path) -> None:
    book = bound(dist / "citygraph.nq", dist)
    found = [iri for one in book.lists.lists.values() for iri in one.things]
    assert sorted(found) == [iri for iri, _ in book.things]
    front = html(book, "all.html")
    for path in book.lists.paths():
        assert path in book.fixed()
        shown = html(book, path)
        assert f'href="{path}"' in front or "/" in path.removeprefix("all/")
        assert "<script" not in shown.partition("</head>")[2]
    assert re.search(r'networks\.html">Networks</a> <span class="soft">14<', front)
    assert 'href="../page/ubc.html"' in html(book, "all/networks.html")


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_of_thousands_go_on_on_further_pages(dist: Path, language: str) -> None:
    many = {f"c{at:04}": (f"{'ÅAZÖB'[at % 5]} {at:04}", "FI") for at in range(2500)}
    book = bound(cities(many), dist)
    assert [path for path in book.fixed() if path.startswith("all/")] == [
        "all/FI.html", "all/FI/2.html", "all/FI/3.html",
    ]  # fmt: skip
    seen: list[str] = []
    for path in ("all/FI.html", "all/FI/2.html", "all/FI/3.html"):
        shown = html(book, path, language)
        assert len(shown.encode()) < 300_000
        names = re.findall(r"<li><a href=\"[^\"]+\"><bdi>([^<]+)</bdi></a></li>", shown.partition("<h2")[2])
        assert len(names) <= lists.NAMES
        seen += names
    assert seen == sorted((name for name, _ in many.values()), key=lambda name: order(name, language))
    assert seen[0].startswith("Å" if language == "en" else "A")
    assert seen[-1].startswith("Z" if language == "en" else "Ö")
    for path in ("all/FI/1.html", "all/FI/4.html", "all/FI/02.html", "all/FI/x.html", "all/XX.html", "all/.html"):
        assert book.made(path) is None, path


def test_bad_names_and_countries_have_their_place(dist: Path) -> None:
    odd = {
        "a": ("<b>bold</b> & co", "../../etc"), "b": ("", "FI"), "c": ("\u202egnp", "fi"), "d": ("W" * 10_000, ""),
        "e": ("👍🏽 city", "AQ"), "f": ("\x01 control", "ZZ"),
    }  # fmt: skip
    book = bound(cities(odd) + hostile.lines(), dist)
    paths = [path for path in book.fixed() if path.startswith("all/")]
    assert sorted(paths) == ["all/AQ.html", "all/FI.html", "all/ZZ.html", "all/networks.html", "all/no-country.html",
                             "all/others.html"]  # fmt: skip
    for path in paths:
        for language in LANGUAGES:
            shown = html(book, path, language)
            assert "<b>bold" not in shown
            assert "<script>window" not in shown
            assert "W" * 300 not in shown
