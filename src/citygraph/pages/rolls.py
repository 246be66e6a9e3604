"""Many claims that are alike as a list: a row for each member, target or coordinator, not a card for each claim."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import pyoxigraph as ox

from citygraph.pages.alphabet import CODE, order
from citygraph.pages.alphabet import country as named_country
from citygraph.pages.claims import ENDS, TYPES, Claim, End, claims
from citygraph.pages.lines import Line, having, lines, types, valued
from citygraph.pages.reader import Reader
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, TYPE

#: Claims that a page tells in full, those of one kind among them, and rows of lists on one page.
FULL, FEW, ROWS = 40, 12, 400
#: Claims of one thing that a list has rows for; of a thing with more there is their number, and its own page has them.
EACH = 6
#: By which end a list of claims is ordered: the first of these that is not the thing whose page it is on.
_BY = {
    "Membership": ("member", "network"), "Commitment": ("party", "askedBy", "network"),
    "Coordination": ("coordinator", "assists", "network", "theme"), "Backing": ("backer", "assists", "network"),
    "Twinning": ("twin", "city", "place"), "Naming": ("city",), "Merger": ("successor", "city"),
}  # fmt: skip
#: The order of a network's sections: what it is, who stands behind it, what it asks, and then who is in it.
_NETWORK = (
    ("Affiliation", "part"), ("Affiliation", "whole"), ("Founding", "network"), ("Founding", ""),
    ("Backing", "network"), ("Coordination", "network"), ("Commitment", "askedBy"), ("Aim", ""), ("Scope", ""),
    ("Liaison", ""), ("Cooperation", ""), ("Membership", "member"), ("Membership", "network"), ("Commitment", ""),
    ("Coordination", ""), ("Backing", ""),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A thing in a list with its claims; of more than EACH, `more` tells how many there are and none is listed.

    `full` is whether its page tells its claims in full."""

    iri: str
    country: str
    lines: list[Line]
    more: int = 0
    full: bool = False

    @property
    def rows(self) -> int:
        """Rows of a page that it takes."""
        return max(1, len(self.lines))


@dataclass(frozen=True)
class Roll:
    """A list of claims of a kind by those whom they tell of; `shared` is what all of them tell, `countries` the
    number of entries of each country with the page on which it begins, `over` how many entries have only claims that
    ended or are on hold."""

    entries: list[Entry]
    claims: int
    shared: list[End] = field(default_factory=list)
    reading: str = ""
    sources: list[str] = field(default_factory=list)
    countries: list[tuple[str, int, int]] = field(default_factory=list)
    over: int = 0


@dataclass(frozen=True)
class Section:
    """The claims of a kind in which a thing has one part, as a page tells them: in full, or rows of a list.

    `role` is the end by which they name the thing. `head` tells whether the page says what the list shares.
    """

    type: str
    role: str
    claims: list[Claim] = field(default_factory=list)
    roll: Roll | None = None
    entries: list[Entry] = field(default_factory=list)
    head: bool = True

    @property
    def id(self) -> str:
        """The id of its heading."""
        return "-".join(filter(None, (self.type or "claims", self.role)))

    @property
    def bare(self) -> bool:
        """Whether its rows tell hardly more than names, so that several stand beside each other."""
        return not any(line.ends or line.dates or line.status for entry in self.entries for line in entry.lines)

    def by_country(self) -> list[tuple[str, list[Entry]]]:
        """The rows under the codes of their countries."""
        return [(code, list(some)) for code, some in groupby(self.entries, lambda entry: entry.country)]


