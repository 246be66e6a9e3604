"""JSON-LD in the words of the sheets, by the one context."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

import pyoxigraph as ox

from citygraph.order import Object, Ordered
from citygraph.quads import value_of
from citygraph.vocabulary import ID, SKOS, TYPE, XSD, context, key_of_term, references

_REFERENCE = "@id"  # what kind of value an IRI is; a text in a language is "@en", any other literal its datatype
_json = json.JSONEncoder(ensure_ascii=False).encode


def jsonld(quads: Ordered) -> Iterator[str]:
    """The one context, then each named graph with its nodes, a line a node."""
    subjects, predicates = ([value_of(term) for term in terms] for terms in (quads.subjects, quads.predicates))
    values = [(value_of(term), _sort(term)) for term in quads.objects]
    yield '{\n"@context": ' + _json(context()) + ',\n"@graph": ['
    comma = "\n"
    for graph, nodes in groupby(quads.nodes(), key=itemgetter(0)):
        yield comma + _json({"id": value_of(quads.graphs[graph])})[:-1] + ', "@graph": ['
        comma = "\n"
        for _, subject, said in nodes:
            node: dict[str, Any] = {"id": _local(subjects[subject])}
            for predicate, members in groupby(said, key=itemgetter(0)):
                name, value = _entry(predicates[predicate], [values[at] for _, at in members])
                node[name] = value
            yield comma + _json(node)
            comma = ",\n"
        yield "\n]}"
    yield "\n]}\n"


def _sort(term: Object) -> str:
    """What kind of value a term is; raises TypeError for a blank node."""
    if isinstance(term, ox.NamedNode):
        return _REFERENCE
    if isinstance(term, ox.Literal):
        return f"@{term.language}" if term.language else term.datatype.value
    raise TypeError(f"exported data holds no {term!r}")


def _entry(predicate: str, values: Sequence[tuple[str, str]]) -> tuple[str, Any]:
    """The name and value under which a node says that a predicate has values, given with their kinds."""
    if predicate == TYPE:
        return "type", _one([key_of_term().get(value, value) for value, _ in values])
    key = key_of_term().get(predicate)
    if key is None or not all(_fits(key, sort) for _, sort in values):
        return predicate, _one([_expanded(value, sort) for value, sort in values])
    if predicate == SKOS + "prefLabel":
        by_language: dict[str, list[str]] = {}
        for value, sort in values:
            by_language.setdefault(sort[1:], []).append(value)
        return key, {language: _one(names) for language, names in by_language.items()}
    return key, _one([_local(value) if key in references() else value for value, _ in values])


@cache
def _fits(key: str, sort: str) -> bool:
    """Whether the context gives a plain JSON string under `key` back as a value of this kind."""
    if key in references() or sort == _REFERENCE:
        return key in references() and sort == _REFERENCE
    term = context()[key]
    if isinstance(term, str):
        return sort == XSD + "string"
    if term.get("@container") == "@language":
        return sort.startswith("@")
    if term.get("@language"):
        return sort == f"@{term['@language']}"
    return sort == str(term.get("@type", "xsd:string")).replace("xsd:", XSD)


def _expanded(value: str, sort: str) -> dict[str, str]:
    if sort == _REFERENCE:
        return {"@id": value}
    if sort.startswith("@"):
        return {"@value": value, "@language": sort[1:]}
    return {"@value": value, "@type": sort}


def _local(iri: str) -> str:
    """An IRI as the context's @base gives it back."""
    return iri[len(ID) :] if iri.startswith(ID) and len(iri) > len(ID) else iri


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
