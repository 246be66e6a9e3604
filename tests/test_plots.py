"""Pictures: what their specifications hold, and that the files are whole and need nothing from elsewhere."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from citygraph import Release
from citygraph.plots import data, maps, words
from citygraph.plots.draw import PARAMS, draw
from citygraph.plots.write import encode, title
from conftest import ROOT, Run, Sheets

pytestmark = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("altair", "vl_convert")),
    reason="the extra is not installed: pip install 'citygraph[plot]'",
)

SVG = "{http://www.w3.org/2000/svg}"
FACTS = (
    "  - {id: a, type: Membership, member: turku, network: ubc, joined: 1991-06}\n"
    "  - {id: b, type: Membership, member: turku, network: covenant-of-mayors-2020, joined: 2009, left: 2016}\n"
    "  - {id: c, type: Membership, member: lahti, network: ubc, status: on hold}\n"
    "  - {id: d, type: Membership, member: lahti, network: covenant-of-mayors-2020}\n"
    "  - {id: e, type: Commitment, asked-by: covenant-of-mayors-2020, change: -20, unit: percent, target-year: 2020}\n"
    "  - {id: f, type: Commitment, party: lahti, change: -10, unit: percent, target-year: 2020}\n"
    "  - {id: g, type: Coordination, coordinator: turku, network: ubc}\n"
    "  - {id: h, type: Twinning, city: turku, place: china, period: 1980/1990}\n"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, sheets: Sheets) -> Release:
    """A small graph with what the article does not have: ends, a membership on hold, a target that falls short."""
    return Release.build(sheets(tmp_path_factory.mktemp("made"), FACTS, published="2017-05-01", publisher="A house"))


def parts(spec: Any, key: str) -> list[Any]:
    """Every value of a key, wherever it stands."""
    if isinstance(spec, dict):
        return [found for k, v in spec.items() for found in ([v] if k == key else []) + parts(v, key)]
    return [found for v in spec for found in parts(v, key)] if isinstance(spec, list) else []


def values(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of all data of a specification."""
    found = [rows for name, rows in spec.get("datasets", {}).items() if name != "outlines"]
    return [row for rows in found + [v for v in parts(spec, "values") if v] for row in rows if isinstance(row, dict)]


def credits(spec: dict[str, Any]) -> str:
    return " ".join(spec["title"]["text"])


def marks(spec: dict[str, Any]) -> set[str]:
    return {mark if isinstance(mark, str) else mark["type"] for mark in parts(spec, "mark")}


def test_map_of_the_article(release: Release) -> None:
    spec = draw(release, "map", {})
    assert [(row["name"], row["class"], row["networks"]) for row in values(spec)] == [
        ("Turku", "none", 0),
        ("Lahti", "2", 2),
    ]
    assert marks(spec) == {"geoshape", "point", "text"}
    assert title(spec) == "Cities and how many networks they are in"
    assert parts(spec, "subtitle") == [["2 cities with coordinates"]]
    assert "Finnish municipalities 2026" in credits(spec)
    assert "CC BY 4.0" in credits(spec)
    assert "Natural Earth, public domain" in credits(spec)
    # Number of networks by colour and by shape alike.
    (point,) = [layer for layer in parts(spec, "layer")[0] if layer["mark"].get("type") == "point"]
    assert {point["encoding"][channel]["field"] for channel in ("fill", "stroke", "shape")} == {"class"}


def test_map_of_a_network(release: Release, made: Release) -> None:
    spec = draw(release, "map", {"network": "eco-cities"})
    assert title(spec) == "Members of Eco-Cities"
    assert [(row["name"], row["class"]) for row in values(spec)] == [("Lahti", "implicit")]
    # On hold is no membership in force, and neither is one that ended.
    classes = {row["name"]: row["class"] for row in values(draw(made, "map", {"network": "ubc"}))}
    assert classes == {"Lahti": "none", "Turku": "1"}


