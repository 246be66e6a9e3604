"""Land and borders in a frame of a map, as path data with as many digits as a pixel needs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from citygraph.plots.dress import WIDTH
from citygraph.plots.maps import Frame

#: Path data counts in halves of a pixel.
HALF = 0.5
#: Pixels beyond the frame at which lines are cut off, and the least length of a step in halves of a pixel.
_BEYOND, _STEP = 6, 2
#: The farthest that a place is drawn from the middle, as a cosine: beyond it the projection tears shapes apart.
_FAR = math.cos(math.radians(150))

Vector = tuple[float, float, float]
Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A line on the unit sphere, with a cap that holds it: its middle, and the cosine and sine of its radius."""

    points: list[Vector]
    middle: Vector
    cos: float
    sin: float


@dataclass(frozen=True)
class Land:
    """Path data in halves of a pixel: `area` to fill, `borders` between countries to draw."""

    area: str
    borders: str


def land(frame: Frame) -> Land:
    """What of the world a frame shows."""
    return _land(frame.long, frame.lat, frame.scale, *frame.translate, frame.height)


@lru_cache(maxsize=64)
def _land(long: float, lat: float, scale: float, left: float, top: float, height: int) -> Land:
    coasts, borders = world()
    view = _View(long, lat, scale, left, top, height)
    areas = [_closed(view.seen(line), height) for line in coasts if view.near(line)]
    lines = [part for line in borders if view.near(line) for part in _open(view.seen(line), height)]
    return Land("".join(_path(points, True) for points in areas), "".join(_path(points, False) for points in lines))


class _View:
    """A frame's projection for vectors, which is quicker than from degrees."""

    def __init__(self, long: float, lat: float, scale: float, left: float, top: float, height: int) -> None:
        a, b = math.radians(long), math.radians(lat)
        self.middle = (math.cos(b) * math.cos(a), math.cos(b) * math.sin(a), math.sin(b))
        self._east = (-math.sin(a), math.cos(a), 0.0)
        self._north = (-math.sin(b) * math.cos(a), -math.sin(b) * math.sin(a), math.cos(b))
        self._scale, self._left, self._top = scale, left, top
        far = max(
            math.hypot(x - left, y - top) / scale
            for x in (-_BEYOND, WIDTH + _BEYOND)
            for y in (-_BEYOND, height + _BEYOND)
        )
        self._angle = 2 * math.asin(min(far / 2, 1.0))

    def near(self, line: Line) -> bool:
        """Whether a line may reach into the frame."""
        apart = math.acos(max(-1.0, min(1.0, sum(a * b for a, b in zip(line.middle, self.middle, strict=True)))))
        return apart <= self._angle + math.atan2(line.sin, line.cos)

    def seen(self, line: Line) -> list[Point]:
        """A line in pixels."""
        (mx, my, mz), (ex, ey, _), (nx, ny, nz) = self.middle, self._east, self._north
        scale, left, top = self._scale, self._left, self._top
        found = []
        for x, y, z in line.points:
            near = x * mx + y * my + z * mz
            right, up = x * ex + y * ey, x * nx + y * ny + z * nz
            if near < _FAR:
                more = math.sqrt((1 - _FAR * _FAR) / max(right * right + up * up, 1e-12))
                right, up, near = right * more, up * more, _FAR
            k = math.sqrt(2 / (1 + near)) * scale
            found.append((right * k + left, top - up * k))
        return found


def _closed(points: list[Point], height: int) -> list[Point]:
    """An area cut off at the frame's edges (Sutherland and Hodgman)."""
    for axis, edge, sign in _edges(height):
        if all((point[axis] - edge) * sign >= 0 for point in points):
            continue
        kept: list[Point] = []
        for at, point in enumerate(points):
            before = points[at - 1]
            inside, was = (point[axis] - edge) * sign >= 0, (before[axis] - edge) * sign >= 0
            if inside != was:
                kept.append(_crossing(before, point, axis, edge))
            if inside:
                kept.append(point)
        points = kept
    return points


def _open(points: list[Point], height: int) -> Iterable[list[Point]]:
    """The parts of a line near the frame; steps are short, so that they need no cutting."""
    part: list[Point] = []
    for at, (x, y) in enumerate(points):
        if -_BEYOND <= x <= WIDTH + _BEYOND and -_BEYOND <= y <= height + _BEYOND:
            part += [points[at - 1]] if at and not part else []
            part.append((x, y))
        elif part:
            yield [*part, (x, y)]
            part = []
    if part:
        yield part


