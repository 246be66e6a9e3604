"""Admits or refuses the text of a query before it is parsed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from citygraph import sparql
from citygraph.web.limits import Limits

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]


@dataclass(frozen=True)
class Admitted:
    """A query that may be run: what `Pool.run` takes.

    The graphs are those of the dataset that the request or the query names; both None is the union of all.
    """

    text: str
    form: Form
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


class Refused(Exception):  # noqa: N818
    """A query that is not run: the HTTP status and the reason in a sentence."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def admit(
    text: str,
    limits: Limits,
    graphs: Collection[str],
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
) -> Admitted:
    """The query as it may be run; raises Refused: 413 too long, 403 for what is never done here, 400 for the rest.

    `graphs` are those that there are; `default_graphs` and `named_graphs` are the ones the request names, which take
    the place of those the query names, as the protocol says.
    """
    try:
        length = len(text) if text.isascii() else len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise Refused(400, "the query is not UTF-8 text") from None
    if length > limits.length:
        raise Refused(413, f"the query has {length:,} bytes; at most {limits.length:,} are run")
    reading = sparql.read(text)
    if reading.depth > limits.nesting:
        raise Refused(
            400, f"the query is nested {reading.depth:,} deep; at most {limits.nesting:,} brackets deep is run"
        )
    if reading.service:
        raise Refused(403, "SERVICE is not run here: no query is passed on to another server")
    if reading.update:
        raise Refused(
            403, f"{reading.form.upper()} is an update; the graph is only read: SELECT, ASK, CONSTRUCT, DESCRIBE"
        )
    if not reading.form:
        raise Refused(400, "no SELECT, ASK, CONSTRUCT or DESCRIBE in the query")
    if reading.broken:
        raise Refused(400, "a string in the query does not end, or a backslash stands outside of strings and IRIs")
    for graph in (*default_graphs, *named_graphs, *reading.graphs, *reading.named):
        if graph not in graphs:
            raise Refused(400, f"there is no graph <{graph[:200]}> here, and none is fetched")
    form: Form = reading.form.upper()  # type: ignore[assignment]  # it is one of the four by now
    if default_graphs or named_graphs:
        return Admitted(reading.text, form, tuple(default_graphs), tuple(named_graphs))
    if reading.graphs or reading.named:
        return Admitted(reading.text, form, reading.graphs, reading.named)
    return Admitted(reading.text, form)