def test_the_frame_leaves_out_only_what_lies_far_away() -> None:
    rows: list[data.Row] = [
        {"city": f"c{i}", "name": f"C{i}", "lat": 40 + i % 20, "long": i % 30, "networks": 1, "class": "1"}
        for i in range(600)
    ]
    rows += [{"city": "far", "name": "Far", "lat": -54.0, "long": -68.0, "networks": 1, "class": "1"}]
    chart, told, apart = maps.city_map(rows, "en", everything=False, one=False)
    assert "Far" not in {row["name"] for row in apart["cities"]}
    assert told == "600 cities with coordinates · 1 outside the frame"
    assert len(apart["cities"]) == 600
    assert "text" not in marks(chart.to_dict())
    _, told, apart = maps.city_map(rows, "en", everything=True, one=False)
    assert told == "601 cities with coordinates"


def test_eleven_thousand_cities_make_a_small_file() -> None:
    rows: list[data.Row] = [
        {"city": f"c{i}", "name": f"Città {i}", "lat": 36 + i % 113 / 4, "long": i % 449 / 14, "networks": i % 5,
         "class": str(i % 5) if i % 5 else "none"}
        for i in range(11_000)
    ]  # fmt: skip
    chart, _, apart = maps.city_map(rows, "fi", everything=True, one=False)
    spec = {"vconcat": [{"title": {"text": "x"}, **chart.to_dict()}], "description": "y", "datasets": apart}
    assert 11_000 * 50 < len(encode(spec, ".svg", "fi")) < 3_000_000


def test_timeline_of_a_city(release: Release, made: Release) -> None:
    spec = draw(release, "timeline", {"city": "lahti"})
    dates = {row["claim"].rpartition("/")[2]: row["date"] for row in values(spec)}
    assert dates["covenant-membership"] == "10 September 2012"
    assert dates["eco-cities-membership"] == "autumn 2012"
    assert dates["iclei-cooperation"] == "by 6 November 2012"
    readings = {row["claim"].rpartition("/")[2]: row["reading"] for row in values(spec)}
    assert readings["eco-cities-membership"] == "implicit"
    bars = [row for row in values(spec) if "tone" in row]
    year = [bar for bar in bars if bar["claim"].endswith("covenant-2020-membership")]
    # Joined on some day of 2012, surely a member from then until the page was published.
    assert [(bar["from"], bar["to"], bar["tone"]) for bar in year] == [(2012.0, 2013.0, 0.4), (2013.0, 2018.1781, 1.0)]
    tones = [bar["tone"] for bar in bars if bar["claim"].endswith("iclei-cooperation")]
    assert tones == sorted(tones)
    assert tones[0] < 0.1
    assert "Kuntatekniikka" in credits(spec)

    ended = [row for row in values(draw(made, "timeline", {"city": "turku"})) if row.get("claim", "").endswith("/b")]
    assert [(bar["from"], bar["to"], bar["tone"]) for bar in ended if "tone" in bar] == [
        (2009.0, 2010.0, 0.4), (2010.0, 2016.0, 1.0), (2016.0, 2017.0, 0.4),
    ]  # fmt: skip
    held = draw(made, "timeline", {"city": "lahti"}, "fi")
    assert {row["date"] for row in values(held)} == {"ajankohtaa ei kerrota (tauolla)", "ajankohtaa ei kerrota"}
    assert not [row for row in values(held) if "tone" in row]


def test_timeline_of_all(release: Release) -> None:
    spec = draw(release, "timeline", {})
    rows = values(spec)
    assert {(row["network"], row["year"], row["joined"]) for row in rows if "joined" in row} >= {
        ("Covenant of Mayors (2020 commitment)", 2012, 1)
    }
    assert {row["total"] for row in rows} == {1}
    assert title(draw(release, "timeline", {"network": "covenant-of-mayors-2020"}, "sv")) == "Nya medlemmar per år"


def test_network_of_a_city(release: Release, made: Release) -> None:
    cells = {(row["name"], row["kind"]): row for row in values(draw(release, "network", {"city": "lahti"}, "fi"))}
    assert cells["Eco-Cities", "member"]["reading"] == "implicit"
    assert cells["ICLEI", "cooperation"]["text"] == "viimeistään 6.11.2012"
    assert cells["Kiina", "twinning"]["reading"] == "explicit"
    # The science park coordinates, not the city.
    assert not [kind for _, kind in cells if kind == "coordinator"]
    kinds = {(row["name"], row["kind"]) for row in values(draw(made, "network", {"city": "turku"}))}
    assert {("Union of the Baltic Cities", "coordinator"), ("Union of the Baltic Cities", "member")} <= kinds


