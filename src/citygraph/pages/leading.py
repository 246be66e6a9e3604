"""Where a claim or a table's row is told: the page of what it is about, and its place there."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from citygraph.pages import paths
from citygraph.pages.claims import about, claim
from citygraph.pages.reader import Reader
from citygraph.pages.things import CLAIMS, ordered
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, ID

_SOURCE, _EVIDENCE, _LISTED = CG + "source", CG + "evidence", CG + "listedIn"


def told_at(reader: Reader, path: str) -> str:
    """The page that tells what `paths.part` gives a path, without a language and with `#` and the place; empty where
    the graph has no such claim or row."""
    folder, _, rest = path.removeprefix("page/").removesuffix(".html").partition("/")
    if folder not in ("claim", "row") or "/" not in rest:
        return ""
    iri = f"{ID}{folder}/{rest}"
    if paths.part(iri) != path:  # one of those few of which the file is not named by the key alone
        iri = next((one for one in _parts(reader, folder) if paths.part(one) == path), "")
    return (_claim if folder == "claim" else _row)(reader, iri) if iri else ""


def _parts(reader: Reader, folder: str) -> Iterator[str]:
    if folder == "claim":
        for quad in reader.store.quads_for_pattern(None, ox.NamedNode(_SOURCE), None):
            yield value_of(quad.subject)
        return
    for predicate in (_LISTED, _EVIDENCE):
        for quad in reader.store.quads_for_pattern(None, ox.NamedNode(predicate), None):
            yield value_of(quad.object)


def _claim(reader: Reader, iri: str) -> str:
    found = claim(reader, iri)
    if found is None:
        return ""
    subject = next((end.iri for end in found.ends if paths.page(end.iri)), found.source)
    listed = ordered(reader, about(reader, subject)) if subject else []
    number = listed.index(iri) // CLAIMS + 1 if iri in listed else 1
    return there + paths.fragment(iri) if (there := paths.page(subject, number)) else ""


def _row(reader: Reader, iri: str) -> str:
    """The page of what the row lists, else of what a claim of the row is about."""
    if subject := next(filter(paths.page, reader.subjects(_LISTED, iri)), ""):
        return paths.page(subject)
    claims = (one for one in reader.subjects(_EVIDENCE, iri) if one.startswith(CLAIM))
    return next(filter(None, (_claim(reader, one) for one in claims)), "")
