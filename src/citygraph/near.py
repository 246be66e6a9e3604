"""Which known word a mistyped one may mean."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like a word, or the empty string where none is near."""
    from difflib import get_close_matches  # only where something is wrong

    return next(iter(get_close_matches(word, sorted(known), n=1, cutoff=0.6)), "")


def nearest(word: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or the empty string where nothing is near."""
    close = closest(word, known)
    return f"did you mean {close!r}?" if close else ""
