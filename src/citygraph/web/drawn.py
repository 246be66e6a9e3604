"""A chart or a map of an answer's rows as shapes, which a template writes as SVG."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

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
    """Places over the outlines of countries, of which `land` is the path data."""

    points: list[Point]
    land: str
    width: int
    height: int
    radius: float


def city_map(columns: Sequence[str], rows: Sequence[Sequence[Any]], cells: Sequence[Sequence[Cell]]) -> Map | None:
    """A point for each row that has `lat` and `long`, named by its first column that is not a number."""
    if not {"lat", "long"} <= set(columns):
        return None
    lat_at, long_at = columns.index("lat"), columns.index("long")
    places = []
    for row, line in zip(rows, cells, strict=True):
        lat, long = number(row[lat_at]), number(row[long_at])
        if lat is not None and long is not None and abs(lat) <= 90 and abs(long) <= 180:
            named = next((one for at, one in enumerate(line) if at not in (lat_at, long_at) and one.text), Cell(""))
            places.append((lat, long, named))
    if not places:
        return None
    frame = _Frame([lat for lat, _, _ in places], [long for _, long, _ in places])
    points = [Point(*frame.at(lat, long), _cut(one.text), "" if one.outside else one.href) for lat, long, one in places]
    radius = 5 if len(points) <= 50 else 3 if len(points) <= 500 else 1.8
    return Map(points, frame.land(), _WIDTH, frame.height, radius)


class _Frame:
    """Degrees to pixels around some places: equirectangular, true to scale in the middle."""

    def __init__(self, lats: Sequence[float], longs: Sequence[float]) -> None:
        middle = math.radians((min(lats) + max(lats)) / 2)
        self._narrow = max(math.cos(middle), 0.2)
        wide = max((max(longs) - min(longs)) * 1.15, 8 / self._narrow)
        high = max((max(lats) - min(lats)) * 1.15, 5.0)
        self._scale = min(_WIDTH / (wide * self._narrow), 560 / high)
        self.height = round(min(560, max(high * self._scale, 320)))
        self._long, self._lat = (min(longs) + max(longs)) / 2, (min(lats) + max(lats)) / 2

    def at(self, lat: float, long: float) -> tuple[float, float]:
        """Where a place is drawn."""
        x = _WIDTH / 2 + (long - self._long) * self._narrow * self._scale
        return round(x, 1), round(self.height / 2 - (lat - self._lat) * self._scale, 1)

    def land(self) -> str:
        """The borders that lie in the frame, as path data."""
        paths = []
        for line in _borders():
            points = [self.at(lat, long) for long, lat in line]
            xs, ys = [x for x, _ in points], [y for _, y in points]
            if max(xs) >= 0 and min(xs) <= _WIDTH and max(ys) >= 0 and min(ys) <= self.height:
                paths.append("M" + "L".join(f"{x:g},{y:g}" for x, y in points))
        return "".join(paths)


@cache
def _borders() -> list[list[tuple[float, float]]]:
    """The lines between countries and along coasts, as (longitude, latitude)."""
    file = Path(__file__).parents[1] / "plots" / "outlines.json"
    topology = json.loads(file.read_text("utf-8"))
    (wide, high), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    lines = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for across, up in arc:
            x, y = x + across, y + up
            line.append((x * wide + west, y * high + south))
        lines.append(line)
    return lines
