"""Pages of a server: what they tell, where they lead, and that nothing in the graph or in a request runs as script."""

from __future__ import annotations

import gzip
import http.client
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin

import pyoxigraph as ox
import pytest

from citygraph import queries
from citygraph.pages.paths import file_name
from citygraph.pages.reader import Reader
from citygraph.pages.render import Context, Pages
from citygraph.vocabulary import CG, DCTERMS, GRAPH, SKOS, TYPE
from citygraph.web.drawn import BARS, chart, city_map
from citygraph.web.shown import Cell, cell, preview
from citygraph.web.site import _read
from conftest import Serving
from hostile import KEY, LABELS, LINKS, WORDS, lines
from served import Got, Page, get, led

ID = "https://w3id.org/citygraph/id/"
TOLD = "lahti-networks-2012/covenant-membership"
CLAIM, WORDS_AT = f"/page/claim/{TOLD}.html", f"/page/lahti-networks-2012.html#{TOLD}"


@pytest.fixture(scope="module")
def url(dist: Path, serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the release with a city of hostile names in it."""
    folder = shutil.copytree(dist, tmp_path_factory.mktemp("hostile") / "dist")
    with (folder / "citygraph.nq").open("a", encoding="utf-8") as file:
        file.write(lines() + busy())
    with serving(folder) as running:
        yield running.url


def busy() -> str:
    """The N-Quads of a city of which 90 claims tell, each with a row of a table as its evidence."""
    city, graph = ox.NamedNode(ID + "busy"), ox.NamedNode(GRAPH + "busy-table")
    told: list[tuple[ox.NamedNode, str, ox.NamedNode | ox.Literal]] = [
        (city, TYPE, ox.NamedNode(CG + "City")), (city, SKOS + "prefLabel", ox.Literal("Busy", language="en"))
    ]  # fmt: skip
    for number in range(90):
        claim, row = ox.NamedNode(f"{ID}claim/busy-table/{number:02}"), ox.NamedNode(f"{ID}row/busy-table/{number:02}")
        told += [
            (claim, TYPE, ox.NamedNode(CG + "Membership")), (claim, CG + "member", city),
            (claim, CG + "source", ox.NamedNode(ID + "busy-table")), (claim, CG + "reading", ox.Literal("explicit")),
            (claim, CG + "evidence", row), (row, CG + "rowNumber", num(number + 2)),
            (row, DCTERMS + "source", ox.NamedNode(ID + "busy-table")),
        ]  # fmt: skip
    odd = ox.NamedNode(f"{ID}Odd%20(Key)")
    told += [(odd, TYPE, ox.NamedNode(CG + "City")), (odd, SKOS + "prefLabel", ox.Literal("An odd one"))]
    return "".join(f"{ox.Quad(s, ox.NamedNode(p), o, graph)} .\n" for s, p, o in told)


def test_home_has_one_search_box_and_leads_to_each_question(url: str) -> None:
    found = get(f"{url}/")
    assert [a["name"] for tag, a in Page(found.text).tags if tag == "input" and a.get("id") == "q"] == ["q"]
    assert {"/queries.html", "/query/memberships", "/query"} <= set(led(found))
    for start in ("", "/fi", "/sv"):
        asked = set(led(get(f"{url}{start}/queries.html")))
        assert {f"{start}/query/{query.name}" for query in queries.catalogue()} <= asked


@pytest.mark.parametrize("path", ["/", "/all.html", "/page/lahti.html", "/sv/search.html?q=lahti", "/data/lahti.ttl"])
def test_a_page_is_not_sent_twice_and_compressed_where_that_is_asked_for(path: str, url: str) -> None:
    first = get(url + path)
    tag, day = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"If_None_Match": tag}, {"If_Modified_Since": day}):
        again = get(url + path, None, **headers)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    assert get(url + path, If_None_Match='"x"').body == first.body
    for _ in range(2):  # made, then kept
        packed = get(url + path, Accept_Encoding="gzip")
        assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
        assert gzip.decompress(packed.body) == first.body
    assert get(f"{url}/page/nothing.html", If_Modified_Since=day).status == 404


@pytest.mark.parametrize(
    ("start", "language", "said"),
    [("", "en", "Not found"), ("/fi", "fi", "Ei löytynyt"), ("/sv", "sv", "Hittades inte")],
)
def test_what_is_not_there_is_told_in_the_language_of_the_path(start: str, language: str, said: str, url: str) -> None:
    for path in ("page/nothing.html", "nothing.html", "query/nothing", "page/claim/a/b.html", "page/row/a/b.html"):
        found = get(f"{url}{start}/{path}")
        assert (found.status, found.type) == (404, "text/html")
        page = Page(found.text)
        assert said in page.words
        assert next(a["lang"] for tag, a in page.tags if tag == "html") == language
    for path in ("/nothing", "/id/nothing", "/data/nothing.ttl"):
        assert get(url + path, Accept="*/*").type == "text/plain"
        assert get(url + path, Accept="text/html").type == "text/html"


@pytest.mark.parametrize(("start", "run", "limit"), [("/fi", "Suorita tämä kysely", "enintään 20"),
                                                     ("/sv", "Kör denna sökfråga", "högst 20")])  # fmt: skip
def test_the_query_page_speaks_three_languages(start: str, run: str, limit: str, url: str) -> None:
    found = get(f"{url}{start}/query/memberships?city=lahti")
    page = Page(found.text)
    assert run in page.words
    assert f"{start}/query/memberships?city=lahti" in led(found)  # the address that asks it again
    assert {"/query/memberships", "/fi/query/memberships", "/sv/query/memberships"} <= set(led(found))
    assert limit in Page(get(f"{url}{start}/limits").text).words


def test_things_are_found_by_the_names_of_their_files_too(url: str) -> None:
    name = file_name("Odd%20(Key)")
    for path in (f"/page/{name}.html", f"/data/{name}.ttl", f"/data/{name}.jsonld", "/data/Odd%20(Key).ttl"):
        found = get(url + path)
        assert (found.status, "An odd one" in found.text) == (200, True), path
    assert get(f"{url}/id/Odd%20(Key).html").url == f"{url}/page/{name}.html"


def test_pages_are_held_to_the_limits_of_queries(dist: Path, serving: Serving) -> None:
    with serving(dist, "--bytes", "3000") as running:
        found = get(f"{running.url}/fi/page/lahti.html")
        assert (found.status, found.type) == (400, "text/html")
        assert "more than 3,000 bytes" in Page(found.text).words
        assert get(f"{running.url}/data/lahti.ttl").status == 400
        assert get(f"{running.url}/fi/page/claim/{TOLD}.html").status == 400  # of the page to which it leads
        assert get(f"{running.url}/id/lahti.ttl").status == 400


def test_the_files_of_the_named_queries(url: str) -> None:
    assert get(f"{url}/queries/members.rq").text.rstrip() == queries.find("members", str).text.rstrip()
    assert get(f"{url}/queries/co-members.csv").url == f"{url}/api/queries/co-members?city=lahti&format=csv"
    assert get(f"{url}/queries/none.csv").status == get(f"{url}/queries/none.rq").status == 404


@pytest.mark.parametrize("words", ["Lahti", "lahti", "LAHTIS", "aht", "L%C3%A4ht%C3%AF"])
def test_search_finds_a_thing_by_a_part_of_a_name_in_any_language(words: str, url: str) -> None:
    for path, start in (("/search", ""), ("/search.html", ""), ("/sv/search.html", "/sv")):
        assert f"{start}/page/lahti.html" in led(get(f"{url}{path}?q={words}"))


def test_search_puts_the_whole_name_first(url: str) -> None:
    main = [link for link in led(get(f"{url}/search?q=lahti")) if link.startswith("/page/")]
    assert main[0] == "/page/lahti.html"
    assert "/page/lahti-networks-2012.html" in main  # a source, by its title


@pytest.mark.parametrize("words", ['"', "\\", "zzz", "%", "') }", "a" * 5000, "\n"])
def test_search_takes_any_words(words: str, url: str) -> None:
    assert get(f"{url}/search?q={quote(words)}").status == 200


def test_the_page_of_a_city_tells_names_facts_and_claims_with_their_words(url: str) -> None:
    found = get(f"{url}/page/lahti")
    assert found.url == f"{url}/page/lahti.html"
    page = Page(found.text)
    for told in ("Lahti", "Lahtis", "by rule", "decided by", "10 September 2012", "johon Lahti liittyi 10.9.2012"):
        assert told in page.words
    assert any(a.get("id") == TOLD for _, a in page.tags)
    assert {WORDS_AT, "/page/lahti-networks-2012.html", "/data/lahti.ttl", "/data/lahti.jsonld"} <= set(led(found))


@pytest.mark.parametrize("start", ["", "/fi", "/sv"])
def test_the_page_of_a_claim_leads_to_its_words_in_the_article(start: str, url: str) -> None:
    for ending in ("", ".html"):
        found = get(f"{url}{start}{CLAIM.removesuffix('.html')}{ending}")
        assert found.url == f"{url}{start}/page/lahti-networks-2012.html#{TOLD}"
    page = Page(found.text)
    assert any(a.get("id") == TOLD for _, a in page.tags)
    assert "johon Lahti liittyi 10.9.2012 kaupunginvaltuuston päätöksellä" in page.words


def test_a_claim_on_a_later_page_of_a_thing_is_led_to_there(url: str) -> None:
    for number, end in ((0, ""), (39, ""), (40, "/2"), (89, "/3")):
        found = get(f"{url}/sv/page/claim/busy-table/{number:02}.html")
        assert found.url == f"{url}/sv/page/busy{end}.html#busy-table/{number:02}"
        assert any(a.get("id") == f"busy-table/{number:02}" for _, a in Page(found.text).tags)
    assert get(f"{url}/page/claim/busy-table/90.html").status == 404


def test_the_page_of_an_article_lists_its_claims(url: str) -> None:
    links = led(get(f"{url}/page/lahti-networks-2012"))
    assert "https://kuntatekniikka.fi" in " ".join(links)


def test_a_thing_with_many_claims_is_told_page_by_page(url: str) -> None:
    found = get(f"{url}/page/busy")
    seen, pages = set[str](), 0
    while found:
        page, pages = Page(found.text), pages + 1
        seen |= {a["id"] for tag, a in page.tags if a.get("id", "").startswith("busy-table/")}
        after = [a["href"] for tag, a in page.tags if tag == "a" and a.get("rel") == "next"]
        if not after:
            break
        found = get(urljoin(found.url, after[0]))
    assert (len(seen), pages) == (90, 3)
    assert get(f"{url}/page/busy/4.html").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/page/nothing",
        "/page/",
        "/page/a%20b",
        "/fi/nothing",
        "/page/lahti/0.html",
        "/nothing.html",
        "/query/nothing",
        "/static/nothing",
    ],
)
def test_what_is_not_there_is_404(path: str, url: str) -> None:
    assert get(url + path).status == 404


def test_a_key_that_was_replaced_leads_to_the_new_one(dist: Path, serving: Serving, tmp_path: Path) -> None:
    folder = shutil.copytree(dist, tmp_path / "dist")
    (folder / "redirects.csv").write_text(f"old,new\n{ID}old,{ID}lahti\n{ID}gone,\n", "utf-8")
    with serving(folder) as running:
        url = running.url
        assert get(f"{url}/page/old").url == f"{url}/page/lahti.html"
        assert get(f"{url}/sv/page/old.html").url == f"{url}/sv/page/lahti.html"
        assert get(f"{url}/page/gone").status == 410
        gone = get(f"{url}/fi/page/gone.html")
        assert (gone.status, "Ei enää täällä" in gone.text) == (410, True)


def test_a_key_that_leads_elsewhere_and_is_told_of_has_its_page(dist: Path, serving: Serving, tmp_path: Path) -> None:
    folder = shutil.copytree(dist, tmp_path / "dist")
    (folder / "redirects.csv").write_text(f"old,new\n{ID}turku,{ID}lahti\n", "utf-8")
    with serving(folder) as running:
        for path in ("/page/turku.html", "/fi/page/turku.html", "/data/turku.ttl"):
            assert led_to(running.url, path) == (200, ""), path
        assert led_to(running.url, "/id/turku") == (301, "/id/lahti")


@pytest.mark.parametrize("name", ["shacl-report.ttl", "feed.atom", "texts/lahti-networks-2012.txt", "redirects.csv"])
def test_what_pages_tell_beside_the_graph_makes_them_others(name: str, dist: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(dist, tmp_path / "dist")
    first = _read(folder)[0]
    assert _read(folder)[0] == first
    (folder / name).parent.mkdir(exist_ok=True)
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert _read(folder)[0] != first


def test_a_key_leads_to_addresses_of_the_web_alone(dist: Path, serving: Serving, tmp_path: Path) -> None:
    folder = shutil.copytree(dist, tmp_path / "dist")
    new = {"a": "javascript:alert(1)", "b": "//evil.example/", "c": '"https://example.org/\nSet-Cookie: x=1"',
           "d": "\\\\evil.example", "e": f"{ID}\u540d", "f": "https://example.org/\u540d", "g": ""}  # fmt: skip
    rows = "".join(f"{ID}{old},{to}\n" for old, to in new.items())
    (folder / "redirects.csv").write_text(f"old,new\n{rows}", "utf-8")
    here = ("/page/", "/sv/page/", "/id/", "/data/", "https://example.org/%")
    with serving(folder) as running:
        for key in new:
            for path in (f"/page/{key}.html", f"/sv/page/{key}.html", f"/id/{key}", f"/data/{key}.ttl"):
                status, where = led_to(running.url, path)
                assert status in (200, 301, 404, 410), (path, status)
                assert not where or where.startswith(here), path
                assert (status == 301) == (key in "ef"), path
        gone = get(f"{running.url}/id/g", Accept="text/html")
        assert (gone.status, gone.type) == (410, "text/html")


def led_to(url: str, path: str) -> tuple[int, str]:
    """The status of an answer, and where it leads, which is not followed."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("Location") or ""


def test_the_query_page_offers_each_parameter_as_a_field(url: str) -> None:
    tags = Page(get(f"{url}/query/memberships").text).tags
    fields = {
        a["name"]: (tag, a.get("type", ""))
        for tag, a in tags
        if tag in ("input", "select") and a.get("id", "").startswith("p-")
    }
    assert fields == {
        "city": ("input", "text"),
        "network": ("input", "text"),
        "reading": ("select", ""),
        "at": ("input", "date"),
    }
    tags = Page(get(f"{url}/query/co-members").text).tags
    assert next(a for _, a in tags if a.get("id") == "p-city")["required"] == ""


def test_a_row_has_its_evidence_beside_it(url: str) -> None:
    for start in ("", "/fi", "/sv"):
        found = get(f"{url}{start}/query/memberships?city=Lahti&reading=explicit")
        page = Page(found.text)
        assert "johon Lahti liittyi 10.9.2012 kaupunginvaltuuston päätöksellä" in page.words
        assert {start + WORDS_AT, f"{start}/page/lahti.html"} <= set(led(found))
        assert [tag for tag, _ in page.tags].count("details") >= 4  # the menu, the text, and one for each claim


def test_an_answer_has_a_permanent_link_and_downloads_that_give_all_of_it(url: str) -> None:
    page = Page(get(f"{url}/query/memberships?city=Lahti&reading=explicit&network=").text)
    permanent = next(a["href"] for tag, a in page.tags if a.get("id") == "permanent")
    assert permanent == "/query/memberships?city=Lahti&reading=explicit"
    assert Page(get(url + permanent).text).words == page.words
    downloads = {a["href"]: a["download"] for tag, a in page.tags if "download" in a}
    assert len(downloads) == 4
    for link, name in downloads.items():
        found = get(url + link)
        assert (found.status, name.rpartition(".")[2] in found.type or name.endswith("tsv")) == (200, True)
        assert b"covenant-membership" in found.body


@pytest.mark.parametrize(
    ("text", "told", "kinds"),
    [
        ("SELECT ?c WHERE { ?c a <https://w3id.org/citygraph/ontology#City> }", "rows", {"csv", "tsv", "json", "xml"}),
        (f"ASK {{ <{ID}lahti> ?p ?o }}", "Yes", {"csv", "tsv", "json", "xml"}),
        ("ASK { <a:b> ?p ?o }", "No", {"csv", "tsv", "json", "xml"}),
        (f"DESCRIBE <{ID}lahti>", "triples", {"ttl", "nt", "jsonld", "rdf"}),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", "1 triple", {"ttl", "nt", "jsonld", "rdf"}),
    ],
)
def test_a_query_of_ones_own_is_answered_whether_it_is_in_the_address_or_posted(
    text: str, told: str, kinds: set[str], url: str
) -> None:
    page = Page(get(f"{url}/query?{urlencode({'query': text})}").text)
    assert told in page.words
    assert {a["download"].rpartition(".")[2] for _, a in page.tags if "download" in a} == kinds
    posted = get(f"{url}/query", urlencode({"query": text}).encode())
    assert Page(posted.text).words == page.words
    for link in (a["href"] for _, a in page.tags if "download" in a):
        if told not in ("Yes", "No") or link.endswith(("json", "xml")):
            assert get(url + link).status == 200


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 403, "SERVICE is not run here"),
        ("DELETE WHERE { ?s ?p ?o }", 403, "DELETE is an update"),
        ("SELECT ?x WHERE {", 400, "expected"),
        ("# nothing", 400, "no SELECT, ASK, CONSTRUCT or DESCRIBE"),
        ("SELECT" + " " * 100_001, 413, "at most 100,000"),
    ],
)
def test_a_query_that_is_not_run_is_told_beside_its_text(text: str, status: int, said: str, url: str) -> None:
    found = get(f"{url}/query", urlencode({"query": text}).encode())
    assert (found.status, found.type) == (status, "text/html")
    assert said in Page(found.text).words
    assert Page(found.text).words.count(text.strip()) >= 1


