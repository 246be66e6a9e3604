"""The named cleaners: from the text of a cell to the text of a value, or why it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from citygraph.dates import parse

#: As many digits as every reader of xsd:decimal and xsd:integer keeps.
_TOO_LONG = re.compile(r"-?(?:[0-9]{19,}(?:\.[0-9]*)?|[0-9]*\.[0-9]{19,})")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


def _text(cell: str) -> str:
    return cell


def _number(cell: str) -> str:
    """A number as it stands: what is none goes into the graph as it is, and sh:datatype tells it in its place."""
    if _TOO_LONG.fullmatch(cell):
        raise ValueError("a number of more than 18 digits")
    whole = re.fullmatch(r"(-?)0*([0-9]+?)(?:\.([0-9]*?)0*)?", cell, re.ASCII)
    if whole is None:
        if _taken(cell):
            raise ValueError("not a number; write digits with a point: 60.98")
        return cell
    sign, digits, rest = whole.groups()
    return sign + digits + (f".{rest}" if rest else "")  # one form for one number, so that equal ones are equal terms


def _taken(cell: str) -> bool:
    """Whether Python, and with it rdflib, takes for a number what is not written as one: NaN, 1_000, 1e5."""
    try:
        Decimal(cell)
    except ArithmeticError:
        return False
    return True


def _rounded(cell: str) -> str:
    """Two decimals of a coordinate, about a kilometre, as a part of a key."""
    if not _DECIMAL.fullmatch(cell):
        raise ValueError("not a number; write digits with a point: 60.98")
    return f"{float(cell):.2f}".replace("-", "m")


def _date(cell: str) -> str:
    parse(cell)
    return cell


def _flag(cell: str) -> str:
    found = {"true": "true", "1": "true", "yes": "true", "false": "", "0": "", "no": ""}.get(cell.lower())
    if found is None:
        raise ValueError("neither true nor false")
    return found


def _number_in_address(cell: str) -> str:
    match = re.search(r"=([0-9]+)$", cell)
    if match is None:
        raise ValueError("an address without a number after =")
    return match.group(1)


#: Name to cleaner; each raises ValueError that says what is wrong. Missing marks are taken out before.
CLEANERS: dict[str, Callable[[str], str]] = {
    "text": _text,
    "upper": str.upper,
    "lower": str.lower,
    "number": _number,
    "rounded": _rounded,
    "date": _date,
    "flag": _flag,
    "number-in-address": _number_in_address,
}
