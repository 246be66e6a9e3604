"""Figures of pages as SVG that needs no library: the time line of one thing, and what the modules beside it draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from citygraph.plots import ink
from citygraph.plots.charts import KINDS, TONES, pieces
from citygraph.plots.data import Row
from citygraph.plots.dress import CLEAR, INK, occurring
from citygraph.plots.svgbars import targets, years
from citygraph.plots.svgmap import city_map
from citygraph.plots.words import listed, number, say

__all__ = ["city_map", "targets", "timeline", "years"]

#: Rows of one figure at most; from so many on, those without a date are left out.
ROWS, _FEW = 60, 15
#: Pixels: the first row, the name of a row, its bar, and a date that has no room beside the bar.
_TOP, _NAME, _BAR, _DATE = 24, 20, 20, 16
_BORDER = 8


def timeline(rows: Sequence[Row], language: str, prefix: str, title: str = "") -> Markup:
    """A row for each claim (as `plots.data.relations` gives them, perhaps with `href`) with its name, bar and date.

    Light where it may have begun or ended, dark while it is told, fading where no beginning is told; the mark of what
    is implicit is hollow. Nothing is drawn of no row.
    """
    if not rows:
        return Markup("")
    dated = [row for row in rows if row["dated"]] if len(rows) > _FEW else list(rows)
    shown = dated[:ROWS]
    parts, _, _ = pieces(shown)
    marks = [at for own in parts for _, a, b in own for at in (a, b)]
    low, high = math.floor(min(marks, default=2000)), math.ceil(max(marks, default=2001))
    years_shown = range(low, high + 1, 1 + (high - low) // 6) if marks else range(0)
    drawn, top = "", float(_TOP)
    for row, own in zip(shown, parts, strict=True):
        inner, bottom = _row(row, own, (low, high), top, prefix)
        told = listed([row["name"], row["date"], say(row["reading"], language), row.get("told_by") or ""])
        drawn += ink.linked(str(row.get("href") or ""), ink.clean(told), inner)
        top = bottom + _BORDER
    places = [(ink.percents(ink.share(year, low, high)), str(year)) for year in years_shown]
    body = _fades(shown, prefix) + ink.grid(places, _TOP - 6, top) + drawn
    kinds = occurring(shown, "kind", list(KINDS))
    entries = [(KINDS[kind][1], _paint(kind, True), say(kind, language)) for kind in kinds]
    if any(row["reading"] == "implicit" for row in shown):
        entries.append(("circle", ink.painted(CLEAR, INK), say("implicit", language)))
    left = [
        say("not-drawn", language, number(len(rows) - len(dated), language)) if len(rows) > len(dated) else "",
        say("more-rows", language, number(len(dated) - len(shown), language)) if len(dated) > len(shown) else "",
    ]
    notes = [ink.key(entries), say("how-timeline", language), listed(left)]
    told = "; ".join(f"{row['name']}: {row['date']}" for row in shown)
    links = any(row.get("href") for row in shown)
    return ink.figure(prefix, title or say("date", language), told, (0, round(top)), body, notes, links)


def _paint(kind: str, explicit: bool) -> str:
    colour = KINDS[kind][0]
    return ink.painted(colour if explicit else CLEAR, colour)


def _fades(rows: Sequence[Row], prefix: str) -> str:
    """The gradients of bars whose beginning is not told."""
    colours = dict.fromkeys(ink.PAINTS[KINDS[row["kind"]][0]] for row in rows)
    return "<defs>{}</defs>".format(
        "".join(
            (
                '<linearGradient id="{}-{}"><stop class="p-{}" offset="0" stop-opacity="0"/>'
                '<stop class="p-{}" offset="1" stop-opacity="{}"/></linearGradient>'
            ).format(prefix, colour, colour, colour, TONES["light"])
            for colour in colours
        )
    )


def _row(
    row: Row, own: list[tuple[str, float, float]], ends: tuple[int, int], top: float, prefix: str
) -> tuple[str, float]:
    """A row and where it ends: the mark and the name, then the bar with the date beside it where there is room."""
    colour = ink.PAINTS[KINDS[row["kind"]][0]]
    drawn = ink.mark(KINDS[row["kind"]][1], _paint(row["kind"], row["reading"] == "explicit"), 7, top + 10)
    drawn += ink.written(ink.ends_of(str(row["name"]), 44), "18", top + 15, "fig-name")
    text, y = ink.cut(str(row["date"]), 60), top + _NAME
    if not own:
        return drawn + ink.written(text, "18", y + 12, "fig-soft"), y + _DATE
    begin, close = 100.0, 0.0
    for look, a, b in own:
        x = min(ink.share(a, *ends), 99.4)
        end = max(ink.share(b, *ends), x + (0.0 if look == "fade" else 0.6))  # a single day is seen all the same
        begin, close = min(begin, x), max(close, end)
        paint = f'class="f-{colour}" fill-opacity="{ink.digits(TONES[look])}"' if look != "fade" else ""
        paint = paint or f'fill="url(#{prefix}-{colour})"'
        place = f'x="{ink.percents(x)}" y="{ink.digits(y + 3)}" width="{ink.percents(end - x)}"'
        drawn += f'<rect {paint} {place} height="12"/>'
    room = 100 * (ink.length(text) + 8) / ink.NARROW
    if close + room <= 100:
        return drawn + ink.written(text, ink.percents(close), y + 13, "fig-soft", dx=6), y + _BAR
    if begin - room >= 0:
        return drawn + ink.written(text, ink.percents(begin), y + 13, "fig-soft", "end", -6), y + _BAR
    return drawn + ink.written(text, "18", y + _BAR + 10, "fig-soft"), y + _BAR + _DATE
