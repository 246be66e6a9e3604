"""The static site: every page sound and every link in it leading somewhere, whatever the graph and the folder hold."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
from collections.abc import Mapping
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("jinja2", reason="pip install 'citygraph[site]'")

from citygraph.pages import paths, questions
from citygraph.pages.reader import Reader
from citygraph.problems import CitygraphError
from citygraph.queries import NamedQuery, bind
from citygraph.results import raw
from citygraph.site import extras, source
from citygraph.site.folder import MANIFEST, Folder
from citygraph.site.write import Site, write
from citygraph.vocabulary import CG, CLAIM, GRAPH, ID, LANGUAGES, SKOS, TYPE
from conftest import ROOT, Run
from hostile import lines

BASE = "https://data.example.org/cities/"
#: Keys that would lead out of the folder, that differ only in case, or that are no file names somewhere.
KEYS = (
    "../../../../escaped", "..", ".", "%2e%2e%2fescaped", "/escaped", "a/../../escaped", "CON", "con",
    "nul.txt", "Lahti", "LAHTI", "lahti.", "-x", "a:b", "é", "É", "x" * 5000, "fi/page/lahti", "claim", "row", "a%00b",
    "ends.html", "ends.ttl", "lahti.html", "2.html", "~", "名", "*?", "#x",
)  # fmt: skip
GONE = {"gone": "lahti", "Gone": "", "lahti": "turku", "../gone": "javascript:alert(1)"}


class Parsed(HTMLParser):
    """A page: ids, links, and what else is asked of each."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    @cached_property
    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.tags if "id" in attrs]

    @cached_property
    def links(self) -> list[str]:
        return [attrs[name] for _, attrs in self.tags for name in ("href", "src", "action") if name in attrs]

    def count(self, tag: str) -> int:
        return sum(one == tag for one, _ in self.tags)


