"""Sheets and registry to quads: JSON-LD nodes in the sheets' own words, read by the one context.

The encoder adds what a context cannot say: claim and evidence IRIs, offsets, the bounds of dates, links to the
source, and the narrower properties that the short cuts run over.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from urllib.parse import quote

import pyoxigraph as ox

from citygraph.dates import Bounds
from citygraph.evidence import Found, examine, published
from citygraph.problems import Problem
from citygraph.quotes import Span
from citygraph.rdf.nodes import JsonNode
from citygraph.registry import Registry
from citygraph.sheets import Record, Sheet
from citygraph.vocabulary import DATE_KEYS, GRAPH, ID, LANGUAGE_KEYS, claim_iri, references

_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
#: Keys of a record that no property of its node stands for.
SKIP = {"id", "key", "type", "by", "quote", "context", "start", "end", "label", *DATE_KEYS}
#: Keys of a fact that name an actor.
ENDS = (
    *("member", "network", "party", "asked-by", "coordinator", "founder", "participant", "at-event-of", "part"),
    *("whole", "backer", "liaison", "city", "twin", "successor", "assists", "decided-by"),
)
#: Dates of what has happened when a source tells it.
PAST = ("joined", "decided", "founded", "since")
#: Keys whose values are addresses.
LINKS = {"url", "licence", "wikidata"}


@dataclass
class Encoded:
    """The JSON-LD nodes of one named graph, where each node stands in the files, and the problems met."""

    graph: str
    nodes: list[JsonNode] = field(default_factory=list)
    places: dict[str, tuple[Record, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def encode_sheet(sheet: Sheet, registry: Registry) -> Encoded:
    """One source with its claims, in the named graph of the source."""
    name = sheet.source.name
    encoded = Encoded(GRAPH + name)
    source = plain(sheet.source, registry, encoded)
    encoded.nodes.append({"id": ID + name, "type": "Source", **source})
    encoded.places[ID + name] = (sheet.source, "")
    if registry.known(name):
        what = f"the id {name!r} is a key of the registry"
        encoded.problems.append(
            sheet.source.problem("id", "duplicate-id", what, "sources and things share one key space")
        )
    for fact in sheet.facts:
        found = examine(sheet, fact)
        encoded.problems += found.problems + list(_unnamed_ends(sheet, fact, found, registry))
        encoded.nodes += _claim(sheet, fact, found, registry, encoded)
    return encoded


def encode_registry(registry: Registry) -> Encoded:
    """Every registered thing, in the graph of the registry."""
    encoded = Encoded(GRAPH + "registry")
    for key, entry in sorted(registry.entries.items()):
        encoded.nodes.append({"id": ID + key, "type": entry.type, **plain(entry, registry, encoded)})
        encoded.places[ID + key] = (entry, "")
    return encoded


def encode_themes(triples: Iterable[ox.Triple]) -> Iterable[ox.Quad]:
    """The concept schemes of ontology/themes.ttl, in a graph of their own."""
    graph = ox.NamedNode(GRAPH + "themes")
    return (ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)


def plain(record: Record, registry: Registry, encoded: Encoded) -> JsonNode:
    """The fields whose mapping is the context alone; names of things become IRIs, links are checked."""
    node: JsonNode = {}
    for key, entry in record.fields.items():
        if key in SKIP:
            continue
        if key in LANGUAGE_KEYS:
            node[key] = {value.language: value.text for value in entry.values}
            continue
        texts = []
        for value in entry.values:
            text = value.text
            if key in LINKS:
                if not is_address(text):
                    what = f"{text!r} is not an address"
                    right = "write it in full, http or https, spaces as %20"
                    encoded.problems.append(record.problem_of(value, "iri", what, right))
                    continue
            elif key in references():
                if not registry.known(text):
                    encoded.problems.append(registry.unknown(record, key, value))
                text = ID + quote(registry.canonical(text), safe="")
            texts.append(text)
        if texts:
            node[key] = texts[0] if len(texts) == 1 else texts
    return node


def is_address(text: str) -> bool:
    """Whether a text is an http(s) address that a graph can hold: what is no IRI would vanish from it."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return _IRI.fullmatch(text) is not None


