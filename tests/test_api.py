"""The named queries as endpoints: what each answers, what is refused and how, and the description of them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from citygraph import Release, queries, results
from citygraph.web import openapi
from citygraph.web.limits import Limits
from citygraph.web.pages import OWN
from conftest import Serving
from served import get

NAMES = [query.name for query in queries.catalogue()]


@pytest.fixture(scope="module")
def url(dist: Path, serving: Serving) -> Iterator[str]:
    with serving(dist) as running:
        yield running.url


@pytest.mark.parametrize("query", queries.catalogue(), ids=NAMES)
def test_each_query_gives_what_the_command_gives(query: queries.NamedQuery, url: str, release: Release) -> None:
    given = {param.name: param.example for param in query.params.values() if param.required}
    found = get(f"{url}/api/queries/{query.name}?{urlencode({**given, 'format': 'csv'})}")
    assert (found.status, found.type) == (200, "text/csv")
    assert found.body == results.raw(release.ask(release.bound(query.name, given)), "csv")


def test_the_list_names_each_query_with_its_parameters_and_address(url: str) -> None:
    listed = {one["name"]: one for one in json.loads(get(f"{url}/api/queries").body)}
    assert list(listed) == NAMES
    one = listed["memberships"]
    assert one["href"] == "/api/queries/memberships"
    assert {param["name"]: param["type"] for param in one["params"]} == {
        "city": "iri", "network": "iri", "reading": "choice", "at": "date"
    }  # fmt: skip
    assert next(param for param in one["params"] if param["name"] == "reading")["values"] == ["explicit", "implicit"]
    assert listed["co-members"]["params"][0]["required"] is True


@pytest.mark.parametrize(
    "word", ["lahti", "Lahti", "LAHTI", "Lahtis", "https://w3id.org/citygraph/id/lahti", "id:lahti"]
)
def test_a_thing_may_be_given_by_key_name_or_iri(word: str, url: str) -> None:
    found = get(f"{url}/api/queries/memberships?city={quote(word)}&reading=explicit&format=csv")
    rows = list(csv.DictReader(io.StringIO(found.text)))
    assert {row["member"] for row in rows} == {"https://w3id.org/citygraph/id/lahti"}
    assert {row["reading"] for row in rows} == {"explicit"}


def test_a_claim_may_be_given_without_its_beginning(url: str) -> None:
    found = get(f"{url}/api/queries/evidence?claim=lahti-networks-2012/covenant-membership&format=json")
    assert [row["exact"]["value"] for row in json.loads(found.body)["results"]["bindings"]] == [
        "johon Lahti liittyi 10.9.2012 kaupunginvaltuuston päätöksellä",
        "Covenant of Mayors (Kaupunginjohtajien yleiskokous)",
    ]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("memberships?city=Lahtti", 400, "'Lahtti' is not in the graph; did you mean 'lahti'?"),
        ("memberships?city=zzzz", 400, "'zzzz' is not in the graph; give a key, a name or an IRI"),
        ("memberships?city=" + "a" * 400, 400, f"'{'a' * 300}' is not in the graph; give a key, a name or an IRI"),
        ("memberships?city=%20", 400, "' ' is not in the graph; give a key, a name or an IRI"),
        ("memberships?cty=lahti", 400, "memberships: unknown parameter 'cty'; did you mean 'city'?"),
        ("memberships?city=lahti&city=turku", 400, "city: given twice"),
        ("memberships?at=2013-02-30", 400, "at=2013-02-30: not a day; write year-month-day: 2013-01-01"),
        ("memberships?reading=explict", 400, "reading=explict: did you mean 'explicit'?"),
        ("memberships?format=cvs", 400, "format=cvs: did you mean 'csv'?"),
        ("memberships?format=exe", 400, "format=exe: one of json, csv, tsv, xml"),
        ("memberships?city=%FF", 400, "the parameters are not UTF-8 text, or more than 50"),
        ("co-members", 400, "co-members: the parameter 'city' is required; for instance city=lahti"),
        ("name-history?name=%0A", 400, "name=\n: not a text of 1 to 200 characters on one line"),
        ("membership", 404, "no query named 'membership'; did you mean 'memberships'?"),
        ("zzz", 404, "no query named 'zzz'; /api/queries lists them"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(path: str, status: int, said: str, url: str) -> None:
    found = get(f"{url}/api/queries/{path}")
    assert (found.status, found.type, found.text) == (status, "text/plain", said + "\n")


@pytest.mark.parametrize(
    "value", ["x> } } #", "lahti> . ?s ?p ?o } #", '"} UNION {?s ?p ?o', "UNDEF } VALUES ?x { <a:b>"]
)
def test_no_value_becomes_a_part_of_the_query(value: str, url: str) -> None:
    for path in ("memberships?city=", "memberships?reading=", "memberships?at="):
        assert get(f"{url}/api/queries/{path}{quote(value)}").status == 400
    found = get(f"{url}/api/queries/name-history?format=csv&name={quote(value)}")
    assert (found.status, found.text.count("\r\n")) == (200, 1)


@pytest.mark.parametrize(
    ("accept", "type"),
    [
        ("*/*", "application/sparql-results+json"),
        ("text/csv", "text/csv"),
        ("text/html;q=0.5, application/sparql-results+xml;q=0.4", "application/sparql-results+xml"),
        ("text/csv;q=0.1, text/tab-separated-values", "text/tab-separated-values"),
    ],
)
def test_without_a_format_the_accept_header_chooses(accept: str, type: str, url: str) -> None:
    found = get(f"{url}/api/queries/members", Accept=accept)
    assert (found.status, found.type) == (200, type)
    kinds = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "values": ox.QueryResultsFormat.TSV}
    ending = next((end for end in kinds if type.endswith(end)), "")
    if ending:
        rows = ox.parse_query_results(found.body, format=kinds[ending])
        assert isinstance(rows, ox.QuerySolutions)
        assert len(list(rows)) == 5


def test_a_format_that_is_not_given_is_told(url: str) -> None:
    found = get(f"{url}/api/queries/members", Accept="image/png")
    assert (found.status, found.type) == (406, "text/plain")
    assert "text/csv" in found.text


def test_the_limits_are_those_of_any_query(dist: Path, serving: Serving) -> None:
    with serving(dist, "--rows", "3") as running:
        url = running.url
        found = get(f"{url}/api/queries/members?format=csv")
        assert (found.status, found.text) == (400, "the answer has more than 3 rows\n")
        assert get(f"{url}/query/members?run=yes").status == 400


def test_no_parameter_has_a_name_that_the_page_or_the_api_needs() -> None:
    names = {name for query in queries.catalogue() for name in query.params}
    assert not names & {*OWN, "format"}


def test_the_description_is_sound_openapi(consumers: Path, tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(openapi.document(queries.catalogue(), Limits())), "utf-8")
    script = (
        "import json, sys, openapi_spec_validator as v\n"
        "v.OpenAPIV31SpecValidator(json.load(open(sys.argv[1], encoding='utf-8'))).validate()\n"
        "broken = json.load(open(sys.argv[1], encoding='utf-8'))\n"
        "broken['paths']['/api/queries/members']['get']['parameters'][0]['in'] = 'nowhere'\n"
        "print(v.OpenAPIV31SpecValidator(broken).is_valid())\n"
    )
    done = subprocess.run([consumers, "-I", "-c", script, file], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def test_the_server_does_what_its_description_says(url: str) -> None:
    """A walk through every path: its examples answer in every format it names, and each parameter is checked."""
    told = get(f"{url}/api/openapi.json")
    document = json.loads(told.body)
    assert told.type == "application/vnd.oai.openapi+json"
    paths = document["paths"]
    assert set(paths) == {"/api/queries"} | {f"/api/queries/{name}" for name in NAMES}
    for path, item in paths.items():
        operation = item["get"]
        params = operation.get("parameters", [])
        needed = {param["name"]: param["example"] for param in params if param.get("required")}
        ok = operation["responses"]["200"]["content"]
        for media in ok:
            found = get(f"{url}{path}?{urlencode(needed)}", Accept=media)
            assert (found.status, found.type) == (200, media)
        for param in params:
            name, schema = param["name"], param["schema"]
            for value in schema.get("enum", []):
                assert get(f"{url}{path}?{urlencode({**needed, name: value})}").status == 200
            if "enum" in schema or schema.get("format") == "date":
                assert get(f"{url}{path}?{urlencode({**needed, name: 'neither'})}").status == 400
        assert "parameters" not in operation or get(f"{url}{path}?{urlencode({**needed, 'other': 'x'})}").status == 400
        assert set(operation["responses"]) - {"200"} <= {"400", "404", "406", "503", "504", "507"}