class Rolls:
    """All claims of a thing, by section, read once for all its pages."""

    def __init__(self, reader: Reader, iri: str, kind: str) -> None:
        self.reader, self.iri = reader, iri
        self._parts = tuple(reader.subjects(CG + "partOf", iri)) if kind == "Network" else ()
        groups = self._grouped(kind)
        listed = set()
        total = sum(map(len, groups.values()))
        for key in sorted(groups, key=lambda key: -len(groups[key])):
            if total <= FULL and len(groups[key]) <= FEW:
                break
            listed.add(key)
            total -= len(groups[key])
        self.total = sum(map(len, groups.values()))
        read = lines(reader, [iri for key in groups if key in listed for iri in groups[key]])
        self._full: list[tuple[tuple[str, str], list[str]]] = []
        self._lists: list[tuple[tuple[str, str], Roll]] = []
        self._pages: list[list[tuple[int, list[Entry]]]] = [[]]
        for key, found in groups.items():
            if key in listed:
                self._lists.append((key, self._roll(key, [read[iri] for iri in found])))
            else:
                self._full.append((key, found))
        members = list(groups.get(("Membership", "network"), ())) if kind == "Network" else []
        told = read if ("Membership", "network") in listed else lines(reader, members)
        self.members = len(_members(told[claim] for claim in members))
        running = [claim for claim in members if not told[claim].over]
        self.over = self.members - len(_members(told[claim] for claim in running))
        self.joined = sorted({pair for claim in members for pair in _joined(told[claim], iri)})
        self._paged()

    @property
    def pages(self) -> int:
        """How many pages it takes."""
        return len(self._pages)

    def sections(self, number: int) -> list[Section]:
        """What a page tells, from 1 on: the first one tells what is told in full, and what each list shares."""
        found = dict(self._pages[number - 1])
        lists = [
            Section(*key, roll=roll, entries=found.get(at, []), head=number == 1)
            for at, (key, roll) in enumerate(self._lists)
            if number == 1 or at in found
        ]
        full = [Section(*key, claims(self.reader, iris)) for key, iris in self._full] if number == 1 else []
        return full + lists

    def _grouped(self, kind: str) -> dict[tuple[str, str], list[str]]:
        """The claims by their kind and the end by which they name the thing, in the order of the page."""
        ends = {name: at for at, name in enumerate(ENDS)}
        roles: dict[str, str] = {}
        below: set[str] = set()
        for of in (self.iri, *self._parts):
            for quad in self.reader.store.quads_for_pattern(None, None, ox.NamedNode(of)):
                name, claim = quad.predicate.value.removeprefix(CG), value_of(quad.subject)
                if not _claims(quad.predicate.value, claim):
                    continue
                if of == self.iri and ends.get(name, 99) <= ends.get(roles.get(claim, ""), 99):
                    roles[claim] = name
                elif of != self.iri and name == "network" and claim not in roles:
                    below.add(claim)
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        kinds = types(self.reader, roles.keys() | below)
        roles |= {claim: "network" for claim in below - roles.keys() if kinds.get(claim) == "Membership"}
        helping = [claim for claim, kind in kinds.items() if kind in ("Coordination", "Backing")]
        assists = having(self.reader, helping, "assists")
        for claim in sorted(roles):
            # who assists a member of a network neither coordinates nor backs the network
            role = f"{roles[claim]}-assists" if claim in assists and roles[claim] != "assists" else roles[claim]
            found[kinds.get(claim, ""), role].append(claim)
        places = _NETWORK if kind == "Network" else tuple((one, "") for one in TYPES)

        def place(key: tuple[str, str]) -> tuple[int, int, str]:
            at = next((at for at, (one, role) in enumerate(places) if one == key[0] and role in ("", key[1])), 99)
            return at, ends.get(key[1].removesuffix("-assists"), 99), key[1]

        return {key: found[key] for key in sorted(found, key=place)}

    def _roll(self, key: tuple[str, str], lines: Sequence[Line]) -> Roll:
        role = key[1].removesuffix("-assists")
        by = [name for name in _BY.get(key[0], ENDS) if name != role]
        found: dict[str, list[Line]] = defaultdict(list)
        for one in lines:
            main = next((end.iri for name in by for end in one.ends if end.name == name and end.iri), "")
            own = tuple(end for end in one.ends if end.iri != main or not main)
            found[main].append(replace(one, ends=own))
        every = [one for some in found.values() for one in some]
        shared = [end for end in every[0].ends if all(end in one.ends for one in every)]
        if shared:
            for main, some in found.items():
                found[main] = [replace(one, ends=tuple(end for end in one.ends if end not in shared)) for one in some]
        mains = [main for main in found if main]
        where = valued(self.reader, mains, CG + "country")
        classes = valued(self.reader, mains, TYPE)
        entries = [
            _entry(main, some, where.get(main, ()), classes.get(main, ())) for main, some in found.items() if main
        ]
        entries += [Entry("", "", [one]) for one in found.get("", ())]
        names = {entry.iri: order(self.reader.name(entry.iri, "en")) if entry.iri else ("", "") for entry in entries}

        def place(entry: Entry) -> tuple[bool, bool, str, tuple[str, str], str]:
            return not entry.iri, not entry.country, named_country(entry.country, "en"), names[entry.iri], entry.iri

        over = sum(all(one.over for one in some) for main, some in found.items() if main)
        over += sum(one.over for one in found.get("", ()))
        reading = {one.reading for one in every}
        return Roll(sorted(entries, key=place), len(every), shared, reading.pop() if len(reading) == 1 else "",
                    sorted({one.source for one in every if one.source}), over=over)  # fmt: skip

    def _paged(self) -> None:
        """Put the lists on pages: a short one on the first, the rows of the others on those that follow."""
        room = ROWS
        for at, (_, roll) in enumerate(self._lists):
            rows = sum(entry.rows for entry in roll.entries)
            if rows <= room:
                self._pages[0].append((at, roll.entries))
                room -= rows
        done = {at for at, _ in self._pages[0]}
        for at, (key, roll) in enumerate(self._lists):
            first = {entry.country: 1 for entry in roll.entries}
            if at not in done:
                first = {}
                for chunk in _chunks(roll.entries):
                    self._pages.append([(at, chunk)])
                    for entry in chunk:
                        first.setdefault(entry.country, len(self._pages))
            counts = Counter(entry.country for entry in roll.entries)
            told = [(code, counts[code], page) for code, page in first.items()]
            self._lists[at] = key, replace(roll, countries=told)


