"""Which thing an entry of a table is: normalise, block by country and name, compare by place, and say why.

The answer is certain, ambiguous or unknown. Only certain ones join by themselves; a curator decides the rest in
data/matching/decisions.yaml. Two places of one name never merge; two entries that one table numbers apart never merge
silently.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from citygraph.matching.names import NameRules

Verdict = Literal["certain", "ambiguous", "unknown"]
_DECIMAL = re.compile(r"-?[0-9]{1,3}(\.[0-9]+)?")


@dataclass(frozen=True)
class Rules:
    """What data/matching/rules.yaml says. Distances in kilometres.

    `near` is how far apart one place may be told, `far` from where on a place of the same name is another one,
    `shared` how many places of a table make their common coordinates a placeholder; `complete` are registers that
    list every municipality of a country, `order` says which table's keys go before which.
    """

    names: NameRules = field(default_factory=NameRules)
    order: tuple[str, ...] = ()
    complete: Mapping[str, str] = field(default_factory=dict)
    near: float = 15
    far: float = 60
    shared: int = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A thing as one table or the registry lists it; coordinates are None where they tell nothing."""

    key: str
    table: str
    names: frozenset[str]
    country: str = ""
    lat: float | None = None
    long: float | None = None
    complete: bool = False


class Named(Protocol):
    """A thing with its texts: a record of the registry, or what a row says."""

    name: str

    def get(self, key: str) -> str | None:
        """The first text of a key, or None."""

    def all(self, key: str) -> list[str]:
        """Every text of a key."""


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one entry: `same` is the key of the thing when certain; candidates are keys, each with why."""

    key: str
    verdict: Verdict
    same: str = ""
    why: str = ""
    candidates: tuple[tuple[str, str], ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Decision:
    """What a curator wrote: the entry is the thing `same`, or is none of those offered (empty)."""

    same: str
    reason: str


def distance(a: Candidate, b: Candidate) -> float | None:
    """Kilometres between two candidates; None where not both are told."""
    if a.lat is None or a.long is None or b.lat is None or b.long is None:
        return None
    return kilometres((a.lat, a.long), (b.lat, b.long))


def kilometres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The distance of two places, by latitude and longitude in degrees (haversine formula; Sinnott, 1984)."""
    one, two = math.radians(a[0]), math.radians(b[0])
    half = math.sin((two - one) / 2) ** 2
    half += math.cos(one) * math.cos(two) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * 6371 * math.asin(min(1.0, math.sqrt(half)))