@pytest.mark.parametrize("body", [b"query=%FF", b"query=\xff", b"x" * 500_000])
def test_a_form_that_is_none_is_refused(body: bytes, url: str) -> None:
    assert get(f"{url}/query", body).status in (400, 413)


def test_a_long_answer_is_shown_from_its_beginning(url: str) -> None:
    page = Page(get(f"{url}/query?{urlencode({'query': 'SELECT * WHERE { ?s ?p ?o }'})}").text)
    assert "The first 300 of " in page.words
    assert [tag for tag, _ in page.tags].count("tr") == 301


def test_the_limits_in_force_are_told(dist: Path, serving: Serving) -> None:
    with serving(dist, "--rows", "1234", "--seconds", "7") as running:
        words = Page(get(f"{running.url}/limits").text).words
        assert "at most 7 seconds" in words
        assert "at most 1,234 rows" in words
        assert "at most 7 seconds and 1,234 rows" in Page(get(f"{running.url}/query").text).words


def test_what_a_page_links_here_is_here(url: str) -> None:
    links = {link for path in ("/", "/query", "/fi/query/places", "/sv/page/lahti") for link in led(get(url + path))}
    files = {link for path in ("/query/places", "/page/lahti") for link in led(get(url + path), "link")}
    assert len({link for link in links | files if link.startswith("/")}) > 20
    for link in sorted(links | files):
        if link.startswith("/"):
            assert get(url + link, Accept="text/html, */*;q=0.1").status == 200, link


