"""What claims say otherwise of the same thing: what queries/who-says-otherwise.rq answers, from claims already read."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from citygraph.pages.claims import Claim
from citygraph.pages.reader import Reader
from citygraph.vocabulary import CG

_DATED = (("joined", "date of joining"), ("left", "date of leaving"))
_ENDING = (("left", "left"), ("until", "until"), ("period", "in"))
_ACTIVE = tuple(CG + name for name in ("activeNetwork", "presumedNetwork"))
_TWIN = CG + "activeTwin"


@dataclass(frozen=True)
class Side:
    """What one claim says: `value` as the query has it; `word` and `date` (EDTF) where it is a date."""

    claim: Claim
    value: str
    word: str = ""
    date: str = ""


@dataclass(frozen=True)
class Otherwise:
    """Two claims that say otherwise of `topic`; `of` is the other end, empty where there is none."""

    thing: str
    topic: str
    a: Side
    b: Side
    of: str = ""


#: The two ends of what is said, and its topic.
_Key = tuple[str, str, str]


def otherwise(reader: Reader, about: str, claims: Sequence[Claim]) -> list[Otherwise]:
    """The pairs among all claims that name a thing, in the order of the query."""
    found: dict[tuple[str, ...], Otherwise] = {}
    for pair in itertools.chain(_dates(claims), _foundings(claims), _endings(reader, claims), _targets(claims)):
        if about in (pair.thing, pair.of) and pair.a.value != pair.b.value:
            a, b = pair.a.claim, pair.b.claim
            key = (pair.thing, pair.topic, a.iri, b.iri, pair.a.value, pair.b.value, pair.of, a.source, b.source)
            found.setdefault(key, pair)
    return [found[key] for key in sorted(found)]


def _values(claim: Claim, name: str) -> list[str]:
    """The things or texts of a property of a claim."""
    return [end.iri or end.text for end in claim.ends if end.name == name]


def _pairs(sides: dict[_Key, list[Side]]) -> Iterator[Otherwise]:
    for (thing, topic, of), some in sides.items():
        for a, b in itertools.product(some, some):
            if a.claim.iri < b.claim.iri:
                yield Otherwise(thing, topic, a, b, of)


def _dates(claims: Sequence[Claim]) -> Iterator[Otherwise]:
    """Memberships that were joined or left at other times."""
    sides: dict[_Key, list[Side]] = defaultdict(list)
    for claim in claims:
        for name, topic in _DATED:
            if claim.type == "Membership" and name in claim.dates:
                edtf = claim.dates[name].edtf
                for ends in itertools.product(_values(claim, "member"), _values(claim, "network")):
                    sides[ends[0], topic, ends[1]].append(Side(claim, edtf, date=edtf))
    return _pairs(sides)


def _foundings(claims: Sequence[Claim]) -> Iterator[Otherwise]:
    sides: dict[_Key, list[Side]] = defaultdict(list)
    for claim in claims:
        if claim.type == "Founding" and "founded" in claim.dates:
            edtf = claim.dates["founded"].edtf
            for network in _values(claim, "network"):
                sides[network, "date of founding", ""].append(Side(claim, edtf, date=edtf))
    return _pairs(sides)


def _endings(reader: Reader, claims: Sequence[Claim]) -> Iterator[Otherwise]:
    """One tells that it ended or rests, the other as going on: a membership, or a twinning from either end."""
    for claim in claims:
        kind = {"Membership": ("member", "network"), "Twinning": ("city", "twin")}.get(claim.type)
        sides = list(_ended(claim)) if kind else []
        if not kind or not sides:
            continue
        running = reader.values(claim.iri, *_ACTIVE, _TWIN)
        for thing, of in itertools.product(_values(claim, kind[0]), _values(claim, kind[1])):
            if of in running:
                continue
            for other in claims:
                if claim.type == "Membership":
                    goes_on = thing in _values(other, "member") and of in reader.values(other.iri, *_ACTIVE)
                    word, value = "membership", "member"
                else:
                    cities, twins = _values(other, "city"), reader.values(other.iri, _TWIN)
                    goes_on = (thing in cities and of in twins) or (of in cities and thing in twins)
                    word, value = "twinning", "twinned"
                if goes_on:
                    yield from (Otherwise(thing, word, side, Side(other, value, value), of) for side in sides)


def _ended(claim: Claim) -> Iterator[Side]:
    for name, word in _ENDING:
        if name in claim.dates:
            edtf = claim.dates[name].edtf
            yield Side(claim, f"{word} {edtf}", word, edtf)
    if claim.status == "on hold":
        yield Side(claim, "on hold", "on hold")


def _targets(claims: Sequence[Claim]) -> Iterator[Otherwise]:
    """Targets for the same year. Told in two metrics they are two targets."""
    sides: dict[_Key, list[tuple[str, Side]]] = defaultdict(list)
    for claim in claims:
        if claim.type != "Commitment":
            continue
        optional = [_values(claim, name) or [""] for name in ("qualifier", "unit", "metric", "baselineYear")]
        parties = dict.fromkeys(_values(claim, "party") + _values(claim, "askedBy"))
        for thing, year, change, how, unit, metric, base in itertools.product(
            parties, _values(claim, "targetYear"), _values(claim, "change"), *optional
        ):
            short = metric.replace("#", "/").rpartition("/")[2]
            parts = [how, change, unit, short and f"in {short}", f"by {year}", base and f"from {base}"]
            sides[thing, "target", year].append((metric, Side(claim, " ".join(filter(None, parts)))))
    for (thing, topic, _), some in sides.items():
        for (metric_a, a), (metric_b, b) in itertools.product(some, some):
            if a.claim.iri < b.claim.iri and (not metric_a or not metric_b or metric_a == metric_b):
                yield Otherwise(thing, topic, a, b)
