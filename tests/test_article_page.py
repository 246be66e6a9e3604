"""The page of an article: each claim marked in the words and told beside them, and nothing shown that is not to be."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygraph import build as pipeline
from citygraph.pages.article import article
from citygraph.pages.beside import beside
from citygraph.pages.book import Book
from citygraph.pages.claims import Claim, Words
from citygraph.pages.reader import Reader
from citygraph.pages.render import Pages
from citygraph.pages.silent import silent
from citygraph.publish.release import Told, release
from citygraph.quotes import Span, locate
from citygraph.rdf import storage
from conftest import ROOT
from served import Page

ID = "https://w3id.org/citygraph/id/"
LAHTI = "lahti-networks-2012"
TEXT = (ROOT / "data" / "articles" / f"{LAHTI}.txt").read_bytes().decode()
LANGUAGES = ("en", "fi", "sv")
BOILERPLATE = ("Keskustele", "Sähköpostiosoitettasi")

#: An article that may be shown whole: a sentence that nothing quotes, quotes that nest and overlap, signs of HTML,
#: code points outside of the first plane, and what follows the byline.
WHOLE = """Alku 😀 jota mikään ei lainaa.

Lahti liittyi 10.9.2012 <ICLEI>-verkostoon & lupasi paljon. Lisää sanoja.
Toinen rivi.

Kirjo Ittaja

Keskustele täällä
"""
FACTS = """
  - {id: long, type: Membership, member: lahti, network: iclei, joined: 2012-09-10,
     quote: "Lahti liittyi 10.9.2012 <ICLEI>-verkostoon & lupasi paljon."}
  - {id: nested, type: Membership, member: lahti, network: iclei, quote: "Lahti liittyi"}
  - {id: overlapping, type: Scope, network: iclei, scope: worldwide, quote: "<ICLEI>-verkostoon & lupasi paljon. Lisää"}
