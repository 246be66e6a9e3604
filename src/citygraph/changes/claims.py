"""Lines that differ, by the claim or thing that they are about: added, gone, changed, moved, renamed, merged or
withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

from citygraph.changes.compare import LINE, Delta
from citygraph.changes.fields import Field, Names, Quad, fields_between, value_of
from citygraph.changes.heirs import REPLACED, Inferred, differing, heirs_of
from citygraph.owl.reason import INFERRED
from citygraph.problems import CitygraphError
from citygraph.vocabulary import CG, CLAIM, DCTERMS, GRAPH, ID, OWL, SKOS, TYPE

State = Literal["renamed", "merged", "withdrawn", "gone", "changed", "moved", "added", "follows"]
#: In the order in which they are told.
STATES: tuple[State, ...] = ("renamed", "merged", "withdrawn", "gone", "changed", "moved", "added", "follows")
#: What a key that is no more says, where nothing took its place.
DEPRECATED = OWL + "deprecated"
#: What a source says of which there is less, or nothing, any more.
FEWER = SKOS + "historyNote"

_CLAIM = b"<" + CLAIM.encode()
_ROW = b"<" + ID.encode() + b"row/"
_INFERRED = f" <{INFERRED}> .\n".encode()
_EVIDENCE = f"<{CG}evidence>".encode()
#: What says how a source is cited, and what a thing is called.
_CITED = [DCTERMS + name for name in ("bibliographicCitation", "creator", "title", "publisher", "issued")]
_TOLD = {f"<{iri}>".encode() for iri in (*_CITED, "http://schema.org/url", SKOS + "prefLabel")}


@dataclass
class Lines:
    """The lines about one claim, thing or row: of the old graph only, of the new one only, of both."""

    gone: list[bytes] = field(default_factory=list)
    added: list[bytes] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    #: The row that a claim rests on, where that differs too.
    row: Lines | None = None

    def state(self) -> State:
        """What became of it, as far as its own lines tell."""
        if not (self.gone or self.kept):
            return "added"
        return "changed" if self.added or self.kept else "gone"


@dataclass(frozen=True)
class Item:
    """What became of a claim or thing. `source` is the key of a claim's source, or of the graph that speaks of a
    thing; `into` are the things that have taken its place, `heirs` what keys are now that it may name. It follows
    where it only names them."""

    iri: str
    state: State
    type: str
    source: str
    lines: Lines
    into: tuple[str, ...] = ()
    successor: Lines | None = None
    heirs: Mapping[str, str] = field(default_factory=dict)

    @property
    def claim(self) -> bool:
        """Whether it is a claim."""
        return self.iri.startswith(CLAIM)

    def quads(self) -> tuple[list[Quad], list[Quad], list[Quad]]:
        """What only the old graph says of it, what only the new one does, and what both do, with the row of a claim.

        Of what is renamed: what is said of it by neither but under its new name alike is kept.
        """
        gone, added, kept = (list(_quads(lines)) for lines in (self.lines.gone, self.lines.added, self.lines.kept))
        if self.successor is not None:
            gone, added, kept = [*gone, *kept], list(_quads(self.successor.added)), []
        if row := self.lines.row:  # of what is added or gone, also where its row stays
            whole = list(_quads(row.kept)) if self.state in ("added", "withdrawn", "gone") else []
            gone += [*whole, *_quads(row.gone)] if self.state != "added" else []
            added += [*whole, *_quads(row.added)] if self.state not in ("withdrawn", "gone") else []
        return gone, added, kept

    def fields(self, names: Names) -> list[Field]:
        """What differs, field by field; of what is added or gone, every field."""
        gone, added, _ = self.quads()
        return fields_between(self.iri, gone, added, names, self.into)

    def beyond(self, names: Names) -> list[Field]:
        """What differs beyond the keys that are others now."""
        gone, added, _ = self.quads()
        return fields_between(self.iri, gone, added, names, self.into, self.heirs)


@dataclass(frozen=True)
class Changes:
    """All that differs: claims and things by source, and inferences by predicate (gone, added); not those that are the
    same once keys are followed."""

    items: list[Item]
    inferred: Inferred
    names: Names
    removed: int
    added: int

    def count(self, claims: bool) -> dict[State, int]:
        """How many claims, or things, by what became of them."""
        found = [item.state for item in self.items if item.claim == claims]
        return {state: found.count(state) for state in STATES}

    def reasons(self) -> dict[str, tuple[str, ...]]:
        """By the key of a source why the new graph has less of it, as far as it newly says so."""
        told = {item.iri.removeprefix(ID): objects(item.lines.added, FEWER) for item in self.items if not item.claim}
        return {source: notes for source, notes in told.items() if notes}


def changes(found: Delta, language: str = "en") -> Changes:
    """What differs between two graphs, by claim and thing, with names in a language."""
    about: dict[bytes, Lines] = {}
    inferred: Inferred = {}
    names = Names(language)
    for side, lines in ((0, found.removed), (1, found.added)):
        for line in lines:
            subject, predicate, _ = _split(line)
            if line.endswith(_INFERRED):
                inferred.setdefault(predicate[1:-1].decode(), ([], []))[side].append(line)
                continue
            lines_of = about.setdefault(_owner(subject), Lines())
            (lines_of.added if side else lines_of.gone).append(line)
    _add_common(found, about, names)
    for lines in (found.removed, found.added):  # what is new goes before
        for line in lines:
            if _split(line)[1] in _TOLD:
                names.hear(_quad(line))
    _fold_rows(about)
    heirs = heirs_of(found)
    items = _items({iri[1:-1].decode(): lines for iri, lines in about.items()}, names, heirs)
    return Changes(
        items, dict(sorted(differing(inferred, heirs, found).items())), names, len(found.removed), len(found.added)
    )


def _add_common(found: Delta, about: dict[bytes, Lines], names: Names) -> None:
    """Give what differs the lines that both graphs have of it, and the names and citations that are needed."""
    rows = {iri for iri in about if iri.startswith(_ROW)}
    for subject, group in groupby(found.common(), key=lambda line: _split(line)[0]):
        owner = _owner(subject)
        mine, claim = about.get(owner), subject.startswith(_CLAIM)
        if mine is None and claim and not rows:
            continue
        for_rows = []
        for line in group:
            if line.endswith(_INFERRED):
                continue
            if mine is not None:
                mine.kept.append(line)
            elif claim:
                for_rows.append(line)
            if not claim and _split(line)[1] in _TOLD:
                names.hear(_quad(line))
        if any(_evident(line) in rows for line in for_rows):  # its row has changed, though it has not
            about[owner] = Lines(kept=for_rows)


def _fold_rows(about: dict[bytes, Lines]) -> None:
    """Tell rows with the claims that rest on them; a row that no claim here rests on remains on its own."""
    rows = {iri: lines for iri, lines in about.items() if iri.startswith(_ROW)}
    for iri, lines in list(about.items()):
        if iri.startswith(_CLAIM):
            for line in (*lines.gone, *lines.kept, *lines.added):
                if (row := _evident(line)) in rows:
                    lines.row = rows[row]
                    about.pop(row, None)


def _items(about: dict[str, Lines], names: Names, heirs: Mapping[str, str]) -> list[Item]:
    """Each with what became of it, those that took another's place told with it; sorted by source."""
    into = {iri: objects(lines.added, REPLACED) for iri, lines in about.items() if lines.state() != "added"}
    into = {iri: targets for iri, targets in into.items() if targets}
    taken: dict[str, list[str]] = {}
    for iri, targets in into.items():
        for target in targets:
            taken.setdefault(target, []).append(iri)
    renamed: dict[str, str] = {}
    for iri, targets in into.items():
        heir = about.get(targets[0])
        if len(targets) == 1 and taken[targets[0]] == [iri] and heir is not None and heir.state() == "added":
            renamed[iri] = targets[0]
    hidden = set(renamed.values())
    items = []
    for iri, lines in about.items():
        if iri in hidden:
            continue
        state = "renamed" if iri in renamed else "merged" if iri in into else lines.state()
        if state == "changed" and objects(lines.added, DEPRECATED):
            state = "withdrawn"
        successor = about[renamed[iri]] if iri in renamed else None
        kind, source = _type(iri, lines), _source(iri, lines)
        item = Item(iri, state, kind, source, lines, into.get(iri, ()), successor, heirs)
        if state == "changed" and (heirs or item.claim):
            fields = item.beyond(names)
            if heirs and not fields and item.fields(names):
                item = replace(item, state="follows")
            elif item.claim and all(part.moved for part in fields):
                item = replace(item, state="moved")
        items.append(item)
    return sorted(items, key=lambda item: (item.source, not item.claim, STATES.index(item.state), item.type, item.iri))


