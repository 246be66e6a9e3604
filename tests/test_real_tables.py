"""All six tables with the article: the dirt that is known to be in them is found in its place, and questions answer."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from citygraph import Release
from citygraph import build as pipeline
from citygraph.build import Built
from citygraph.options import Options
from citygraph.owl.reason import triples_of
from citygraph.problems import Problem
from citygraph.vocabulary import ID
from conftest import ROOT

#: The files of each table below the shared data.
FILES = {
    "gcom": ["gcom/signatories.csv"],
    "eucom": ["eucom/targets.csv"],
    "finland": ["finland/municipalities_2026.csv"],
    "finland-history": ["finland/municipalities_2013_2026.csv"],
    "uk-promises": ["uk-promises/promises.csv"],
    "sister-cities": [f"sister-cities/{name}.tsv" for name in ("finland", "estonia", "latvia")],
}


@pytest.fixture(scope="module")
def built(shared: Path) -> Built:
    tables = {table: [shared / "data" / name for name in names] for table, names in FILES.items()}
    return pipeline.build(ROOT / "data", Options(tables=tables))


@pytest.fixture(scope="module")
def graph(built: Built) -> Release:
    store = ox.Store()
    store.bulk_extend([*built.asserted, *built.inferred])
    return Release(store)


def found(built: Built, shape: str) -> list[Problem]:
    return [problem for problem in built.problems if problem.code == f"shacl-{shape}"]


@pytest.mark.parametrize(
    ("shape", "count"),
    [
        ("Membership-joinable", 264),  # the flag of 2020 though joined in 2016 or later
        ("Group-signs", 33),  # groups that no row has
        ("Listing-noCode", 20),
        ("Listing-codeTwice", 2),  # PS0007
        ("Membership-joinedAs", 1),  # adhesion_type 1
        ("Actor-lat", 9),  # decimal commas
        ("Actor-long", 9),
        ("Commitment-whose", 38),  # targets without an address of a signatory
        ("Actor-name", 1),  # and one whose signatory is not there
        ("Commitment-minimum", 3),  # targets for 2030 below 40 %
        ("Commitment-otherPart", 6),  # targets for 2020 of signatories that carry only the flag of 2030
    ],
)
def test_known_dirt_is_found_and_counted(built: Built, shape: str, count: int) -> None:
    assert len(found(built, shape)) == count


def test_in_its_place(built: Built) -> None:
    at = {(problem.code, problem.line, problem.column_name) for problem in built.problems}
    assert ("shacl-Listing-swapped", 3844, "organisation_latitude") in at  # Istrana
    assert ("shacl-Listing-swapped", 2728, "organisation_latitude") in at  # Salfeet City
    assert ("shacl-Actor-lat", 342, "organisation_latitude") in at
    assert ("shacl-Membership-joinedAs", 620, "adhesion_type") in at
    places = Counter(p.value for p in found(built, "Listing-placeholder"))
    assert places["42.6384261"] == 24
    assert len(found(built, "Listing-whole")) >= 20
    assert {p.value for p in found(built, "Listing-codeTwice")} == {"PS0007"}


def test_places_registered_twice_are_told_and_not_merged(built: Built) -> None:
    told = {problem.value for problem in found(built, "Listing-twice")}
    names = ("Capo d'Orlando", "San Filippo del Mela", "Pace del Mela", "Acquedolci", "Capizzi", "Cetona")
    assert {*names, "Langrolay sur Rance"} <= told
    assert any(p.what.endswith("(the other: gcom-21204)") for p in found(built, "Listing-twice"))
    meant = {str(q.object) for q in built.asserted if q.predicate.value.endswith("#refersTo")}
    assert not any("gcom-15080" in iri or "gcom-21204" in iri for iri in meant)


def test_pairs_told_twice_and_from_one_side(built: Built) -> None:
    for shape in ("Twinning-twice", "Twinning-inverse", "Entry-apart"):
        assert found(built, shape), shape


def test_what_is_left_out_is_counted_and_the_rest_stays(built: Built, graph: Release) -> None:
    values = {each for each in built.left_out if " " in each}
    claims = {each for each in built.left_out if "/claim/" in each}
    assert len(values) == 18  # nine latitudes and nine longitudes
    assert len(claims) == 39
    (row,) = graph.query(
        f"SELECT (COUNT(?c) AS ?n) WHERE {{ ?c <https://w3id.org/citygraph/ontology#source> <{ID}gcom> }}"
    )
    assert int(row["n"] or 0) > 36_000


def test_gaps_and_other_questions(graph: Release) -> None:
    gaps = graph.query("commitment-gaps")
    judged = {row["city"] for row in gaps if row["verdict"] in ("met", "short")}
    assert len(judged) >= 1200
    assert sum(row["verdict"] == "short" for row in gaps) == 3
    assert all(row["why"] for row in gaps)
    assert graph.query("name-history", name="Nastola")[0]["today"] == ID + "lahti"
    assert {row["network"] for row in graph.query("twin-and-network", city="lahti")} >= {ID + "covenant-of-mayors"}
    reach = graph.query("coordinator-reach")
    assert max(int(row["cities"] or 0) for row in reach) > 100
    assert {row["role"] for row in reach} == {"coordinator", "supporter"}
    assert graph.query("co-members", city="lahti")
    assert {row["year"] for row in graph.query("joiners-by-year", network="covenant-of-mayors")} >= {"2008", "2023"}
    assert graph.query("who-says-otherwise")


def test_wording_of_a_promise_and_the_row_behind_it(graph: Release) -> None:
    told = graph.explain("uk-promises/abe-whole-area-promise")
    assert "»Our aim is to be a true national and international exemplar" in told
    assert "row      3 (abe-whole-area)" in told
    lahti = graph.explain("gcom/16075-adhesion")
    assert "listed   gcom-16075 “Lahti” is lahti: the name lahti in FI" in lahti
    assert "population 120000" in lahti


@pytest.mark.parametrize("table", sorted(FILES))
def test_a_sample_of_each_table_gets_what_the_references_say(shared: Path, tmp_path: Path, table: str) -> None:
    """Rows from all over each table: the same report by pySHACL, the same inferences by owlrl."""
    paths = []
    for number, name in enumerate(FILES[table]):
        lines = (shared / "data" / name).read_text("utf-8-sig").splitlines(keepends=True)
        paths.append(tmp_path / f"{number}{Path(name).suffix}")
        paths[-1].write_text("".join(lines[:1] + lines[1 :: max(1, len(lines) // 9)]), "utf-8")
    by_reference, compiled = (
        pipeline.check(ROOT / "data", Options(tables={table: paths}, validator=validator))
        for validator in ("pyshacl", "compiled")
    )
    assert compiled.results == by_reference.results
    assert compiled.problems == by_reference.problems
    assert len(compiled.rows) > 9
    ours, theirs = (triples_of(pipeline.inferences(compiled.asserted, name, "full")) for name in ("compiled", "owlrl"))
    assert ours == theirs
