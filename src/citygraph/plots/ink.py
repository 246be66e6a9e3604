"""How figures of pages are written: SVG of texts and marks without a style of its own, their colours being classes."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence

from markupsafe import Markup

from citygraph.plots.dress import BLUE, CLEAR, GREEN, GREY, INK, ORANGE, PALE, SKY, VERMILION

#: Classes of the style sheet for the colours of the pictures: with another colour where the page is dark.
PAINTS = {
    BLUE: "blue", SKY: "sky", ORANGE: "orange", VERMILION: "vermilion", GREEN: "green", GREY: "grey", INK: "ink",
    PALE: "pale", CLEAR: "clear",
}  # fmt: skip
#: Pixels of a letter beside those of its line, and of the narrowest figure.
_LETTER, NARROW = 0.54, 330
_SHAPES = {
    "square": "m{0} {0}h-{2}v-{2}h{2}z",
    "diamond": "m0-{1}l{1} {1}-{1} {1}-{1}-{1}z",
    "triangle-up": "m0-{1}l{1} {2}h-{2}z",
    "triangle-down": "m0 {1}l{1}-{2}h-{2}z",
}


def digits(value: float, places: int = 1) -> str:
    """A number as short as it can be written."""
    return f"{value:.{places}f}".rstrip("0").rstrip(".") if round(value, places) % 1 else f"{value:.0f}"


def clean(text: str) -> str:
    """Text in one line without what XML does not allow, kept apart where it may run from right to left."""
    shown = "".join(map(_allowed, text))
    if shown.isascii():
        return shown
    turned = any(unicodedata.bidirectional(sign) in _TURNING for sign in shown)
    return f"\u2068{shown}\u2069" if turned else shown


def _allowed(sign: str) -> str:
    if sign in "\t\n\r":
        return " "
    return "\ufffd" if unicodedata.category(sign) in ("Cc", "Cs") or sign in "\ufffe\uffff" else sign


_TURNING = {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "PDF", "PDI", "FSI"}


def cut(text: str, most: int) -> str:
    """Text of at most so many letters, those of East Asia counted twice."""
    room = most
    for at, sign in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if room < 0:
            return clean(text[: max(at - 1, 1)].rstrip() + "…")
    return clean(text)


def length(text: str, size: int = 12) -> float:
    """About how many pixels a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text) * size * _LETTER


def outline(shape: str, radius: float) -> str:
    """A shape as path data from the point in its middle on, at which the path also ends."""
    if shape == "circle":
        one, two = digits(radius), digits(2 * radius)
        return f"m-{one} 0a{one} {one} 0 1 0 {two} 0a{one} {one} 0 1 0-{two} 0"
    size = radius * (1.25 if shape in ("diamond", "triangle-up", "triangle-down") else 0.9)
    return _SHAPES[shape].format(*(digits(part) for part in (size, size, 2 * size)))


def painted(fill: str, line: str) -> str:
    """The classes of a mark's fill and outline, given as colours of the pictures."""
    return f"f-{PAINTS[fill]} s-{PAINTS[line]}"


def mark(shape: str, classes: str, x: float, y: float, radius: float = 5) -> Markup:
    """A mark in a picture with pixels of its own."""
    return Markup('<path class="{}" d="M{} {}{}"/>').format(classes, digits(x), digits(y), outline(shape, radius))


def placed(shape: str, classes: str, x: str, y: float, radius: float = 5) -> Markup:
    """A mark in a picture as wide as its page: `x` in per cent or pixels."""
    inner = Markup('<path class="{}" d="M0 0{}"/>').format(classes, outline(shape, radius))
    return Markup('<svg class="fig-at" x="{}" y="{}">{}</svg>').format(x, digits(y), inner)


def written(text: str, x: str, y: float, classes: str = "", anchor: str = "", dx: float = 0) -> Markup:
    """A text; `anchor` is middle or end."""
    more = Markup("")
    for name, value in (("class", classes), ("text-anchor", anchor), ("dx", digits(dx) if dx else "")):
        if value:
            more += Markup(' {}="{}"').format(name, value)
    return Markup('<text x="{}" y="{}"{}>{}</text>').format(x, digits(y), more, clean(text))


def linked(href: str, title: str, inner: Markup) -> Markup:
    """A part of a picture that leads elsewhere, or only tells its title."""
    told = Markup("<title>{}</title>{}").format(title, inner)
    return Markup('<a href="{}">{}</a>').format(href, told) if href else Markup("<g>{}</g>").format(told)


def key(entries: Iterable[tuple[str, str, str]]) -> Markup:
    """What marks mean, as a list below a picture: shape, classes and text of each."""
    items = Markup("").join(
        Markup(
            '<li><svg viewBox="-8 -8 16 16" width="14" height="14" aria-hidden="true">'
            '<path class="{}" d="M0 0{}"/></svg> {}</li>'
        ).format(classes, outline(shape, 5), text)
        for shape, classes, text in entries
    )
    return Markup('<ul class="fig-key">{}</ul>').format(items) if items else Markup("")


def figure(
    prefix: str, title: str, description: str, size: tuple[int, int], body: Markup,
    under: Sequence[Markup | str] = (), links: bool = False,
) -> Markup:  # fmt: skip
    """A figure with title and description, of which the ids begin with `prefix`; below it stands what `under` says.

    A `size` of width 0 is as wide as the page, else all is scaled to the page. What has links inside cannot be one
    image, for a screen reader would not find them.
    """
    wide, high = size
    frame = (
        Markup('viewBox="0 0 {} {}"').format(wide, high) if wide else Markup('width="100%" height="{}"').format(high)
    )
    drawn = Markup(
        '<svg class="{}" {} role="{}" aria-labelledby="{}-t" aria-describedby="{}-d">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>'
    ).format(
        "fig-svg fig-scaled" if wide else "fig-svg fig-fluid", frame, "group" if links else "img", prefix, prefix,
        prefix, clean(title), prefix, clean(description), body,
    )  # fmt: skip
    notes = Markup("").join(
        note if isinstance(note, Markup) else Markup('<p class="fig-note">{}</p>').format(note)
        for note in under
        if note
    )
    caption = Markup("<figcaption>{}</figcaption>").format(notes) if notes else Markup("")
    return Markup('<figure class="fig">{}{}</figure>').format(drawn, caption)


def grid(places: Iterable[tuple[str, str]], top: float, bottom: float) -> Markup:
    """Upright lines, each at a place in per cent with its text above."""
    found = Markup("")
    for x, text in places:
        anchor, dx = ("", 3) if x in ("0%", "0") else ("end", -3) if x == "100%" else ("middle", 0)
        found += Markup('<line class="fig-grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
            x, x, digits(top), digits(bottom)
        )
        found += written(text, x, top - 4, "fig-soft", anchor, dx)
    return found


def share(value: float, low: float, high: float) -> float:
    """Where a value lies between two, in per cent."""
    return max(0.0, min(100.0, 100 * (value - low) / ((high - low) or 1.0)))


def percents(value: float) -> str:
    """A place in per cent as SVG has it."""
    return f"{digits(value, 2)}%"


def steps(low: float, high: float, most: int = 6) -> list[int]:
    """Whole numbers for an axis, at most about so many, in steps that people count in."""
    wide = max(high - low, 1)
    size = next(step for power in range(9) for step in (10**power, 2 * 10**power, 5 * 10**power) if wide / step <= most)
    first = math.ceil(low / size) * size
    return list(range(first, math.floor(high) + 1, size))
