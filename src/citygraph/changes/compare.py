"""Two graphs as sorted lines of N-Quads: which lines only one of them has.

A release's citygraph.nq is sorted and has one way to write each quad, so two releases are compared line by line, of
which only those that differ are kept. Any other RDF file is parsed, and its lines are sorted first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from operator import lt
from pathlib import Path

import pyoxigraph as ox

from citygraph.files import MARKER, filled, shown
from citygraph.problems import CitygraphError
from citygraph.rdf.storage import format_of

#: A quad as a release writes it: IRIs, literals, no blank node, an end.
LINE = re.compile(
    rb"(<[^>\s]*>) (<[^>\s]*>) "
    rb'(<[^>\s]*>|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>\s]*>)?)(?: (<[^>\s]*>))? \.\n'
)
_FIRST = b"<"


@dataclass(frozen=True)
class Side:
    """A graph whose lines can be gone through again and again; `parsed` holds those of a file that is no release."""

    file: Path
    parsed: Sequence[bytes] | None = None

    def lines(self) -> Iterator[bytes]:
        """Its lines, each once, in the order of their bytes."""
        if self.parsed is not None:
            yield from self.parsed
            return
        try:
            with self.file.open("rb") as file:
                yield from file
        except OSError as error:
            raise CitygraphError(f"{shown(self.file)}: cannot be read: {error.strerror or error}") from error

    def sound(self, lines: Sequence[bytes]) -> list[bytes]:
        """These lines of it, each of which is a quad; raises CitygraphError where one is not."""
        if self.parsed is None:
            for line in lines:
                if not LINE.fullmatch(line):
                    said = line.decode("utf-8", "replace").strip()
                    raise CitygraphError(f"{shown(self.file)}: not a quad as a release has it: {said:.120}")
        return list(lines)


@dataclass(frozen=True)
class Delta:
    """The lines that only the old graph has, and those that only the new one has, sorted."""

    old: Side
    new: Side
    removed: list[bytes]
    added: list[bytes]

    def __bool__(self) -> bool:
        """Whether the two differ."""
        return bool(self.removed or self.added)

    def common(self) -> Iterator[bytes]:
        """The lines that both have."""
        gone = iter(self.removed)
        skip = next(gone, None)
        for line in self.old.lines():
            if line == skip:
                skip = next(gone, None)
            else:
                yield line


def opened(path: Path) -> Side:
    """A release folder or an RDF file; raises CitygraphError where it is missing, cannot be read or has blank nodes."""
    file = path / MARKER if path.is_dir() else path
    if not file.exists():
        raise CitygraphError(f"{shown(file)}: no graph there; `citygraph build` makes one")
    side = Side(file)
    return side if path.is_dir() and _sorted(side) else Side(file, _parsed(file))


def delta(old: Side, new: Side) -> Delta:
    """Which lines only one of two graphs has."""
    removed, added = merged(old.lines(), new.lines())
    return Delta(old, new, old.sound(removed), new.sound(added))


def merged(old: Iterator[bytes], new: Iterator[bytes]) -> tuple[list[bytes], list[bytes]]:
    """What only the first, and only the second, of two sorted sequences without repetition has."""
    removed: list[bytes] = []
    added: list[bytes] = []
    one, other = next(old, None), next(new, None)
    while one is not None and other is not None:
        if one == other:
            one, other = next(old, None), next(new, None)
        elif one < other:
            removed.append(one)
            one = next(old, None)
        else:
            added.append(other)
            other = next(new, None)
    if one is not None:
        removed += [one, *old]
    if other is not None:
        added += [other, *new]
    return removed, added


def save(out: Path, found: Delta) -> None:
    """Write removed.nq and added.nq into a folder that is new or empty: both or none."""
    with filled(out) as aside:
        for name, lines in (("removed.nq", found.removed), ("added.nq", found.added)):
            with (aside / name).open("wb") as file:
                file.writelines(lines)


def _sorted(side: Side) -> bool:
    """Whether a file is as a build writes it: its lines in order, each once, the last one ended."""
    if not all(starmap(lt, pairwise(side.lines()))):  # edited by hand, say
        return False
    size = side.file.stat().st_size
    with side.file.open("rb") as file:
        if not size or file.read(1) != _FIRST:  # a comment would stand first
            return False
        file.seek(size - 1)
        return file.read(1) == b"\n"


def _parsed(file: Path) -> list[bytes]:
    """The sorted lines of any RDF file."""
    try:
        quads = _named(ox.parse(path=str(file), format=format_of(file)), file)
        written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    except OSError as error:
        raise CitygraphError(f"{shown(file)}: cannot be read: {error.strerror or error}") from error
    except (SyntaxError, ValueError) as error:
        raise CitygraphError(f"{shown(file)}: not RDF: {str(error).splitlines()[0]}") from error
    return sorted({line + b"\n" for line in written.split(b"\n") if line})


def _named(quads: Iterable[ox.Quad], file: Path) -> Iterator[ox.Quad]:
    """Quads none of whose terms is a blank node or a triple."""
    for quad in quads:
        for term in (quad.subject, quad.object, quad.graph_name):
            if isinstance(term, ox.BlankNode):
                what = "has blank nodes, which have no name to compare them by; give each an IRI"
                raise CitygraphError(f"{shown(file)}: {what}")
            if isinstance(term, ox.Triple):
                raise CitygraphError(f"{shown(file)}: not a term of RDF 1.1: {term!s:.120}")
        yield quad
