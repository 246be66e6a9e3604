"""The files of a release as the page of downloads lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

#: What a file is, by its name: the name of its text. Others are told by their folder or not at all.
KNOWN = {
    "citygraph.ttl": "file-stated", "citygraph-inferred.ttl": "file-inferred", "citygraph.trig": "file-graphs",
    "citygraph.nq": "file-graphs", "citygraph.jsonld": "file-graphs", "ontology.ttl": "file-ontology",
    "context.jsonld": "file-context", "shacl-report.ttl": "file-report", "tables/cities.csv": "file-cities",
    "tables/networks.csv": "file-networks", "tables/memberships.csv": "file-memberships",
    "tables/commitments.csv": "file-commitments", "tables/coordinations.csv": "file-coordinations",
    "tables/sources.csv": "file-sources", "catalog.ttl": "file-catalog", "catalog.jsonld": "file-catalog",
    "void.ttl": "file-void", "dataset.jsonld": "file-dataset", "datapackage.json": "file-package",
    "feed.atom": "file-feed", "redirects.csv": "file-redirects", "CITATION.cff": "file-citation",
    "README.md": "file-readme", "SHA256SUMS": "file-sums",
}  # fmt: skip
_FORMATS = {
    ".ttl": "Turtle", ".trig": "TriG", ".nq": "N-Quads", ".jsonld": "JSON-LD", ".csv": "CSV", ".json": "JSON",
    ".atom": "Atom", ".cff": "CFF", ".md": "Markdown",
}  # fmt: skip
#: The groups of the page in order: text, and what begins the names of its files.
_GROUPS = ("files-graph", "files-tables", "files-about", "files-sources")


@dataclass(frozen=True)
class File:
    """A file: its name in the release, bytes, format, the text that tells what it is, or the key of its source; and
    the bytes of its compressed copy, 0 where there is none."""

    name: str
    size: int
    format: str
    told: str = ""
    source: str = ""
    packed: int = 0


def listed(files: Sequence[tuple[str, int]]) -> list[tuple[str, list[File]]]:
    """The files by group, each group that has any; a compressed copy with its file."""
    sizes = dict(files)
    groups: dict[str, list[File]] = {name: [] for name in _GROUPS}
    order = {name: at for at, name in enumerate(KNOWN)}
    for name in sorted(sizes, key=lambda name: (order.get(name, len(order)), name)):
        if name.endswith(".gz") and name.removesuffix(".gz") in sizes:
            continue
        path = PurePosixPath(name)
        source = path.stem if path.parts[0] == "sources" and len(path.parts) == 2 else ""
        one = File(name, sizes[name], _FORMATS.get(path.suffix, ""), KNOWN.get(name, ""), source,
                   sizes.get(f"{name}.gz", 0))  # fmt: skip
        groups[_group(one)].append(one)
    return [(name, found) for name, found in groups.items() if found]


def _group(file: File) -> str:
    if file.source:
        return "files-sources"
    if file.name.startswith("tables/"):
        return "files-tables"
    return "files-graph" if file.name.startswith("citygraph") else "files-about"
