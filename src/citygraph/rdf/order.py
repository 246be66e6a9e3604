"""The one order of every file, told for one term at a time."""

from __future__ import annotations

from functools import cache

from citygraph.sheets import CLAIM_TYPES
from citygraph.vocabulary import CLAIM, TYPE, context, key_of_term

#: Kinds of subjects in the order in which files list them.
KINDS = ["Source", "City", "Network", "Organisation", "Place", *CLAIM_TYPES]
#: The place of a subject of no such kind.
NO_KIND = len(KINDS)


def subject_key(kind: int, iri: str) -> str:
    """Sorts subjects by the place of their kind, by what they are a part of, by IRI.

    A claim's part follows its claim: the dot before its name counts as the smallest of characters.
    """
    part = CLAIM + iri[len(CLAIM) :].replace(".", "\0", 1) if iri.startswith(CLAIM) else iri
    return chr(kind) + part


@cache
def predicate_key(iri: str) -> tuple[bool, int, str]:
    """Sorts predicates: the type, then the keys of the context in its order, then others by IRI."""
    return iri != TYPE, _keys().get(key_of_term().get(iri, ""), len(_keys())), iri


@cache
def _keys() -> dict[str, int]:
    return {key: rank for rank, key in enumerate(context())}
