"""One query, one target, one answer: what `citygraph query` does between its options and its output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citygraph import queries, results
from citygraph.problems import CitygraphError
from citygraph.queries import NamedQuery
from citygraph.rdf import storage
from citygraph.release import Release, ontology_labels

find = queries.find


@dataclass(frozen=True)
class Target:
    """Where a query runs: how to ask, how to find a thing by a user's word, how to name IRIs."""

    ask: Callable[[str], Any]
    find: Callable[[str], str]
    labels: Callable[[Sequence[str], str], Mapping[str, str]]
    #: The same graph read whole, where this one is its index: slower to begin and faster to go through.
    whole: Callable[[], Target] | None = None


def local(path: Path, tell: Callable[[str], None]) -> Target:
    """A release folder, by its index where it is large, or an RDF file."""
    release = Release.open(path, tell)
    whole = (lambda: local_whole(path)) if release.indexed else None
    return Target(release.ask, release.find, release.labels, whole)


def local_whole(path: Path) -> Target:
    """A release folder or an RDF file, read whole."""
    release = Release.open(path)
    return Target(release.ask, release.find, release.labels)


def explained(path: Path, terms: Sequence[str], language: str, tell: Callable[[str], None]) -> str:
    """Where a claim or triple of a release comes from, as Release.explain tells it, whatever befalls its index."""
    release = Release.open(path, tell)
    try:
        return release.explain(*terms, language=language)
    except (OSError, RuntimeError):
        if not release.indexed:
            raise
    storage.drop(path, tell)
    return Release.open(path).explain(*terms, language=language)


def remote(url: str, timeout: float) -> Target:
    """A SPARQL server."""
    from citygraph.endpoint import ask

    def labels(iris: Sequence[str], language: str) -> Mapping[str, str]:
        names: dict[str, str] = {}
        for start in range(0, len(iris), 200):
            answer = ask(url, results.label_query(iris[start : start + 200]), timeout)
            names |= results.pick_labels(answer, language)
        return names | ontology_labels([iri for iri in iris if iri not in names], language)

    return Target(lambda text: ask(url, text, timeout), queries.resolve, labels)


def pairs(params: Sequence[str]) -> dict[str, str]:
    """`name=value` texts as a mapping; raises CitygraphError for a text without = or a name given twice."""
    given: dict[str, str] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals or not name:
            raise CitygraphError(f"-p {param}: write NAME=VALUE, for instance -p city=lahti")
        if name in given:
            raise CitygraphError(f"-p {name}: given twice")
        given[name] = value
    return given


def answer(query: NamedQuery, params: Mapping[str, str], target: Target, format: str, language: str) -> bytes:
    """The bytes to print; raises CitygraphError, and OSError where it is an index that cannot be read."""
    found = target.ask(queries.bind(query, params, target.find))
    try:
        if isinstance(found, list):
            return results.triples(found).encode()
        if format in results.RAW:
            return results.raw(found, format)
        return results.readable(found, format, lambda iris: target.labels(iris, language)).encode()
    except TypeError as error:  # a triple as a term, say
        raise CitygraphError(f"the answer holds what RDF 1.1 does not: {error}") from error
    except (OSError, ValueError) as error:  # rows are found as they are read: a SERVICE that does not answer, say
        if target.whole and isinstance(error, OSError):
            raise  # of the index, without which it can be asked too
        raise CitygraphError(f"the query failed: {str(error).splitlines()[0]}") from error
