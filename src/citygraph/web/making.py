"""What a worker makes beside answers to queries: pages, data of things, what a search finds, the words of claims."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from citygraph.pages import described, paths, search
from citygraph.pages.beside import beside
from citygraph.pages.book import FIXED, Book
from citygraph.pages.claims import claims
from citygraph.pages.reader import Reader
from citygraph.pages.render import Made, Pages
from citygraph.site import extras, source
from citygraph.vocabulary import ID, LANGUAGES
from citygraph.web.answering import GRAPHS, Missing, Sink


class Maker:
    """Makes what requests other than queries ask for. A request has one of these keys, and `language` where it matters:

    `page`   a page by its path without a language
    `lead`   the path of a claim's or a row's page: where it is told, as text
    `search` words: the page of what is called so
    `data`   a key or the name of a thing's files, with `format`: what the graph tells of it
    `known`  an IRI: whether the graph tells anything of it
    `tell`   IRIs: the name of each and where it leads from `path`, and the words of `claims` as HTML, in JSON
    """

    def __init__(self, folder: Path) -> None:
        """Read what is read of files, while the graph is not there yet; raises CitygraphError."""
        self._folder = folder
        reader = Reader(ox.Store(), str(source.ontology(folder)))
        files, former = source.listed(folder), extras.former(folder)
        self._pages = Pages(reader, source.edition(folder), live=True, files=files, former=former)
        self._pages.preload()

    def open(self, store: ox.Store) -> None:
        """Make of this graph from now on."""
        self._pages.reader.over(store)
        self.book = Book(self._pages)

    def look_beside(self) -> None:
        """Read what is beside the graph; raises CitygraphError."""
        self._pages.beside = beside(self._folder)

    def warm(self) -> Iterator[bool]:
        """Read what many pages need of the whole graph, in steps; true after one after which enough has been read for
        most pages to be quick. Those that tell of thousands of things come last."""
        told, book = self._pages.told, self.book
        steps: list[Callable[[], object]] = [
            self.look_beside, lambda: book.things, lambda: told.claims, lambda: told.rows, lambda: told.pages(""),
            lambda: told.at(f"{ID}row/"), lambda: book.lists.lists,
            lambda: self._rehearsed("index.html"), lambda: book.index,
        ]  # fmt: skip
        for step in steps:
            step()
            yield step is steps[-1]
        fixed = [path for path in FIXED if path not in ("search.html", "index.html")]
        large = [paths.page(iri) for iri, kind in book.things if kind in ("Network", "Source")]
        for path in [*fixed, *large]:
            self._rehearsed(path)
            yield path == fixed[-1] or path == large[-1]

    def _rehearsed(self, path: str) -> None:
        """Make a page for what is kept of it: names, links, lists of claims."""
        if made := self.book.made(path):
            for language in LANGUAGES:
                self._pages.html(made, language)

    def __call__(self, request: Mapping[str, Any], sink: Sink) -> int:
        """Write what a request asks for; raises Missing where there is no such thing."""
        what = next(iter(request))
        data: str | bytes = _MAKERS[what](self, request)
        sink.write(data.encode("utf-8", "replace") if isinstance(data, str) else data)
        return 1

    def _page(self, request: Mapping[str, Any]) -> str:
        made = self.book.made(request["page"])
        if made is None or made.path in self.book.former:  # for which the front has an answer
            raise Missing(request["page"])
        return self._pages.html(made, request["language"])

    def _lead(self, request: Mapping[str, Any]) -> str:
        there = self._pages.told.lead(request["lead"])
        if not there:
            raise Missing(request["lead"])
        return there

    def _search(self, request: Mapping[str, Any]) -> str:
        words = request["search"]
        told = {"q": words, "hits": search.find(self.book.index, words), "most": search.FOUND}
        return self._pages.html(Made("search.html", "search.html", told), request["language"])

    def _data(self, request: Mapping[str, Any]) -> bytes:
        iri, format = self.book.iri(request["data"]), request["format"]
        triples = described.described(self.book.reader, iri)
        if not triples:
            raise Missing(iri)
        if format == "ttl":
            return described.turtle(triples, iri)
        if format == "jsonld":
            return described.jsonld(triples)
        return ox.serialize(sorted(triples, key=str), format=GRAPHS[format]) or b""

    def _known(self, request: Mapping[str, Any]) -> str:
        reader, iri = self.book.reader, str(request["known"])
        if not reader.quads(iri) and not reader.pointed(iri):
            raise Missing(iri)
        return iri

    def _tell(self, request: Mapping[str, Any]) -> str:
        language = request["language"]
        context = self._pages.context(request["path"], language)
        found = claims(self.book.reader, request["claims"])
        template = self._pages.environment.get_template("evidence.html")
        names = context.names()
        told = {
            one.iri: {"kind": one.kind, "title": context.title_of(one), "html": template.render(claim=one, **names)}
            for one in found
        }
        linked = {iri: (context.name(iri), context.href(iri)) for iri in request["tell"]}
        return json.dumps({"linked": linked, "claims": told})


_MAKERS: dict[str, Callable[[Maker, Mapping[str, Any]], str | bytes]] = {
    "page": Maker._page, "lead": Maker._lead, "search": Maker._search, "data": Maker._data, "known": Maker._known,
    "tell": Maker._tell,
}  # fmt: skip
