"""What the page of a network tells beside its claims: its members over time and on the map."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from citygraph.pages.places import Place, places
from citygraph.pages.render import Pages
from citygraph.pages.things import Thing
from citygraph.plots import svg
from citygraph.plots.svgmap import LINKED
from citygraph.plots.words import say

#: Who names a thing, and where a page leads to it, in the language of the page.
Named = Callable[[str], str]


@dataclass
class Figures:
    """Members by year and on the map: `dated` of the `members` have a year of joining that is told, `over`
    have no membership that goes on.

    Pictures are kept for each language, since those of the largest take long.
    """

    iri: str
    years: list[tuple[int, int, int]]
    places: list[Place]
    dated: int = 0
    members: int = 0
    over: int = 0
    _drawn: dict[tuple[str, str], Markup] = field(default_factory=dict)

    def by_year(self, language: str, name: Named) -> Markup:
        """Who joined in each year and by its end; nothing where sources tell only one year, or none."""
        if len(self.years) < 2:
            return Markup("")
        network = name(self.iri)
        rows = [{"network": network, "year": year, "joined": joined, "total": total}
                for year, joined, total in self.years]  # fmt: skip
        return self._kept("years", language, lambda: svg.years(rows, language, "years", say("timeline-all", language)))

    def on_map(self, language: str, name: Named, href: Named) -> Markup:
        """The members that have coordinates; nothing where none has."""
        title = say("map-of", language, name(self.iri))
        return self._kept("map", language, lambda: drawn(self.places, language, name, href, title))

    def _kept(self, what: str, language: str, draw: Callable[[], Markup]) -> Markup:
        if (what, language) not in self._drawn:
            self._drawn[what, language] = draw()
        return self._drawn[what, language]


def drawn(found: list[Place], language: str, name: Named, href: Named, title: str = "") -> Markup:
    """A map of cities; of many, which have neither names nor links on it, none is looked up."""
    few = len(found) <= LINKED
    rows = [{"name": name(place.city) if few else place.city, "href": href(place.city) if few else "",
             "lat": place.lat, "long": place.long, "class": place.kind} for place in found]  # fmt: skip
    return svg.city_map(rows, language, "map", title=title)


def figures(pages: Pages, thing: Thing) -> Figures:
    """The figures of a network, kept for its page in the other languages and for the next who asks."""
    found = pages.kept.get(thing.iri)
    if not isinstance(found, Figures):
        dated = len({member for member, _ in thing.joined})
        drawn_from = by_year(thing.joined), places(pages.reader, thing.iri)
        found = Figures(thing.iri, *drawn_from, dated, thing.members, thing.over)
        pages.kept[thing.iri] = found
    return found


def by_year(joined: list[tuple[str, int]]) -> list[tuple[int, int, int]]:
    """Each year in which somebody joined: how many did, and how many had by its end, each member counted once."""
    years: dict[int, set[str]] = defaultdict(set)
    for member, year in joined:
        years[year].add(member)
    so_far: set[str] = set()
    found = []
    for year in sorted(years):
        so_far |= years[year]
        found.append((year, len(years[year]), len(so_far)))
    return found


def tell(pages: Pages, thing: Thing) -> Mapping[str, Any]:
    """The figures of the first page."""
    return {"figures": figures(pages, thing) if thing.number == 1 else None}
