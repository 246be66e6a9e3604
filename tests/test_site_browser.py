"""The static site in a real browser, from a host of files: sizes, languages, keyboard, print, and nothing that runs.

Set CITYGRAPH_SCREENSHOTS to a folder to keep pictures of the pages.
"""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pyoxigraph as ox
import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import DESKTOP, PHONE, WIDTH, picture, refused, watch
from citygraph.pages import paths
from citygraph.site.write import write
from citygraph.vocabulary import CG, CLAIM, GRAPH, ID, LANGUAGES, SKOS, TYPE
from conftest import ROOT
from hostile import KEY, LABELS, WORDS, lines

AXE = ROOT / "tests" / "assets" / "node_modules" / "axe-core" / "axe.min.js"
ARABIC, LONG = "نواكشوط", "Stadtgemeinde " + "Wolfsbach" * 11 + " am See"
#: One page of each kind.
KINDS = {
    "start": "index.html", "all": "all.html", "list": "all/networks.html", "missing": "404.html",
    "city": "page/lahti.html", "network": "page/covenant-of-mayors.html", "part": "page/covenant-of-mayors-2020.html",
    "article": "page/lahti-networks-2012.html", "organisation": "page/lahti-city-council.html",
    "empty": "page/arabic.html", "long": "page/long.html", "search": "search.html", "queries": "queries.html",
    "query": "queries/memberships.html", "ontology": "ontology.html", "downloads": "downloads.html",
}  # fmt: skip
CITY = KINDS["city"]
CLAIM_AT = "lahti-networks-2012/covenant-membership"
HOSTILE = [f"page/{KEY}{end}.html" for end in ("", "-network", "-source")]


