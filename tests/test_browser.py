"""Pages in a real browser: what a visitor does, with nothing refused, nothing asked of another host, nothing run.

Set CITYGRAPH_SCREENSHOTS to a folder to keep pictures of the pages.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import DESKTOP, PHONE, picture, refused, watch
from citygraph.web.pages import EDITOR
from conftest import Serving
from hostile import KEY, LABELS, lines


@pytest.fixture(scope="module")
def url(dist: Path, serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the release with a city of hostile names in it."""
    folder = shutil.copytree(dist, tmp_path_factory.mktemp("browsed") / "dist")
    with (folder / "citygraph.nq").open("a", encoding="utf-8") as file:
        file.write(lines())
    with serving(folder) as running:
        yield running.url


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    """A page of a width, which must end without a complaint in the console and without a request to another host."""
    context = browser.new_context(viewport=request.param, base_url=url)
    context.set_default_timeout(15_000)
    page = context.new_page()
    wrong = watch(context, page, url)
    yield page
    if not page.is_closed() and page.url.startswith(url):
        assert page.evaluate("window.hit") is None
        assert page.evaluate("document.documentElement.scrollWidth") <= request.param["width"]
    context.close()
    assert wrong == []


def test_a_visitor_searches_a_city_and_reads_what_a_source_says(page: Page) -> None:
    page.goto("/")
    picture(page, "home")
    page.locator("#q").fill("lahtis")
    page.keyboard.press("Enter")
    picture(page, "search")
    page.get_by_role("link", name="Lahti", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lahti")
    assert page.url.endswith("/page/lahti.html")
    picture(page, "city")
    claim = page.locator("[id='lahti-networks-2012/covenant-membership']")
    claim.locator("summary").first.click()
    words = claim.locator("mark").first
    expect(words).to_have_text("johon Lahti liittyi 10.9.2012 kaupunginvaltuuston päätöksellä")
    picture(page, "claim")
    claim.get_by_role("link", name=re.compile("Lahti laajentaa")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lahti laajentaa")
    picture(page, "article")
    page.get_by_role("link", name="suomi", exact=True).click()
    assert "/fi/page/lahti-networks-2012.html" in page.url


def test_the_page_of_a_network(page: Page) -> None:
    page.goto("/id/covenant-of-mayors-2020")
    assert page.url.endswith("/page/covenant-of-mayors-2020.html")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Covenant of Mayors")
    picture(page, "network")


def test_a_question_is_chosen_filled_in_and_answered_with_its_evidence(page: Page) -> None:
    page.goto("/query")
    picture(page, "query")
    page.get_by_role("link", name=re.compile("^Memberships of a city")).click()
    page.get_by_label("city").fill("Lahti")
    page.get_by_label("reading").select_option("explicit")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile(r"^\d+ rows$"))).to_be_visible()
    picture(page, "answer")
    assert page.url.endswith("/query/memberships?city=Lahti&reading=explicit")
    row = page.locator("table.rows tr", has_text="2012-09-10").first
    words = row.locator("mark", has_text="johon Lahti liittyi")
    expect(words).not_to_be_visible()
    row.get_by_text("quote", exact=True).click()
    expect(words).to_be_visible()
    picture(page, "evidence")
    before = page.locator("table.rows").inner_text()
    page.goto(page.url)  # the address asks the same again
    assert page.locator("table.rows tr").count() > 1
    assert page.locator("table.rows thead").inner_text() in before


def test_a_required_parameter_is_asked_for_before_anything_is_sent(page: Page) -> None:
    page.goto("/query/co-members")
    page.get_by_role("button", name="Run", exact=True).click()
    assert page.url.endswith("/query/co-members")
    assert page.get_by_label("city").evaluate("field => field.validity.valueMissing")


def test_an_answer_as_a_chart_and_as_a_map(page: Page) -> None:
    page.goto("/query/members?run=yes")
    expect(page.locator(".as-table")).to_be_visible()
    page.get_by_text("Chart", exact=True).click()
    expect(page.locator(".as-chart svg rect.bar").first).to_be_visible()
    expect(page.locator(".as-table")).not_to_be_visible()
    assert page.url.endswith("/query/members?run=yes&view=chart")
    picture(page, "chart")
    page.goto("/query/places?run=yes&view=map")
    expect(page.locator(".as-map circle").first).to_be_visible()
    picture(page, "map")
    page.locator(".as-map a", has_text="Lahti").locator("circle").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lahti")


