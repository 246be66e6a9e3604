"""An index beside a large release, so that a query need not read the whole graph first.

It is a cache in the release folder and no part of the release: it can be thrown away, is made anew when
citygraph.nq is another than it was made of, and goes with the folder that a new build replaces.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from citygraph import __version__
from citygraph.files import made_aside, shown
from citygraph.problems import CitygraphError

#: Bytes of N-Quads from which on an index is made: about 100,000 quads, which are read in a third of a second.
LARGE = 20_000_000
#: The index's folder in that of the release: the quads as pyoxigraph keeps them, and what they were made of.
INDEX, QUADS, STAMP = ".index", "quads", "stamp"


def load(file: Path, format: ox.RdfFormat) -> ox.Store:
    """An RDF file in memory; raises CitygraphError where it cannot be read."""
    store = ox.Store()
    try:
        _fill(store, file, format)
    except OSError as error:
        raise CitygraphError(f"{shown(file)}: cannot be read: {error.strerror or error}") from error
    return store


def indexed(file: Path, tell: Callable[[str], None]) -> ox.Store | None:
    """The index of a release's citygraph.nq, made now where there is none; None where it is small or none can be made.

    `tell` is told when one is made, and why none can be.
    """
    try:
        if file.stat().st_size < LARGE:
            return None
        index = file.parent / INDEX
        if not _fresh(index, file):
            _make(index, file, tell)
        return ox.Store.read_only(str(index / QUADS))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error).splitlines()[0]
        tell(f"{shown(file.parent)}: no index can be kept there ({why}); reading the whole graph instead")
        return None


def _make(index: Path, file: Path, tell: Callable[[str], None]) -> None:
    with made_aside(index) as aside:
        stamp = _identity(file)
        tell(f"indexing {shown(file)} once for the queries to come …")
        store = ox.Store(str(aside / QUADS))
        _fill(store, file, ox.RdfFormat.N_QUADS)
        store.optimize()
        store.flush()
        del store  # closes it
        if _identity(file) != stamp:
            raise OSError("it was replaced meanwhile")
        (aside / STAMP).write_text(stamp, "utf-8")


def _fresh(index: Path, file: Path) -> bool:
    """Whether an index was made of a file as it is now, by the same programs."""
    try:
        return (index / STAMP).read_text("utf-8") == _identity(file)
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return False


def _identity(file: Path) -> str:
    """A file's size and times (the second cannot be set back), and the programs by which an index is made of it.

    To hash the file would take as long as many queries do.
    """
    state = os.stat(file)  # noqa: PTH116
    told = (state.st_size, state.st_mtime_ns, state.st_ctime_ns, f"pyoxigraph {ox.__version__}")
    return " ".join(map(str, (*told, f"citygraph {__version__}"))) + "\n"


def _fill(store: ox.Store, file: Path, format: ox.RdfFormat) -> None:
    try:
        store.bulk_load(path=str(file), format=format)
    except (SyntaxError, ValueError) as error:
        raise CitygraphError(f"{shown(file)}: not RDF: {str(error).splitlines()[0]}") from error
