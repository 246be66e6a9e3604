"""Answers on their way out: raw SPARQL 1.1 results, or a table for reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import pyoxigraph as ox

from citygraph.vocabulary import CLAIM, DCTERMS, RDFS, SKOS, shorten

RAW = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
}
#: Cells wider than this turn a table into records, so that the words of a quote stay in one piece.
WIDTH = 120


def raw(answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples, format: str) -> bytes:
    """csv, tsv or json as SPARQL 1.1 defines them; triples as Turtle; a boolean as JSON, or as the word."""
    if isinstance(answer, ox.QueryTriples):
        return triples(answer).encode()
    if isinstance(answer, ox.QueryBoolean):
        import json

        text = json.dumps({"head": {}, "boolean": bool(answer)}) if format == "json" else str(bool(answer)).lower()
        return f"{text}\n".encode()
    written = answer.serialize(format=RAW[format])
    assert written is not None
    return written + (b"\n" if format == "json" else b"")


def triples(answer: Iterable[ox.Triple]) -> str:
    """Turtle of the triples of a CONSTRUCT or DESCRIBE, in a stable order."""
    from citygraph.rdf.turtle import turtle_of

    return "".join(turtle_of(answer, "answer"))


def readable(
    answer: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
    format: str,
    labels: Callable[[Sequence[str]], Mapping[str, str]],
) -> str:
    """A table, or Markdown, with labels in the place of IRIs. `labels` looks up many IRIs at once."""
    if isinstance(answer, ox.QueryTriples):
        return triples(answer)
    if isinstance(answer, ox.QueryBoolean):
        return str(bool(answer)).lower() + "\n"
    columns = [variable.value for variable in answer.variables]
    rows = [tuple(solution[name] for name in columns) for solution in answer]
    iris = sorted({t.value for row in rows for t in row if isinstance(t, ox.NamedNode) and not _claim(t.value)})
    names = labels(iris)
    cells = [[_cell(term, names) for term in row] for row in rows]
    return markdown(columns, cells) if format == "md" else table(columns, cells)


def _claim(iri: str) -> bool:
    return iri.startswith(CLAIM)


def _cell(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, names: Mapping[str, str]) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return names.get(term.value) or shorten(term.value)
    text = term.value if isinstance(term, ox.Literal | ox.BlankNode) else str(term)
    return "".join(c if c.isprintable() else " " for c in text)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Aligned columns, those without any value left out; records where a line would be too long to read."""
    kept = [i for i in range(len(columns)) if any(row[i] for row in rows)]
    if not kept:
        return "(no rows)\n"
    heads = [columns[i] for i in kept]
    body = [[row[i] for i in kept] for row in rows]
    widths = [max(len(line[i]) for line in [heads, *body]) for i in range(len(kept))]
    count = f"({len(rows)} row{'' if len(rows) == 1 else 's'})\n"
    if sum(widths) + 2 * len(widths) <= WIDTH:
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)) for line in [heads, *body]]
        lines.insert(1, "  ".join("-" * w for w in widths))
        return "".join(line.rstrip() + "\n" for line in lines) + count
    width = max(map(len, heads))
    records = [
        "".join(f"{head.ljust(width)}  {cell}\n" for head, cell in zip(heads, line, strict=True) if cell)
        for line in body
    ]
    return "\n".join(records) + count


def markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("\\", "\\\\").replace("|", "\\|") for cell in cells) + " |\n"

    return line(columns) + "|" + " --- |" * len(columns) + "\n" + "".join(map(line, rows))


def label_query(iris: Sequence[str]) -> str:
    """A query for the names of IRIs: columns ?x and ?label."""
    values = " ".join(str(ox.NamedNode(iri)) for iri in iris)
    paths = "|".join(f"<{p}>" for p in (SKOS + "prefLabel", DCTERMS + "title", RDFS + "label"))
    return f"SELECT ?x ?label WHERE {{ VALUES ?x {{ {values} }} ?x {paths} ?label }}"


def pick_labels(solutions: Iterable[ox.QuerySolution], language: str) -> dict[str, str]:
    """For each ?x the label in a language, else English, else the first in alphabetical order."""
    found: dict[str, list[tuple[int, str]]] = {}
    for solution in solutions:
        label = solution["label"]
        if isinstance(label, ox.Literal):
            rank = {language: 0, "en": 1}.get(label.language or "", 2)
            found.setdefault(solution["x"].value, []).append((rank, label.value))
    return {iri: min(labels)[1] for iri, labels in found.items()}
