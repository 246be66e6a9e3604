"""Dates as far as a source says: the forms of EDTF (ISO 8601-2) that citygraph allows, and their bounds.

Allowed: `2012`, `2012-06`, `2012-09-10`, seasons `2012-21` (spring) to `2012-24` (winter), and an interval of two
of them, either end open: `2008/2015`, `../2012-11-06`, `2014/..`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

#: Months of a season, northern hemisphere. Winter of a year runs from December into February of the next year.
SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 14)}
_POINT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
FORMS = "2012, 2012-06, 2012-09-10, 2012-23 (autumn 2012), 2008/2015 or ../2012-11-06"


@dataclass(frozen=True)
class Bounds:
    """First and last possible day; None where the date is open on that side."""

    earliest: dt.date | None
    latest: dt.date | None

    def covers(self, other: Bounds) -> bool:
        """Whether every day of `other` lies within these bounds."""
        return (self.earliest is None or (other.earliest is not None and self.earliest <= other.earliest)) and (
            self.latest is None or (other.latest is not None and other.latest <= self.latest)
        )

    def meets(self, other: Bounds) -> bool:
        """Whether the two share a day."""
        return not (
            (self.latest and other.earliest and self.latest < other.earliest)
            or (other.latest and self.earliest and other.latest < self.earliest)
        )


def span(year: int, month: int | None = None, day: int | None = None) -> Bounds:
    """Bounds of a year, month, season (month 21 to 24) or day; raises ValueError where there is no such day."""
    if month is None:
        return Bounds(dt.date(year, 1, 1), dt.date(year, 12, 31))
    if month in SEASONS and day is None:
        first, last = SEASONS[month]
        end_year, end_month = (year + 1, last - 12) if last > 12 else (year, last)
        return Bounds(dt.date(year, first, 1), _end(end_year, end_month))
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month:02d}; months are 01 to 12, seasons 21 to 24")
    if day is None:
        return Bounds(dt.date(year, month, 1), _end(year, month))
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise ValueError(f"{calendar.month_name[month]} {year} has no day {day}")
    return Bounds(dt.date(year, month, day), dt.date(year, month, day))


def spoken(text: str) -> str:
    """An EDTF text for people: `2012-23 (autumn)`, anything else as it is."""
    names = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
    season = names.get(text[5:]) if len(text) == 7 else None
    return f"{text} ({season})" if season else text


def _end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def parse(text: str) -> Bounds:
    """Bounds of an EDTF text; raises ValueError that says what is wrong."""
    first, slash, second = text.partition("/")
    if not slash:
        return _point(first, text)
    start = None if first == ".." else _point(first, text)
    end = None if second == ".." else _point(second, text)
    if start is None and end is None:
        raise ValueError("an interval open at both ends says nothing")
    earliest = start.earliest if start else None
    latest = end.latest if end else None
    if earliest and latest and earliest > latest:
        raise ValueError(f"{first} comes after {second}")
    return Bounds(earliest, latest)


def _point(part: str, whole: str) -> Bounds:
    match = _POINT.fullmatch(part)
    if match is None:
        raise ValueError(f"{whole!r} is not a date; write {FORMS}")
    year, month, day = (int(group) if group else None for group in match.groups())
    if not year:
        raise ValueError("there is no year 0000")
    if year == 9999 and month == 24:
        raise ValueError("9999-24 ends after the last year that a date can name")
    return span(year, month, day)
