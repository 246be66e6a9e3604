"""Cities on the map, and in how many networks they are: what the query `places` tells, for whole graphs in one pass."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import pyoxigraph as ox

from citygraph.pages.lines import MANY, valued
from citygraph.pages.reader import Reader
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, TYPE

_GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"


@dataclass(frozen=True, slots=True)
class Place:
    """A city where a source says that it lies, in degrees: `networks` it is in by what sources say, `implicit` those
    that only a reader concludes."""

    city: str
    lat: float
    long: float
    networks: int
    implicit: int

    @property
    def kind(self) -> str:
        """The class of a map: none, implicit, 1, 2, 3 or 4 (and more)."""
        return str(min(self.networks, 4)) if self.networks else "implicit" if self.implicit else "none"


def places(reader: Reader, network: str = "") -> list[Place]:
    """Cities with coordinates, in order; with `network` those that are or were in it or in its parts."""
    within = _memberships(reader, network)
    cities = _cities(reader, within) if network else set(reader.subjects(TYPE, CG + "City"))
    where = {name: valued(reader, cities, _GEO + name) for name in ("lat", "long")}
    placed = [city for city in sorted(cities) if city in where["lat"] and city in where["long"]]
    member, presumed = (valued(reader, placed, CG + name) for name in ("memberOf", "presumedMemberOf"))
    wholes = valued(reader, None, CG + "partOf")
    found = []
    for city in placed:
        held = presumed.get(city, set())
        beside = {whole for part in held for whole in wholes.get(part, ())}
        stated = within.get(city, set()) & member.get(city, set()) - beside
        read = (within.get(city, set()) & held) - member.get(city, set()) - beside
        found += [
            Place(city, lat, long, len(stated), len(read))
            for lat in _numbers(where["lat"][city], 90) for long in _numbers(where["long"][city], 180)
        ]  # fmt: skip
    return found


def _cities(reader: Reader, members: Collection[str]) -> set[str]:
    """The cities among some members."""
    if len(members) < MANY:
        return {one for one in members if CG + "City" in reader.values(one, TYPE)}
    return set(members) & set(reader.subjects(TYPE, CG + "City"))


def _memberships(reader: Reader, network: str) -> dict[str, set[str]]:
    """The networks of which the memberships of a city tell; of one network, it and its parts alone."""
    found: dict[str, set[str]] = defaultdict(set)
    if network:
        networks = (network, *reader.subjects(CG + "partOf", network))
        claims = {claim: one for one in networks for claim in reader.subjects(CG + "network", one)}
        several = valued(reader, claims, CG + "network")
    else:
        several = valued(reader, None, CG + "network")
        networks = ()
    for claim, members in _reversed(reader, several, CG + "holdsMembership").items():
        for member in members:
            found[member] |= {one for one in several[claim] if not network or one in networks}
    return found


def _reversed(reader: Reader, values: Collection[str], predicate: str) -> dict[str, set[str]]:
    """The things of which a property has one of some values."""
    found: dict[str, set[str]] = defaultdict(set)
    if len(values) < MANY:
        for value in values:
            if subjects := reader.subjects(predicate, value):
                found[value] = set(subjects)
        return found
    for quad in reader.store.quads_for_pattern(None, ox.NamedNode(predicate), None):
        if (value := value_of(quad.object)) in values:
            found[value].add(value_of(quad.subject))
    return found


def _numbers(texts: Collection[str], most: float) -> list[float]:
    """Those texts that are degrees on Earth, in order."""
    found = set()
    for text in texts:
        try:
            number = float(text)
        except ValueError:
            continue
        if abs(number) <= most:
            found.add(number)
    return sorted(found)