HOSTILE = [
    f"/page/{KEY}", f"/page/claim/{KEY}/claim", f"/page/{KEY}-network", f"/page/{KEY}-source", "/search?q=script",
    "/search?q=" + quote(LABELS[0]), "/search?q=" + quote('"><svg onload=hit()>'),
    f"/query/memberships?city={KEY}", f"/query/places?network={KEY}-network&view=map",
    "/query/members?run=yes&view=chart",
    f"/query/evidence?source={KEY}-source", f"/query/memberships?city={quote(LABELS[1])}x",
    "/query/memberships?reading=%22%3E%3Cscript%3Ehit()%3C/script%3E", "/query/%3Cscript%3E",
    "/query/places?run=yes&view=%22%3E%3Cscript%3E", "/page/%3Cscript%3Ehit()%3C/script%3E",
    "/query?" + urlencode({"query": f"SELECT * WHERE {{ <{ID}{KEY}> ?p ?o }}"}),
    "/query?" + urlencode({"query": f"DESCRIBE <{ID}{KEY}>"}),
    "/query?" + urlencode({"query": "</textarea><script>hit()</script>"}),
    "/query?" + urlencode({"query": 'SELECT (<javascript:hit()> AS ?x) ("</script><script>hit()" AS ?y) {}'}),
]  # fmt: skip


