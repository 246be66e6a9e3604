"""Names as they are compared: letters folded, words that only say "municipality" dropped, endings of cases undone.

The rules are data (data/matching/rules.yaml); nothing here knows a language or a place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

_SPLIT = re.compile(r"\s+/\s+|/|\s+[-–—]\s+")
_WORD = re.compile(r"\w+")
_BRACKETS = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True)
class NameRules:
    """Words that do not tell one municipality from another, letters to fold, and endings to undo by country."""

    generic: frozenset[str] = frozenset()
    letters: Mapping[str, str] = field(default_factory=dict)
    endings: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    @cached_property
    def _folds(self) -> dict[int, str]:
        return {ord(sign): text for sign, text in self.letters.items() if len(sign) == 1}

    def normal(self, name: str) -> str:
        """A name in the one form in which names are compared; never empty unless the name has no letter."""
        folded = name.casefold().translate(self._folds)
        if not folded.isascii():
            folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
        words = _WORD.findall(folded)
        kept = [word for word in words if word not in self.generic]
        return " ".join(kept or words)

    def variants(self, name: str) -> set[str]:
        """The normal forms of a name that may hold several: `Bozen / Bolzano`. What stands in brackets is no name: it
        is more often the province."""
        bare = _BRACKETS.sub(" ", name) if "(" in name else name
        parts = {name, bare, *_SPLIT.split(bare)}
        return {normal for part in parts if (normal := self.normal(part))}

    def undone(self, normal: str, country: str) -> Iterator[str]:
        """What a name may have been before its ending: `lahden` gives `lahti`."""
        for ending, base in self.endings.get(country, ()):
            if ending and normal.endswith(ending) and len(normal) > len(ending) + 1:
                yield normal[: len(normal) - len(ending)] + base
