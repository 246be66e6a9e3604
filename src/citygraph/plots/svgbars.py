"""Who joined by year, and own targets beside the minimum, as SVG for pages: what `citygraph plot` draws of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from markupsafe import Markup

from citygraph.plots import ink
from citygraph.plots.charts import PANELS as NETWORKS
from citygraph.plots.data import Row
from citygraph.plots.dress import VERMILION, occurring
from citygraph.plots.targets import BIN, CITIES, PANELS, VERDICTS, panel_of
from citygraph.plots.words import listed, number, percent, say

#: Pixels of a panel and of what stands above it.
_PANEL, _HEAD = 110, 40
_ROW = 58


def years(rows: Sequence[Row], language: str, prefix: str, title: str = "") -> Markup:
    """Columns of those who joined in each year (`network`, `year`, `joined`, `total`), and a line of the totals.

    A pair of panels for each of the largest networks; nothing where no row is given.
    """
    if not rows:
        return Markup("")
    networks = list(dict.fromkeys(row["network"] for row in rows))
    low, high = min(row["year"] for row in rows), max(row["year"] for row in rows)
    body, top, told = "", 0, []
    for network in networks[:NETWORKS]:
        own = {row["year"]: row for row in rows if row["network"] == network}
        joined = say("joined", language)
        head = f"{network}: {joined.lower()}" if len(networks) > 1 else joined
        body += _joined(head, own, (low, high), top, language)
        body += _totals(say("total", language), own, (low, high), top + _PANEL + _HEAD, language)
        top += 2 * (_PANEL + _HEAD)
        told.append(f"{network}: {number(own[max(own)]['total'], language)} ({max(own)})")
    body += _axis((low, high), top)
    left = len(networks) - NETWORKS
    under = [f"{say('how-joiners', language)}. {say('others', language, left) if left > 0 else ''}".strip()]
    return ink.figure(prefix, title or say("timeline-all", language), "; ".join(told), (0, top + 22), body, under)


def _place(year: float, ends: tuple[int, int]) -> float:
    return ink.share(year, ends[0] - 0.6, ends[1] + 0.6)


def _scale(text: str, top: int, most: int, language: str) -> str:
    """A panel's title, and lines with whole numbers."""
    found = ink.written(ink.cut(text, 52), "0", top + 14, "fig-name")
    for value in ink.steps(0, most, 4):
        y = top + _HEAD + _PANEL - 10 - (_PANEL - 16) * value / max(most, 1)
        found += ('<line class="fig-grid" x1="0%" x2="100%" y1="{0}" y2="{0}"/>').format(ink.digits(y))
        found += ink.written(number(value, language), "0", y - 3, "fig-soft") if value else ""
    return found


def _joined(text: str, own: dict[int, Row], ends: tuple[int, int], top: int, language: str) -> str:
    most = max(row["joined"] for row in own.values())
    found, bottom = _scale(text, top, most, language), top + _HEAD + _PANEL - 10
    wide = min(4.0, 70 / (ends[1] - ends[0] + 1.2))
    for year, row in sorted(own.items()):
        high = (_PANEL - 16) * row["joined"] / max(most, 1)
        x = _place(year, ends) - wide / 2
        found += (
            '<rect class="f-blue" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>'
        ).format(
            ink.percents(x), ink.digits(bottom - high), ink.percents(wide), ink.digits(high), year,
            number(row["joined"], language),
        )  # fmt: skip
    return found


def _totals(text: str, own: dict[int, Row], ends: tuple[int, int], top: int, language: str) -> str:
    most = max(row["total"] for row in own.values())
    found, bottom = _scale(text, top, most, language), top + _HEAD + _PANEL - 10
    before: tuple[float, float] | None = None
    total = 0
    for year in range(min(own), ends[1] + 1):  # a year in which nobody joined has its place in the line all the same
        total = own[year]["total"] if year in own else total
        x, y = _place(year, ends), bottom - (_PANEL - 16) * total / max(most, 1)
        if before:
            begin = f'x1="{ink.percents(before[0])}" y1="{ink.digits(before[1])}"'
            found += f'<line class="fig-rise" {begin} x2="{ink.percents(x)}" y2="{ink.digits(y)}"/>'
        drawn = ink.placed("circle", ink.painted(VERMILION, VERMILION), ink.percents(x), y, 3)
        found += ink.linked("", f"{year}: {number(total, language)}", drawn)
        before = x, y
    if before:
        found += ink.written(number(total, language), ink.percents(before[0]), before[1] - 8, "fig-name", "end", 4)
    return found


def _axis(ends: tuple[int, int], top: int) -> str:
    size = 1 + (ends[1] - ends[0]) // 7
    return "".join(
        ink.written(str(year), ink.percents(_place(year, ends)), top + 10, "fig-soft", "middle")
        for year in range(ends[0], ends[1] + 1, size)
    )


