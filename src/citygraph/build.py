"""The one-way pipeline: load, encode, reason, validate, export."""

from __future__ import annotations

import contextlib
import gc
import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyoxigraph as ox

from citygraph.declared import iri_of, statements, wrong
from citygraph.encode import Encoded, encode_registry, encode_sheet, encode_themes
from citygraph.files import named, replaced, resource, shown, writable
from citygraph.known import accept, read_accepted
from citygraph.load import Loaded, load, themes
from citygraph.options import DEFAULT, Options
from citygraph.owl.closure import close
from citygraph.owl.entailment import about_ours, without_restated
from citygraph.owl.reason import INFERRED, infer, inferred_quads, triples_of
from citygraph.owl.rules import compile_rules, ontology_triples
from citygraph.problems import Problem, ProblemsError, ordered, violated
from citygraph.rdf.columns import Collector, Columns, Numbers, columns_of
from citygraph.rdf.export import export
from citygraph.rdf.nodes import NodeWriter
from citygraph.shacl.constraints import compile_shapes, conform
from citygraph.shacl.index import Index
from citygraph.shacl.validate import Result, located, shapes_files, validate
from citygraph.sheets import CLAIM_TYPES, Record, whole_texts
from citygraph.tables.kept import tables_of
from citygraph.tables.load import left_unread
from citygraph.vocabulary import CG, CLAIM, GRAPH, TYPE, expand, owner, shorten

#: Asserted quads from which on the compiled reasoner and validator do the work, unless told otherwise.
LARGE = 5_000
#: The folder of the texts that may be shown whole.
TEXTS = "texts"
#: What goes when one of two coordinates does not hold.
_POINT = frozenset(map(expand, ("geo:lat", "geo:long", "cg:degreesNorth", "cg:degreesEast", "cg:entriesNear")))


@dataclass
class Checked:
    """A graph of asserted quads and everything that is wrong with it.

    `articles` of the `sources` have their words in the graph. `tables` are the files of tables that went in, `rows` the
    numbers of what their rows state. `texts` are the words of those articles that may be shown whole, by their keys.
    """

    asserted: Columns
    problems: list[Problem]
    results: list[Result] = field(default_factory=list)
    sources: int = 0
    articles: int = 0
    tables: set[str] = field(default_factory=set)
    rows: Numbers = field(default_factory=lambda: np.array([], dtype=np.int32))
    texts: dict[str, str] = field(default_factory=dict)

    def unbuildable(self, strict: bool) -> bool:
        """Whether a violation stops a build: one of a sheet, the registry or a table's header; of a row if `strict`."""
        return violated(p for p in self.problems if strict or p.blocks(self.tables))


@dataclass
class Built(Checked):
    """A checked graph with what reasoning added; `left_out` is what rows say against a shape."""

    inferred: Columns = field(default_factory=lambda: columns_of(()))
    left_out: set[str] = field(default_factory=set)

    def claims(self) -> dict[str, int]:
        """How many claims of each type, in the order of the ontology."""
        terms = self.asserted.terms
        types = self.asserted.o[self.asserted.p == terms.find(TYPE)]
        counted = Counter(terms.value(number).removeprefix(CG) for number in types.tolist())
        return {name: counted[name] for name in CLAIM_TYPES if counted[name]}


def ontology() -> list[ox.Triple]:
    """The triples of ontology/ontology.ttl."""
    return ontology_triples(str(resource("ontology/ontology.ttl")))


def findings(asserted: Columns, validator: str = "auto", about: Collection[str] | None = None) -> list[Result]:
    """SHACL results by `pyshacl`, the reference, or `compiled`; `auto` takes the reference for small graphs.

    `about` is the focus nodes that are asked about, None for all: the compiled validator looks at no others.
    """
    if validator == "pyshacl" or (validator == "auto" and len(asserted) < LARGE):
        return validate(asserted, ontology())
    shapes = compile_shapes(quad.triple for path in shapes_files() for quad in ox.parse(path=path))
    return conform(shapes, Index(asserted, ontology()), about)


def inferences(asserted: Columns, reasoner: str = "auto", entailment: str = "domain") -> Columns:
    """What follows, by `owlrl`, the reference, or `compiled`; `auto` takes the reference for small graphs.

    With the entailment `domain`, types that restate a stated one in a class above it are left out; `full` keeps them.
    """
    rules = compile_rules(ontology())
    if reasoner == "owlrl" or (reasoner == "auto" and len(asserted) < LARGE):
        added = columns_of(inferred_quads(infer(triples_of(asserted), ontology())), asserted.terms)
    else:
        added = about_ours(close(asserted, rules, INFERRED))
    return added if entailment == "full" else without_restated(added, asserted, rules)


