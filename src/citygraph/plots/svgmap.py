"""A map of cities as SVG for pages: those of `citygraph plot map`, and a city with its twins."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from citygraph.plots import ink
from citygraph.plots.charts import KINDS
from citygraph.plots.data import Row, counted
from citygraph.plots.dress import INK, ORANGE, WIDTH, occurring
from citygraph.plots.land import HALF, land
from citygraph.plots.maps import LOOKS, MANY, NAMED, Frame, central
from citygraph.plots.words import listed, number, say

#: Fill, outline and shape of each class of points.
MARKS: dict[str, tuple[str, str, str]] = {
    **LOOKS,
    **{kind: (colour, colour, shape) for kind, (colour, shape) in KINDS.items()},
    "home": (ORANGE, INK, "square"),
}  # fmt: skip
#: With more points than these they are no links that the keyboard stops at, no links at all.
TABBED, LINKED = 40, 1000
#: Points that may have their names beside them, where there is room.
_NAMES = 45
#: Names keep so many pixels apart.
_LINE, _LETTER = 15, 7.5


def city_map(
    points: Sequence[Row], language: str, prefix: str, home: Row | None = None, title: str = "",
    key: Sequence[tuple[str, str]] | None = None,
) -> Markup:  # fmt: skip
    """Points with `name`, `lat`, `long`, `class` (of MARKS) and `href`, over the outlines of countries.

    From `home`, a point that need not have a class, lines lead to all others. `key` says what the classes mean, by
    default how many networks a city is in. Points without a place on Earth are left out; nothing is drawn of none.
    """
    some = [row for row in points if _on_earth(row)]
    home = {**home, "class": home.get("class", "home")} if home and _on_earth(home) else None
    every = [*some, *([home] if home else [])]
    if not every:
        return Markup("")
    frame = Frame(every if len(every) < MANY else central(every))
    shown = [row for row in some if frame.holds(row)]
    kinds = occurring([*shown, *([home] if home else [])], "class", list(MARKS))
    shown.sort(key=lambda row: (kinds.index(row["class"]), str(row["name"]), str(row.get("href", ""))))
    places = [(row, *frame.at(row)) for row in shown]
    body = _ground(frame)
    if home:
        start = frame.at(home)
        begin = f"M{ink.digits(start[0])} {ink.digits(start[1])}L"
        lines = "".join(f"{begin}{ink.digits(x)} {ink.digits(y)}" for _, x, y in places)
        body += f'<path class="fig-line" d="{lines}"/>'
        places.append((home, *start))
    if len(places) > LINKED:
        body += _dots(places, kinds, prefix)
    else:
        radius = 5.5 if len(places) <= NAMED else 4 if len(places) <= 200 else 2.8
        body += "".join(_point(row, x, y, radius, len(places) <= TABBED) for row, x, y in places)
    if len(places) <= _NAMES:
        body += _names(places)
    left = len(some) - len(shown)
    told = listed([counted(len(shown), "city", "cities", language),
                   say("outside", language, number(left, language)) if left else ""])  # fmt: skip
    entries = [(MARKS[kind][2], ink.painted(*MARKS[kind][:2]), text) for kind, text in
               (key if key is not None else meanings(kinds, language)) if kind in kinds]  # fmt: skip
    names = ", ".join(str(row["name"]) for row, _, _ in places) if len(places) <= _NAMES else ""
    description = f"{told}. {names}".strip()
    under = [ink.key(entries), f"{told}. {say('outlines', language)}."]
    links = len(places) <= LINKED and any(row.get("href") for row, _, _ in places)
    size = (WIDTH, frame.height)
    return ink.figure(prefix, title or say("map", language), description, size, body, under, links)


def meanings(kinds: Sequence[str], language: str) -> list[tuple[str, str]]:
    """What the classes of cities mean: how many networks they are in."""
    networks = say("networks", language)
    texts = {kind: say(f"class-{kind}" if kind in ("none", "implicit") else kind, language)
             for kind in kinds if not kind.isdecimal()}  # fmt: skip
    texts |= {kind: f"{networks}: {say('more', language, 4) if kind == '4' else kind}"
              for kind in kinds if kind.isdecimal()}  # fmt: skip
    return [(kind, texts[kind]) for kind in kinds]


def _on_earth(row: Row) -> bool:
    return bool(abs(row["lat"]) <= 90 and abs(row["long"]) <= 180)  # not so where it is no number


def _ground(frame: Frame) -> str:
    """Sea, land and borders."""
    seen = land(frame)
    return (
        f'<rect class="fig-sea" width="{WIDTH}" height="{frame.height}"/>'
        f'<g transform="scale({ink.digits(HALF)})" aria-hidden="true">'
        f'<path class="fig-land" d="{seen.area}"/><path class="fig-border" d="{seen.borders}"/></g>'
    )


def _point(row: Row, x: float, y: float, radius: float, tabbed: bool) -> str:
    fill, line, shape = MARKS[row["class"]]
    drawn = ink.mark(shape, ink.painted(fill, line), x, y, radius)
    name, href = ink.escaped(str(row["name"])[:200]), escape(ink.allowed(str(row.get("href") or "")))
    if not href:
        return f"<g><title>{name}</title>{drawn}</g>"
    more = f'aria-label="{name}"' if tabbed else 'tabindex="-1"'
    return f'<a href="{href}" {more}><title>{name}</title>{drawn}</a>'


def _dots(places: Sequence[tuple[Row, float, float]], kinds: Sequence[str], prefix: str) -> str:
    """All points of a class as the corners of one path, each with a small mark; those at the same pixel once."""
    found = ""
    for at, kind in enumerate(kinds):
        cells = sorted({(round(y / HALF), round(x / HALF)) for row, x, y in places if row["class"] == kind})
        (y, x), steps = cells[0], [f"M{cells[0][1]} {cells[0][0]}l"]
        for to_y, to_x in cells[1:]:
            dx, dy = to_x - x, to_y - y
            steps.append(f"{'' if dx < 0 or len(steps) == 1 else ' '}{dx} {dy}")
            x, y = to_x, to_y
        if len(cells) == 1:
            steps.append("0 0")
        fill, line, shape = MARKS[kind]
        name = f"{prefix}-m{at}"
        found += (
            '<marker id="{0}" markerUnits="userSpaceOnUse" markerWidth="1" markerHeight="1" overflow="visible">'
            '<path class="fig-tiny {1}" d="M0 0{2}"/></marker><path fill="none" transform="scale({3})" '
            'marker-start="url(#{0})" marker-mid="url(#{0})" marker-end="url(#{0})" d="{4}"/>'
        ).format(name, ink.painted(fill, line), ink.outline(shape, 3), ink.digits(HALF), "".join(steps))
    return found


def _names(places: Sequence[tuple[Row, float, float]]) -> str:
    """The names that have room, right of their points or left of them at the edge; home first."""
    found = ""
    taken: list[tuple[float, float, float, float]] = []
    for row, x, y in reversed(places):
        text = ink.cut(str(row["name"]), 30)
        wide = len(text) * _LETTER
        right = x + 9 + wide <= WIDTH
        start = x + 9 if right else x - 9 - wide
        box = (start, y - _LINE / 2, start + wide, y + _LINE / 2)
        if start < 0 or any(
            box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3] for other in taken
        ):
            continue
        taken.append(box)
        found += ink.written(text, ink.digits(x + (9 if right else -9)), y + 4, "fig-name", "" if right else "end")
    return found
