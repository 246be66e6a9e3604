"""Timelines, networks and gaps as charts of rows that are ready to draw."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from citygraph.plots.data import Row
from citygraph.plots.dress import (
    BLUE,
    CLEAR,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    SKY,
    VERMILION,
    WIDTH,
    occurring,
    scaled,
    spoken,
)  # fmt: skip
from citygraph.plots.words import number, say

#: Colour and shape of each kind of relation.
KINDS = {
    "member": (BLUE, "circle"), "coordinator": (VERMILION, "diamond"), "cooperation": (ORANGE, "square"),
    "twinning": (GREEN, "triangle-up"),
}  # fmt: skip
#: Fill, outline and its dash of each standing of members.
STANDINGS = {"told": (BLUE, BLUE), "implicit": (SKY, BLUE), "not in force": (CLEAR, GREY)}
#: How dark the parts of a bar are.
TONES = {"light": 0.4, "dark": 1.0}
_ROW = 26  # pixels of a row with a name
_FADES = 12
_DAY = 1.5 / 365
#: Networks that a picture has room for, and panels.
_NETWORKS, PANELS = 30, 6


def city_timeline(rows: Sequence[Row], language: str) -> Any:
    """A row for each claim of a city, a bar for the days that it may have begun, lasted and ended."""
    import altair as alt

    bars, texts = segments(rows)
    order = [row["claim"] for row in rows]
    kinds = occurring(rows, "kind", list(KINDS))
    marks = [mark for bar in bars for mark in (bar["from"], bar["to"])]
    low, high = math.floor(min(marks, default=2000)), math.ceil(max(marks, default=2001))
    high += math.ceil((high - low) / 5)  # room for the last date's text
    label = spoken(order, [row["name"] for row in rows])
    y = alt.Y("claim:N", sort=order, scale=alt.Scale(domain=order), title=None,
              axis=alt.Axis(labelExpr=label, ticks=False, domain=False, labelPadding=8))  # fmt: skip
    scale = alt.Scale(domain=[low, high], nice=False)
    axis = alt.Axis(format="d", title=say("year", language), values=list(range(low, high + 1, 1 + (high - low) // 12)))
    named = alt.Legend(title=say("kind", language), orient="bottom",
                       labelExpr=spoken(kinds, [say(kind, language) for kind in kinds]))  # fmt: skip
    tooltip = [alt.Tooltip(f"{key}:N", title=say(word, language)) for key, word in
               (("name", "networks"), ("date", "date"), ("said", "reading"), ("told_by", "source"))]  # fmt: skip
    colour = alt.Color("kind:N", scale=scaled(kinds, KINDS, 0), legend=named)
    bar = alt.Chart(alt.InlineData(values=bars)).mark_bar(height=13).encode(
        x=alt.X("from:Q", scale=scale, axis=axis), x2="to:Q", y=y, color=colour,
        opacity=alt.Opacity("tone:Q", scale=None), tooltip=tooltip,
    )  # fmt: skip
    points = alt.Chart(alt.InlineData(values=[{**text, "said": say(text["reading"], language)} for text in texts]))
    point = points.mark_point(size=60, opacity=1, strokeWidth=1.5, xOffset=10).encode(
        x=alt.X("place:Q", scale=scale), y=y, stroke=alt.Stroke("kind:N", scale=scaled(kinds, KINDS, 0), legend=named),
        shape=alt.Shape("kind:N", scale=scaled(kinds, KINDS, 1), legend=named),
        fill=alt.condition("datum.reading == 'explicit'",
                           alt.Fill("kind:N", scale=scaled(kinds, KINDS, 0), legend=named), alt.value("white")),
        tooltip=tooltip,
    )  # fmt: skip
    text = points.mark_text(align="left", dx=20, fontSize=10, color=PALE).encode(
        x=alt.X("place:Q", scale=scale), y=y, text="date:N"
    )
    return alt.layer(bar, point, text).properties(width=WIDTH - 120, height=_ROW * len(rows))


def pieces(rows: Sequence[Row]) -> tuple[list[list[tuple[str, float, float]]], float, float]:
    """The parts of each row's bar, with their first and last year; and the first and last year of all.

    A part is `light` where it may have begun or ended, `dark` while it is told, `fade` where no beginning is told.
    """
    known = [at for row in rows for pair in (row["begin"], row["end"], (row["lasting"],)) for at in pair if at]
    low, high = math.floor(min(known, default=2000.0)), math.ceil(max(known, default=2001.0))
    fade = max((high - low) / 12, 1)
    found = []
    for row in rows:
        (first, sure), (end, latest), lasting = row["begin"], row["end"], row["lasting"]
        own: list[tuple[str, float, float]] = []
        close = latest or sure
        if row["dated"] and first is None and close is not None:  # no beginning told: it fades in up to what is told
            start = end if end is not None else close
            own.append(("fade", start - fade, start))
            own += [("light", start, close)] if close > start else []
        if first is not None and sure is not None:
            own.append(("light" if sure - first > _DAY else "dark", first, sure))
        if sure is not None and lasting is not None and lasting > sure and row["dated"]:
            own.append(("dark", sure, lasting))
        if first is not None and end is not None and latest is not None:
            own.append(("light", max(end, sure or end), latest))
        found.append(own)
    return found, float(low), float(high)


def segments(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Bars of each claim with their tone, and its text with the place where it stands."""
    parts, low, high = pieces(rows)
    least = (high - low) / 160  # a single day is seen all the same
    bars, texts = [], []
    for row, own in zip(rows, parts, strict=True):
        about = {key: row[key] for key in ("claim", "kind", "name", "reading", "date", "told_by")}
        toned: list[tuple[float, float, float]] = []
        for look, a, b in own:
            if look == "fade":
                step = (b - a) / _FADES
                toned += [(a + i * step, a + (i + 1) * step, 0.4 * (i + 1) / _FADES) for i in range(_FADES)]
            else:
                toned.append((a, b, TONES[look]))
        bars += [{**about, "from": round(a, 4), "to": round(max(b, a + least if tone in (0.4, 1.0) else b), 4),
                  "tone": round(tone, 2)} for a, b, tone in toned]  # fmt: skip
        texts.append({**about, "place": max((b for _, b, _ in toned), default=low)})
    return bars, texts