class Matcher:
    """Everything known so far, and the answers given."""

    def __init__(self, rules: Rules, decisions: Mapping[str, Decision] | None = None) -> None:
        """`decisions` are a curator's, by entry."""
        self.rules, self.decisions = rules, dict(decisions or {})
        self.known: dict[str, Candidate] = {}
        self.blocks: dict[tuple[str, str], list[str]] = {}
        self.same: dict[str, str] = {}

    def candidate(self, record: Named, table: str) -> Candidate:
        """A record of the registry or of a row as a candidate."""
        texts = (text for key in ("name", "label", "forms") for text in record.all(key))
        names = frozenset(name for text in texts for name in self.rules.names.variants(text))
        country = record.get("country") or ""
        lat, long = coordinate(record.get("lat"), 90), coordinate(record.get("long"), 180)
        complete = self.rules.complete.get(table) == country != ""
        return Candidate(record.name, table, names, country, lat, long, complete)

    def learn(self, candidate: Candidate) -> None:
        """Make a thing known by all its names."""
        self.known[candidate.key] = candidate
        for name in sorted(candidate.names):
            block = self.blocks.setdefault((candidate.country, name), [])
            if candidate.key not in block:
                block.append(candidate.key)

    def table(self, records: Collection[Named], table: str, by_name: bool) -> dict[str, Match]:
        """The answers for the things of a table, which are then known themselves.

        `by_name` tells of a table without numbers of its own, in which the same name in the same place is one thing.
        """
        found = sorted((self.candidate(record, table) for record in records), key=lambda each: each.key)
        labels = {record.name: _label(record) for record in records}
        at = Counter((each.lat, each.long) for each in found)
        # In a table of names one place stands in many rows, and its entries have one key; only numbers tell them apart.
        vague = {place for place, number in at.items() if number >= self.rules.shared and not by_name}
        vague |= {place for place in at if place == (_whole(place[0]), _whole(place[1]))}
        known = [replace(e, lat=None, long=None) if (e.lat, e.long) in vague else e for e in found]
        answers = self._by_name(known) if by_name else self._bycoordinate(known)
        return {key: replace(answer, label=labels[key]) for key, answer in answers.items()}

    def _by_name(self, found: Sequence[Candidate]) -> dict[str, Match]:
        """One after the other: what is known then counts."""
        answers = {}
        for each in found:
            answers[each.key] = answer = self._decided(each, found) or self.match(each)
            self._settle(each, answer)
        return answers

    def _bycoordinate(self, found: Sequence[Candidate]) -> dict[str, Match]:
        """All against what other tables know; then those that the table numbers apart are held against each other."""
        answers = {each.key: self._decided(each, found) or self.match(each) for each in found}
        claimed: dict[str, list[str]] = defaultdict(list)
        for key, answer in answers.items():
            if answer.verdict == "certain" and key not in self.decisions:
                claimed[answer.same].append(key)
        for same, keys in claimed.items():
            for key in keys if len(keys) > 1 else ():
                others = ", ".join(other for other in keys if other != key)
                why = f"{answers[key].why}: registered twice, as {others} too?"
                answers[key] = Match(key, "ambiguous", candidates=((same, why),))
        for each in found:
            answer = answers[each.key]
            if answer.verdict != "certain" and each.key not in self.decisions:
                own = self._against(each, [key for key in self.block(each) if self.known[key].table == each.table])
                twins = tuple((key, f"{why}: registered twice?") for key, _, why in own)
                if twins:
                    answer = answers[each.key] = Match(each.key, "ambiguous", candidates=(*answer.candidates, *twins))
            self._settle(each, answer)
        return answers

    def _settle(self, each: Candidate, answer: Match) -> None:
        if answer.verdict != "certain":
            self.learn(each)
            return
        self.same[each.key] = answer.same
        if answer.same in self.known:
            self._enrich(answer.same, each)

    def _enrich(self, key: str, other: Candidate) -> None:
        thing = self.known[key]
        names, complete = thing.names | other.names, thing.complete or other.complete
        lat, long = (thing.lat, thing.long) if thing.lat is not None else (other.lat, other.long)
        self.learn(replace(thing, names=names, lat=lat, long=long, complete=complete))

    def _decided(self, each: Candidate, found: Sequence[Candidate]) -> Match | None:
        decision = self.decisions.get(each.key)
        if decision is None:
            return None
        if not decision.same:
            return Match(each.key, "unknown", why=f"kept apart: {decision.reason}")
        if decision.same in self.known or decision.same in self.same or any(o.key == decision.same for o in found):
            return Match(each.key, "certain", decision.same, f"decided: {decision.reason}")
        return None  # what it was decided to be is not in this build

    def match(self, each: Candidate) -> Match:
        """The answer for one candidate against what is known."""
        judged = self._against(each, self.block(each))
        sure = [(key, why) for key, verdict, why in judged if verdict == "certain"]
        if len(sure) == 1:
            return Match(each.key, "certain", sure[0][0], sure[0][1])
        if judged:
            perhaps = [(key, why) for key, verdict, why in judged if verdict == "ambiguous"]
            return Match(each.key, "ambiguous", candidates=(*sure, *perhaps))
        return Match(each.key, "unknown", why="no place of this name is known in the country")

    def _against(self, each: Candidate, keys: Iterable[str]) -> list[tuple[str, Verdict, str]]:
        """What may be the same as a candidate, with verdict and why."""
        judged = ((key, *self._compare(each, self.known[key])) for key in keys)
        return [(key, verdict, why) for key, verdict, why in judged if verdict != "unknown"]

    def block(self, each: Candidate) -> list[str]:
        """Keys of what is known by a name of a candidate in its country, or by what an inflected name was before."""
        if found := self._block(each, each.names):
            return found
        return self._block(each, {was for name in each.names for was in self.rules.names.undone(name, each.country)})

    def _block(self, each: Candidate, names: Iterable[str]) -> list[str]:
        countries = [each.country] if each.country else sorted({country for country, _ in self.blocks})
        keys = {key for name in names for country in {*countries, ""} for key in self.blocks.get((country, name), ())}
        return sorted(keys - {each.key})

    def _compare(self, each: Candidate, other: Candidate) -> tuple[Verdict, str]:
        shared = " / ".join(sorted(each.names & other.names)[:1]) or "an inflected form"
        same = f"the name {shared}"
        if not each.country or not other.country:
            return "ambiguous", f"{same}, but the country of one is not told"
        apart = distance(each, other)
        if apart is None:
            if each.complete or other.complete:
                return "certain", f"{same} in a register that lists every municipality of {each.country}"
            return "ambiguous", f"{same} in {each.country}, but no coordinates to compare"
        where = f"{same} in {each.country}, {apart:.1f} km apart"
        if apart > self.rules.far:
            # In a complete register the name stands for one place only: then one of the coordinates is wrong.
            return ("ambiguous", where) if each.complete or other.complete else ("unknown", where)
        if apart > self.rules.near:
            return "ambiguous", where
        return "certain", where


def _label(record: Named) -> str:
    return record.get("label") or record.get("name") or ""


def coordinate(text: str | None, most: float) -> float | None:
    """A coordinate; None where it is missing or cannot be one."""
    if not text or not _DECIMAL.fullmatch(text):
        return None
    number = float(text)
    return number if abs(number) <= most else None


def _whole(number: float | None) -> float | None:
    return None if number is None else float(int(number))
