"""The first article in full: every statement of the list has a home, with its words, offsets, reading and caution."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from citygraph import Release

ARTICLE = "lahti-networks-2012"
TEXT = Path(__file__).parents[1] / "data" / "articles" / f"{ARTICLE}.txt"

#: Statement to the claim that holds it, or to the inferred triple that does.
HOMES: dict[str, str | tuple[str, str, str]] = {
    "S01": "networks-aim-speed",
    "S02": "three-memberships",
    "S03": "eco-cities-membership",
    "S04": "global-sustainable-cities-membership",
    "S05": "networks-aim-solutions",
    "S06": "networks-aim-dialogue",
    "S07": "covenant-scope",
    "S08": "covenant-membership",
    "S09": "covenant-membership",  # a decision is who decided, on the claim that it decided
    "S10": "covenant-commitment",
    "S11": ("lahti", "boundBy", f"{ARTICLE}/covenant-commitment"),  # follows by rule, not asserted of Lahti
    "S12": "eco-cities-founding",
    "S13": "eco-cities-founding",  # "founded at ICLEI's congress", not "part of ICLEI"
    "S14": "eco-cities-creation",
    "S15": "eco-cities-aim",
    "S16": "eco-cities-scope",
    "S17": "iclei-theme",
    "S18": "global-sustainable-cities-scope",
    "S19": "global-sustainable-cities-aim",
    "S20": "global-sustainable-cities-backing",
    "S21": "clean-energy-ministerial-members",
    "S22": "global-sustainable-cities-liaison",
    "S23": "waste-to-energy-coordination",
    "S24": "iclei-cooperation",
    "S25": "ubc-cooperation",
    "S26": "iclei-scope",
    "S27": "ubc-scope",
    "S28": "nordic-twinning",
    "S29": "china-twinning",
}
#: Statements whose home is read less sharply than the list reads them, on purpose.
HELD_BACK = {"S13"}

IDS = [f"S{number:02d}" for number in range(1, 30)]


@pytest.fixture(scope="module")
def statements() -> dict[str, dict[str, str]]:
    """Offsets, level and whether there is a caution, of the list of what the article says."""
    with (Path(__file__).parent / "statements.csv").open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_text_is_kept_byte_for_byte(shared: Path) -> None:
    assert TEXT.read_bytes() == (shared / "articles" / "000_c658c56e4d8acefc.txt").read_bytes()


def test_the_list_is_that_of_the_shared_material(shared: Path, statements: dict[str, dict[str, str]]) -> None:
    lines = (shared / "articles" / "000_c658c56e4d8acefc.facts.jsonl").read_text("utf-8").splitlines()
    for row in map(json.loads, lines):
        ours = statements[row["id"]]
        assert (int(ours["start"]), int(ours["end"]), ours["level"]) == (row["start"], row["end"], row["level"])
        assert bool(ours["caution"]) == bool(row["note"])
        assert TEXT.read_text("utf-8")[row["start"] : row["end"]] == row["quote"]


def test_every_statement_has_a_home(statements: dict[str, dict[str, str]]) -> None:
    assert sorted(statements) == sorted(HOMES)


@pytest.mark.parametrize("statement", IDS)
def test_statement(statement: str, statements: dict[str, dict[str, str]], release: Release) -> None:
    row, home = statements[statement], HOMES[statement]
    text = TEXT.read_text("utf-8")
    quote = text[int(row["start"]) : int(row["end"])]
    if isinstance(home, tuple):
        assert quote in release.explain(*home)
        assert not release.query("commitments", party="lahti", network="covenant-of-mayors-2020")
        return
    rows = release.query("evidence", claim=f"claim/{ARTICLE}/{home}")
    assert rows, "the claim is not in the graph"
    spans = [(int(r["start"] or 0), int(r["end"] or 0)) for r in rows]
    # The words of the statement stand in the claim's quote: for a part of a sentence, within the longer quote.
    assert any(start <= int(row["start"]) and int(row["end"]) <= end for start, end in spans)
    assert all(text[start:end] == r["exact"] for (start, end), r in zip(spans, rows, strict=True))
    if statement not in HELD_BACK:
        assert rows[0]["reading"] == {"stated": "explicit", "inferred": "implicit"}[row["level"]]
    if row["caution"]:
        assert rows[0]["note"], "the caution of the list is missing"


def test_nothing_after_the_byline_is_quoted(release: Release) -> None:
    byline = TEXT.read_text("utf-8").index("Ville Miettinen")
    rows = [row for row in release.query("evidence", source=ARTICLE) if row["end"]]
    assert len(rows) > 29
    assert all(int(row["end"] or 0) < byline for row in rows)


def test_what_is_not_said_stays_empty(release: Release) -> None:
    (commitment,) = [
        r
        for r in release.query("commitments")
        if r["claim"] and r["claim"].endswith("covenant-commitment") and "2012" in r["claim"]
    ]
    assert commitment["baseline_year"] is None
    assert commitment["party"] is None
    assert (commitment["change"], commitment["qualifier"], commitment["target_year"]) == ("-20", "at least", "2020")
    (coordination,) = release.query("coordinators", network="global-sustainable-cities")
    assert coordination["coordinator"] == "https://w3id.org/citygraph/id/lahti-science-and-business-park"
    members = {row["network"] for row in release.query("memberships", city="lahti")}
    assert not {f"https://w3id.org/citygraph/id/{key}" for key in ("iclei", "ubc")} & members


def test_the_founding_disagrees_with_the_joining(release: Release) -> None:
    (row,) = [r for r in release.query("disagreements") if ARTICLE in str(r["claim_b"])]
    assert row["what"] == "founding and joining"
    assert row["why"] == "took part in founding it (2012-06), joined it 2012-23"


#: The rows of further-facts.md in order, by the claims that hold them.
FURTHER = [
    ["climate-adapt-covenant-of-mayors/covenant-launch", "greenovate-covenant-2009/covenant-launch"],
    [
        "covenant-signatories-page/covenant-2020-part",
        "covenant-signatories-page/covenant-2020-commitment",
        "covenant-signatories-page/covenant-2030-part",
        "covenant-signatories-page/covenant-2030-commitment",
    ],
    [
        "climate-adapt-covenant-of-mayors/mayors-adapt-launch",
        "climate-adapt-covenant-of-mayors/mayors-adapt-merger",
        "climate-adapt-covenant-of-mayors/global-covenant-launch",
    ],
    ["eu-mayors-objectives-page/covenant-2050-part", "eu-mayors-objectives-page/covenant-2050-commitment"],
    [
        "lahti-covenant-2018/covenant-2030-membership",
        "lahti-covenant-2018/covenant-2030-commitment",
        "lahti-covenant-2018/lahti-target-2030",
        "lahti-covenant-2018/covenant-2020-membership",
    ],
    [
        "energy-cities-ubc/ubc-founding",
        "energy-cities-ubc/ubc-commission",
        "energy-cities-ubc/ubc-commission-host",
        "energy-cities-ubc/ubc-energy-cities-membership",
    ],
]


def test_further_facts_are_references(shared: Path, release: Release) -> None:
    table = (shared / "articles" / "further-facts.md").read_text("utf-8")
    assert sum(line.startswith("| ") for line in table.splitlines()) - 1 == len(FURTHER)
    for claims in FURTHER:
        for claim in claims:
            (row,) = release.query("evidence", claim=f"claim/{claim}")
            assert row["kind"] == "reference"
            assert row["exact"] is None
