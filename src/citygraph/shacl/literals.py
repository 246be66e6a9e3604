"""Literals as SHACL judges them: of a datatype, in order. Plain ones here; odd ones by rdflib, as pySHACL does it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyoxigraph as ox

from citygraph.vocabulary import RDF, XSD

_PLAIN = {
    XSD + "integer": re.compile(r"-?[0-9]{1,18}"),
    XSD + "decimal": re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?"),
    XSD + "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
}


def of_datatype(term: object, datatype: str) -> bool:
    """Whether a term is a well-formed literal of a datatype."""
    if not isinstance(term, ox.Literal) or term.datatype.value != datatype:
        return False
    if datatype in (XSD + "string", RDF + "langString") or not datatype.startswith(XSD):
        return True
    return plain(term.value, datatype) is not None or _odd_datatype(term.value, datatype)


@lru_cache(maxsize=65_536)
def plain(text: str, datatype: str) -> Decimal | dt.date | None:
    """The value of a plain literal, None for any other."""
    pattern = _PLAIN.get(datatype)
    if pattern is None or not pattern.fullmatch(text):
        return None
    if datatype != XSD + "date":
        return Decimal(text)
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def below(one: object, other: object, equal: bool) -> bool:
    """Whether a value comes before another one (or is `equal` to it); what cannot be compared does not."""
    if isinstance(one, ox.Literal) and isinstance(other, ox.Literal):
        a, b = plain(one.value, one.datatype.value), plain(other.value, other.datatype.value)
        if isinstance(a, Decimal) and isinstance(b, Decimal):
            return a <= b if equal else a < b
        if isinstance(a, dt.date) and isinstance(b, dt.date):
            return a <= b if equal else a < b
    return _odd_below(one, other, equal)


def at_least(value: object, limit: ox.Literal, sign: int) -> bool:
    """Whether a value is not below a limit (`sign` 1) or not above it (`sign` -1)."""
    if not isinstance(value, ox.Literal):
        return False
    a, b = plain(value.value, value.datatype.value), plain(limit.value, limit.datatype.value)
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return a >= b if sign > 0 else a <= b
    return _odd_at_least(value, limit, sign)


def _by_rdflib(term: ox.Literal) -> Any:
    from citygraph.rdf.terms import to_rdflib, unlogged

    with unlogged():
        return to_rdflib(term)


def _odd_datatype(text: str, datatype: str) -> bool:
    """rdflib's opinion: it takes more than the plain forms."""
    literal = _by_rdflib(ox.Literal(text, datatype=ox.NamedNode(datatype)))
    kinds: dict[str, type] = {"integer": int, "decimal": Decimal, "date": dt.date, "boolean": bool, "float": float}
    kind = kinds.get(datatype.removeprefix(XSD))
    if getattr(literal, "ill_typed", None) is True:
        return False
    return kind is None or isinstance(getattr(literal, "value", None), kind)


def _odd_below(one: object, other: object, equal: bool) -> bool:
    """As pySHACL compares: IRIs and strings as texts, never with anything else; the rest by rdflib's order."""
    a, b = _text_or_literal(one), _text_or_literal(other)
    if isinstance(a, str) and isinstance(b, str):
        return a <= b if equal else a < b
    if isinstance(a, str) or isinstance(b, str):
        return False
    try:
        return bool(a <= b if equal else a < b)
    except (TypeError, ArithmeticError, RecursionError):
        # pySHACL stops here; SHACL 4.5.3 counts what cannot be compared as a failure
        return False


def _text_or_literal(term: object) -> Any:
    """A text for an IRI or a string, else the rdflib literal in a tuple, since it is a kind of str itself."""
    if not isinstance(term, ox.Literal):
        return term
    literal = _by_rdflib(term)
    value = getattr(literal, "value", None)
    return value if isinstance(value, str) else (literal,)


def _odd_at_least(value: ox.Literal, limit: ox.Literal, sign: int) -> bool:
    """By pySHACL's own comparison."""
    from pyshacl.rdfutil.compare import compare_literal

    a, b = _by_rdflib(value), _by_rdflib(limit)
    if isinstance(getattr(a, "value", None), str) is not isinstance(getattr(b, "value", None), str):
        return False
    try:
        order = compare_literal(a, b)  # type: ignore[no-untyped-call]
    except (TypeError, ArithmeticError, NotImplementedError, RecursionError):
        return False  # what pySHACL cannot compare does not hold there either
    return bool(order >= 0 if sign > 0 else order <= 0)
