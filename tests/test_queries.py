"""The catalogue: golden answers, the columns promised, the same answer from rdflib, and parameters."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import pyoxigraph as ox
import pytest

from citygraph import Release, queries
from citygraph import build as pipeline
from citygraph.options import Options
from citygraph.owl.reason import INFERRED
from citygraph.problems import CitygraphError
from citygraph.results import raw
from citygraph.vocabulary import CG, ID
from conftest import ROOT, UPDATE, Run, Sheets

GOLDEN = Path(__file__).parent / "queries"
CATALOGUE = {query.name: query for query in queries.catalogue()}

#: Queries that are asked of a graph of their own, since the article's has nothing telling.
OWN = {path.stem for path in GOLDEN.glob("*.ttl")}

#: Each query's first columns: a promise to those who parse the answers.
COLUMNS = {
    "memberships": "member network date earliest latest decided_by reading exact",
    "commitments": "party network metric change unit baseline_year target_year framework exact",
    "bound-by": "city commitment via inferred_from reading",
    "coordinators": "coordinator network theme reading exact",
    "networks": "network scope focus part_of backed_by liaison founded",
    "cooperation": "who partner place kind period exact",
    "timeline": "earliest latest date event who exact",
    "evidence": "claim type source exact start end reading note",
    "disagreements": "what claim_a claim_b why",
    "inferred": "subject predicate object",
    "commitment-gaps": "city network own_change own_baseline own_target_year minimum verdict why own_claim "
    "network_claim",
    "co-members": "city other shared network",
    "joiners-by-year": "network year joined total",
    "coordinator-reach": "coordinator role country cities",
    "twin-and-network": "city twin network",
    "name-history": "name language municipality first_year last_year today merged",
    "who-says-otherwise": "thing topic value_a source_a claim_a value_b source_b claim_b",
    "places": "city lat long networks implicit",
    "members": "network standing members",
    "sources": "source title publisher author issued licence version url",
}


@pytest.fixture(scope="module")
def graph_of(release: Release) -> Callable[[str], Release]:
    """The graph that a query is asked of: one of its own, tests/queries/<name>.ttl, else that of the article."""
    own = {name: Release.open(GOLDEN / f"{name}.ttl") for name in OWN}
    return lambda name: own.get(name, release)


def test_catalogue_is_what_is_promised() -> None:
    assert set(CATALOGUE) == set(COLUMNS)
    assert {path.stem for path in GOLDEN.glob("*.csv")} == set(CATALOGUE)
    assert set(CATALOGUE) >= OWN


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_golden(name: str, graph_of: Callable[[str], Release]) -> None:
    found = graph_of(name).ask(CATALOGUE[name].text)
    answer = raw(found, "csv").decode().replace("\r\n", "\n")  # SPARQL CSV ends with CR LF
    if UPDATE:
        (GOLDEN / f"{name}.csv").write_text(answer, "utf-8")
    assert answer == (GOLDEN / f"{name}.csv").read_text("utf-8")
    header, *rows = csv.reader(io.StringIO(answer))
    assert rows
    promised = COLUMNS[name].split()
    assert header[: len(promised)] == promised


@pytest.mark.parametrize(
    ("name", "of"),
    [(name, of) for of in ("the article's", "none") for name in sorted(CATALOGUE)]
    + [(name, "its own") for name in sorted(OWN)],
)
def test_rdflib_gives_the_same(name: str, of: str, graph_of: Callable[[str], Release], release: Release) -> None:
    graph = {"its own": graph_of(name), "the article's": release, "none": Release(ox.Store())}[of]
    ours = raw(graph.ask(CATALOGUE[name].text), "csv").decode().replace("\r\n", "\n")
    serialized = graph.dataset.query(CATALOGUE[name].text).serialize(format="csv")
    assert serialized is not None
    theirs = serialized.decode().replace("\r\n", "\n")
    assert sorted(theirs.splitlines()) == sorted(ours.splitlines())


@pytest.mark.parametrize("query", CATALOGUE.values(), ids=lambda q: q.name)
def test_query_reads_like_prose_and_names_no_graph(query: queries.NamedQuery) -> None:
    assert query.summary
    assert not query.summary.endswith(".")
    assert set(query.labels) == {"fi", "sv"}
    assert all(text and not text.endswith(".") for text in query.labels.values())
    assert len({query.summary, *query.labels.values()}) == 3
    assert not re.search(r"\bGRAPH\b", query.text, re.IGNORECASE)
    assert "ORDER BY" in query.text


@pytest.mark.parametrize(
    ("query", "param"), [(q, p) for q in CATALOGUE.values() for p in q.params.values()], ids=lambda x: x.name
)
def test_every_parameter_works(
    query: queries.NamedQuery, param: queries.Param, graph_of: Callable[[str], Release]
) -> None:
    graph = graph_of(query.name)
    value = param.example or param.values[0]
    narrowed = graph.query(query.name, **{param.name: value})
    everything = graph.query(query.text.replace("#+", "#"))  # without its header nothing is required
    assert narrowed
    assert len(narrowed) <= len(everything)
    if query.name in OWN:
        assert len(narrowed) < len(everything)
    if param.type == "iri":
        assert any(graph.find(value) in row.values() for row in narrowed)


def test_inferred_is_what_reasoning_added_and_nothing_else(release: Release) -> None:
    quads = release.store.quads_for_pattern(None, None, None, ox.NamedNode(INFERRED))
    added = {(str(q.subject), str(q.predicate), str(q.object)) for q in quads}
    own = {t for t in added if t[1].startswith("<" + CG) or t[2].startswith("<" + CG)}
    listed = {tuple(f"<{row[c]}>" for c in ("subject", "predicate", "object")) for row in release.query("inferred")}
    assert listed == own


def test_membership_on_a_day(release: Release) -> None:
    def then(day: str) -> dict[str, str | None]:
        rows = release.query("memberships", city="lahti", reading="explicit", at=day)
        return {str(row["claim"]).rpartition("claim/")[2]: row["then"] for row in rows}

    article, later = "lahti-networks-2012/covenant-membership", "lahti-covenant-2018/covenant-2020-membership"
    assert {article, later} & set(then("2011-12-31")) == set()
    assert then("2012-03-01")[later] == "possibly"
    assert then("2012-10-01")[article] == "surely"
    assert then("2012-10-01")["lahti-networks-2012/three-memberships"] == "possibly"
    # The article of November 2012 cannot say who is a member afterwards; the page of 2018 can, and none tells an end.
    assert then("2013-01-01")[article] == "possibly"
    assert then("2013-01-01")[later] == "surely"
    assert then("2030-01-01")[later] == "possibly"


def test_a_reading_between_the_lines_is_never_sure(release: Release) -> None:
    rows = release.query("memberships", reading="implicit", at="2012-11-06")
    assert {row["then"] for row in rows} == {"possibly"}


def test_without_a_date_a_membership_is_undated(release: Release) -> None:
    (row,) = release.query("memberships", network="clean-energy-ministerial", at="1950-01-01")
    assert row["then"] == "undated"


def test_a_network_includes_its_parts(release: Release) -> None:
    networks = {row["network"] for row in release.query("memberships", city="lahti", network="covenant-of-mayors")}
    assert networks == {ID + "covenant-of-mayors-2020", ID + "covenant-of-mayors-2030"}


def test_a_name_or_another_form_of_it_will_do(release: Release) -> None:
    assert release.find("Lahden kaupunki") == ID + "lahti"
    assert release.find("UBC") == ID + "ubc"
    with pytest.raises(CitygraphError, match="did you mean 'lahti'"):
        release.find("Lahtti")


def test_a_value_cannot_break_out(release: Release) -> None:
    with pytest.raises(CitygraphError):
        release.query("memberships", city="lahti> } DROP ALL #")
    with pytest.raises(CitygraphError, match="not a key or an IRI"):
        release.query("memberships", city="https://example.org/> }")
    with pytest.raises(CitygraphError, match="did you mean 'explicit'"):
        release.query("memberships", reading='explicit" } #')


def test_a_required_parameter_is_asked_for(run: Run, dist: Path) -> None:
    done = run("query", "co-members", "--graph", dist)
    told = "citygraph: co-members: the parameter 'city' is required; for instance city=lahti\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)
    with pytest.raises(CitygraphError, match="unknown parameter 'cty'; did you mean 'city'"):
        queries.bind(CATALOGUE["co-members"], {"cty": "lahti"})


TEXTS = queries.parse(
    "q", "#+ params: {a: {type: text}, b: {type: text}}\nSELECT ?a ?b { VALUES ?a { UNDEF } VALUES ?b { UNDEF } }"
)


@pytest.mark.parametrize("text", ['"', "\\", '" } DROP ALL #', "VALUES ?b { UNDEF }", "\\u0022", "{}", "Å 北京", "?a"])
def test_a_text_is_itself_whatever_it_holds(text: str, release: Release) -> None:
    (row,) = release.ask(queries.bind(TEXTS, {"a": text, "b": '" } #'}))
    assert (row["a"].value, row["b"].value) == (text, '" } #')


def test_a_text_is_trimmed_and_composed(release: Release) -> None:
    (row,) = release.ask(queries.bind(TEXTS, {"a": " A\u030alesund "}))
    assert row["a"].value == "Ålesund"


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\x00", "x" * 201, "\udcff"])
def test_what_is_no_text(text: str) -> None:
    with pytest.raises(CitygraphError, match="not a text of 1 to 200 characters on one line"):
        queries.bind(TEXTS, {"a": text})


def test_what_holds_of_a_parameter_may_be_said_in_a_comment() -> None:
    text = (
        "#+ params:\n#+   city: {type: iri, example: lahti}\n"
        "SELECT * WHERE {\n VALUES ?city { UNDEF }\n #?city ?claim <a:a> ?city ; <a:b> ?cityhall .\n #?other ?x\n}"
    )
    query = queries.parse("q", text)
    assert queries.bind(query, {}) == text
    lahti = f"<{ID}lahti>"
    assert queries.bind(query, {"city": "lahti"}) == text.replace("UNDEF", lahti).replace(
        " #?city ?claim <a:a> ?city", f" ?claim <a:a> {lahti}"
    )


def test_header_faults_are_told() -> None:
    with pytest.raises(CitygraphError, match="UNDEF"):
        queries.parse("q", "#+ params: {city: {type: iri}}\nSELECT * WHERE { ?city ?p ?o }")
    with pytest.raises(CitygraphError, match="unknown type"):
        queries.parse("q", "#+ params: {n: {type: number}}\nSELECT * WHERE { VALUES ?n { UNDEF } }")
    with pytest.raises(CitygraphError, match="header cannot be read"):
        queries.parse("q", "#+ params: [\nSELECT * WHERE {}")
    with pytest.raises(CitygraphError, match="needs an example"):
        queries.parse("q", "#+ params: {n: {type: iri, required: true}}\nSELECT * WHERE { VALUES ?n { UNDEF } }")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("# insert here\nPREFIX delete: <http://x/insert/>\nSELECT ?insert WHERE { }", "select"),
        ("BASE <http://x/>\nASK { <a> <b> 'DROP ALL' }", "ask"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "construct"),
        ("prefix a: <http://a#> describe a:b", "describe"),
    ],
)
def test_form(text: str, form: str) -> None:
    assert queries.form(text) == form


@pytest.mark.parametrize("text", ["INSERT DATA { <a:a> <a:a> <a:a> }", "PREFIX x: <y:z>\n#select\nDELETE WHERE { }"])
def test_an_update_is_refused(text: str) -> None:
    with pytest.raises(CitygraphError, match="SPARQL update"):
        queries.form(text)


def test_formats(run: Run, dist: Path) -> None:
    asked = ("query", "coordinators", "--graph", dist)
    table = run(*asked, "--lang", "fi").stdout
    assert "Lahden tiede- ja yrityspuisto" in table
    assert "(1 row)" in table
    found = json.loads(run(*asked, "--format", "json").stdout)
    assert found["results"]["bindings"][0]["coordinator"]["value"] == ID + "lahti-science-and-business-park"
    tsv = run(*asked, "--format", "tsv").stdout.splitlines()
    assert tsv[0].startswith("?coordinator\t?network")
    assert tsv[1].startswith(f"<{ID}lahti-science-and-business-park>\t")
    md = run(*asked, "--format", "md").stdout.splitlines()
    assert md[0].startswith("| coordinator | network |")
    assert len(md) == 3


def test_triples_booleans_and_files(run: Run, dist: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.rq"
    file.write_text(
        "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o VALUES ?o { <https://w3id.org/citygraph/ontology#Place> } }", "utf-8"
    )
    turtle = run("query", file, "--graph", dist).stdout
    assert "id:china a" in turtle
    assert len(list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))) == 3
    described = run("query", "-", "--graph", dist / "citygraph.ttl", stdin=f"DESCRIBE <{ID}lahti>").stdout
    assert 'cg:country "FI"' in described
    assert run("query", "-", "--graph", dist, stdin="ASK { ?s ?p ?o }").stdout == "true\n"


def test_queries_lists_them(run: Run) -> None:
    listed = run("queries").stdout
    assert all(name in listed for name in CATALOGUE)
    assert "-p at=…  a day" in listed
    assert "-p city=…  a key, name or IRI, e.g. lahti (required)" in listed
    rows = {row["name"]: row for row in json.loads(run("queries", "--format", "json").stdout)}
    assert set(rows) == set(CATALOGUE)
    assert rows["co-members"]["params"] == {"city": "iri"}
    assert [name for name, row in rows.items() if row["required"]] == ["co-members"]


#: One fault for each way in which claims disagree, and beside it what does not.
DISAGREEING = {
    "date of joining": (
        "  - {id: a, type: Membership, member: turku, network: ubc, joined: 1991}\n",
        "  - {id: b, type: Membership, member: turku, network: ubc, joined: 1992-05}\n",
        "joined 1991 or 1992-05",
    ),
    "membership": (
        "  - {id: a, type: Membership, member: turku, network: ubc, left: 1999}\n",
        "  - {id: b, type: Membership, member: turku, network: ubc}\n",
        "left 1999, or still a member (source undated)",
    ),
    "date of founding": (
        "  - {id: a, type: Founding, network: ubc, founded: 1991}\n",
        "  - {id: b, type: Founding, network: ubc, founded: 1992}\n",
        "founded 1991 or 1992",
    ),
    "target": (
        "  - {id: a, type: Commitment, party: turku, change: -30, unit: percent, target-year: 2030}\n",
        "  - {id: b, type: Commitment, party: turku, change: -20, unit: percent, target-year: 2030}\n",
        "by 2030 -30 or -20",
    ),
    "founding and joining": (
        "  - {id: a, type: Founding, network: ubc, founded: 1991, participant: turku}\n",
        "  - {id: b, type: Membership, member: turku, network: ubc, joined: 1990}\n",
        "took part in founding it (1991), joined it 1990",
    ),
}


@pytest.mark.parametrize("what", DISAGREEING)
def test_disagreements(what: str, tmp_path: Path, sheets: Sheets) -> None:
    one, other, why = DISAGREEING[what]
    (row,) = Release.build(sheets(tmp_path, one, other)).query("disagreements")
    assert (row["what"], row["why"]) == (what, why)
    assert (row["claim_a"], row["claim_b"]) == (f"{ID}claim/page-1/a", f"{ID}claim/page-2/b")


def test_agreement_is_no_disagreement(tmp_path: Path, sheets: Sheets) -> None:
    data = sheets(
        tmp_path,
        "  - {id: a, type: Membership, member: turku, network: ubc, joined: 1991}\n"
        "  - {id: b, type: Commitment, party: turku, change: -30, unit: percent, baseline-year: 1990,\n"
        "     target-year: 2030}\n"
        "  - {id: c, type: Founding, network: ubc, founded: 1991, participant: turku}\n",
        "  - {id: a, type: Membership, member: turku, network: ubc, joined: 1991-09}\n"
        "  - {id: b, type: Commitment, party: turku, change: -20, unit: percent, baseline-year: 2010,\n"
        "     target-year: 2030}\n"
        "  - {id: c, type: Membership, member: lahti, network: ubc, left: 1999}\n",
    )
    assert Release.build(data).query("disagreements") == []


def test_a_membership_with_several_dates_is_one_row(tmp_path: Path, sheets: Sheets) -> None:
    data = sheets(
        tmp_path,
        "  - {id: a, type: Membership, member: turku, network: ubc, joined: 1991, since: 1992, period: 1990/2001}\n"
        "  - {id: b, type: Membership, member: turku, network: ubc, since: 1993, period: 1990/2002, until: 2003}\n"
        "  - {id: c, type: Membership, member: turku, network: ubc, period: 1994/2004}\n",
    )
    graph = Release.build(data)
    assert [row["date"] for row in graph.query("memberships", network="ubc")] == ["1991", "1993", "1994/2004"]
    # The one that tells an end in 2003 may still have been a member on its last day, the one until 2001 not.
    dates = [row["date"] for row in graph.query("memberships", network="ubc", at="2003-06-01")]
    assert dates == ["1993", "1994/2004"]


#: What the same thing is told as by two claims, and the values that stand side by side.
OTHERWISE = {
    "date of joining": (
        "  - {id: a, type: Membership, member: turku, network: ubc, joined: 1991}\n",
        "  - {id: b, type: Membership, member: turku, network: ubc, joined: 1991-09}\n",
        ("1991", "1991-09"),
    ),
    "date of leaving": (
        "  - {id: a, type: Membership, member: turku, network: ubc, left: 1999}\n",
        "  - {id: b, type: Membership, member: turku, network: ubc, left: 2000}\n",
        ("1999", "2000"),
    ),
    "date of founding": (
        "  - {id: a, type: Founding, network: ubc, founded: 1991}\n",
        "  - {id: b, type: Founding, network: ubc, founded: 1991-09}\n",
        ("1991", "1991-09"),
    ),
    "membership": (
        "  - {id: a, type: Membership, member: turku, network: ubc, status: on hold}\n",
        "  - {id: b, type: Membership, member: turku, network: ubc}\n",
        ("on hold", "member"),
    ),
    "twinning": (
        "  - {id: a, type: Twinning, city: turku, twin: lahti, until: 1999}\n",
        "  - {id: b, type: Twinning, city: lahti, twin: turku}\n",
        ("until 1999", "twinned"),
    ),
    "target": (
        "  - {id: a, type: Commitment, party: turku, change: -30, unit: percent, target-year: 2030}\n",
        "  - {id: b, type: Commitment, party: turku, change: -30, unit: percent, target-year: 2030,\n"
        "     qualifier: at least, baseline-year: 1990, metric: co2-emissions}\n",
        ("-30 percent by 2030", "at least -30 percent in co2-emissions by 2030 from 1990"),
    ),
}


@pytest.mark.parametrize("topic", OTHERWISE)
def test_who_says_otherwise(topic: str, tmp_path: Path, sheets: Sheets) -> None:
    one, other, values = OTHERWISE[topic]
    thing = "ubc" if topic == "date of founding" else "turku"
    graph = Release.build(sheets(tmp_path, one, other))
    (row,) = graph.query("who-says-otherwise", thing=thing)
    assert (row["topic"], row["thing"]) == (topic, ID + thing)
    assert (row["value_a"], row["value_b"]) == values
    assert (row["source_a"], row["source_b"]) == (ID + "page-1", ID + "page-2")
    if row["of"]:
        assert graph.query("who-says-otherwise", thing=row["of"]) == [row]


def test_rdflib_says_otherwise_too(tmp_path: Path, sheets: Sheets) -> None:
    pages = ["".join(str(pair[side]).replace("{id: ", f"{{id: x{n}-") for n, pair in enumerate(OTHERWISE.values()))
             for side in (0, 1)]  # fmt: skip
    graph = Release.build(sheets(tmp_path, *pages))
    rows = graph.query("who-says-otherwise")
    assert {row["topic"] for row in rows} == set(OTHERWISE)
    theirs = graph.dataset.query(CATALOGUE["who-says-otherwise"].text).bindings
    assert [{str(name): str(value) for name, value in row.items()} for row in theirs] == [
        {name: value for name, value in row.items() if value is not None} for row in rows
    ]


def test_nobody_says_otherwise(tmp_path: Path, sheets: Sheets) -> None:
    data = sheets(
        tmp_path,
        "  - {id: a, type: Membership, member: turku, network: ubc, joined: 1991}\n"
        "  - {id: b, type: Commitment, party: turku, change: -30, unit: percent, target-year: 2030}\n"
        "  - {id: c, type: Commitment, party: turku, change: -30, unit: percent, target-year: 2030,\n"
        "     metric: co2-emissions}\n"
        "  - {id: d, type: Membership, member: turku, network: iclei, period: 1990/..}\n"
        "  - {id: e, type: Twinning, city: turku, twin: lahti}\n",
        "  - {id: a, type: Membership, member: turku, network: ubc, joined: 1991}\n"
        "  - {id: b, type: Commitment, party: turku, change: -30, unit: percent, target-year: 2035}\n"
        "  - {id: c, type: Commitment, party: turku, change: -20, unit: percent, target-year: 2030,\n"
        "     metric: greenhouse-gas-emissions}\n"
        "  - {id: d, type: Membership, member: turku, network: iclei}\n"
        "  - {id: e, type: Twinning, city: lahti, twin: turku}\n",
    )
    rows = Release.build(data).query("who-says-otherwise")
    claims = {(row["claim_a"], row["claim_b"]) for row in rows}
    # Two pairs do differ: a metric told and not told, and a cut told in one and in none.
    one, other = f"{ID}claim/page-1/", f"{ID}claim/page-2/"
    assert claims == {(one + "b", one + "c"), (one + "b", other + "c")}


Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def tables(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Rows, Rows]:
    """The real tables, cut: a graph of some targets and of the signatories that have them, and the rows of both."""
    folder = tmp_path_factory.mktemp("tables")

    def cut(table: str, file: str, keep: Callable[[dict[str, str]], object]) -> Rows:
        with (shared / "data" / table / file).open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        kept = [row for row in rows if keep(row)]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0])
            writer.writeheader()
            writer.writerows(kept)
        return kept

    targets = cut("eucom", "targets.csv", lambda row: row["target_year"] == "2030" or row["actor_id"].startswith("DE"))
    theirs = {number_of(row) for row in targets}
    signatories = cut("gcom", "signatories.csv", lambda row: row["organisation_id"] in theirs)
    files = {n: [folder / f"{n}.csv"] for n in ("gcom", "eucom")}
    built = pipeline.build(ROOT / "data", Options(validator="compiled", reasoner="compiled", tables=files))
    store = ox.Store()
    store.bulk_extend([*built.asserted, *built.inferred])
    return Release(store), signatories, targets


def number_of(target: dict[str, str]) -> str:
    """The number of the signatory whose target it is."""
    return target["URL"].rpartition("=")[2]


def test_gaps_are_those_of_the_tables(tables: tuple[Release, Rows, Rows]) -> None:
    graph, signatories, targets = tables
    bound = {row["organisation_id"]: row for row in signatories if row["signatory_status"] == "published"}
    expected = set()
    for row in targets:
        for part, asked in (("2020", 20), ("2030", 40), ("2050", 0)):
            if bound.get(number_of(row), {}).get(f"commitment_CoM{part}_flag") == "True":
                enough = "met" if float(row["target_value"]) >= asked else "short"
                verdict = enough if row["target_year"] == part else "not comparable"
                own = (f"-{row['target_value']}", row["baseline_year"], row["target_year"])
                expected.add((f"gcom-{number_of(row)}", f"covenant-of-mayors-{part}", *own, verdict))
    assert {verdict for *_, verdict in expected} == {"met", "short", "not comparable"}
    rows = [row for row in graph.query("commitment-gaps") if row["city"] != ID + "lahti"]
    columns = ("city", "network", "own_change", "own_baseline", "own_target_year", "verdict")
    found = [tuple(str(row[column]).removeprefix(ID) for column in columns) for row in rows]
    assert len(found) == len(set(found))
    assert set(found) == expected
    told = {(row["why"], row["own_baseline"]) for row in rows if row["verdict"] != "not comparable"}
    assert all(why == f"own baseline {year}; the network states none" for why, year in told)


def test_joiners_are_those_of_the_table(tables: tuple[Release, Rows, Rows]) -> None:
    graph, signatories, _ = tables
    years = Counter(row["date_of_adhesion"][:4] for row in signatories)
    rows = graph.query("joiners-by-year", network="covenant-of-mayors")
    assert {row["year"]: int(row["joined"] or 0) for row in rows} == years
    assert [int(row["total"] or 0) for row in rows] == list(accumulate(years[year] for year in sorted(years)))


def test_co_members_are_those_of_the_table(tables: tuple[Release, Rows, Rows]) -> None:
    graph, signatories, _ = tables
    parts = {"mayors-adapt": "mayoradapt"} | {f"covenant-of-mayors-{n}": f"CoM{n}" for n in ("2020", "2030", "2050")}
    networks = {
        "gcom-" + row["organisation_id"]: {"covenant-of-mayors"}
        | {key for key, flag in parts.items() if row[f"commitment_{flag}_flag"] == "True"}
        for row in signatories
        if row["signatory_status"] == "published"
    }
    city = max(networks, key=lambda key: (len(networks[key]), key))
    networks["lahti"] = {"covenant-of-mayors-2020", "covenant-of-mayors-2030"}
    shared = {other: networks[city] & networks[other] for other in networks if other != city}
    expected = [
        (other, str(len(both)), network)
        for other, both in sorted(shared.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        for network in sorted(both)
    ]
    rows = graph.query("co-members", city=city)
    found = [(str(row["other"]).removeprefix(ID), row["shared"], str(row["network"]).removeprefix(ID)) for row in rows]
    assert found == expected


def test_the_other_queries_answer_over_tables(tables: tuple[Release, Rows, Rows]) -> None:
    graph, signatories, targets = tables
    assert len(graph.query("evidence", source="eucom")) <= len(targets)
    assert len(graph.query("evidence", source="gcom")) > len(signatories)
    assert len(graph.query("disagreements")) == 1  # that of the article: the tables have none among themselves
    assert {row["topic"] for row in graph.query("who-says-otherwise")} == {"date of joining", "target"}
