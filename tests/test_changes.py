"""What changed between two releases: exactly as quads, and in words by claim."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citygraph import build as pipeline
from citygraph.changes import claims, compare, printed
from citygraph.changes.compare import Side, delta, merged, opened
from citygraph.problems import CitygraphError
from citygraph.rdf.columns import value as value_of
from citygraph.vocabulary import CG, DCTERMS, GRAPH, ID, OWL, SKOS, TYPE
from conftest import ROOT, Run

ARTICLE = "articles/lahti-networks-2012.yaml"
CITED = (
    "Ville Miettinen: “Lahti laajentaa kestävän kehityksen yhteistyöverkostoaan”. Kuntatekniikka, 2012-11-06. "
    "https://kuntatekniikka.fi/2012/11/06/lahti-laajentaa-kestavan-kehityksen-yhteistyoverkostoaan/"
)
Edit = tuple[str, str, str]
Edited = Callable[..., Path]


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """A release of the project's data with some texts of its files replaced."""

    def make(*edits: Edit) -> Path:
        data = tmp_path / "edited-data"
        shutil.copytree(ROOT / "data", data)
        for name, old, new in edits:
            text = (data / name).read_text("utf-8")
            assert text.count(old) == 1, old
            (data / name).write_text(text.replace(old, new), "utf-8")
        pipeline.release(data, tmp_path / "edited")
        return tmp_path / "edited"

    return make


def said(old: Path, new: Path, every: bool = False, language: str = "en") -> str:
    return "".join(printed.text(claims.changes(delta(opened(old), opened(new)), language), every))


def told(old: Path, new: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads("".join(printed.to_json(claims.changes(delta(opened(old), opened(new))))))
    return found


def quads(file: Path) -> set[ox.Quad]:
    return set(ox.parse(path=str(file), format=ox.RdfFormat.from_extension(file.suffix[1:])))


def graph(folder: Path, *rows: tuple[str, str, str] | tuple[str, str, str, str]) -> Path:
    """A release folder of quads: subjects and IRIs as keys, `claim/…`, or predicates' IRIs; other objects literals."""
    folder.mkdir(parents=True)
    lines = []
    for s, p, o, *g in rows:
        value = f"<{o[1:] if o[1:].startswith('http') else ID + o[1:]}>" if o[:1] == "@" else str(ox.Literal(o))
        lines.append(f"<{ID}{s}> <{p}> {value} <{GRAPH}{g[0] if g else 'registry'}> .\n")
    (folder / "citygraph.nq").write_text("".join(sorted(set(lines))), "utf-8")
    return folder


# ---------------------------------------------------------------- exactly, as quads

IRIS = st.sampled_from([ox.NamedNode(f"http://x/{name}") for name in ("a", "ab", "b", "a-b", "a.b", "ä", "𝔞")])
LITERALS = st.builds(ox.Literal, st.text("a \"\\\n\r\té𝔞'", max_size=4)) | st.sampled_from(
    [
        ox.Literal("a", language="en"),
        ox.Literal("a", language="en-gb"),
        ox.Literal("1", datatype=ox.NamedNode("http://x/d")),
    ]
)
QUADS = st.sets(st.builds(ox.Quad, IRIS, IRIS, IRIS | LITERALS, IRIS | st.just(ox.DefaultGraph())), max_size=12)


@given(QUADS, QUADS, QUADS, st.randoms(use_true_random=False), st.booleans())
def test_old_without_removed_and_with_added_is_new(
    tmp_path_factory: pytest.TempPathFactory,
    both: set[ox.Quad],
    one: set[ox.Quad],
    other: set[ox.Quad],
    chance: random.Random,
    as_release: bool,
) -> None:
    folder = tmp_path_factory.mktemp("graphs")
    sides = {"old": both | one, "new": both | other}
    for name, some in sides.items():
        mixed = sorted(some, key=str)
        chance.shuffle(mixed)
        written = ox.serialize(mixed, format=ox.RdfFormat.N_QUADS) or b""
        (folder / f"{name}.nq").write_bytes(written)
        (folder / name).mkdir()
        lines = sorted(line + b"\n" for line in written.split(b"\n") if line)
        (folder / name / "citygraph.nq").write_bytes(b"".join(lines))
    ends = ["old", "new"] if as_release else ["old.nq", "new.nq"]
    found = delta(*(opened(folder / end) for end in ends))
    compare.save(folder / "out", found)
    removed, added = quads(folder / "out" / "removed.nq"), quads(folder / "out" / "added.nq")
    assert (sides["old"] - removed) | added == sides["new"]
    assert removed == sides["old"] - sides["new"]
    assert added == sides["new"] - sides["old"]
    assert set(found.common()) == {str(q).encode() + b" .\n" for q in sides["old"] & sides["new"]}
    assert bool(found) == (sides["old"] != sides["new"])


@given(st.sets(st.binary(max_size=3)), st.sets(st.binary(max_size=3)))
def test_merging_sorted_lines_is_the_difference_of_sets(old: set[bytes], new: set[bytes]) -> None:
    assert merged(iter(sorted(old)), iter(sorted(new))) == (sorted(old - new), sorted(new - old))


def test_the_article_with_edits_as_two_files(dist: Path, edited: Edited, run: Run, tmp_path: Path) -> None:
    new = edited(
        (ARTICLE, "joined: 2012-09-10", "joined: 2012-09"),
        (ARTICLE, "    decided-by: lahti-city-council\n", ""),
        ("registry/cities.yaml", "sv: Lahtis", "sv: Lahtis stad"),
    )
    done = run("diff", dist, new, "--format", "rdf", "--out", tmp_path / "out")
    assert done.returncode == 1
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"removed.nq", "added.nq"}
    removed, added = (tmp_path / "out" / name for name in ("removed.nq", "added.nq"))
    old = quads(dist / "citygraph.nq")
    assert (old - quads(removed)) | quads(added) == quads(new / "citygraph.nq")
    assert quads(removed) <= old
    assert not quads(added) & old
    assert {str(q.graph_name)[1:-1] for q in quads(removed)} == {
        GRAPH + name for name in ("lahti-networks-2012", "registry")
    }
    for file in (removed, added):
        lines = file.read_bytes().splitlines()
        assert lines == sorted(set(lines))
    assert f"removed.nq ({len(quads(removed))}), added.nq ({len(quads(added))})" in done.stdout


