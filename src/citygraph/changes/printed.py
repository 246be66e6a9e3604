"""What changed, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from citygraph.changes.claims import Changes, Item, State, changes
from citygraph.changes.compare import LINE, delta, opened
from citygraph.changes.fields import Field, Names, Value, fields_between
from citygraph.vocabulary import CG, shorten

#: As many of a kind and source are listed one by one; more are summed up.
MOST = 20
#: What is told in full, since the other release does not have it.
_WHOLE = ("added", "withdrawn", "gone")
#: Signs of two values that stand in one line.
_WIDE = 80
#: Sources that a summary names.
_NAMED = 5
#: Follows from other fields, or serves the checks: told only where nothing else is.
_MADE = {
    *("active-network", "presumed-network", "active-whole", "active-twin"),
    *(
        "compared-name",
        "entries-here",
        "entries-near",
        "degrees-north",
        "degrees-east",
        "column",
        "source",
        "type",
        "deprecated",
        "owl:deprecated",
    ),
}
#: Of a part: follows from what it says, or is told where that is the same.
_WITHIN = {"earliest", "latest", "start", "end", "prefix", "suffix", "from", "row-number"}


def summary(old: Path, new: Path) -> str:
    """What changed between two releases, in one or two sentences."""
    return brief(changes(delta(opened(old), opened(new))))


def brief(found: Changes) -> str:
    """One or two sentences: how many claims, things and inferences, and which sources are new or gone."""
    told = [_counted(found.count(claims=True), "claim"), _counted(found.count(claims=False), "thing")]
    sides = [sum(len(lines[side]) for lines in found.inferred.values()) for side in (1, 0)]
    counts = [f"{n:,} {word}" for n, word in zip(sides, ("added", "gone"), strict=True) if n]
    told.append(f"inferred triples: {', '.join(counts)}" if counts else "")
    said = "; ".join(part for part in told if part)
    if not said:
        return "No change."
    sentences = [f"{said}."]
    for state in ("added", "gone"):
        some = [item for item in found.items if item.state == state and item.type == CG + "Source"]
        named = [found.names.label(item.iri) or shorten(item.iri) for item in some[:_NAMED]]
        more = f" and {len(some) - _NAMED:,} more" if len(some) > _NAMED else ""
        sentences += [f"Sources {state}: {'; '.join(named)}{more}."] if some else []
    return " ".join(sentences)


def _counted(count: dict[State, int], kind: str) -> str:
    """`3 claims added, 1 gone`; `1 thing changed`."""
    told = [(state, count[state]) for state in ("added", "gone", "changed", "renamed", "merged", "withdrawn", "moved")]
    told = [(state, number) for state, number in told if number]
    words = [f"{number:,} {state}" for state, number in told]
    if words:
        state, number = told[0]
        words[0] = f"{number:,} {kind}{'' if number == 1 else 's'} {state}"
    return ", ".join(words)


def text(found: Changes, every: bool = False) -> Iterator[str]:
    """What changed, by source; with `every`, also where it is much of one kind, one by one."""
    yield brief(found) + "\n"
    summed, reasons = False, found.reasons()
    told = (item for item in found.items if item.state != "follows")
    for source, group in groupby(told, key=lambda item: item.source):
        cited = "" if ", " in source else found.names.citation(source)
        where = ("" if source[:1].strip(",") else "the default graph") + source
        yield f"\n{_line(cited or where)}\n"
        about = list(group)
        if any(item.claim and item.state == "gone" for item in about):
            yield from (f"  reason    {_line(reason)}\n" for reason in reasons.get(source, ()))
        for (state, kind), some in groupby(about, key=lambda item: (item.state, item.type)):
            items = list(some)
            if every or len(items) <= MOST:
                for item in items:
                    yield from _told(item, found.names)
            else:
                summed = True
                name = shorten(kind).removeprefix("cg:")
                yield f"  {state:9} {len(items):,} {name}{_fields_of(items, found.names)}\n"
    if found.inferred:
        yield "\nInferred\n"
        for predicate, (gone, added) in found.inferred.items():
            counts = [f"{len(lines):,} {word}" for lines, word in ((added, "added"), (gone, "gone")) if lines]
            yield f"  {shorten(predicate).removeprefix('cg:')}: {', '.join(counts)}\n"
    if summed:
        yield f"\n(more than {MOST} of a kind are summed up; --all lists each)\n"


def _fields_of(items: Sequence[Item], names: Names) -> str:
    """Of many that changed, which fields did, and how often."""
    if items[0].state not in ("changed", "moved"):
        return ""
    counts = Counter(name for item in items for name in {field.name for field in _worth(item, item.beyond(names))})
    return ": " + ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items(), key=lambda c: (-c[1], c[0])))


def _told(item: Item, names: Names) -> Iterator[str]:
    """One claim or thing: a line that says which, then a line a field."""
    kind, name = shorten(item.type).removeprefix("cg:") or "thing", names.label(item.iri)
    line = f"  {item.state:9} {kind} {shorten(item.iri)}"
    if name:
        line += f" “{_line(name)}”"
    if item.into:
        verb = "is now" if item.state == "renamed" else "is replaced by"
        line += f" {verb} " + ", ".join(_named(iri, names) for iri in item.into)
    elif item.claim and item.state in ("changed", "moved") and (ends := _ends(item, names)):
        line += f" ({ends})"
    yield line + "\n"
    if item.state == "merged":
        return
    several, fields = ", " in item.source, _worth(item, item.beyond(names))
    for part, some in groupby((field for field in fields if field.moved), key=lambda field: field.part):
        yield f"             {part}: moved from {' to '.join(_moved(list(some)))}\n"
    for field in fields:
        if field.moved:
            continue
        where = f" ({field.graph.rpartition('/')[2] or 'default graph'})" if several else ""
        yield from _values(f"             {field.name}{where}:", field, item.state)


def _named(iri: str, names: Names) -> str:
    label = names.label(iri)
    return f"{shorten(iri)} “{_line(label)}”" if label else shorten(iri)


def _ends(item: Item, names: Names) -> str:
    """What a claim that goes on is about: the things that it named and still names."""
    kept = fields_between(item.iri, [], item.quads()[2], names)
    told = [(field.key, value.label) for field in kept for value in field.added if not field.part and value.label]
    return "; ".join(f"{key} {_line(label)}" for key, label in told if key not in _MADE)


def _worth(item: Item, fields: Sequence[Field]) -> Sequence[Field]:
    """The fields that people need: not what follows from another that is told."""
    mains = {field.part for field in fields if field.main}
    whole = item.state in _WHOLE
    kept = [
        field
        for field in fields
        if not (not field.part and field.key in _MADE)
        and not (field.part and not field.main and field.part in mains and (whole or field.key in _WITHIN))
        and not (whole and field.key == "reading" and (field.gone or field.added)[0].text == "explicit")
    ]
    return kept or ([] if whole else fields)


def _moved(fields: Sequence[Field]) -> tuple[str, str]:
    """Where a part stood and where it stands now: `577-638`, `586-647`, or the numbers of rows."""
    sides = ([field.gone for field in fields], [field.added for field in fields])
    old, new = ("-".join(sorted((v.text for values in side for v in values), key=int)) for side in sides)
    return old, new


def _values(name: str, field: Field, state: State) -> Iterator[str]:
    """The values of a field behind its name; where they are long, what was and what is in a line each."""
    gone, added = ("; ".join(_value(v, field) for v in values) for values in (field.gone, field.added))
    if state in _WHOLE:
        yield f"{name} {gone or added}\n"
    elif not (gone and added):
        yield f"{name} {'added' if added else 'gone'}: {added or gone}\n"
    elif len(gone) + len(added) <= _WIDE:
        yield f"{name} {gone} → {added}\n"
    else:
        yield f"{name} {gone}\n"
        yield f"{'→ '.rjust(len(name) + 1)}{added}\n"


def _value(value: Value, field: Field) -> str:
    if not value.iri:
        return f"»{_line(value.text)}«" if field.main and field.key == "exact" else _line(value.text)
    if not value.label:
        return shorten(value.text)
    twice = sum(v.label == value.label for v in (*field.gone, *field.added)) > 1
    return _line(value.label) + (f" ({shorten(value.text)})" if twice else "")


def _line(words: str) -> str:
    """Text in one line, without a sign that a terminal obeys."""
    return "".join(sign if sign.isprintable() else " " for sign in words)


def to_json(found: Changes) -> Iterator[str]:
    """All of it as JSON, item by item: there may be a hundred thousand."""
    head = {
        "same": not (found.removed or found.added),
        "summary": brief(found),
        "quads": {"added": found.added, "gone": found.removed},
        "claims": found.count(claims=True),
        "things": found.count(claims=False),
    }
    yield "{\n" + "".join(f" {json.dumps(key)}: {_dumped(value)},\n" for key, value in head.items())
    yield ' "changes": ['
    for number, item in enumerate(found.items):
        yield ("," if number else "") + "\n  " + _dumped(_record(item, found.names))
    yield '],\n "inferred": ['
    for number, (predicate, (gone, added)) in enumerate(found.inferred.items()):
        record = {"predicate": predicate, "added": _triples(added), "gone": _triples(gone)}
        yield ("," if number else "") + "\n  " + _dumped(record)
    yield "]\n}\n"


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _record(item: Item, names: Names) -> dict[str, Any]:
    record = {
        "change": item.state,
        "about": "claim" if item.claim else "thing",
        "type": item.type,
        "iri": item.iri,
        "name": names.label(item.iri),
        "into": list(item.into),
        "source": item.source,
        "citation": "" if ", " in item.source else names.citation(item.source),
        "fields": [
            {"field": f.name, "graph": f.graph, "from": _plain(f.gone), "to": _plain(f.added)}
            for f in item.fields(names)
        ],
    }
    return {key: value for key, value in record.items() if value or key == "fields"}


def _plain(values: Sequence[Value]) -> list[dict[str, str]]:
    """The values as objects: `value` or `iri`, and what there is of label, language and datatype."""
    rows = []
    for value in values:
        more = {"label": value.label, "language": value.language, "datatype": value.datatype}
        rows.append({"iri" if value.iri else "value": value.text, **{key: word for key, word in more.items() if word}})
    return rows


def _triples(lines: Sequence[bytes]) -> list[list[str]]:
    """Subject and object of each line, as N-Triples texts."""
    found = (LINE.fullmatch(line) for line in lines)
    return [[m[1].decode(), m[3].decode()] for m in found if m]
