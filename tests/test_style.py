"""The style sheet of the pages: what is read can be read in both schemes, and nothing is asked of any host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import citygraph.pages

CSS = (Path(citygraph.pages.__file__).parent / "static" / "site.css").read_text("utf-8")
COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{3,6});")
#: What stands on what: text of WCAG 2.2 level AA has a contrast of 4.5, edges of what is used and focus one of 3.
TEXT = (
    ("ink", "paper"), ("ink", "wash"), ("ink", "mark"), ("soft", "paper"), ("soft", "wash"), ("link", "paper"),
    ("link", "wash"), ("warm", "paper"), ("warm", "wash"), ("paper", "link"),
)  # fmt: skip
EDGES = (("edge", "paper"), ("edge", "wash"), ("warm", "paper"), ("link", "paper"))


def schemes() -> dict[str, dict[str, str]]:
    """The colours of each scheme by name; those that dark and print do not name are the light ones."""
    light = dict(COLOUR.findall(CSS[: CSS.index("@media")]))
    dark = dict(COLOUR.findall(CSS[CSS.index("(prefers-color-scheme: dark)") : CSS.index("/* The page */")]))
    paper = dict(COLOUR.findall(CSS[CSS.index("@media print") :].partition("}")[0]))
    return {"light": light, "dark": light | dark, "print": light | paper}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG has it, 0 to 1."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_has_it() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_what_is_read_can_be_read(scheme: str) -> None:
    colours = schemes()[scheme]
    low = {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in TEXT}
    assert {pair: found for pair, found in low.items() if found < 4.5} == {}
    low = {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in EDGES}
    assert {pair: found for pair, found in low.items() if found < 3} == {}


def test_the_schemes_name_the_same_colours() -> None:
    dark = CSS[CSS.index("(prefers-color-scheme: dark)") : CSS.index("/* The page */")]
    assert {name for name, _ in COLOUR.findall(dark)} == set(schemes()["light"])


def test_nothing_is_asked_of_any_host() -> None:
    assert not re.search(r"url\(|@import|https?:|@font-face", CSS)


def test_focus_is_seen_and_motion_is_asked_for() -> None:
    assert not re.search(r":focus[^{]*\{[^}]*outline: (none|0)", CSS)
    assert re.search(r":focus-visible[^{]*\{ outline: 3px solid", CSS)
    moving = re.findall(r"[^}]*\b(?:animation|transition|scroll-behavior):", CSS)
    assert all("prefers-reduced-motion: no-preference" in one for one in moving)


def test_a_variable_that_is_used_is_there() -> None:
    assert set(re.findall(r"var\(--([a-z-]+)", CSS)) <= set(re.findall(r"--([a-z-]+):", CSS))