def test_other_files_are_compared_as_quads(dist: Path, tmp_path: Path) -> None:
    for name in ("citygraph.nq", "citygraph.trig", "citygraph.jsonld"):
        assert not delta(opened(dist), opened(dist / name)), name
    shuffled = (dist / "citygraph.nq").read_text("utf-8").splitlines(keepends=True)
    random.Random(1).shuffle(shuffled)
    (tmp_path / "citygraph.nq").write_text("# by hand\n" + "".join(shuffled).rstrip("\n"), "utf-8")
    assert opened(tmp_path).parsed is not None
    assert not delta(opened(dist), opened(tmp_path))


def test_what_has_no_graph_is_told_as_the_default_graph(dist: Path, tmp_path: Path) -> None:
    (tmp_path / "old.nq").write_text(f'<{ID}a> <{SKOS}prefLabel> "A" .\n', "utf-8")
    new = graph(tmp_path / "new", ("a", SKOS + "prefLabel", "A"), ("a", SKOS + "note", "N", "page"))
    assert "\nthe default graph, page, registry\n" in said(tmp_path / "old.nq", new)


def test_a_release_is_not_held_in_memory(dist: Path) -> None:
    assert opened(dist) == Side(dist / "citygraph.nq")


# ---------------------------------------------------------------- exit codes and messages


