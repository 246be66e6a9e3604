"""All pages of a release: which there are, and what each tells, by its path without a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from citygraph.pages import paths, sources, things
from citygraph.pages.reader import Reader
from citygraph.pages.render import Made, Pages
from citygraph.pages.things import Thing
from citygraph.vocabulary import ID

#: What a page of a kind of thing tells beside what every page of a thing tells, and its template.
Teller = Callable[[Pages, Thing], Mapping[str, Any]]
TELLERS: Mapping[str, tuple[str, Teller]] = {"Source": ("source.html", sources.tell)}
#: Pages that are of no thing, by their paths: their template, and what they tell.
FIXED: Mapping[str, tuple[str, Callable[[Book], Mapping[str, Any]]]] = {}


class Book:
    """The pages of a release. What several pages need of the whole graph is read once and kept here."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    def prime(self) -> None:
        """Read now what many pages need of the whole graph, before processes part or a server answers."""
        self.pages.sources.prime()

    @property
    def reader(self) -> Reader:
        """The graph."""
        return self.pages.reader

    @cached_property
    def things(self) -> list[tuple[str, str]]:
        """Everything that has a page, with its kind."""
        return self.reader.things()

    @cached_property
    def _odd(self) -> dict[str, str]:
        """The IRIs of which the files are not named by the key alone, by that name."""
        names = ((paths.file_name(paths.key_of(iri)), iri) for iri, _ in self.things)
        return {name: iri for name, iri in names if name != paths.key_of(iri)}

    def made(self, path: str) -> Made | None:
        """A page by its path without a language; None where there is none."""
        if path in FIXED:
            template, tell = FIXED[path]
            return Made(path, template, tell(self))
        if path.startswith("page/") and path.endswith(".html"):
            name, _, number = path[len("page/") : -len(".html")].partition("/")
            iri = self._odd.get(name, ID + name)
            if paths.page(iri, int(number) if number.isdecimal() and len(number) < 7 else 1) == path:
                return self.thing(iri, int(number or 1))
        return None

    def thing(self, iri: str, number: int = 1) -> Made | None:
        """A page of a thing; None where there is none."""
        path = paths.page(iri, number)
        found = things.thing(self.reader, iri, number, self.pages.told.pages(iri)) if path else None
        if found is None:
            return None
        template, tell = TELLERS.get(found.kind, ("thing.html", _nothing))
        return Made(path, template, {"thing": found, **tell(self.pages, found)})

    def fixed(self) -> list[str]:
        """The paths of the pages that are of no thing."""
        return list(FIXED)


def _nothing(_: Pages, __: Thing) -> Mapping[str, Any]:
    return {}
