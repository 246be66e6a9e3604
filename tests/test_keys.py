"""Keys that were released: what is declared of them, what a new release may not do to them, where they lead."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from citygraph import build as pipeline
from citygraph.options import Options
from citygraph.problems import CitygraphError, Problem
from citygraph.publish.keys import Keys, keys_of, read_keys
from citygraph.publish.promises import Place, broken
from citygraph.publish.redirects import redirects
from citygraph.rdf.columns import columns_of
from citygraph.vocabulary import CG, ID, OWL, PREFIXES, TYPE
from conftest import ROOT, Run

COMPILED = Options(validator="compiled", reasoner="compiled")

REGISTRY = """\
entries:
  - {key: lahti, type: City, name: {fi: Lahti, sv: Lahtis}, country: FI, lat: 60.98, long: 25.65, from: map,
     code: "398"}
  - {key: lahti-old, type: City, name: {fi: Lahden kauppala}, country: FI, from: map,
     wikidata: "http://www.wikidata.org/entity/Q1"}
  - {key: turku, type: City, name: {fi: Turku}, country: FI}
  - {key: ubc, type: Network, name: {en: Union of the Baltic Cities}}
  - {key: park, type: Organisation, name: {en: Science Park}}
  - {key: map, type: Source, title: A gazetteer, publisher: P, url: "https://example.org/g", language: en}
"""
PAGE = """\
page:
  id: news
  title: News
  url: https://example.org/news
  publisher: P
  language: en
facts:
  - {id: joined, type: Membership, member: lahti, network: ubc}
  - {id: also, type: Membership, member: turku, network: ubc}
  - {id: works, type: Coordination, coordinator: park, network: ubc}
"""


def folder(place: Path, *edits: tuple[str, str], declared: str = "") -> Path:
    """A data folder, with texts replaced by others and what data/replaced.yaml declares."""
    data = place / "data"
    shutil.rmtree(data, ignore_errors=True)
    registry, page = REGISTRY, PAGE
    for old, new in edits:
        assert old in registry + page
        registry, page = registry.replace(old, new), page.replace(old, new)
    for name, text in (("registry/things.yaml", registry), ("pages/news.yaml", page)):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text, "utf-8")
    if declared:
        (data / "replaced.yaml").write_text("replaced:\n" + declared, "utf-8")
    return data


def keys(data: Path) -> Keys:
    checked = pipeline.check(data, COMPILED)
    assert [p.text() for p in checked.problems if p.severity == "violation"] == []
    return keys_of(checked.asserted)


def refused(data: Path) -> list[Problem]:
    return [p for p in pipeline.check(data, COMPILED).problems if p.severity == "violation"]


def written(graph: pipeline.Checked | Keys, place: Path) -> Path:
    """A release folder of a graph, as far as the keys are read from it."""
    place.mkdir(parents=True)
    quads = graph.quads if isinstance(graph, Keys) else graph.asserted
    (place / "citygraph.nq").write_text("".join(quads.lines()), "utf-8")
    return place


def trig(text: str) -> Keys:
    """The keys of a graph, said in TriG within the graph of a table."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    head += f"@prefix c: <{ID}claim/gcom/> .\n"
    return keys_of(columns_of(ox.parse(f"{head} graph:gcom {{ {text} }}".encode(), format=ox.RdfFormat.TRIG)))


# ---------------------------------------------------------------- what a release promised

LOOKS = "which is new, looks like it"
LAHTI_OLD = "".join(REGISTRY.splitlines(keepends=True)[3:5])
COORDINATION = PAGE.splitlines(keepends=True)[-1]