def test_network_of_all(release: Release, made: Release) -> None:
    rows = [row for row in values(draw(release, "network", {})) if "standing" in row]
    assert {(row["network"], row["standing"], row["members"]) for row in rows} == {
        ("Covenant of Mayors (2020 commitment)", "told", 1), ("Covenant of Mayors (2030 commitment)", "told", 1),
        ("Eco-Cities", "implicit", 1), ("Global Sustainable Cities", "implicit", 1), ("Energy Cities", "told", 1),
    }  # fmt: skip
    texts = {row["network"]: row["text"] for row in values(draw(made, "network", {})) if "text" in row}
    assert texts == {"Union of the Baltic Cities": "1 + 1", "Covenant of Mayors (2020 commitment)": "1 + 1"}


def test_gaps(made: Release) -> None:
    spec = draw(made, "gaps", {})
    (row,) = values(spec)
    assert (row["cut"], row["minimum"], row["verdict"], row["text"]) == (10.0, 20.0, "short", "10 %")
    assert parts(spec, "subtitle") == [
        ["1 comparison of an own target with a minimum: met: 0; short of it: 1; not comparable: 0"]
    ]
    assert "A house, 2017" in credits(spec)


def test_gaps_of_many_are_counted() -> None:
    from citygraph.plots.targets import targets

    rows: list[data.Row] = [
        {"name": f"C{i}", "city": f"c{i}", "network": "N", "of": "n", "cut": float(i % 60), "minimum": 20.0,
         "year": "2020", "verdict": "met" if i % 60 >= 20 else "short", "why": ""}
        for i in range(1300)
    ]  # fmt: skip
    spec = targets(rows, "en").to_dict()
    bars = [row for row in values(spec) if "number" in row]
    assert sum(row["number"] for row in bars) == 1300
    assert {row["verdict"] for row in bars if row["from"] < 20} == {"short"}
    assert len(bars) == 12
    assert [row["text"] for row in values(spec) if "at" in row] == ["minimum 20 %"]


@pytest.mark.parametrize("kind", [".svg", ".png", ".html"])
@pytest.mark.parametrize(("name", "params"), [(name, {}) for name in PARAMS] + [("timeline", {"city": "lahti"})])
def test_files_are_whole_and_the_same_again(name: str, params: dict[str, str], kind: str, release: Release) -> None:
    spec = draw(release, name, params)
    assert spec == draw(release, name, params)
    raw = encode(spec, kind, "en")
    assert raw == encode(spec, kind, "en")
    if kind == ".png":
        assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    elif kind == ".svg":
        root = ElementTree.fromstring(raw)
        assert [root.findtext(f"{SVG}{tag}") for tag in ("title", "desc")] == [title(spec), spec["description"]]
        said = {"".join(text.itertext()) for text in root.iter(f"{SVG}text")}
        known = {
            "map": "Lahti",
            "network": "Eco-Cities",
            "gaps": "70 %",
            "timeline": "Lahti: memberships and cooperation",
        }
        assert not params or known[name] in said
        assert params or name == "timeline" or known[name] in said
        assert not list(root.iter(f"{SVG}image"))
    else:
        page = raw.decode()
        assert "default-src 'none'" in page
        assert page.count("</script") == 2
        head = page.partition("<script")[0] + page.rpartition("</script>")[2]
        assert not re.findall(r"\b(?:src|href)\s*=", head)
        assert not re.search(r"<(?:link|script|img|iframe)[^>]*\b(?:src|href)\s*=\s*[\"']?(?:https?:)?//", page)
        assert json.dumps(title(spec), ensure_ascii=False) in page


