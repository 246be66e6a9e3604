"""The release before this one: what a new one must keep, and goes on from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date as day
from pathlib import Path

from citygraph.files import MARKER, load_bytes, shown
from citygraph.problems import CitygraphError

PACKAGE = "datapackage.json"
FEED = "feed.atom"
#: What a version is: it becomes part of an address.
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")


@dataclass(frozen=True)
class Earlier:
    """A release folder with its version, its day, and the text of its feed."""

    folder: Path
    version: str
    date: str
    feed: str


def read_earlier(folder: Path) -> Earlier:
    """Read what a release tells of itself; raises CitygraphError where the folder holds none."""
    name = shown(folder)
    if not (folder / MARKER).exists():
        raise CitygraphError(f"{name}: no release there; name the folder of an earlier one with --previous")
    if not (folder / PACKAGE).exists():
        what = f"no {PACKAGE} in it, as in what `citygraph build` makes"
        raise CitygraphError(f"{name}: {what}; name a folder that `citygraph release` made with --previous")
    try:
        told = json.loads(load_bytes(folder / PACKAGE, "the description of the release"))
        version, date = told["version"], told["created"][:10]
        feed = load_bytes(folder / FEED, "the feed of the release").decode("utf-8")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CitygraphError(f"{name}: {PACKAGE} or {FEED} is damaged; fetch the release anew") from error
    if not (isinstance(version, str) and VERSION.fullmatch(version) and isinstance(date, str) and is_day(date)):
        raise CitygraphError(f"{name}: {PACKAGE} is damaged: no version and day as a release has; fetch it anew")
    return Earlier(folder, version, date, feed)


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, written as 2024-01-31."""
    try:
        return day.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
