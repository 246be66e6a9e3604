"""The one-way pipeline: load, encode, reason, validate, export."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from citygraph.closure import close
from citygraph.constraints import compile_shapes, conform
from citygraph.encode import Encoded, encode_registry, encode_sheet, encode_themes
from citygraph.export import export
from citygraph.files import replaced, resource, shown, writable
from citygraph.index import Index
from citygraph.load import Loaded, load, themes
from citygraph.problems import Problem, ProblemsError, ordered, violated
from citygraph.quads import value_of
from citygraph.reason import infer, inferred_quads, triples_of, worthwhile
from citygraph.rules import compile_rules, ontology_triples
from citygraph.sheets import CLAIM_TYPES, Record
from citygraph.validate import Result, located, shapes_files, validate
from citygraph.vocabulary import CG, TYPE

Step = Callable[[str], None]

#: Asserted quads from which on the compiled reasoner and validator do the work, unless told otherwise.
LARGE = 20_000


@dataclass
class Checked:
    """A graph of asserted quads and everything that is wrong with it."""

    asserted: list[ox.Quad]
    problems: list[Problem]
    results: list[Result] = field(default_factory=list)
    sources: int = 0


@dataclass
class Built(Checked):
    """A checked graph with what reasoning added."""

    inferred: list[ox.Quad] = field(default_factory=list)

    def claims(self) -> dict[str, int]:
        """How many claims of each type, in the order of the ontology."""
        counted = Counter(value_of(q.object).removeprefix(CG) for q in self.asserted if value_of(q.predicate) == TYPE)
        return {name: counted[name] for name in CLAIM_TYPES if counted[name]}


def ontology() -> list[ox.Triple]:
    """The triples of ontology/ontology.ttl."""
    return ontology_triples(str(resource("ontology/ontology.ttl")))


def _silent(_: str) -> None:
    return None


def findings(asserted: Sequence[ox.Quad], validator: str = "auto") -> list[Result]:
    """SHACL results by `pyshacl`, the reference, or `compiled`; `auto` takes the reference for small graphs."""
    if validator == "pyshacl" or (validator == "auto" and len(asserted) < LARGE):
        return validate(asserted, ontology())
    shapes = compile_shapes(quad.triple for path in shapes_files() for quad in ox.parse(path=path))
    return conform(shapes, Index(asserted, ontology()))


def inferences(asserted: Sequence[ox.Quad], reasoner: str = "auto") -> list[ox.Quad]:
    """What follows, by `owlrl`, the reference, or `compiled`; `auto` takes the reference for small graphs."""
    triples = triples_of(asserted)
    if reasoner == "owlrl" or (reasoner == "auto" and len(asserted) < LARGE):
        return inferred_quads(infer(triples, ontology()))
    return inferred_quads(filter(worthwhile, close(triples, compile_rules(ontology()))))


def check(
    data: Path, only: Sequence[Path] = (), language: str = "en", step: Step = _silent, validator: str = "auto"
) -> Checked:
    """Load, encode and validate `data`: all problems of all files, in order.

    With `only`, those sheets or registry files beside the whole registry, and the problems of just these.
    """
    step("reading")
    loaded = load(data, only)
    step("encoding")
    parts = _encode(loaded)
    asserted = [quad for part in parts for quad in part.quads()] + encode_themes(themes())
    problems = [*loaded.problems, *(problem for part in parts for problem in part.problems)]
    places: dict[str, tuple[Record, str]] = {}
    for part in parts:
        places |= part.places
    step("validating")
    results = findings(asserted, validator)
    problems += located(results, places, language, problems)
    if only:
        names = {shown(path.with_suffix(end)) for path in only for end in (".yaml", ".txt")}
        problems = [problem for problem in problems if problem.file in names]
    return Checked(asserted, ordered(problems), results, len(loaded.sheets))


def _encode(loaded: Loaded) -> list[Encoded]:
    return [encode_registry(loaded.registry), *(encode_sheet(sheet, loaded.registry) for sheet in loaded.sheets)]


def build(
    data: Path, language: str = "en", step: Step = _silent, validator: str = "auto", reasoner: str = "auto"
) -> Built:
    """The whole graph in memory; raises ProblemsError with every problem where there is a violation."""
    checked = check(data, (), language, step, validator)
    if violated(checked.problems):
        raise ProblemsError(checked.problems)
    step("reasoning")
    added = inferences(checked.asserted, reasoner)
    return Built(checked.asserted, checked.problems, checked.results, checked.sources, added)


def release(
    data: Path, out: Path, language: str = "en", step: Step = _silent, validator: str = "auto", reasoner: str = "auto"
) -> Built:
    """Build `data` into the folder `out`, which changes only when everything went well.

    Raises ProblemsError where the data has a violation, CitygraphError where a file cannot be read or written.
    """
    writable(out)
    built = build(data, language, step, validator, reasoner)
    step("writing")
    with replaced(out) as folder:
        export(folder, built.asserted, built.inferred, built.results)
        for name in ("ontology.ttl", "context.jsonld"):
            shutil.copyfile(resource(f"ontology/{name}"), folder / name)
    return built
