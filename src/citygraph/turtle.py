"""Turtle and TriG for reading: subjects by kind, a prefix for the claims of each source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

import pyoxigraph as ox

from citygraph.order import Kinds, Node, Object, Ordered, Subject
from citygraph.quads import value_of
from citygraph.vocabulary import CLAIM, PREFIXES, owner

_PLURAL = {"City": "Cities", "Commitment": "Commitments"}
_CHUNK = 2_000  # triples or a few more that are written at a time


def prefixes(terms: Iterable[Subject | Object]) -> dict[str, str]:
    """The prefixes that terms use: of PREFIXES, and one for the claims of each source (`source:fact`)."""
    spaces, sources = set(), set()
    for term in terms:
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


def turtle(quads: Ordered, kinds: Kinds, title: str) -> Iterator[str]:
    """Turtle of quads without their graphs: subjects by kind, an empty line between them."""
    quads = quads.without_graphs()
    names = prefixes(quads.terms())
    yield from _head(names, title)
    yield from _body(quads, quads.nodes(), kinds, names)


def trig(quads: Ordered, kinds: Kinds, title: str) -> Iterator[str]:
    """TriG, a named graph after the other."""
    names = prefixes(quads.terms())
    yield from _head(names, title)
    for graph, nodes in groupby(quads.nodes(), key=itemgetter(0)):
        yield f"\n<{value_of(quads.graphs[graph])}> {{\n"
        yield from _body(quads, nodes, kinds, names)
        yield "}\n"


def _head(names: dict[str, str], title: str) -> Iterator[str]:
    yield f"# {title}\n"
    yield from (f"@prefix {name}: <{iri}> .\n" for name, iri in names.items())


def _body(quads: Ordered, nodes: Iterable[Node], kinds: Kinds, names: dict[str, str]) -> Iterator[str]:
    """pyoxigraph's Turtle, an empty line before each subject and the name of its kind where a new kind begins."""
    last = ""
    for subject, text in _statements(quads, nodes, names):
        about = owner(subject)
        kind = kinds.get(about, "")
        if kind and kind != last:
            last = kind
            yield f"\n# {'-' * 20} {_PLURAL.get(kind, kind + 's')}\n"
        if subject == about:
            yield "\n"
        yield f"{text} .\n"


def _statements(quads: Ordered, nodes: Iterable[Node], names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each subject with the Turtle of what is said of it, without the dot that ends it."""
    subjects: list[str] = []
    triples: list[ox.Triple] = []
    for _, at, said in nodes:
        subject = quads.subjects[at]
        subjects.append(value_of(subject))
        triples += [ox.Triple(subject, quads.predicates[p], quads.objects[o]) for p, o in said]
        if len(triples) >= _CHUNK:
            yield from zip(subjects, _written(triples, names), strict=True)
            subjects, triples = [], []
    yield from zip(subjects, _written(triples, names), strict=True)


def _written(triples: list[ox.Triple], names: dict[str, str]) -> list[str]:
    """A text for each subject; no line but the last of a subject or prefix ends with a dot after a space."""
    written = (ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=names) or b"").decode()
    return [text for text in written.replace("\t", "    ").split(" .\n")[:-1] if not text.startswith("@prefix ")]
