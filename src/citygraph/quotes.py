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

# A sentence ends at . ! ? before white space and a capital, digit or quotation mark, and at a line's end. A full
# stop after a single letter (an initial) or a number does not end one; nor does one before a small letter ("mm.").
_STOP = re.compile(r"(?<=[^\W\d_]{2})[.!?][)”\"]?(?=\s+[^\W_a-zåäö]|\s+[“”\"(])|\n+|(?<=[)%\d])[.!?](?=\s+[A-ZÅÄÖ])")


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
    """Why words could not be found in their place: a code, what is wrong, what would be right."""

    code: str
    what: str
    right: str


def locate(text: str, exact: str, start: str | None = None, end: str | None = None) -> Span | Miss:
    """The span of `exact` in `text`, at `start` to `end` where these are given, else where it stands once."""
    found = [match.start() for match in re.finditer(f"(?={re.escape(exact)})", text)] if exact else []
    if not exact:
        return Miss("quote-empty", "the quote is empty", "give the exact words of the text")
    for name, given in (("start", start), ("end", end)):
        if (given is not None and not given.isascii()) or (given is not None and not given.isdigit()):
            return Miss(
                "offset", f"{name} {given!r} is not a whole number", "count code points from 0, or leave it out"
            )
    if not found:
        return _absent(text, exact)
    places = ", ".join(str(place) for place in found[:5])
    if start is None and end is None:
        if len(found) > 1:
            right = f"quote more words, or say which with start: {places}"
            return Miss("quote-ambiguous", f"the quote stands {len(found)} times in the text", right)
        begin = found[0]
    else:
        begin = int(start) if start is not None else int(end or 0) - len(exact)
        if begin not in found or (end is not None and int(end) != begin + len(exact)):
            given = f"{start if start is not None else '?'} to {end if end is not None else '?'}"
            right = f"it begins at {places} and has {len(exact)} characters; mend the offsets or leave them out"
            return Miss("offset", f"the quote does not stand at {given}", right)
    stop = begin + len(exact)
    ends = _sentence_ends(text)
    left = ends[at - 1] if (at := bisect_right(ends, begin)) else 0
    after = ends[bisect_left(ends, stop)]
    return Span(exact, begin, stop, text[left:begin].lstrip(), text[stop:after].rstrip())


@lru_cache(maxsize=4)
def _sentence_ends(text: str) -> list[int]:
    """Where sentences end, the end of the text last."""
    return [*(match.end() for match in _STOP.finditer(text) if match.end() < len(text)), len(text)]


def _absent(text: str, exact: str) -> Miss:
    """Say that words are absent or altered, with the nearest passage and the characters that differ."""
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
    words = [match.span() for match in re.finditer(r"\S+", text)]
    wanted = [_fold(word) for word in exact.split()]
    if not words or not wanted:
        return None
    folded = [_fold(text[start:end]) for start, end in words]
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
    ratio = SequenceMatcher(None, exact, text[first[0] : last[1]], autojunk=False).ratio() if size < 400 else 1.0
    if best * 2 < len(wanted) and ratio < 0.6:
        return None
    # Leave out punctuation at the ends that the quote does not have.
    start, end = first[0], last[1]
    while end - 1 > start and not text[end - 1].isalnum() and not exact.endswith(text[end - 1]):
        end -= 1
    return start, end


def _fold(word: str) -> str:
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
