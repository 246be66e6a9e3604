"""Where each page stands: from IRIs to paths within a site, and from one path to another.

A path is relative to the root of the site, with `/` between its parts and without a language; the pages of a language
but English stand in a folder of its name. No path leads out of the site, whatever an IRI is.
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import quote

from citygraph.vocabulary import CG, CLAIM, ID, LANGUAGES

#: Keys that are file names as they are on any system: the others get a name that tells them apart without case.
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,118}[a-z0-9])?")
#: Names that are devices on Windows, whatever follows a dot.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")
_ROW = ID + "row/"
#: What an address may hold as it is.
SAFE = "/:@!$&'()*+,;=~-._"


def file_name(key: str) -> str:
    """The name of a key's files without an ending: the key itself, or the beginning of it and a digest."""
    if _PLAIN.fullmatch(key) and not _DEVICES.fullmatch(key) and not key.endswith(".html"):  # a folder named as a page
        return key
    start = re.sub(r"[^a-z0-9]+", "-", key[:200].lower()).strip("-")[:60].strip("-")
    return f"{start or 'x'}~{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def key_of(iri: str) -> str:
    """The key of a thing that has a page of its own; empty for claims, rows and everything else."""
    if iri.startswith(ID) and len(iri) > len(ID) and not iri.startswith((CLAIM, _ROW)):
        return iri[len(ID) :]
    return ""


def page(iri: str, number: int = 1) -> str:
    """The page of a thing, or one of the further pages of a thing of which much is told; empty where it has none."""
    key = key_of(iri)
    return f"page/{file_name(key)}{f'/{number}' if number > 1 else ''}.html" if key else ""


def data(iri: str, ending: str) -> str:
    """A file of what the graph tells of a thing: `ending` is ttl or jsonld."""
    return f"data/{file_name(key_of(iri))}.{ending}"


def part(iri: str) -> str:
    """The page of a claim or a table's row, which leads to where it is told; empty for anything else."""
    for start, folder in ((CLAIM, "claim"), (_ROW, "row")):
        if iri.startswith(start):
            source, _, fact = iri[len(start) :].partition("/")
            if source and fact:
                return f"page/{folder}/{file_name(source)}/{file_name(fact)}.html"
    return ""


def anchor(iri: str) -> str:
    """The id of the element that tells a claim or row on a page."""
    return iri.removeprefix(CLAIM).removeprefix(ID)


def term(iri: str) -> str:
    """The place of one of the ontology's terms; empty for an IRI that is none."""
    return f"ontology.html#{quote(iri[len(CG) :], safe='')}" if iri.startswith(CG) else ""


def fragment(iri: str) -> str:
    """`#` and the id of a claim or row as an address has it."""
    return "#" + quote(anchor(iri), safe=SAFE)


def localized(path: str, language: str) -> str:
    """The path of a page in a language."""
    return path if language == LANGUAGES[0] else f"{language}/{path}"


def root(path: str) -> str:
    """What leads from a page to the root of its site: `../` as often as it takes, or nothing."""
    return "../" * path.count("/")


def split(path: str) -> tuple[str, str]:
    """The language of a path and the path without it."""
    first, slash, rest = path.partition("/")
    return (first, rest) if slash and first in LANGUAGES[1:] else (LANGUAGES[0], path)
