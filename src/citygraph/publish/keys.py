"""The keys of a release and what they mean: of a graph in memory, or of the folder of an earlier release."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from citygraph.encode import ENDS
from citygraph.files import MARKER, load_bytes, shown
from citygraph.owl.reason import INFERRED
from citygraph.problems import CitygraphError
from citygraph.rdf.columns import Collector, Columns
from citygraph.vocabulary import CG, CLAIM, DCTERMS, ID, OWL, SKOS, TYPE, expand, owner, term_of_key

#: Columns of redirects.csv; `new` is empty where the old one was withdrawn.
REDIRECTS, HEADER = "redirects.csv", ["old", "new"]
SUMS = "SHA256SUMS"

#: What something is called: of a source its title, and its address where the title was mended.
LABELS = (SKOS + "prefLabel", SKOS + "altLabel", DCTERMS + "title", expand("schema:url"))
COUNTRY, CODES = CG + "country", (DCTERMS + "identifier", SKOS + "exactMatch")
LAT, LONG = expand("geo:lat"), expand("geo:long")
ENTRY, REFERS = CG + "Entry", CG + "refersTo"
REPLACED, DEPRECATED = DCTERMS + "isReplacedBy", OWL + "deprecated"
CORRECTED, FEWER = SKOS + "changeNote", SKOS + "historyNote"
#: What ends a claim has.
ENDS_OF_CLAIMS = tuple(term_of_key()[key] for key in ENDS)
#: All that the meaning of a key is told by.
TOLD = frozenset(
    (TYPE, *LABELS, COUNTRY, *CODES, LAT, LONG, REFERS, REPLACED, DEPRECATED, CORRECTED, FEWER, *ENDS_OF_CLAIMS)
)

Values = dict[str, frozenset[str]]


@dataclass(frozen=True, eq=False)
class Keys:
    """The quads of a release that tell what its keys mean; what reasoning added is not among them.

    `file` is where they were read, `carried` what redirects.csv had beyond the graph: keys of still earlier releases,
    `proposed` where keys seem to lead that are not declared.
    """

    quads: Columns
    file: str = ""
    carried: Mapping[str, str] = field(default_factory=dict)
    proposed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """Every key that is in use, by IRI: a thing, a concept, a source, an entry or a claim; and the name of the
        graph that says so, which is that of its source."""
        quads, terms = self.quads, self.quads.terms
        typed = quads.where(quads.p == terms.find(TYPE))
        subjects, first = np.unique(typed.s, return_index=True)
        pairs = zip(subjects.tolist(), typed.g[first].tolist(), strict=True)
        named = ((terms.value(subject), graph) for subject, graph in pairs)
        return {iri: terms.value(graph).rpartition("/")[2] for iri, graph in named if is_key(iri)}

    @cached_property
    def following(self) -> Mapping[str, str]:
        """Where keys lead that were renamed, merged, or matched with something known."""
        return {**self.proposed, **self._pairs(REFERS), **self._pairs(REPLACED)}

    @cached_property
    def replaced(self) -> frozenset[str]:
        """The keys that are declared to lead to others."""
        return frozenset(self._pairs(REPLACED))

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The keys that are declared to be no more."""
        return frozenset(self._pairs(DEPRECATED))

    def notes(self, predicate: str) -> frozenset[tuple[str, str]]:
        """Keys with the notes of a kind on them."""
        return frozenset(self._each(predicate))

    def end(self, iri: str) -> str:
        """What a key means now, at the end of a chain."""
        seen = {iri}
        while (after := self.following.get(iri)) is not None and after not in seen:
            seen.add(after)
            iri = after
        return iri

    def said(self, iris: Iterable[str]) -> dict[str, Values]:
        """What is told of some keys: values by predicate."""
        quads, terms = self.quads, self.quads.terms
        some = quads.where(np.isin(quads.s, [number for iri in iris if (number := terms.find(iri)) >= 0]))
        found: dict[str, dict[str, set[str]]] = {}
        for s, p, o in zip(some.s.tolist(), some.p.tolist(), some.o.tolist(), strict=True):
            found.setdefault(terms.value(s), {}).setdefault(terms.value(p), set()).add(terms.value(o))
        return {iri: {p: frozenset(told) for p, told in each.items()} for iri, each in found.items()}

    def _each(self, predicate: str) -> Iterator[tuple[str, str]]:
        quads, value = self.quads, self.quads.terms.value
        some = quads.where(quads.p == quads.terms.find(predicate))
        return ((value(s), value(o)) for s, o in zip(some.s.tolist(), some.o.tolist(), strict=True))

    def _pairs(self, predicate: str) -> dict[str, str]:
        """The one value that each has; of several, which is a fault that the checks tell, the last by name."""
        return dict(sorted(self._each(predicate)))