def unsafe(found: Got) -> list[str]:
    """What in a page could run as script or lead where no page should."""
    said = []
    for tag, attributes in Page(found.text).tags:
        if tag in ("iframe", "object", "embed", "base", "img", "style", "foreignobject", "animate"):
            said.append(tag)
        source = urljoin(found.url, attributes.get("src", "//elsewhere"))
        if tag == "script" and not source.startswith(urljoin(found.url, "/static/")):
            said.append(f"script {attributes}")
        said += [f"{tag} {name}" for name in attributes if name.startswith("on") or name == "style"]
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            place = urljoin(found.url, attributes.get(name, "/").replace("\\", "/"))
            inside = place.startswith(urljoin(found.url, "/"))
            if attributes.get(name, "").startswith("//"):
                said.append(f"{tag} {name}={place}")
            if not inside and not (tag == "a" and place.startswith(("http://", "https://"))):
                said.append(f"{tag} {name}={place}")
    return said


@pytest.mark.parametrize("path", HOSTILE)
def test_nothing_in_a_name_or_a_request_becomes_an_element(path: str, url: str) -> None:
    found = get(url + path)
    assert found.type == "text/html"
    assert found.status in (200, 400, 404)
    assert unsafe(found) == []
    policy = found.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


def test_hostile_names_are_shown_as_they_are(url: str) -> None:
    words = Page(get(f"{url}/page/{KEY}").text).words
    for told in (*LABELS, *LINKS, WORDS):
        assert told in words


