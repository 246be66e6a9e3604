"""Read a data folder: registry, articles with their texts, pages. The first stage of the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from citygraph.declared import FILE, Change, read_changes, successors
from citygraph.files import named, read_text, resource, shown
from citygraph.problems import CitygraphError, Problem
from citygraph.registry import Registry, gather
from citygraph.sheets import Record, Sheet, read_registry, read_sheet

#: Folder of data/ and whether its sheets have a text beside them.
FOLDERS = {"articles": True, "pages": False}
#: Files of data/ itself that others read.
APART = ("catalogue.yaml", FILE)


@dataclass
class Loaded:
    """Everything that was read, and every problem of form."""

    registry: Registry
    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def load(data: Path, only: Sequence[Path] = ()) -> Loaded:
    """Read `data`; with `only`, those sheets too, which may lie elsewhere.

    Raises CitygraphError where a folder or file is missing or cannot be opened.
    """
    if not data.is_dir():
        raise CitygraphError(f"{shown(data)}: no such data folder; name one with --data")
    if not (data / "registry").is_dir():
        raise CitygraphError(f"{shown(data)}: no folder registry in it: not a data folder; name one with --data")
    problems: list[Problem] = []
    entries: list[Record] = []
    unread: list[str] = []
    for path in _files(data / "registry", ".yaml"):
        text, refused = read_text(path, data)
        records, found = read_registry(text, shown(path)) if text is not None else ([], refused)
        entries += records
        problems += found
        unread += [shown(path)] if found and not records else []
    registry, found = gather(entries, themes())
    registry.unread = unread
    changes, refused = read_changes(data)
    registry.replaced = successors(changes)
    loaded = Loaded(registry, [], problems + found + refused, changes)
    # What one sheet says may go wrong only beside another: all are read, whatever is asked about.
    paths = [*only, *(path for folder in FOLDERS for path in _files(data / folder, ".yaml"))]
    others = {named(data / name) for name in APART}
    for path in {named(path): path for path in paths}.values():
        if path.parent.resolve() != (data / "registry").resolve() and named(path) not in others:
            _sheet(path, data, loaded)
    if not only:
        _orphans(data, loaded)
    return loaded


def themes() -> list[ox.Triple]:
    """The triples of ontology/themes.ttl."""
    return [quad.triple for quad in ox.parse(path=resource("ontology/themes.ttl"))]


def sheets_of(given: Path, folder: Path) -> list[Path]:
    """The sheets that a path means: itself, the sheet of a text, or those below a folder."""
    if given.is_dir():
        if given.resolve() == folder.resolve():
            return []
        found = sorted(p for p in given.rglob("*.yaml") if not any(n[0] == "." for n in p.relative_to(given).parts))
        if not found:
            raise CitygraphError(f"{given}: no fact sheets (.yaml) below it")
        return found
    path = given.with_suffix(".yaml") if given.suffix == ".txt" else given
    if not path.exists():
        raise CitygraphError(f"{given}: no such file")
    if path.suffix != ".yaml":
        raise CitygraphError(f"{given}: not a fact sheet; give a .yaml file or a folder")
    return [path]


def _sheet(path: Path, data: Path, loaded: Loaded) -> None:
    """One sheet, with its text where it is an article. A sheet may lie elsewhere, as a draft does."""
    article = path.parent.name != "pages"
    root = data if named(path).is_relative_to(named(data)) else path.parent
    text, found = read_text(path, root)
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
            sheet.text, found = read_text(words, root)
            loaded.problems += found
            if sheet.text is None:
                sheet.facts.clear()
    first = next((s for s in loaded.sheets if s.source.name == sheet.source.name), None)
    if first is not None:
        what, right = f"the id {sheet.source.name!r} stands twice", f"{first.file} has it; rename one of the files"
        loaded.problems.append(sheet.source.problem("id", "duplicate-id", what, right))
        return
    loaded.sheets.append(sheet)


def _files(folder: Path, suffix: str) -> list[Path]:
    """The files of a folder with a suffix, sorted; hidden ones are an editor's or the system's."""
    return sorted(path for path in folder.glob(f"*{suffix}") if not path.name.startswith("."))


def _orphans(data: Path, loaded: Loaded) -> None:
    """Texts without a sheet, and sheets in a place where nothing reads them."""
    for path in _files(data / "articles", ".txt"):
        if not path.with_suffix(".yaml").exists():
            what, right = "a text without a fact sheet", f"add {path.stem}.yaml beside it"
            loaded.problems.append(Problem(shown(path), 1, 1, "missing-sheet", what, right, "", "warning"))
    places = [data / folder for folder in ("registry", *FOLDERS)]
    for path in sorted({*data.glob("*"), *(path for place in places for path in place.rglob("*"))}):
        if path.suffix.lower() not in (".yaml", ".yml") or path.name.startswith("."):
            continue
        if path.parent == data and path.name in APART:
            continue
        if path.suffix != ".yaml":
            what, right = f"nothing reads files that end in {path.suffix}", "name it .yaml"
        elif path.parent not in places:
            what, right = "nothing reads sheets in this folder", "put it into articles, pages or registry"
        else:
            continue
        loaded.problems.append(Problem(shown(path), 1, 1, "unread-file", what, right))
