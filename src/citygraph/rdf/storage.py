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
from citygraph.files import made_aside, place_first, shown, sweep
from citygraph.problems import CitygraphError

#: Bytes of N-Quads from which on an index is made: about 100,000 quads, which are read in a third of a second.
LARGE = 20_000_000
#: The folder beside citygraph.nq in which its index lies, under a name that says what it was made of.
INDEX = ".index"


def format_of(file: Path) -> ox.RdfFormat:
    """The format of an RDF file by the end of its name; raises CitygraphError for any other file."""
    found = ox.RdfFormat.from_extension(file.suffix.removeprefix("."))
    if found is None:
        raise CitygraphError(f"{shown(file)}: not a known RDF file; .ttl, .nt, .nq, .trig, .jsonld or .rdf")
    return found


def load(file: Path, format: ox.RdfFormat, *, lenient: bool = False) -> ox.Store:
    """An RDF file in memory; raises CitygraphError where it cannot be read.

    `lenient` takes IRIs and language tags as they are, a fifth faster: for files that this program wrote.
    """
    store = ox.Store()
    try:
        _fill(store, file, format, lenient)
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
        index = file.parent / INDEX / _identity(file)
        if not index.exists():
            _make(index, file, tell)
        return _opened(index)
    except OSError as error:
        why = error.strerror or str(error).splitlines()[0]
        tell(f"{shown(file.parent)}: no index can be kept there ({why}); reading the whole graph instead")
        return None


def _make(index: Path, file: Path, tell: Callable[[str], None]) -> None:
    """Make an index whole or not at all; when others make the same one, the first that is done stays."""
    import shutil

    with made_aside(index, place_first) as aside:
        tell(f"indexing {shown(file)} once for the queries to come …")
        store = ox.Store(str(aside))
        _fill(store, file, ox.RdfFormat.N_QUADS)
        store.optimize()
        del store  # closes it
        if _identity(file) != index.name:
            raise OSError("the graph was replaced meanwhile")
    for other in index.parent.iterdir():  # of an earlier graph, or left by a process that was killed
        if other.suffix == ".building":
            sweep([other])
        elif other != index:
            shutil.rmtree(other, ignore_errors=True)


def _opened(index: Path) -> ox.Store:
    """An index that is there; one that is broken is removed and raises OSError."""
    try:
        return ox.Store.read_only(str(index))
    except (OSError, RuntimeError) as error:  # pyoxigraph's words for it
        _remove(index)
        raise OSError(f"it was broken: {str(error).splitlines()[0]:.80}") from error


def drop(folder: Path, tell: Callable[[str], None]) -> None:
    """Remove the index of a release, which was found broken while it was read: the next query makes it anew."""
    tell(f"{shown(folder)}: its index was broken and is removed; reading the whole graph instead")
    _remove(folder / INDEX)


def _remove(path: Path) -> None:
    import shutil

    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _identity(file: Path) -> str:
    """A file's size and times, of which the second cannot be set back, and the programs that make an index of it.

    To hash the file would take longer than most queries do.
    """
    state = os.stat(file)  # noqa: PTH116
    return f"{state.st_size}-{state.st_mtime_ns}-{state.st_ctime_ns}-{ox.__version__}-{__version__}"


def _fill(store: ox.Store, file: Path, format: ox.RdfFormat, lenient: bool = False) -> None:
    try:
        store.bulk_load(path=str(file), format=format, lenient=lenient)
    except (SyntaxError, ValueError) as error:
        raise CitygraphError(f"{shown(file)}: not RDF: {str(error).splitlines()[0]}") from error
