"""The start page: questions with answers from the graph at hand, the map, counts, and what is new."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

import hostile
from citygraph import Release
from citygraph.pages.book import Book
from citygraph.pages.cite import Edition
from citygraph.pages.reader import Reader
from citygraph.pages.render import Pages
from citygraph.pages.start import questions
from citygraph.problems import CitygraphError
from citygraph.site.source import news
from citygraph.vocabulary import CG, CLAIM, GRAPH, ID, LANGUAGES, TYPE

#: All claims of a graph.
CLAIMS = f"""SELECT (COUNT(DISTINCT ?claim) AS ?number) WHERE {{ ?claim <{CG}source> ?source
  FILTER (STRSTARTS(STR(?claim), "{CLAIM}")) }}"""


def bound(store: ox.Store, dist: Path, edition: Edition | None = None) -> Book:
    return Book(Pages(Reader(store, str(dist / "ontology.ttl")), edition or Edition()))


def html(book: Book, language: str = "en") -> str:
    made = book.made("index.html")
    assert made is not None
    return book.pages.html(made, language)


def test_three_questions_are_answered_in_the_words_of_the_sources(book: Book, release: Release) -> None:
    asked = questions(book.reader)
    assert [one.text for one in asked] == ["question-when-by-whom", "question-what-asked", "question-who-theme"]
    row = next(row for row in release.query("memberships") if row["claim"] == asked[0].claim.iri)
    assert asked[0].about == (ID + "lahti", row["network"])
    assert (asked[0].date, row["reading"]) == ("2012-09-10", "explicit")
    shown = html(book)
    assert "When did" in shown
    assert "10 September 2012" in shown
    for one in asked:
        exact = [piece.exact for piece in one.claim.words]
        assert exact
        assert all(words in shown.replace("&#39;", "'") for words in exact)
        assert f'href="queries/{one.query}.html"' in shown
        assert f'#{one.claim.iri.removeprefix(CLAIM)}"' in shown
    for language, question in (("fi", "Milloin"), ("sv", "När gick")):
        assert question in html(book, language)


def test_one_search_box_counts_and_the_map(book: Book, release: Release) -> None:
    shown = html(book)
    assert shown.count('type="search"') == 1
    counts = dict(re.findall(r"<b>([\d,]+)</b> (\w+)", shown))
    kinds = [kind for _, kind in book.things]
    assert {name: int(count) for count, name in counts.items()} == {
        "cities": kinds.count("City"), "networks": kinds.count("Network"), "sources": kinds.count("Source"),
        "claims": int(release.query(CLAIMS)[0]["number"] or 0),
    }  # fmt: skip
    assert 'class="fig' in shown
    assert f"{len(release.query('places'))} cities with coordinates" in shown
    assert 'style="' not in shown
    assert "What is new" not in shown


def test_what_is_new_is_of_the_feed(dist: Path, tmp_path: Path, book: Book) -> None:
    assert news(dist) == ()
    entry = (
        "<entry><title>r {0}</title><updated>2026-0{0}-01T00:00:00Z</updated><summary>&lt;b&gt; {0}</summary></entry>"
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(entry.format(at) for at in (5, 4, 3, 2))}</feed>'
    (tmp_path / "feed.atom").write_text(feed)
    told = news(tmp_path)
    assert told == tuple((f"2026-0{at}-01", f"r {at}", f"<b> {at}") for at in (5, 4, 3))
    shown = html(bound(book.reader.store, dist, Edition(news=told)))
    assert "1 May 2026" in shown
    assert "&lt;b&gt; 5" in shown
    (tmp_path / "feed.atom").write_text("<feed")
    with pytest.raises(CitygraphError, match="not a feed"):
        news(tmp_path)


def test_a_graph_that_has_rows_alone_still_asks(dist: Path) -> None:
    quads = []
    for number in range(3):
        claim = f"{CLAIM}t/{number}"
        said = [(TYPE, CG + "Membership"), (CG + "member", f"{ID}c{number}"), (CG + "network", ID + "net"),
                (CG + "source", ID + "t")]  # fmt: skip
        said += [(CG + "joined", f"{claim}.joined")] if number == 2 else []
        quads += [ox.Quad(ox.NamedNode(claim), ox.NamedNode(p), ox.NamedNode(o), ox.NamedNode(GRAPH + "t"))
                  for p, o in said]  # fmt: skip
    store = ox.Store()
    store.extend(quads)
    for name, value in (("edtf", "2011-05"), ("earliest", "2011-05-01"), ("latest", "2011-05-31")):
        subject, graph = ox.NamedNode(f"{CLAIM}t/2.joined"), ox.NamedNode(GRAPH + "t")
        store.add(ox.Quad(subject, ox.NamedNode(CG + name), ox.Literal(value), graph))
    book = bound(store, dist)
    asked = questions(book.reader)
    assert [(one.text, one.page, one.date) for one in asked] == [("question-when", ID + "c2", "2011-05")]
    assert "May 2011" in html(book)


def test_an_empty_graph_and_a_hostile_one_have_a_start_page(dist: Path) -> None:
    assert "Questions it answers" not in html(bound(ox.Store(), dist))
    store = ox.Store()
    store.load(hostile.lines(), format=ox.RdfFormat.N_QUADS)
    for language in LANGUAGES:
        shown = html(bound(store, dist), language)
        assert "<script>window" not in shown
        assert len(shown) < 300_000
