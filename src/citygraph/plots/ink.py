"""How figures of pages are written: SVG of texts and marks without a style of its own, their colours being classes.

Parts of a picture are plain strings in which every text is already escaped: they are many, and Markup is slow.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

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
    if text.isascii() and text.isprintable():
        return text
    shown = allowed(_BREAKS.sub(" ", text))
    turned = any(unicodedata.bidirectional(sign) in _TURNING for sign in _LATER.findall(shown))
    return f"\u2068{shown}\u2069" if turned else shown


_BREAKS = re.compile("[\t\n\r]")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: Signs beyond Latin, Greek, Cyrillic and Armenian, but for dashes and quotation marks.
_LATER = re.compile("[^\x00-\u058f\u2010-\u2027\ufffd]")
_TURNING = {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "PDF", "PDI", "FSI"}


def allowed(text: str) -> str:
    """Text without what XML does not allow."""
    return _FORBIDDEN.sub("\ufffd", text)


def cut(text: str, most: int) -> str:
    """Text of at most so many letters, those of East Asia counted twice."""
    room = most
    for at, sign in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if room < 0:
            return clean(text[: max(at - 1, 1)].rstrip() + "…")
    return clean(text)


def ends_of(text: str, most: int) -> str:
    """Text of at most so many letters, cut in its middle: parts of a network differ at the end of their names."""
    if len(text) <= most or any(unicodedata.east_asian_width(sign) in "WF" for sign in text[:most]):
        return cut(text, most)
    last = most * 2 // 5
    return clean(f"{text[: most - last - 1].rstrip()}…{text[-last:].lstrip()}")


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


def mark(shape: str, classes: str, x: float, y: float, radius: float = 5) -> str:
    """A mark in a picture with pixels of its own."""
    return f'<path class="{classes}" d="M{digits(x)} {digits(y)}{outline(shape, radius)}"/>'


def placed(shape: str, classes: str, x: str, y: float, radius: float = 5) -> str:
    """A mark in a picture as wide as its page: `x` in per cent or pixels."""
    inner = f'<path class="{classes}" d="M0 0{outline(shape, radius)}"/>'
    return f'<svg class="fig-at" x="{x}" y="{digits(y)}">{inner}</svg>'


def written(text: str, x: str, y: float, classes: str = "", anchor: str = "", dx: float = 0) -> str:
    """A text; `anchor` is middle or end."""
    more = f' class="{classes}"' if classes else ""
    more += f' text-anchor="{anchor}"' if anchor else ""
    more += f' dx="{digits(dx)}"' if dx else ""
    return f'<text x="{x}" y="{digits(y)}"{more}>{escaped(text)}</text>'


def escaped(text: str) -> str:
    """Any text as it stands in an element or an attribute."""
    return str(escape(clean(text)))


def linked(href: str, title: str, inner: str) -> str:
    """A part of a picture that leads elsewhere, or only tells its title."""
    told = f"<title>{escaped(title)}</title>{inner}"
    return f'<a href="{escape(allowed(href))}">{told}</a>' if href else f"<g>{told}</g>"


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
    prefix: str, title: str, description: str, size: tuple[int, int], body: str,
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
        prefix, clean(title), prefix, clean(description), Markup(body),
    )  # fmt: skip
    notes = Markup("").join(
        note if isinstance(note, Markup) else Markup('<p class="fig-note">{}</p>').format(note)
        for note in under
        if note
    )
    caption = Markup("<figcaption>{}</figcaption>").format(notes) if notes else Markup("")
    return Markup('<figure class="fig">{}{}</figure>').format(drawn, caption)


def grid(places: Iterable[tuple[str, str]], top: float, bottom: float) -> str:
    """Upright lines, each at a place in per cent with its text above."""
    found = ""
    for x, text in places:
        anchor, dx = ("", 3) if x in ("0%", "0") else ("end", -3) if x == "100%" else ("middle", 0)
        found += f'<line class="fig-grid" x1="{x}" x2="{x}" y1="{digits(top)}" y2="{digits(bottom)}"/>'
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