def _unnamed_ends(sheet: Sheet, fact: Record, found: Found, registry: Registry) -> Iterable[Problem]:
    """Warnings for the things that an explicit fact names though neither its words nor the title seem to."""
    if found.quote is None or fact.get("reading") == "implicit":
        return
    words = " ".join((*(span.exact for span in (found.quote, *found.contexts)), sheet.source.get("title") or ""))
    for key in ENDS:
        for value in fact.fields[key].values if key in fact.fields else ():
            if value.text in registry.entries and not registry.named_in(value.text, words):
                what = f"no name of {value.text!r} stands in the quote, its context or the title"
                right = "add a context that names it, or the form used there to its `forms` in data/registry"
                yield Problem(fact.file, value.line, value.column, "end-not-named", what, right, fact.name, "warning")


def _claim(sheet: Sheet, fact: Record, found: Found, registry: Registry, encoded: Encoded) -> Iterable[JsonNode]:
    iri = claim_iri(sheet.source.name, fact.name)
    encoded.places[iri] = (fact, "")
    claim: JsonNode = {"id": iri, "type": fact.type, "source": ID + sheet.source.name, "reading": "explicit"}
    claim |= plain(fact, registry, encoded)
    parts: list[JsonNode] = []

    def part(suffix: str, key: str, node: JsonNode) -> str:
        encoded.places[f"{iri}.{suffix}"] = (fact, key)
        parts.append({"id": f"{iri}.{suffix}", **node})
        return f"{iri}.{suffix}"

    told = published(sheet.source)
    for key in DATE_KEYS:
        if (text := fact.get(key)) is None:
            continue
        date: JsonNode = {"type": "Date"}
        if (bounds := found.bounds.get(key)) is not None:
            date |= {"edtf": text, **spanned(key, bounds, told)}
        if found.wording.get(key):
            date["wording"] = found.wording[key]
        claim[key] = part(key, key, date)
    if found.quote is not None:
        claim["evidence"] = part("quote", "quote", _quote(found.quote, claim["source"]))
    elif sheet.text is None:
        claim["evidence"] = part("reference", "id", {"type": "Reference", "from": claim["source"]})
    names = ["context"] if len(found.contexts) == 1 else [f"context{n}" for n in range(1, len(found.contexts) + 1)]
    if names:
        made = [
            part(name, "context", _quote(span, claim["source"]))
            for name, span in zip(names, found.contexts, strict=True)
        ]
        claim["context"] = made[0] if len(made) == 1 else made
    ended = bool({"left", "until"} & fact.fields.keys())
    of = narrowed(fact.type, claim, ended, fact.get("period"), fact.get("status"), claim["reading"])
    claim |= {key: claim[end] for key, end in of.items()}
    return [claim, *parts]


def spanned(key: str, bounds: Bounds, told: Bounds | None) -> dict[str, str]:
    """The first and last day of a date, as far as they are told; what a source tells as past was so by its publication
    (`told`)."""
    earliest, latest = bounds.earliest, bounds.latest
    if key in PAST and latest and told and told.latest and earliest and earliest <= told.latest:
        latest = min(latest, told.latest)
    days = (("earliest", earliest), ("latest", latest))
    return {name: day.isoformat() for name, day in days if day}


def _quote(span: Span, source: str) -> JsonNode:
    node: JsonNode = {
        "type": "Quote",
        "from": source,
        "exact": span.exact,
        "start": str(span.start),
        "end": str(span.end),
    }
    return node | {key: text for key, text in (("prefix", span.prefix), ("suffix", span.suffix)) if text}


def narrowed(
    type_: str, keys: Container[str], ended: bool, period: str | None, status: str | None, reading: str
) -> dict[str, str]:
    """The narrower properties of a claim that is neither ended nor on hold (OWL cannot say "not"), and for each the
    key of the claim that has its values.

    `until`, `left` and a closed `period` end it; only an explicit claim gets the property that short cuts run over.
    """
    if ended or (period is not None and not period.endswith("/..")) or status == "on hold":
        return {}
    explicit = reading == "explicit"
    made: dict[str, str] = {}
    # Who assists a member in a network does not coordinate the network.
    if "network" in keys and type_ in ("Membership", "Coordination") and explicit and "assists" not in keys:
        made["active-network"] = "network"
    if "network" in keys and type_ == "Membership" and reading == "implicit":
        made["presumed-network"] = "network"
    if "whole" in keys and explicit:
        made["active-whole"] = "whole"
    if "twin" in keys and explicit:
        made["active-twin"] = "twin"
    return made
