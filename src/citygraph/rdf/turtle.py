"""Turtle for reading: what every Turtle or TriG file has, and that of a few triples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from citygraph.rdf.order import NO_KIND, predicate_key, subject_key
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CLAIM, PREFIXES, RDF, XSD, owner

#: What stands between two objects: texts follow each other, things have a line each, so that a list of hundreds can be
#: read and one more is a line more.
AND, AND_NODE = " , ", " ,\n        "

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_VERB = ox.NamedNode("x:p")


def space(text: str) -> str:
    """What the N-Triples text of a term says of prefixes: the beginning of an IRI up to its own name (of a claim, up to
    the name of its source), what follows the words of a literal."""
    if text[:1] == "<":
        if text.startswith(CLAIM, 1):
            return "<" + CLAIM + text[len(CLAIM) + 1 : -1].partition("/")[0] + "/"
        return text[: max(text.rfind("/"), text.rfind("#"), 0) + 1]
    return text[text.rindex('"') + 1 :] if text[:1] == '"' else "_:"


def prefixes(spaces: Iterable[str]) -> dict[str, str]:
    """The prefixes that terms of these spaces use: of PREFIXES, and one for the claims of a source (`source:fact`)."""
    used = set()
    for each in spaces:
        if each[:1] == "<":
            used.add(each[1:])
        elif each[:3] == "^^<":
            used.add(space(each[2:])[1:])
        else:
            used.add(RDF if each[:1] == "@" else XSD if not each else "")
    names = {name: iri for name, iri in PREFIXES.items() if iri in used}
    for source in sorted(iri[len(CLAIM) : -1] for iri in used if iri.startswith(CLAIM)):
        name = source if source[:1].isalpha() and source not in PREFIXES else f"s-{source}"
        names[name] = f"{CLAIM}{source}/"
    return names


def head(names: dict[str, str], title: str) -> Iterator[str]:
    """The first lines of a file."""
    yield f"# {title}\n"
    yield from (f"@prefix {name}: <{iri}> .\n" for name, iri in names.items())


def turtle_of(triples: Iterable[ox.Triple], title: str, first: str = "") -> Iterator[str]:
    """Turtle of a few triples, each once, in the order of files, an empty line between subjects; those whose IRI
    begins with `first` before others."""

    def key(triple: ox.Triple) -> tuple[object, ...]:
        subject = subject_key(NO_KIND, value_of(triple.subject))
        return (
            not value_of(triple.subject).startswith(first),
            subject,
            predicate_key(triple.predicate.value),
            str(triple.object),
        )

    some = sorted(set(triples), key=key)
    names = prefixes({space(str(term)) for triple in some for term in triple})
    yield from head(names, title)
    subjects = list(dict.fromkeys(triple.subject for triple in some))
    lines = _lines([*((_VERB, subject) for subject in subjects), *((t.predicate, t.object) for t in some)], names)
    name = {subject: text for subject, (_, text) in zip(subjects, lines, strict=False)}
    last: ox.Triple | None = None
    for triple, (verb, text) in zip(some, lines[len(subjects) :], strict=True):
        if last is None or triple.subject != last.subject:
            iri = value_of(triple.subject)
            before = (" .\n" if last else "") + ("\n" if owner(iri) == iri else "")
            yield f"{before}{name[triple.subject]} {verb} {text}"
        elif triple.predicate != last.predicate:
            yield f" ;\n    {verb} {text}"
        else:
            yield (AND if isinstance(triple.object, ox.Literal) else AND_NODE) + text
        last = triple
    if last:
        yield " .\n"


def _lines(said: Iterable[tuple[ox.NamedNode, Term]], names: dict[str, str]) -> list[tuple[str, str]]:
    """Predicates and objects as pyoxigraph writes them in Turtle: no text of it has a line end."""
    triples = (ox.Triple(ox.NamedNode(f"x:{number}"), p, o) for number, (p, o) in enumerate(said))
    written = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=names) or b"").decode()
    rows = (line[:-2].split(" ", 2) for line in written.split("\n") if line and not line.startswith("@prefix "))
    return [(verb, text) for _, verb, text in rows]
