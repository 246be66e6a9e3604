"""Keys that the new graph declares to lead elsewhere: what differs between two graphs only by their new names."""

from __future__ import annotations

from collections.abc import Mapping

from citygraph.changes.compare import Delta
from citygraph.declared import last
from citygraph.owl.reason import INFERRED
from citygraph.vocabulary import DCTERMS, GRAPH, ID, owner

REPLACED = DCTERMS + "isReplacedBy"
_PREDICATE = f"<{REPLACED}>".encode()
_DECLARED = b"> " + _PREDICATE + b" <"
_INFERRED = f" <{INFERRED}> .\n".encode()

#: For each predicate the lines that only the old graph has, and those that only the new one has.
Inferred = dict[str, tuple[list[bytes], list[bytes]]]


def heirs_of(found: Delta) -> dict[str, str]:
    """Where keys lead at last that the new graph newly declares to lead elsewhere; with a source, its graph."""
    new = dict(map(_pair, filter(_declares, found.added)))
    if not new:
        return {}
    following = dict(map(_pair, filter(_declares, found.common()))) | new
    heirs = {iri: last(iri, following) for iri in new}
    graphs = {GRAPH + iri[len(ID) :]: GRAPH + heir[len(ID) :] for iri, heir in heirs.items() if iri.startswith(ID)}
    return heirs | graphs


def heir(iri: str, heirs: Mapping[str, str]) -> str:
    """What an IRI is now: itself where it leads nowhere; a part of a claim goes with the claim."""
    whole = owner(iri)
    return heirs.get(whole, whole) + iri[len(whole) :]


def differing(inferred: Inferred, heirs: Mapping[str, str], found: Delta) -> Inferred:
    """Inferred lines without those that are the same once keys are followed."""
    if not heirs:
        return inferred
    now = {line: after for gone, _ in inferred.values() for line in gone if (after := _after(line, heirs)) != line}
    same = set(now.values())
    kept = same & {line for _, added in inferred.values() for line in added}
    if same - kept:  # merged with something of which as much was known
        kept |= same.intersection(found.common())
    rest = {
        predicate: ([line for line in gone if now.get(line) not in kept], [line for line in added if line not in kept])
        for predicate, (gone, added) in inferred.items()
    }
    return {predicate: sides for predicate, sides in rest.items() if any(sides)}


def _after(line: bytes, heirs: Mapping[str, str]) -> bytes:
    """A line with its subject and object as they are called now."""
    s, p, rest = line.decode().split(" ", 2)
    o, space, end = rest.rpartition(f" <{INFERRED}>")
    if o[:1] == "<":
        o = f"<{heir(o[1:-1], heirs)}>"
    return f"<{heir(s[1:-1], heirs)}> {p} {o}{space}{end}".encode()


def _declares(line: bytes) -> bool:
    return _DECLARED in line and line.split(b" ", 2)[1] == _PREDICATE and not line.endswith(_INFERRED)


def _pair(line: bytes) -> tuple[str, str]:
    s, _, o = line.split(b" ", 3)[:3]
    return s[1:-1].decode(), o[1:-1].decode()
