"""Figures of pages: SVG that can be read, drawn as the plots draw, as light as a page needs."""

from __future__ import annotations

import math
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest

import hostile
from citygraph.pages import book
from citygraph.plots import dress, ink, land, svg
from citygraph.plots.charts import KINDS, pieces, segments
from citygraph.plots.data import span
from citygraph.plots.maps import LOOKS, Frame
from citygraph.plots.targets import VERDICTS
from citygraph.plots.words import WORDS, say
from citygraph.vocabulary import LANGUAGES
from conftest import ROOT

Row = dict[str, Any]
CSS = (ROOT / "src/citygraph/pages/static/site.css").read_text("utf-8")
EUROPE = [{"lat": lat, "long": long} for lat in (34.0, 71.0) for long in (-24.0, 45.0)]


def event(edtf: str, earliest: str | None, latest: str | None) -> Row:
    return {"date": edtf, "earliest": earliest, "latest": latest}


def row(name: str, kind: str = "member", reading: str = "explicit", issued: str | None = None, **events: Row) -> Row:
    named = {key.replace("_", " "): value for key, value in events.items()}
    return {"name": name, "kind": kind, "reading": reading, "claim": f"c/{name}", "source": "s", "told_by": "A paper",
            "href": f"#{name}", **span(named, issued, "en")}  # fmt: skip


ROWS = [
    row("Sure", issued="2012-11-06", joined=event("2010-01-01", "2010-01-01", "2010-01-01")),
    row("Season", reading="implicit", joined=event("2012-23", "2012-09-01", "2012-11-30")),
    row("Before", issued="2012-11-06", joined=event("../2012-11-06", None, "2012-11-06")),
    row("Over", "cooperation", took_place=event("2001/2005", "2001-01-01", "2005-12-31")),
    row("Undated", "twinning"),
]


def parsed(figure: str) -> ET.Element:
    """A figure as XML, which is stricter than HTML."""
    return ET.fromstring(figure)


def texts(figure: str) -> list[str]:
    return ["".join(one.itertext()) for one in parsed(figure).iter("text")]


def drawn_of(figure: str, name: str) -> ET.Element:
    """The part of a time line that tells a row."""
    return next(one for one in parsed(figure).iter("a") if one.get("href") == f"#{name}")


def bars(figure: str, name: str) -> list[tuple[float, float, str, str]]:
    """The parts of a bar: where each begins, how wide it is (per cent), its paint and how dark it is."""
    return [
        (float(str(one.get("x")).rstrip("%")), float(str(one.get("width")).rstrip("%")),
         str(one.get("fill") or one.get("class")), str(one.get("fill-opacity") or ""))
        for one in drawn_of(figure, name).iter("rect")
    ]  # fmt: skip


def cities(count: int, seed: int = 1) -> list[Row]:
    rng = random.Random(seed)
    return [
        {"name": f"City {at}", "lat": rng.gauss(47, 6), "long": rng.gauss(12, 10), "class": rng.choice(list(LOOKS)),
         "href": f"../page/city-{at}.html", "city": str(at)} for at in range(count)
    ]  # fmt: skip


