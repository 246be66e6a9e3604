"""All RDF files of a release, written from one sorted stream of quads: the same input gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from citygraph.quads import value_of
from citygraph.sheets import CLAIM_TYPES
from citygraph.validate import Result
from citygraph.vocabulary import (
    CG,
    CLAIM,
    ID,
    PREFIXES,
    REPORT,
    SH,
    SKOS,
    TYPE,
    XSD,
    context,
    key_of_term,
    references,
)  # fmt: skip

#: Kinds of subjects in the order in which files list them.
KINDS = ["Source", "City", "Network", "Organisation", "Place", *CLAIM_TYPES]
_PLURAL = {"City": "Cities", "Commitment": "Commitments"}


Kinds = dict[str, str]


def kinds_of(quads: Iterable[ox.Quad]) -> Kinds:
    """The kind of each subject that has one of KINDS as its type."""
    found = ((value_of(q.subject), value_of(q.object).removeprefix(CG)) for q in quads if value_of(q.predicate) == TYPE)
    return {subject: kind for subject, kind in found if kind in KINDS}


def ordered(quads: Iterable[ox.Quad], kinds: Kinds) -> list[ox.Quad]:
    """The one order of every file: graph, kind, subject (a claim's parts below it), predicate, object."""
    keys = {key: rank for rank, key in enumerate(context())}

    @cache
    def subject(iri: str) -> tuple[int, str, str]:
        claim, part = _owner(iri)
        kind = kinds.get(claim, "")
        return KINDS.index(kind) if kind else len(KINDS), claim, part

    @cache
    def predicate(iri: str) -> tuple[bool, int, str]:
        return iri != TYPE, keys.get(key_of_term().get(iri, ""), len(keys)), iri

    def rank(quad: ox.Quad) -> tuple[Any, ...]:
        return (
            graph_of(quad), subject(value_of(quad.subject)), predicate(quad.predicate.value), str(quad.object),
        )  # fmt: skip

    return sorted(set(quads), key=rank)


def graph_of(quad: ox.Quad) -> str:
    """The name of a quad's graph, empty for the default graph."""
    return value_of(quad.graph_name)


def _owner(iri: str) -> tuple[str, str]:
    """A claim and the name of its part (date, quote); the part is empty for everything else."""
    if not iri.startswith(CLAIM):
        return iri, ""
    head, _, part = iri[len(CLAIM) :].partition(".")
    return CLAIM + head, part


def prefixes(quads: Iterable[ox.Quad]) -> dict[str, str]:
    """The prefixes that quads use: of PREFIXES, and one for the claims of each source (`source:fact`)."""
    spaces, sources = set(), set()
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            iri = term.datatype.value if isinstance(term, ox.Literal) else value_of(term)
            if iri.startswith(CLAIM):
                sources.add(iri[len(CLAIM) :].partition("/")[0])
            else:
                spaces.add(iri[: max(iri.rfind("/"), iri.rfind("#")) + 1])
    names = {name: iri for name, iri in PREFIXES.items() if iri in spaces}
    for source in sorted(sources):
        name = source if source[0].isalpha() and source not in PREFIXES else f"s-{source}"
        names[name] = f"{CLAIM}{source}/"
    return names


def turtle(quads: Sequence[ox.Quad], kinds: Kinds, title: str) -> Iterator[str]:
    """Turtle of sorted quads without their graphs: subjects by kind, an empty line between them."""
    names = prefixes(quads)
    yield f"# {title}\n"
    yield from (f"@prefix {name}: <{iri}> .\n" for name, iri in names.items())
    yield from _body(quads, kinds, names)


def trig(quads: Sequence[ox.Quad], kinds: Kinds, title: str) -> Iterator[str]:
    """TriG of sorted quads, a named graph after the other."""
    names = prefixes(quads)
    yield f"# {title}\n"
    yield from (f"@prefix {name}: <{iri}> .\n" for name, iri in names.items())
    for graph, members in groupby(quads, key=lambda q: value_of(q.graph_name)):
        yield f"\n<{graph}> {{\n"
        yield from _body(list(members), kinds, names)
        yield "}\n"


def _body(quads: Sequence[ox.Quad], kinds: Kinds, names: dict[str, str]) -> Iterator[str]:
    """pyoxigraph's Turtle, an empty line before each subject and the name of its kind where a new kind begins."""
    written = (ox.serialize([q.triple for q in quads], format=ox.RdfFormat.TURTLE, prefixes=names) or b"").decode()
    subjects = [subject for subject, _ in groupby(value_of(q.subject) for q in quads)]
    at, kind = -1, ""
    for line in written.split("\n")[:-1]:
        if line.startswith("@prefix "):
            continue
        if not line.startswith("\t"):
            at += 1
            owner, part = _owner(subjects[at])
            now = kinds.get(owner, "")
            if now and now != kind:
                kind = now
                yield f"\n# {'-' * 20} {_PLURAL.get(kind, kind + 's')}\n"
            if not part:
                yield "\n"
        yield line.replace("\t", "    ") + "\n"


def nquads(quads: Iterable[ox.Quad]) -> Iterator[str]:
    """N-Quads, a sorted line a quad."""
    yield from sorted(f"{quad} .\n" for quad in quads)


def jsonld(quads: Sequence[ox.Quad]) -> Iterator[str]:
    """JSON-LD in the words of the sheets: the one context, then each named graph with its nodes."""
    yield '{\n"@context": ' + json.dumps(context(), ensure_ascii=False) + ',\n"@graph": ['
    comma = "\n"
    for graph, members in groupby(quads, key=lambda q: value_of(q.graph_name)):
        nodes = [
            json.dumps(_json_node(subject, list(rows)), ensure_ascii=False)
            for subject, rows in groupby(members, key=lambda q: value_of(q.subject))
        ]
        yield comma + json.dumps({"id": graph})[:-1] + ', "@graph": [\n' + ",\n".join(nodes) + "\n]}"
        comma = ",\n"
    yield "\n]}\n"


def _json_node(subject: str, rows: Sequence[ox.Quad]) -> dict[str, Any]:
    node: dict[str, Any] = {"id": _local(subject)}
    for predicate, members in groupby(rows, key=lambda q: value_of(q.predicate)):
        objects = [_plain(quad.object) for quad in members]
        if predicate == TYPE:
            node["type"] = _one([key_of_term().get(o.value, o.value) for o in objects])
            continue
        key = key_of_term().get(predicate)
        if key is not None and all(_fits(key, value) for value in objects):
            if predicate == SKOS + "prefLabel":
                node[key] = {o.language or "": o.value for o in objects if isinstance(o, ox.Literal)}
            else:
                node[key] = _one([_local(o.value) if key in references() else o.value for o in objects])
        else:
            node[predicate] = _one([_expanded(value) for value in objects])
    return node


def _plain(term: object) -> ox.NamedNode | ox.Literal:
    """A term as exported data may hold it; raises TypeError for a blank node."""
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term
    raise TypeError(f"exported data holds no {term!r}")


def _fits(key: str, value: ox.NamedNode | ox.Literal) -> bool:
    """Whether the context gives a plain JSON string under `key` back as this value."""
    if key in references():
        return isinstance(value, ox.NamedNode)
    if not isinstance(value, ox.Literal):
        return False
    datatype, language, container = _coercion(key)
    if container:
        return bool(value.language)
    if language:
        return value.language == language
    return not value.language and value.datatype.value == (datatype or XSD + "string")


@cache
def _coercion(key: str) -> tuple[str, str, bool]:
    value = context()[key]
    if isinstance(value, str):
        return "", "", False
    datatype = value.get("@type", "")
    datatype = datatype.replace("xsd:", XSD)
    return datatype, value.get("@language", ""), value.get("@container") == "@language"


def _expanded(value: ox.NamedNode | ox.Literal) -> dict[str, str]:
    if isinstance(value, ox.NamedNode):
        return {"@id": value.value}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    return {"@value": value.value, "@type": value.datatype.value}


def _local(iri: str) -> str:
    """An IRI as the context's @base gives it back."""
    return iri[len(ID) :] if iri.startswith(ID) and len(iri) > len(ID) else iri


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def report_quads(results: Iterable[Result]) -> list[ox.Quad]:
    """The SHACL validation report with an IRI for each result, named by what it says."""
    node = ox.NamedNode
    results = list(results)
    report, graph = node(REPORT), node(REPORT)
    conforms = str(not results).lower()
    quads = [
        ox.Quad(report, node(TYPE), node(SH + "ValidationReport"), graph),
        ox.Quad(report, node(SH + "conforms"), ox.Literal(conforms, datatype=node(XSD + "boolean")), graph),
    ]
    severity = {"violation": "Violation", "warning": "Warning", "info": "Info"}
    for result in results:
        said = "\n".join((result.focus, result.path, result.value, result.component, result.shape))
        this = node(f"{REPORT}#{hashlib.sha256(said.encode()).hexdigest()[:16]}")
        quads.append(ox.Quad(report, node(SH + "result"), this, graph))
        quads.append(ox.Quad(this, node(TYPE), node(SH + "ValidationResult"), graph))
        links = {
            "focusNode": result.focus,
            "resultPath": result.path,
            "sourceConstraintComponent": SH + result.component,
            "resultSeverity": SH + severity[result.severity],
            "sourceShape": result.shape,
        }
        quads += [ox.Quad(this, node(SH + name), node(iri), graph) for name, iri in links.items() if iri]
        if result.value:
            quads.append(ox.Quad(this, node(SH + "value"), ox.Literal(result.value), graph))
        for language, text in result.messages:
            literal = ox.Literal(text, language=language) if language else ox.Literal(text)
            quads.append(ox.Quad(this, node(SH + "resultMessage"), literal, graph))
    return quads


def write(path: Path, parts: Iterable[str]) -> None:
    """Write text parts as UTF-8 with LF line ends."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(parts)


def export(
    folder: Path, asserted: Iterable[ox.Quad], inferred: Iterable[ox.Quad], results: Iterable[Result]
) -> list[ox.Quad]:
    """Write every RDF file of a release into `folder` and return the sorted quads of all graphs."""
    asserted, inferred = list(asserted), list(inferred)
    kinds = kinds_of(asserted)
    every = ordered([*asserted, *inferred], kinds)
    # One document without graphs: what two sources both say stands in it once.
    bare = ordered({ox.Quad(q.subject, q.predicate, q.object) for q in asserted}, kinds)
    added = ordered(inferred, kinds)
    report = ordered(report_quads(results), {})
    write(folder / "citygraph.ttl", turtle(bare, kinds, "citygraph: what the sources say"))
    write(folder / "citygraph-inferred.ttl", turtle(added, kinds, "citygraph: what reasoning added"))
    title = "citygraph: a named graph for each source, and one for what reasoning added"
    write(folder / "citygraph.trig", trig(every, kinds, title))
    write(folder / "citygraph.nq", nquads(every))
    write(folder / "citygraph.jsonld", jsonld(every))
    write(folder / "shacl-report.ttl", turtle(report, {}, "citygraph: the SHACL report"))
    return every