#: What is changed, and the code, key and words that tell it; the entry that declares it.
BREAKS = {
    "a thing gone": (
        [(LAHTI_OLD, "")], "key-dropped", "lahti-old", "is gone", "- {key: lahti-old, withdrawn: never a city}"),
    "a thing merged": (
        [(LAHTI_OLD, "")], "key-dropped", "lahti-old", "is gone", "- {key: lahti-old, by: lahti}"),
    "a thing renamed": (
        [("key: lahti-old", "key: lahti-town")], "key-dropped", "lahti-old", f"'lahti-town', {LOOKS}",
        "- {key: lahti-old, by: lahti-town}"),
    "a claim gone": (
        [(COORDINATION, "")], "key-dropped", "news/works", "is gone", "- {key: news/works, withdrawn: not said}"),
    "a claim renamed": (
        [("id: works", "id: leads")], "key-dropped", "news/works", f"'news/leads', {LOOKS}",
        "- {key: news/works, by: news/leads}"),
    "all of a source gone": (
        [(COORDINATION, "")], "key-dropped", "news/works", "is gone", "- {source: news, withdrawn: a new edition}"),
    "another type": (
        [("key: park, type: Organisation", "key: park, type: Network")], "key-reused", "park",
        "was Organisation and is Network", "- {key: park, corrected: it is a network}"),
    "another country": (
        [("{fi: Turku}, country: FI", "{fi: Turku}, country: SE")], "key-reused", "turku", "was in FI and is in SE",
        "- {key: turku, corrected: it lies there}"),
    "another place": (
        [("lat: 60.98", "lat: 61.98")], "key-reused", "lahti", "lay 111 km from where it lies",
        "- {key: lahti, corrected: measured anew}"),
    "other names": (
        [("{fi: Lahti, sv: Lahtis}", "{fi: Hollola}")], "key-reused", "lahti",
        "was called Lahti, Lahtis and is called Hollola", "- {key: lahti, corrected: so it is called}"),
    "another code": (
        [('code: "398"', 'code: "098"')], "key-reused", "lahti", "had the code 398 and has 098",
        "- {key: lahti, corrected: the register says so}"),
    "another link": (
        [("entity/Q1", "entity/Q2")], "key-reused", "lahti-old", "had the code http://www.wikidata.org/entity/Q1",
        "- {key: lahti-old, corrected: Q1 was the other}"),
    "another source": (
        [("A gazetteer", "A songbook"), ("org/g", "org/s")], "key-reused", "map", "was called A gazetteer",
        "- {key: map, corrected: it was cited wrong}"),
    "another end": (
        [("joined, type: Membership, member: lahti", "joined, type: Membership, member: lahti-old")], "key-reused",
        "news/joined", "had member lahti and has lahti-old", "- {key: news/joined, corrected: read wrong}"),
    "an end less": (
        [("member: lahti, network: ubc", 'member: lahti, unnamed: "a network"')], "key-reused",
        "news/joined", "had network ubc and has none", "- {key: news/joined, corrected: it does not say which}"),
    "a claim of another type": (
        [("works, type: Coordination, coordinator", "works, type: Liaison, liaison")], "key-reused", "news/works",
        "was Coordination and is Liaison", "- {key: news/works, corrected: it only is the contact}"),
}  # fmt: skip


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_promise_is_told_and_a_declaration_heals_it(name: str, tmp_path: Path) -> None:
    edits, code, key, words, declaration = BREAKS[name]
    old = read_keys(written(keys(folder(tmp_path)), tmp_path / "old"))
    (told,) = broken(old, keys(folder(tmp_path, *edits)))
    assert (told.code, told.name, told.line, told.severity) == (code, key, 1, "violation")
    assert told.file == "data/replaced.yaml"
    assert words in told.what
    assert told.what.endswith("old/citygraph.nq)")
    assert f"write there: - {{key: {key}, " in told.right
    assert broken(old, keys(folder(tmp_path, *edits, declared=f"  {declaration}\n"))) == []


@pytest.mark.parametrize("name", [name for name in BREAKS if BREAKS[name][1] == "key-reused"])
def test_the_line_that_is_proposed_heals(name: str, tmp_path: Path) -> None:
    edits, *_ = BREAKS[name]
    old = keys(folder(tmp_path))
    (told,) = broken(old, keys(folder(tmp_path, *edits)))
    line = told.right.partition(": ")[2].replace("<why>", "measured anew")
    assert broken(old, keys(folder(tmp_path, *edits, declared=f"  {line}\n"))) == []


def test_another_thing_is_to_have_a_key_of_its_own(tmp_path: Path) -> None:
    old = keys(folder(tmp_path))
    (told,) = broken(old, keys(folder(tmp_path, ("{fi: Turku}", "{fi: Tampere}"))))
    assert told.right == (
        "if that is another city, give it a key of its own and leave this one as it was; only if the old entry was a "
        "mistake, write there: - {key: turku, corrected: <why>}"
    )
    (told,) = broken(old, keys(folder(tmp_path, *BREAKS["another end"][0])))
    assert told.right.startswith("if that is another claim, give it an id of its own and leave this one as it was; ")
    (told,) = broken(old, keys(folder(tmp_path, *BREAKS["another type"][0])))
    assert told.right.startswith("if that is another thing, give it a key of its own and leave this one as it was; ")


