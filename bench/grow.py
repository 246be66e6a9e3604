"""Grow the table gcom: other numbers, codes, names and places, the same distributions. Usage: grow.py IN OUT TIMES.

Each copy keeps its country, flags, dates and coordinators; a copy's group is the group's copy. Places move north by a
thousandth of a degree a copy, so that copies are neighbours and not one place.
"""

from __future__ import annotations

import contextlib
import csv
import sys
from pathlib import Path


def grow(source: Path, target: Path, times: int) -> int:
    """Write `times` copies of every row and return their number."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    number = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for copy in range(times):
            for row in rows:
                writer.writerow(_copied(row, copy) if copy else row)
                number += 1
    return number


def sized(source: Path, target: Path, size: int) -> None:
    """Write `size` rows: the table grown to at least that, and rows taken evenly."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        there = sum(1 for _ in csv.DictReader(file))
    grow(source, target, -(-size // there))
    with target.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows[number * len(rows) // size] for number in range(size))


def _copied(row: dict[str, str], copy: int) -> dict[str, str]:
    new = {**row, "organisation_id": f"{row['organisation_id']}-{copy}"}
    new["organisation_name"] = f"{row['organisation_name']} {_word(copy)}"
    for key in ("group_organisation_id", "gcom_id"):
        if row[key] not in ("-", ""):
            new[key] = f"{row[key]}-{copy}"
    with contextlib.suppress(ValueError):  # the dirt stays as it is
        new["organisation_latitude"] = f"{float(row['organisation_latitude']) + copy / 1000:.6f}"
    return new


def _word(number: int) -> str:
    """A word for each number, so that the names of copies differ."""
    letters = ""
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("a") + letter) + letters
    return letters * 2


if __name__ == "__main__":
    print(grow(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
