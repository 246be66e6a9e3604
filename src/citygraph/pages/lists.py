"""The index of everything that has a page: a list for each kind of thing, the cities by country, in pages of names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

import pyoxigraph as ox

from citygraph.pages.alphabet import CODE, country, initial, order
from citygraph.pages.reader import Reader
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG

#: Names on one page.
NAMES = 1000
#: The kinds in the order of the index, each with the name of its list; other kinds are under `others`.
KINDS = {
    "Network": "networks", "Organisation": "organisations", "Group": "groups", "Source": "sources", "Theme": "themes",
    "Place": "places", "Concept": "concepts", "ConceptScheme": "schemes", "Entry": "entries",
}  # fmt: skip
#: The lists of cities whose country is not told, and of what is of no kind above.
NOWHERE, OTHERS = "no-country", "others"


@dataclass
class Listed:
    """Things of a kind, or the cities of a country; put in order for each language when it is asked for."""

    key: str
    things: list[str]
    reader: Reader
    _ordered: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_country(self) -> bool:
        """Whether it is the list of a country's cities."""
        return len(self.key) == 2

    @property
    def pages(self) -> int:
        """How many pages it takes."""
        return max(1, -(-len(self.things) // NAMES))

    def path(self, number: int = 1) -> str:
        """One of its pages, without a language."""
        return f"all/{self.key}{f'/{number}' if number > 1 else ''}.html"

    def shown(self, number: int, language: str) -> list[str]:
        """The things of a page, by their names in a language."""
        return self._in_order(language)[(number - 1) * NAMES : number * NAMES]

    def letters(self, number: int, language: str) -> list[tuple[str, list[str]]]:
        """The things of a page under the letters with which their names begin."""
        read = self.reader.name
        found = groupby(self.shown(number, language), lambda iri: initial(read(iri, language), language))
        return [(letter, list(some)) for letter, some in found]

    def ranges(self, language: str) -> list[tuple[str, str]]:
        """The first and the last name of each page."""
        pages = (self.shown(number, language) for number in range(1, self.pages + 1))
        return [(self.reader.name(page[0], language), self.reader.name(page[-1], language)) for page in pages if page]

    def _in_order(self, language: str) -> list[str]:
        if language not in self._ordered:
            names = {iri: order(self.reader.name(iri, language), language) for iri in self.things}
            self._ordered[language] = sorted(self.things, key=lambda iri: (names[iri], iri))
        return self._ordered[language]


class Lists:
    """All lists of a graph."""

    def __init__(self, reader: Reader, things: list[tuple[str, str]]) -> None:
        self._reader, self._things = reader, things

    @cached_property
    def lists(self) -> dict[str, Listed]:
        """Every list that holds something, by its key: those of kinds in order, then countries by their codes."""
        where = self._countries()
        found: dict[str, list[str]] = defaultdict(list)
        for iri, kind in self._things:
            found[where.get(iri, NOWHERE) if kind == "City" else KINDS.get(kind, OTHERS)].append(iri)
        places = [*KINDS.values(), OTHERS, NOWHERE]
        keys = [key for key in places if key in found] + sorted(found.keys() - set(places))
        return {key: Listed(key, found[key], self._reader) for key in keys}

    def kinds(self) -> list[Listed]:
        """The lists of kinds."""
        return [one for one in self.lists.values() if not one.is_country and one.key != NOWHERE]

    def cities(self, language: str = "en") -> list[Listed]:
        """The lists of cities, by the names of their countries; last the one of those whose country is not told."""
        some = [one for one in self.lists.values() if one.is_country]
        some.sort(key=lambda one: order(country(one.key, language), language))
        return some + [one for key, one in self.lists.items() if key == NOWHERE]

    def paths(self) -> Iterator[str]:
        """The paths of all pages of lists."""
        for one in self.lists.values():
            yield from (one.path(number) for number in range(1, one.pages + 1))

    def at(self, path: str) -> tuple[Listed, int] | None:
        """A list and the number of its page by the path; None where there is none."""
        key, _, number = path.removeprefix("all/").removesuffix(".html").partition("/")
        listed = self.lists.get(key)
        at = int(number) if number.isascii() and number.isdecimal() and len(number) < 7 else 1
        return (listed, at) if listed and listed.path(at) == path and 1 <= at <= listed.pages else None

    def _countries(self) -> dict[str, str]:
        """The country of each thing, by its code; what is no code of a country is left out."""
        found: dict[str, str] = {}
        for quad in self._reader.store.quads_for_pattern(None, ox.NamedNode(CG + "country"), None):
            iri, code = value_of(quad.subject), value_of(quad.object)
            if CODE.fullmatch(code):
                found[iri] = min(code, found.get(iri, code))
        return found
