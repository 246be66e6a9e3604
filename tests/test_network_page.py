"""Pages of networks and of others of which much is told: lists, members by year and on the map."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

import hostile
from citygraph import Release
from citygraph.pages import rolls
from citygraph.pages.book import Book
from citygraph.pages.network import by_year
from citygraph.pages.places import places
from citygraph.vocabulary import CG, CLAIM, GRAPH, ID, LANGUAGES, SKOS, TYPE
from conftest import bound

#: Of the network that is made.
MEMBERS = 3000
QUADS = dict[tuple[str, str, str], None]


def page(book: Book, key: str, number: int = 1, language: str = "en") -> str:
    made = book.thing(ID + key, number)
    assert made is not None
    return book.pages.html(made, language)


def large(members: int) -> str:
    """A network with a part, and members in two countries: every third joined in 2010, every tenth is on hold."""
    lines = []

    def add(subject: str, predicate: str, value: str | ox.Literal) -> None:
        node = value if isinstance(value, ox.Literal) else ox.NamedNode(value)
        lines.append(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), node, ox.NamedNode(GRAPH + "t")))

    add(ID + "net", TYPE, CG + "Network")
    add(ID + "net-2030", TYPE, CG + "Network")
    add(ID + "net-2030", CG + "partOf", ID + "net")
    for number in range(members):
        city, claim, part = f"{ID}c{number:05}", f"{CLAIM}t/c{number:05}", f"{CLAIM}t/c{number:05}-2030"
        add(city, TYPE, CG + "City")
        add(city, SKOS + "prefLabel", ox.Literal(f"City {number:05}"))
        add(city, CG + "country", ox.Literal("FI" if number % 2 else "SE"))
        for one, network in ((claim, "net"), (part, "net-2030"))[: 1 + (number % 5 == 0)]:
            add(one, TYPE, CG + "Membership")
            add(one, CG + "member", city)
            add(one, CG + "network", ID + network)
            add(one, CG + "source", ID + "t")
            add(one, CG + "reading", ox.Literal("explicit"))
        if number % 3 == 0:
            add(claim, CG + "joined", f"{claim}.joined")
            add(f"{claim}.joined", CG + "edtf", ox.Literal("2010"))
            add(f"{claim}.joined", CG + "earliest", ox.Literal("2010-01-01"))
            add(f"{claim}.joined", CG + "latest", ox.Literal("2010-12-31"))
        if number % 10 == 1:
            add(claim, CG + "status", ox.Literal("on hold"))
    return "".join(f"{quad} .\n" for quad in lines)


@pytest.fixture(scope="module")
def many(dist: Path) -> Book:
    store = ox.Store()
    store.load(large(MEMBERS), format=ox.RdfFormat.N_QUADS)
    return bound(store, dist)


def test_members_by_year_and_on_the_map_are_those_of_the_queries(book: Book, release: Release) -> None:
    networks = [iri for iri, kind in book.things if kind == "Network"]
    assert networks
    years = release.query("joiners-by-year")
    for iri in networks:
        made = book.thing(iri)
        assert made
        told = [(int(row["year"] or 0), int(row["joined"] or 0), int(row["total"] or 0))
                for row in years if row["network"] == iri]  # fmt: skip
        assert by_year(made.told["thing"].joined) == told, iri
    assert any(row["network"] in networks for row in years)
    for network in ("", *networks):
        rows = release.query("places", **({"network": network} if network else {}))
        told_places = sorted(
            (str(row["city"]), float(row["lat"] or 0), float(row["long"] or 0), int(row["networks"] or 0),
             int(row["implicit"] or 0)) for row in rows
        )  # fmt: skip
        found = [(at.city, at.lat, at.long, at.networks, at.implicit) for at in places(book.reader, network)]
        assert found == told_places, network


def test_what_a_network_is_and_asks_stands_before_its_members(book: Book) -> None:
    html = page(book, "covenant-of-mayors-2020")
    asked, members = html.index('id="Commitment-askedBy"'), html.index('id="Membership-network"')
    assert html.index('id="Affiliation-part"') < asked < members
    assert "at least" in html[asked:members]
    assert "<mark>" in html[asked:members]
    parts = page(book, "covenant-of-mayors")
    assert parts.index('id="Affiliation-whole"') < parts.index('id="Membership-network"')
    assert 'href="lahti.html"' in parts[parts.index('id="Membership-network"') :]


def test_a_network_with_thousands_of_members_is_a_list_on_several_pages(many: Book) -> None:
    made = many.thing(ID + "net")
    assert made
    pages = made.told["thing"].pages
    seen: list[str] = []
    for number in range(1, pages + 1):
        html = page(many, "net", number)
        assert len(html.encode()) < 300_000
        rows = re.findall(r'<li><a href="[^"]*/(c\d{5})\.html"', html)
        assert len(rows) <= rolls.ROWS
        seen += rows
    swedes, finns = ([f"c{at:05}" for at in range(3000) if at % 2 == odd] for odd in (0, 1))
    assert seen == finns + swedes  # Finland before Sweden
    assert many.thing(ID + "net", pages + 1) is None
    first = page(many, "net")
    assert re.search(r'href="[^"]*net/2\.html#Membership-network-FI">Finland</a> <span class="soft">1,500<', first)
    assert 'rel="next" href="net/2.html"' in first
    assert 'page/net.html">To the first page' in page(many, "net", 2)


def test_a_row_tells_part_date_and_standing_and_leads_to_the_claim(many: Book) -> None:
    html = page(many, "net", 2)
    row = html[html.index("City 00021") :].partition("</li>")[0]
    assert "2010" in row
    assert "on hold" in row
    assert '/c00021.html#claim/t/c00021"' in row or '/c00021.html#t/c00021"' in row
    both = html[html.index("City 00015") :].partition("</li>")[0]
    assert "net-2030.html" in both
    assert both.count("Why?") == 2
    city = page(many, "c00021")
    target = re.search(r'c00021\.html#([^"]+)"', row)
    assert target
    assert f'id="{target[1]}"' in city


def test_members_who_are_none_now_are_counted_apart(many: Book) -> None:
    text = page(many, "net")
    made = many.thing(ID + "net")
    assert made is not None
    figures = made.told["figures"]
    assert (figures.members, figures.over) == (MEMBERS, MEMBERS // 10)
    assert f"(ended or on hold: {MEMBERS // 10:,})" in text
    assert "ended or on hold" not in page(many, "net-2030")


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_are_in_the_language_of_the_page(many: Book, language: str) -> None:
    html = page(many, "net", 2, language)
    assert {"en": "Finland", "fi": "Suomi", "sv": "Finland"}[language] in html
    assert {"en": "Why?", "fi": "Miksi?", "sv": "Varför?"}[language] in html


def test_reading_one_by_one_and_all_at_once_give_the_same(many: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = [rolls.Rolls(many.reader, ID + "net", "Network").sections(number) for number in (1, 2, 5)]
    mapped = places(many.reader, ID + "net")
    for module in ("lines", "places"):
        monkeypatch.setattr(f"citygraph.pages.{module}.MANY", 10**9)
    assert [rolls.Rolls(many.reader, ID + "net", "Network").sections(number) for number in (1, 2, 5)] == at_once
    assert places(many.reader, ID + "net") == mapped


def test_hostile_names_and_claims_without_a_member(dist: Path) -> None:
    store = ox.Store()
    store.load(hostile.lines(), format=ox.RdfFormat.N_QUADS)
    book = bound(store, dist)
    for language in LANGUAGES:
        html = page(book, f"{hostile.KEY}-network", language=language)
        assert len(html.encode()) < 300_000
        assert "<script>window" not in html
        assert "onerror='" not in html.replace("&#39;", "'") or "&lt;img" in html
        assert 'style="' not in html
    assert page(book, f"{hostile.KEY}-network").count('<span class="line">') == 119


def test_each_list_leads_to_where_its_claims_are_told(book: Book) -> None:
    """Nothing is told in lists alone: every line leads to an element that is there."""
    for iri, kind in book.things:
        made = book.thing(iri)
        assert made
        for section in made.told["thing"].sections:
            for entry in section.entries:
                for line in entry.lines:
                    page_of = made.path if not entry.full else f"page/{entry.iri.removeprefix(ID)}.html"
                    path, fragment = book.pages.told.at(line.claim) if not entry.full else (page_of, "")
                    told_there = book.made(path)
                    assert told_there, (iri, kind)
                    anchor = fragment.removeprefix("#") or line.claim.removeprefix(CLAIM)
                    assert f'id="{anchor}"' in book.pages.html(told_there, "en")


def test_lists_of_concepts_and_regions_tell_what_is_in_them(book: Book) -> None:
    html = page(book, "themes")
    assert "in this list" in html
    assert 'href="waste-to-energy.html"' in html
    assert "luettelossa" in page(book, "waste-to-energy", language="fi")