"""


def data_of(folder: Path, show: str) -> Path:
    """A data folder with that article."""
    data = folder / "data"
    shutil.copytree(ROOT / "data" / "registry", data / "registry")
    (data / "articles").mkdir()
    (data / "articles" / "whole.txt").write_bytes(WHOLE.encode())
    head = {"id": "whole", "title": "Koko", "url": "https://example.org/", "publisher": "P", "author": "Kirjo Ittaja",
            "published": "2012-11-06", "language": "fi", "show-text": show,
            "licence": "https://creativecommons.org/licenses/by/4.0/"}  # fmt: skip
    lines = "".join(f"  {key}: {value}\n" for key, value in head.items())
    (data / "articles" / "whole.yaml").write_text(f"article:\n{lines}facts:{FACTS}", "utf-8")
    return data


def book_of(folder: Path) -> Book:
    """The pages of a release."""
    path = folder / "citygraph.nq"
    reader = Reader(storage.load(path, storage.format_of(path)), str(folder / "ontology.ttl"))
    return Book(Pages(reader, beside=beside(folder)))


@pytest.fixture(scope="module")
def lahti(dist: Path) -> Book:
    """The pages of the project's own data."""
    return book_of(dist)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of an article that may be shown whole."""
    folder = tmp_path_factory.mktemp("whole")
    pipeline.release(data_of(folder, "whole"), folder / "dist")
    return folder / "dist"


def html_of(book: Book, key: str, language: str = "en") -> str:
    """The page of a source."""
    made = book.made(f"page/{key}.html")
    assert made is not None
    return book.pages.html(made, language)


def shown(html: str) -> list[str]:
    """The words of each passage, without the numbers of claims."""
    found = re.findall(r'<p class="words"[^>]*>(.*?)</p>', html, re.DOTALL)
    return [Page(re.sub(r"<sup.*?</sup>", "", passage)).words for passage in found]


def said(html: str, number: int) -> str:
    """The words that are marked as those of a claim or as its context."""
    pieces = re.findall(r'<(mark|span) class="[^"]*" data-claims="([\d ]+)">(.*?)</\1>', html, re.DOTALL)
    return "".join(Page(text).words for _, numbers, text in pieces if str(number) in numbers.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_claim_is_marked_and_told_and_both_lead_to_each_other(lahti: Book, language: str) -> None:
    html = html_of(lahti, LAHTI, language)
    tags = Page(html).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    numbers = [int(a["value"]) for tag, a in tags if tag == "li" and "data-claims" in a]
    assert numbers == list(range(1, 28))
    links = Page(html).links()
    for claim in lahti.pages.told.claims[ID + LAHTI]:
        place = claim.removeprefix(ID + "claim/")
        assert f"#{place}" in links
        assert place in ids
    for number in numbers:
        assert f"#words-{number}" in links
        assert f"words-{number}" in ids


def test_the_marked_words_are_those_of_the_claim(lahti: Book) -> None:
    made = lahti.made(f"page/{LAHTI}.html")
    assert made is not None
    html, found = lahti.pages.html(made, "fi"), made.told["article"]
    for number, claim in enumerate(found.claims, 1):
        assert said(html, number) == "".join(
            piece.exact for piece in sorted(claim.words, key=lambda piece: piece.start)
        )
    assert [claim.key for claim in found.claims][:2] == [
        f"{LAHTI}/networks-aim-speed",
        f"{LAHTI}/eco-cities-membership",
    ]


def test_the_words_shown_are_those_of_the_text_in_their_order(lahti: Book) -> None:
    passages = shown(html_of(lahti, LAHTI))
    assert " ".join(passages).split() == TEXT.split("\n\nVille")[0].split()
    places = [TEXT.replace("\n", " ").find(passage.replace("\n", " ")) for passage in passages]
    assert places == sorted(places)
    assert places[0] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_boilerplate_is_not_shown(lahti: Book, language: str) -> None:
    words = Page(html_of(lahti, LAHTI, language)).words
    assert not [each for each in BOILERPLATE if each in words]


def test_what_is_implicit_is_told_apart_by_signs_too(lahti: Book) -> None:
    html = html_of(lahti, LAHTI)
    found = dict(re.findall(r'href="#lahti-networks-2012/([\w-]+)" aria-label="[^"]*">\d+([◆◇])<', html))
    assert {key for key, sign in found.items() if sign == "◇"} == {
        "eco-cities-membership", "global-sustainable-cities-membership"
    }  # fmt: skip
    assert len(found) == 27
    assert len(re.findall(r">\(\d+\)</a></sup>", html)) == 9  # context


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("covenant-commitment", "Not said: the baseline year of the 20 %, from which it is counted."),
        ("eco-cities-membership", "No sentence says this"),
        ("eco-cities-membership", "The words “syksyn” give no year: it is taken from the day of publication."),
        ("global-sustainable-cities-membership", "Not said: who decided on it."),
        ("waste-to-energy-coordination", "Not said: since when."),
        ("eco-cities-founding", "Not said: who founded it."),
        ("clean-energy-ministerial-members", "“23 valtion energiaministeriöistä” (23 in all)"),
        ("iclei-cooperation", "Not said: that it is or was a member."),
        ("china-twinning", "Not said: which city is the other one."),
    ],
)
def test_what_the_article_does_not_say_is_said(claim: str, told: str, lahti: Book) -> None:
    html = html_of(lahti, LAHTI)
    after = html.partition(f'id="{LAHTI}/{claim}"')[2].partition("</article>")[2].partition("</li>\n<li value")[0]
    assert told in " ".join(Page(after).words.split())


def test_what_another_claim_of_the_article_says_is_not_called_unsaid(lahti: Book) -> None:
    made = lahti.made(f"page/{LAHTI}.html")
    assert made is not None
    found = made.told["article"]
    creation = next(claim for claim in found.claims if claim.key.endswith("eco-cities-creation"))
    assert "founded" in [what for what, _ in silent(creation)]
    assert "founded" not in [what for what, _ in silent(creation, found.claims)]
    assert (
        silent(next(claim for claim in found.claims if claim.key.endswith("covenant-membership")), found.claims) == []
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_cautions_can_be_read(lahti: Book, language: str) -> None:
    words = " ".join(Page(html_of(lahti, LAHTI, language)).words.split())
    assert "The Science and Business Park, not the City of Lahti." in words
    assert "No baseline year is stated." in words


def test_a_text_that_may_be_shown_whole_is(whole: Path) -> None:
    html = html_of(book_of(whole), "whole")
    passages = shown(html)
    assert passages == [line for line in WHOLE.partition("Keskustele")[0].split("\n") if line]
    assert "Keskustele" not in html
    assert "17 characters after the byline" in Page(html).words
    assert (whole / "texts" / "whole.txt").read_bytes() == WHOLE.encode()
    assert "<ICLEI>" not in html


def test_quotes_that_nest_and_overlap_are_cut_at_all_their_ends(whole: Path) -> None:
    book = book_of(whole)
    html = html_of(book, "whole")
    made = book.made("page/whole.html")
    assert made is not None
    for number, claim in enumerate(made.told["article"].claims, 1):
        assert said(html, number) == claim.words[0].exact
    assert [segment.numbers for segment in made.told["article"].passages[1].segments] == [
        (1, 2),
        (2,),
        (2, 3),
        (3,),
        (),
    ]


def test_a_text_that_may_be_shown_in_excerpts_leaves_no_more_than_its_quotes(tmp_path: Path) -> None:
    pipeline.release(data_of(tmp_path, "excerpts"), tmp_path / "dist")
    assert not (tmp_path / "dist" / "texts").exists()
    for file in (tmp_path / "dist").iterdir():
        assert "jota mikään ei lainaa" not in file.read_text("utf-8")
    html = html_of(book_of(tmp_path / "dist"), "whole")
    assert shown(html) == ["Lahti liittyi 10.9.2012 <ICLEI>-verkostoon & lupasi paljon. Lisää sanoja."]
    assert "31 characters of the text are left out" in Page(html).words


def test_a_text_that_is_there_but_may_not_be_shown_is_not(dist: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(dist, tmp_path / "dist")
    (folder / "texts").mkdir()
    (folder / "texts" / f"{LAHTI}.txt").write_bytes(TEXT.encode())
    assert "Keskustele" not in html_of(book_of(folder), LAHTI)


def test_a_release_lists_the_texts_that_it_has(tmp_path: Path) -> None:
    release(data_of(tmp_path, "whole"), tmp_path / "dist", told=Told(base="https://example.org/r"))
    name = "texts/whole.txt"
    assert (tmp_path / "dist" / name).read_bytes() == WHOLE.encode()
    for file in ("SHA256SUMS", "README.md", "catalog.ttl", "datapackage.json", "dataset.jsonld"):
        assert name in (tmp_path / "dist" / file).read_text("utf-8"), file
    assert name not in (tmp_path / "dist" / "void.ttl").read_text("utf-8")  # which has RDF alone
    assert "[whole](sources/whole.ttl)" in (tmp_path / "dist" / "README.md").read_text("utf-8")


def quoted(*pieces: Words) -> list[Claim]:
    """A claim for each piece."""
    return [
        Claim(f"{ID}claim/s/{n:03d}", "Scope", ID + "s", "explicit", words=[piece]) for n, piece in enumerate(pieces)
    ]


def piece_of(text: str, start: int, end: int, kind: str = "quote") -> Words:
    """Words as the graph holds them: with the rest of their sentences."""
    span = locate(text, text[start:end], str(start), str(end))
    assert isinstance(span, Span)
    return Words(kind, span.exact, span.prefix, span.suffix, span.start, span.end)


TEXTS = st.text("aAå😀.!? \n<&", min_size=1, max_size=80)


@settings(deadline=None)
@given(st.data())
def test_any_quotes_are_each_marked_in_text_that_is_shown_as_it_is(data: st.DataObject) -> None:
    text = data.draw(TEXTS)
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text)), st.sampled_from(["quote", "context"]))
    chosen = [place for place in data.draw(st.lists(places, max_size=8)) if place[0] < place[1]]
    claims = quoted(*(piece_of(text, *place) for place in chosen))
    bare = text.replace("\n", "").replace(" ", "")
    for found in (article(claims), article(claims, text)):
        for number, claim in enumerate(found.claims, 1):
            [piece] = claim.words
            of = [segment for passage in found.passages for segment in passage.segments if number in segment.numbers]
            assert "".join(segment.text for segment in of) == piece.exact.replace("\n", "")
            begun = [number in segment.begins for segment in of]
            ended = [mark.number == number for segment in of for mark in segment.ends]
            assert begun.count(True) <= 1
            assert ended.count(True) <= 1
    assert "".join(passage.text for passage in article(claims, text).passages).replace(" ", "") == bare
    held = article(claims)
    at = 0
    for passage in held.passages:  # each stretch stands in the text, one after the other
        place = text.replace("\n", " ").find(passage.text.replace("\n", " "), max(0, at - 1))
        assert place >= 0
        at = place + len(passage.text)


@pytest.mark.parametrize(
    "pieces",
    [
        (Words("quote", "abc", start=0), Words("quote", "xyz", start=1)),
        (Words("quote", "abc", prefix="long before ", start=2), Words("quote", "b", start=3)),
        (Words("quote", "", start=5), Words("reference")),
        (Words("quote", "abc", start=10**9), Words("context", "abc", start=-5)),
        (),
    ],
)
@pytest.mark.parametrize("text", [None, "abcdef", ""])
def test_a_graph_whose_words_are_broken_shows_them_all_the_same(pieces: tuple[Words, ...], text: str | None) -> None:
    found = article(quoted(*pieces), text)
    assert len(found.claims) == len(pieces)
    words = " ".join(passage.text for passage in found.passages)
    assert all(piece.exact in words for piece in pieces)
    marked = {number for passage in found.passages for number in passage.begins}
    assert marked | set(found.unmarked) == set(range(1, len(pieces) + 1))
