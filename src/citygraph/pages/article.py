"""An article's words with its claims: the text cut where a quote begins or ends, each piece knowing its claims.

Of a text that may not be shown whole, the graph holds the quotes with the rest of their sentences. Offsets are Unicode
code points of the whole text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from citygraph.pages.claims import Claim, Words

#: Between two sentences of which the rest is held, so few code points are white space.
_SPACE = 2


@dataclass(frozen=True)
class Mark:
    """Where the words of the claim of a number stand; `context` are words that only tell what a claim speaks of."""

    number: int
    start: int
    end: int
    context: bool = False


@dataclass(frozen=True)
class Segment:
    """A piece of text over which the same marks lie. `begins` are the claims of which the first words begin here,
    `ends` the marks that end with it."""

    text: str
    quoted: tuple[int, ...] = ()
    context: tuple[int, ...] = ()
    begins: tuple[int, ...] = ()
    ends: tuple[Mark, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """All its claims."""
        return tuple(sorted({*self.quoted, *self.context}))


@dataclass(frozen=True)
class Passage:
    """A paragraph or the part of one that is shown. `left_out` is how many code points before it are not shown, -1
    where that is not known."""

    segments: tuple[Segment, ...]
    left_out: int = 0

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(segment.text for segment in self.segments)

    @property
    def begins(self) -> tuple[int, ...]:
        """The claims of which the first words are in it."""
        return tuple(number for segment in self.segments for number in segment.begins)


@dataclass(frozen=True)
class Article:
    """The passages in the order of the text, and its claims in that of their words, which is that of their numbers
    from 1 on. `whole` is whether the text is shown in full, `rest` how many code points at its end are not."""

    passages: tuple[Passage, ...]
    claims: tuple[Claim, ...]
    whole: bool = False
    rest: int = 0

    @property
    def unmarked(self) -> tuple[int, ...]:
        """The claims of which no words are kept."""
        marked = {number for passage in self.passages for number in passage.begins}
        return tuple(number for number in range(1, len(self.claims) + 1) if number not in marked)

    def readings(self, numbers: Iterable[int]) -> str:
        """How some claims read: explicit, implicit or both."""
        found = {self.claims[number - 1].reading == "implicit" for number in numbers}
        return "both" if len(found) == 2 else "implicit" if True in found else "explicit"


@dataclass
class _Stretch:
    """Text that is held without a gap, and the marks in it."""

    start: int
    text: str
    marks: list[Mark] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def article(claims: Sequence[Claim], text: str | None = None, author: str = "") -> Article:
    """The words of some claims of an article; `text` is all of it where it may be shown whole, `author` the line of it
    that is its byline: what follows that is of the page and not of the article."""
    ordered = tuple(sorted(claims, key=lambda claim: (*_place(claim), claim.iri)))
    pieces = [(number, piece) for number, claim in enumerate(ordered, 1) for piece in claim.words if piece.exact]
    if text is None:
        held, rest = _held(pieces), 0
    else:
        held, rest = _all(pieces, text, author)
    first: dict[int, tuple[int, int]] = {}
    marks = [(at, mark) for at, stretch in enumerate(held) for mark in stretch.marks]
    for at, mark in sorted(marks, key=lambda one: (one[1].context, one[0], one[1].start)):
        first.setdefault(mark.number, (at, mark.start))
    passages: list[Passage] = []
    before, known = 0, True
    for at, stretch in enumerate(held):
        begins = {number: start for number, (there, start) in first.items() if there == at}
        known = known and stretch.start >= before
        gap = max(0, stretch.start - before) if known else -1
        gap = 0 if passages and 0 <= gap <= _SPACE else gap
        for segments in _paragraphs(_cut(stretch, begins)):
            passages.append(Passage(segments, gap))
            gap = 0
        before = stretch.end
    return Article(tuple(passages), ordered, text is not None, rest)


def _place(claim: Claim) -> tuple[bool, int, int]:
    """Where the words of a claim first stand; last where it has none."""
    quotes = [piece for piece in claim.words if piece.exact and piece.kind == "quote"]
    quotes = quotes or [piece for piece in claim.words if piece.exact]
    return min(((False, piece.start, piece.start + len(piece.exact)) for piece in quotes), default=(True, 0, 0))


def _mark(number: int, piece: Words) -> Mark:
    return Mark(number, piece.start, piece.start + len(piece.exact), piece.kind == "context")


def _held(pieces: Sequence[tuple[int, Words]]) -> list[_Stretch]:
    """The stretches of text that quotes and the rest of their sentences make up; words that others contradict, which
    only a broken graph has, stand alone at the end."""
    found: list[_Stretch] = []
    alone: list[_Stretch] = []
    for number, piece in sorted(pieces, key=lambda one: (one[1].start - len(one[1].prefix), one[0])):
        start, text = piece.start - len(piece.prefix), piece.prefix + piece.exact + piece.suffix
        last = found[-1] if found else None
        if last is None or start > last.end + 1:
            last = _Stretch(start, text)
            found.append(last)
        elif start == last.end + 1:
            last.text += " " + text
        elif last.text[start - last.start :][: len(text)] == text[: last.end - start]:
            last.text += text[last.end - start :]
        else:
            last = _Stretch(start, text)
            alone.append(last)
        last.marks.append(_mark(number, piece))
    return found + alone


def _all(pieces: Sequence[tuple[int, Words]], text: str, author: str) -> tuple[list[_Stretch], int]:
    """The whole text to the end of its byline or its last quote, and how much follows."""
    sound = [(number, piece) for number, piece in pieces if text.startswith(piece.exact, max(0, piece.start))]
    odd = [one for one in pieces if one not in sound]
    byline = re.search(rf"^[^\S\n]*{re.escape(author)}[^\S\n]*$", text, re.MULTILINE) if author else None
    marks = [_mark(number, piece) for number, piece in sound]
    end = max([byline.end() if byline else len(text), *(mark.end for mark in marks)])
    return [_Stretch(0, text[:end], marks), *_held(odd)], len(text[end:].strip())


def _cut(stretch: _Stretch, begins: dict[int, int]) -> Iterator[Segment]:
    """The segments of a stretch, also at the ends of its lines. `begins` is where the first words of claims begin."""
    lines = {stretch.start + at for found in re.finditer(r"\n+", stretch.text) for at in found.span()}
    ends = {stretch.start, stretch.end, *lines, *(at for mark in stretch.marks for at in (mark.start, mark.end))}
    places = sorted(place for place in ends if stretch.start <= place <= stretch.end)
    coming = sorted(stretch.marks, key=lambda mark: mark.start, reverse=True)
    over: list[Mark] = []
    for start, end in pairwise(places):
        while coming and coming[-1].start <= start:
            over.append(coming.pop())
        over = [mark for mark in over if mark.end > start]
        yield Segment(
            stretch.text[start - stretch.start : end - stretch.start],
            tuple(sorted({mark.number for mark in over if not mark.context})),
            tuple(sorted({mark.number for mark in over if mark.context})),
            tuple(sorted({mark.number for mark in over if begins.get(mark.number) == start})),
            tuple(sorted((mark for mark in over if mark.end == end), key=lambda mark: (mark.number, mark.context))),
        )


def _paragraphs(segments: Iterable[Segment]) -> Iterator[tuple[Segment, ...]]:
    """The segments line by line, without the ends of lines."""
    line: list[Segment] = []
    for segment in segments:
        if segment.text.strip("\n"):
            line.append(segment)
        elif line:
            yield tuple(line)
            line = []
    if line:
        yield tuple(line)
