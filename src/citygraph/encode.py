"""Sheets and registry to quads: JSON-LD nodes in the sheets' own words, read by the one context.

The encoder adds what a context cannot say: claim and evidence IRIs, offsets, the bounds of dates, links to the
source, and the narrower properties that the short cuts run over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

import pyoxigraph as ox

from citygraph.evidence import Found, examine, published
from citygraph.matching import Match
from citygraph.nodes import JsonNode
from citygraph.problems import Problem
from citygraph.quotes import Span
from citygraph.registry import Registry
from citygraph.sheets import Record, Sheet
from citygraph.vocabulary import DATE_KEYS, GRAPH, ID, LANGUAGE_KEYS, SKOS, claim_iri, references, row_iri

_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_SKIP = {"id", "key", "type", "by", "quote", "context", "start", "end", "label", *DATE_KEYS}
#: Keys of a fact that name an actor.
ENDS = (
    *("member", "network", "party", "asked-by", "coordinator", "founder", "participant", "at-event-of", "part"),
    *("whole", "backer", "liaison", "city", "twin", "successor", "assists", "decided-by"),
)
#: Dates of what has happened when a source tells it.
PAST = ("joined", "decided", "founded", "since")
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]+)?")
_LINKS = {"url", "licence", "wikidata"}

#: Key and number of a row, the things that it names and the facts that it states.
TableRow = tuple[str, int, list[Record], list[Record]]


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
    source = _plain(sheet.source, registry, encoded)
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
        encoded.nodes.append({"id": ID + key, "type": entry.type, **_plain(entry, registry, encoded)})
        encoded.places[ID + key] = (entry, "")
    return encoded


def encode_table(
    source: Record,
    codes: list[str],
    rows: Sequence[TableRow],
    registry: Registry,
    matches: Mapping[str, Match],
    normal: Callable[[str], str],
) -> Encoded:
    """A table with the things and claims of its rows, given as key, number, things and facts of each.

    `codes` are the columns that hold the table's codes of what it lists, `normal` gives names the form for comparing.
    A thing that the registry or an earlier table has already is not stated again; one that was matched with one
    becomes an entry that refers to it, and what the row says is said of that thing.
    """
    encoded = Encoded(GRAPH + source.name)
    sheet = Sheet(source.file, source, [])
    said = _plain(source, registry, encoded) | ({"code-column": codes} if codes else {})
    encoded.nodes.append({"id": ID + source.name, "type": "Source", **said})
    encoded.places[ID + source.name] = (source, "")
    stated = chosen(rows)
    new = {name for name in stated if name not in registry.entries and name not in registry.rows}
    registry.rows |= {name: stated[name] for name in new}
    here = Counter((thing.get("lat"), thing.get("long")) for name, thing in stated.items() if name in new)
    near = Counter(map(_cell, (stated[name] for name in new)))
    for key, number, things, facts in rows:
        row = row_iri(source.name, key)
        node: JsonNode = {"id": row, "type": "Row", "from": ID + source.name, "row-number": str(number), "row-key": key}
        words = sorted({text for fact in facts for text in fact.all("quote")})
        encoded.nodes.append(node | ({"exact": words} if words else {}))
        encoded.places[row] = (Record(things[0].file if things else source.file, number, 1, key), "")
        for thing in things:
            if thing.name in new and stated[thing.name] is thing:
                listed = _listed(thing, row, matches.get(thing.name), normal, registry, encoded)
                shared = here[thing.get("lat"), thing.get("long")]
                if degrees := _degrees(thing):
                    listed |= degrees | {"entries-near": str(near[_cell(thing)])}
                encoded.nodes.append(listed | ({"entries-here": str(shared)} if "lat" in listed and shared > 1 else {}))
                encoded.nodes += _linked(thing, matches.get(thing.name), registry)
                encoded.places[ID + thing.name] = (thing, "")
        for fact in facts:
            found = examine(sheet, fact)
            found.row = row
            encoded.problems += found.problems
            encoded.nodes += _claim(sheet, fact, found, registry, encoded)
    return encoded


def chosen(rows: Sequence[TableRow]) -> dict[str, Record]:
    """For each thing the record that tells most of it, whatever the order of the rows: that of its own row, not of one
    that names it in passing."""
    best: dict[str, tuple[tuple[int, str], Record]] = {}
    for key, _, things, _ in rows:
        for thing in things:
            rank = (-len(thing.fields), key)
            if thing.name not in best or rank < best[thing.name][0]:
                best[thing.name] = rank, thing
    return {name: thing for name, (_, thing) in best.items()}


def _listed(
    thing: Record,
    row: str,
    match: Match | None,
    normal: Callable[[str], str],
    registry: Registry,
    encoded: Encoded,
) -> JsonNode:
    """A thing as a row lists it, or the entry that refers to what it was matched with."""
    node = {"id": ID + thing.name, "type": thing.type, "listed-in": row, **_plain(thing, registry, encoded)}
    if label := thing.get("label"):
        node |= {SKOS + "prefLabel": label, "compared-name": normal(label)}
    if match is not None and match.verdict == "certain":
        return node | {"type": "Entry", "refers-to": ID + registry.canonical(match.same), "note": match.why}
    return node | ({"from": encoded.graph.replace(GRAPH, ID)} if "lat" in node else {})


def _degrees(thing: Record) -> JsonNode:
    """Where a thing lies, to the whole degree; empty where that is not told."""
    lat, long = thing.get("lat") or "", thing.get("long") or ""
    if not (_DEGREES.fullmatch(lat) and _DEGREES.fullmatch(long)):
        return {}
    return {"degrees-north": str(round(float(lat))), "degrees-east": str(round(float(long)))}


def _cell(thing: Record) -> tuple[str, ...]:
    return (thing.get("country") or "", *_degrees(thing).values())


def _linked(thing: Record, match: Match | None, registry: Registry) -> Iterable[JsonNode]:
    """What a row says of the place of a thing that was known already."""
    region = thing.get("region") or ""
    placed = registry.entries.get(region) or registry.rows.get(region)
    if match is not None and match.verdict == "certain" and placed and placed.type == "Place":
        yield {"id": ID + registry.canonical(match.same), "region": ID + region}


def encode_themes(triples: Iterable[ox.Triple]) -> Iterable[ox.Quad]:
    """The concept schemes of ontology/themes.ttl, in a graph of their own."""
    graph = ox.NamedNode(GRAPH + "themes")
    return (ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples)


def _plain(record: Record, registry: Registry, encoded: Encoded) -> JsonNode:
    """The fields whose mapping is the context alone; names of things become IRIs, links are checked."""
    node: JsonNode = {}
    for key, entry in record.fields.items():
        if key in _SKIP:
            continue
        if key in LANGUAGE_KEYS:
            node[key] = {value.language: value.text for value in entry.values}
            continue
        texts = []
        for value in entry.values:
            text = value.text
            if key in _LINKS:
                if not _address(text):
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


def _address(text: str) -> bool:
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
    claim |= _plain(fact, registry, encoded)
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
            date["edtf"] = text
            date |= {"earliest": bounds.earliest.isoformat()} if bounds.earliest else {}
            latest = bounds.latest
            if key in PAST and latest and told and told.latest and bounds.earliest and bounds.earliest <= told.latest:
                latest = min(latest, told.latest)  # what a source tells as past was so by its publication
            date |= {"latest": latest.isoformat()} if latest else {}
        if found.wording.get(key):
            date["wording"] = found.wording[key]
        claim[key] = part(key, key, date)
    if found.quote is not None:
        claim["evidence"] = part("quote", "quote", _quote(found.quote, claim["source"]))
    elif found.row:
        claim |= {"evidence": found.row, "column": list(fact.columns)}
    elif sheet.text is None:
        claim["evidence"] = part("reference", "id", {"type": "Reference", "from": claim["source"]})
    names = ["context"] if len(found.contexts) == 1 else [f"context{n}" for n in range(1, len(found.contexts) + 1)]
    if names:
        made = [
            part(name, "context", _quote(span, claim["source"]))
            for name, span in zip(names, found.contexts, strict=True)
        ]
        claim["context"] = made[0] if len(made) == 1 else made
    claim |= _narrowed(fact, claim)
    return [claim, *parts]


def _quote(span: Span, source: str) -> JsonNode:
    node: JsonNode = {
        "type": "Quote",
        "from": source,
        "exact": span.exact,
        "start": str(span.start),
        "end": str(span.end),
    }
    return node | {key: text for key, text in (("prefix", span.prefix), ("suffix", span.suffix)) if text}


def _narrowed(fact: Record, claim: JsonNode) -> JsonNode:
    """The narrower properties of a claim that is neither ended nor on hold (OWL cannot say "not").

    `until`, `left` and a closed `period` end it; only an explicit claim gets the property that short cuts run over.
    """
    period = fact.get("period")
    ended = {"left", "until"} & fact.fields.keys() or (period is not None and not period.endswith("/.."))
    if ended or fact.get("status") == "on hold":
        return {}
    explicit = claim["reading"] == "explicit"
    made: JsonNode = {}
    # Who assists a member in a network does not coordinate the network.
    if "network" in claim and fact.type in ("Membership", "Coordination") and explicit and "assists" not in claim:
        made["active-network"] = claim["network"]
    if "network" in claim and fact.type == "Membership" and claim["reading"] == "implicit":
        made["presumed-network"] = claim["network"]
    if "whole" in claim and explicit:
        made["active-whole"] = claim["whole"]
    if "twin" in claim and explicit:
        made["active-twin"] = claim["twin"]
    return made
