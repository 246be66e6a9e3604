"""What a person opens first in a release, its citation, checksums and feed: numbers, and texts of strangers."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml

from citygraph.build import Built
from citygraph.problems import CitygraphError
from citygraph.publish.edition import About, Edition, Extent, FileFacts, SourceFacts, Survey
from citygraph.publish.feed import feed
from citygraph.publish.gaps import Gap, gaps
from citygraph.publish.pages import checksums, citation, readme
from citygraph.rdf.columns import columns_of
from citygraph.sheets import CLAIM_TYPES
from citygraph.vocabulary import CG, CLAIM, DATE_KEYS, ID, PREFIXES, TYPE

HOSTILE = "A <b>\"title\"</b> & more | *of* [it](http://x) `code` ]]> # \\ 'quoted'"
ABOUT = About(
    {"en": HOSTILE, "fi": "Otsikko"}, {"en": "What it is: 'quoted', \"so\" # not a comment"},
    {"en": ("cities", "a: b", "# c")}, "A & B <publisher>", "https://example.org/?a=1&b=2", "A contact",
    "https://example.org/contact", "", "https://creativecommons.org/licenses/by/4.0/", ("ENVI",), "IRREG",
)  # fmt: skip
EDITION = Edition("1.2.0", "2026-03-01", "https://example.org/releases/1.2.0/", "https://example.org/sparql", "1.1.0")
SOURCES = (
    SourceFacts("art", "article", HOSTILE, "P", "W: writer", "2012-11-06", "", "fi", "", "", "",
                "https://example.org/a|b(c)", "g", {"Membership": 3}, 40),
    SourceFacts("page", "page", "A page", language="en-GB", url="javascript:alert(1)", claims={"Aim": 1}),
    SourceFacts("reg", "registry", "Registry", "R", licence="https://example.org/own-licence", citation="Cite | me"),
    SourceFacts("tab", "table", "", licence="https://creativecommons.org/publicdomain/zero/1.0/", version="v: 1"),
)  # fmt: skip
SURVEY = Survey(
    1200, 34, 1230, 0, 0, (), (), (), SOURCES, Extent((-1.5, 40, 30, 70.25), ("FI", "SE"), "2008-01-01", ""),
    {"Membership": 3, "Aim": 1}, {"City": 5, "Source": 4}, {"info": 9, "warning": 3},
    {("info", "far"): 9, ("warning", "name"): 1, ("warning", "near"): 2}, 7,
)  # fmt: skip
FILES = (
    FileFacts("citygraph.nq", 12345, "ab" * 32, "All | of it", "application/n-quads", "RDF_N_QUADS"),
    FileFacts("sources/art.ttl", 10, "cd" * 32, "One source", "text/turtle", "RDF_TURTLE", (), "art"),
)  # fmt: skip


# ---------------------------------------------------------------- README


def cells(text: str) -> list[list[str]]:
    """The rows of all tables, as a reader of Markdown splits them."""
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def test_readme_tells_counts_files_sources_checks_and_gaps() -> None:
    text = readme(ABOUT, EDITION, SURVEY, FILES, [Gap(2, 3, "memberships do not say when.")], 1)
    rows = cells(text)
    assert ["claims: Membership", "3"] in rows
    assert ["claims, together", "4"] in rows
    assert [row for row in rows if len(row) == 2][4:6] == [["things: City", "5"], ["sources", "4"]]
    assert ["triples that sources say", "1,200"] in rows
    assert ["[citygraph.nq](citygraph.nq)", r"All \| of it", "application/n-quads", "12,345"] in rows
    assert rows[-3:] == [["warning", "near", "2"], ["warning", "name", "1"], ["info", "far", "9"]]
    assert "0 violations, 3 warnings, 9 notes." in text
    assert "- 2 of 3 memberships do not say when." in text
    assert "- Disagreements between claims, which stand side by side (`citygraph query disagreements`): 1." in text
    assert "- Missing, since the checks left them out: 7 things" in text
    assert "- SPARQL: [https://example.org/sparql](https://example.org/sparql)" in text
    assert "    sha256sum -c SHA256SUMS" in text
    by_source = {row[0].strip("[").partition("]")[0]: row for row in rows if len(row) == 6}
    assert by_source["art"][0] == "[art](sources/art.ttl)"
    assert by_source["art"][2:] == ["W: writer, P", "2012-11-06", "not said", "3"]
    assert "](https://example.org/a%7Cb%28c%29)" in by_source["art"][1]
    assert by_source["page"][1] == "A page"
    assert by_source["reg"][4] == "[https://example.org/own-licence](https://example.org/own-licence)"
    assert by_source["tab"][1:] == [
        "tab",
        "",
        "",
        "[CC0 1.0 Universal](https://creativecommons.org/publicdomain/zero/1.0/)",
        "0",
    ]


def test_readme_shows_texts_of_strangers_as_texts() -> None:
    text = readme(dataclasses.replace(ABOUT, description={"fi": "two\nlines <script>"}), EDITION, SURVEY, FILES)
    prose = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
    assert not re.search(r"(?<!\\)<", prose)
    assert {len(row) for row in cells(text)} == {2, 3, 4, 6}
    assert r"two lines \<script\>" in text


def test_readme_is_not_turned_about_by_a_text() -> None:
    text = readme(dataclasses.replace(ABOUT, title={"en": "a\u202eb\x1bc"}), EDITION, SURVEY, FILES)
    assert text.startswith("# a\ufffdb\ufffdc, release")


def test_readme_without_previous_endpoint_place_or_date_says_nothing_of_them() -> None:
    bare = dataclasses.replace(SURVEY, extent=Extent(None, (), "", ""), codes={}, left_out=0)
    text = readme(ABOUT, Edition("1", "2026-01-01", "https://example.org/1/"), bare, ())
    for word in (
        "before:",
        "SPARQL:",
        "Coordinates",
        "Dates of claims",
        "Countries",
        "left out by",
        "disagree",
        "oxigraph",
    ):
        assert word not in text, word
    assert "What is new" not in text
    assert "## What is new\n\nMore cities." in readme(
        ABOUT, Edition("1", "2026-01-01", "b", notes="More cities."), bare, ()
    )


# ---------------------------------------------------------------- gaps


def counted(built: Built, pattern: str) -> int:
    store = ox.Store()
    store.bulk_extend(built.asserted)
    names = ("cg", "dcterms", "geo")
    prefix = " ".join(f"PREFIX {name}: <{PREFIXES[name]}>" for name in names)
    query = f"{prefix} SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}"
    answer = store.query(query, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    return int(next(iter(answer))["n"].value)


#: The words that tell a gap, how many there are of it, and how many lack what it says.
GAPS = {
    "no date of their own": ("{claims}", " ".join(f"FILTER NOT EXISTS {{ ?x cg:{key} ?d }}" for key in DATE_KEYS)),
    "whose words are not kept": ("{claims}", "?x cg:evidence/a cg:Reference"),
    "reader's conclusion": ("{claims}", "?x cg:reading 'implicit'"),
    "when the member joined": ("?x a cg:Membership", "FILTER NOT EXISTS { ?x cg:joined|cg:since|cg:period ?d }"),
    "name only one": ("?x a cg:Membership", "FILTER NOT EXISTS { ?x cg:member ?a ; cg:network ?b }"),
    "no baseline year": (
        "?x a cg:Commitment ; cg:party ?p ; cg:change ?c",
        "FILTER NOT EXISTS { ?x cg:baselineYear ?d }",
    ),
    "no target year": ("?x a cg:Commitment", "FILTER NOT EXISTS { ?x cg:targetYear ?d }"),
    "no coordinates": ("?x a cg:City", "FILTER NOT EXISTS { ?x geo:lat ?d }"),
    "no country": ("?x a cg:City", "FILTER NOT EXISTS { ?x cg:country ?d }"),
    "have no licence": ("?x a cg:Source", "FILTER NOT EXISTS { ?x dcterms:license ?d }"),
    "of which day": ("?x a cg:Source", "FILTER NOT EXISTS { ?x dcterms:issued|cg:asOf ?d }"),
}


def test_gaps_are_what_a_store_counts(built: Built) -> None:
    claims = f"?x a ?type FILTER (?type IN ({', '.join(f'cg:{name}' for name in CLAIM_TYPES)}))"
    found = gaps(built.asserted)
    expected = {}
    for words, (whole, lacking) in GAPS.items():
        of = whole.replace("{claims}", claims)
        if number := counted(built, f"{of} {lacking}"):
            expected[words] = (number, counted(built, of))
    assert {words: (gap.number, gap.whole) for words in GAPS for gap in found if words in gap.what} == expected
    assert len(found) == len(expected) >= 7


def test_each_gap_can_be_told() -> None:
    """One claim, thing or source that lacks all there is to lack."""
    graph = ox.NamedNode("https://w3id.org/citygraph/graph/x")

    def quad(s: str, p: str, o: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(ox.NamedNode(s), ox.NamedNode(p), o, graph)

    types = {
        CLAIM + "x/m": "Membership",
        CLAIM + "x/c": "Commitment",
        ID + "c": "City",
        ID + "x": "Source",
        ID + "r": "Reference",
    }
    quads = [quad(iri, TYPE, ox.NamedNode(CG + name)) for iri, name in types.items()]
    quads += [
        quad(CLAIM + "x/m", CG + "reading", ox.Literal("implicit")),
        quad(CLAIM + "x/m", CG + "evidence", ox.NamedNode(ID + "r")),
        quad(CLAIM + "x/c", CG + "party", ox.NamedNode(ID + "c")), quad(CLAIM + "x/c", CG + "change", ox.Literal("-1")),
    ]  # fmt: skip
    found = gaps(columns_of(quads))
    assert [(gap.number, gap.whole) for gap in found] == [(2, 2), (1, 2), (1, 2)] + [(1, 1)] * 8
    assert all(any(words in gap.what for words in GAPS) for gap in found)
    assert gaps(columns_of(())) == []


def test_readme_numbers_are_those_of_the_graph(built: Built) -> None:
    claims = built.claims()
    survey = dataclasses.replace(SURVEY, asserted=len(built.asserted), inferred=len(built.inferred), claims=claims)
    rows = dict(row for row in cells(readme(ABOUT, EDITION, survey, FILES, gaps(built.asserted))) if len(row) == 2)
    for name, number in claims.items():
        assert rows[f"claims: {name}"] == str(number) == str(counted(built, f"?x a cg:{name}"))
    assert rows["claims, together"] == str(sum(claims.values()))


# ---------------------------------------------------------------- citation


def test_citation_validates_and_credits_each_source(tmp_path: Path) -> None:
    text = citation(ABOUT, EDITION, SURVEY)
    (tmp_path / "CITATION.cff").write_text(text, "utf-8")
    validate = "from cffconvert.cli.cli import cli; cli()"
    command = [sys.executable, "-c", validate, "--validate", "-i", str(tmp_path / "CITATION.cff")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    said = yaml.safe_load(text)
    assert (said["type"], said["title"], said["version"], said["license"]) == ("dataset", HOSTILE, "1.2.0", "CC-BY-4.0")
    assert str(said["date-released"]) == "2026-03-01"
    assert said["url"] == EDITION.dataset
    assert said["identifiers"][0]["value"] == EDITION.iri
    article, page, registry, table = said["references"]
    assert article["authors"] == [{"name": "W: writer"}]
    assert (article["type"], article["title"], article["publisher"]) == ("article", HOSTILE, {"name": "P"})
    assert page["authors"] == [{"name": "Not named by the source"}]
    assert "url" not in page
    assert "languages" not in page
    assert (registry["license-url"], registry["notes"]) == ("https://example.org/own-licence", "Cite | me")
    assert (table["license"], table["version"], table["title"]) == ("CC0-1.0", "v: 1", "tab")


# ---------------------------------------------------------------- checksums


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum on this machine")
def test_sha256sum_checks_the_checksums(tmp_path: Path) -> None:
    names = ["b.ttl", "a/b c.csv", "back\\slash", "new\nline", "return\rhere", "Ä", "-dash", "*star"]
    files = []
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
        files.append(FileFacts(name, 0, hashlib.sha256(name.encode()).hexdigest(), "", "", ""))
    (tmp_path / "SHA256SUMS").write_text(checksums(files), "utf-8", newline="")
    command = ["sha256sum", "--strict", "--check", "SHA256SUMS"]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": OK") == len(names)
    (tmp_path / "Ä").write_bytes(b"other")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 1


def test_checksums_are_in_the_order_of_names() -> None:
    assert checksums(FILES[::-1]) == f"{'ab' * 32}  citygraph.nq\n{'cd' * 32}  sources/art.ttl\n"
    assert checksums(()) == ""


# ---------------------------------------------------------------- feed

ATOM = "{http://www.w3.org/2005/Atom}"


def only(element: ET.Element, name: str) -> str:
    (found,) = element.findall(ATOM + name)
    return found.text or ""


def test_the_feed_has_what_atom_requires() -> None:
    root = ET.fromstring(feed(ABOUT, EDITION))
    assert root.tag == f"{ATOM}feed"
    assert only(root, "id") == EDITION.dataset
    assert only(root, "title") == f"{HOSTILE}: releases"
    assert only(root, "updated") == "2026-03-01T00:00:00Z"
    (author,) = root.findall(f"{ATOM}author")
    assert (only(author, "name"), only(author, "uri")) == (ABOUT.publisher, ABOUT.homepage)
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": "https://w3id.org/citygraph/feed.atom", "alternate": ABOUT.homepage}
    (entry,) = root.findall(f"{ATOM}entry")
    assert only(entry, "id") == EDITION.iri
    assert only(entry, "title") == f"{HOSTILE}, release 1.2.0"
    assert only(entry, "updated") == only(entry, "published") == "2026-03-01T00:00:00Z"
    assert only(entry, "summary")
    assert "alternate" in {link.get("rel") for link in entry.findall(f"{ATOM}link")}


def test_earlier_releases_are_carried_on_as_they_were() -> None:
    notes = "Fewer & <better>\r\ncities\x00\x1b \ud800 😀"
    first = feed(ABOUT, Edition("1.0.0", "2026-01-01", 'https://example.org/1/?a=1&b="2"', notes=notes))
    second = feed(ABOUT, Edition("1.1.0", "2026-02-01", "https://example.org/2/"), first)
    third = feed(ABOUT, EDITION, second)
    entries = ET.fromstring(third).findall(f"{ATOM}entry")
    assert [only(entry, "id").rpartition("/")[2] for entry in entries] == ["1.2.0", "1.1.0", "1.0.0"]
    assert only(entries[2], "summary") == "Fewer & <better>\r\ncities\ufffd\ufffd \ufffd 😀"
    assert first[first.index("  <entry>") :] in third
    assert feed(ABOUT, EDITION, second) == third
    assert feed(ABOUT, EDITION, third) == third, "the same release again stands once"


def test_entities_and_broken_feeds_are_refused() -> None:
    good = feed(ABOUT, EDITION)
    laughs = '<!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    file = '<!DOCTYPE feed SYSTEM "file:///etc/passwd">'
    cases = {
        good.replace("<feed", laughs + "<feed", 1): "DOCTYPE",
        good.replace("<feed", file + "<feed", 1): "DOCTYPE",
        good[:-20]: "line ",
        good.replace("<title>", "<title>&nothing;", 1): "line 4, column",
        "no feed": "line 1, column 1: no XML",
        "<rss/>": "no Atom feed, its root is rss",
        good.replace(f"<id>{EDITION.iri}</id>", ""): "entry 1: no <id>",
        good.replace(f"<id>{EDITION.iri}</id>", "<id> </id>"): "entry 1: no <id>",
        good.replace("    <updated>2026-03-01T00:00:00Z", "    <updated>yesterday"): "<updated> is 'yesterday'",
        good.replace("<summary>", "<summary>x</summary><summary>"): "a second <summary>",
        good.replace("<summary>", '<summary type="html">'): "a <summary> that citygraph does not write",
        good.replace("<summary>", "<summary><b/>"): "a <summary> that citygraph does not write",
        good.replace("<summary>", "<content>x</content><summary>"): "a <content> that citygraph does not write",
        "": "",
    }  # fmt: skip
    del cases[""]
    assert len(cases) == 13
    for text, said in cases.items():
        assert text != good
        with pytest.raises(CitygraphError) as told:
            feed(ABOUT, Edition("2", "2026-04-01", "https://example.org/2/"), text)
        assert said in str(told.value)
        assert "\n" not in str(told.value)
        assert str(told.value).startswith("feed.atom of the release before")