def test_same_is_0_different_is_1(dist: Path, tmp_path: Path, run: Run) -> None:
    other = graph(tmp_path / "other", ("lahti", TYPE, "@" + CG + "City"))
    same = run("diff", dist, dist)
    assert (same.returncode, same.stdout, same.stderr) == (0, "No change.\n", "")
    for form in ("text", "json"):
        different = run("diff", dist, other, "--format", form)
        assert (different.returncode, different.stderr) == (1, "")
    assert json.loads(run("diff", dist, dist, "--format", "json").stdout)["same"] is True
    assert run("diff", dist, dist, "--format", "rdf", "--out", tmp_path / "none").returncode == 0
    assert [file.read_bytes() for file in sorted((tmp_path / "none").iterdir())] == [b"", b""]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.nq", None, "no graph there; `citygraph build` makes one"),
        ("broken.ttl", "<a> <b> ", "not RDF: "),
        ("table.csv", "a,b\n", "not a known RDF file"),
        ("blank.ttl", "[] <http://x/p> 1 .", "has blank nodes, which have no name to compare them by"),
        ("blank.nt", "<http://x/s> <http://x/p> _:b .", "has blank nodes"),
        ("triple.nt", "<http://x/s> <http://x/p> <<( <http://x/s> <http://x/p> 'a' )>> .", ""),
        ("folder/citygraph.nq", "<not a quad>\n", "not a quad as a release has it: <not a quad>"),
        ("folder/citygraph.nq", "<b>\n<a>\n", "not RDF: "),
        ("folder/citygraph.nq", "<http://x/s> <http://x/p> <http://x/o> <http://x/g> . \n", ""),
    ],
)
def test_what_cannot_be_compared_is_2_with_one_line(
    name: str, content: str | None, says: str, dist: Path, tmp_path: Path, run: Run
) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    if content is not None:
        file.write_text(content, "utf-8")
    for pair in ((dist, file), (file, dist)):
        done = run("diff", *(end.parent if end.parent.name == "folder" else end for end in pair))
        assert done.returncode == 2, done.stdout
        assert done.stderr.startswith("citygraph: ")
        assert says in done.stderr
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""


