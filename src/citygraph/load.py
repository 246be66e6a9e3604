"""Read a data folder: registry, articles with their texts, pages. The first stage of the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from citygraph.files import read_text, resource, shown
from citygraph.problems import CitygraphError, Problem
from citygraph.registry import Registry, gather
from citygraph.sheets import Record, Sheet, read_registry, read_sheet

#: Folder of data/ and whether its sheets have a text beside them.
FOLDERS = {"articles": True, "pages": False}


@dataclass
class Loaded:
    """Everything that was read, and every problem of form."""

    registry: Registry
    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def load(data: Path, only: Sequence[Path] = ()) -> Loaded:
    """Read `data`; with `only`, just those sheets beside the whole registry (its own files are read in any case).

    Raises CitygraphError where a folder or file is missing or cannot be opened.
    """
    if not data.is_dir():
        raise CitygraphError(f"{shown(data)}: no such data folder; name one with --data")
    problems: list[Problem] = []
    entries: list[Record] = []
    for path in sorted((data / "registry").glob("*.yaml")):
        text, found = read_text(path, data)
        problems += found
        if text is not None:
            records, found = read_registry(text, shown(path))
            entries += records
            problems += found
    registry, found = gather(entries, themes())
    loaded = Loaded(registry, [], problems + found)
    paths = only or [path for folder in FOLDERS for path in sorted((data / folder).glob("*.yaml"))]
    for path in paths:
        if path.parent.name != "registry":
            _sheet(path, data, loaded)
    if not only:
        _orphans(data, loaded)
    return loaded


def themes() -> list[ox.Triple]:
    """The triples of ontology/themes.ttl."""
    return [quad.triple for quad in ox.parse(path=resource("ontology/themes.ttl"))]


def _sheet(path: Path, data: Path, loaded: Loaded) -> None:
    """One sheet, with its text where it is an article."""
    article = path.parent.name != "pages"
    text, found = read_text(path, data)
    loaded.problems += found
    if text is None:
        return
    sheet, found = read_sheet(text, shown(path), path.stem, article)
    loaded.problems += found
    if sheet is None:
        return
    if article:
        words = path.with_suffix(".txt")
        if not words.exists():
            place = sheet.source.at("id")
            what = f"no {words.name} beside it"
            right = "keep the article's text there, or move the sheet to data/pages"
            loaded.problems.append(Problem(sheet.file, *place, "missing-text", what, right, sheet.source.name))
            sheet.facts.clear()
        else:
            sheet.text, found = read_text(words, data)
            loaded.problems += found
            if sheet.text is None:
                sheet.facts.clear()
    first = next((s for s in loaded.sheets if s.source.name == sheet.source.name), None)
    if first is not None:
        what, right = f"the id {sheet.source.name!r} stands twice", f"{first.file} has it; rename one of the files"
        loaded.problems.append(sheet.source.problem("id", "duplicate-id", what, right))
        return
    loaded.sheets.append(sheet)


def _orphans(data: Path, loaded: Loaded) -> None:
    """Texts without a sheet, and files in a place where nothing reads them."""
    for path in sorted((data / "articles").glob("*.txt")):
        if not path.with_suffix(".yaml").exists():
            right = f"add {path.stem}.yaml beside it"
            loaded.problems.append(
                Problem(shown(path), 1, 1, "missing-sheet", "a text without a fact sheet", right, "", "warning")
            )
    for folder in ("registry", *FOLDERS):
        for path in sorted((data / folder).glob("*.yml")):
            what = "nothing reads files that end in .yml"
            loaded.problems.append(Problem(shown(path), 1, 1, "unread-file", what, "name it .yaml"))