def test_the_whole_answer_is_downloaded_in_each_format(page: Page, tmp_path: Path) -> None:
    page.goto("/query/members?run=yes")
    for name, beginning in (("CSV", b"network,"), ("TSV", b"?network\t"), ("JSON", b'{"head"'), ("XML", b"<?xml")):
        with page.expect_download() as waited:
            page.get_by_role("link", name=name, exact=True).click()
        download = waited.value
        assert download.suggested_filename == f"members.{name.lower()}"
        download.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(beginning)
    with (tmp_path / "CSV").open(newline="", encoding="utf-8") as file:
        assert f"{len(list(csv.reader(file))) - 1} rows" == page.locator(".result h2").inner_text()


def test_a_query_of_ones_own_is_written_run_and_kept_in_the_address(page: Page) -> None:
    page.goto("/query")
    text = "SELECT ?city WHERE { ?city a <https://w3id.org/citygraph/ontology#City> } ORDER BY ?city LIMIT 2"
    if EDITOR.is_dir():
        expect(page.locator(".CodeMirror")).to_be_visible()
        page.locator(".CodeMirror").click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(text)
    else:
        page.get_by_label("Query").fill(text)
    page.get_by_role("button", name="Run this query").click()
    expect(page.get_by_role("heading", name="2 rows")).to_be_visible()
    assert page.url.endswith("/query?" + urlencode({"query": text}).replace("%2A", "*"))
    picture(page, "own")
    page.goto(page.url)
    expect(page.get_by_role("heading", name="2 rows")).to_be_visible()
    assert page.locator("#sparql").input_value().strip() == text


def test_the_editor_is_there_where_it_was_bundled(page: Page) -> None:
    if not EDITOR.is_dir():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no editor here: make web")
    page.goto("/query/memberships")
    expect(page.locator(".CodeMirror")).to_have_count(0)
    page.get_by_text("SPARQL of this question, to change").click()
    expect(page.locator(".CodeMirror .cm-keyword").first).to_be_visible()
    expect(page.locator("#sparql")).not_to_be_visible()


def test_without_scripts_a_question_is_answered_and_the_text_area_is_there(browser: Browser, url: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=url)
    page = context.new_page()
    page.goto("/query/places")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("table.rows")).to_be_visible()
    page.get_by_text("Map", exact=True).click()
    expect(page.locator(".as-map svg")).to_be_visible()
    page.goto("/query")
    page.get_by_label("Query", exact=True).fill("ASK {}")
    page.get_by_role("button", name="Run this query").click()
    expect(page.get_by_role("heading", name="Yes")).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    "path",
    [
        f"/id/{KEY}", f"/page/claim/{KEY}/claim", f"/page/{KEY}-network", "/search?q=script",
        "/search?q=" + quote('"><script>window.hit=1</script>'), f"/query/memberships?city={KEY}",
        f"/query/places?network={KEY}-network&view=map",
        "/query?" + urlencode({"query": "SELECT * WHERE { ?s ?p ?o FILTER (REGEX(STR(?o), '(hit|script)')) }"}),
        "/query?" + urlencode({"query": "ASK {} # </textarea><script>window.hit=1</script>"}),
    ],
)  # fmt: skip
def test_hostile_names_run_nothing_and_break_no_page(path: str, page: Page) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    for details in page.locator(".result details").all():
        details.locator("summary").click()
    picture(page, "hostile" + re.sub(r"\W+", "-", path)[:40])
    assert page.evaluate("window.hit") is None
    assert page.locator("img, iframe, script:not([src])").count() == 0
    assert page.locator('a[href^="javascript:" i], a[href^="data:" i], a[href^="vbscript:" i]').count() == 0


def test_a_name_written_backwards_turns_nothing_around_it(page: Page) -> None:
    page.goto(f"/id/{KEY}")
    name = page.locator("bdi", has_text=LABELS[4]).first
    expect(name).to_be_visible()
    assert name.evaluate("one => getComputedStyle(one).unicodeBidi") == "isolate"


def test_a_script_that_got_in_would_not_run(browser: Browser, url: str) -> None:
    """The policy holds also where a page failed to escape: put in by hand, a script and a handler are refused."""
    page = browser.new_page(base_url=url)
    page.goto("/")
    refused(page)
    page.close()