def test_the_file_to_edit_is_named_and_begun_where_there_is_none(tmp_path: Path) -> None:
    old = keys(folder(tmp_path))
    new = keys(folder(tmp_path, *GONE))
    told = broken(old, new, Place("here/data/replaced.yaml", begun=False))
    assert {(p.file, p.line, p.column) for p in told} == {("here/data/replaced.yaml", 1, 1)}
    assert all(
        "begin this file, which does not exist yet, with `replaced:` and write there: - {" in p.right for p in told
    )
    assert not any("begin" in p.right for p in broken(old, new, Place("here/data/replaced.yaml")))


def test_nothing_is_told_of_what_keeps_its_meaning(tmp_path: Path) -> None:
    old = keys(folder(tmp_path))
    assert len(old.sources) == 10 + 24  # with the concepts of ontology/themes.ttl
    assert broken(old, old) == []
    edits = [
        ("{fi: Turku}", "{fi: Turku, sv: Åbo}"),
        ("{fi: Lahti, sv: Lahtis}", "{fi: LAHTI, en: Lahti City}"),
        ("lat: 60.98", "lat: 61.2"),
        ("A gazetteer", "The gazetteer"),
        ("member: turku, network: ubc", "member: turku, network: ubc, decided-by: park"),
    ]
    assert broken(old, keys(folder(tmp_path, *edits))) == []


def test_ends_are_followed_where_their_keys_lead(tmp_path: Path) -> None:
    old = keys(folder(tmp_path))
    edits = [("key: lahti,", "key: lahti-town,"), ("member: lahti,", "member: lahti-town,")]
    assert broken(old, keys(folder(tmp_path, *edits, declared="  - {key: lahti, by: lahti-town}\n"))) == []


def test_what_follows_from_a_key_that_is_proposed_is_not_told(tmp_path: Path) -> None:
    old = keys(folder(tmp_path))
    edits = [("key: lahti,", "key: lahti-town,"), ("joined, type: Membership, member: lahti,",
             "entered, type: Membership, member: lahti-town,"), ("works, type: Coordination, coordinator: park",
             "works, type: Coordination, coordinator: science"), ("key: park", "key: science")]  # fmt: skip
    told = broken(old, keys(folder(tmp_path, *edits)))
    lines = [p.right.partition(": ")[2] for p in told]
    assert lines == [
        "- {key: lahti, by: lahti-town}",
        "- {key: news/joined, by: news/entered}",
        "- {key: park, by: science}",
    ]
    declared = "".join(f"  {line}\n" for line in lines)
    assert broken(old, keys(folder(tmp_path, *edits, declared=declared))) == []


def test_the_claims_of_rows_follow_a_key_that_is_proposed() -> None:
    named = CITIES.replace("id:lahti a cg:City ;", "id:lahti a cg:City ; skos:prefLabel 'Lahti' ;")
    old = trig(matched(named))
    assert [p.name for p in broken(old, trig(matched(named).replace("id:lahti", "id:lahti-town")))] == ["lahti"]
    # Another end is still told.
    other = matched(named).replace("id:lahti", "id:lahti-town").replace("member id:lahti-town", "member id:gcom-8")
    assert [p.name for p in broken(old, trig(other))] == ["lahti", "gcom/7-adhesion"]


def test_all_are_told_at_once_in_order(tmp_path: Path) -> None:
    old = keys(folder(tmp_path))
    edits = [
        edit
        for name in ("a thing gone", "a claim gone", "another country", "another place")
        for edit in BREAKS[name][0]
    ]
    told = broken(old, keys(folder(tmp_path, *edits)))
    assert [p.name for p in told] == ["lahti-old", "news/works", "lahti", "turku"]


# ---------------------------------------------------------------- what was declared stays declared

GONE = [(LAHTI_OLD, ""), (COORDINATION, "")]
DECLARED = "  - {key: lahti-old, by: lahti}\n  - {key: news/works, withdrawn: 'It says \"may\".'}\n"