YEARS = [
    {"network": "Large", "year": 2008, "joined": 30, "total": 30},
    {"network": "Large", "year": 2010, "joined": 120, "total": 150},
    {"network": "Small", "year": 2012, "joined": 3, "total": 3},
]
TARGETS = [
    {"name": "A", "network": "Net", "of": "n", "cut": 40.0, "minimum": 20.0, "year": "2020", "verdict": "met",
     "href": "#a"},
    {"name": "B", "network": "Net", "of": "n", "cut": 12.5, "minimum": 20.0, "year": "2020", "verdict": "short"},
    {"name": "C", "network": "Net", "of": "n", "cut": 50.0, "minimum": 20.0, "year": "", "verdict": "not comparable"},
]  # fmt: skip
MANY = [{**TARGETS[at % 3], "cut": 10.0 + at, "name": str(at)} for at in range(60)]
FIGURES: dict[str, Callable[[str], str]] = {
    "timeline": lambda language: svg.timeline(ROWS, language, "p"),
    "map": lambda language: svg.city_map(cities(10), language, "p"),
    "large map": lambda language: svg.city_map(cities(1500), language, "p"),
    "twins": lambda language: svg.city_map(
        [{**one, "class": "twinning"} for one in cities(5)], language, "p", {"name": "Me", "lat": 60.0, "long": 25.0}
    ),
    "years": lambda language: svg.years(YEARS, language, "p"),
    "targets": lambda language: svg.targets(TARGETS, language, "p"),
    "many targets": lambda language: svg.targets(MANY, language, "p"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_told_to_those_who_cannot_see_it_and_has_no_style_of_its_own(name: str, language: str) -> None:
    figure = FIGURES[name](language)
    root = parsed(figure)
    top = root.find("svg")
    assert top is not None
    links = [one for one in top.iter("a") if one.get("href")]
    assert top.get("role") == ("group" if links else "img")
    named = {one.get("id"): "".join(one.itertext()) for one in root.iter() if one.get("id")}
    assert all(key and key.startswith("p-") for key in named)
    for attribute, tag in (("aria-labelledby", "title"), ("aria-describedby", "desc")):
        own = top.find(tag)
        assert own is not None
        assert own.get("id") == top.get(attribute)
        assert own.text
    assert len(re.findall(r' id="', figure)) == len(named)
    assert not any(key in one.attrib for one in root.iter() for key in ("style", "onload", "xlink:href"))
    assert "<style" not in figure
    assert "#0" not in figure.replace("url(#", "")
    assert all(re.fullmatch(r"#.+|\.\./page/.+|url\(#p-.+\)", str(one.get("href") or "#x")) for one in root.iter())
    assert figure == FIGURES[name](language)


@pytest.mark.parametrize("name", FIGURES)
def test_every_class_of_a_figure_is_in_the_style_sheet(name: str) -> None:
    used = {one for group in re.findall(r'class="([^"]*)"', FIGURES[name]("en")) for one in group.split()}
    styled = set(re.findall(r"\.([a-z][a-z-]*)", CSS))
    assert used - styled <= {"s-clear"}


def test_the_colours_are_those_of_the_plots() -> None:
    light = CSS[CSS.index("/* Figures: the colours") :]
    for colour, name in ink.PAINTS.items():
        if name not in ("ink", "pale", "clear"):
            assert f"--{name}: {colour.lower()};" in light
    for colour, line, _ in [*LOOKS.values(), *VERDICTS.values()]:
        assert {ink.PAINTS[colour], ink.PAINTS[line]} <= set(ink.PAINTS.values())
    for shapes in (LOOKS, VERDICTS):
        assert len({(fill == dress.CLEAR, shape) for fill, _, shape in shapes.values()}) >= len(shapes) - 1


def test_all_that_is_drawn_waits_for_no_library_of_plots() -> None:
    code = (
        "import sys, citygraph.pages.book; print([m for m in ('altair', 'vl_convert', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert book.TELLERS


# ---------------------------------------------------------------- the time line


def test_uncertain_dates_are_drawn_as_uncertain() -> None:
    figure = svg.timeline(ROWS, "en", "p")
    (begin, wide, paint, dark), (after, lasting, _, told) = bars(figure, "Sure")
    assert (paint, dark, told) == ("f-blue", "1", "1")
    assert wide < 1
    assert after == pytest.approx(begin, abs=0.1)
    assert lasting > 10
    ((x, season, _, light),) = bars(figure, "Season")
    assert light == "0.4"
    assert begin < x
    assert season < 5
    fading = bars(figure, "Before")
    assert [paint for _, _, paint, _ in fading] == ["url(#p-blue)"]
    assert bars(figure, "Undated") == []
    first, middle, last = bars(figure, "Over")
    assert [part[3] for part in (first, middle, last)] == ["0.4", "1", "0.4"]
    assert first[2] == "f-orange"
    assert [part.get("offset") for part in parsed(figure).iter("stop")][:2] == ["0", "1"]
    assert next(parsed(figure).iter("stop")).get("stop-opacity") == "0"


def test_each_row_has_its_name_date_and_link_and_what_is_implicit_is_hollow() -> None:
    figure = svg.timeline(ROWS, "en", "p", "Lahti")
    assert "Lahti" in figure
    for one in ROWS:
        part = drawn_of(figure, one["name"])
        assert one["name"] in ["".join(text.itertext()) for text in part.iter("text")]
        assert one["date"] in ["".join(text.itertext()) for text in part.iter("text")]
        title = part.find("title")
        assert title is not None
        assert title.text == f"{one['name']} · {one['date']} · {one['reading']} · A paper"
        mark = part.find("path")
        assert mark is not None
        assert str(mark.get("class")).startswith("f-clear") == (one["reading"] == "implicit")
        assert ink.outline(KINDS[one["kind"]][1], 5) in str(mark.get("d"))
    key = "".join(parsed(figure).find("figcaption").itertext())  # type: ignore[union-attr]
    assert all(word in key for word in ("member", "cooperation", "twinning", "implicit", "Faded"))


def test_the_plots_draw_the_same_parts() -> None:
    parts, _, _ = pieces(ROWS)
    bars_of, _ = segments(ROWS)
    for one, own in zip(ROWS, parts, strict=True):
        plotted = [bar for bar in bars_of if bar["claim"] == one["claim"]]
        assert len(plotted) == sum(12 if look == "fade" else 1 for look, _, _ in own)
        assert min([bar["from"] for bar in plotted], default=0) == pytest.approx(
            min([a for _, a, _ in own], default=0), abs=1e-3
        )


def test_many_rows_leave_out_those_without_a_date_and_say_so() -> None:
    rows = [{**ROWS[at % 5], "claim": str(at)} for at in range(500)]
    figure = svg.timeline(rows, "sv", "p")
    assert len(list(parsed(figure).iter("a"))) == svg.ROWS
    assert say("not-drawn", "sv", "100") in figure
    assert say("more-rows", "sv", "340") in figure
    assert len(figure) < 60_000


@pytest.mark.parametrize("draw", ["timeline", "years", "targets", "city_map"])
def test_nothing_is_drawn_of_nothing(draw: str) -> None:
    assert getattr(svg, draw)([], "en", "p") == ""


def test_dates_stay_in_the_picture_wherever_the_bar_is() -> None:
    """A date beside its bar has room on a phone; else it has a line of its own."""
    for one in ROWS:
        for text in drawn_of(svg.timeline(ROWS, "en", "p"), one["name"]).iter("text"):
            if text.get("class") == "fig-soft" and str(text.get("x")).endswith("%"):
                at = float(str(text.get("x")).rstrip("%")) / 100 * ink.NARROW
                long = ink.length("".join(text.itertext()))
                assert (at - long > 0) if text.get("text-anchor") == "end" else (at + long < ink.NARROW)


# ---------------------------------------------------------------- maps


def test_a_map_has_its_names_and_leads_to_the_pages() -> None:
    figure = svg.city_map(cities(8), "en", "p")
    links = list(parsed(figure).iter("a"))
    assert sorted(str(one.get("href")) for one in links) == sorted(one["href"] for one in cities(8))
    assert {one.get("aria-label") for one in links} == {one["name"] for one in cities(8)}
    assert {text for text in texts(figure) if text.startswith("City")} <= {one["name"] for one in cities(8)}
    assert "8 cities with coordinates" in figure
    assert "Natural Earth" in figure


def test_names_do_not_cover_each_other() -> None:
    close = [{"name": f"Long name {at}", "lat": 60 + at / 100, "long": 25.0, "class": "1"} for at in range(20)]
    assert len(texts(svg.city_map(close, "en", "p"))) == 1


def test_lines_lead_from_home_to_its_twins() -> None:
    figure = FIGURES["twins"]("en")
    line = re.search(r'class="fig-line" d="([^"]*)"', figure)
    assert line
    starts = re.findall(r"M([\d. -]+)L", line[1])
    assert len(starts) == 5
    assert len(set(starts)) == 1
    assert "Me" in texts(figure)


@pytest.mark.parametrize(("count", "most"), [(40, 40_000), (1000, 230_000), (1001, 60_000), (12_000, 120_000)])
def test_a_map_is_light(count: int, most: int) -> None:
    figure = svg.city_map(cities(count), "en", "p")
    assert len(figure.encode()) < most
    links = list(parsed(figure).iter("a"))
    assert bool(links) == (count <= 1000)
    assert all(one.get("tabindex") == "-1" for one in links) == (count > 40)


def test_dots_of_a_large_map_lie_where_the_cities_are() -> None:
    rows = cities(1500)
    figure = svg.city_map(rows, "en", "p")
    frame = Frame([one for one in rows if one in svg_central(rows)])
    for at, kind in enumerate(LOOKS):
        path = re.search(rf'marker-start="url\(#p-m{at}\)"[^>]* d="M([^"]*)"', figure)
        assert path
        numbers = [int(part) for part in re.findall(r"-?\d+", path[1])]
        x = y = 0
        found = set()
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            found.add((x, y))
        places = {
            (round(left / land.HALF), round(top / land.HALF))
            for one in rows if one["class"] == kind and frame.holds(one) for left, top in [frame.at(one)]
        }  # fmt: skip
        assert found == places


def svg_central(rows: list[Row]) -> list[Row]:
    from citygraph.plots.maps import central

    return central(rows)


def test_outlines_are_light_and_stay_near_the_frame() -> None:
    seen = land.land(Frame(EUROPE))
    assert 8_000 < len(seen.area + seen.borders) < 60_000
    frame = Frame(EUROPE)
    for ring in seen.area.split("z"):
        numbers = [int(part) for part in re.findall(r"-?\d+", ring)]
        x = y = 0
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            assert -16 <= x <= 2 * dress.WIDTH + 16
            assert -16 <= y <= 2 * frame.height + 16
    near = land.land(Frame([{"lat": 60.98, "long": 25.66}]))
    assert 0 < len(near.area) < 10_000


def test_coasts_are_closed_rings_and_borders_are_drawn_once() -> None:
    coasts, borders = land.world()
    gaps = [ring for ring in coasts if ring.points[0] != ring.points[-1]]
    assert len(gaps) == 1  # the data lacks a piece of coast where Thailand meets Cambodia
    assert math.dist(gaps[0].points[0], gaps[0].points[-1]) < 0.001
    assert len(coasts) > 200
    assert len(borders) > 250


@pytest.mark.parametrize("place", [(0, 0), (90, 180), (-90, -180), (89.9, 0), (-17, 179.9)])
def test_a_map_of_one_place_anywhere_is_drawn(place: tuple[float, float]) -> None:
    one = {"name": "Here", "lat": float(place[0]), "long": float(place[1]), "class": "1"}
    figure = svg.city_map([one], "fi", "p")
    parsed(figure)
    assert "Here" in texts(figure)
    assert "nan" not in figure


def test_a_map_leaves_out_what_is_not_on_earth() -> None:
    odd = [{"name": "x", "lat": lat, "long": long, "class": "1"} for lat, long in
           ((float("nan"), 0.0), (91.0, 0.0), (0.0, 181.0), (float("inf"), 0.0))]  # fmt: skip
    assert svg.city_map(odd, "en", "p") == ""
    assert "1 city" in svg.city_map([*odd, {**odd[0], "lat": 1.0}], "en", "p", odd[1])


def test_places_on_both_sides_of_the_world_are_drawn_together() -> None:
    rows = [{"name": str(at), "lat": lat, "long": long, "class": "2"} for at, (lat, long) in
            enumerate(((60.0, 25.0), (-41.0, 174.0), (64.8, -147.7), (-33.0, -70.0)))]  # fmt: skip
    figure = svg.city_map(rows, "en", "p")
    assert len(figure) < 80_000
    assert len(list(parsed(figure).iter("a"))) == 0


# ---------------------------------------------------------------- years and targets


def test_columns_are_those_who_joined_and_the_line_ends_at_the_total() -> None:
    figure = svg.years(YEARS, "en", "p")
    titles = ["".join(one.itertext()) for one in parsed(figure).iter("title")]
    assert {"2008: 30", "2010: 120", "2012: 3", "2009: 30", "2012: 150"} <= set(titles)
    columns = list(parsed(figure).iter("rect"))
    assert len(columns) == 3
    assert float(str(columns[1].get("height"))) == pytest.approx(4 * float(str(columns[0].get("height"))), abs=0.2)
    shown = texts(figure)
    assert "150" in shown
    assert {"2008", "2010", "2012"} <= set(shown)
    assert "Large: joined in the year" in shown
    assert "11,349" in svg.years([{**YEARS[0], "total": 11349}], "en", "p")
    many = [{**YEARS[0], "network": str(at)} for at in range(9)]
    assert say("others", "fi", 3) in svg.years(many, "fi", "p")


def test_own_targets_stand_beside_the_minimum_by_shape_and_words() -> None:
    figure = svg.targets(TARGETS, "en", "p")
    assert "met: 40 % (2020) · minimum 20 %" in texts(figure)
    assert "short of it: 12.5 % (2020) · minimum 20 %" in texts(figure)
    assert "not comparable: 50 % · minimum 20 %" in texts(figure)
    assert "12,5 %" in svg.targets(TARGETS, "sv", "p")
    shapes = [str(one.get("d")) for one in parsed(figure).iter("path")]
    for verdict in VERDICTS:
        assert f"M0 0{ink.outline(VERDICTS[verdict][2], 5)}" in shapes
    least = [one for one in parsed(figure).iter("line") if one.get("class") == "fig-least"]
    assert {one.get("x1") for one in least} == {"20%"}
    assert texts(svg.targets(TARGETS, "en", "p", name=False)).count("Net") == 3


def test_many_targets_are_counted_in_bars() -> None:
    figure = svg.targets(MANY, "en", "p")
    titles = ["".join(one.itertext()) for one in parsed(figure).iter("title")]
    counted = [int(title.rpartition(" ")[2]) for title in titles if "%: " in title]
    assert sum(counted) == 60
    assert not list(parsed(figure).iter("a"))


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize("name", [*hostile.LABELS, hostile.WORDS, "a\x00b\x1f\ud800\uffff", "مدينة", "", "😀", "\n"])
def test_names_are_escaped_and_what_xml_forbids_is_replaced(name: str) -> None:
    city = {"name": name, "lat": 60.0, "long": 25.0, "class": "1", "href": 'x"><script>.html', "city": "c"}
    figures = [
        svg.timeline([{**one, "name": name, "date": name, "told_by": name, "href": name} for one in ROWS], "en", "p"),
        svg.city_map([city, {**city, "lat": 50.0}], "en", "p", {**city, "lat": 55.0}, name),
        svg.years([{**YEARS[0], "network": name}], "en", "p"),
        svg.targets([{**TARGETS[0], "name": name, "network": name, "year": name, "href": name}], "en", "p"),
        svg.targets([{**one, "network": name} for one in MANY], "en", "p"),
    ]
    for figure in figures:
        root = parsed(figure)
        tags = {one.tag for one in root.iter()}
        assert not tags & {"script", "img", "style"}
        assert all(len(text) <= 80 for text in texts(figure))
        assert not any(key.startswith("on") for one in root.iter() for key in one.attrib)


def test_text_that_runs_from_right_to_left_is_kept_apart() -> None:
    assert ink.clean("مدينة") == "\u2068مدينة\u2069"
    assert ink.clean("\u202egnp") == "\u2068\u202egnp\u2069"
    assert ink.clean("Jyväskylä – Łódź “x”") == "Jyväskylä – Łódź “x”"
    assert ink.cut("京都市" * 20, 10) == "京都市京…"
    assert ink.ends_of("Covenant of Mayors (2030 commitment)", 26) == "Covenant of May…ommitment)"
    assert ink.ends_of("京都市" * 20, 10) == "京都市京…"
    assert ink.ends_of("Short", 26) == "Short"


def test_a_date_stands_beside_all_of_its_bar() -> None:
    one = row("Day", joined=event("2012-11-06", "2012-11-06", "2012-11-06"))
    long_ago = row("Old", joined=event("1900", "1900-01-01", "1900-12-31"))
    figure = svg.timeline([one, long_ago], "en", "p")
    for name in ("Day", "Old"):
        end = max(x + wide for x, wide, _, _ in bars(figure, name))
        date = next(text for text in drawn_of(figure, name).iter("text") if text.get("class") == "fig-soft")
        at = float(str(date.get("x")).rstrip("%"))
        assert (date.get("text-anchor"), at <= end) == ("end", True) or at == pytest.approx(end, abs=0.02)


def test_words_are_there_in_three_languages() -> None:
    for name in ("not-drawn", "more-rows", "home"):
        assert len(set(WORDS[name])) == 3
