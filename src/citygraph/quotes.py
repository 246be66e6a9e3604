"""Find and verify quoted words in a text. Offsets are Unicode code points: text[start:end] == exact."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import islice

# A sentence ends at . ! ? before white space and a capital, digit or quotation mark, and at a line's end. A full
# stop after a single letter (an initial) or a number does not end one; nor does one before a small letter ("mm.").
_STOP = re.compile(r"(?<=[^\W\d_]{2})[.!?][)”\"]?(?=\s+[^\W_a-zåäö]|\s+[“”\"(])|\n+|(?<=[)%\d])[.!?](?=\s+[A-ZÅÄÖ])")

#: How many places of ambiguous words are told, and from how many characters on nobody looks for the nearest passage.
MOST = 5
LONGEST = 2000


@dataclass(frozen=True)
class Span:
    """Where exact words stand, with the rest of their sentences before and after."""

    exact: str
    start: int
    end: int
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Miss:
    """Why words could not be found in their place: a code, what is wrong, what would be right, at which key."""

    code: str
    what: str
    right: str
    key: str = "quote"


def locate(text: str, exact: str, start: str | None = None, end: str | None = None) -> Span | Miss:
    """The span of `exact` in `text`, at `start` to `end` where these are given, else where it stands once."""
    if not exact:
        return Miss("quote-empty", "the quote is empty", "give the exact words of the text")
    found = list(islice(_places(text, exact), MOST + 1))
    if not found:
        return _absent(text, exact)
    places = ", ".join(str(place) for place in found[:MOST]) + (" …" if len(found) > MOST else "")
    for key, given in (("start", start), ("end", end)):
        if given is not None and not re.fullmatch("[0-9]{1,9}", given):
            right = f"count code points from 0, here {places}, or leave it out"
            return Miss("offset", f"{key} {given!r} is not an offset", right, key)
    if start is None and end is None:
        if len(found) > 1:
            times = f"{len(found)} times" if len(found) <= MOST else f"more than {MOST} times"
            right = f"quote more words, or say which with start: {places}"
            return Miss("quote-ambiguous", f"the quote stands {times} in the text", right)
        begin = found[0]
    else:
        begin = int(start) if start is not None else int(end or 0) - len(exact)
        right = f"it begins at {places} and has {len(exact)} characters; mend the offsets or leave them out"
        if begin < 0 or not text.startswith(exact, begin):
            key, given = ("start", start) if start is not None else ("end", end)
            what = f"the quote does not {'begin' if key == 'start' else 'end'} at {given}"
            return Miss("offset", what, right, key)
        if end is not None and int(end) != begin + len(exact):
            return Miss("offset", f"the quote does not end at {end}", right, "end")
    stop = begin + len(exact)
    ends = _sentence_ends(text)
    left = ends[at - 1] if (at := bisect_right(ends, begin)) else 0
    after = ends[bisect_left(ends, stop)]
    return Span(exact, begin, stop, text[left:begin].lstrip(), text[stop:after].rstrip())


def _places(text: str, exact: str) -> Iterator[int]:
    """Where words begin, also where two places overlap."""
    at = text.find(exact)
    while at >= 0:
        yield at
        at = text.find(exact, at + 1)


@lru_cache(maxsize=4)
def _sentence_ends(text: str) -> list[int]:
    """Where sentences end, the end of the text last."""
    return [*(match.end() for match in _STOP.finditer(text) if match.end() < len(text)), len(text)]


def _absent(text: str, exact: str) -> Miss:
    """Say that words are absent or altered, with the nearest passage and the characters that differ."""
    if len(exact) > LONGEST:
        return Miss(
            "quote-absent", "the quote is not in the text", f"quote at most {LONGEST} characters to be told where"
        )
    passage = nearest_passage(text, exact)
    if passage is None:
        return Miss("quote-absent", "the quote is not in the text, nor anything near it", "quote the text's own words")
    start, end = passage
    there = text[start:end]
    differences = list(_differences(exact.split(" "), there.split(" ")))
    told = "; ".join(differences[:3]) + (f"; and {len(differences) - 3} more" if len(differences) > 3 else "")
    shown = there if len(there) <= 160 else there[:100] + " … " + there[-50:]
    shown = shown.replace("\n", "⏎")
    return Miss(
        "quote-altered", f"the quote is not in the text: {told}", f"the nearest words, at {start}, are “{shown}”"
    )


def nearest_passage(text: str, exact: str) -> tuple[int, int] | None:
    """Start and end of the run of words in `text` most like `exact`; None where under half its words are near."""
    words, folded = _folded(text)
    wanted = [fold(word) for word in exact.split()]
    if not words or not wanted:
        return None
    size, need = min(len(wanted), len(words)), Counter(wanted)
    have: Counter[str] = Counter(folded[:size])
    hits = sum((need & have).values())
    best, place = hits, 0
    for i in range(size, len(words)):
        gone, come = folded[i - size], folded[i]
        hits -= have[gone] <= need[gone]
        have[gone] -= 1
        have[come] += 1
        hits += have[come] <= need[come]
        if hits > best:
            best, place = hits, i - size + 1
    first, last = words[place], words[place + size - 1]
    ratio = SequenceMatcher(None, exact, text[first[0] : last[1]], autojunk=False).ratio()
    if best * 2 < len(wanted) and ratio < 0.6:
        return None
    # The text may have its words joined or apart where the quote has not: leave out what the window has too much.
    window = folded[place : place + size]
    codes = SequenceMatcher(None, wanted, window, autojunk=False).get_opcodes()
    first = words[place + (codes[0][4] if codes[0][0] == "insert" else 0)]
    last = words[place + (codes[-1][3] if codes[-1][0] == "insert" else size) - 1]
    # Leave out punctuation at the ends that the quote does not have.
    start, end = first[0], last[1]
    while end - 1 > start and not text[end - 1].isalnum() and not exact.endswith(text[end - 1]):
        end -= 1
    return start, end


@lru_cache(maxsize=4)
def _folded(text: str) -> tuple[list[tuple[int, int]], list[str]]:
    """The places of the words of a text, and the words without signs and accents."""
    words = [match.span() for match in re.finditer(r"\S+", text)]
    return words, [fold(text[start:end]) for start, end in words]


def fold(word: str) -> str:
    """A word without case, accents and signs."""
    bare = unicodedata.normalize("NFKD", word).casefold()
    return "".join(c for c in bare if c.isalnum())


def _differences(quoted: list[str], there: list[str]) -> Iterator[str]:
    """Word by word where a quote and the text part; a lone sign in a word is named by its Unicode name."""
    for tag, i, j, k, m in SequenceMatcher(None, quoted, there, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        old, new = " ".join(quoted[i:j]), " ".join(there[k:m])
        signs = [code for code in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"]
        parts = [(old[a:b], new[c:d]) for _, a, b, c, d in signs]
        if old and new and all(not (one + other).isalnum() for one, other in parts):
            yield from (f"{_name(one)} is {_name(other)} there" for one, other in parts)
        else:
            yield f"{_name(old)} is {_name(new)} there"


def _name(part: str) -> str:
    """Characters as people can tell them apart: `'–' (U+2013 EN DASH)`, nothing, or the text itself."""
    if not part:
        return "nothing"
    if len(part) == 1 and not part.isalnum():
        return f"'{part}' (U+{ord(part):04X} {unicodedata.name(part, 'unnamed')})".replace("\n", "⏎")
    return f"'{part}'".replace("\n", "⏎")