def test_what_the_check_of_pages_finds() -> None:
    bad = '<a href="javascript:x">a</a><p onclick=x style=x></p><script>x</script><img><a href="//e.org">b</a>'
    found = unsafe(Got(200, "text/html", bad.encode(), "http://127.0.0.1:1/page/a.html", {}))
    assert len(found) == 6


@pytest.mark.parametrize(
    ("iri", "where"),
    [
        (ID + "lahti", ("../page/lahti.html", False)),
        (ID + "a%20b", ("../page/a-20b~719b5ec792eb.html", False)),
        (ID + "ä\u202e", ("../page/x~695a33b0c1e6.html", False)),
        (ID + "claim/a/b", ("", False)),  # of which the graph tells nothing
        ("https://w3id.org/citygraph/ontology#City", ("../ontology.html#City", False)),
        ("https://w3id.org/citygraph//evil.example", ("https://w3id.org/citygraph//evil.example", True)),
        (ID, (ID, True)),
        ("HTTPS://example.org/", ("HTTPS://example.org/", True)),
        ("javascript:alert(1)", ("", False)),
        ("JavaScript://example.org/%0Aalert(1)", ("", False)),
        ("data:text/html,<script>", ("", False)),
        ("urn:x", ("", False)),
        ("//example.org", ("", False)),
    ],
)
def test_only_pages_of_the_web_are_linked(iri: str, where: tuple[str, bool]) -> None:
    assert (CONTEXT.href(iri), CONTEXT.href(iri) == iri) == where


