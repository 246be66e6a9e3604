"""Progress on stderr, for people: silent until a second has passed."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import click


def steps() -> Callable[[str], None]:
    """Tell each step on stderr, once a second has passed."""
    start = time.monotonic()

    def say(what: str) -> None:
        if time.monotonic() - start > 1:
            click.echo(f"{what} …", err=True)

    return say


@contextlib.contextmanager
def reading() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr for each table that takes longer than a second to read; none where stderr is not a terminal."""
    bars: dict[str, Any] = {}
    began: dict[str, float] = {}

    def tell(name: str, done: int, total: int) -> None:
        if name not in bars and time.monotonic() - began.setdefault(name, time.monotonic()) > 1 and done < total:
            bars[name] = click.progressbar(length=total, label=name, file=sys.stderr)
        if name in bars:
            bars[name].update(done - bars[name].pos)
        if done == total and name in bars:
            bars.pop(name).render_finish()

    try:
        yield tell if sys.stderr.isatty() else lambda *_: None
    finally:
        for bar in bars.values():  # a table that could not be read to its end: give the cursor back
            bar.render_finish()
