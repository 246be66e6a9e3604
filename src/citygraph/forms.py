"""The form of numbers and days, as they are written in sheets and descriptions."""

from __future__ import annotations

import datetime as dt
import re

from citygraph.vocabulary import context

#: What a value of a datatype looks like, and how a message says so. Python and rdflib take more, such as 2_0 or nan.
FORMS = {
    "xsd:integer": (re.compile(r"-?[0-9]{1,18}"), "a whole number", "write digits only: 23"),
    "xsd:decimal": (
        re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?"),
        "a number",
        "write digits, with a point: -20 or 60.98",
    ),
    "xsd:date": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "a day", "write year-month-day: 2012-11-06"),
}


def malformed(key: str, text: str) -> tuple[str, str] | None:
    """What is wrong with the form of a number or day, and what would be right."""
    coerced = context().get(key)
    datatype = coerced.get("@type", "") if isinstance(coerced, dict) else ""
    if datatype not in FORMS:
        return None
    pattern, kind, right = FORMS[datatype]
    if pattern.fullmatch(text):
        try:
            if kind == "a day":
                dt.date.fromisoformat(text)
            return None
        except ValueError:
            return f"there is no day {text}", right
    return f"{text!r} is not {kind}", right
