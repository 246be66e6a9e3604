"""Where each claim and each row of a table is told: on which page, at which element."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import pyoxigraph as ox

from citygraph.pages import paths, rolls, things
from citygraph.pages.claims import about
from citygraph.pages.reader import KINDS, Reader, natural
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, DCTERMS, ID, OA

#: Rows of a table on one page of its source, and claims of a source whose words are not kept.
ROWS = 300
PLAIN = 100
#: Whose page tells a claim that rests on a row: the first of these ends that it has.
_HOMES = tuple(
    CG + name for name in ("member", "party", "assists", "coordinator", "backer", "liaison", "founder", "participant",
                           "city", "part")
)  # fmt: skip
_ROW = ID + "row/"
_SOURCE = CG + "source"

#: A row of a table: its number (the header is row 1), its key and its IRI.
Row = tuple[int, str, str]


class Told:
    """The claims and rows of each source, and where they are told. All are looked up once, when one is asked for."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._many: dict[str, dict[str, int]] = {}

    def prime(self) -> None:
        """Look up now what pages would look up when they need it."""
        for name in ("claims", "rows", "row_of", "plain", "articles", "_row_pages"):
            getattr(self, name)

    @cached_property
    def claims(self) -> dict[str, list[str]]:
        """The claims of each source, in order of IRIs."""
        found: dict[str, list[str]] = {}
        for quad in self.reader.store.quads_for_pattern(None, ox.NamedNode(_SOURCE), None):
            if value_of(quad.subject).startswith(CLAIM):
                found.setdefault(value_of(quad.object), []).append(value_of(quad.subject))
        return {source: sorted(set(claims)) for source, claims in sorted(found.items())}

    @cached_property
    def rows(self) -> dict[str, list[Row]]:
        """The rows of each source, in order of their numbers."""
        found: dict[str, set[Row]] = {}
        for quad in self.reader.store.quads_for_pattern(None, ox.NamedNode(CG + "rowNumber"), None):
            iri, number = value_of(quad.subject), value_of(quad.object)
            source = self.reader.one(iri, DCTERMS + "source")
            if iri.startswith(_ROW) and source:
                row = (natural(number), iri[len(_ROW) :].partition("/")[2], iri)
                found.setdefault(source, set()).add(row)
        return {source: sorted(rows) for source, rows in sorted(found.items())}

    @cached_property
    def _row_pages(self) -> dict[str, str]:
        """The page of each row."""
        return {
            row[2]: paths.page(source, 1 + at // ROWS) for source, rows in self.rows.items() if self.is_source(source)
            for at, row in enumerate(rows)
        }  # fmt: skip

    @cached_property
    def row_of(self) -> dict[str, str]:
        """The row on which each claim rests that rests on one."""
        found: dict[str, str] = {}
        for quad in self.reader.store.quads_for_pattern(None, ox.NamedNode(CG + "evidence"), None):
            claim, row = value_of(quad.subject), value_of(quad.object)
            if row.startswith(_ROW):
                found[claim] = min(row, found.get(claim, row))
        return found

    @cached_property
    def plain(self) -> dict[str, list[str]]:
        """The claims of each source that rest on no row: on words, or on a page whose words are not kept."""
        found = {source: [claim for claim in claims if claim not in self.row_of]
                 for source, claims in self.claims.items()}  # fmt: skip
        return {source: claims for source, claims in found.items() if claims}

    @cached_property
    def articles(self) -> set[str]:
        """The sources of which words are kept."""
        return {
            source for source, claims in self.plain.items()
            if any(self.reader.one(piece, OA + "exact")
                   for claim in claims for piece in self.reader.values(claim, CG + "evidence"))
        }  # fmt: skip

    def pages(self, source: str) -> int:
        """How many pages a source has; 1 for any other thing."""
        if not self.is_source(source):
            return 1
        plain = 0 if source in self.articles else len(self.plain.get(source, ()))
        return max(1, -(-len(self.rows.get(source, ())) // ROWS), -(-plain // PLAIN))

    def is_source(self, iri: str) -> bool:
        """Whether the page of a thing is that of a source: it is called one, or called nothing else and yet makes
        claims."""
        kind = self.reader.kind(iri)
        return kind == "Source" or (kind not in KINDS and (iri in self.claims or iri in self.rows))

    def at(self, iri: str) -> tuple[str, str]:
        """The path of the page that tells a claim or row, without a language, and the fragment of an address that
        leads to it there, with its `#`; both empty where the graph has no such claim or row."""
        if iri.startswith(_ROW):
            page = self._row_pages.get(iri, "")
            return (page, paths.fragment(iri)) if page else ("", "")
        return self._claim(iri) if iri.startswith(CLAIM) else ("", "")

    def lead(self, path: str) -> str:
        """Where the small page at a path (`paths.part` of a claim or row) leads: a path with its fragment; empty where
        the graph has no such claim or row."""
        folder, _, rest = path.removeprefix("page/").removesuffix(".html").partition("/")
        iri = f"{ID}{folder}/{rest}"
        return "".join(self.at(iri if paths.part(iri) == path else self._odd.get(path, "")))

    @cached_property
    def _odd(self) -> dict[str, str]:
        """Claims and rows of which the files are not named by their keys alone, by path."""
        every = [*(iri for claims in self.claims.values() for iri in claims), *self._row_pages]
        named = ((paths.part(iri), iri) for iri in every)
        return {path: iri for path, iri in named if path != f"page/{iri.removeprefix(ID)}.html"}

    def _claim(self, iri: str) -> tuple[str, str]:
        source, row, ends = "", self.row_of.get(iri, ""), dict[str, str]()
        for quad in self.reader.quads(iri):
            predicate, value = quad.predicate.value, value_of(quad.object)
            if predicate == _SOURCE:
                source = min(source, value) if source else value
            elif predicate in _HOMES and paths.page(value):
                ends[predicate] = min(ends.get(predicate, value), value)
        if not source:
            return "", ""
        if not row:
            return self._of_source(iri, source)
        home = home_of(ends)
        number = self._number(home, iri) if home else 0
        return (paths.page(home, number), paths.fragment(iri)) if number else self.at(row)

    def _of_source(self, iri: str, source: str) -> tuple[str, str]:
        """A claim that rests on words or a reference is told on the page of its source."""
        listed = self.plain.get(source, [])
        if iri not in listed or not paths.page(source) or not self.is_source(source):
            return "", ""
        number = 1 if source in self.articles else 1 + listed.index(iri) // PLAIN
        return paths.page(source, number), paths.fragment(iri)

    def _number(self, home: str, claim: str) -> int:
        """The page of a thing on which a claim is; 0 where it is on none."""
        if home not in self._many:
            listed = about(self.reader, home)
            if len(listed) > rolls.FEW and not things.in_full(self.reader.kind(home)):
                return 0  # it is but a line of a list there
            shown = things.ordered(self.reader, listed) if len(listed) > things.CLAIMS else []
            self._many[home] = {one: 1 + at // things.CLAIMS for at, one in enumerate(shown)}
        many = self._many[home]
        return many.get(claim, 0) if many else 1


def home_of(ends: Mapping[str, str]) -> str:
    """The thing on whose page a claim of a row is told, of the ends that the claim has by property; empty where it has
    none with a page."""
    return next((ends[end] for end in _HOMES if end in ends), "")
