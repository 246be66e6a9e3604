"""A chart or a map of an answer's rows as shapes, which a template writes as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from citygraph.plots.dress import WIDTH
from citygraph.plots.land import land
from citygraph.plots.maps import Frame
from citygraph.web.shown import Cell, number

#: Bars that one chart has at most.
BARS = 40
#: Numbers that are no amounts.
_NO_AMOUNTS = {"year", "first_year", "last_year", "lat", "long", "row", "start", "end", "baseline", "target_year"}
_WIDTH, _LABELS, _BAR = 720, 270, 22
#: Letters of a name that fit beside a bar.
_MOST_SIGNS = 36


@dataclass(frozen=True)
class Bar:
    """A bar with its name and number: where it begins and how long it is."""

    name: str
    value: str
    y: int
    x: float
    length: float


@dataclass(frozen=True)
class Chart:
    """Bars of one column of numbers."""

    column: str
    bars: list[Bar]
    height: int
    left: int
    zero: float
    width: int = _WIDTH
    labels: int = _LABELS - 8


def chart(columns: Sequence[str], rows: Sequence[Sequence[Any]], cells: Sequence[Sequence[Cell]]) -> Chart | None:
    """A bar for each row by its first column of amounts, named by what is no amount; None where there is none."""
    told = [(at, [number(row[at]) for row in rows]) for at, name in enumerate(columns) if name not in _NO_AMOUNTS]
    amounts = {at for at, values in told if any(value is not None for value in values)}
    if not amounts:
        return None
    first = min(amounts)
    names = [at for at in range(len(columns)) if at not in amounts and any(line[at].text for line in cells)]
    names = [at for at in names if not any(line[at].claim for line in cells)][:2]
    drawn = [
        (" · ".join(filter(None, (line[at].text for at in names))), number(row[first]), row[first])
        for row, line in zip(rows, cells, strict=True)
    ]
    some = [(name, value, term.value) for name, value, term in drawn if value is not None][:BARS]
    low, high = min(0.0, *(value for _, value, _ in some)), max(0.0, *(value for _, value, _ in some))
    scale = (_WIDTH - _LABELS - 90) / ((high - low) or 1.0)
    zero = _LABELS - low * scale
    bars = [
        Bar(_cut(name), text, 4 + _BAR * at, round(zero + min(0.0, value) * scale, 1), round(abs(value) * scale, 1))
        for at, (name, value, text) in enumerate(some)
    ]
    return Chart(columns[first], bars, _BAR * len(bars) + 8, sum(v is not None for _, v, _ in drawn) - len(some), zero)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SIGNS else text[: _MOST_SIGNS - 1] + "…"


@dataclass(frozen=True)
class Point:
    """A place on the map."""

    x: float
    y: float
    name: str
    href: str


@dataclass(frozen=True)
class Map:
    """Places over land and borders, which are path data in halves of a pixel."""

    points: list[Point]
    land: str
    borders: str
    width: int
    height: int
    radius: float


def city_map(columns: Sequence[str], rows: Sequence[Sequence[Any]], cells: Sequence[Sequence[Cell]]) -> Map | None:
    """A point for each row that has `lat` and `long`, named by its first column that is not a number."""
    if not {"lat", "long"} <= set(columns):
        return None
    lat_at, long_at = columns.index("lat"), columns.index("long")
    places: list[dict[str, Any]] = []
    for row, line in zip(rows, cells, strict=True):
        lat, long = number(row[lat_at]), number(row[long_at])
        if lat is not None and long is not None and abs(lat) <= 90 and abs(long) <= 180:
            named = next((one for at, one in enumerate(line) if at not in (lat_at, long_at) and one.text), Cell(""))
            places.append({"lat": lat, "long": long, "cell": named})
    if not places:
        return None
    frame = Frame(places)
    seen = land(frame)
    points = []
    for place in places:
        (x, y), one = frame.at(place), place["cell"]
        points.append(Point(round(x, 1), round(y, 1), _cut(one.text), "" if one.outside else one.href))
    radius = 5 if len(points) <= 50 else 3 if len(points) <= 500 else 1.8
    return Map(points, seen.area, seen.borders, WIDTH, frame.height, radius)
