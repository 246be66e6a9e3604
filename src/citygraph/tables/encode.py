"""What rows say to quads, row by row: no node and no record is made of what is written at once.

A fact of the description has few forms: which of its keys a row fills. For each form it is told once what is the same
in all its claims; a claim is then its own name and the texts that differ.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from citygraph.dates import parse
from citygraph.encode import SKIP, Encoded, narrowed, plain, spanned
from citygraph.evidence import examine, published
from citygraph.matching.match import Match
from citygraph.rdf.nodes import NodeWriter
from citygraph.registry import Registry
from citygraph.sheets import CLAIM_TYPES, Sheet
from citygraph.tables.patterns import Filled, Pattern
from citygraph.tables.rows import TableRow
from citygraph.tables.stated import Stated
from citygraph.vocabulary import DATE_KEYS, GRAPH, ID, SKOS, claim_iri, references, row_iri

#: Country, degrees north, degrees east.
Around = tuple[str, str, str]
Make = Callable[[str], int]
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]+)?")
_KEY = re.compile("[a-z0-9-]+")
_FORMS = 1_024  # of a fact, which are kept
_DAYS = 16_384
#: Keys whose values decide on the form of a claim.
_DECIDING = ("status", "reading", "period", "year-from")


class Things:
    """For each thing that a table brings the row that tells most of it, whatever the order of the rows: its own row,
    not one that names it in passing. What was known before the table is not kept."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.best: dict[str, tuple[tuple[int, str], int, Filled]] = {}

    def add(self, said: TableRow) -> None:
        """Take in what a row names."""
        for thing in said.things:
            if thing.name not in self.registry.entries and thing.name not in self.registry.rows:
                rank = -thing.pattern.told(thing.texts)[0], said.key
                if thing.name not in self.best or rank < self.best[thing.name][0]:
                    self.best[thing.name] = rank, said.at, thing

    def types(self) -> dict[str, str]:
        """The type of each."""
        return {name: thing.type for name, (_, _, thing) in self.best.items()}


@dataclass
class _Form:
    """What all claims of one form have in common: predicates, the objects that are known, and how to make the others.

    `row` takes the row's place among the objects, `references` are slots whose texts must be known.
    """

    predicates: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)
    slots: list[tuple[int, Make]] = field(default_factory=list)
    dates: list[tuple[int, str, int]] = field(default_factory=list)
    references: list[int] = field(default_factory=list)
    odd: bool = False


