"""The map: cities where they lie, their look telling in how many networks they are."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from operator import mul
from pathlib import Path
from typing import Any

from citygraph.plots.data import Row, counted
from citygraph.plots.dress import BLUE, CLEAR, GREY, INK, ORANGE, SKY, VERMILION, WIDTH, occurring, scaled, spoken
from citygraph.plots.words import listed, number, say

#: Fill, outline and shape of each class of cities, drawn in this order.
LOOKS = {
    "none": (CLEAR, GREY, "circle"),
    "implicit": (CLEAR, BLUE, "diamond"),
    "1": (SKY, SKY, "circle"),
    "2": (BLUE, BLUE, "square"),
    "3": (ORANGE, ORANGE, "triangle-up"),
    "4": (VERMILION, VERMILION, "diamond"),
}
#: Least width of the frame in degrees of a great circle: outlines are too coarse for less.
_LEAST = 12.0
#: From so many cities on, the frame leaves out those far away from nearly all others.
MANY = 200
#: With more cities than these, their names and large marks would cover the map.
NAMED, _LARGE = 25, 1000


def city_map(rows: Sequence[Row], language: str, everything: bool, one: bool) -> tuple[Any, str, dict[str, Any]]:
    """The chart, a line that says how many cities it shows, and its data by name.

    `one` tells that the cities are members of one network. The data is apart, since Altair would check each row.
    """
    import altair as alt

    inside = list(rows) if everything or len(rows) < MANY else central(rows)
    frame = Frame(inside)
    shown = [row for row in rows if frame.holds(row)]
    kinds = occurring(shown, "class", list(LOOKS))
    shown.sort(key=lambda row: (kinds.index(row["class"]), row["city"]))
    outline = json.loads((Path(__file__).parent / "outlines.json").read_text("utf-8"))
    place: dict[str, Any] = {
        "type": "azimuthalEqualArea", "rotate": [-frame.long, -frame.lat, 0], "scale": frame.scale,
        "translate": frame.translate, "clipExtent": [[-3, -3], [WIDTH + 3, frame.height + 3]],
    }  # fmt: skip
    land = alt.Chart(alt.NamedData(name="outlines", format=alt.TopoDataFormat(type="topojson", feature="countries")))
    land = land.mark_geoshape(fill="#f3f1ea", stroke="#bdb7a9", strokeWidth=0.6, clip=True, aria=False)
    texts = [say("class-" + kind, language) if kind in ("none", "implicit") else kind for kind in kinds]
    texts = [say("more", language, 4) if text == "4" else text for text in texts]
    if one and not {"2", "3", "4"} & set(kinds):
        texts = [say("member", language) if text == "1" else text for text in texts]
    legend = alt.Legend(
        title=say("networks", language), labelExpr=spoken(kinds, texts), orient="bottom", symbolSize=70, columns=6,
        direction="horizontal",
    )  # fmt: skip
    points = alt.Chart(alt.NamedData(name="cities"))
    size = 110 if len(shown) <= NAMED else 30 if len(shown) <= _LARGE else 9
    marks = points.mark_point(size=size, opacity=0.9 if size > 9 else 0.65, strokeWidth=1.5 if size > 9 else 0.4,
                              aria=len(shown) <= _LARGE).encode(
        longitude="long:Q", latitude="lat:Q",
        fill=alt.Fill("class:N", scale=scaled(kinds, LOOKS, 0), legend=legend),
        stroke=alt.Stroke("class:N", scale=scaled(kinds, LOOKS, 1), legend=legend),
        shape=alt.Shape("class:N", scale=scaled(kinds, LOOKS, 2), legend=legend),
        tooltip=[alt.Tooltip("name:N", title=say("name", language)),
                 alt.Tooltip("networks:Q", title=say("networks", language))],
    )  # fmt: skip
    layers = [land, marks]
    if len(shown) <= NAMED:
        layers.append(
            points.mark_text(align="left", dx=10, fontSize=12, color=INK).encode(
                longitude="long:Q", latitude="lat:Q", text="name:N"
            )
        )
    chart = alt.layer(*layers).project(**place).properties(width=WIDTH, height=frame.height)
    chart = chart.properties(view=alt.ViewBackground(fill="#e9f0f4", stroke="#bdb7a9"))
    left = len(rows) - len(shown)
    told = [counted(len(shown), "city", "cities", language)]
    told += [say("outside", language, number(left, language))] if left else []
    return chart, listed(told), {"outlines": outline, "cities": [_short(row) for row in shown]}


def _short(row: Row) -> Row:
    """What the chart needs of a city, with coordinates as sharp as its pixels."""
    return {
        "name": row["name"], "lat": round(row["lat"], 3), "long": round(row["long"], 3), "networks": row["networks"],
        "class": row["class"],
    }  # fmt: skip


def central(rows: Sequence[Row]) -> list[Row]:
    """The rows but those that lie much farther from the centre than 99 of 100 do."""
    vectors = [_vector(row) for row in rows]
    centre = [sum(vector[i] for vector in vectors) for i in range(3)]
    length = math.hypot(*centre) or 1.0
    far = [math.acos(max(-1.0, min(1.0, sum(map(mul, vector, centre)) / length))) for vector in vectors]
    limit = 1.25 * sorted(far)[len(far) * 99 // 100]
    return [row for row, distance in zip(rows, far, strict=True) if distance <= limit]


class Frame:
    """An equal-area view around cities: its centre, scale and height in pixels."""

    def __init__(self, rows: Sequence[Row]) -> None:
        vectors = [_vector(row) for row in rows]
        x, y, z = (sum(vector[i] for vector in vectors) for i in range(3))
        self.long = round(math.degrees(math.atan2(y, x)), 3)
        self.lat = round(math.degrees(math.atan2(z, math.hypot(x, y))), 3)
        points = [self.turned(row) for row in rows]
        least = math.radians(_LEAST)
        spans = []
        for axis in (0, 1):
            low, high = (pick(point[axis] for point in points) for pick in (min, max))
            spans.append(((low + high) / 2, (high - low) * 1.12))
        (mid_x, wide), (mid_y, high) = spans
        wide = max(wide, least)
        ratio = min(max(high / wide, 0.55), 1.05)
        self.height = round(WIDTH * ratio)
        self.scale = round(min(WIDTH / wide, self.height / max(high, 1e-9)), 3)
        self.translate = [round(WIDTH / 2 - mid_x * self.scale, 2), round(self.height / 2 - mid_y * self.scale, 2)]

    def turned(self, row: Row) -> tuple[float, float]:
        """Lambert's azimuthal equal-area projection of the unit sphere, y downwards as on a screen."""
        long, lat, lat0 = math.radians(row["long"] - self.long), math.radians(row["lat"]), math.radians(self.lat)
        near = math.sin(lat0) * math.sin(lat) + math.cos(lat0) * math.cos(lat) * math.cos(long)
        k = math.sqrt(2 / max(1 + near, 1e-9))
        up = math.cos(lat0) * math.sin(lat) - math.sin(lat0) * math.cos(lat) * math.cos(long)
        return k * math.cos(lat) * math.sin(long), -k * up

    def holds(self, row: Row) -> bool:
        """Whether a city lies in the frame."""
        left, top = self.at(row)
        return 0 <= left <= WIDTH and 0 <= top <= self.height

    def at(self, row: Row) -> tuple[float, float]:
        """Where a city is drawn."""
        x, y = self.turned(row)
        return x * self.scale + self.translate[0], y * self.scale + self.translate[1]


def _vector(row: Row) -> tuple[float, float, float]:
    long, lat = math.radians(row["long"]), math.radians(row["lat"])
    return math.cos(lat) * math.cos(long), math.cos(lat) * math.sin(long), math.sin(lat)