@pytest.fixture(scope="module")
def site(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the release with a city of hostile names, one in Arabic and one of a very long name."""
    folder = shutil.copytree(dist, tmp_path_factory.mktemp("sited") / "dist")
    with (folder / "citygraph.nq").open("a", encoding="utf-8") as file:
        file.write(lines())
        for key, name in (("arabic", ARABIC), ("long", LONG)):
            city, graph = ox.NamedNode(ID + key), ox.NamedNode(GRAPH + "odd")
            for predicate, term in (
                (TYPE, ox.NamedNode(CG + "City")),
                (SKOS + "prefLabel", ox.Literal(name, language="ar" if key == "arabic" else "de")),
            ):
                file.write(f"{ox.Quad(city, ox.NamedNode(predicate), term, graph)} .\n")
    write(folder, folder.parent / "site")
    return folder.parent / "site"


class _Files(http.server.SimpleHTTPRequestHandler):
    """A host that has files, and nothing else; each is asked for anew, so that a page is weighed whole."""

    sent: ClassVar[list[int]] = []

    def copyfile(self, source: Any, outputfile: Any) -> None:
        data = source.read()
        self.sent.append(len(data))
        outputfile.write(data)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url(site: Path) -> Iterator[str]:
    """The address of the site, without a slash at the end."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser, url: str) -> Iterator[Page]:
    """A page of a width, which must end without a complaint in the console and without a request to another host."""
    context = browser.new_context(viewport=request.param, base_url=url, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()
    wrong = watch(context, page, url)
    yield page
    context.close()
    assert wrong == []


def fits(page: Page) -> None:
    """Nothing may be wider than the window."""
    assert page.evaluate(WIDTH) <= (page.viewport_size or DESKTOP)["width"], page.url


def show_all(page: Page) -> None:
    """Open whatever is folded."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_kind_of_page_is_whole_in_its_language_and_light(language: str, page: Page) -> None:
    for kind, path in KINDS.items():
        _Files.sent.clear()
        answer = page.goto("/" + paths.localized(path, language))
        assert answer is not None
        assert answer.status == 200, path
        assert len(_Files.sent) >= 3, path  # the page, its style and its script
        assert sum(_Files.sent) < 300_000, path
        assert page.locator("html").get_attribute("lang") == language
        expect(page.locator("h1")).to_have_count(1)
        fits(page)
        picture(page, f"{kind}-{language}")
        show_all(page)
        fits(page)
    page.set_viewport_size({"width": 320, "height": 640})
    fits(page)


def test_the_language_switcher_leads_to_the_same_page(page: Page) -> None:
    page.goto("/" + CITY)
    for name, code in (("suomi", "fi"), ("svenska", "sv"), ("English", "en")):
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_url("**/" + paths.localized(CITY, code))
        current = page.locator("nav.languages [aria-current]")
        assert (page.locator("html").get_attribute("lang"), current.inner_text()) == (code, name)
        assert page.url.endswith(f"/{paths.localized(CITY, code)}")


def test_the_keyboard_reaches_everything_and_opens_why(page: Page) -> None:
    page.goto("/page/lahti-city-council.html")
    page.evaluate("""() => {
      const can = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
      window.todo = new Set([...document.querySelectorAll(can)].filter((one) => one.checkVisibility()));
    }""")
    left = before = page.evaluate("window.todo.size")
    assert before > 15
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(before + 2):
        seen = page.evaluate("""() => {
          const at = document.activeElement;
          window.todo.delete(at);
          return [at === document.body || getComputedStyle(at).outlineStyle !== 'none', window.todo.size];
        }""")
        assert seen[0], "where the keyboard is must be seen"
        left = seen[1]
        page.keyboard.press("Tab")
    assert left == 0
    why = page.locator("main details.why").first
    why.locator("summary").first.focus()
    for open_ in (True, False):
        page.keyboard.press("Enter")
        assert why.evaluate("one => one.open") is open_


def test_the_link_past_the_menu_leads_to_the_content(page: Page) -> None:
    page.goto("/" + CITY)
    page.keyboard.press("Tab")
    picture(page, "skip")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_an_address_of_a_claim_opens_its_words(page: Page) -> None:
    page.goto(f"/{CITY}#{CLAIM_AT}")
    words = page.locator(f'[id="{CLAIM_AT}"] mark').first
    expect(words).to_have_text("johon Lahti liittyi 10.9.2012 kaupunginvaltuuston päätöksellä")
    expect(words).to_be_visible()
    expect(page.locator(f'[id="{CLAIM_AT}"]')).to_be_in_viewport()
    picture(page, "claim")
    other = page.locator(".claim").last
    page.evaluate("id => { location.hash = '#' + encodeURIComponent(id) }", other.get_attribute("id"))
    expect(other.locator(".by").first).to_be_visible()
    expect(other).to_be_in_viewport()
    page.goto(f"/{CITY}#%E0%A4%A")  # no address of anything
    expect(page.locator("h1")).to_be_visible()


def test_a_citation_is_copied_at_a_press(page: Page, url: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    page.goto(f"/{CITY}#{CLAIM_AT}")
    cite = page.locator(f'[id="{CLAIM_AT}"] details.cite')
    expect(cite.get_by_role("button")).to_have_count(0)
    cite.locator("summary").click()
    forms = cite.locator(".copy")
    expect(cite.get_by_role("button", name="Copy")).to_have_count(forms.count())
    for at, begins in enumerate(("", "@misc{", "[")):
        cite.get_by_role("button").nth(at).click()
        expect(page.get_by_role("status")).to_have_text("Copied")
        text = page.evaluate("navigator.clipboard.readText()")
        assert text == forms.nth(at).text_content()
        assert text.startswith(begins)
        assert CLAIM + CLAIM_AT in text
    picture(page, "cited")


def test_everything_is_there_without_scripts(browser: Browser, url: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=url, viewport=PHONE)
    page = context.new_page()
    page.goto("/fi/" + CITY)
    claim = page.locator(f'[id="{CLAIM_AT}"]')
    expect(claim.locator("mark").first).not_to_be_visible()
    claim.locator(".why > summary").click()
    expect(claim.locator("mark").first).to_be_visible()
    claim.locator(".cite > summary").click()
    expect(claim.locator("pre").first).to_contain_text("@misc{")
    claim.get_by_role("link", name=re.compile("^Lahti laajentaa")).first.click()
    assert page.url.endswith("/fi/page/lahti-networks-2012.html")
    page.get_by_role("link", name="svenska", exact=True).click()
    assert page.url.endswith("/sv/page/lahti-networks-2012.html")
    context.close()


def test_print_has_the_words_and_leaves_out_what_paper_cannot_do(page: Page) -> None:
    page.goto("/" + CITY)
    page.emulate_media(media="print")
    for gone in ("header nav", ".find", "details.cite"):
        expect(page.locator(gone).first).not_to_be_visible()
    words = page.locator(f'[id="{CLAIM_AT}"] mark').first
    assert words.evaluate("one => !one.closest('details').open && one.getBoundingClientRect().height > 0")
    fits(page)
    picture(page, "print")
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # browsers that do not print what is folded
    expect(words).to_be_visible()
    assert page.locator("details.cite[open]").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_names_run_nothing_and_break_no_page(path: str, page: Page) -> None:
    page.goto("/" + path, wait_until="networkidle")
    show_all(page)
    assert page.evaluate("window.hit") is None
    assert page.locator("main :is(img, iframe, script), script:not([src])").count() == 0
    assert page.locator('a[href^="javascript:" i], a[href^="data:" i], a[href^="vbscript:" i]').count() == 0
    assert page.evaluate("[...document.querySelectorAll('*')].every(one => ![...one.attributes].some("
                         "({name}) => name === 'style' || name.startsWith('on')))")  # fmt: skip
    fits(page)
    picture(page, path.removeprefix("page/").removesuffix(".html"))


def test_hostile_words_are_shown_as_they_are(page: Page) -> None:
    page.goto(f"/page/{KEY}.html")
    show_all(page)
    expect(page.locator("mark", has_text=WORDS).first).to_be_visible()
    name = page.locator("bdi", has_text=LABELS[4]).first
    assert name.evaluate("one => getComputedStyle(one).unicodeBidi") == "isolate"


def test_a_name_in_arabic_and_a_long_one(page: Page) -> None:
    page.goto("/page/arabic.html")
    expect(page.locator("h1 bdi")).to_have_text(ARABIC)
    assert page.locator("h1 bdi").evaluate("one => getComputedStyle(one).direction") == "rtl"
    page.goto("/page/long.html")
    assert len(LONG) == 120
    expect(page.locator("h1")).to_have_text(LONG)
    fits(page)


def test_a_script_that_got_in_would_not_run(browser: Browser, url: str) -> None:
    page = browser.new_page(base_url=url)
    page.goto("/" + CITY)
    refused(page)
    page.close()


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark"), (DESKTOP, "dark"), (PHONE, "light")])
def test_axe_finds_nothing_that_keeps_people_out(size: Any, scheme: Any, browser: Browser, url: str) -> None:
    """Everything is unfolded first. Each kind of page at one width of each scheme, a city at both."""
    if not AXE.is_file():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no axe-core here: make axe")
    context = browser.new_context(viewport=size, color_scheme=scheme, base_url=url, bypass_csp=True)
    page = context.new_page()
    every = (size, scheme) in ((DESKTOP, "light"), (PHONE, "dark"))
    found: list[str] = []
    for kind, path in KINDS.items() if every else [("city", CITY)]:
        page.goto("/" + paths.localized(path, "en" if size == DESKTOP else "fi"))
        show_all(page)
        picture(page, f"{kind}-{scheme}")
        found += checked(page)
    assert found == []
    page.evaluate(
        "document.querySelector('h1').insertAdjacentHTML('afterend', '<p><img src=x><b style=\"color: #777\">pale</b>')"
    )
    assert {one.split()[2] for one in checked(page)} >= {"color-contrast:", "image-alt:"}  # it does look
    context.close()


def checked(page: Page) -> list[str]:
    """What axe-core has to say against a page, of any impact."""
    page.add_script_tag(path=AXE)
    answer = page.evaluate("axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})")
    return [
        f"{page.url}: {one['impact']} {one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])})"
        for one in answer["violations"]
    ]


def test_words_and_claims_light_up_together_and_lead_to_each_other(page: Page) -> None:
    page.goto("/" + KINDS["article"])
    number = page.locator("li[data-claims]", has=page.locator(f'[id="{CLAIM_AT}"]')).get_attribute("data-claims")
    words = page.locator("mark.quoted", has_text="johon Lahti liittyi 10.9.2012")
    beside = page.locator(f'li[data-claims="{number}"]')
    lit = re.compile(r"\blit\b")
    words.hover()
    expect(beside).to_have_class(lit)
    page.locator("h1").hover()
    expect(beside).not_to_have_class(lit)
    beside.hover()
    expect(words).to_have_class(lit)
    page.locator("h1").hover()
    page.locator(f'.words sup a[href="#{CLAIM_AT}"]').last.focus()
    expect(beside).to_have_class(lit)
    page.keyboard.press("Enter")
    expect(page.locator(f'[id="{CLAIM_AT}"]')).to_be_in_viewport()
    beside.locator(".back a").click()
    expect(words).to_be_in_viewport()
    assert page.url.endswith(f"#words-{number}")
    picture(page, "words")


def test_words_are_found_and_seen_without_scripts(browser: Browser, url: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=url, viewport=PHONE)
    page = context.new_page()
    page.goto("/sv/" + KINDS["article"])
    page.locator("li[data-claims] .back a").nth(8).click()
    first = page.locator(".from:target mark").first
    expect(first).to_be_in_viewport()
    assert first.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    plain = page.locator("mark.quoted").first
    implicit = page.locator("mark.quoted.implicit").first
    styles = [one.evaluate("one => getComputedStyle(one).textDecorationStyle") for one in (plain, implicit)]
    assert styles == ["solid", "dashed"]
    context.close()
