"""What pages need of a release beside its graph: the texts that may be shown whole, and the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from citygraph.files import load_bytes, shown
from citygraph.problems import CitygraphError
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import ID, SH

#: The folder of texts, and the file of findings.
TEXTS, REPORT = "texts", "shacl-report.ttl"


@dataclass(frozen=True)
class Finding:
    """What validation found: the focus node, the constraint that it breaks (its shape), how grave that is (violation,
    warning or info), the path, and what is said of it by language."""

    focus: str
    shape: str
    severity: str
    path: str = ""
    messages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Beside:
    """The whole texts of a release by the IRI of their source, and its findings."""

    texts: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def beside(release: Path) -> Beside:
    """Read what is beside the graph of a release; of a folder that lacks something, what there is.

    Raises CitygraphError for a file that cannot be read.
    """
    texts = {
        ID + path.stem: load_bytes(path, "a text").decode("utf-8", "replace")
        for path in sorted((release / TEXTS).glob("*.txt"))
    }
    return Beside(texts, tuple(_findings(release / REPORT)) if (release / REPORT).is_file() else ())


def _findings(report: Path) -> Iterator[Finding]:
    said: dict[str, dict[str, list[ox.Literal | ox.NamedNode | ox.BlankNode | ox.Triple]]] = {}
    try:
        for quad in ox.parse(load_bytes(report, "the validation report"), format=ox.RdfFormat.TURTLE, lenient=True):
            said.setdefault(value_of(quad.subject), {}).setdefault(quad.predicate.value, []).append(quad.object)
    except SyntaxError as error:
        raise CitygraphError(f"{shown(report)}: not the validation report of a release: {error}") from error
    for _, told in sorted(said.items()):
        if SH + "focusNode" in told:
            one = {name: value_of(told[SH + name][0]) if SH + name in told else ""
                   for name in ("focusNode", "sourceShape", "resultSeverity", "resultPath")}  # fmt: skip
            severity = one["resultSeverity"].removeprefix(SH).lower() or "warning"
            messages = sorted((getattr(term, "language", None) or "en", value_of(term))
                              for term in told.get(SH + "resultMessage", ()))  # fmt: skip
            yield Finding(
                one["focusNode"], one["sourceShape"], severity or "warning", one["resultPath"], dict(messages)
            )
