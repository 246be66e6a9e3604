"""All pages of a release: which there are, and what each tells, by its path without a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from citygraph.pages import cite, city, downloads, network, paths, questions, search, sources, start, terms, things
from citygraph.pages.lists import Lists
from citygraph.pages.reader import KINDS, Reader
from citygraph.pages.render import Made, Pages
from citygraph.pages.rolls import Rolls
from citygraph.pages.things import Thing
from citygraph.vocabulary import ID

#: What a page of a kind of thing tells beside what every page of a thing tells, and its template.
Teller = Callable[[Pages, Thing], Mapping[str, Any]]
TELLERS: Mapping[str, tuple[str, Teller]] = {
    "City": ("city.html", city.tell),
    "Network": ("network.html", network.tell),
    "Source": ("source.html", sources.tell),
}

_PLAIN: tuple[str, Teller] = ("thing.html", lambda *_: {})
#: Things of several pages whose claims are kept.
_KEPT = 30


class Book:
    """The pages of a release. What several pages need of the whole graph is read once and kept here."""

    def __init__(self, pages: Pages) -> None:
        self.pages: Pages = pages
        self._kept: dict[str, Rolls] = {}

    def prime(self) -> None:
        """Read now what many pages need of the whole graph, before processes part or a server answers."""
        self.pages.sources.prime()
        start.start(self.pages, self.things)
        self.lists.lists  # noqa: B018 it is kept

    @property
    def reader(self) -> Reader:
        """The graph."""
        return self.pages.reader

    @cached_property
    def things(self) -> list[tuple[str, str]]:
        """Everything that has a page, with its kind."""
        return self.reader.things()

    @cached_property
    def lists(self) -> Lists:
        """The lists of everything that has a page."""
        return Lists(self.reader, self.things)

    @cached_property
    def former(self) -> dict[str, str]:
        """The IRIs of things that are no more, by the paths of their pages."""
        there = {iri for iri, _ in self.things}
        return {path: iri for iri in self.pages.former if iri not in there and (path := paths.page(iri))}

    @cached_property
    def _odd(self) -> dict[str, str]:
        """The IRIs of which the files are not named by the key alone, by that name."""
        iris = [*(iri for iri, _ in self.things), *self.former.values()]
        names = ((paths.file_name(paths.key_of(iri)), iri) for iri in iris)
        return {name: iri for name, iri in names if name != paths.key_of(iri)}

    def made(self, path: str) -> Made | None:
        """A page by its path without a language; None where there is none."""
        if path in FIXED:
            template, tell = FIXED[path]
            return Made(path, template, tell(self), anywhere=path == "404.html")
        if path.startswith("all/") and (found := self.lists.at(path)):
            return Made(path, "list.html", {"listed": found[0], "number_here": found[1]})
        if name := questions.named(path):
            return Made(path, "query.html", {"answer": self._answer(name), "seconds": round(questions.SECONDS)})
        if path in self.former:
            iri = self.former[path]
            told = {"iri": iri, "former": paths.key_of(iri), "now": self.pages.former[iri]}
            return Made(path, "former.html", told)
        if path.startswith("page/") and path.endswith(".html"):
            name, _, number = path[len("page/") : -len(".html")].partition("/")
            iri = self.iri(name)
            if paths.page(iri, int(number) if number.isdecimal() and len(number) < 7 else 1) == path:
                return self.thing(iri, int(number or 1))
        return None

    def iri(self, name: str) -> str:
        """The thing of which the files have a name, or of which it is the key."""
        return self._odd.get(name, ID + name) if "~" in name else ID + name

    def thing(self, iri: str, number: int = 1) -> Made | None:
        """A page of a thing; None where there is none."""
        path = paths.page(iri, number)
        least = self.pages.told.pages(iri)
        found = things.thing(self.reader, iri, number, self.rolls(iri), least) if path else None
        if found is None:
            return None
        template, tell = TELLERS.get("Source" if self.pages.told.is_source(iri) else found.kind, _PLAIN)
        return Made(path, template, {"thing": found, **tell(self.pages, found)})

    def rolls(self, iri: str) -> Rolls | None:
        """The claims of a thing that is told with lists; those of the largest things are kept for their other pages."""
        kind = self.reader.kind(iri)
        if things.in_full(kind) or self.pages.told.is_source(iri):
            return None
        if iri not in self._kept:
            found = Rolls(self.reader, iri, kind)
            if found.pages == 1:
                return found
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[iri] = found
        return self._kept[iri]

    def fixed(self) -> list[str]:
        """The paths of the pages that are of no thing, those first that take longest."""
        return [*map(questions.path, questions.catalogue()), *FIXED, *self.lists.paths(), *self.former]

    @cached_property
    def index(self) -> search.Index:
        """All names."""
        return search.read(self.reader)

    @cached_property
    def ontology(self) -> terms.Ontology:
        """The ontology with what shapes ask and how often its terms are used."""
        return terms.ontology(self.reader)

    def _answer(self, name: str) -> questions.Answer:
        """A named query with its answer; without one where a server answers it for whoever asks."""
        query = questions.catalogue()[name]
        return questions.Answer(query) if self.pages.live else questions.answer(self.reader, query)


def _downloads(book: Book) -> Mapping[str, Any]:
    files = book.pages.files
    return {"groups": downloads.listed(files), "cited": cite.whole(book.pages.edition), "id": ID,
            "names": [name for name, _ in files]}  # fmt: skip


#: Pages that are of no thing, by their paths: their template, and what they tell.
FIXED: Mapping[str, tuple[str, Callable[[Book], Mapping[str, Any]]]] = {
    "index.html": ("start.html", lambda book: start.tell(book.pages, book.things)),
    "all.html": ("all.html", lambda book: {"lists": book.lists}),
    "search.html": ("search.html", lambda _: {"kinds": KINDS}),
    "queries.html": ("queries.html", lambda _: {"queries": list(questions.catalogue().values())}),
    "ontology.html": ("ontology.html", lambda book: {"ontology": book.ontology}),
    "downloads.html": ("downloads.html", _downloads),
    "404.html": ("404.html", lambda _: {}),
}