def test_a_declaration_is_for_ever(tmp_path: Path) -> None:
    old = keys(folder(tmp_path, *GONE, declared=DECLARED))
    assert broken(old, keys(folder(tmp_path, *GONE, declared=DECLARED))) == []
    told = broken(old, keys(folder(tmp_path, *GONE)))
    assert [(p.code, p.name) for p in told] == [("key-forgotten", "lahti-old"), ("key-forgotten", "news/works")]
    lines = "".join(f"  {p.right.partition(': ')[2]}\n" for p in told)
    assert broken(old, keys(folder(tmp_path, *GONE, declared=lines))) == []
    assert keys(folder(tmp_path, *GONE, declared=lines)).notes(PREFIXES["skos"] + "changeNote") == {
        (f"{ID}claim/news/works", 'It says "may".')
    }


def test_a_key_that_is_no_more_is_not_used_for_another(tmp_path: Path) -> None:
    old = keys(folder(tmp_path, *GONE, declared=DECLARED))
    told = broken(old, keys(folder(tmp_path)))
    assert [(p.code, p.name) for p in told] == [("key-reused", "lahti-old"), ("key-reused", "news/works")]
    assert "led to 'lahti' and now is a thing of its own" in told[0].what
    assert "was withdrawn and is in use again" in told[1].what
    healed = "  - {key: lahti-old, corrected: a town of its own}\n  - {key: news/works, corrected: it says so}\n"
    assert broken(old, keys(folder(tmp_path, declared=healed))) == []


def test_a_key_leads_where_it_led(tmp_path: Path) -> None:
    old = keys(folder(tmp_path, *GONE, declared=DECLARED))
    (told,) = broken(old, keys(folder(tmp_path, *GONE, declared=DECLARED.replace("by: lahti", "by: turku"))))
    assert (told.code, told.name) == ("key-reused", "lahti-old")
    assert "led to 'lahti' and now leads to 'turku'" in told.what
    assert "- {key: lahti-old, by: lahti}" in told.right
    longer = DECLARED + "  - {key: lahti, by: lahti-town}\n"
    renamed = [("key: lahti,", "key: lahti-town,"), ("member: lahti,", "member: lahti-town,")]
    assert broken(old, keys(folder(tmp_path, *GONE, *renamed, declared=longer))) == []
    withdrawn = DECLARED.replace("by: lahti", "withdrawn: it was another")
    assert broken(old, keys(folder(tmp_path, *GONE, declared=withdrawn))) == []


def test_a_correction_counts_once(tmp_path: Path) -> None:
    one, two = BREAKS["another place"][0], [("lat: 60.98", "lat: 62.98")]
    declared = "  - {key: lahti, corrected: measured anew}\n"
    old = keys(folder(tmp_path, *one, declared=declared))
    (told,) = broken(old, keys(folder(tmp_path, *two, declared=declared)))
    assert told.right.endswith('- {key: lahti, corrected: ["measured anew", <why>]}')
    again = f"  {told.right.partition(': ')[2]}\n".replace("<why>", "and once more")
    assert broken(old, keys(folder(tmp_path, *two, declared=again))) == []


# ---------------------------------------------------------------- tables

ROW = (
    'id:gcom-{n} a cg:City ; skos:prefLabel "C{n}" ; cg:country "FI" . '
    "c:{n}-adhesion a cg:Membership ; cg:member id:gcom-{n} . "
)
CITIES = "id:gcom a cg:Source . id:lahti a cg:City ; cg:country 'FI' . " + "".join(
    ROW.replace("{n}", str(n)) for n in range(30)
)
MATCHED = "id:gcom-7 a cg:Entry ; cg:refersTo id:lahti ; skos:prefLabel 'C7' . "


def matched(text: str) -> str:
    """Where entry 7 has become an entry for Lahti."""
    city = ROW.replace("{n}", "7")
    assert city in text
    return text.replace(city, MATCHED + "c:7-adhesion a cg:Membership ; cg:member id:lahti . ")


def test_a_city_that_a_later_release_matches_is_merged() -> None:
    old, new = trig(CITIES), trig(matched(CITIES))
    assert broken(old, new) == []
    assert redirects(new) == f"old,new\n{ID}gcom-7,{ID}lahti\n"
    unmoved = matched(CITIES).replace("cg:member id:lahti", "cg:member id:gcom-7")
    assert broken(old, trig(unmoved)) == []


