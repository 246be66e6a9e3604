"""What the page of a thing tells: names, facts with their reasons, and its claims by kind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyoxigraph as ox

from citygraph.pages import paths
from citygraph.pages.claims import TYPES, Claim, about, claims
from citygraph.pages.reader import Reader, Term
from citygraph.pages.rolls import Rolls, Section
from citygraph.pages.why import Value, explained
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, DCTERMS, OWL, SKOS, TYPE, shorten

#: Claims on one page; of a thing of which more is told, further pages have the rest.
CLAIMS = 40
#: Values of one property of a fact on a page.
VALUES = 30
#: What else a thing tells by what points to it: the property, and the name under which it is told, by kind.
_INBOUND = {"ConceptScheme": (SKOS + "inScheme", "hasConcepts"), "Place": (CG + "region", "lieWithin")}
_GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
#: Facts of a thing in the order of its page; others that are not in _ELSEWHERE follow.
_ORDER = [
    CG + name
    for name in ("memberOf", "presumedMemberOf", "participatesIn", "partOf", "coordinates", "boundBy", "country")
]
#: What the head of a page tells, what its claims tell in full, and what restates another property.
_ELSEWHERE = {
    TYPE, SKOS + "prefLabel", SKOS + "altLabel", DCTERMS + "title", OWL + "versionInfo", _GEO + "lat", _GEO + "long",
    *(CG + name for name in (
        "holdsMembership", "hasClaim", "hasCoordination", "hasAffiliation", "twinnedWith", "asksOfMembers",
        "comparedName", "entriesHere", "entriesNear", "degreesNorth", "degreesEast",
    )),
}  # fmt: skip
#: Of two properties with the same value, the sharper one is told.
_SHARPER = {
    CG + "presumedMemberOf": CG + "memberOf", CG + "participatesIn": CG + "memberOf",
    DCTERMS + "isReplacedBy": CG + "refersTo", SKOS + "exactMatch": CG + "refersTo",
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """A property of a thing with its values, of which `more` are not told on the page."""

    predicate: str
    values: list[Value]
    more: int = 0


@dataclass(frozen=True)
class Thing:
    """All that a page tells of a thing, but for its texts. `number` of `pages` is the page at hand.

    `joined` is who joined a network in which year, for the years that sources tell, of how many `members`, of
    whom `over` have no membership that goes on."""

    iri: str
    kind: str
    names: list[tuple[str, str]]
    facts: list[Fact]
    claims: list[Claim]
    total: int
    number: int = 1
    pages: int = 1
    place: tuple[float, float] | None = None
    counts: dict[str, int] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    joined: list[tuple[str, int]] = field(default_factory=list)
    members: int = 0
    over: int = 0

    @property
    def key(self) -> str:
        """Its key."""
        return shorten(self.iri)

    def of(self, *types: str) -> list[Claim]:
        """The claims of some kinds on this page."""
        return [claim for claim in self.claims if claim.type in types]

    def groups(self) -> list[tuple[str, list[Claim]]]:
        """The claims by kind, each kind that there is."""
        return [(kind, found) for kind in (*TYPES, "") if (found := self.of(kind))]


def in_full(kind: str) -> bool:
    """Whether pages of a kind of thing tell all its claims in full, 40 on each; others make lists of many."""
    return kind in ("", "City", "Source")


def thing(reader: Reader, iri: str, number: int = 1, rolls: Rolls | None = None, least: int = 1) -> Thing | None:
    """A page of a thing; None where the graph tells nothing of it or has no such page. `rolls` are its claims where
    many that are alike become a list; else all are told in full, so many on each page. `least` is how many pages it has
    for what else they tell."""
    said = reader.said(iri)
    if not said or TYPE not in said:
        return None
    if rolls is not None:
        if not 1 <= number <= rolls.pages:
            return None
        return Thing(
            iri, reader.kind(iri), named_in(said), facts(reader, iri, said) if number == 1 else [], [], rolls.total,
            number, rolls.pages, place(said), sections=rolls.sections(number),
            joined=rolls.joined, members=rolls.members, over=rolls.over,
        )  # fmt: skip
    kind = reader.kind(iri)
    listed = ordered(reader, about(reader, iri)) if kind != "Source" else []  # a table has 10,000s of its own
    pages = max(least, -(-len(listed) // CLAIMS))
    if not 1 <= number <= pages:
        return None
    shown = listed[(number - 1) * CLAIMS : number * CLAIMS]
    return Thing(
        iri, kind, named_in(said), facts(reader, iri, said) if number == 1 else [],
        claims(reader, shown), len(listed), number, pages, place(said),
    )  # fmt: skip


def named_in(said: dict[str, list[Term]]) -> list[tuple[str, str]]:
    """The names of a thing with their languages, those that name it first before others."""
    names = [(term.value, term.language or "") for key in (SKOS + "prefLabel", DCTERMS + "title", SKOS + "altLabel")
             for term in said.get(key, ()) if isinstance(term, ox.Literal)]  # fmt: skip
    return list(dict.fromkeys(names))


def ordered(reader: Reader, iris: Sequence[str]) -> list[str]:
    """Claims in the order of a page: by kind, then by name; those of articles before those of tables."""
    kinds = {CG + kind: at for at, kind in enumerate(TYPES)}

    def key(iri: str) -> tuple[int, bool, str]:
        of = [kinds[kind] for kind in reader.values(iri, TYPE) if kind in kinds]
        return min(of, default=len(kinds)), bool(reader.one(iri, CG + "column")), iri

    return sorted(iris, key=key) if len(iris) < 2000 else list(iris)


def facts(reader: Reader, iri: str, said: dict[str, list[Term]]) -> list[Fact]:
    """The facts of a thing that its page tells, each value with its reason."""
    found = []
    for predicate, terms in said.items():
        sharper = said.get(_SHARPER.get(predicate, ""), ())
        kept = [term for term in terms if term not in sharper]
        if predicate in _ELSEWHERE or not kept or not _ours(predicate):
            continue
        values = [explained(reader, iri, predicate, term) for term in kept[:VALUES]]
        found.append(Fact(predicate, values, len(kept) - len(values)))
    if inbound := _INBOUND.get(reader.kind(iri)):
        predicate, name = inbound
        subjects = reader.subjects(predicate, iri)
        here = ox.NamedNode(iri)
        values = [
            Value(ox.NamedNode(one), False, explained(reader, one, predicate, here).why) for one in subjects[:VALUES]
        ]
        found += [Fact(CG + name, values, len(subjects) - len(values))] * bool(values)
    order = {predicate: at for at, predicate in enumerate(_ORDER)}
    return sorted(found, key=lambda fact: (order.get(fact.predicate, len(order)), fact.predicate))


def _ours(predicate: str) -> bool:
    """Whether a property is not one that only restates, for others' programs, what the ontology says."""
    return not predicate.startswith(("http://www.w3.org/ns/org#", "http://www.w3.org/ns/prov#"))


def place(said: dict[str, list[Term]]) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, where both are told and lie on Earth."""
    try:
        lat, long = (float(value_of(said[_GEO + name][0])) for name in ("lat", "long"))
    except (KeyError, ValueError):
        return None
    return (lat, long) if abs(lat) <= 90 and abs(long) <= 180 else None


def named(claims: Iterable[Claim]) -> list[str]:
    """The sources of some claims, each once."""
    return sorted({claim.source for claim in claims if claim.source})


def pages_of(iri: str, total: int) -> list[str]:
    """The paths of all pages of a thing of which so many claims tell."""
    return [paths.page(iri, number) for number in range(1, max(1, -(-total // CLAIMS)) + 1)]
