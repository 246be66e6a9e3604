"""A query as the query page answers it: rows with names, their evidence, a chart, a map, and where to get all of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from markupsafe import Markup

from citygraph.pages.render import Context
from citygraph.queries import NamedQuery
from citygraph.vocabulary import CLAIM
from citygraph.web.drawn import Chart, Map, chart, city_map
from citygraph.web.outcome import Answer
from citygraph.web.shown import Cell, Preview, cell, iris, preview
from citygraph.web.site import Site

#: Bytes of an answer that are read for a page, rows that are drawn on a map, rows that stand in the table.
_BYTES, _DRAWN, ROWS = 2_000_000, 3000, 300
VIEWS = ("table", "chart", "map")
_TABLES = {"CSV": "csv", "TSV": "tsv", "JSON": "json", "XML": "xml"}
_GRAPHS = {"Turtle": "ttl", "N-Triples": "nt", "JSON-LD": "jsonld", "RDF/XML": "rdf"}
#: Characters of an answer in Turtle that a page shows.
_TURTLE = 100_000


@dataclass(frozen=True)
class Link:
    """A file to download."""

    text: str
    href: str
    file: str


@dataclass(frozen=True)
class Evidence:
    """The words of a claim as they are shown under its title; `kind` is what it rests on."""

    kind: str
    title: str
    html: Markup


@dataclass(frozen=True)
class Result:
    """An answer as the page shows it."""

    form: str
    permanent: str
    downloads: list[Link]
    total: int = 0
    columns: tuple[str, ...] = ()
    rows: list[list[Cell]] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    chart: Chart | None = None
    map: Map | None = None
    drawn: int = 0
    boolean: bool | None = None
    turtle: str = ""
    cut: bool = False

    @property
    def kept(self) -> list[int]:
        """The columns in the table: those with a value, but for claims whose words stand beside their row."""
        return [
            at
            for at in range(len(self.columns))
            if any(row[at].text and row[at].claim not in self.evidence for row in self.rows)
        ]

    @property
    def views(self) -> list[str]:
        """The ways in which the rows can be shown."""
        return ["table"] + ["chart"] * bool(self.chart) + ["map"] * bool(self.map)


@dataclass(frozen=True)
class Question:
    """What was asked: a named query with its parameters, or a text."""

    text: str
    context: Context
    query: NamedQuery | None = None
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def permanent(self) -> str:
        """The address that asks it again."""
        if self.query:
            return f"/{self.context.path}?" + urlencode(dict(self.given) or {"run": "yes"})
        return f"/{self.context.path}?" + urlencode({"query": self.text})

    def download(self, format: str) -> str:
        """The address of the whole answer in a format."""
        if self.query:
            return f"/api/queries/{self.query.name}?" + urlencode({**self.given, "format": format})
        return "/sparql?" + urlencode({"query": self.text, "format": format})

    def downloads(self, graph: bool) -> list[Link]:
        """All formats of it."""
        name = self.query.name if self.query else "answer"
        kinds = _GRAPHS if graph else _TABLES
        return [Link(text, self.download(format), f"{name}.{format}") for text, format in kinds.items()]


async def answered(site: Site, question: Question) -> Result:
    """The answer to a question; raises Refused or a QueryError."""
    admitted = site.admit(question.text)
    graph = admitted.form in ("CONSTRUCT", "DESCRIBE")
    answer = await site.run(admitted, "ttl" if graph else "json")
    data = await _beginning(answer)
    downloads = question.downloads(graph)
    if graph:
        text = data[:_TURTLE].decode("utf-8", "ignore")
        cut = answer.size > _TURTLE
        return Result("graph", question.permanent, downloads, answer.rows, turtle=text, cut=cut)
    begun = await asyncio.to_thread(preview, data, _DRAWN)
    if begun.boolean is not None:
        return Result("boolean", question.permanent, downloads, boolean=begun.boolean)
    return await _tabled(site, question, begun, answer.rows, downloads)


async def _beginning(answer: Answer) -> bytes:
    """The first bytes of an answer, which is closed."""
    parts: list[bytes] = []
    size = 0
    async for chunk in answer.chunks():
        parts.append(chunk)
        size += len(chunk)
        if size >= _BYTES:
            break
    answer.close()
    return b"".join(parts)[:_BYTES]


async def _tabled(site: Site, question: Question, begun: Preview, total: int, downloads: list[Link]) -> Result:
    rows = begun.rows[:ROWS]
    mapped = {"lat", "long"} <= set(begun.columns)
    drawn = begun.rows if mapped else rows
    context = question.context
    asked = {"claims": sorted(one for one in iris(rows) if one.startswith(CLAIM)), "path": context.path}
    answer = await site.make(tell=sorted(iris(drawn)), language=context.language, **asked)
    told = json.loads(await answer.whole())
    linked, claims = told["linked"], told["claims"].items()

    def draw() -> Result:
        evidence = {iri: Evidence(one["kind"], one["title"], Markup(one["html"])) for iri, one in claims}
        cells = [[cell(term, linked, context.language) for term in row] for row in drawn]
        return Result(
            "table", question.permanent, downloads, total, begun.columns, cells[:ROWS], evidence,
            chart(begun.columns, rows, cells[:ROWS]), city_map(begun.columns, drawn, cells), len(drawn),
        )  # fmt: skip

    return await asyncio.to_thread(draw)