def test_a_preview_takes_what_is_whole_of_a_cut_answer() -> None:
    store = ox.Store()
    for number in range(9):
        store.add(ox.Quad(ox.NamedNode(f"a:{number}"), ox.NamedNode("a:p"), ox.Literal('ä}{"]' * number)))
    answer = store.query("SELECT ?s ?o WHERE { ?s ?p ?o } ORDER BY ?s")
    assert isinstance(answer, ox.QuerySolutions)
    data = answer.serialize(format=ox.QueryResultsFormat.JSON)
    assert data is not None
    whole = preview(data, 100)
    assert (len(whole.rows), whole.whole, whole.columns) == (9, True, ("s", "o"))
    assert (preview(data, 9).whole, preview(data, 8).whole, len(preview(data, 8).rows)) == (True, False, 8)
    counts = [preview(data[:cut], 100) for cut in range(len(data))]
    assert all(whole.rows[: len(cut.rows)] == cut.rows and not cut.whole for cut in counts)
    assert [len(cut.rows) for cut in counts] == sorted(len(cut.rows) for cut in counts)
    assert preview(b'{"head":{},"boolean":false}', 5).boolean is False


CONTEXT = Context(Pages(Reader(ox.Store(), "")), "query/places", "en")
PLACES = {ID + key: (key.capitalize(), f"../page/{key}.html") for key in ("lahti", "turku")}
XSD = "http://www.w3.org/2001/XMLSchema#"


