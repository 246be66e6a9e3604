"""Turtle for reading: what every Turtle or TriG file has, and that of a few triples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from citygraph.rdf.order import NO_KIND, predicate_key, subject_key
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CLAIM, PREFIXES, RDF, XSD, owner


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


def turtle_of(triples: Iterable[ox.Triple], title: str) -> Iterator[str]:
    """Turtle of a few triples, each once, in the order of files, an empty line between subjects."""

    def key(triple: ox.Triple) -> tuple[object, ...]:
        subject = subject_key(NO_KIND, value_of(triple.subject))
        return subject, predicate_key(triple.predicate.value), str(triple.object)

    some = sorted(set(triples), key=key)
    names = prefixes({space(str(term)) for triple in some for term in triple})
    yield from head(names, title)
    written = (ox.serialize(some, format=ox.RdfFormat.TURTLE, prefixes=names) or b"").decode()
    texts = [text for text in written.replace("\t", "    ").split(" .\n")[:-1] if not text.startswith("@prefix ")]
    for subject, text in zip(dict.fromkeys(triple.subject for triple in some), texts, strict=True):
        iri = value_of(subject)
        yield f"\n{text} .\n" if owner(iri) == iri else f"{text} .\n"
