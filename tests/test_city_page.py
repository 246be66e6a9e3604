"""The page of a city: what it tells equals what the queries answer, and it is made whatever the graph says."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

import hostile
from citygraph import Release
from citygraph.pages import city
from citygraph.pages.book import Book
from citygraph.pages.things import CLAIMS
from citygraph.plots import data
from citygraph.vocabulary import CG, CLAIM, DCTERMS, GRAPH, ID, LANGUAGES, OA, SKOS, TYPE
from conftest import ROOT, bound

XSD = "http://www.w3.org/2001/XMLSchema#"
GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
GAP = ("network", "own_change", "own_baseline", "own_target_year", "minimum", "verdict", "why", "own_claim",
       "network_claim")  # fmt: skip
OTHERWISE = ("thing", "topic", "value_a", "source_a", "claim_a", "value_b", "source_b", "claim_b", "of")
Value = str | ox.Literal


class Graph:
    """A graph made by hand: claims with their type, ends and dates."""

    def __init__(self) -> None:
        self.store = ox.Store()

    def add(self, subject: str, predicate: str, *values: Value) -> None:
        for value in values:
            node = value if isinstance(value, ox.Literal) else ox.NamedNode(value)
            self.store.add(ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), node, ox.NamedNode(GRAPH + "t")))

    def thing(self, key: str, kind: str = "City", name: str = "") -> str:
        self.add(ID + key, TYPE, CG + kind)
        if name:
            self.add(ID + key, SKOS + "prefLabel", ox.Literal(name))
        return ID + key

    def claim(self, key: str, kind: str, source: str = "t", /, **told: Value | list[Value]) -> str:
        iri = f"{CLAIM}{source}/{key}"
        self.add(iri, TYPE, CG + kind)
        self.add(iri, CG + "source", ID + source)
        self.add(iri, CG + "reading", ox.Literal("explicit"))
        for name, value in told.items():
            self.add(iri, CG + name, *(value if isinstance(value, list) else [value]))
        return iri

    def date(self, claim: str, name: str, edtf: str) -> None:
        self.add(claim, CG + name, f"{claim}.{name}")
        self.add(f"{claim}.{name}", CG + "edtf", ox.Literal(edtf))
        if re.fullmatch(r"\d{4}", edtf):
            self.add(f"{claim}.{name}", CG + "earliest", ox.Literal(f"{edtf}-01-01"))
            self.add(f"{claim}.{name}", CG + "latest", ox.Literal(f"{edtf}-12-31"))


def number(value: int, kind: str = "integer") -> ox.Literal:
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD + kind))


def asked(store: ox.Store, query: str, variable: str, iri: str, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    text = (ROOT / "queries" / f"{query}.rq").read_text("utf-8")
    text = text.replace(f"VALUES ?{variable} {{ UNDEF }}", f"VALUES ?{variable} {{ <{iri}> }}")
    rows = store.query(text, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    return [tuple(row[name].value if row[name] is not None else "" for name in columns) for row in rows]


def told(book: Book, iri: str) -> city.City:
    made = book.thing(iri)
    assert made is not None
    found = made.told["city"]
    assert isinstance(found, city.City)
    return found


def gaps_of(found: city.City) -> list[tuple[str, ...]]:
    return [
        (gap.network, gap.change, gap.baseline, gap.year, gap.minimum, gap.verdict, gap.why("en"), gap.own, gap.asked)
        for gap in found.gaps
    ]


def otherwise_of(found: city.City) -> list[tuple[str, ...]]:
    return [
        (pair.thing, pair.topic, pair.a.value, pair.a.claim.source, pair.a.claim.iri, pair.b.value,
         pair.b.claim.source, pair.b.claim.iri, pair.of) for pair in found.otherwise
    ]  # fmt: skip


def html(book: Book, iri: str, language: str = "en", number: int = 1) -> str:
    made = book.thing(iri, number)
    assert made is not None
    return book.pages.html(made, language)


# ---------------------------------------------------------------- what the queries answer


def test_every_city_tells_what_the_queries_answer(book: Book, release: Release) -> None:
    cities = [iri for iri, kind in book.things if kind == "City"]
    compared = differing = 0
    for iri in cities:
        found = told(book, iri)
        rows = [tuple(row[name] or "" for name in GAP) for row in release.query("commitment-gaps", city=iri)]
        assert gaps_of(found) == rows, iri
        pairs = [tuple(row[name] or "" for name in OTHERWISE)
                 for row in release.query("who-says-otherwise", thing=iri)]  # fmt: skip
        assert otherwise_of(found) == pairs, iri
        compared, differing = compared + len(rows), differing + len(pairs)
    assert compared >= 2
    assert differing >= 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_time_line_is_that_of_the_plots(book: Book, release: Release, language: str) -> None:
    found = told(book, ID + "lahti")
    rows = found.rows(language, lambda iri: book.reader.name(iri, language), lambda iri, at: f"{iri}/{at}")
    drawn = data.relations(release, "lahti", language)
    assert [{key: row[key] for key in wanted} for row, wanted in zip(rows, drawn, strict=True)] == drawn
    assert len(drawn) >= 8


def random_gaps(seed: int) -> Graph:
    """Own targets and asks with any of their parts told, lacking or told twice."""
    rng, graph = random.Random(seed), Graph()
    cities = [graph.thing(f"c{at}") for at in range(2)]
    networks = [graph.thing(f"n{at}", "Network") for at in range(2)]

    def parts(*more: str) -> dict[str, Value | list[Value]]:
        pools: dict[str, list[Value]] = {
            "change": [number(-20, "decimal"), number(-40, "decimal"), number(5, "decimal")],
            "baselineYear": [number(1990), number(2005)],
            "targetYear": [number(2020), number(2030)],
            "metric": [ID + "co2", ID + "energy"],
            "qualifier": [ox.Literal("at least"), ox.Literal("more than"), ox.Literal("about")],
        }
        return {
            name: rng.sample(pools[name], 2) if rng.random() < 0.05 else rng.choice(pools[name])
            for name in ("change", "baselineYear", "targetYear", "metric", *more)
            if rng.random() < 0.75
        }

    for at in range(6):
        graph.claim(f"own{at}", "Commitment", party=rng.choice(cities), **parts())
    for at in range(8):
        network = rng.choice(networks)
        ask = graph.claim(f"ask{at}", "Commitment", askedBy=network, **parts("qualifier"))
        for one in cities:
            if rng.random() < 0.7:
                graph.add(one, CG + "memberOf", network)
                graph.add(one, CG + "boundBy", ask)
    return graph


def test_targets_are_compared_as_the_query_compares_them(dist: Path) -> None:
    verdicts: dict[str, int] = {}
    for seed in range(60):
        graph = random_gaps(seed)
        book = bound(graph.store, dist)
        for key in ("c0", "c1"):
            found = told(book, ID + key)
            answer = asked(graph.store, "commitment-gaps", "city", ID + key, GAP)
            assert sorted(gaps_of(found)) == sorted(answer), (seed, key)
            for gap in found.gaps:
                word = gap.verdict if gap.verdict != "not comparable" else gap.reasons[0][0]
                verdicts[word] = verdicts.get(word, 0) + 1
            assert html(book, ID + key).count('<tr><th scope="row">') == len(answer)
    reasons = {"no-own-year", "no-year", "years", "no-minimum", "no-own-figure", "metrics"}
    assert set(verdicts) == {"met", "short"} | reasons


def random_claims(seed: int) -> Graph:
    """Memberships, twinnings and targets of a city, told by several sources in several ways."""
    rng, graph = random.Random(seed), Graph()
    me, other = graph.thing("c0"), graph.thing("c1")
    networks = [graph.thing(f"n{at}", "Network") for at in range(2)]
    for at in range(9):
        source = rng.choice("abc")
        kind = rng.choice(("Membership", "Membership", "Twinning", "Commitment"))
        if kind == "Commitment":
            pools: dict[str, list[Value]] = {
                "change": [number(-20), number(-40)],
                "targetYear": [number(2020), number(2030)],
                "unit": [ox.Literal("percent")],
                "qualifier": [ox.Literal("at least")],
                "metric": [ID + "co2", ID + "energy"],
                "baselineYear": [number(1990)],
            }
            some: dict[str, Value | list[Value]] = {
                name: rng.choice(pool) for name, pool in pools.items() if rng.random() < 0.7
            }
            graph.claim(f"x{at}", kind, source, party=rng.choice((me, me, other)), **some)
            continue
        ends = [me, rng.choice(networks) if kind == "Membership" else other]
        if kind == "Twinning":
            rng.shuffle(ends)
        here, there = ("member", "network") if kind == "Membership" else ("city", "twin")
        claim = graph.claim(f"x{at}", kind, source, **{here: ends[0], there: ends[1]})
        over = rng.random() < 0.4
        if over and rng.random() < 0.3:
            graph.add(claim, CG + "status", ox.Literal("on hold"))
        elif over:
            graph.date(claim, rng.choice(("left", "left", "until", "period")), rng.choice(("2010", "2011")))
        if not over or rng.random() < 0.1:
            active = {"Twinning": ["activeTwin"], "Membership": ["activeNetwork", "presumedNetwork"]}[kind]
            graph.add(claim, CG + rng.choice(active), ends[1])
        if rng.random() < 0.6:
            graph.date(claim, "joined", rng.choice(("2008", "2009", "2009-05")))
    return graph


def test_what_sources_say_otherwise_is_what_the_query_finds(dist: Path) -> None:
    topics = set()
    for seed in range(80):
        graph = random_claims(seed)
        book = bound(graph.store, dist)
        found = told(book, ID + "c0")
        assert otherwise_of(found) == asked(graph.store, "who-says-otherwise", "about", ID + "c0", OTHERWISE), seed
        topics |= {pair.topic for pair in found.otherwise}
        page = html(book, ID + "c0", "sv")
        assert page.count('class="sides"') == min(len(found.otherwise), city.PAIRS)
    assert topics == {"date of joining", "date of leaving", "membership", "twinning", "target"}


# ---------------------------------------------------------------- the page


def headings(page: str) -> list[str]:
    return re.findall(r'<h2 id="([a-z]+)"', page)


def test_what_matters_most_comes_first(book: Book) -> None:
    page = html(book, ID + "lahti")
    assert headings(page) == ["memberships", "commitments", "cooperation", "twins", "otherwise"]
    part = page[page.index('id="memberships"') : page.index('id="commitments"')]
    assert part.index("<svg") < part.index('class="claim')
    assert 'href="#lahti-2012/covenant"' in part or re.search(r'<a href="#[^"]+"><title>Covenant of Mayors', part)


def test_two_sources_stand_side_by_side_with_words_and_days(book: Book) -> None:
    page = html(book, ID + "lahti")
    part = page[page.index('id="otherwise"') :]
    first, second = re.findall(r'<div class="side">(.*?)</div>', part, re.DOTALL)[:2]
    assert "<time>2012</time>" in first
    assert "10 September 2012" in second
    assert "<mark>" in second
    assert "6 November 2012" in second
    assert "reference" in first
    for side in (first, second):
        assert re.search(r"says</p>|</a> says", side)
        anchor = re.search(r'href="#([^"]+)">the claim', side)
        assert anchor
        assert f'id="{anchor[1]}"' in page


def test_targets_stand_beside_the_minimum_in_words_and_in_a_figure(book: Book) -> None:
    for language, met, unlike in (("en", "met", "not comparable"), ("fi", "täyttää", "ei verrattavissa"),
                                  ("sv", "uppfyllt", "ej jämförbart")):  # fmt: skip
        page = html(book, ID + "lahti", language)
        part = page[page.index('id="commitments"') : page.index('id="cooperation"')]
        assert f'<b class="verdict met">{met}</b>' in part
        assert f'<b class="verdict not-comparable">{unlike}</b>' in part
        assert "−70\u00a0%" in part
        assert part.index("<svg") < part.index("<table")
    assert "the network states none" in html(book, ID + "lahti")


@pytest.fixture(scope="module")
def twins(dist: Path) -> Book:
    """A city with 50 twins, 46 of them with a place, two told from the other end and one that ended."""
    graph = Graph()
    me = graph.thing("hub", name="Hub")
    places = [(60.2, 24.9), *((45 + at % 12, at % 29 - 3.5) for at in range(46))]
    for at in range(50):
        twin = graph.thing(f"t{at:02}", name=f"Twin {at:02}")
        ends = (me, twin) if at not in (3, 4) else (twin, me)
        claim = graph.claim(f"t{at:02}", "Twinning", city=ends[0], twin=ends[1])
        if at == 7:
            graph.date(claim, "until", "1999")
    for key, (lat, long) in zip(["hub", *(f"t{at:02}" for at in range(46))], places, strict=True):
        graph.add(ID + key, GEO + "lat", ox.Literal(str(lat), datatype=ox.NamedNode(XSD + "decimal")))
        graph.add(ID + key, GEO + "long", ox.Literal(str(long), datatype=ox.NamedNode(XSD + "decimal")))
    return bound(graph.store, dist)


def test_a_city_with_fifty_twins_has_them_all_on_its_first_page(twins: Book) -> None:
    page = html(twins, ID + "hub")
    made = twins.thing(ID + "hub")
    assert made
    assert made.told["thing"].pages == 2
    part = page[page.index('id="twins"') :]
    names = re.findall(r'<a href="t\d\d.html"><bdi>(Twin \d\d)</bdi></a>', part[part.index('<ul class="twins">') :])
    assert names[:50] == [*(f"Twin {at:02}" for at in range(50) if at != 7), "Twin 07"]
    figure = part[part.index("<svg") : part.index("</figure>")]
    assert len(re.findall(r'<a href="t\d\d.html"', figure)) == 46
    assert figure.count("<title>Hub</title>") == 1
    assert "46 cities with coordinates" in figure
    assert "Latitude 60.2000, longitude 24.9000" in page
    assert len(page) < 300_000


def test_a_figure_leads_to_claims_on_further_pages(twins: Book) -> None:
    first, second = (html(twins, ID + "hub", number=number) for number in (1, 2))
    anchors = [re.findall(r'<article class="claim [a-z]*" id="([^"]+)"', page) for page in (first, second)]
    assert [len(found) for found in anchors] == [CLAIMS, 50 - CLAIMS]
    links = re.findall(r'href="([^"#]*)#(t/t\d\d)"', first)
    assert len(links) >= 50
    for where, anchor in links:
        assert anchor in anchors[1 if where else 0], anchor
        assert where in ("", "hub/2.html")
    assert "<figure" not in second
    assert 'id="twins"' in second


def test_an_empty_city_says_so(dist: Path) -> None:
    graph = Graph()
    graph.thing("alone", name="Alone")
    book = bound(graph.store, dist)
    for language, words in (("en", "No source here tells"), ("fi", "Mikään lähde ei kerro"), ("sv", "Ingen källa")):
        page = html(book, ID + "alone", language)
        assert page.count(words) == 1
        assert headings(page) == []
        assert "<figure" not in page


def test_a_page_is_made_of_wrong_dates_numbers_and_places(dist: Path) -> None:
    graph = Graph()
    me, net = graph.thing("odd", name="\u202eOdd\x07 <b>"), graph.thing("net", "Network")
    for at, edtf in enumerate(("", "x", "2013-99", "2012-13-45", "../..", "-1", "9" * 30, "2012/x", "2012-23")):
        for name in ("joined", "left", "period", "until"):
            claim = graph.claim(f"m{at}{name}", "Membership", member=me, network=net)
            graph.date(claim, name, edtf)
            graph.add(f"{claim}.{name}", CG + "earliest", ox.Literal("not-a-day-at-all"))
            graph.add(f"{claim}.{name}", CG + "latest", ox.Literal("2012-02-31"))
    for at, change in enumerate(("x", "", "NaN", "INF", "1e999", "-20")):
        graph.claim(f"o{at}", "Commitment", party=me, change=ox.Literal(change), targetYear=ox.Literal("soon"))
        ask = graph.claim(f"a{at}", "Commitment", askedBy=net, change=ox.Literal(change), targetYear=ox.Literal("soon"))
        graph.add(me, CG + "memberOf", net)
        graph.add(me, CG + "boundBy", ask)
    for at, (lat, long) in enumerate((("nan", "1"), ("91", "0"), ("x", "y"), ("1e400", "2"), ("", ""))):
        twin = graph.thing(f"s{at}")
        graph.add(twin, GEO + "lat", ox.Literal(lat))
        graph.add(twin, GEO + "long", ox.Literal(long))
        graph.claim(f"s{at}", "Twinning", city=me, twin=twin)
    graph.claim("itself", "Twinning", city=me, twin=me)
    graph.claim("nobody", "Membership", member=me)
    graph.add(ID + "t", DCTERMS + "issued", ox.Literal("long ago"))
    book = bound(graph.store, dist)
    for language in LANGUAGES:
        for number in (1, 2):
            page = html(book, ID + "odd", language, number)
            assert "style=" not in page
            assert "<b>" not in re.sub(r'<b class="[^"]*">', "", page).replace("<b>Note", "").replace("</b>", "")


def test_a_hostile_city_is_shown_as_text(dist: Path) -> None:
    store = ox.Store()
    store.load(hostile.lines(), format=ox.RdfFormat.N_QUADS)
    book = bound(store, dist)
    for language in LANGUAGES:
        page = html(book, ID + hostile.KEY, language)
        assert "<script>window" not in page
        assert "<img" not in page
        assert 'href="javascript' not in page
        assert " style=" not in page


def test_pages_are_the_same_each_time(book: Book) -> None:
    assert html(book, ID + "lahti", "fi") == html(book, ID + "lahti", "fi")


def test_a_twin_of_whose_twinning_the_years_are_over_is_no_twin_now(dist: Path) -> None:
    graph = Graph()
    home, over, on, year = (graph.thing(key) for key in ("home", "over", "on", "year"))
    for at, (twin, period) in enumerate(((over, "1980/1990"), (on, "1980/.."), (year, "1985"))):
        graph.date(graph.claim(f"t{at}", "Twinning", city=home, twin=twin), "period", period)
    found = told(bound(graph.store, dist), home)
    assert {twin.iri: twin.ended for twin in found.twins} == {over: True, on: False, year: True}


def test_what_took_place_in_a_year_is_not_drawn_as_lasting_until_its_source_came_out(dist: Path) -> None:
    graph = Graph()
    home, twin = graph.thing("home"), graph.thing("twin")
    graph.add(ID + "t", DCTERMS + "issued", ox.Literal("2012-09-10"))
    graph.date(graph.claim("a", "Twinning", city=home, twin=twin), "period", "1985")
    graph.date(graph.claim("b", "Twinning", city=home, twin=twin), "since", "1985")
    rows = told(bound(graph.store, dist), home).rows("en", str, lambda *_: "")
    assert [(row["claim"][-1], row["begin"], row["end"], row["lasting"]) for row in rows] == [
        ("a", (1985.0, 1986.0), (1985.0, 1986.0), 1985.0), ("b", (1985.0, 1986.0), (None, None), 2012.6913),
    ]  # fmt: skip


@pytest.mark.parametrize("written", ["x", "", "-5", "5.0", "1e9", "9" * 5000, "\u00b2", "\u0665"])
def test_pages_are_made_of_a_graph_whose_numbers_are_none(written: str, dist: Path) -> None:
    graph = Graph()
    home, source = graph.thing("home"), graph.thing("t", "Source")
    claim = graph.claim("a", "Membership", member=home, evidence=[f"{CLAIM}t/a.quote", f"{ID}row/t/1"])
    graph.add(f"{CLAIM}t/a.quote", OA + "exact", ox.Literal("words"))
    graph.add(f"{CLAIM}t/a.quote", OA + "start", ox.Literal(written))
    graph.add(f"{CLAIM}t/a.quote", OA + "end", ox.Literal(written))
    graph.add(f"{ID}row/t/1", CG + "rowNumber", ox.Literal(written))
    graph.add(f"{ID}row/t/1", DCTERMS + "source", source)
    book = bound(graph.store, dist)
    for iri in (home, source):
        assert "</html>" in html(book, iri)
    assert book.pages.told.at(claim) == (f"page/{'home'}.html", "#t/a")


def test_a_thing_of_a_name_that_is_no_iri_is_left_out(dist: Path) -> None:
    graph = Graph()
    graph.thing("home")
    line = f"<{ID}a\\u005Cb> <{TYPE}> <{CG}City> <{GRAPH}t> ."
    graph.store.load(line, format=ox.RdfFormat.N_QUADS, lenient=True)
    assert [iri for iri, _ in bound(graph.store, dist).things] == [ID + "home"]
