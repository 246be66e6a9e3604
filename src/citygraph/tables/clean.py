"""The named cleaners: from the text of a cell to the text of a value, or why it cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable

from citygraph.dates import parse

#: As many digits as every reader of xsd:decimal and xsd:integer keeps.
_TOO_LONG = re.compile(r"-?(?:[0-9]{19,}(?:\.[0-9]*)?|[0-9]*\.[0-9]{19,})")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


def _text(cell: str) -> str:
    return cell


def _decimal(cell: str) -> str:
    if _DECIMAL.fullmatch(cell):
        return cell
    if _DECIMAL.fullmatch(cell.replace(",", ".", 1)):
        raise ValueError("a decimal comma; write a point")
    if _TOO_LONG.fullmatch(cell):
        raise ValueError("a number of more than 18 digits")
    raise ValueError("not a number; write digits with a point: 60.98")


def _integer(cell: str) -> str:
    if re.fullmatch(r"-?[0-9]{1,18}(\.0+)?", cell):
        return cell.partition(".")[0]
    raise ValueError("a number of more than 18 digits" if _TOO_LONG.fullmatch(cell) else "not a whole number")


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
    "decimal": _decimal,
    "integer": _integer,
    "date": _date,
    "flag": _flag,
    "number-in-address": _number_in_address,
}
