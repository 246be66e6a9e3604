"""A release as an object: for the commands that only read, and for notebooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from citygraph import queries, results
from citygraph.files import MARKER, resource, shown
from citygraph.near import nearest
from citygraph.problems import CitygraphError
from citygraph.rdf import storage
from citygraph.rdf.quads import value_of
from citygraph.sparql import short
from citygraph.vocabulary import CG, CLAIM, DCTERMS, ID, LANGUAGES, OWL, SKOS, TYPE, XSD, shorten

if TYPE_CHECKING:
    import pandas
    import rdflib

    from citygraph.explain import Explainer
    from citygraph.options import Options

#: Things whose names one query asks for.
_LABELS = 500


class Release:
    """A graph with its named graphs: what the sources say, and what reasoning added."""

    def __init__(self, store: ox.Store, ontology: Path | None = None) -> None:
        """Wrap a store of quads; `ontology` is the file whose axioms made the inferences."""
        self.store = store
        self.indexed = False
        self._ontology = ontology or resource("ontology/ontology.ttl")

    @classmethod
    def open(cls, path: str | Path = "dist", tell: Callable[[str], None] | None = None) -> Release:
        """A release folder, or any RDF file; raises CitygraphError where it is missing or cannot be read.

        With `tell`, a large release is not read whole but asked by an index beside it, which is made at need and of
        which `tell` is told: soonest for a few look-ups, slower for what goes through most of the graph.
        """
        path = Path(path)
        file = path / MARKER if path.is_dir() else path
        if not file.exists():
            raise CitygraphError(f"{shown(file)}: no graph there; `citygraph build` makes one")
        index = storage.indexed(file, tell) if tell and path.is_dir() else None
        store = storage.load(file, storage.format_of(file)) if index is None else index
        beside = file.parent / "ontology.ttl"
        release = cls(store, beside if path.is_dir() and beside.exists() else None)
        release.indexed = index is not None
        return release

    @classmethod
    def build(cls, data: str | Path | None = None, options: Options | None = None) -> Release:
        """Build a graph in memory from a data folder (by default the one that comes with citygraph) and tables."""
        from citygraph import build as pipeline
        from citygraph.options import DEFAULT

        built = pipeline.build(Path(data) if data is not None else resource("data"), options or DEFAULT)
        store = ox.Store()
        for part in (built.asserted, built.inferred):
            store.bulk_load("".join(part.lines()).encode(), format=ox.RdfFormat.N_QUADS)
        return cls(store)

    def ask(self, text: str) -> Any:
        """The pyoxigraph result of a SPARQL query over the union of all graphs; raises CitygraphError."""
        queries.form(text)
        text = queries.sound(text)
        try:
            return self.store.query(text, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise CitygraphError(f"the query has a syntax error: {short(error)}") from error
        except (OSError, ValueError) as error:
            if self.indexed and isinstance(error, OSError):
                raise  # of the index, without which it can be asked too
            raise CitygraphError(f"the query failed: {short(error)}") from error

    def bound(self, query: str, params: Mapping[str, str]) -> str:
        """The text of a named query, a file or SPARQL text itself, with parameters set."""
        written = any(c in query for c in "{\n")
        found = queries.parse("query", query) if written else queries.find(query, lambda: "")
        return queries.bind(found, {name: str(value) for name, value in params.items()}, self.find)

    def query(self, query: str, **params: str) -> list[dict[str, str | None]]:
        """Rows of a SELECT: column to lexical value or IRI, None where unbound. `city="lahti"` sets a parameter."""
        rows, columns = self._select(query, params)
        try:
            values = [[None if term is None else value_of(term) for term in row] for row in rows]
        except TypeError as error:
            raise CitygraphError(f"the answer holds what RDF 1.1 does not: {error}") from error
        return [dict(zip(columns, row, strict=True)) for row in values]

    def _select(self, query: str, params: Mapping[str, str]) -> tuple[list[list[object]], list[str]]:
        answer = self.ask(self.bound(query, params))
        if not isinstance(answer, ox.QuerySolutions):
            raise CitygraphError("rows come from a SELECT; use ask() for other queries")
        columns = [variable.value for variable in answer.variables]
        try:
            return [[row[column] for column in columns] for row in answer], columns
        except (OSError, ValueError) as error:
            raise CitygraphError(f"the query failed: {short(error)}") from error

    def frame(self, query: str, **params: str) -> pandas.DataFrame:
        """The rows as a pandas DataFrame, numbers as numbers; needs the extra `pandas`."""
        try:
            import pandas
        except ImportError as error:
            raise CitygraphError("pandas is not installed: pip install 'citygraph[pandas]'") from error
        rows, columns = self._select(query, params)
        return pandas.DataFrame([[_python(term) for term in row] for row in rows], columns=columns)

    def explain(self, *terms: str, language: str = "en") -> str:
        """Where a claim (one term) or a triple (three terms) comes from, down to the words.

        Things may be given by key, IRI or name; one term that is a thing lists the claims about it.
        """
        if len(terms) == 1 and (became := self._became(terms[0])):
            successor, told = became
            return told + (self.explain(successor, language=language) if successor else "")
        things = [self._thing(term) if place != 1 else term for place, term in enumerate(terms)]
        return self.explainer.explain(things, language, literal=terms[-1])

    def _became(self, word: str) -> tuple[str, str] | None:
        """What took the place of a key that was released once and is in use no more (empty where nothing did), and a
        line that says so; None for any other word."""
        iris = [queries.resolve(word), CLAIM + word]
        for iri in iris:
            try:
                node = ox.NamedNode(iri)
            except ValueError:
                continue
            if next(self.store.quads_for_pattern(node, ox.NamedNode(TYPE), None), None):
                continue
            said = {value_of(q.predicate): value_of(q.object) for q in self.store.quads_for_pattern(node, None, None)}
            if new := said.get(DCTERMS + "isReplacedBy"):
                return new, f"{shorten(iri)} is now {shorten(new)}\n"
            if OWL + "deprecated" in said:
                return "", f"{shorten(iri)} was withdrawn: {said.get(SKOS + 'changeNote', 'no reason is told')}\n"
        return None

    def _thing(self, word: str) -> str:
        """The IRI of a word that the graph knows, else the word as it is: it may be a term or a literal."""
        try:
            return self.find(word)
        except CitygraphError:
            return word

    def __repr__(self) -> str:
        """How much is in it."""
        return f"<citygraph.Release of {len(self.store)} quads>"

    @cached_property
    def explainer(self) -> Explainer:
        """Proofs over this graph; made at first use."""
        from citygraph.explain import Explainer

        return Explainer(self.store, str(self._ontology))

    @cached_property
    def dataset(self) -> rdflib.Dataset:
        """The same quads as an rdflib Dataset whose default graph is the union of all."""
        import rdflib

        from citygraph.rdf.terms import to_rdflib

        dataset = rdflib.Dataset(default_union=True)
        for quad in self.store:
            named = isinstance(quad.graph_name, ox.NamedNode)
            graph = dataset.graph(rdflib.URIRef(value_of(quad.graph_name))) if named else dataset.default_graph
            graph.add((to_rdflib(quad.subject), to_rdflib(quad.predicate), to_rdflib(quad.object)))
        return dataset

    def labels(self, iris: Sequence[str], language: str) -> dict[str, str]:
        """Names of IRIs in a language, from the graph and the ontology."""
        names: dict[str, str] = {}
        for start in range(0, len(iris), _LABELS):  # an answer may name thousands of things
            query = results.label_query(iris[start : start + _LABELS])
            answer = self.store.query(query, use_default_graph_as_union=True)
            names |= results.pick_labels(answer, language)  # type: ignore[arg-type]
        missing = [iri for iri in iris if iri not in names]
        return names | ontology_labels(missing, language)

    def find(self, word: str) -> str:
        """The IRI of a key, IRI or name that the graph knows; raises CitygraphError with the nearest.

        A name in another spelling (small letters, say) is looked for where no thing has it as it is written.
        """
        iri = queries.resolve(word)
        if became := self._became(word):
            successor, told = became
            if not successor:
                raise CitygraphError(told.strip())
            return self.find(successor)
        if iri == word or self._knows(iri):
            return self._meant(iri)
        if self._knows(CLAIM + word):
            return CLAIM + word
        if found := {self._meant(thing) for thing in self._called(word)}:
            return _only(found, word)
        names: dict[str, set[str]] = {}
        for row in self.ask(f"SELECT ?x ?label WHERE {{ ?x <{SKOS}prefLabel>|<{SKOS}altLabel> ?label }}"):
            names.setdefault(row["label"].value.casefold(), set()).add(row["x"].value)
        if found := {self._meant(thing) for thing in names.get(word.casefold(), ())}:
            return _only(found, word)
        keys = {self._meant(thing).removeprefix(ID) for some in names.values() for thing in some}
        hint = nearest(word.casefold(), keys | set(names)) or "give a key, a name or an IRI"
        raise CitygraphError(f"{word!r} is not in the graph; {hint}")

    def _called(self, word: str) -> set[str]:
        """The things that have just this name: found at once, where other spellings need all names to be read."""
        texts = [ox.Literal(word), *(ox.Literal(word, language=language) for language in LANGUAGES)]
        properties = [ox.NamedNode(SKOS + name) for name in ("prefLabel", "altLabel")]
        every = (self.store.quads_for_pattern(None, named, text) for named in properties for text in texts)
        return {value_of(quad.subject) for found in every for quad in found}

    def _meant(self, iri: str) -> str:
        """The thing that an entry of a table refers to; anything else is itself."""
        found = self.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(CG + "refersTo"), None)
        quad = next(iter(found), None)
        return value_of(quad.object) if quad else iri

    def _knows(self, iri: str) -> bool:
        """Whether the graph says anything of an IRI."""
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            return False
        patterns = ((node, None, None), (None, None, node))
        return any(next(self.store.quads_for_pattern(*pattern), None) for pattern in patterns)


def _only(found: set[str], word: str) -> str:
    if len(found) > 1:
        raise CitygraphError(f"{word!r} names several: " + ", ".join(sorted(i.removeprefix(ID) for i in found)))
    return next(iter(found))


def ontology_labels(iris: Sequence[str], language: str) -> dict[str, str]:
    """Names of the ontology's own terms."""
    wanted = {iri for iri in iris if iri.startswith(CG)}
    if not wanted:
        return {}
    store = ox.Store()
    store.bulk_extend(ox.parse(path=resource("ontology/ontology.ttl")))
    return results.pick_labels(store.query(results.label_query(sorted(wanted))), language)  # type: ignore[arg-type]


def _python(term: object) -> object:
    """A number for a numeric literal, else the text; None where unbound."""
    if term is None:
        return None
    if isinstance(term, ox.Literal) and term.datatype.value in (XSD + "integer", XSD + "decimal"):
        return int(term.value) if term.datatype.value == XSD + "integer" else float(term.value)
    return value_of(term)