@pytest.fixture(scope="module")
def release(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of the project's data with things of hostile names and keys, and keys that are no more."""
    folder = shutil.copytree(dist, tmp_path_factory.mktemp("hostile") / "dist")
    with (folder / "citygraph.nq").open("a", encoding="utf-8") as file:
        file.write(lines())
        for key in KEYS:
            told = ((TYPE, ox.NamedNode(CG + "City")), (SKOS + "prefLabel", ox.Literal(f"Name of {key[:50]}")))
            for predicate, term in told:
                file.write(f"<{ID}{key}> <{predicate}> {term} <{GRAPH}odd> .\n")
    rows = "".join(f"{ID}{old},{new if ':' in new or not new else ID + new}\n" for old, new in GONE.items())
    (folder / "redirects.csv").write_text(f"old,new\n{rows}", "utf-8")
    return folder


@pytest.fixture(scope="module")
def site(release: Path) -> Path:
    """Its site, at an address that is known."""
    out = release.parent / "site"
    write(release, out, BASE)
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[str, Parsed]:
    """All pages by path."""
    found = sorted(site.rglob("*.html"))
    return {path.relative_to(site).as_posix(): Parsed(path.read_text("utf-8")) for path in found}


@pytest.fixture(scope="module")
def small(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of one city, for what concerns the folder and not the pages."""
    folder = shutil.copytree(dist, tmp_path_factory.mktemp("small") / "dist")
    graph = (folder / "citygraph.nq").read_text("utf-8").splitlines(keepends=True)
    (folder / "citygraph.nq").write_text("".join(line for line in graph if line.startswith(f"<{ID}lahti>")), "utf-8")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def files(site: Path) -> list[str]:
    return [path.relative_to(site).as_posix() for path in sorted(site.rglob("*")) if path.is_file()]


def test_nothing_is_written_outside_and_no_two_files_differ_only_in_case(site: Path) -> None:
    assert names(site.parent) == ["dist", "site"]
    assert [path for folder in site.parents for path in folder.glob("escaped*")] == []
    found = files(site)
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert all(re.fullmatch(r"[A-Za-z0-9._~-]{1,140}", part) for part in name.split("/")), name
    assert (site / MANIFEST).read_text("utf-8").splitlines() == sorted(set(found) - {MANIFEST})


def test_every_hostile_key_has_its_page_in_each_language_and_its_data(site: Path) -> None:
    for key in KEYS:
        for language in LANGUAGES:
            assert (site / paths.localized(paths.page(ID + key), language)).is_file(), key
        assert b"Name of" in (site / paths.data(ID + key, "ttl")).read_bytes()
        json.loads((site / paths.data(ID + key, "jsonld")).read_bytes())


def test_every_page_is_html_without_an_error(site: Path) -> None:
    html5rdf = pytest.importorskip("html5rdf")
    wrong = {}
    for number, path in enumerate(sorted(site.rglob("*.html"))):
        if number % 7 == 0 or "page" not in path.parts:
            parser = html5rdf.HTMLParser()
            parser.parse(path.read_text("utf-8"))
            if parser.errors:
                wrong[path.relative_to(site).as_posix()] = parser.errors[:3]
    assert wrong == {}


def test_every_page_has_a_language_a_title_one_heading_and_ids_of_its_own(pages: Mapping[str, Parsed]) -> None:
    for path, page in pages.items():
        (html,) = [attrs for tag, attrs in page.tags if tag == "html"]
        assert html["lang"] == paths.split(path)[0] or path.startswith(("page/claim/", "page/row/")), path
        assert page.count("h1") == 1, path
        assert [tag for tag, _ in page.tags].index("title") < [tag for tag, _ in page.tags].index("body"), path
        assert len(page.ids) == len(set(page.ids)), path
        assert not [attrs for _, attrs in page.tags if "style" in attrs or any(n.startswith("on") for n in attrs)], path
        assert not [attrs for tag, attrs in page.tags if tag == "script" and not attrs.get("src")], path


def test_every_link_of_the_site_leads_somewhere(site: Path, pages: Mapping[str, Parsed]) -> None:
    there = set(files(site))
    broken: set[tuple[str, str]] = set()
    for path, page in pages.items():
        if paths.split(path)[1] == "404.html":  # its links are whole, for it is shown at any address
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                assert not link.startswith(BASE), (path, link)
                assert parts.scheme in ("http", "https"), (path, link)
                continue
            where = PurePosixPath(path).parent / unquote(parts.path) if parts.path else PurePosixPath(path)
            target = os.path.normpath(where)
            if target not in there:
                broken.add((path if len(broken) < 40 else "…", target))
            elif parts.fragment and target.endswith(".html") and unquote(parts.fragment) not in pages[target].ids:
                broken.add((path, link))
    assert sorted(broken)[:40] == []


def test_the_page_for_what_is_not_there_works_at_any_address(pages: Mapping[str, Parsed]) -> None:
    for language in LANGUAGES:
        links = pages[paths.localized("404.html", language)].links
        assert all(link.startswith(("/cities/", "#")) for link in links), links


def test_former_keys_lead_to_what_they_are_now(site: Path) -> None:
    now = (site / paths.page(f"{ID}gone")).read_text("utf-8")
    assert 'href="lahti.html"' in now
    assert "was withdrawn" in (site / paths.page(f"{ID}Gone")).read_text("utf-8")
    assert "poistettu" in (site / "fi" / paths.page(f"{ID}Gone")).read_text("utf-8")
    assert "dragits tillbaka" in (site / "sv" / paths.page(f"{ID}Gone")).read_text("utf-8")
    assert "no longer used" not in (site / "page" / "lahti.html").read_text("utf-8")  # a thing of that key is there
    assert "javascript:" not in "".join(Parsed((site / paths.page(f"{ID}../gone")).read_text("utf-8")).links)


def test_the_sitemap_names_every_page_in_each_language(site: Path) -> None:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    root = ElementTree.fromstring((site / "sitemap.xml").read_bytes())
    told = [url.text or "" for url in root.iterfind("s:url/s:loc", space)]
    assert len(told) == len(set(told))
    there = {BASE + path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert {unquote(url) for url in told} <= there
    assert f"{BASE}fi/page/lahti.html" in told
    assert f"{BASE}queries/networks.html" in told
    assert not [url for url in told if "404" in url or "/page/claim/" in url or url.endswith("/gone.html")]
    (lahti,) = [url for url in root if url.findtext("s:loc", "", space) == f"{BASE}page/lahti.html"]
    assert {link.get("hreflang") for link in lahti.iterfind("x:link", space)} == set(LANGUAGES)
    assert f"Sitemap: {BASE}sitemap.xml" in (site / "robots.txt").read_text()


def test_many_addresses_are_told_in_several_sitemaps() -> None:
    made = dict(extras.sitemap(BASE, [f"page/{at}.html" for at in range(extras.ADDRESSES + 1)]))
    assert list(made) == ["sitemap-1.xml", "sitemap-2.xml", "sitemap.xml"]
    assert made["sitemap-1.xml"].count(b"<loc>") == extras.ADDRESSES
    assert made["sitemap.xml"].count(b"<loc>") == 2
    assert max(map(len, made.values())) < 50_000_000


def test_without_an_address_there_is_no_sitemap_and_one_is_told_why(small: Path, tmp_path: Path, run: Run) -> None:
    done = run("site", small, "--out", tmp_path / "site")
    assert done.returncode == 0, done.stderr
    assert "--base-url" in done.stdout
    assert not (tmp_path / "site" / "sitemap.xml").exists()
    assert not (tmp_path / "site" / "w3id").exists()
    assert "Sitemap" not in (tmp_path / "site" / "robots.txt").read_text()


def test_the_release_goes_with_the_site(site: Path, release: Path) -> None:
    for name in ("citygraph.nq", "citygraph.ttl", "context.jsonld", "ontology.ttl"):
        assert (site / "release" / name).read_bytes() == (release / name).read_bytes()
    assert (site / "ontology.ttl").read_bytes() == (release / "ontology.ttl").read_bytes()
    assert (site / ".nojekyll").exists()
    page = (site / "downloads.html").read_text("utf-8")
    for name, _ in source.listed(release):
        assert f'href="release/{name}"' in page


@pytest.mark.parametrize("query", questions.catalogue().values(), ids=lambda query: query.name)
def test_every_question_has_its_answer_text_and_table(query: NamedQuery, site: Path, release: Path) -> None:
    store = ox.Store()
    store.bulk_load(path=str(release / "citygraph.nq"), format=ox.RdfFormat.N_QUADS, lenient=True)
    given = {name: param.example for name, param in query.params.items() if param.required}
    answer = store.query(bind(query, given), use_default_graph_as_union=True)
    assert (site / "queries" / f"{query.name}.csv").read_bytes() == raw(answer, "csv")
    assert (site / "queries" / f"{query.name}.rq").read_text("utf-8") == query.text
    rows = list(csv.reader(io.StringIO((site / "queries" / f"{query.name}.csv").read_text("utf-8"))))
    for language, told in ((code, query.told(code)) for code in LANGUAGES):
        page = (site / paths.localized(questions.path(query.name), language)).read_text("utf-8")
        assert page.count("<tr>") == (min(len(rows) - 1, questions.ROWS) + 1 if len(rows) > 1 else 0)
        assert f"<h1>{told}</h1>" in page.replace("&#39;", "'")


def test_a_question_that_takes_too_long_or_knows_no_example_says_so(site: Path, release: Path) -> None:
    store = ox.Store()
    store.bulk_load(path=str(release / "citygraph.nq"), format=ox.RdfFormat.N_QUADS, lenient=True)
    reader = Reader(store, str(release / "ontology.ttl"))
    endless = NamedQuery("endless", "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?i")
    assert questions.answer(reader, endless, 0.3).state == "slow"
    wrong = NamedQuery("wrong", "SELECT * WHERE {")
    assert questions.answer(reader, wrong).state == "failed"
    empty = Reader(ox.Store(), str(release / "ontology.ttl"))
    assert questions.answer(empty, questions.catalogue()["co-members"]).state == "unknown"
    odd = ox.Store()
    city = f"<{ID}a\\u005Cb> <{TYPE}> <{CG}City> <{GRAPH}t> ."
    odd.load(city, format=ox.RdfFormat.N_QUADS, lenient=True)
    every = NamedQuery("every", "SELECT ?s WHERE { ?s ?p ?o }")
    assert questions.answer(Reader(odd, str(release / "ontology.ttl")), every).state == "failed"


def test_the_ontology_page_has_every_term_with_its_definition(site: Path, pages: Mapping[str, Parsed]) -> None:
    told: dict[str, dict[str, str]] = {}
    for quad in ox.parse(path=str(ROOT / "ontology" / "ontology.ttl")):
        if quad.predicate.value == SKOS + "definition" and isinstance(quad.object, ox.Literal):
            told.setdefault(str(quad.subject)[1:-1], {})[quad.object.language or ""] = quad.object.value
    assert len(told) > 100
    for language in LANGUAGES:
        path = paths.localized("ontology.html", language)
        text = (site / path).read_text("utf-8").replace("&#39;", "'").replace("&#34;", '"').replace("&amp;", "&")
        for iri, definitions in told.items():
            assert iri.removeprefix(CG) in pages[path].ids
            assert definitions[language] in text
    assert "Give both lat and long, or neither." in (site / "ontology.html").read_text("utf-8")
    assert "Anna sekä lat että long" in (site / "fi" / "ontology.html").read_text("utf-8")


def test_an_unchanged_site_is_not_rewritten_and_pages_that_are_no_more_go(small: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small, tmp_path / "dist")
    with (folder / "citygraph.nq").open("a", encoding="utf-8") as file:
        file.write(f"<{ID}claim> <{TYPE}> <{CG}City> <{GRAPH}odd> .\n")
    first = write(folder, tmp_path / "site")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "site").rglob("*") if path.is_file()}
    again = write(folder, tmp_path / "site")
    assert (again.changed, again.removed, again.files) == (0, 0, first.files)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    (tmp_path / "site" / "CNAME").write_text("data.example.org")  # a file of the host's stays
    (tmp_path / "site" / ".4711.part").write_text("left by a run that was ended")
    kept = [
        line for line in (folder / "citygraph.nq").read_text("utf-8").splitlines(True) if f"<{ID}claim>" not in line
    ]
    (folder / "citygraph.nq").write_text("".join(kept), "utf-8")
    fewer = write(folder, tmp_path / "site")
    assert fewer.removed >= 5
    assert not (tmp_path / "site" / "page" / "claim.html").exists()
    assert (tmp_path / "site" / "CNAME").exists()
    assert not list((tmp_path / "site").rglob(".*.part"))


def test_the_same_release_gives_the_same_bytes(release: Path, site: Path, tmp_path: Path) -> None:
    write(release, tmp_path / "again", BASE)
    assert files(tmp_path / "again") == files(site)
    assert [
        name for name in files(site) if (tmp_path / "again" / name).read_bytes() != (site / name).read_bytes()
    ] == []


def test_a_run_that_was_ended_is_gone_on_with(small: Path, tmp_path: Path) -> None:
    class EndedError(Exception):
        pass

    def end(done: int, _: int) -> None:
        if done > 20:
            raise EndedError

    with pytest.raises(EndedError):
        write(small, tmp_path / "site", progress=end)
    some = len(files(tmp_path / "site"))
    done = write(small, tmp_path / "site")
    assert some > 50
    assert done.files - done.changed >= some - 1  # what was there stays; the list of files is new


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda d: (d / "citygraph.nq").unlink(), "citygraph.nq is missing"),
        (lambda d: (d / "ontology.ttl").unlink(), "ontology.ttl is missing"),
        (lambda d: os.truncate(d / "citygraph.nq", 100_000), "not RDF"),
        (lambda d: os.truncate(d / "citygraph.nq", 0), "tells of nothing"),
        (lambda d: os.truncate(d / "ontology.ttl", 3_000), "not RDF"),
        (lambda d: (d / "SHA256SUMS").write_text(f"{'0' * 64}  citygraph.nq\n"), "is not what SHA256SUMS says"),
        (lambda d: (d / "SHA256SUMS").write_text(f"{'0' * 64}  tables/cities.csv\n"), "tables/cities.csv is missing"),
        (lambda d: (d / "dataset.jsonld").write_text("{"), "not the description of a release"),
        (lambda d: (d / "redirects.csv").write_bytes(b"old,new\n\xff"), "not a table of former keys"),
    ],
)  # fmt: skip
def test_a_release_that_is_half_there_is_refused(
    small: Path, tmp_path: Path, run: Run, spoil: object, told: str
) -> None:
    folder = shutil.copytree(small, tmp_path / "dist")
    assert callable(spoil)
    spoil(folder)
    done = run("site", folder, "--out", tmp_path / "site")
    refused(done.returncode, done.stderr, told)
    assert not (tmp_path / "site").exists()


def refused(code: int, said: str, told: str) -> None:
    assert code == 2, said
    assert len(said.strip().splitlines()) == 1, said
    assert told in said


def test_a_folder_that_is_no_site_is_refused_and_left_as_it_is(small: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    inside = shutil.copytree(small, tmp_path / "dist")
    for out, told in (
        ("other", "holds other files"), ("file", "is a file"), ("file/site", "cannot be written"),
        ("dist/site", "within"), ("dist", "within"), (".", "within"), ("loop", "cannot be"),
    ):  # fmt: skip
        done = run("site", inside, "--out", f"{tmp_path}/{out}")
        refused(done.returncode, done.stderr, told)
    assert names(tmp_path) == ["dist", "file", "loop", "other"]
    assert names(tmp_path / "other") == ["letter.txt"]
    assert names(inside) == names(small)


@pytest.mark.parametrize(
    "base", ["data.example.org", "ftp://x/", "https://x/?a", "https://x/#a", 'https://x/"', "https://x/\ny"]
)
def test_an_address_that_cannot_be_a_folders_is_refused(small: Path, tmp_path: Path, run: Run, base: str) -> None:
    done = run("site", small, "--out", tmp_path / "site", "--base-url", base)
    refused(done.returncode, done.stderr, "--base-url")
    assert not (tmp_path / "site").exists()


def test_links_within_the_site_that_lead_elsewhere_are_not_followed(small: Path, tmp_path: Path, run: Run) -> None:
    out, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.html").write_text("mine")
    write(small, out)
    lahti = out / "page" / "lahti.html"
    lahti.unlink()
    lahti.symlink_to(elsewhere / "kept.html")
    write(small, out)
    assert not lahti.is_symlink()
    assert (elsewhere / "kept.html").read_text() == "mine"
    shutil.rmtree(out / "sv")
    (out / "sv").symlink_to(elsewhere)
    done = run("site", small, "--out", out)
    refused(done.returncode, done.stderr, "a link in it leads elsewhere")
    assert names(elsewhere) == ["kept.html"]
    (out / "sv").unlink()
    (out / MANIFEST).unlink()
    (out / MANIFEST).symlink_to(elsewhere / "made")
    done = run("site", small, "--out", out)
    refused(done.returncode, done.stderr, "")
    assert names(elsewhere) == ["kept.html"]


def test_a_list_of_files_that_names_others_takes_none_away(small: Path, tmp_path: Path) -> None:
    write(small, tmp_path / "site")
    (tmp_path / "mine").write_text("mine")
    with (tmp_path / "site" / MANIFEST).open("a") as file:
        file.write("../mine\n")
    with pytest.raises(CitygraphError, match="outside"):
        write(small, tmp_path / "site")
    assert (tmp_path / "mine").read_text() == "mine"


def test_two_runs_do_not_write_one_folder(small: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "site"
    told: list[str] = []

    def other(done: int, _: int) -> None:
        if done == 5:
            again = run("site", small, "--out", out)
            refused(again.returncode, again.stderr, "another run is writing this site")
            told.append(again.stderr)

    write(small, out, progress=other)
    assert told
    assert write(small, out).changed == 0


def test_what_a_run_that_was_ended_left_is_taken_away_when_it_is_no_more(small: Path, tmp_path: Path) -> None:
    class EndedError(Exception):
        pass

    def end(done: int, of: int) -> None:
        if done == of:
            raise EndedError

    more = shutil.copytree(small, tmp_path / "more")
    with (more / "citygraph.nq").open("a", encoding="utf-8") as file:
        file.write(f"<{ID}withdrawn> <{TYPE}> <{CG}City> <{GRAPH}odd> .\n")
    write(small, tmp_path / "site")
    with pytest.raises(EndedError):
        write(more, tmp_path / "site", progress=end)
    assert (tmp_path / "site" / "page" / "withdrawn.html").is_file()
    write(small, tmp_path / "site")
    assert not (tmp_path / "site" / "page" / "withdrawn.html").exists()


def test_a_release_that_changes_while_its_site_is_made_is_told(small: Path, tmp_path: Path) -> None:
    release = shutil.copytree(small, tmp_path / "release")

    def change(done: int, of: int) -> None:
        if done == of:
            with (release / "citygraph.nq").open("a", encoding="utf-8") as file:
                file.write(f"<{ID}new> <{TYPE}> <{CG}City> <{GRAPH}odd> .\n")

    def lose(done: int, of: int) -> None:
        if done == of:
            (release / "citygraph.ttl").unlink()

    with pytest.raises(CitygraphError, match="changed while its site was made"):
        write(release, tmp_path / "site", progress=change)
    assert write(release, tmp_path / "site").files
    with pytest.raises(CitygraphError, match=r"changed while its site was made|is gone"):
        write(release, tmp_path / "site", progress=lose)


def test_a_link_that_comes_after_a_file_was_written_beside_it_is_not_followed(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "site")
    folder.begin()
    folder.write("page/a.html", b"a")
    (tmp_path / "elsewhere").mkdir()
    shutil.rmtree(tmp_path / "site" / "page")
    (tmp_path / "site" / "page").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CitygraphError, match="a link in it leads elsewhere"):
        folder.write("page/b.html", b"b")
    assert names(tmp_path / "elsewhere") == []


def test_a_list_of_files_that_is_no_text_is_read_all_the_same(small: Path, tmp_path: Path) -> None:
    write(small, tmp_path / "site")
    with (tmp_path / "site" / MANIFEST).open("ab") as file:
        file.write(b"\xff\xfe\n")
    assert write(small, tmp_path / "site").files


def test_the_order_of_the_graph_changes_nothing(dist: Path, tmp_path: Path) -> None:
    pages = []
    for seed in (1, 2):
        graph = (dist / "citygraph.nq").read_text("utf-8").splitlines(keepends=True)
        random.Random(seed).shuffle(graph)
        release = shutil.copytree(dist, tmp_path / str(seed))
        (release / "citygraph.nq").write_text("".join(graph), "utf-8")
        site = Site(release, tmp_path / "site", BASE)
        every = [*site.book.fixed(), *(paths.page(iri) for iri, _ in site.book.things)]
        pages.append({path: site.pages.html(made, "en") for path in every if (made := site.book.made(path))})
    assert len(pages[0]) > 100
    assert [path for path in pages[0] if pages[0][path] != pages[1][path]] == []


@pytest.mark.parametrize("path", ["../x", "a/../x", "/x", "a//x", "", ".", "a/.", "a\\x", "a\0", "x" * 1000])
def test_no_path_leads_out_of_a_folder(path: str, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "site")
    folder.begin()
    with pytest.raises(CitygraphError):
        folder.write(path, b"x")
    assert names(tmp_path) == ["site"]


_KEY = st.text(
    st.sampled_from("aAbB./~%-_:éÉß名 \\*\0") | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300
)


@given(st.lists(_KEY, min_size=2, max_size=40, unique=True))
def test_every_iri_has_a_path_of_its_own_within_the_site(keys: list[str]) -> None:
    keys = [key for key in keys if not key.startswith(("claim/", "row/"))]
    made = [paths.page(ID + key) for key in keys]
    assert len({path.lower() for path in made}) == len(keys)
    for path in made:
        folder, name = path.split("/")
        assert folder == "page"
        assert re.fullmatch(r"[a-z0-9][a-z0-9._~-]*\.html", name)
        assert len(name) < 140
        assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d)\.", name)
    further = [paths.page(ID + key, 2) for key in keys]
    folders = {path.rpartition("/")[0].lower() for path in further}
    assert folders.isdisjoint(path.lower() for path in (*made, *further))


def test_no_folder_is_named_as_a_page() -> None:
    further = paths.page(f"{ID}lahti.html", 2), paths.part(f"{CLAIM}2.html/x"), paths.part(f"{ID}row/2.html/x")
    pages = paths.page(f"{ID}lahti"), paths.page(f"{ID}claim", 2), paths.page(f"{ID}row", 2)
    assert {path.rpartition("/")[0] for path in further}.isdisjoint(pages)


@given(_KEY, _KEY, _KEY)
def test_claims_and_rows_have_paths_within_the_site(source: str, fact: str, other: str) -> None:
    for start, folder in ((CLAIM, "claim"), (f"{ID}row/", "row")):
        path = paths.part(f"{start}{source}/{fact}")
        if path:
            assert path.startswith(f"page/{folder}/")
            assert len(path.split("/")) == 4
            assert ".." not in path.split("/")
            if fact != other and "/" not in source:
                assert path.lower() != paths.part(f"{start}{source}/{other}").lower()
