"""The options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from citygraph.options import Options

VALIDATOR = click.option(
    "--validator", type=click.Choice(["auto", "pyshacl", "compiled"]), default="auto",
    help="pyshacl is the reference; auto takes the compiled one, which gives the same, for large graphs.",
)  # fmt: skip
TABLES = click.option(
    "--with", "tables", multiple=True, metavar="NAME=PATH",
    help="A published table, by the name of its description in data/tables; may be repeated, also for one NAME.",
)  # fmt: skip
LANGUAGE = click.Choice(["en", "fi", "sv"])
EXISTING = click.Path(path_type=Path)
ACCEPTED = click.option(
    "--accepted", type=EXISTING, metavar="FILE", help="Findings that are let be, each with its reason (YAML)."
)
CONFIG = click.option(
    "--config", type=EXISTING, metavar="FILE",
    help="Tables, accepted findings and strict from a file (TOML); an option given beside it goes before it.",
)  # fmt: skip


def gathered(config: Path | None, tables: tuple[str, ...], accepted: Path | None, strict: bool = False) -> Options:
    """The options that the command line and a configuration file give; the command line goes first."""
    from citygraph.options import Config, Options, read_config, tables_of

    told = read_config(config) if config else Config()
    return Options(
        tables={**told.tables, **tables_of(tables)}, accepted=accepted or told.accepted, strict=strict or told.strict
    )


def data_folder(given: Path | None) -> Path:
    """--data, else data/ where the user stands, else the one that comes with citygraph."""
    from citygraph.files import resource

    if given is not None:
        return given
    here = Path("data")
    return here if (here / "registry").is_dir() else resource("data")
