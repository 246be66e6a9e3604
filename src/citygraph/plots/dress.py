"""What all pictures share: colours with shapes beside them, a title, the sources below, and a description."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

#: Okabe and Ito's colours, which people with any kind of colour vision tell apart.
BLUE, SKY, ORANGE, VERMILION, GREEN, GREY = "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#009E73", "#767676"
INK, PALE = "#222222", "#555555"
CLEAR = "rgba(255,255,255,0)"
WIDTH = 640

Chart = Any


def dressed(chart: Chart, title: str, subtitle: Sequence[str], credit: Sequence[str], description: str) -> Chart:
    """The whole picture: a title above, what it shows, and the sources below."""
    import altair as alt

    lines = [line for text in subtitle if text for line in textwrap.wrap(text, 105)]
    head = alt.TitleParams(
        title, subtitle=lines, anchor="start", fontSize=16, subtitleFontSize=11, subtitleColor=PALE, offset=14,
        subtitlePadding=5,
    )  # fmt: skip
    foot = alt.TitleParams(
        list(credit), orient="bottom", anchor="start", fontSize=9, fontWeight="normal", color=PALE, offset=12
    )
    # Titles of a chart stand over its axes, those of a concatenation at its edge.
    whole = alt.vconcat(alt.vconcat(chart).properties(title=head)).properties(title=foot, description=description)
    return (
        whole.configure(background="white", padding=14)
        .configure_view(stroke=None)
        .configure_axis(labelColor=INK, titleColor=PALE, titleFontWeight="normal", gridColor="#e6e6e6", labelLimit=420)
        .configure_legend(labelColor=INK, titleColor=PALE, titleFontWeight="normal", labelLimit=320, symbolOpacity=1)
        .configure_header(labelColor=INK, titleColor=PALE, labelFontSize=12)
    )


def scaled(kinds: Sequence[str], looks: Mapping[str, Sequence[str]], place: int) -> Any:
    """A scale of the kinds that occur, to the look of each at a place of its tuple."""
    import altair as alt

    return alt.Scale(domain=list(kinds), range=[looks[kind][place] for kind in kinds])


def occurring(rows: Sequence[Mapping[str, Any]], key: str, order: Sequence[str]) -> list[str]:
    """The values of `order` that rows have."""
    there = {row[key] for row in rows}
    return [value for value in order if value in there]


def spoken(kinds: Sequence[str], texts: Sequence[str]) -> str:
    """A Vega expression from a value to its text in the picture's language."""
    import json

    return f"({json.dumps(dict(zip(kinds, texts, strict=True)), ensure_ascii=False)})[datum.label]"