def test_an_entry_that_a_table_lists_no_longer_still_leads_to_its_thing() -> None:
    fewer = matched(CITIES).replace(MATCHED, "id:gcom skos:historyNote 'The edition of 2026'@en . ")
    old, new = trig(matched(CITIES)), trig(fewer)
    assert broken(old, new) == []
    assert redirects(new, old) == f"old,new\n{ID}gcom-7,{ID}lahti\n"


def test_an_entry_that_no_longer_means_the_thing_is_told_once_declared_once() -> None:
    old, new = trig(matched(CITIES)), trig(CITIES)
    told = broken(old, new)
    # The claims of its row follow the entry.
    assert [(p.code, p.name) for p in told] == [("key-reused", "gcom-7")]
    assert told[0].right == "write there: - {key: gcom-7, corrected: <why>}"
    assert broken(old, trig(CITIES + "id:gcom-7 skos:changeNote 'Not Lahti'@en .")) == []


def test_an_entry_stands_for_the_same_when_its_thing_is_gone() -> None:
    lahti = "id:lahti a cg:City ; cg:country 'FI' . "
    told = broken(trig(matched(CITIES)), trig(CITIES.replace(lahti, "")))
    assert [(p.code, p.name) for p in told] == [("key-dropped", "lahti")]


def test_many_keys_of_a_source_are_one_problem() -> None:
    old = trig(CITIES)
    few = trig("id:gcom a cg:Source . id:lahti a cg:City .")
    (told,) = broken(old, few)
    assert (told.code, told.name) == ("key-dropped", "gcom")
    assert told.what == "60 keys of 'gcom' are gone, for instance gcom/0-adhesion, gcom/1-adhesion, gcom/10-adhesion"
    assert told.right == "write there: - {source: gcom, withdrawn: <why>}"
    assert len(broken(old, few, few=60)) == 60
    declared = "id:gcom a cg:Source ; skos:historyNote 'The edition of 2026'@en . id:lahti a cg:City ."
    assert broken(old, trig(declared)) == []
    (reused,) = broken(old, trig(CITIES.replace("'FI' . id:gcom-0", "'FI' . id:gcom-0").replace('"FI"', '"SE"')))
    assert reused.what.startswith("30 keys of 'gcom' mean something else, for instance ")
    assert reused.right.startswith("if that is another thing, give it a key of its own and leave this one as it was; ")


def test_what_a_source_lists_no_longer_stays_withdrawn(tmp_path: Path) -> None:
    note = "id:gcom skos:historyNote 'The edition of 2026'@en . "
    old, fewer = trig(CITIES), trig(CITIES.replace(ROW.replace("{n}", "3"), "") + note)
    assert broken(old, fewer) == []
    place = written(fewer, tmp_path / "fewer")
    (place / "redirects.csv").write_text(redirects(fewer, old), "utf-8")
    later = read_keys(place)
    assert later.carried == {f"{ID}claim/gcom/3-adhesion": "", f"{ID}gcom-3": ""}
    # The same words do not declare what a still later edition leaves out.
    fewest = trig(CITIES.replace(ROW.replace("{n}", "3"), "").replace(ROW.replace("{n}", "4"), "") + note)
    assert [p.name for p in broken(later, fewest)] == ["gcom-4", "gcom/4-adhesion"]
    assert redirects(fewer, later) == redirects(fewer, old)
    assert [p.name for p in broken(later, trig(CITIES + note))] == ["gcom-3", "gcom/3-adhesion"]
    assert [p.name for p in broken(later, trig(CITIES + note), few=1)] == ["gcom"]


def test_a_source_of_another_name_is_found_with_its_claims(tmp_path: Path) -> None:
    old = keys(folder(tmp_path))
    data = folder(tmp_path, ("id: news", "id: gazette"))
    (data / "pages" / "news.yaml").rename(data / "pages" / "gazette.yaml")
    told = broken(old, keys(data))
    assert [(p.name, p.right.partition(": ")[2]) for p in told] == [
        ("news", "- {key: news, by: gazette}"),
        *((f"news/{fact}", f"- {{key: news/{fact}, by: gazette/{fact}}}") for fact in ("also", "joined", "works")),
    ]
    (data / "replaced.yaml").write_text(
        "replaced:\n" + "".join(f"  {p.right.partition(': ')[2]}\n" for p in told), "utf-8"
    )
    assert broken(old, keys(data)) == []