def objects(lines: Iterable[bytes], predicate: str) -> tuple[str, ...]:
    """The values of a predicate in some lines, sorted."""
    found = f"<{predicate}>".encode()
    return tuple(sorted(value_of(_quad(line).o) for line in lines if _split(line)[1] == found))


def _type(iri: str, lines: Lines) -> str:
    """The first of its types by name, those of citygraph before others; empty where none is told."""
    own, found = f"<{iri}> <{TYPE}> ".encode(), set()
    for some in (lines.added, lines.kept, lines.gone):
        found |= {value_of(_quad(line).o) for line in some if line.startswith(own)}
        if found:
            break
    return min(found, key=lambda kind: (not kind.startswith(CG), kind), default="")


def _source(iri: str, lines: Lines) -> str:
    """The key of a claim's source, which its IRI tells; of a thing, that of the graph that speaks of it."""
    if iri.startswith(CLAIM):
        return iri[len(CLAIM) :].partition("/")[0]
    graphs = {_quad(line).g.removeprefix(GRAPH) for line in (*lines.gone, *lines.added)}
    return ", ".join(sorted(graphs))


def _owner(subject: bytes) -> bytes:
    """The claim of a claim's part; any other subject is its own."""
    if subject.startswith(_CLAIM):
        head, dot, _ = subject[len(_CLAIM) :].partition(b".")
        return _CLAIM + head + b">" if dot else subject
    return subject


def _evident(line: bytes) -> bytes:
    """What a line names as the evidence of a claim; empty where it tells something else."""
    _, predicate, rest = _split(line)
    return rest.partition(b" ")[0] if predicate == _EVIDENCE else b""


def _split(line: bytes) -> list[bytes]:
    """Subject, predicate, and the rest of a line."""
    parts = line.split(b" ", 2)
    if len(parts) != 3:
        raise _unsound(line)
    return parts


def _unsound(line: bytes) -> CitygraphError:
    return CitygraphError(f"not a quad as a release has it: {line.decode('utf-8', 'replace').strip():.120}")


def _quads(lines: Iterable[bytes]) -> Iterator[Quad]:
    return map(_quad, lines)


def _quad(line: bytes) -> Quad:
    match = LINE.fullmatch(line)
    if match is None:
        raise _unsound(line)
    s, p, o, g = match.groups(b"")
    return Quad(s[1:-1].decode(), p[1:-1].decode(), o.decode(), g[1:-1].decode())
