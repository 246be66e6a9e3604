"""What the files of a release are: title, media type, EU file type and what they conform to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from citygraph.build import TEXTS
from citygraph.publish import fields
from citygraph.publish.edition import FileFacts, SourceFacts
from citygraph.vocabulary import CG

_ONTOLOGY = CG.removesuffix("#")
_TURTLE = ("text/turtle", "RDF_TURTLE")
_CSV = ("text/csv", "CSV")
_TEXT = ("text/plain", "TXT")
_RFC4180 = "https://www.rfc-editor.org/rfc/rfc4180"
#: Files by name: title, media type, file type, what it conforms to.
GRAPH = {
    "citygraph.ttl": ("What the sources say, as Turtle", *_TURTLE, _ONTOLOGY),
    "citygraph-inferred.ttl": ("What reasoning added, as Turtle", *_TURTLE, _ONTOLOGY),
    "citygraph.trig": ("A named graph for each source and one for inferences, as TriG", "application/trig", "RDF_TRIG",
                       _ONTOLOGY),
    "citygraph.nq": ("A named graph for each source and one for inferences, as N-Quads", "application/n-quads",
                     "RDF_N_QUADS", _ONTOLOGY),
    "citygraph.jsonld": ("A named graph for each source and one for inferences, as JSON-LD", "application/ld+json",
                         "JSON_LD", _ONTOLOGY),
    "shacl-report.ttl": ("The SHACL validation report", *_TURTLE, "http://www.w3.org/ns/shacl#"),
    "ontology.ttl": ("The ontology", *_TURTLE, "http://www.w3.org/2002/07/owl#"),
}  # fmt: skip
TABLES = {table.path: (table.title, *_CSV, _RFC4180) for table in fields.TABLES}


@dataclass(frozen=True)
class Apart:
    """The Turtle file of one source."""

    source: SourceFacts

    @property
    def name(self) -> str:
        """Its path in the release."""
        return f"sources/{self.source.key}.ttl"


def apart(sources: Sequence[SourceFacts]) -> list[Apart]:
    """A file for each source that has a named graph."""
    return [Apart(source) for source in sources if source.graph]


def contents(
    found: Mapping[str, tuple[int, str]], sources: Sequence[SourceFacts], texts: Collection[str] = ()
) -> list[FileFacts]:
    """The data files of a release in the order in which they are told, with their sizes and checksums; `texts` are the
    keys of the sources of which it has the text."""
    files = [FileFacts(name, *found[name], title, media, kind, (conforms,))
             for name, (title, media, kind, conforms) in (GRAPH | TABLES).items()]  # fmt: skip
    for each in apart(sources):
        title = f"What is told by: {each.source.title}"
        files.append(FileFacts(each.name, *found[each.name], title, *_TURTLE, (_ONTOLOGY,), each.source.key))
        if each.source.key in texts:
            name = f"{TEXTS}/{each.source.key}.txt"
            files.append(
                FileFacts(name, *found[name], f"The text of: {each.source.title}", *_TEXT, (), each.source.key)
            )
    return files
