"""What a release tells of itself: the records that every file about it is written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: Where the permanent addresses of catalogue, datasets and releases begin, unless data/catalogue.yaml tells another.
HOME = "https://w3id.org/citygraph/"

Texts = Mapping[str, str]


@dataclass(frozen=True)
class About:
    """What data/catalogue.yaml says of the whole: texts by language, and who is behind it."""

    title: Texts
    description: Texts
    keywords: Mapping[str, tuple[str, ...]]
    publisher: str
    homepage: str
    contact: str
    contact_page: str
    email: str
    licence: str
    themes: tuple[str, ...]
    frequency: str
    home: str = HOME


@dataclass(frozen=True)
class Edition:
    """One release: its version, its day (ISO 8601), the address of its folder (ending in a slash), that of a SPARQL
    endpoint or an empty text; `previous` is the version before it, `notes` what is new in it."""

    version: str
    date: str
    base: str
    endpoint: str = ""
    previous: str = ""
    notes: str = ""
    home: str = HOME
    issued: str = ""

    @property
    def iri(self) -> str:
        """The permanent address of this version."""
        return self.release(self.version)

    @property
    def dataset(self) -> str:
        """The dataset that is published anew with each release."""
        return f"{self.home}dataset/citygraph"

    @property
    def catalog(self) -> str:
        """The catalogue that has it."""
        return f"{self.home}catalog"

    def of(self, source: SourceFacts) -> str:
        """The dataset of what a source contributes."""
        return f"{self.home}dataset/{source.key}"

    def release(self, version: str) -> str:
        """The permanent address of any version."""
        return f"{self.home}release/{version}"

    def url(self, file: str) -> str:
        """Where a file of the release is downloaded."""
        return self.base + file


@dataclass(frozen=True)
class SourceFacts:
    """A source in the graph; texts that it does not have are empty. `kind` is article, page, table or registry;
    `claims` counts its claims by type, `triples` the quads of its named graph `graph` (empty where it has none)."""

    key: str
    kind: str
    title: str
    publisher: str = ""
    creator: str = ""
    issued: str = ""
    as_of: str = ""
    language: str = ""
    licence: str = ""
    citation: str = ""
    version: str = ""
    url: str = ""
    graph: str = ""
    claims: Mapping[str, int] = field(default_factory=dict)
    triples: int = 0

    @property
    def speaks(self) -> bool:
        """Whether it says something in a graph of its own; what a source of the registry says is in the registry's."""
        return bool(self.triples or any(self.claims.values()))


@dataclass(frozen=True)
class Extent:
    """Where and when: west, south, east and north in degrees or None; ISO 3166-1 codes of the countries of cities; the
    earliest and latest day that a claim's date allows, empty where none is told."""

    box: tuple[float, float, float, float] | None
    countries: tuple[str, ...]
    earliest: str
    latest: str


@dataclass(frozen=True)
class Partition:
    """How often a class or property stands in the graph, by IRI."""

    iri: str
    number: int


@dataclass(frozen=True)
class Survey:
    """What a release counts: quads that sources say and that reasoning added, distinct triples of both together,
    subjects and objects, classes with their instances, properties with their triples, links by predicate and the
    beginning of their target, things without type count nothing. `problems` counts findings by severity, `codes` those
    by severity and code, `left_out` is what rows say against a shape, `graphs` the quads of the named graphs that are
    no source's, by the name of the graph."""

    asserted: int
    inferred: int
    triples: int
    subjects: int
    objects: int
    classes: tuple[Partition, ...]
    properties: tuple[Partition, ...]
    links: tuple[Link, ...]
    sources: tuple[SourceFacts, ...]
    extent: Extent
    claims: Mapping[str, int]
    things: Mapping[str, int]
    problems: Mapping[str, int]
    codes: Mapping[tuple[str, str], int]
    left_out: int
    graphs: tuple[Partition, ...] = ()


@dataclass(frozen=True)
class Link:
    """How many triples of a predicate lead to another dataset."""

    predicate: str
    target: str
    number: int


@dataclass(frozen=True)
class FileFacts:
    """A file of the release, `name` its path within it; `format` is its name in the EU list of file types, `media` its
    IANA media type, `conforms` the addresses of what it conforms to. `source` is the key of the one source that it
    holds, empty for a file of the whole."""

    name: str
    size: int
    sha256: str
    title: str
    media: str
    format: str
    conforms: tuple[str, ...] = ()
    source: str = ""