def yearly(rows: Sequence[Row], language: str) -> tuple[Any, int]:
    """Who joined in each year and by its end, a line of two panels for each of the largest networks; how many more."""
    import altair as alt

    networks = list(dict.fromkeys(row["network"] for row in rows))
    shown = networks[:PANELS]
    low, high = min(row["year"] for row in rows), max(row["year"] for row in rows)
    x = alt.X("year:Q", scale=alt.Scale(domain=[low - 0.6, high + 0.6], nice=False),
              axis=alt.Axis(format="d", tickMinStep=1, grid=False, title=None,
                            values=list(range(low, high + 1, 1 + (high - low) // 8))))  # fmt: skip
    width, height = WIDTH // 2 - 20, 200 if len(shown) == 1 else 100
    panels = []
    for network in shown:
        own = {row["year"]: row for row in rows if row["network"] == network}
        line, total = [], 0
        for year in range(min(own), high + 1):  # a year in which nobody joined has its place in the line all the same
            total = own[year]["total"] if year in own else total
            line.append({"year": year, "total": total, "text": number(total, language) if year == high else ""})
        bars = alt.Chart(alt.InlineData(values=list(own.values()))).mark_bar(
            color=BLUE, size=min(26.0, width / (high - low + 1.2) * 0.7)
        )
        sums = alt.Chart(alt.InlineData(values=line))
        head = [
            alt.TitleParams(text, anchor="start", fontSize=11, fontWeight="normal", color=INK, frame="group")
            for text in (f"{network}: {say('joined', language).lower()}", say("total", language))
        ]
        year_tip = alt.Tooltip("year:Q", title=say("year", language), format="d")
        joined = bars.encode(
            x=x, y=alt.Y("joined:Q", **_counts(max(row["joined"] for row in own.values()))),
            tooltip=[year_tip, alt.Tooltip("joined:Q", title=say("joined", language), format="d")],
        )  # fmt: skip
        y = alt.Y("total:Q", **_counts(total))
        grown = sums.mark_line(color=VERMILION, point=alt.OverlayMarkDef(color=VERMILION, size=22)).encode(
            x=x, y=y, tooltip=[year_tip, alt.Tooltip("total:Q", title=say("total", language), format="d")]
        )
        end = sums.mark_text(dy=-9, dx=4, align="right", fontSize=10, color=INK).encode(x=x, y=y, text="text:N")
        size = {"width": width, "height": height}
        panels.append(
            alt.hconcat(
                joined.properties(title=head[0], **size), alt.layer(grown, end).properties(title=head[1], **size)
            )
        )
    return alt.vconcat(*panels, spacing=14), len(networks) - len(shown)


def _counts(top: int) -> Row:
    """Scale and axis for whole numbers up to a greatest one."""
    import altair as alt

    axis = alt.Axis(format="d", tickCount=4, values=_few(top), title=None, minExtent=34)
    return {"scale": alt.Scale(domain=[0, top * 1.2], nice=False), "axis": axis}


def _few(top: int) -> Any:
    """Ticks of an axis for so small numbers that there would be fractions between them; else left to Vega."""
    import altair as alt

    return list(range(top + 1)) if top < 4 else alt.Undefined


def matrix(rows: Sequence[Row], language: str) -> Any:
    """Networks and partners of a city by kind of relation, filled where a source says it in words."""
    import altair as alt

    kinds = occurring(rows, "kind", list(KINDS))
    cells: dict[tuple[str, str], Row] = {}
    for row in rows:
        cell = cells.setdefault((row["name"], row["kind"]), {**row, "dates": []})
        if row["reading"] == "explicit":
            cell["reading"] = "explicit"
        cell["dates"] += [row["date"]] if row["dated"] and row["date"] not in cell["dates"] else []
    values = [{"name": name, "kind": kind, "reading": cell["reading"],
               "text": ", ".join(cell["dates"]) or say("undated", language)}
              for (name, kind), cell in cells.items()]  # fmt: skip
    order = list(dict.fromkeys(row["name"] for row in rows))
    x = alt.X("kind:N", sort=kinds, scale=alt.Scale(domain=kinds), title=None,
              axis=alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False, grid=False, labelFontSize=12,
                            labelExpr=spoken(kinds, [say(kind, language) for kind in kinds])))  # fmt: skip
    y = alt.Y("name:N", sort=order, title=None,
              axis=alt.Axis(domain=False, ticks=False, grid=True, labelPadding=8, labelFontSize=12))  # fmt: skip
    readings = occurring(values, "reading", ["explicit", "implicit"])
    legend = alt.Legend(title=say("reading", language), orient="bottom", symbolType="circle", symbolStrokeColor=INK,
                        labelExpr=spoken(readings, [say(reading, language) for reading in readings]))  # fmt: skip
    base = alt.Chart(alt.InlineData(values=values))
    own = alt.Scale(domain=readings, range=[{"explicit": INK, "implicit": "white"}[reading] for reading in readings])
    point = base.mark_point(size=170, strokeWidth=2, opacity=1, yOffset=-4).encode(
        x=x, y=y, shape=alt.Shape("kind:N", scale=scaled(kinds, KINDS, 1), legend=None),
        stroke=alt.value(INK), fill=alt.Fill("reading:N", scale=own, legend=legend),
        tooltip=[alt.Tooltip("name:N", title=say("networks", language)),
                 alt.Tooltip("text:N", title=say("date", language))],
    )  # fmt: skip
    text = base.mark_text(dy=13, fontSize=9, color=PALE).encode(x=x, y=y, text="text:N")
    return alt.layer(point, text).properties(width=max(150 * len(kinds), 300), height=42 * len(order))


def sizes(rows: Sequence[Row], language: str) -> tuple[Any, int]:
    """Members of each network as bars with their numbers; and how many networks have no room."""
    import altair as alt

    networks = list(dict.fromkeys((row["network"], row["part_of"]) for row in rows))
    total = Counter[str]()
    for row in rows:
        total[row["network"]] += row["members"]
    shown = networks[:_NETWORKS]
    order = [network for network, _ in shown]
    inside = [row for row in rows if row["network"] in set(order)]
    standings = occurring(inside, "standing", list(STANDINGS))
    ahead = {standing: place for place, standing in enumerate(standings)}
    values = [{**row, "order": ahead[row["standing"]]} for row in inside]
    named = [("– " if part_of in order else "") + network for network, part_of in shown]
    room = min(round(6.6 * max(map(len, named))) + 12, 420)
    y = alt.Y("network:N", sort=order, title=None,
              axis=alt.Axis(labelExpr=spoken(order, named), domain=False, ticks=False, labelFontSize=12,
                            labelAlign="left", labelPadding=room))  # fmt: skip
    most = max(total.values())
    x = alt.X("members:Q", title=say("members", language), scale=alt.Scale(domain=[0, most * 1.1]),
              axis=alt.Axis(format="d", tickCount=6, values=_few(most)))  # fmt: skip
    legend = alt.Legend(title=say("standing", language), orient="bottom",
                        labelExpr=spoken(standings, [say(standing, language) for standing in standings]))  # fmt: skip
    bars = alt.Chart(alt.InlineData(values=values)).mark_bar(height=16, strokeWidth=1).encode(
        x=x, y=y, order=alt.Order("order:Q"),
        fill=alt.Fill("standing:N", scale=scaled(standings, STANDINGS, 0), legend=legend),
        stroke=alt.Stroke("standing:N", scale=scaled(standings, STANDINGS, 1), legend=legend),
        tooltip=[alt.Tooltip("network:N", title=say("networks", language)),
                 alt.Tooltip("part_of:N", title=say("part", language, "")),
                 alt.Tooltip("members:Q", title=say("members", language), format="d")],
    )  # fmt: skip
    texts = []
    for network in order:
        own = {row["standing"]: row["members"] for row in inside if row["network"] == network}
        text = " + ".join(number(own[standing], language) for standing in standings if standing in own)
        texts.append({"network": network, "members": total[network], "text": text})
    text = alt.Chart(alt.InlineData(values=texts)).mark_text(align="left", dx=6, fontSize=11, color=INK)
    return alt.layer(bars, text.encode(x=x, y=y, text="text:N")).properties(
        width=WIDTH - 160, height=_ROW * len(order)
    ), len(networks) - len(shown)
