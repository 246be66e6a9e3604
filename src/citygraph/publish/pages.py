"""What a person opens first in a release: README.md, CITATION.cff and SHA256SUMS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import yaml

from citygraph.publish.edition import About, Edition, FileFacts, SourceFacts, Survey
from citygraph.publish.gaps import Gap
from citygraph.publish.package import licence, plain

#: Signs that Markdown or HTML read as more than themselves.
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&])")
#: Signs that nobody sees and that change how the rest of a line is shown.
_TURNS = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
#: Severities, the worst first, and what several are called.
_NAMES = {"violation": "violations", "warning": "warnings", "info": "notes"}
#: What a reference of each kind of source is in the citation file format.
_REFERENCE = {"article": "article", "page": "website", "table": "data", "registry": "database"}
#: Files that describe the release.
_BESIDE = {
    "`catalog.ttl`, `catalog.jsonld`": "the catalogue for data portals (DCAT-AP 3.0.1)",
    "`void.ttl`": "counts by class, property and named graph (VoID)",
    "`datapackage.json`": "the tables and each of their columns described (Data Package)",
    "`dataset.jsonld`": "the release described for search engines (schema.org)",
    "`CITATION.cff`": "how to cite it, with all sources",
    "`feed.atom`": "this release and those before it",
    "`context.jsonld`": "the JSON-LD context: the words of fact sheets as terms",
    "`redirects.csv`": "addresses of what was renamed, merged (`new` is where to go) or withdrawn (`new` is empty)",
    "`SHA256SUMS`": "checksums of all files",
    "`*.gz`": "compressed copies of the data files",
}


def readme(
    about: About,
    edition: Edition,
    survey: Survey,
    files: Sequence[FileFacts],
    gaps: Sequence[Gap] = (),
    disagreements: int | None = None,
) -> str:
    """README.md of a release; `disagreements` is how many pairs of claims cannot both be right, where it was asked."""
    parts = (
        _head(about, edition),
        _contents(survey),
        _files(files),
        _sources(survey, files),
        _checks(survey),
        _known_gaps(survey, gaps, disagreements),
        _use(about, edition, files),
    )
    return "\n".join(line for part in parts for line in part)


def _head(about: About, edition: Edition) -> Iterator[str]:
    yield f"# {escaped(plain(about.title))}, release {escaped(edition.version)}"
    yield ""
    yield escaped(plain(about.description))
    yield ""
    yield f"- Version {escaped(edition.version)} of {edition.date}: {link(edition.iri, edition.iri)}"
    if edition.previous:
        yield f"- The version before: {escaped(edition.previous)}"
    yield f"- Files: {link(edition.base, edition.base)}"
    if edition.endpoint:
        yield f"- SPARQL: {link(edition.endpoint, edition.endpoint)}"
    title = licence(about.licence).get("title", about.licence)
    yield f"- Licence: {link(title, about.licence)}; the words of a source remain its publisher's"
    yield f"- Published by {link(about.publisher, about.homepage)}; contact: {link(about.contact, about.contact_page)}"
    yield ""
    if edition.notes:
        yield "## What is new"
        yield ""
        yield from (escaped(line) if line.strip() else "" for line in edition.notes.strip().splitlines())
        yield ""


def _contents(survey: Survey) -> Iterator[str]:
    yield "## What is in it"
    yield ""
    rows = [(f"claims: {name}", number) for name, number in survey.claims.items()]
    rows += [("claims, together", sum(survey.claims.values()))]
    rows += [(f"things: {name}", number) for name, number in survey.things.items() if name != "Source"]
    rows += [("sources", len(survey.sources)), ("triples that sources say", survey.asserted)]
    rows += [("triples that follow by rule", survey.inferred), ("distinct triples", survey.triples)]
    yield from table(("what", "number"), ((what, f"{number:,}") for what, number in rows), right=(1,))
    yield ""
    extent = survey.extent
    if extent.countries:
        yield f"Countries of cities ({len(extent.countries)}): {escaped(', '.join(extent.countries))}."
    if extent.box:
        west, south, east, north = extent.box
        yield f"Coordinates: {south:g} to {north:g} degrees north, {west:g} to {east:g} degrees east."
    if extent.earliest or extent.latest:
        yield f"Dates of claims: {extent.earliest or 'open'} to {extent.latest or 'open'}."
    yield ""


def _files(files: Sequence[FileFacts]) -> Iterator[str]:
    yield "## Files"
    yield ""
    yield from table(
        ("file", "what", "media type", "bytes"),
        ((link(file.name, quote(file.name)), file.title, file.media, f"{file.size:,}") for file in files),
        right=(3,),
        marked=(0,),
    )
    yield ""
    yield from table(("and beside them", "what"), _BESIDE.items(), marked=(0,))
    yield ""
    yield "The tables have what spreadsheets are good for: claims of other types are in the RDF files only. Import them"
    yield "as UTF-8 with every column as text, else a spreadsheet makes dates of its own of `2012-09`; cells stand as"
    yield "sources have them, also where a spreadsheet takes a text for a formula."
    yield ""


def _sources(survey: Survey, files: Sequence[FileFacts]) -> Iterator[str]:
    yield "## Sources"
    yield ""
    apart = {file.source: file.name for file in files if file.source and file.format == "RDF_TURTLE"}
    rows = []
    for source in survey.sources:
        day = source.issued or source.as_of
        claims = f"{sum(source.claims.values()):,}"
        own = link(source.key, quote(apart[source.key])) if source.key in apart else escaped(source.key)
        title = link(source.title or source.key, source.url)
        terms = licence(source.licence) if source.licence else {}
        free = link(terms.get("title", source.licence), source.licence) if terms else "not said"
        credit = escaped(source.citation or ", ".join(filter(None, (source.creator, source.publisher))))
        rows.append((own, title, credit, day, free, claims))
    head = ("source", "title", "credit", "day", "licence", "claims")
    yield from table(head, rows, right=(5,), marked=(0, 1, 2, 4))
    yield ""


def _checks(survey: Survey) -> Iterator[str]:
    yield "## Checks"
    yield ""
    yield ", ".join(f"{survey.problems.get(one, 0):,} {name}" for one, name in _NAMES.items()) + "."
    yield f"Things, values and claims of table rows that do not hold and were left out: {survey.left_out:,}."
    yield "`shacl-report.ttl` names each finding of the shapes."
    yield ""
    if survey.codes:
        rank = list(_NAMES).index
        codes = sorted(survey.codes.items(), key=lambda item: (rank(item[0][0]), -item[1], item[0]))
        rows = [(severity, code, f"{number:,}") for (severity, code), number in codes]
        yield from table(("severity", "finding", "number"), rows, right=(2,))
        yield ""


def _known_gaps(survey: Survey, gaps: Sequence[Gap], disagreements: int | None) -> Iterator[str]:
    yield "## Known gaps"
    yield ""
    yield "What no source says is empty, not zero."
    yield ""
    yield from (f"- {gap.text()}" for gap in gaps)
    if survey.left_out:
        yield f"- Missing, since the checks left them out: {survey.left_out:,} things, values and claims of rows."
    if disagreements is not None:
        where = "which stand side by side (`citygraph query disagreements`)"
        yield f"- Disagreements between claims, {where}: {disagreements:,}."
    yield ""


def _use(about: About, edition: Edition, files: Sequence[FileFacts]) -> Iterator[str]:
    names = {file.name for file in files}
    yield "## Cite"
    yield ""
    yield escaped(cited(about, edition))
    yield ""
    yield "`CITATION.cff` has it for machines, with the sources. Cite a single fact by its claim and source."
    yield ""
    yield "## Verify"
    yield ""
    yield "    sha256sum -c SHA256SUMS"
    yield ""
    yield "## Load and ask"
    yield ""
    yield "    citygraph query memberships -p city=lahti --graph ."
    if "citygraph.nq" in names:
        yield "    oxigraph load --location store --file citygraph.nq"
    if "datapackage.json" in names or any(name.startswith("tables/") for name in names):
        yield "    frictionless validate datapackage.json"
    yield ""
    yield "Each source has its named graph, and so has what follows by rule. Queries run over the union of all:"
    yield ""
    yield "    PREFIX cg: <https://w3id.org/citygraph/ontology#>"
    yield "    SELECT ?member ?network ?source WHERE {"
    yield "      ?claim a cg:Membership ; cg:member ?member ; cg:network ?network ; cg:source ?source }"
    yield ""


def cited(about: About, edition: Edition) -> str:
    """How a release is cited in a text."""
    return (
        f"{about.publisher} ({edition.date[:4]}): {plain(about.title)}. "
        f"Version {edition.version}, {edition.date}. {edition.iri}"
    )


def escaped(text: str) -> str:
    """A text as Markdown shows it, on one line, without signs that turn the line about."""
    return _MARKUP.sub(r"\\\1", _TURNS.sub("\ufffd", " ".join(text.split())))


def link(text: str, target: str) -> str:
    """A link in Markdown; the text alone where the target is no address that a reader can open."""
    if not target or (":" in target.partition("/")[0] and not target.startswith(("http://", "https://"))):
        return escaped(text)
    return f"[{escaped(text)}]({quote(target, safe=_SAFE)})"


#: What stays as it is in the target of a link; brackets and bars would end it or the cell.
_SAFE = "/:?#@!$&'*+,;=%~"


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = (), marked: Sequence[int] = ()
) -> Iterator[str]:
    """A table in Markdown; columns `right` hold numbers, the cells of columns `marked` are Markdown already."""
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join("--:" if at in right else "---" for at in range(len(head))) + "|"
    for row in rows:
        yield "| " + " | ".join(cell if at in marked else escaped(cell) for at, cell in enumerate(row)) + " |"


def citation(about: About, edition: Edition, survey: Survey) -> str:
    """CITATION.cff of a release, a dataset, with its sources as references."""
    said: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it; cite a single fact by its claim and source.",
        "type": "dataset",
        "title": plain(about.title),
        "abstract": plain(about.description),
        "authors": [{"name": about.publisher}],
        "version": edition.version,
        "date-released": edition.date,
        "url": edition.dataset,
        "identifiers": [{"type": "url", "value": edition.iri, "description": "This version"}],
        **_licensed(about.licence),
        "keywords": list(about.keywords.get("en") or next(iter(about.keywords.values()), ())),
        "references": [_reference(source) for source in survey.sources],
    }
    said = {key: value for key, value in said.items() if value}
    return yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)


def _licensed(address: str) -> dict[str, str]:
    name = licence(address).get("name")
    return {"license": name} if name else {"license-url": address} if address else {}


def _reference(source: SourceFacts) -> dict[str, Any]:
    """A source; where it names no author its publisher stands for one, as a reference needs one."""
    author = source.creator or source.publisher or "Not named by the source"
    said: dict[str, Any] = {
        "type": _REFERENCE.get(source.kind, "generic"),
        "title": source.title or source.key,
        "authors": [{"name": author}],
        "publisher": {"name": source.publisher} if source.publisher else None,
        "date-published": source.issued if re.fullmatch(r"\d{4}-\d\d-\d\d", source.issued) else None,
        "version": source.version,
        "languages": [source.language] if re.fullmatch("[a-z]{2,3}", source.language) else None,
        "url": source.url if source.url.startswith(("http://", "https://")) else None,
        **_licensed(source.licence),
        "notes": source.citation,
    }
    return {key: value for key, value in said.items() if value}


def checksums(files: Iterable[FileFacts]) -> str:
    """SHA256SUMS as `sha256sum` writes and checks it, in the order of names."""
    lines = []
    for file in sorted(files, key=lambda file: file.name):
        name = file.name.replace("\\", r"\\").replace("\n", r"\n").replace("\r", r"\r")
        lines.append(f"{'' if name == file.name else chr(92)}{file.sha256}  {name}\n")
    return "".join(lines)