def is_key(iri: str) -> bool:
    """Whether an IRI is one that a release promises: no row, and no date or quote of a claim."""
    if iri.startswith(CLAIM):
        return owner(iri) == iri
    return iri.startswith(ID) and "/" not in iri[len(ID) :]


def keys_of(graph: Columns) -> Keys:
    """The keys of a graph."""
    terms = graph.terms
    told = np.isin(graph.p, [number for iri in TOLD if (number := terms.find(iri)) >= 0])
    return Keys(graph.where(told & (graph.g != terms.find(INFERRED))))


def read_keys(folder: Path) -> Keys:
    """The keys of an earlier release.

    Raises CitygraphError where it is none, cannot be read or is damaged.
    """
    file = folder / MARKER
    if not file.is_file():
        raise CitygraphError(f"{shown(folder)}: no release in it (no {MARKER}); name the folder of one with --previous")
    _intact(folder)
    collector = Collector()
    inferred = f"<{INFERRED}>"
    wanted = {f"<{iri}>" for iri in TOLD}
    read = 0
    try:
        with file.open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                parts = line.split(" ", 2)
                if len(parts) != 3 or line[-3:] != " .\n":
                    raise ValueError("not a quad to its end")
                if parts[1] in wanted:
                    value, _, graph = parts[2][:-3].rpartition(" ")
                    if graph[:1] != "<" or parts[0][:1] != "<" or value[:1] not in ("<", '"'):
                        raise ValueError("not a quad of a named graph")
                    if graph != inferred:
                        collector.add(*map(collector.terms.number, (parts[0], parts[1], value, graph)))
                read += 1
    except OSError as error:
        raise CitygraphError(f"{shown(file)}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # UnicodeDecodeError is one
        what = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise CitygraphError(f"{shown(file)}: damaged after line {read:,}: {what}") from error
    if collector.terms.find(TYPE) < 0:
        raise CitygraphError(f"{shown(file)}: nothing of a release in it")
    return Keys(collector.columns(), shown(file), _carried(folder / REDIRECTS))


def _intact(folder: Path) -> None:
    """Hold the files that are read against the release's own sums, where it has some."""
    if not (folder / SUMS).is_file():
        return
    sums = load_bytes(folder / SUMS, "the checksums").decode("utf-8", "replace")
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in sums.splitlines())}
    for name in (MARKER, REDIRECTS):
        if name in listed:
            try:
                with (folder / name).open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                what = f"cannot be read, though {SUMS} lists it: {error.strerror or error}"
                raise CitygraphError(f"{shown(folder / name)}: {what}") from error
            if digest != listed[name]:
                raise CitygraphError(f"{shown(folder / name)}: damaged: not what {SUMS} beside it says")


def _carried(file: Path) -> dict[str, str]:
    """The rows of an earlier redirects.csv; none where there is no such file."""
    if not file.is_file():
        return {}
    try:
        rows = list(csv.reader(load_bytes(file, "the redirects").decode("utf-8").splitlines(), strict=True))
    except (ValueError, csv.Error) as error:
        raise CitygraphError(f"{shown(file)}: damaged: {error}") from error
    if rows[:1] != [HEADER] or not all(len(row) == 2 and is_key(row[0]) for row in rows[1:]):
        raise CitygraphError(f"{shown(file)}: damaged: not the columns {','.join(HEADER)} and two addresses a row")
    return dict(row for row in rows[1:])