def num(value: float | str, kind: str = "integer") -> ox.Literal:
    return ox.Literal(str(value), datatype=ox.NamedNode(XSD + kind))


def drawn(
    columns: list[str], rows: list[tuple[object, ...]]
) -> tuple[list[str], list[tuple[object, ...]], list[list[Cell]]]:
    return columns, rows, [[cell(term, PLACES) for term in row] for row in rows]


def test_a_chart_draws_the_first_amounts_from_zero() -> None:
    rows: list[tuple[object, ...]] = [
        (ox.Literal("a"), num(2020), num(4)),
        (ox.Literal("b"), num(2021), num(-2)),
        (ox.Literal("c"), None, None),
    ]
    found = chart(*drawn(["name", "year", "joined"], rows))
    assert found is not None
    assert (found.column, [bar.name for bar in found.bars]) == ("joined", ["a · 2020", "b · 2021"])
    assert found.bars[0].length == pytest.approx(2 * found.bars[1].length, abs=0.1)
    assert found.bars[0].x == pytest.approx(found.zero, abs=0.1)
    assert found.bars[1].x + found.bars[1].length == pytest.approx(found.zero, abs=0.1)


def test_a_chart_of_many_rows_says_how_many_it_leaves_out() -> None:
    found = chart(*drawn(["name", "n"], [(ox.Literal(str(i)), num(i)) for i in range(BARS + 5)]))
    assert found is not None
    assert (len(found.bars), found.left) == (BARS, 5)


@pytest.mark.parametrize("term", [ox.Literal("5"), num("NaN", "double"), num("INF", "double"), num("x"), None])
def test_what_is_no_amount_is_not_drawn(term: object) -> None:
    assert chart(*drawn(["name", "n"], [(ox.Literal("a"), term)])) is None


def test_a_map_puts_north_up_and_east_right_and_leads_to_the_places() -> None:
    rows: list[tuple[object, ...]] = [
        (ox.NamedNode(ID + "lahti"), num(60.98, "decimal"), num(25.66, "decimal")),
        (ox.NamedNode(ID + "turku"), num(60.45, "decimal"), num(22.26, "decimal")),
        (ox.NamedNode(ID + "nowhere"), num(91), num(0)),
        (ox.NamedNode(ID + "unknown"), None, None),
    ]
    found = city_map(*drawn(["city", "lat", "long"], rows))
    assert found is not None
    lahti, turku = found.points
    assert (lahti.href, turku.name) == ("../page/lahti.html", "Turku")
    assert lahti.y < turku.y
    assert turku.x < lahti.x
    assert all(0 <= point.x <= found.width and 0 <= point.y <= found.height for point in found.points)
    assert found.land.startswith("M")


@pytest.mark.parametrize("place", [(0, 0), (90, 180), (-90, -180), (89.9, 0)])
def test_a_map_of_one_place_anywhere_can_be_drawn(place: tuple[float, float]) -> None:
    found = city_map(*drawn(["city", "lat", "long"], [(ox.Literal("a"), *(num(x, "decimal") for x in place))]))
    assert found is not None
    assert (found.points[0].x, found.points[0].y) == (found.width / 2, found.height / 2)


def test_no_map_without_places() -> None:
    assert city_map(*drawn(["city", "lat"], [(ox.Literal("a"), num(1))])) is None
    assert city_map(*drawn(["city", "lat", "long"], [(ox.Literal("a"), ox.Literal("1"), num(1))])) is None