@contextlib.contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Python's search for cycles among millions of small objects, which have none, takes a fifth of a large build."""
    before = gc.get_threshold()
    gc.set_threshold(300_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@_seldom_collecting()
def check(data: Path, options: Options = DEFAULT, only: Sequence[Path] = ()) -> Checked:
    """Load, encode and validate `data`: all problems of all files, in order.

    With `only`, those sheets or registry files beside the whole registry, and the problems of just these.
    """
    options.step("reading")
    entries, refused = read_accepted(options.accepted) if options.accepted else ([], [])
    loaded = load(data, only)
    options.step("encoding")
    parts = encoded(loaded)
    collector, tables = tables_of(options, data, loaded)
    writer = NodeWriter(collector)
    for part in parts:
        writer.write(part.graph, part.nodes)
    parts += tables.encoded
    collector.extend(encode_themes(themes()))
    columns, found = _changed(collector.columns(), loaded, options, data)
    asserted = columns.distinct()
    problems = [*loaded.problems, *found, *(problem for part in parts for problem in part.problems)]
    places: dict[str, tuple[Record, str]] = {}
    for part in parts:
        places |= part.places
    spelt = {named(path): path for path in data.glob("*/*")}  # as they were read, however they were asked for
    asked = [path.with_suffix(end) for path in only for end in (".yaml", ".txt")]
    names = {shown(spelt.get(named(path), path)) for path in asked}
    about = [iri for iri, (record, _) in places.items() if record.file in names] if only else None
    options.step("validating")
    results = findings(asserted, options.validator, about)
    places |= tables.places(iri for r in results for iri in (r.focus, r.value, r.focus.rpartition(".")[0]))
    problems += located(results, places, options.language, problems)
    files = options.files
    problems = refused + accept(ordered(problems), entries, files, whole=not only)
    if only:
        names |= {shown(options.accepted)} if options.accepted else set()
        problems = [problem for problem in problems if problem.file in names]
    articles = sum(sheet.text is not None for sheet in loaded.sheets)
    return Checked(asserted, ordered(problems), results, len(loaded.sheets), articles, files, tables.subjects(),
                   whole_texts(loaded.sheets))  # fmt: skip


def _changed(columns: Columns, loaded: Loaded, options: Options, data: Path) -> tuple[Columns, list[Problem]]:
    """The quads with what data/replaced.yaml declares of keys, and what is wrong with it."""
    if not loaded.changes:
        return columns, []
    terms = columns.terms
    typed = set(columns.s[columns.p == terms.find(TYPE)].tolist())

    def defined(key: str) -> bool:
        return terms.find(iri_of(key)) in typed

    unread = left_unread(options, data)
    bad = dict(wrong(loaded.changes, defined, unread))
    collector = Collector(terms)
    good = [change for change in loaded.changes if change not in bad]
    NodeWriter(collector).write(GRAPH + "registry", statements(good, lambda key: defined(key) or unread(key)))
    return columns + collector.columns(), list(bad.values())


def encoded(loaded: Loaded) -> list[Encoded]:
    """The registry and every sheet, in their named graphs."""
    return [encode_registry(loaded.registry), *(encode_sheet(sheet, loaded.registry) for sheet in loaded.sheets)]


@_seldom_collecting()
def build(data: Path, options: Options = DEFAULT) -> Built:
    """The whole graph in memory; raises ProblemsError with every problem where there is a violation.

    What a table's row says against a shape is left out instead, unless it is to be strict.
    """
    checked = check(data, options)
    if checked.unbuildable(options.strict):
        raise ProblemsError(checked.problems, checked.tables)
    asserted, results, left_out = _sound_rows(checked)
    options.step("reasoning")
    added = inferences(asserted, options.reasoner, options.entailment)
    told = (checked.sources, checked.articles, checked.tables, checked.rows, checked.texts)
    return Built(asserted, checked.problems, results, *told, added, left_out)


def _sound_rows(checked: Checked) -> tuple[Columns, list[Result], set[str]]:
    """The quads and results without what rows say against a shape: a thing loses the value that does not hold, and
    stays; a claim goes, and so does a thing that a shape misses something of, with what names it."""
    graph, terms = checked.asserted, checked.asserted.terms
    rows = set(checked.rows.tolist()) if checked.results else set()

    def of_rows(iri: str) -> bool:
        return terms.find(iri) in rows

    broken = [r for r in checked.results if r.severity == "violation" and of_rows(owner(r.focus))]
    if not broken:
        return graph, checked.results, set()
    values = {(r.focus, r.path) for r in broken if r.path and r.value and not r.focus.startswith(CLAIM)}
    told = set(values)
    values |= {(focus, path) for focus, one in told if one in _POINT for path in _POINT}  # half a place is none
    bad = {owner(r.focus) for r in broken if (r.focus, r.path) not in values}
    naming = np.unique(graph.s[np.isin(graph.o, [terms.find(iri) for iri in bad])])
    left_out = bad | {about for number in naming.tolist() if of_rows(about := owner(terms.value(number)))}
    gone = [number for number in np.unique(graph.s).tolist() if owner(terms.value(number)) in left_out]
    kept = ~np.isin(graph.s, gone)
    by_path: dict[str, list[int]] = {}
    for focus, path in values:
        by_path.setdefault(path, []).append(terms.find(focus))
    for path, numbers in by_path.items():
        kept &= ~((graph.p == terms.find(path)) & np.isin(graph.s, numbers))
    results = [r for r in checked.results if owner(r.focus) not in left_out and (r.focus, r.path) not in values]
    lost = {f"{focus} {shorten(path)}" for focus, path in told if focus not in left_out}
    return graph.where(kept), results, left_out | lost


@_seldom_collecting()
def release(data: Path, out: Path, options: Options = DEFAULT) -> Built:
    """Build `data` into the folder `out`, which changes only when everything went well.

    Raises ProblemsError where the data has a violation, CitygraphError where a file cannot be read or written.
    """
    writable(out)
    built = build(data, options)
    options.step("writing")
    with replaced(out) as folder:
        write(folder, built)
    return built


@_seldom_collecting()
def write(folder: Path, built: Built, apart: Mapping[str, str] | None = None) -> None:
    """Write the files of a build into a folder, and a Turtle file of its own for each named graph in `apart`."""
    export(folder, built.asserted, built.inferred, built.results, apart)
    for name in ("ontology.ttl", "context.jsonld"):
        shutil.copyfile(resource(f"ontology/{name}"), folder / name)
    if built.texts:
        (folder / TEXTS).mkdir()
    for key, text in built.texts.items():
        (folder / TEXTS / f"{key}.txt").write_bytes(text.encode())