def test_rdf_needs_a_folder_that_is_new_or_empty(dist: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", "utf-8")
    (tmp_path / "empty").mkdir()
    assert run("diff", dist, dist, "--format", "rdf", "--out", tmp_path / "empty").returncode == 0
    for options in (["--format", "rdf"], ["--out", tmp_path / "new"], ["--format", "rdf", "--out", tmp_path / "full"]):
        done = run("diff", dist, dist, *options)
        assert done.returncode == 2
        assert "--out" in done.stderr
    assert run("diff", dist, dist, "--format", "rdf", "--out", dist).returncode == 2
    assert [file.name for file in (tmp_path / "full").iterdir()] == ["mine.txt"]
    assert not (tmp_path / "new").exists()
    assert (dist / "citygraph.nq").exists()


# ---------------------------------------------------------------- in words


def test_a_date_and_a_note_that_changed(dist: Path, edited: Edited) -> None:
    new = edited(
        (ARTICLE, "joined: 2012-09-10", "joined: 2012-09"),
        (ARTICLE, "note: A sum; which", "note: The sum; which"),
    )
    assert said(dist, new) == (
        "2 claims changed.\n"
        f"\n{CITED}\n"
        "  changed   Membership lahti-networks-2012/covenant-membership (member Lahti; network Covenant of Mayors"
        " (2020 commitment); decided-by Lahti City Council)\n"
        "             joined: 2012-09-10 → 2012-09\n"
        "  changed   Membership lahti-networks-2012/three-memberships (member Lahti)\n"
        "             note: A sum; which three is read from the layout. The words give neither year nor day.\n"
        "                 → The sum; which three is read from the layout. The words give neither year nor day.\n"
    )
    assert "Euroopan unionin" not in said(dist, new)
    assert "Kaupunginjohtajien" in said(dist, new, language="fi")


def test_a_claim_that_is_gone_and_back(dist: Path, edited: Edited) -> None:
    text = (ROOT / "data" / ARTICLE).read_text("utf-8")
    start = text.index("  - id: waste-to-energy-coordination")
    fact = text[start : text.find("\n  - id: ", start) + 1 or None]
    new = edited((ARTICLE, fact, ""))
    body = (
        " Coordination lahti-networks-2012/waste-to-energy-coordination\n"
        "             network: Global Sustainable Cities\n"
        "             coordinator: Lahti Science and Business Park\n"
        "             theme: waste to energy\n"
        "             status: undertaken\n"
        "             note: The Science and Business Park, not the City of Lahti. Committed to coordinate; the start is"
        " not given.\n"
        "             quote: »Lahden tiede- ja yrityspuisto on sitoutunut koordinoimaan Global Sustainable Cities"
        " verkoston jätteestä energiaksi (waste to energy) -vastuualuetta.«\n"
    )
    gone, back = said(dist, new), said(new, dist)
    assert f"\n{CITED}\n  gone     {body}" in gone
    assert f"\n{CITED}\n  added    {body}" in back
    assert gone.startswith("1 claim gone; inferred triples: ")
    assert back.startswith("1 claim added; inferred triples: ")
    assert "  coordinates: 1 gone\n" in gone
    assert "  coordinates: 1 added\n" in back
    (inferred,) = (row for row in told(dist, new)["inferred"] if row["predicate"] == CG + "coordinates")
    assert inferred["gone"] == [[f"<{ID}lahti-science-and-business-park>", f"<{ID}global-sustainable-cities>"]]
    assert inferred["added"] == []


def test_a_name_that_changed_is_told_of_the_thing(dist: Path, edited: Edited) -> None:
    new = edited(("registry/cities.yaml", "sv: Lahtis", "sv: Lahtis stad"))
    assert said(dist, new) == (
        "1 thing changed.\n\nregistry\n  changed   City lahti “Lahti”\n             name (sv): Lahtis → Lahtis stad\n"
    )
    (change,) = told(dist, new)["changes"]
    assert change == {
        "change": "changed",
        "about": "thing",
        "type": CG + "City",
        "iri": ID + "lahti",
        "name": "Lahti",
        "source": "registry",
        "fields": [
            {
                "field": "name (sv)",
                "graph": GRAPH + "registry",
                "from": [{"value": "Lahtis", "language": "sv"}],
                "to": [{"value": "Lahtis stad", "language": "sv"}],
            }
        ],
    }


def test_quotes_that_only_stand_elsewhere_have_moved(dist: Path, edited: Edited) -> None:
    name = "articles/lahti-networks-2012.txt"
    text = (ROOT / "data" / name).read_text("utf-8")
    new = edited((name, text, "Uutiset\n\n" + text))
    found = claims.changes(delta(opened(dist), opened(new)))
    count = found.count(claims=True)
    assert printed.brief(found) == f"{count['moved']} claims moved."
    assert count["moved"] > 20
    assert (
        "  moved     Membership lahti-networks-2012/covenant-membership (member Lahti; network Covenant of Mayors"
        " (2020 commitment); decided-by Lahti City Council)\n"
        "             quote: moved from 577-638 to 586-647\n"
        "             context: moved from 405-456 to 414-465\n"
    ) in said(dist, new)


def test_a_quote_that_moved_with_more_of_its_sentence_is_changed(dist: Path, edited: Edited) -> None:
    name, words = "articles/lahti-networks-2012.txt", "Covenant of Mayors (Kaupunginjohtajien yleiskokous) on Euroopan"
    new = edited(
        (name, words, words.replace(" on ", " on siis ")), (ARTICLE, words, words.replace(" on ", " on siis "))
    )
    listed = said(dist, new)
    assert listed.startswith("2 claims changed, ")
    assert "             quote: moved from 577-638 to 582-643\n" in listed
    assert "             quote.prefix: Covenant of Mayors (" in listed


def claim(name: str, member: str, date: str = "", source: str = "page") -> list[tuple[str, str, str, str]]:
    key = f"claim/{source}/{name}"
    rows = [
        (key, TYPE, "@" + CG + "Membership"),
        (key, CG + "member", "@" + member),
        (key, CG + "network", "@net"),
        (key, CG + "source", "@" + source),
        (key, CG + "reading", "explicit"),
    ]
    if date:
        rows += [
            (key, CG + "joined", f"@{key}.joined"),
            (f"{key}.joined", TYPE, "@" + CG + "Date"),
            (f"{key}.joined", CG + "edtf", date),
        ]
    return [(*row, source) for row in rows]


def thing(key: str, kind: str, name: str) -> list[tuple[str, str, str]]:
    return [(key, TYPE, "@" + CG + kind), (key, SKOS + "prefLabel", name)]


BASE = [*thing("net", "Network", "The Net"), *thing("oulu", "City", "Oulu"), *thing("turku", "City", "Turku")]


def body(text: str) -> list[str]:
    """The lines below the summary."""
    return [line for line in text.splitlines()[1:] if line]


def test_a_renamed_thing_is_not_gone_and_added(tmp_path: Path) -> None:
    old = graph(tmp_path / "old", *BASE)
    rest = [row for row in BASE if row[0] != "oulu"]
    moved = [*thing("oulu-fi", "City", "Oulu stad"), ("oulu", DCTERMS + "isReplacedBy", "@oulu-fi")]
    new = graph(tmp_path / "new", *rest, *moved)
    assert said(old, new) == (
        "1 thing renamed.\n\nregistry\n"
        "  renamed   City oulu “Oulu” is now oulu-fi “Oulu stad”\n"
        "             name: Oulu → Oulu stad\n"
    )
    (change,) = told(old, new)["changes"]
    assert (change["change"], change["into"]) == ("renamed", [ID + "oulu-fi"])


def test_merged_things_are_told_with_what_replaced_them(tmp_path: Path) -> None:
    old = graph(tmp_path / "old", *BASE)
    rest = [row for row in BASE if row[0] != "oulu"]
    new = graph(
        tmp_path / "new", *rest, ("oulu", DCTERMS + "isReplacedBy", "@turku"), ("turku", SKOS + "altLabel", "Oulu")
    )
    assert body(said(old, new)) == [
        "registry",
        "  merged    City oulu “Oulu” is replaced by turku “Turku”",
        "  changed   City turku “Turku”",
        "             forms: added: Oulu",
    ]
    both = [*thing("city", "City", "A city"), *((key, DCTERMS + "isReplacedBy", "@city") for key in ("oulu", "turku"))]
    into_one = graph(tmp_path / "one", *thing("net", "Network", "The Net"), *both)
    assert body(said(old, into_one)) == [
        "registry",
        "  merged    City oulu “Oulu” is replaced by city “A city”",
        "  merged    City turku “Turku” is replaced by city “A city”",
        "  added     City city “A city”",
        "             name: A city",
    ]


REASONED = "inferred"


def test_what_only_follows_from_a_rename_is_not_told(tmp_path: Path) -> None:
    def known(city: str) -> list[tuple[str, str, str, str]]:
        said = [*claim("one", city, "1987"), *claim("two", city, "1990" if city == "oulu" else "1991")]
        said += [("oulun-seutu", CG + "region", "@" + city, "registry")]
        member = CG + "memberOf"
        return [*said, (city, member, "@net", REASONED), ("claim/page/one", CG + "of", "@" + city, REASONED)]

    rest = [row for row in BASE if row[0] != "oulu"]
    redirects = [("oulu", DCTERMS + "isReplacedBy", "@oulu-2"), ("oulu-2", DCTERMS + "isReplacedBy", "@oulu-fi")]
    old = graph(tmp_path / "old", *BASE, *thing("oulun-seutu", "Place", "Oulun seutu"), *known("oulu"))
    city = [*thing("oulu-fi", "City", "Oulu"), *thing("oulun-seutu", "Place", "Oulun seutu")]
    new = graph(tmp_path / "new", *rest, *city, *known("oulu-fi"), *redirects)
    text = said(old, new)
    assert text.splitlines()[0].startswith("1 claim changed; 1 thing added, ")
    assert "inferred" not in text.lower()
    assert body(text)[:3] == [
        "page",
        "  changed   Membership page/two (network The Net)",
        "             joined: 1990 → 1991",
    ]
    assert "page/one" not in text
    assert "oulun-seutu" not in text
    found = told(old, new)
    follows = [change for change in found["changes"] if change["change"] == "follows"]
    assert [change["iri"] for change in follows] == [ID + "claim/page/one", ID + "oulun-seutu"]
    assert follows[0]["fields"][0]["from"] == [{"iri": ID + "oulu", "label": "Oulu"}]
    assert (found["claims"]["follows"], found["things"]["follows"], found["inferred"]) == (1, 1, [])
    lines = delta(opened(old), opened(new))
    assert any(b"page/one>" in line for line in lines.removed)  # the files stay exact
    # Another end is told as ever.
    other = graph(tmp_path / "other", *rest, *city, *known("turku"), *redirects)
    assert "             member: Oulu → Turku" in body(said(old, other))
    assert "inferred triples: 2 added, 2 gone" in said(old, other)


def test_what_reasoning_knew_of_what_took_its_place_is_not_gone(tmp_path: Path) -> None:
    known = ("turku", CG + "memberOf", "@net", REASONED)
    old = graph(tmp_path / "old", *BASE, known, ("oulu", CG + "memberOf", "@net", REASONED))
    rest = [row for row in BASE if row[0] != "oulu"]
    new = graph(tmp_path / "new", *rest, known, ("oulu", DCTERMS + "isReplacedBy", "@turku"))
    assert said(old, new).startswith("1 thing merged.\n")


def test_a_source_of_another_key_is_told_without_what_follows(tmp_path: Path) -> None:
    old = graph(tmp_path / "old", *BASE, *thing("page", "Source", "A page"), *claim("one", "oulu", "1987"))
    moved = [
        (s.replace("/page/", "/gazette/"), p, o.replace("/page/", "/gazette/").replace("@page", "@gazette"), "gazette")
        for s, p, o, *_ in claim("one", "oulu", "1987")
    ]
    replaced = [(f"{at}page{end}", DCTERMS + "isReplacedBy", f"@{at}gazette{end}", "registry")
                for at, end in (("", ""), ("claim/", "/one"))]  # fmt: skip
    new = graph(tmp_path / "new", *BASE, *thing("gazette", "Source", "A page"), *moved, *replaced)
    assert [line for line in body(said(old, new)) if line.startswith(" ")] == [
        "  renamed   Membership page/one is now gazette/one",
        "  renamed   Source page “A page” is now gazette “A page”",
    ]


def test_a_renamed_claim_keeps_its_parts(tmp_path: Path) -> None:
    old = graph(tmp_path / "old", *BASE, *claim("one", "oulu", "1987"))
    replaced = (("claim/page/one", DCTERMS + "isReplacedBy", "@claim/page/two", "page"),)
    same = graph(tmp_path / "same", *BASE, *claim("two", "oulu", "1987"), *replaced)
    assert body(said(old, same)) == ["page", "  renamed   Membership page/one is now page/two"]
    other = graph(tmp_path / "other", *BASE, *claim("two", "turku", "1988"), *replaced)
    assert body(said(old, other)) == [
        "page",
        "  renamed   Membership page/one is now page/two",
        "             member: Oulu → Turku",
        "             joined: 1987 → 1988",
    ]


def test_what_was_withdrawn_is_told_with_the_reason(tmp_path: Path) -> None:
    old = graph(tmp_path / "old", *BASE, *claim("one", "oulu", "1987"))
    key = "claim/page/one"
    left = ((key, OWL + "deprecated", "true", "page"), (key, SKOS + "changeNote", "Told of another city.", "page"))
    new = graph(tmp_path / "new", *BASE, *left)
    assert said(old, new).startswith("1 claim withdrawn.\n")
    assert body(said(old, new)) == [
        "page",
        "  withdrawn Membership page/one",
        "             member: Oulu",
        "             network: The Net",
        "             joined: 1987",
        "             change-note: Told of another city.",
    ]
    assert told(old, new)["claims"]["withdrawn"] == 1
    assert said(new, new) == "No change.\n"


def test_why_there_is_less_of_a_source_is_told_with_what_is_gone(tmp_path: Path) -> None:
    source = [(*row[:3], "page") for row in thing("page", "Source", "A page")]
    old = graph(tmp_path / "old", *BASE, *source, *claim("one", "oulu"), *claim("two", "turku"))
    note = ("page", SKOS + "historyNote", "The edition of 2026 lists less.")
    fewer = graph(tmp_path / "fewer", *BASE, *source, *claim("two", "turku"), note)
    reason, gone = "  reason    The edition of 2026 lists less.", "  gone      Membership page/one"
    assert reason + "\n" + gone in said(old, fewer)
    none = graph(tmp_path / "none", *BASE, note, ("page", OWL + "deprecated", "true"))
    assert reason + "\n" + gone in said(old, none)
    more = graph(tmp_path / "more", *BASE, *source, *claim("two", "turku"), *claim("three", "oulu"), note)
    assert reason not in said(fewer, more)
    assert reason not in said(fewer, graph(tmp_path / "less", *BASE, *source, note))


def test_a_redirect_that_was_there_before_is_no_change(tmp_path: Path) -> None:
    redirect = ("oulu", DCTERMS + "isReplacedBy", "@turku")
    old = graph(tmp_path / "old", *thing("turku", "City", "Turku"), redirect)
    new = graph(tmp_path / "new", *thing("turku", "City", "Åbo"), redirect)
    assert body(said(old, new)) == ["registry", "  changed   City turku “Åbo”", "             name: Turku → Åbo"]


def test_a_field_that_came_and_one_that_went(tmp_path: Path) -> None:
    old = graph(tmp_path / "old", *BASE, *claim("one", "oulu"))
    new = graph(tmp_path / "new", *BASE, *claim("one", "oulu", "1987"))
    assert body(said(old, new))[-1] == "             joined: added: 1987"
    assert body(said(new, old))[-1] == "             joined: gone: 1987"


def test_things_with_the_same_name_are_told_with_their_keys(tmp_path: Path) -> None:
    twins = [*BASE, *thing("oulu-2", "City", "Oulu")]
    old = graph(tmp_path / "old", *twins, *claim("one", "oulu"))
    new = graph(tmp_path / "new", *twins, *claim("one", "oulu-2"))
    assert body(said(old, new))[-1] == "             member: Oulu (oulu) → Oulu (oulu-2)"


def rows_of(number: int) -> list[tuple[str, str, str, str]]:
    row = "row/page/r1"
    told = [(row, TYPE, "@" + CG + "Row"), (row, CG + "rowKey", "r1"), (row, CG + "rowNumber", str(number))]
    return [(*told_of, "page") for told_of in [*told, ("claim/page/one", CG + "evidence", "@" + row)]]


def test_a_row_is_told_as_a_field_of_its_claims(tmp_path: Path) -> None:
    none = graph(tmp_path / "none", *BASE)
    old = graph(tmp_path / "old", *BASE, *claim("one", "oulu"), *rows_of(7))
    new = graph(tmp_path / "new", *BASE, *claim("one", "oulu"), *rows_of(8))
    assert said(old, new) == (
        "1 claim moved.\n\npage\n  moved     Membership page/one (member Oulu; network The Net)\n"
        "             row: moved from 7 to 8\n"
    )
    assert body(said(none, new))[1:] == [
        "  added     Membership page/one",
        "             member: Oulu",
        "             network: The Net",
        "             row: r1",
    ]
    fields = {field["field"]: field["to"] for field in told(none, new)["changes"][0]["fields"]}
    assert fields["row.row-number"] == [{"value": "8"}]
    alone = graph(tmp_path / "alone", *BASE, *[row for row in rows_of(7) if row[0] == "row/page/r1"])
    assert body(said(none, alone))[1:] == [
        "  added     Row row/page/r1",
        "             row-number: 7",
        "             row-key: r1",
    ]


def test_many_of_a_kind_are_summed_up_unless_all_are_asked_for(tmp_path: Path, run: Run) -> None:
    old = graph(tmp_path / "old", *BASE, *claim("kept", "oulu", "1990"))
    many = [row for number in range(printed.MOST + 1) for row in claim(f"c{number:02}", "oulu")]
    source = [(*row, "page") for row in (("page", TYPE, "@" + CG + "Source"), ("page", DCTERMS + "title", "A page"))]
    new = graph(tmp_path / "new", *BASE, *claim("kept", "oulu", "1991"), *many, *source)
    brief = run("diff", old, new).stdout
    assert brief.startswith("21 claims added, 1 changed; 1 thing added. Sources added: A page.\n\n“A page”.\n")
    assert "  added     21 Membership\n" in brief
    assert "page/c00" not in brief
    assert "--all lists each" in brief
    every = run("diff", old, new, "--all").stdout
    assert every.count("  added     Membership page/c") == 21
    assert "--all" not in every
    assert len(json.loads(run("diff", old, new, "--format", "json").stdout)["changes"]) == 23
    assert printed.summary(old, new) == brief.splitlines()[0]
    assert printed.summary(new, old) == "21 claims gone, 1 changed; 1 thing gone. Sources gone: A page."
    dated = [[row for n in range(21) for row in claim(f"c{n:02}", "oulu", day)] for day in ("1990", "1991")]
    earlier, later = (graph(tmp_path / some[-1][2], *BASE, *some) for some in dated)
    assert "  changed   21 Membership: joined 21\n" in said(earlier, later)


def test_each_line_that_differs_is_told_in_json(dist: Path, tmp_path: Path) -> None:
    """Against nothing, each value of the article's graph is a field of something, or a link to a part of it."""
    found = told(graph(tmp_path / "none"), dist)
    values = {v.get("value", v.get("iri")) for c in found["changes"] for f in c["fields"] for v in f["to"]}
    values |= {value_of(object) for row in found["inferred"] for _, object in row["added"]}
    parts = {CG + "Date", CG + "Quote", CG + "Reference"}
    for quad in quads(dist / "citygraph.nq"):
        value = value_of(str(quad.object))
        assert value.startswith(f"{value_of(str(quad.subject))}.") or value in values | parts, quad
    assert found["quads"] == {"added": len(quads(dist / "citygraph.nq")), "gone": 0}
    assert sum(found["claims"].values()) + sum(found["things"].values()) == len(found["changes"])


def test_what_a_terminal_obeys_does_not_reach_it(tmp_path: Path) -> None:
    old = graph(tmp_path / "old", *BASE)
    new = graph(tmp_path / "new", *BASE, *thing("evil", "City", "\x1b[2J\u202eevil\nline"))
    text = said(old, new)
    assert "[2J" in text
    assert all(sign.isprintable() for sign in text.replace("\n", ""))
    assert json.loads("".join(printed.to_json(claims.changes(delta(opened(old), opened(new))))))


def test_the_order_is_that_of_the_names_whatever_the_files_order(dist: Path, edited: Edited, tmp_path: Path) -> None:
    new = edited((ARTICLE, "joined: 2012-09-10", "joined: 2012-09"), ("registry/cities.yaml", "sv: Lahtis", "sv: L"))
    shuffled = (new / "citygraph.nq").read_text("utf-8").splitlines(keepends=True)
    random.Random(2).shuffle(shuffled)
    (tmp_path / "mixed.nq").write_text("".join(shuffled), "utf-8")
    assert said(dist, tmp_path / "mixed.nq") == said(dist, new)


def test_a_garbled_line_that_both_have_is_told(tmp_path: Path) -> None:
    for name in ("old", "new"):
        folder = graph(tmp_path / name, *BASE[:1], *thing("x", "City", name))
        lines = sorted([*(folder / "citygraph.nq").read_text("utf-8").splitlines(), "<garbled>"])
        (folder / "citygraph.nq").write_text("".join(line + "\n" for line in lines), "utf-8")
    with pytest.raises(CitygraphError, match="not a quad as a release has it: <garbled>"):
        said(tmp_path / "old", tmp_path / "new")