# ---------------------------------------------------------------- redirects.csv


def test_redirects_lead_to_the_last_and_nowhere_where_withdrawn() -> None:
    new = trig(
        "id:c a cg:City . id:a dcterms:isReplacedBy id:b . id:b dcterms:isReplacedBy id:c . id:z owl:deprecated true . "
        "id:e a cg:Entry ; cg:refersTo id:c . id:nastola a cg:City . "
        "c:x dcterms:isReplacedBy c:y . c:y a cg:Membership ."
    )
    rows = [f"{ID}a,{ID}c", f"{ID}b,{ID}c", f"{ID}claim/gcom/x,{ID}claim/gcom/y", f"{ID}e,{ID}c", f"{ID}z,"]
    assert redirects(new).splitlines() == ["old,new", *rows]


def test_what_follows_by_rule_is_no_redirect(built: pipeline.Built) -> None:
    assert any(q.predicate.value.endswith("isReplacedBy") for q in built.inferred)
    both = keys_of(built.asserted + built.inferred)
    assert redirects(both) == redirects(keys_of(built.asserted)) == "old,new\n"


# ---------------------------------------------------------------- an earlier release that cannot be read


def test_a_release_folder_tells_what_its_graph_does(dist: Path, built: pipeline.Built) -> None:
    read, made = read_keys(dist), keys_of(built.asserted)
    assert dict(read.sources) == dict(made.sources)
    assert set(read.quads.lines()) == set(made.quads.lines())
    assert broken(read, made) == []


def _cut(file: Path, end: int) -> None:
    file.write_bytes(file.read_bytes()[:end])


