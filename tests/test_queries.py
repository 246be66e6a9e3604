"""The catalogue: golden answers, the columns promised, the same answer from rdflib, and parameters."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from citygraph import Release, queries
from citygraph.problems import CitygraphError
from citygraph.reason import INFERRED
from citygraph.results import raw
from citygraph.vocabulary import CG, ID
from conftest import UPDATE, Run, Sheets

GOLDEN = Path(__file__).parent / "queries"
CATALOGUE = {query.name: query for query in queries.catalogue()}

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
}


def test_catalogue_is_what_is_promised() -> None:
    assert set(CATALOGUE) == set(COLUMNS)
    assert {path.stem for path in GOLDEN.glob("*.csv")} == set(CATALOGUE)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_golden(name: str, release: Release) -> None:
    answer = raw(release.ask(CATALOGUE[name].text), "csv").decode().replace("\r\n", "\n")  # SPARQL CSV ends with CR LF
    if UPDATE:
        (GOLDEN / f"{name}.csv").write_text(answer, "utf-8")
    assert answer == (GOLDEN / f"{name}.csv").read_text("utf-8")
    header = next(csv.reader(io.StringIO(answer)))
    promised = COLUMNS[name].split()
    assert header[: len(promised)] == promised


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_rdflib_gives_the_same(name: str, release: Release) -> None:
    ours = raw(release.ask(CATALOGUE[name].text), "csv").decode().replace("\r\n", "\n")
    serialized = release.dataset.query(CATALOGUE[name].text).serialize(format="csv")
    assert serialized is not None
    theirs = serialized.decode().replace("\r\n", "\n")
    assert sorted(theirs.splitlines()) == sorted(ours.splitlines())


@pytest.mark.parametrize("query", CATALOGUE.values(), ids=lambda q: q.name)
def test_query_reads_like_prose_and_names_no_graph(query: queries.NamedQuery) -> None:
    assert query.summary
    assert not query.summary.endswith(".")
    assert not re.search(r"\bGRAPH\b", query.text, re.IGNORECASE)
    assert "ORDER BY" in query.text


@pytest.mark.parametrize(
    ("query", "param"), [(q, p) for q in CATALOGUE.values() for p in q.params.values()], ids=lambda x: x.name
)
def test_every_parameter_works(query: queries.NamedQuery, param: queries.Param, release: Release) -> None:
    value = param.example or param.values[0]
    narrowed = release.query(query.name, **{param.name: value})
    everything = release.query(query.name)
    assert narrowed
    assert len(narrowed) <= len(everything)
    if param.type == "iri":
        assert any(release.find(value) in row.values() for row in narrowed)


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


def test_header_faults_are_told() -> None:
    with pytest.raises(CitygraphError, match="UNDEF"):
        queries.parse("q", "#+ params: {city: {type: iri}}\nSELECT * WHERE { ?city ?p ?o }")
    with pytest.raises(CitygraphError, match="unknown type"):
        queries.parse("q", "#+ params: {n: {type: number}}\nSELECT * WHERE { VALUES ?n { UNDEF } }")
    with pytest.raises(CitygraphError, match="header cannot be read"):
        queries.parse("q", "#+ params: [\nSELECT * WHERE {}")


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
    file.write_text("CONSTRUCT { ?s a ?o } WHERE { ?s a <https://w3id.org/citygraph/ontology#Place>, ?o }", "utf-8")
    turtle = run("query", file, "--graph", dist).stdout
    assert "id:china a" in turtle
    assert len(list(ox.parse(turtle, format=ox.RdfFormat.TURTLE))) == 6
    described = run("query", "-", "--graph", dist / "citygraph.ttl", stdin=f"DESCRIBE <{ID}lahti>").stdout
    assert 'cg:country "FI"' in described
    assert run("query", "-", "--graph", dist, stdin="ASK { ?s ?p ?o }").stdout == "true\n"


def test_queries_lists_them(run: Run) -> None:
    listed = run("queries").stdout
    assert all(name in listed for name in CATALOGUE)
    assert "-p at=…  a day" in listed
    assert {row["name"] for row in json.loads(run("queries", "--format", "json").stdout)} == set(CATALOGUE)


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