def _edges(height: int) -> tuple[tuple[int, float, int], ...]:
    return (0, -_BEYOND, 1), (0, WIDTH + _BEYOND, -1), (1, -_BEYOND, 1), (1, height + _BEYOND, -1)


def _crossing(a: Point, b: Point, axis: int, edge: float) -> Point:
    part = (edge - a[axis]) / (b[axis] - a[axis])
    return a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part


def _path(points: Sequence[Point], closed: bool) -> str:
    """Path data of relative steps; nothing where it is smaller than a pixel."""
    kept: list[tuple[int, int]] = []
    last = len(points) - 1
    for at, (x, y) in enumerate(points):
        one = round(x / HALF), round(y / HALF)
        if not kept or abs(one[0] - kept[-1][0]) + abs(one[1] - kept[-1][1]) > _STEP or (at == last and not closed):
            kept.append(one)
    if len(kept) < (3 if closed else 2):
        return ""
    (x, y), *rest = kept
    text = [f"M{x} {y}l"]
    first = True
    for to_x, to_y in rest:
        dx, dy = to_x - x, to_y - y
        text.append(f"{'' if dx < 0 or first else ' '}{dx}{'' if dy < 0 else ' '}{dy}")
        x, y, first = to_x, to_y, False
    return "".join(text) + ("z" if closed else "")


@cache
def world() -> tuple[list[Line], list[Line]]:
    """The coasts as rings, and the borders between countries as lines."""
    topology = json.loads(Path(__file__).with_name("outlines.json").read_text("utf-8"))
    (wide, high), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[tuple[int, int]]] = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for across, up in steps:
            x, y = x + across, y + up
            arc.append((x, y))
        arcs.append(arc)
    used: dict[int, list[int]] = {}
    for ring in (ring for shape in topology["objects"]["countries"]["geometries"] for ring in _rings(shape)):
        for number in ring:
            used.setdefault(number if number >= 0 else ~number, []).append(number)
    single = [numbers[0] for numbers in used.values() if len(numbers) == 1]
    coasts = _stitched([arcs[number] if number >= 0 else arcs[~number][::-1] for number in single])
    borders = [arcs[number] for number, numbers in used.items() if len(numbers) > 1]

    def line(points: list[tuple[int, int]]) -> Line:
        return _line([(x * wide + west, y * high + south) for x, y in points])

    return [line(ring) for ring in coasts], [line(border) for border in borders]


def _rings(shape: dict[str, list[list[list[int]]]]) -> Iterable[list[int]]:
    """The rings of a country, as numbers of arcs."""
    polygons = shape["arcs"] if str(shape["type"]) == "MultiPolygon" else [shape["arcs"]]
    return (ring for polygon in polygons for ring in polygon)  # type: ignore[misc]


def _stitched(arcs: list[list[tuple[int, int]]]) -> list[list[tuple[int, int]]]:
    """Rings of arcs that follow each other; one of them has a gap of a few kilometres where the data has one."""
    begins: dict[tuple[int, int], list[int]] = {}
    for at, arc in enumerate(arcs):
        begins.setdefault(arc[0], []).append(at)
    ends = {arc[-1] for arc in arcs}
    left = dict.fromkeys(sorted(range(len(arcs)), key=lambda at: arcs[at][0] in ends))  # after a gap first
    rings = []
    while left:
        ring = list(arcs[_taken(left, next(iter(left)))])
        while ring[0] != ring[-1]:
            follows = next((at for at in begins.get(ring[-1], ()) if at in left), None)
            if follows is None:
                break
            ring += arcs[_taken(left, follows)]
        rings.append(ring)
    return rings


def _taken(left: dict[int, None], at: int) -> int:
    del left[at]
    return at


def _line(degrees: Sequence[Point]) -> Line:
    points = []
    for long, lat in degrees:
        a, b = math.radians(long), math.radians(lat)
        points.append((math.cos(b) * math.cos(a), math.cos(b) * math.sin(a), math.sin(b)))
    total = [sum(point[axis] for point in points) for axis in range(3)]
    size = math.hypot(*total) or 1.0
    middle = (total[0] / size, total[1] / size, total[2] / size)
    cos = max(-1.0, min(1.0, *(sum(a * b for a, b in zip(point, middle, strict=True)) for point in points), 1.0))
    return Line(points, middle, cos, math.sqrt(1 - cos * cos))
