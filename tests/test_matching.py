"""Which thing an entry is: certain, ambiguous or unknown, never two places of one name, and a curator's word obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest

from citygraph import build as pipeline
from citygraph.files import resource
from citygraph.matching.match import Candidate, Decision, Matcher, distance
from citygraph.matching.matches import Matches
from citygraph.matching.measure import measure, mutual
from citygraph.matching.review import read_decisions, read_rules, to_review
from citygraph.options import Options
from citygraph.problems import ProblemsError
from citygraph.sheets import Field, Record, Value
from citygraph.vocabulary import CG, ID
from conftest import ROOT, Run

RULES, PROBLEMS = read_rules(resource("data/matching/rules.yaml").read_text("utf-8"), "rules.yaml")
NAMES = RULES.names


def entry(key: str, label: str, country: str = "IT", lat: str = "", long: str = "") -> Record:
    fields = {"label": label, "country": country, "lat": lat, "long": long}
    held = {name: Field(2, 1, [Value(text, 2, 1)]) for name, text in fields.items() if text}
    return Record("table.csv", 2, 1, key, "City", held)


def known(*records: Record, table: str = "first", decisions: dict[str, Decision] | None = None) -> Matcher:
    matcher = Matcher(RULES, decisions)
    for record in records:
        matcher.learn(matcher.candidate(record, table))
    return matcher


def test_the_rules_are_good() -> None:
    assert PROBLEMS == []
    assert (RULES.near, RULES.far, RULES.shared) == (15, 60, 5)
    assert RULES.complete == {"finland": "FI", "finland-history": "FI"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Capo d'Orlando", "CAPO D’ORLANDO"),
        ("City of Turku", "Turku"),
        ("Malmö Municipality", "Malmö"),
        ("Helsingfors stad", "HELSINGFORS"),
        ("Città di Castello", "citta di castello"),
        ("Hjørring", "hjorring"),
        ("Weißenburg", "Weissenburg"),
        ("Słupsk", "Slupsk"),
        ("Şag (Jud.Timiş)", "Sag"),
        ("Comune di Lizzano", "Lizzano"),
    ],
)
def test_names_that_are_the_same(one: str, other: str) -> None:
    assert NAMES.variants(one) & NAMES.variants(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("London", "City of London Corporation"),
        ("Leicester City Council", "Leicestershire County Council"),
        ("Giroc (Jud.Timiş)", "Giarmata (Jud Timiş)"),
        ("Castro", "Castropol"),
    ],
)
def test_names_that_differ(one: str, other: str) -> None:
    assert not NAMES.variants(one) & NAMES.variants(other)


def test_a_name_of_generic_words_alone_keeps_them() -> None:
    assert NAMES.normal("City of London") == "city of london"
    assert NAMES.variants("Bozen / Bolzano") == {"bozen bolzano", "bozen", "bolzano"}


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("Lahden kaupunki", "Lahti"),
        ("Turun kaupunki", "Turku"),
        ("Helsingin kaupunki", "Helsinki"),
        ("Tampereen kaupunki", "Tampere"),
        ("Espoon kaupunki", "Espoo"),
        ("Oulun", "Oulu"),
        ("Lappeenrannan kaupunki", "Lappeenranta"),
        ("Seinäjoen kaupunki", "Seinäjoki"),
        ("Riihimäen", "Riihimäki"),
        ("Rovaniemen kaupunki", "Rovaniemi"),
        ("Porin", "Pori"),
        ("Sodankylän kunta", "Sodankylä"),
        ("Kankaanpään", "Kankaanpää"),
        ("Äänekosken kaupunki", "Äänekoski"),
        ("Ylöjärven", "Ylöjärvi"),
        ("Uudenkaupungin kaupunki", "Uusikaupunki"),
        ("Lahtis stad", "Lahti"),
    ],
)
def test_inflected_names_of_finnish_municipalities(form: str, name: str) -> None:
    lahti = entry("lahti", "Lahti", "FI", "60.98", "25.66")
    lahti.fields["forms"] = Field(1, 1, [Value("Lahtis", 1, 1)])
    matcher = known(lahti, entry("it", name, "FI", "60.98", "25.66"), entry("other", "Lahdenperä", "FI", "1", "1"))
    if name == "Uusikaupunki":  # both parts of the compound are inflected: rules of endings do not reach that
        assert matcher.match(matcher.candidate(entry("x", form, "FI"), "t")).verdict == "unknown"
        return
    found = matcher.match(matcher.candidate(entry("x", form, "FI", "60.98", "25.66"), "t"))
    keys = {found.same} | {key for key, _ in found.candidates}
    assert "it" in keys or (name == "Lahti" and "lahti" in keys)
    assert "other" not in keys


def test_a_place_near_by_is_certain_and_says_why() -> None:
    matcher = known(entry("a", "Castro", "IT", "45.80", "10.07"))
    found = matcher.match(matcher.candidate(entry("x", "CASTRO", "IT", "45.81", "10.08"), "second"))
    assert (found.verdict, found.same) == ("certain", "a")
    assert found.why == "the name castro in IT, 1.4 km apart"


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        (entry("x", "Castro", "IT", "40.00", "18.42"), "unknown"),  # Castro in Apulia
        (entry("x", "Castro", "ES", "45.80", "10.07"), "unknown"),
        (entry("x", "Castro", "IT", "45.80", "10.40"), "ambiguous"),  # 26 km
        (entry("x", "Castro", "IT"), "ambiguous"),
        (entry("x", "Castro", "", "45.80", "10.07"), "ambiguous"),
        (entry("x", "Castri", "IT", "45.80", "10.07"), "unknown"),
    ],
)
def test_two_places_of_one_name_never_merge(other: Record, verdict: str) -> None:
    matcher = known(entry("a", "Castro", "IT", "45.80", "10.07"))
    found = matcher.match(matcher.candidate(other, "second"))
    assert (found.verdict, found.same) == (verdict, "")


def test_one_place_with_two_names_joins() -> None:
    place = entry("finland-598", "Pietarsaari", "FI", "63.67", "22.70")
    place.fields["forms"] = Field(1, 1, [Value("Jakobstad", 1, 1)])
    found = known(place).match(known().candidate(entry("x", "Jakobstad", "FI", "63.68", "22.71"), "t"))
    assert (found.verdict, found.same) == ("certain", "finland-598")


def test_a_complete_register_needs_no_place() -> None:
    matcher = known(entry("finland-398", "Lahti", "FI", "60.98", "25.66"), table="finland")
    found = matcher.match(matcher.candidate(entry("x", "Lahti", "FI"), "t"))
    assert (found.verdict, found.same) == ("certain", "finland-398")
    # Its name stands for one place only: far away, one of the coordinates is wrong, and a curator looks.
    assert matcher.match(matcher.candidate(entry("x", "Lahti", "FI", "25.66", "60.98"), "t")).verdict == "ambiguous"


def test_what_a_table_numbers_apart_is_proposed_and_not_merged() -> None:
    twice = [entry(f"g-{n}", "Capo d'Orlando", "IT", f"38.1{n}", "14.74") for n in (1, 2)]
    answers = known().table(twice, "g", by_name=False)
    assert answers["g-1"].verdict == "unknown"
    assert answers["g-2"].verdict == "ambiguous"
    ((key, why),) = answers["g-2"].candidates
    assert (key, why.endswith("registered twice?")) == ("g-1", True)
    # Also where both would be one thing that is known.
    matcher = known(entry("capo", "Capo d'Orlando", "IT", "38.15", "14.74"))
    answers = matcher.table(twice, "g", by_name=False)
    assert answers["g-1"].verdict == answers["g-2"].verdict == "ambiguous"
    assert answers["g-1"].candidates[0][1].endswith("registered twice, as g-2 too?")
    # And where a complete register has the name, so that no place is needed.
    matcher = known(entry("finland-734", "Salo", "FI", "60.4", "23.1"), table="finland")
    answers = matcher.table([entry(f"t-{n}", "Salo", "FI") for n in (1, 2)], "t", by_name=False)
    assert {answer.verdict for answer in answers.values()} == {"ambiguous"}


def test_a_table_of_names_lists_one_place_once() -> None:
    twice = [entry("w-1", "Sigtuna", "SE", "59.61", "17.72"), entry("w-2", "Sigtuna", "SE", "59.62", "17.72")]
    answers = known().table(twice, "w", by_name=True)
    assert (answers["w-2"].verdict, answers["w-2"].same) == ("certain", "w-1")


def test_placeholders_tell_no_place() -> None:
    shared = [entry(f"g-{n}", f"Town {n}", "IT", "42.6384261", "12.674297") for n in range(5)]
    whole = entry("g-9", "Castro", "IT", "45", "9")
    matcher = known(
        entry("a", "Town 1", "IT", "42.6384261", "12.674297"), entry("b", "Castro", "IT", "45.001", "9.001")
    )
    answers = matcher.table([*shared, whole], "g", by_name=False)
    assert answers["g-1"].verdict == answers["g-9"].verdict == "ambiguous"
    assert "no coordinates to compare" in answers["g-1"].candidates[0][1]


def test_a_curators_decision_is_obeyed() -> None:
    twice = [entry("g-1", "Cetona", "IT", "42.9", "11.9"), entry("g-2", "Cetona", "IT", "42.9", "11.9")]
    decided = {"g-2": Decision("g-1", "the same town"), "g-1": Decision("", "no"), "g-7": Decision("nowhere", "x")}
    matcher = known(entry("cetona", "Cetona", "IT", "42.9", "11.9"), decisions=decided)
    answers = matcher.table([*twice, entry("g-7", "Siena", "IT", "43.3", "11.3")], "g", by_name=False)
    assert (answers["g-2"].same, answers["g-2"].why) == ("g-1", "decided: the same town")
    assert (answers["g-1"].verdict, answers["g-1"].why) == ("unknown", "kept apart: no")
    assert answers["g-7"].verdict == "unknown"  # what it was decided to be is not there


def test_the_review_file_comes_back_as_it_was() -> None:
    twice = [entry("g-1", "Cetona\n# x", "IT", "42.9", "11.9"), entry("g-2", "Cetona x", "IT", "42.9", "11.9")]
    answers = known().table(twice, "g", by_name=False)
    decided = {"g-8": Decision("a", 'he said "so" \\ twice'), "g-9": Decision("", "other")}
    text = "".join(to_review(answers.values(), decided))
    assert '#   g-1: the name cetona x in IT, 0.0 km apart: registered twice?\n    same: "?"' in text
    assert read_decisions(text, "r.yaml") == (decided, [])
    assert read_decisions("".join(to_review([], {})), "r.yaml") == ({}, [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("decisions:\n  - entry: a\n    same: b\n", "2:5: violation: a decision without a reason"),
        ("decisions:\n  - entry: a\n    smae: b\n", "unknown key 'smae'; did you mean 'same'?"),
        (
            "decisions:\n  - {entry: a, same: b, reason: c}\n  - {entry: a, same: d, reason: c}\n",
            "3:13: violation: 'a' is decided twice",
        ),
        ("decision: []\n", "no list of decisions"),
    ],
)
def test_wrong_decisions_are_told_in_their_place(text: str, told: str) -> None:
    _, problems = read_decisions(text, "r.yaml")
    assert any(told.partition(": ")[2] in problem.text() for problem in problems), [p.text() for p in problems]


def test_wrong_rules_are_told_in_their_place() -> None:
    _, problems = read_rules("rules:\n  near: few\n  fra: 3\n", "rules.yaml")
    assert [p.text() for p in problems] == [
        "rules.yaml:3:3: violation: unknown key 'fra'; did you mean 'far'?",
        "rules.yaml:2:9: violation: near is not a whole number from 1; write digits only",
    ]


def place(key: str, name: str, lat: float, long: float, table: str = "t") -> Candidate:
    return Candidate(key, table, frozenset({name}), "FI", lat, long)


def test_distance_and_nearest() -> None:
    helsinki, turku = place("h", "helsinki", 60.1699, 24.9384), place("t", "turku", 60.4518, 22.2666)
    apart = distance(helsinki, turku)
    assert apart is not None
    assert 149 < apart < 152  # as the crow flies
    near = place("t2", "åbo", 60.4519, 22.2667)
    assert list(mutual([near, helsinki], [turku])) == [("t2", "t")]


def test_precision_and_recall() -> None:
    listed = {
        "registry": [place("a", "lahti", 61.0, 25.0), place("b", "turku", 60.4, 22.2), place("c", "pori", 61.4, 21.8)],
        "codes": [place("a", "lahti", 0, 0), place("b", "åbo", 0, 0)],
        "places": [
            place("x", "lahti", 61.001, 25.0),  # right
            place("y", "turku", 65.0, 25.0),  # the name is that of another place
            place("z", "björneborg", 61.4, 21.8),  # near, but by another name
        ],
    }
    codes, places = measure(listed, RULES, lambda key: key)
    assert (codes.table, codes.truth, codes.precision, codes.recall) == ("codes", "codes", 1.0, 0.5)
    assert (places.found, places.right, places.precision) == (2, 1, 0.5)
    assert (places.pairs, places.met, places.recall) == (2, 1, 0.5)


def test_the_command_answers_for_names(run: Run) -> None:
    done = run("match", "Lahden kaupunki", "Atlantis", "--country", "fi", "--at", "60.98,25.66")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Lahden kaupunki: certain: lahti (the name lahden in FI, 0.2 km apart)",
        "Atlantis: unknown: no place of this name is known in the country",
    ]
    done = run("match", "Lahti", "--at", "here")
    assert (done.returncode, done.stderr) == (2, "citygraph: --at here: write latitude and longitude: 60.98,25.66\n")


FINLAND = {"finland": "municipalities_2026.csv", "finland-history": "municipalities_2013_2026.csv"}


@pytest.fixture(scope="module")
def tables(shared: Path) -> Options:
    data = shared / "data"
    files = {name: [data / "finland" / file] for name, file in FINLAND.items()}
    return Options(tables={**files, "sister-cities": [data / "sister-cities" / "finland.tsv"]})


def test_real_names_lead_to_todays_municipalities(tables: Options, tmp_path: Path) -> None:
    found = Matches(ROOT / "data", tables)
    origin = {match.label: match for match in found.tables.matches["sister-cities"].values() if "-fi-" in match.key}
    assert origin["Jakobstad"].same == "finland-598"
    assert origin["Mariehamn"].same == "finland-478"
    assert found.registry.canonical(origin["Lahti"].key) == "lahti"
    assert found.registry.canonical(origin["Vammala"].key) == "vammala"
    assert origin["Nastola"].same == "nastola"
    history, places = [m for m in measure(found.tables.listed, RULES, found.registry.canonical) if m.found > 100]
    assert (history.precision, history.recall) == (1.0, 1.0)
    assert places.precision is not None
    assert places.precision > 0.9
    review = tmp_path / "review.yaml"
    found.review(review)
    decisions, problems = read_decisions(review.read_text("utf-8"), "review.yaml")
    assert (decisions, problems) == (found.tables.decisions, [])


def test_the_order_of_tables_given_does_not_matter(tables: Options) -> None:
    backwards = Options(tables=dict(reversed(list(tables.tables.items()))), validator="compiled", reasoner="compiled")
    one = pipeline.check(ROOT / "data", backwards)
    other = pipeline.check(ROOT / "data", tables)
    assert list(one.asserted) == list(other.asserted)
    meant = {str(q.subject): str(q.object) for q in one.asserted if q.predicate.value == CG + "refersTo"}
    assert meant[f"<{ID}finland-398>"] == f"<{ID}lahti>"
    assert not any(str(q.object) == f"<{ID}finland-398>" for q in one.asserted)


def test_wrong_rules_stop_a_build(tmp_path: Path, sheets: object, tables: Options) -> None:
    assert callable(sheets)
    folder: Path = sheets(tmp_path)
    (folder / "tables").mkdir()
    (folder / "tables" / "finland.yaml").write_text((ROOT / "data/tables/finland.yaml").read_text("utf-8"), "utf-8")
    (folder / "matching").mkdir()
    (folder / "matching" / "rules.yaml").write_text("rules: {near: few}\n", "utf-8")
    with pytest.raises(ProblemsError):
        Matches(folder, Options(tables={"finland": tables.tables["finland"]}))


@pytest.mark.parametrize(
    "text",
    [
        "decisions:\n  - {entry: a, same: a, reason: c}\n",
        "decisions:\n  - {entry: a, same: b, reason: c}\n  - {entry: b, same: a, reason: c}\n",
    ],
)
def test_decisions_that_go_round_are_told(text: str) -> None:
    _, problems = read_decisions(text, "r.yaml")
    assert {(p.code, p.line) for p in problems} == {("decision", n) for n in range(2, text.count("\n") + 1)}


@pytest.mark.parametrize("text", ["rules: {order: x}\n", "rules: {complete: [finland]}\n", "rules: {near: '0'}\n"])
def test_rules_of_another_shape_are_told(text: str) -> None:
    assert len(read_rules(text, "rules.yaml")[1]) == 1


def test_a_decision_for_what_was_matched_already_is_obeyed() -> None:
    matcher = known(entry("lahti", "Lahti", "FI", "60.98", "25.66"), decisions={"u-9": Decision("t-1", "the same")})
    matcher.table([entry("t-1", "Lahti", "FI", "60.98", "25.66")], "t", by_name=False)
    assert matcher.table([entry("u-9", "Lahtis", "FI")], "u", by_name=False)["u-9"].same == "t-1"
