"""Names in alphabetical order without a locale of the system's, and the names of countries."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

#: What can be the code of a country.
CODE = re.compile("[A-Z]{2}")
#: Letters that do not come apart into a plain one and an accent, as lists of names place them.
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
#: In Finnish and Swedish three letters, and those of other languages that are filed with them, stand after z.
_PLACED = str.maketrans({"å": "{", "ä": "|", "æ": "|", "ö": "}", "ø": "}"})


def order(text: str, language: str = "en") -> tuple[str, str]:
    """The key by which a name is put in order: accents and case do not count, signs before letters do not either."""
    small = unicodedata.normalize("NFC", text.casefold()).lstrip(" \"'’‘“”«»([.-–—")
    if language in ("fi", "sv"):
        small = small.replace("ü", "y").translate(_PLACED)
    return folded(small), text


def folded(text: str) -> str:
    """Text in small letters without accents."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def initial(text: str, language: str = "en") -> str:
    """The letter under which a name stands in a list; `#` for what begins with none."""
    first = order(text, language)[0][:1]
    return {"{": "Å", "|": "Ä", "}": "Ö"}.get(first, first.upper() if first.isalpha() else "#")


def country(code: str, language: str) -> str:
    """The name of a country by its ISO 3166-1 alpha-2 code; the code where the list has none."""
    found = _countries().get(code)
    return found[("en", "fi", "sv").index(language)] if found else code


@cache
def _countries() -> dict[str, list[str]]:
    lines = Path(__file__).with_name("countries.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {code: names for code, *names in rows}
