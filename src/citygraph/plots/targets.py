"""Own targets beside the minimum that a network asks: a dot for each city, or bars where there are many."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from citygraph.plots.data import Row
from citygraph.plots.dress import BLUE, CLEAR, GREY, INK, PALE, VERMILION, WIDTH, occurring, scaled, spoken
from citygraph.plots.words import listed, number, percent, say

#: Fill, outline and shape of each verdict.
VERDICTS = {
    "met": (BLUE, BLUE, "circle"),
    "short": (VERMILION, VERMILION, "triangle-down"),
    "not comparable": (CLEAR, GREY, "diamond"),
}
#: Most cities that get a row each, most panels, and the width of a bar in per cent.
CITIES, PANELS, BIN = 30, 8, 5


def targets(rows: Sequence[Row], language: str) -> Any:
    """A row for each of a few cities, else a panel of bars for each network, minimum and target year."""
    return dots(rows, language) if len(rows) <= CITIES else bars(rows, language)


def _legend(verdicts: Sequence[str], language: str) -> Any:
    import altair as alt

    texts = [say(verdict, language) for verdict in verdicts]
    return alt.Legend(title=say("verdict", language), orient="bottom", labelExpr=spoken(verdicts, texts))


def panel_of(row: Row, language: str) -> str:
    """What a row compares: the network, and the year of the own target."""
    when = say("by", language, row["year"]) if row["year"] else say("no-year", language)
    return f"{row['network']}: {when}"


def dots(rows: Sequence[Row], language: str) -> Any:
    """Own target and minimum of each city on one line, with the gap between them."""
    import altair as alt

    verdicts = occurring(rows, "verdict", list(VERDICTS))
    values = [
        {"row": str(place), "cut": row["cut"], "minimum": row["minimum"], "verdict": row["verdict"],
         "text": f"{percent(row['cut'], language)} %",
         "least": say("minimum", language, percent(row["minimum"], language)),
         "name": listed([row["name"], panel_of(row, language)])}
        for place, row in enumerate(sorted(rows, key=lambda row: (-row["cut"], row["name"], row["network"])))
    ]  # fmt: skip
    order = [value["row"] for value in values]
    legend = _legend(verdicts, language)
    low = min(0.0, *(value["cut"] for value in values))
    high = max(100.0, *(value[key] for value in values for key in ("cut", "minimum")))
    scale = alt.Scale(domain=[low, high], nice=False)
    x = alt.X("cut:Q", title=say("cut", language), scale=scale)
    label = spoken(order, [value["name"] for value in values])
    y = alt.Y("row:N", sort=order, title=None,
              axis=alt.Axis(labelExpr=label, domain=False, ticks=False, labelPadding=8))  # fmt: skip
    base = alt.Chart(alt.InlineData(values=values))
    gap = base.mark_rule(color="#bbbbbb", strokeWidth=2).encode(x=x, x2="minimum:Q", y=y)
    least = base.mark_tick(color=INK, thickness=2, size=16).encode(
        x=alt.X("minimum:Q", scale=scale), y=y, tooltip=[alt.Tooltip("least:N", title="")]
    )
    said = base.mark_text(dy=-13, fontSize=9, color=PALE).encode(x=alt.X("minimum:Q", scale=scale), y=y, text="least:N")
    own = base.mark_point(size=110, opacity=1, strokeWidth=2).encode(
        x=x, y=y, fill=alt.Fill("verdict:N", scale=scaled(verdicts, VERDICTS, 0), legend=legend),
        stroke=alt.Stroke("verdict:N", scale=scaled(verdicts, VERDICTS, 1), legend=legend),
        shape=alt.Shape("verdict:N", scale=scaled(verdicts, VERDICTS, 2), legend=legend),
        tooltip=[alt.Tooltip("name:N", title=say("name", language)), alt.Tooltip("text:N", title=say("cut", language))],
    )  # fmt: skip
    much = base.mark_text(align="left", dx=9, fontSize=10, color=INK).encode(x=x, y=y, text="text:N")
    return alt.layer(gap, least, said, own, much).properties(width=WIDTH - 200, height=max(38 * len(order), 60))


def bars(rows: Sequence[Row], language: str) -> Any:
    """How many own targets lie in each five per cent, a panel for each network, minimum and target year."""
    import altair as alt

    verdicts = occurring(rows, "verdict", list(VERDICTS))
    sizes = Counter((row["of"], row["year"], row["minimum"]) for row in rows)
    panels = sorted(sorted(sizes, key=lambda key: (-sizes[key], str(key)))[:PANELS], key=str)
    legend = _legend(verdicts, language)
    low = min(0, math.floor(min(row["cut"] for row in rows) / BIN) * BIN)
    most = max(row[key] for row in rows for key in ("cut", "minimum"))
    high = (math.floor(most / BIN) + 2) * BIN
    scale = alt.Scale(domain=[low, high], nice=False)
    x = alt.X("from:Q", title=say("cut", language), scale=scale)
    bare = alt.X("from:Q", title=None, scale=scale)
    drawn = []
    for panel in panels:
        own = [row for row in rows if (row["of"], row["year"], row["minimum"]) == panel]
        count = Counter((math.floor(row["cut"] / BIN) * BIN, row["verdict"]) for row in own)
        top = max(Counter(math.floor(row["cut"] / BIN) for row in own).values())
        values, height = [], Counter[int]()
        for verdict in verdicts:
            for start in sorted({at for at, said in count if said == verdict}):
                n, base = count[start, verdict], height[start]
                height[start] += n
                values.append(
                    {"from": start, "to": start + BIN, "low": base, "high": base + n, "verdict": verdict, "number": n,
                     "range": f"{start} – {start + BIN} %"}
                )  # fmt: skip
        few = list(range(top + 1)) if top < 4 else alt.Undefined
        y = alt.Y("low:Q", title=say("number", language), scale=alt.Scale(domain=[0, top * 1.2], nice=False),
                  axis=alt.Axis(tickCount=4, format="d", values=few))  # fmt: skip
        bar = alt.Chart(alt.InlineData(values=values)).mark_rect(strokeWidth=1).encode(
            x=x if panel == panels[-1] else bare, x2="to:Q", y=y, y2="high:Q",
            fill=alt.Fill("verdict:N", scale=scaled(verdicts, VERDICTS, 0), legend=legend),
            stroke=alt.Stroke("verdict:N", scale=scaled(verdicts, VERDICTS, 1), legend=legend),
            tooltip=[alt.Tooltip("range:N", title=say("cut", language)),
                     alt.Tooltip("number:Q", title=say("number", language), format="d")],
        )  # fmt: skip
        least = alt.Chart(
            alt.InlineData(values=[{"at": panel[2], "text": say("minimum", language, percent(panel[2], language))}])
        )
        rule = least.mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=1.5).encode(x=alt.X("at:Q", scale=scale))
        text = least.mark_text(align="left", dx=5, y=6, fontSize=10, color=INK).encode(
            x=alt.X("at:Q", scale=scale), text="text:N"
        )
        named = f"{panel_of(own[0], language)} ({number(len(own), language)})"
        head = alt.TitleParams(named, anchor="start", frame="group", fontSize=12, fontWeight="normal", color=INK)
        drawn.append(alt.layer(bar, rule, text).properties(width=WIDTH - 60, height=130, title=head))
    return alt.vconcat(*drawn, spacing=16)
