"""Terms and answers as pages show them: what is linked where, and how much of an answer is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from citygraph.plots.words import date
from citygraph.vocabulary import CLAIM, EDTF


@dataclass(frozen=True)
class Cell:
    """A term as it is shown: its text, where it leads (empty: nowhere), whether that is another site, its language."""

    text: str
    href: str = ""
    outside: bool = False
    language: str = ""
    claim: str = ""


@dataclass(frozen=True)
class Preview:
    """The first rows of an answer: `whole` tells whether these are all."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    whole: bool
    boolean: bool | None = None


def preview(data: bytes, most: int) -> Preview:
    """Up to `most` rows from the beginning of an answer in JSON, which may be cut anywhere."""
    try:
        found = ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
    except SyntaxError:
        return Preview((), [], False)
    if isinstance(found, ox.QueryBoolean):
        return Preview((), [], True, bool(found))
    assert isinstance(found, ox.QuerySolutions)
    columns = tuple(variable.value for variable in found.variables)
    rows: list[tuple[Any, ...]] = []
    try:
        for solution in found:
            if len(rows) == most:
                return Preview(columns, rows, False)
            rows.append(tuple(solution[column] for column in columns))
    except SyntaxError:
        return Preview(columns, rows, False)
    return Preview(columns, rows, True)


def cell(term: Any, linked: Mapping[str, Sequence[str]], language: str = "en") -> Cell:
    """A term as it is shown; `linked` has the name of each IRI and where it leads, which is itself on another site."""
    if isinstance(term, ox.NamedNode):
        iri = term.value
        name, where = linked.get(iri, (iri, ""))
        return Cell(name, where, where == iri, claim=iri if iri.startswith(CLAIM) else "")
    if isinstance(term, ox.Literal):
        if term.datatype.value == EDTF:
            with suppress(ValueError, IndexError):  # what is no date is shown as it is
                return Cell(date(term.value, language))
        return Cell(term.value, language=term.language or "")
    return Cell("" if term is None else str(term))


def iris(rows: list[tuple[Any, ...]]) -> set[str]:
    """The IRIs in some rows."""
    return {term.value for row in rows for term in row if isinstance(term, ox.NamedNode)}


def number(term: Any) -> float | None:
    """The value of a numeric literal."""
    if isinstance(term, ox.Literal) and term.datatype.value.rpartition("#")[2] in _NUMERIC:
        try:
            value = float(term.value)
        except ValueError:
            return None
        return value if abs(value) < 1e300 else None
    return None


_NUMERIC = {"integer", "decimal", "double", "float", "int", "long", "short", "nonNegativeInteger", "positiveInteger"}
