"""How the pipeline is to run: the options of `check` and `build`, and the file that may hold some of them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from citygraph.files import load_bytes, named, shown
from citygraph.near import nearest
from citygraph.problems import CitygraphError

Step = Callable[[str], None]
#: Told while a table is read: its file, the bytes that are read, and all of them. They are equal when it is done.
Progress = Callable[[str, int, int], None]


_KEYS = ("tables", "accepted", "strict")


def _silent(*_: object) -> None:
    return None


@dataclass(frozen=True)
class Options:
    """What a run is told.

    `tables` are the files of published tables by the name of their description in data/tables; `strict` stops a build
    at a row that breaks a shape; `accepted` is a file of findings that are let be; `language` is that of messages.
    `entailment` is `full`, or `domain`, which leaves out the types that restate one. `step` and `progress` are told
    how far it is, `tell` what else a user should know.
    """

    language: str = "en"
    validator: str = "auto"
    reasoner: str = "auto"
    entailment: str = "domain"
    tables: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    strict: bool = False
    accepted: Path | None = None
    step: Step = _silent
    progress: Progress = _silent
    tell: Callable[[str], None] = _silent

    @property
    def files(self) -> set[str]:
        """The files of all tables, as problems name them."""
        return {shown(path) for paths in self.tables.values() for path in paths}


@dataclass(frozen=True)
class Config:
    """What a configuration file says."""

    tables: Mapping[str, Sequence[Path]] = field(default_factory=dict)
    accepted: Path | None = None
    strict: bool = False


def read_config(path: Path) -> Config:
    """A configuration file (TOML), with paths relative to its folder; raises CitygraphError where it is not right."""
    name = shown(path)

    def wrong(what: str) -> CitygraphError:
        return CitygraphError(f"{name}: {what}")

    try:
        told = tomllib.loads(load_bytes(path, "the configuration").decode("utf-8"))
    except UnicodeDecodeError as error:
        raise wrong("not UTF-8; save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise wrong(f"not TOML: {str(error).splitlines()[0]}") from error
    for key in told:
        if key not in _KEYS:
            raise wrong(f"unknown key {key!r}; {nearest(key, _KEYS) or 'known here: ' + ', '.join(_KEYS)}")
    tables, accepted, strict = told.get("tables", {}), told.get("accepted"), told.get("strict", False)
    if not isinstance(tables, dict):
        raise wrong('`tables` is not a section; write [tables] and below it lines as gcom = "signatories.csv"')
    if accepted is not None and not _is_path(accepted):
        raise wrong('`accepted` is not a path; write accepted = "accepted.yaml"')
    if not isinstance(strict, bool):
        raise wrong("`strict` is neither true nor false")
    files: dict[str, list[Path]] = {}
    for table, given in tables.items():
        paths = given if isinstance(given, list) else [given]
        if not paths or not all(map(_is_path, paths)):
            raise wrong(f'`{table}` in [tables] is not a path or a list of paths; write {table} = "signatories.csv"')
        _add(files, table, [path.parent / each for each in paths], f"{name}: {table}")
    return Config(files, None if accepted is None else path.parent / accepted, strict)


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.strip() != "" and "\0" not in value


def tables_of(given: Sequence[str]) -> dict[str, list[Path]]:
    """NAME=PATH texts as files by name, in their order; raises CitygraphError for one without = or a file twice."""
    files: dict[str, list[Path]] = {}
    for text in given:
        name, equals, path = text.partition("=")
        if not (equals and name and path):
            raise CitygraphError(f"--with {text}: write NAME=PATH, for instance --with gcom=signatories.csv")
        _add(files, name, [Path(path)], f"--with {name}")
    return files


def _add(files: dict[str, list[Path]], name: str, paths: Sequence[Path], whose: str) -> None:
    for path in paths:
        if named(path) in map(named, files.setdefault(name, [])):
            raise CitygraphError(f"{whose}: the file {shown(path)} is given twice")
        files[name].append(path)


#: Everything as it is by default.
DEFAULT = Options()