def test_a_name_cannot_break_out_of_the_page(tmp_path: Path, sheets: Sheets) -> None:
    facts = "  - {id: a, type: Cooperation, party: turku, unnamed: '</script><b>x</b>', note: y}\n"
    spec = draw(Release.build(sheets(tmp_path, facts)), "network", {"city": "turku"})
    assert any("</script>" in row["name"] for row in values(spec))
    assert encode(spec, ".html", "en").count(b"</script") == 2
    ElementTree.fromstring(encode(spec, ".svg", "en"))


def test_the_command(run: Run, dist: Path, tmp_path: Path) -> None:
    done = run("plot", "map", "--graph", dist, "--lang", "sv", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "plot-map.svg\n", "")
    assert "Städer" in (tmp_path / "plot-map.svg").read_text("utf-8")
    done = run("plot", "timeline", "-p", "city=lahti", "--graph", dist, "-o", "a.HTML", cwd=tmp_path)
    assert done.stdout == "a.HTML\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.HTML", "plot-map.svg"]


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("map", "-o", "a.pdf"), "a.pdf: not a picture's name; it ends with .svg, .png or .html"),
        (("map", "-o", "a"), "a: not a picture's name; it ends with .svg, .png or .html"),
        (("map", "-o", "no/a.svg"), "no/a.svg: cannot be written: No such file or directory"),
        (("map", "-p", "netwrok=ubc"), "plot map: unknown parameter 'netwrok'; did you mean 'network'?"),
        (("map", "-p", "view=x"), "plot map: view=x; most or all"),
        (("map", "-p", "network=ubc"), "plot map: nothing to draw: no city with coordinates (citygraph query places)"),
        (("timeline", "-p", "city=lahtti"), "'lahtti' is not in the graph; did you mean 'lahti'?"),
        (("network", "-p", "city=lahti", "-p", "network=ubc"), "plot network: city and network exclude each other"),
        (("gaps", "--graph", "none"), "none: no graph there; `citygraph build` makes one"),
    ],
)
def test_wrong_use_is_one_line(args: tuple[str, ...], line: str, run: Run, dist: Path, tmp_path: Path) -> None:
    graph = () if "--graph" in args else ("--graph", dist)
    done = run("plot", *args, *graph, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"citygraph: {line}\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("missing", ["altair", "vl_convert"])
def test_a_missing_extra_is_named(missing: str, dist: Path, tmp_path: Path) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; from citygraph.cli import main; main()"
    command = [sys.executable, "-c", code, "plot", "map", "--graph", str(dist)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "citygraph: plots need Altair and vl-convert: pip install 'citygraph[plot]'\n"


def test_every_word_is_there_in_every_language() -> None:
    used = set()
    for path in (ROOT / "src" / "citygraph" / "plots").glob("*.py"):
        used |= set(re.findall(r'\bsay\(\s*["\']([^"\']+)["\']', path.read_text("utf-8")))
    assert used - set(words.WORDS) == {"class-"}
    for word, texts in words.WORDS.items():
        assert len(texts) == 3, word
        assert len({tuple(re.findall(r"\{\d\}", text)) for text in texts}) == 1, word


@pytest.mark.parametrize(
    ("edtf", "en", "fi", "sv"),
    [
        ("2012", "2012", "2012", "2012"),
        ("2012-06", "June 2012", "kesäkuu 2012", "juni 2012"),
        ("2012-09-10", "10 September 2012", "10.9.2012", "10 september 2012"),
        ("2012-23", "autumn 2012", "syksy 2012", "hösten 2012"),
        ("2008/2015", "2008 – 2015", "2008 – 2015", "2008 – 2015"),
        ("../2012-11-06", "by 6 November 2012", "viimeistään 6.11.2012", "senast 6 november 2012"),
        ("2014/..", "from 2014 on", "2014 alkaen", "från 2014"),
    ],
)
def test_dates_in_three_languages(edtf: str, en: str, fi: str, sv: str) -> None:
    assert [words.date(edtf, language) for language in ("en", "fi", "sv")] == [en, fi, sv]


def test_sources_are_shortened_when_many(release: Release) -> None:
    sources = [row["source"] for row in release.query("sources")]
    (line, *_) = data.credits(release, sources, "en")
    assert line.startswith("Sources: ")
    assert " ".join(data.credits(release, sources, "en")).endswith(f"and {len(sources) - 4} more.")