Damage = Callable[[Path], object]
DAMAGES: dict[str, tuple[Damage, str]] = {
    "no release": (lambda f: (f / "citygraph.nq").unlink(), "no release in it"),
    "cut off": (lambda f: _cut(f / "citygraph.nq", -20), "damaged after line 152"),
    "cut between lines": (lambda f: _cut(f / "citygraph.nq", 0), "nothing of a release in it"),
    "no quads": (lambda f: (f / "citygraph.nq").write_text("<html>\n"), "damaged after line 0"),
    "no graph": (lambda f: (f / "citygraph.nq").write_text(f"<a> <{TYPE}> <b> .\n"), "not a quad of a named graph"),
    "not UTF-8": (lambda f: (f / "citygraph.nq").write_bytes(b"<a> <b> \xff .\n"), "not UTF-8"),
    "redirects cut": (lambda f: (f / "redirects.csv").write_text("old,new\nhttps://w3id"), "redirects.csv: damaged"),
    "other sums": (lambda f: (f / "SHA256SUMS").write_text("0" * 64 + "  citygraph.nq\n"), "not what SHA256SUMS"),
    "a file less": (lambda f: (f / "SHA256SUMS").write_text("0" * 64 + "  redirects.csv\n"), "SHA256SUMS lists it"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_an_earlier_release_that_is_damaged_is_told(name: str, tmp_path: Path) -> None:
    place = written(trig(CITIES), tmp_path / "old")
    digest = hashlib.sha256((place / "citygraph.nq").read_bytes()).hexdigest()
    (place / "SHA256SUMS").write_text(f"{digest}  citygraph.nq\n")
    assert len(read_keys(place).sources) == 62
    damage, words = DAMAGES[name]
    if name not in ("other sums", "a file less"):
        (place / "SHA256SUMS").unlink()
    damage(place)
    with pytest.raises(CitygraphError, match=words):
        read_keys(place)


# ---------------------------------------------------------------- data/replaced.yaml

WRONG = {
    "list": ("x", 1, 1, "no list of entries"),
    "no key": ("- {by: lahti}", 2, 5, "neither `key` nor `source`"),
    "two keys": ("- {key: a, source: b, withdrawn: w}", 2, 22, "`key` and `source`"),
    "nothing": ("- {key: a}", 2, 5, "nothing said of it"),
    "two ways": ("- {key: a, by: lahti, withdrawn: gone}", 2, 36, "`by` and `withdrawn`"),
    "a source by": ("- {source: a, by: lahti}", 2, 21, "`by` of a source's rows"),
    "two reasons": ("- {key: a, withdrawn: [v, w]}", 2, 26, "2 values of 'withdrawn'"),
    "no name": ("- {key: A b, withdrawn: gone}", 2, 11, "'A b' is no key"),
    "a claim as source": ("- {source: a/b, withdrawn: gone}", 2, 14, "'a/b' is a claim"),
    "no reason": ("- {key: a, withdrawn: Why}", 2, 25, "'Why' is no reason"),
    "a reason to be filled in": ("- {key: turku, corrected: <WHY>}", 2, 29, "'<WHY>' is no reason"),
    "one filled in wrong": ("- {source: news, withdrawn: <the reason>}", 2, 31, "'<the reason>' is no reason"),
    "a second that is none": ("- {key: turku, corrected: [measured anew, <why>]}", 2, 45, "'<why>' is no reason"),
    "a key to be filled in": ("- {key: a, by: <its key today>}", 2, 18, "'<its key today>' is no key"),
    "signs": ("- {key: a, withdrawn: '???????'}", 2, 25, "'???????' is no reason"),
    "an empty reason": ("- {key: a, withdrawn: ''}", 2, 25, "'withdrawn' has no value"),
    "unknown key": ("- {key: a, with: b}", 2, 14, "unknown key 'with'"),
    "twice": ("- {key: a, withdrawn: gone}\n  - {key: a, by: lahti}", 3, 11, "the key 'a' stands twice"),
    "itself": ("- {key: a, by: a}", 2, 18, "'a' is replaced by itself"),
    "round": ("- {key: a, by: b}\n  - {key: b, by: a}", 2, 18, "round in a circle"),
    "round elsewhere": ("- {key: a, by: b}\n  - {key: b, by: c}\n  - {key: c, by: b}", 2, 18, "round in a circle"),
    "to nothing": ("- {key: a, by: b}", 2, 18, "'b', but nothing has this key"),
    "to something withdrawn": (
        "- {key: a, by: b}\n  - {key: b, withdrawn: gone}",
        2,
        18,
        "leads to something withdrawn",
    ),
    "a thing by a claim": ("- {key: a, by: news/joined}", 2, 18, "one is a claim, the other a thing"),
    "still there": ("- {key: turku, by: lahti}", 2, 11, "'turku' is replaced by 'lahti', but the data still has it"),
    "withdrawn and there": ("- {key: news/works, withdrawn: gone}", 2, 11, "is withdrawn, but the data still has it"),
    "corrected and not there": ("- {key: a, corrected: mended}", 2, 11, "'a' is corrected, but nothing has this key"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_declaration_is_told_at_its_place(name: str, tmp_path: Path) -> None:
    text, line, column, words = WRONG[name]
    data = folder(tmp_path, declared=f"  {text}\n")
    told = refused(data)[0]
    assert words in told.what
    assert told.file.endswith("data/replaced.yaml")
    assert (told.line, told.column) == (line, column)
    assert told.right


def test_a_sheet_that_uses_a_former_key_is_told_the_one_of_today(tmp_path: Path) -> None:
    used = [("key: lahti,", "key: lahti-town,"), ("works, type", "works, note: x, type")]
    declared = "  - {key: lahti, by: lahti-city}\n  - {key: lahti-city, by: lahti-town}\n"
    (told,) = refused(folder(tmp_path, *used, declared=declared))
    assert told.text().endswith("'lahti' is replaced by 'lahti-town'; write that [joined]")
    (told,) = refused(folder(tmp_path, ("key: park", "key: other"), declared="  - {key: park, withdrawn: closed}\n"))
    assert told.what == "'park' is withdrawn"


def test_what_is_declared_stands_in_the_graph_of_the_registry(tmp_path: Path) -> None:
    declared = DECLARED + "  - {key: turku, corrected: [first, second]}\n  - {source: news, withdrawn: fewer}\n"
    declared += "  - {source: press, withdrawn: closed}\n"
    asserted = pipeline.check(folder(tmp_path, *GONE, declared=declared), COMPILED).asserted
    marks = [PREFIXES["dcterms"] + "isReplacedBy", OWL + "deprecated"]
    marks += [PREFIXES["skos"] + "changeNote", PREFIXES["skos"] + "historyNote"]
    said = {
        (q.subject.value.removeprefix(ID), marks.index(q.predicate.value), q.object.value.removeprefix(ID))  # type: ignore[union-attr]
        for q in asserted
        if q.predicate.value in marks and q.graph_name == ox.NamedNode("https://w3id.org/citygraph/graph/registry")
    }
    assert said == {
        ("lahti-old", 0, "lahti"),
        ("claim/news/works", 1, "true"),
        ("claim/news/works", 2, 'It says "may".'),
        ("turku", 2, "first"),
        ("turku", 2, "second"),
        ("news", 3, "fewer"),
        ("press", 1, "true"),
        ("press", 3, "closed"),
    }


def test_a_table_that_is_not_read_may_have_what_is_named(tmp_path: Path) -> None:
    data = folder(tmp_path, declared="  - {key: lahti-old, by: gcom-7}\n  - {key: gcom/7-x, corrected: mended}\n")
    things = (data / "registry" / "things.yaml").read_text("utf-8").replace(LAHTI_OLD, "")
    (data / "registry" / "things.yaml").write_text(things, "utf-8")
    assert [p.what for p in refused(data)] == [
        "'lahti-old' is replaced by 'gcom-7', but nothing has this key",
        "'gcom/7-x' is corrected, but nothing has this key",
    ]
    (data / "tables").mkdir()
    shutil.copy(Path(__file__).parents[1] / "data" / "tables" / "gcom.yaml", data / "tables")
    assert refused(data) == []


def test_a_correction_passes_every_check_and_comes_back_from_each_format(tmp_path: Path) -> None:
    declared = DECLARED + "  - {key: news/joined, corrected: read wrong}\n"
    data = folder(tmp_path, *GONE, declared=declared)
    built = pipeline.release(data, tmp_path / "dist")
    assert [p for p in built.problems if p.severity == "violation"] == []
    quads = set(ox.parse(path=tmp_path / "dist" / "citygraph.nq"))
    assert {*ox.parse(path=tmp_path / "dist" / "citygraph.jsonld", format=ox.RdfFormat.JSON_LD)} == quads
    assert {*ox.parse(path=tmp_path / "dist" / "citygraph.trig")} == quads
    assert broken(read_keys(tmp_path / "dist"), keys_of(built.asserted)) == []


def test_the_file_itself_can_be_checked(tmp_path: Path) -> None:
    data = folder(tmp_path, declared="  - {key: a, by: a}\n")
    (told,) = pipeline.check(data, COMPILED, [data / "replaced.yaml"]).problems
    assert told.code == "replaced"
    assert told.file.endswith("replaced.yaml")


def test_an_entry_leads_to_its_thing_by_rule(tmp_path: Path) -> None:
    asserted = columns_of([ox.Quad(*(ox.NamedNode(i) for i in (ID + "gcom-7", CG + "refersTo", ID + "lahti")))])
    for reasoner in ("owlrl", "compiled"):
        found = {q.predicate.value for q in pipeline.inferences(asserted, reasoner)}
        assert PREFIXES["dcterms"] + "isReplacedBy" in found


def test_a_former_key_still_leads_somewhere(tmp_path: Path, run: Run) -> None:
    """Whoever cited an old key is told what became of it, by `query` and by `explain`."""
    data = tmp_path / "data"
    shutil.copytree(ROOT / "data", data)
    (data / "replaced.yaml").write_text(
        "replaced:\n  - {key: lahtis, by: lahti}\n  - {key: old-town, by: lahtis}\n"
        "  - {key: lahti-networks-2012/iclei-membership, withdrawn: The article does not say so.}\n"
    )
    assert run("build", "--data", data, "--out", tmp_path / "r", "--quiet").returncode == 0
    asked = ["--graph", tmp_path / "r"]
    rows = [run("query", "memberships", "-p", f"city={key}", *asked).stdout for key in ("lahti", "lahtis", "old-town")]
    assert rows[0].count("\n") > 3
    assert rows == [rows[0]] * 3
    told = run("explain", "old-town", *asked).stdout
    assert told.startswith("old-town is now lahtis\nlahtis is now lahti\n")
    assert "lahti-networks-2012/covenant-membership" in told
    gone = run("explain", "lahti-networks-2012/iclei-membership", *asked)
    assert gone.stdout == "lahti-networks-2012/iclei-membership was withdrawn: The article does not say so.\n"
    asked_for = run("query", "evidence", "-p", "claim=claim/lahti-networks-2012/iclei-membership", *asked)
    assert (asked_for.returncode, "was withdrawn: The article" in asked_for.stderr) == (2, True)
