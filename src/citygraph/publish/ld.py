"""JSON-LD of a few triples under short names: an indented file that gives back exactly those triples."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from citygraph.rdf.order import NO_KIND, predicate_key, subject_key
from citygraph.rdf.quads import value_of
from citygraph.rdf.turtle import prefixes, space
from citygraph.vocabulary import TYPE, XSD


def jsonld_of(triples: Iterable[ox.Triple]) -> str:
    """Each subject once in the order of files, its values in the order of their N-Triples texts; no blank nodes."""

    def key(triple: ox.Triple) -> tuple[object, ...]:
        subject = subject_key(NO_KIND, value_of(triple.subject))
        return subject, predicate_key(triple.predicate.value), str(triple.object)

    some = sorted(set(triples), key=key)
    names = prefixes(
        {space(str(triple.predicate)) for triple in some} | {space(str(t.object)) for t in some if _type(t)}
    )
    nodes: dict[str, dict[str, Any]] = {}
    for triple in some:
        subject = value_of(triple.subject)
        node = nodes.setdefault(subject, {"@id": subject})
        if _type(triple):
            node.setdefault("@type", []).append(_short(value_of(triple.object), names))
        else:
            node.setdefault(_short(triple.predicate.value, names), []).append(_value(triple.object))
    whole = {"@context": names, "@graph": [{k: _single(v) for k, v in node.items()} for node in nodes.values()]}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _type(triple: ox.Triple) -> bool:
    return triple.predicate.value == TYPE and isinstance(triple.object, ox.NamedNode)


def _single(values: Any) -> Any:
    return values[0] if isinstance(values, list) and len(values) == 1 else values


def _short(iri: str, names: dict[str, str]) -> str:
    base = space(f"<{iri}>")[1:]
    name = next((name for name, start in names.items() if start == base), "")
    return f"{name}:{iri[len(base) :]}" if name and len(iri) > len(base) else iri


def _value(term: object) -> Any:
    if isinstance(term, ox.Literal):
        if term.language:
            return {"@value": term.value, "@language": term.language}
        datatype = term.datatype.value
        return term.value if datatype == XSD + "string" else {"@value": term.value, "@type": datatype}
    if isinstance(term, ox.NamedNode):
        return {"@id": term.value}
    raise TypeError(f"not a named node or literal: {term!r}")
