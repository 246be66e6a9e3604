"""Small readings of pyoxigraph terms."""

from __future__ import annotations

import pyoxigraph as ox

_NAMED = (ox.NamedNode, ox.Literal, ox.BlankNode)


def value_of(term: object) -> str:
    """The IRI, label or lexical value of a term, empty for the default graph; raises TypeError with its repr else."""
    if isinstance(term, _NAMED):
        return term.value
    if isinstance(term, ox.DefaultGraph):
        return ""
    raise TypeError(f"not a term of RDF 1.1: {term!r}")