def targets(rows: Sequence[Row], language: str, prefix: str, title: str = "", name: bool = True) -> Markup:
    """Own targets beside the minimum (`name`, `network`, `of`, `cut`, `minimum`, `year`, `verdict`, perhaps `href`).

    A row for each of a few, else a panel of bars for each network, minimum and target year. `name` tells whether the
    city stands in each row. Nothing is drawn of no row.
    """
    if not rows:
        return Markup("")
    verdicts = occurring(rows, "verdict", list(VERDICTS))
    few = len(rows) <= CITIES
    body, height, under = _dots(rows, language, name) if few else _bars(rows, verdicts, language)
    told = "; ".join(
        f"{say(verdict, language)}: {number(sum(row['verdict'] == verdict for row in rows), language)}"
        for verdict in verdicts
    )
    marks = [
        (VERDICTS[verdict][2] if few else "square", ink.painted(*VERDICTS[verdict][:2]), say(verdict, language))
        for verdict in verdicts
    ]
    links = few and any(row.get("href") for row in rows)
    return ink.figure(prefix, title or say("gaps", language), told, (0, height), body, [ink.key(marks), *under], links)


def _range(rows: Sequence[Row]) -> tuple[float, float]:
    low = min(0.0, *(row["cut"] for row in rows))
    return low, max(100.0, *(row[key] for row in rows for key in ("cut", "minimum")))


def _dots(rows: Sequence[Row], language: str, name: bool) -> tuple[str, int, list[str]]:
    """Own target and minimum on one line, with the gap between them and in words above it."""
    ends = _range(rows)
    places = [(ink.percents(ink.share(value, *ends)), f"{number(value, language)} %") for value in ink.steps(*ends, 5)]
    top, height = 22, 22 + _ROW * len(rows)
    body = ink.grid(places, top - 2, height)
    for row in sorted(rows, key=lambda row: (-row["cut"], row["name"], row["network"])):
        label = listed([row["name"] if name else "", row["network"]])
        own, least = (ink.percents(ink.share(row[key], *ends)) for key in ("cut", "minimum"))
        when = f" ({row['year']})" if row["year"] else ""
        own_words = f"{say(row['verdict'], language)}: {percent(row['cut'], language)} %{when}"
        words = listed([own_words, say("minimum", language, percent(row["minimum"], language))])
        fill, line, shape = VERDICTS[row["verdict"]]
        y = top + 44
        inner = ink.written(ink.ends_of(label, 46), "0", top + 14, "fig-name")
        inner += ink.written(ink.cut(words, 60), "0", top + 30, "fig-soft")
        inner += (
            f'<line class="fig-gap s-{ink.PAINTS[line]}" x1="{least}" x2="{own}" y1="{y}" y2="{y}"/>'
            f'<line class="fig-least" x1="{least}" x2="{least}" y1="{y - 7}" y2="{y + 7}"/>'
        )
        inner += ink.placed(shape, ink.painted(fill, line), own, y)
        body += ink.linked(str(row.get("href") or ""), ink.clean(listed([label, words])), inner)
        top += _ROW
    return body, height, [f"{say('cut', language)}."]


def _bars(rows: Sequence[Row], verdicts: Sequence[str], language: str) -> tuple[str, int, list[str]]:
    """How many own targets lie in each five per cent, above each other by verdict."""
    sizes = Counter((row["of"], row["year"], row["minimum"]) for row in rows)
    panels = sorted(sorted(sizes, key=lambda one: (-sizes[one], str(one)))[:PANELS], key=str)
    low = min(0, math.floor(min(row["cut"] for row in rows) / BIN) * BIN)
    high = (math.floor(max(row[key] for row in rows for key in ("cut", "minimum")) / BIN) + 1) * BIN
    body, top = "", 0
    for panel in panels:
        own = [row for row in rows if (row["of"], row["year"], row["minimum"]) == panel]
        count = Counter((math.floor(row["cut"] / BIN) * BIN, row["verdict"]) for row in own)
        most = max(Counter(math.floor(row["cut"] / BIN) for row in own).values())
        body += _scale(f"{panel_of(own[0], language)} ({number(len(own), language)})", top, most, language)
        bottom, stacked = top + _HEAD + _PANEL - 10, Counter[int]()
        for verdict in verdicts:
            fill, line, _ = VERDICTS[verdict]
            for start in sorted({at for at, said in count if said == verdict}):
                stacked[start] += count[start, verdict]
                y, tall = ((_PANEL - 16) * part / most for part in (stacked[start], count[start, verdict]))
                x, end = ink.share(start, low, high), ink.share(start + BIN, low, high)
                sides = f'y="{ink.digits(bottom - y)}" width="{ink.percents(end - x)}" height="{ink.digits(tall)}"'
                told = f"{start} – {start + BIN} %: {say(verdict, language)}, {number(count[start, verdict], language)}"
                body += (
                    f'<rect class="{ink.painted(fill, line)}" x="{ink.percents(x)}" {sides}>'
                    f"<title>{told}</title></rect>"
                )
        at = ink.share(panel[2], low, high)
        text = say("minimum", language, percent(panel[2], language))
        body += ('<line class="fig-least fig-dash" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(
            ink.percents(at), top + 22, bottom
        )
        anchor, dx = ("end", -5) if at > 60 else ("", 5)
        body += ink.written(text, ink.percents(at), top + 32, "fig-soft", anchor, dx)
        top += _PANEL + _HEAD
    for value in ink.steps(low, high, 5):
        x = ink.share(value, low, high)
        body += ink.written(
            f"{value} %", ink.percents(x), top + 10, "fig-soft", "end" if x > 95 else "middle" if x > 5 else ""
        )
    left = len(sizes) - len(panels)
    notes = [f"{say('cut', language)}."] + ([say("more-rows", language, number(left, language)) + "."] if left else [])
    return body, top + 20, notes