def _entry(iri: str, lines: list[Line], countries: Collection[str], classes: Collection[str]) -> Entry:
    where = next((code for code in sorted(countries) if CODE.fullmatch(code)), "")
    if len(lines) > EACH:
        return Entry(iri, where, [], len(lines))
    own = sorted(lines, key=lambda one: (not one.dates, [date.earliest for _, date in one.dates], one.claim))
    return Entry(iri, where, own, full=CG + "City" in classes)


def _members(lines: Iterable[Line]) -> set[str]:
    """Whom some memberships tell of."""
    return {end.iri for line in lines for end in line.ends if end.name == "member"}


def _joined(line: Line, network: str) -> list[tuple[str, int]]:
    """Who joined a network in which year, where a source says it in words and no other year is possible."""
    date = dict(line.dates).get("joined")
    if line.reading != "explicit" or date is None or not any(end.iri == network for end in line.ends):
        return []
    first, last = date.earliest[:4], date.latest[:4]
    members = [end.iri for end in line.ends if end.name == "member" and end.iri]
    return [(member, int(first)) for member in members] if first == last and first.isdecimal() else []


def _claims(predicate: str, subject: str) -> bool:
    """Whether a triple is one by which a claim names a thing."""
    name = predicate.removeprefix(CG)
    return (
        predicate.startswith(CG) and subject.startswith(CLAIM)
        and name != "source" and not name.startswith(("active", "presumed"))
    )  # fmt: skip


def _chunks(entries: Iterable[Entry]) -> Iterable[list[Entry]]:
    chunk: list[Entry] = []
    rows = 0
    for entry in entries:
        if chunk and rows + entry.rows > ROWS:
            yield chunk
            chunk, rows = [], 0
        chunk.append(entry)
        rows += entry.rows
    if chunk:
        yield chunk
