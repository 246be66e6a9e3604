"""Write a site: units of work in several processes, each of which makes pages and writes those that changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from citygraph.files import MARKER, shown
from citygraph.pages import described, paths
from citygraph.pages.beside import beside
from citygraph.pages.book import Book
from citygraph.pages.reader import Reader
from citygraph.pages.render import Made, Pages
from citygraph.problems import CitygraphError
from citygraph.rdf import storage
from citygraph.site import extras, source, stubs
from citygraph.site.folder import Folder
from citygraph.site.shared import possible, shared
from citygraph.vocabulary import LANGUAGES

#: Units that are handed to a process at a time, and from how many on it is worth to have several.
_CHUNK, _MANY = 40, 400

#: A unit of work: what it makes, and of what.
Unit = tuple[str, str]
#: Told how many units are done, of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Written:
    """What a run did, and the files of the site by their paths."""

    files: int
    changed: int
    removed: int
    bytes: int
    paths: tuple[str, ...] = ()


class Site:
    """A release and the folder of its site."""

    def __init__(self, release: Path, out: Path, base: str = "") -> None:
        """Read a release; raises CitygraphError where it is not whole."""
        self.release = release
        self.folder = Folder(out)
        reader = Reader(storage.load(release / MARKER, storage.format_of(release / MARKER), lenient=True),
                        str(release / "ontology.ttl"))  # fmt: skip
        self.pages = Pages(
            reader, source.edition(release), base=base, files=source.listed(release), former=extras.former(release),
            beside=beside(release),
        )  # fmt: skip
        self.book = Book(self.pages)
        if not self.book.things:
            raise CitygraphError(f"{shown(release / MARKER)}: tells of nothing that has a page; make the release anew")

    def units(self) -> list[Unit]:
        """All the work, in the order in which it is begun."""
        self.book.prime()
        fixed = [("page", path) for path in self.book.fixed()]
        told = [("told", unit) for unit in stubs.units(self.pages)]
        return [*fixed, ("extras", ""), *told, *(("thing", iri) for iri, _ in self.book.things)]

    def make(self, unit: Unit) -> Iterator[tuple[str, bytes]]:
        """The files of a unit."""
        what, of = unit
        if what == "thing":
            yield from self._thing(of)
        elif what == "extras":
            yield from extras.made(self.book, self.pages.base)
        elif what == "told":
            yield from stubs.made(self.pages, of)
        elif made := self.book.made(of):
            yield from self._languages(made)
            if answer := made.told.get("answer"):
                yield f"queries/{answer.query.name}.rq", answer.query.text.encode()
                if answer.state == "answered":
                    yield f"queries/{answer.query.name}.csv", answer.csv

    def _thing(self, iri: str) -> Iterator[tuple[str, bytes]]:
        number, pages = 1, 1
        while number <= pages:
            made = self.book.thing(iri, number)
            if made is None:
                break
            pages = made.told["thing"].pages
            yield from self._languages(made)
            number += 1
        triples = described.described(self.pages.reader, iri)
        yield paths.data(iri, "ttl"), described.turtle(triples, iri)
        yield paths.data(iri, "jsonld"), described.jsonld(triples)

    def _languages(self, made: Made) -> Iterator[tuple[str, bytes]]:
        for language in LANGUAGES:
            yield paths.localized(made.path, language), self.pages.html(made, language).encode("utf-8", "replace")


def write(release: Path, out: Path, base: str = "", progress: Progress = lambda *_: None) -> Written:
    """Write the site of a release; raises CitygraphError before anything is written where the release is not whole."""
    source.sound(release)
    source.apart(release, out)
    before = source.state(release)
    site = Site(release, out, base)
    try:
        site.folder.begin()
        done = _written(site, base, progress)
        if source.state(release) != before:
            raise CitygraphError(f"{shown(release)}: changed while its site was made; make the site again")
        return replace(done, removed=site.folder.end(done.paths))
    except FileNotFoundError as error:
        raise CitygraphError(f"{shown(release)}: {error.filename} is gone; make the site again") from error
    finally:
        site.folder.close()


def _written(site: Site, base: str, progress: Progress) -> Written:
    """Write all files of a site."""
    units = site.units()
    every: list[str] = []
    changed = size = done = 0
    for files, some, much, number in _worked(site, units):
        every += files
        site.folder.note(files)
        changed, size, done = changed + some, size + much, done + number
        progress(done, len(units))
    for path, place in extras.copies(site.release):
        every.append(path)
        changed, size = changed + site.folder.copy(path, place), size + place.stat().st_size
    for path, content in extras.sitemap(base, every, site.book.former) if base else ():
        every.append(path)
        changed, size = changed + site.folder.write(path, content), size + len(content)
    site.folder.note(every)
    return Written(len(set(every)), changed, 0, size, tuple(every))


Result = tuple[list[str], int, int, int]


def _worked(site: Site, units: Sequence[Unit]) -> Iterator[Result]:
    """The results of all units; in several processes, which share the graph by forking, where there is much to do."""
    things = next((at for at, (what, _) in enumerate(units) if what == "thing"), len(units))
    chunks = [units[at : at + 1] for at in range(things)]  # some of these take long
    chunks += [units[start : start + _CHUNK] for start in range(things, len(units), _CHUNK)]
    processes = min(os.cpu_count() or 1, 8)
    if len(units) < _MANY or processes == 1 or not possible():
        yield from (_work(site, chunk) for chunk in chunks)
    else:
        yield from shared(partial(_work, site), chunks, processes)


def _work(site: Site, units: Sequence[Unit]) -> Result:
    files, changed, size = [], 0, 0
    for unit in units:
        for path, content in site.make(unit):
            files.append(path)
            size += len(content)
            changed += site.folder.write(path, content)
    return files, changed, size, len(units)