class TableEncoder:
    """Writes one table into the collector of a writer.

    A thing that the registry or an earlier table has already is not stated again; one that was matched with one
    becomes an entry that refers to it, and what the row says is said of that thing. Whatever has something wrong with
    it is `odd`: its record is made at the end, to tell it.
    """

    def __init__(self, stated: Stated, things: Things, writer: NodeWriter) -> None:
        table = stated.table
        source, self.registry = table.source, things.registry
        self.stated, self.things, self.writer, self.name = stated, things, writer, source.name
        self.sheet, self.told = Sheet(source.file, source, []), published(source)
        self.encoded = Encoded(GRAPH + source.name)
        codes = table.codes()
        said = plain(source, self.registry, self.encoded) | ({"code-column": codes} if codes else {})
        self.encoded.nodes.append({"id": ID + source.name, "type": "Source", **said})
        self.encoded.places[ID + source.name] = (source, "")
        self._begin = len(writer.collector)
        self._number, self._say = writer.collector.terms.number, writer.collector.say
        self._graph = self._number(f"<{self.encoded.graph}>")
        self._forms: dict[tuple[Pattern, tuple[bool, ...], tuple[str, ...]], _Form] = {}
        facts = stated.rows.facts
        self._deciding = {each: [at for key in _DECIDING for at in each.places.get(key, ())] for each in facts}
        self._quoting = any("quote" in each.places for each in facts)
        self._days: dict[tuple[str, str], tuple[list[int], list[int], bool]] = {}
        self._makes: dict[Pattern, list[tuple[int, Make] | None]] = {}
        self._odd = array("i")
        self._row_predicates, self._row_objects = self._made_of({"type": "Row", "from": ID + source.name})
        self._row = [writer.way("row-number"), writer.way("row-key")]
        self._row_predicates += [way for way, _ in self._row]
        self._exact = writer.way("exact")

    def _constant(self, key: str, text: str) -> tuple[int, int]:
        predicate, make = self.writer.way(key)
        return predicate, make(text)

    def row(self, said: TableRow) -> None:
        """Write a row and the claims of its facts."""
        subject = self._number(f"<{row_iri(self.name, said.key)}>")
        objects = [make(text) for (_, make), text in zip(self._row, (str(said.row.number), said.key), strict=True)]
        self._say(subject, self._row_predicates, [*self._row_objects, *objects], self._graph)
        self.stated.add(subject, said.at)
        if not said.things:
            self.stated.bare(subject)
        for words in {text for fact in said.facts for text in fact.all("quote")} if self._quoting else ():
            self._say(subject, [self._exact[0]], [self._exact[1](words)], self._graph)
        for fact in said.facts:
            self._claim(fact, said.at, subject)

    def _claim(self, fact: Filled, at: int, row: int) -> None:
        pattern, texts = fact.pattern, fact.texts
        key = pattern, tuple(map(bool, texts)), tuple([texts[slot] for slot in self._deciding[pattern]])
        form = self._forms.get(key)
        if form is None:
            if len(self._forms) > _FORMS:
                self._forms.clear()
            form = self._forms[key] = self._form(fact)
        iri = claim_iri(self.name, fact.name)
        claim, odd = self._number(f"<{iri}>"), form.odd
        self.stated.add(claim, at)
        objects = [row, *form.objects, *[make(texts[slot]) for slot, make in form.slots]]
        for slot, name, _ in form.dates:
            part = self._number(f"<{iri}.{name}>")
            predicates, values, wrong = self._day(name, texts[slot])
            self._say(part, predicates, values, self._graph)
            self.stated.add(part, at)
            objects.append(part)
            odd = odd or wrong
        self._say(claim, form.predicates, objects, self._graph)
        best, known = self.things.best, self.registry.known
        for slot in form.references:
            odd = odd or (texts[slot] not in best and not known(texts[slot]))
        if odd:
            self._odd.append(claim)

    def _form(self, fact: Filled) -> _Form:
        pattern, texts, form = fact.pattern, fact.texts, _Form()
        form.predicates.append(self.writer.way("evidence")[0])
        given = {slot.key for slot, text in zip(pattern.slots, texts, strict=True) if text}
        reading = fact.get("reading") or "explicit"
        same = [("type", pattern.type), ("source", ID + self.name), *(("column", c) for c in pattern.told(texts)[1])]
        for key, text in (*same, *([] if "reading" in given else [("reading", reading)])):
            predicate, value = self._constant(key, text)
            form.predicates.append(predicate)
            form.objects.append(value)
        ended = bool({"left", "until"} & given)
        of = narrowed(pattern.type, given, ended, fact.get("period"), fact.get("status"), reading)
        copies = {end: self.writer.way(key)[0] for key, end in of.items()}
        later: list[int] = []
        for at, (slot, way, text) in enumerate(zip(pattern.slots, self._made(pattern), texts, strict=True)):
            if not text or way is None:
                continue
            for predicate in [way[0], *([copies[slot.key]] if slot.key in copies else [])]:
                if slot.constant is None:
                    later.append(predicate)
                    form.slots.append((at, way[1]))
                else:
                    form.predicates.append(predicate)
                    form.objects.append(way[1](text))
            if slot.key in references() and slot.constant is None:
                form.references.append(at)
            elif slot.key in references():
                form.odd = form.odd or not self.registry.known(text)
        form.predicates += later
        for key in DATE_KEYS:
            if key in given:
                at = next(at for at in pattern.places[key] if texts[at])
                form.dates.append((at, key, self.writer.way(key)[0]))
        form.predicates += [predicate for _, _, predicate in form.dates]
        untold = "published" not in self.sheet.source.fields
        form.odd = form.odd or (untold and fact.get("year-from") == "publication")
        return form

    def _made(self, pattern: Pattern) -> list[tuple[int, Make] | None]:
        """For each slot of a pattern its predicate and what makes the object of a text; None where a node has none."""
        if pattern not in self._makes:
            made: list[tuple[int, Make] | None] = []
            for slot in pattern.slots:
                way = self.writer.way(slot.key, slot.language) if slot.key not in SKIP else None
                made.append((way[0], self._reference) if way and slot.key in references() else way)
            self._makes[pattern] = made
        return self._makes[pattern]

    def _reference(self, text: str) -> int:
        """The thing of a key; `finish` puts another in its place where matching found one."""
        if _KEY.fullmatch(text):
            return self._number(f"<{ID}{text}>")
        return self._number(f"<{ID}{quote(text, safe='')}>")

    def _day(self, key: str, text: str) -> tuple[list[int], list[int], bool]:
        """Predicates and objects of a date, and whether it is none."""
        found = self._days.get((key, text))
        if found is None:
            said, wrong = {"type": "Date"}, False
            try:
                said |= {"edtf": text, **spanned(key, parse(text), self.told)}
            except ValueError:
                wrong = True
            found = *self._made_of(said), wrong
            if len(self._days) > _DAYS:
                self._days.clear()
            self._days[key, text] = found
        return found

    def finish(self, matches: Mapping[str, Match], normal: Callable[[str], str]) -> Encoded:
        """Write the things, or what they were matched with; `normal` gives names the form for comparing.

        What comes back is the rest: the table itself, and the problems of what it says.
        """
        best, registry = self.things.best, self.registry
        registry.rows |= self.things.types()
        here = Counter((thing.get("lat"), thing.get("long")) for _, _, thing in best.values())
        around: dict[Around, Around] = {}  # each once: there are few
        arounds = [around.setdefault(found, found) for _, _, thing in best.values() for found in [_around(thing)]]
        near = Counter(arounds)
        for ((_, key), at, thing), lies in zip(best.values(), arounds, strict=True):
            match = matches.get(thing.name)
            same = registry.canonical(match.same) if match is not None and match.verdict == "certain" else ""
            node: dict[str, str] = {"type": "Entry" if same else thing.type, "listed-in": row_iri(self.name, key)}
            if label := thing.get("label"):
                node |= {SKOS + "prefLabel": label, "compared-name": normal(label)}
            if same and match is not None:
                node |= {"refers-to": ID + same, "note": match.why}
            elif thing.get("lat"):
                node["from"] = ID + self.name
            _, north, east = lies
            if north:
                node |= {"degrees-north": north, "degrees-east": east, "entries-near": str(near[lies])}
            if (lat := thing.get("lat")) and (shared := here[lat, thing.get("long")]) > 1:
                node["entries-here"] = str(shared)
            self._thing(thing, at, node)
            region = thing.get("region") or ""
            placed = registry.entries[region].type if region in registry.entries else registry.rows.get(region)
            if same and placed == "Place":
                self._say(self._number(f"<{ID}{same}>"), *self._made_of({"region": ID + region}), self._graph)
        terms = self.writer.collector.terms
        moved = {number: key for key in registry.same if (number := terms.find(ID + key)) >= 0}
        moved_to = {number: self._number(f"<{ID}{registry.canonical(key)}>") for number, key in moved.items()}
        named = [self.writer.way(key)[0] for key in references() - {"from", "source"}]
        self.writer.collector.rename(self._begin, named, moved_to)
        self._tell()
        return self.encoded

    def _made_of(self, node: Mapping[str, str]) -> tuple[list[int], list[int]]:
        predicates, objects = [], []
        for key, text in node.items():
            predicate, value = self._constant(key, text)
            predicates.append(predicate)
            objects.append(value)
        return predicates, objects

    def _thing(self, thing: Filled, at: int, node: Mapping[str, str]) -> None:
        predicates, objects = self._made_of(node)
        subject = self._number(f"<{ID}{thing.name}>")
        self.stated.add(subject, at)
        for way, text in zip(self._made(thing.pattern), thing.texts, strict=True):
            if text and way is not None:
                predicates.append(way[0])
                objects.append(way[1](text))
        self._say(subject, predicates, objects, self._graph)
        if not all(map(self.registry.known, thing.all("region"))):
            self._odd.append(subject)

    def _tell(self) -> None:
        """The problems of what is odd."""
        for record, _ in self.stated.places(self._odd).values():
            if record.type in CLAIM_TYPES:
                self.encoded.problems += examine(self.sheet, record).problems
            plain(record, self.registry, self.encoded)


def _around(thing: Filled) -> Around:
    """Where a thing lies: its country, and its place to the whole degree, empty where that is not told."""
    country, lat, long = (thing.get(key) or "" for key in ("country", "lat", "long"))
    if not (_DEGREES.fullmatch(lat) and _DEGREES.fullmatch(long)):
        return country, "", ""
    return country, str(round(float(lat))), str(round(float(long)))
