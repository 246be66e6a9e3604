"""A claim or a thing as others cite it: text, BibTeX, and CSL-JSON (https://citationstyles.org, schema 1.0.2)."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass

from citygraph.explain import cited
from citygraph.pages.reader import Reader
from citygraph.vocabulary import DCTERMS, shorten


@dataclass(frozen=True)
class Edition:
    """The release that is cited: its title, version, day (ISO 8601) and permanent address, empty where not told.

    `news` has the day, title and summary of it and of a few releases before it."""

    title: str = "citygraph"
    version: str = ""
    date: str = ""
    iri: str = "https://w3id.org/citygraph"
    publisher: str = ""
    news: tuple[tuple[str, str, str], ...] = ()

    @property
    def text(self) -> str:
        """The release in one line."""
        told = ", ".join(filter(None, (self.version and f"version {self.version}", self.date)))
        return f"{self.title}{f' ({told})' if told else ''}. {self.iri}"


@dataclass(frozen=True)
class Citation:
    """The three forms."""

    text: str
    bibtex: str
    csl: str


def citation(edition: Edition, iri: str, title: str, source: str = "") -> Citation:
    """How a claim or a thing is cited: `title` says what it is, `source` is the citation of its source."""
    told = ", ".join(filter(None, (edition.version and f"version {edition.version}", edition.date)))
    whole = f"{edition.title}{f', {told}' if told else ''}"
    text = f"{f'{source.rstrip()} ' if source else ''}Cited as “{title}” in {whole}. {iri}"
    key = re.sub(r"[^A-Za-z0-9]+", "-", shorten(iri)).strip("-") or "citygraph"
    fields = {
        "author": f"{{{_tex(edition.publisher)}}}" if edition.publisher else "",
        "title": f"{{{_tex(title)}}}",
        "howpublished": _tex(f"In {edition.title}, {edition.iri}"),
        "year": edition.date[:4],
        "version": _tex(edition.version),
        "url": iri,
        "note": _tex(f"Source: {source}") if source else "",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    csl: dict[str, object] = {
        "id": key, "type": "entry", "title": _clean(title), "container-title": edition.title,
        "version": edition.version, "URL": iri, "publisher": edition.publisher,
        "note": _clean(f"Source: {source}") if source else "",
    }  # fmt: skip
    if re.fullmatch(r"\d{4}-\d\d-\d\d", edition.date):
        csl["issued"] = {"date-parts": [[int(part) for part in edition.date.split("-")]]}
    kept = {name: value for name, value in csl.items() if value}
    return Citation(_clean(text), f"@misc{{{key},\n{lines}}}", json.dumps([kept], ensure_ascii=False, indent=1))


def whole(edition: Edition) -> Citation:
    """How a release itself is cited."""
    fields = {
        "author": f"{{{_tex(edition.publisher)}}}" if edition.publisher else "",
        "title": _tex(edition.title),
        "year": edition.date[:4],
        "version": _tex(edition.version),
        "url": edition.iri,
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    told: dict[str, object] = {
        "id": "citygraph", "type": "dataset", "title": edition.title, "version": edition.version, "URL": edition.iri,
        "publisher": edition.publisher,
    }  # fmt: skip
    if re.fullmatch(r"\d{4}-\d\d-\d\d", edition.date):
        told["issued"] = {"date-parts": [[int(part) for part in edition.date.split("-")]]}
    kept = {name: value for name, value in told.items() if value}
    by = f"{edition.publisher}: " if edition.publisher else ""
    csl = json.dumps([kept], ensure_ascii=False, indent=1)
    return Citation(_clean(by + edition.text), f"@misc{{citygraph,\n{lines}}}", csl)


def of_source(reader: Reader, source: str) -> str:
    """The citation of a source."""
    return cited(lambda predicate: reader.one(source, predicate)) if source else ""


def itself(reader: Reader, source: str, licence: str, table: bool = False) -> Citation:
    """How a source itself is cited, and credited as its licence asks; `table` is whether it is a data set."""
    one = {name: reader.one(source, property) for name, property in _OF_SOURCE.items()}
    title = one["title"] or shorten(source)
    day = issued(reader, source)
    key = re.sub(r"[^A-Za-z0-9]+", "-", shorten(source)).strip("-") or "source"
    fields = {
        "author": f"{{{_tex(one['author'])}}}" if one["author"] else "",
        "title": f"{{{_tex(title)}}}",
        "publisher": f"{{{_tex(one['publisher'])}}}" if one["publisher"] else "",
        "year": day[:4],
        "date": _tex(day),
        "version": _tex(one["version"]),
        "language": _tex(one["language"]),
        "url": _url(one["url"]),
        "note": _tex(f"Licence: {licence}") if licence else "",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    csl: dict[str, object] = {
        "id": key, "type": "dataset" if table else "webpage", "title": _clean(title),
        "author": [{"literal": _clean(one["author"])}] if one["author"] else "", "publisher": _clean(one["publisher"]),
        "version": _clean(one["version"]), "language": _clean(one["language"]), "URL": _url(one["url"]),
        "note": _clean(f"Licence: {licence}") if licence else "",
    }  # fmt: skip
    if re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        csl["issued"] = {"date-parts": [[int(part) for part in day.split("-")]]}
    kept = {name: value for name, value in csl.items() if value}
    text = of_source(reader, source) + (f" {_clean(licence)}." if licence else "")
    return Citation(_clean(text), f"@misc{{{key},\n{lines}}}", json.dumps([kept], ensure_ascii=False, indent=1))


_OF_SOURCE = {
    "author": DCTERMS + "creator", "title": DCTERMS + "title", "publisher": DCTERMS + "publisher",
    "version": "http://schema.org/version", "language": DCTERMS + "language", "url": "http://schema.org/url",
}  # fmt: skip


def issued(reader: Reader, source: str) -> str:
    """The day of a source; empty where none is told."""
    return reader.one(source, DCTERMS + "issued", "https://w3id.org/citygraph/ontology#asOf")


def _clean(text: str) -> str:
    """Text in one line, without signs that nobody sees and that turn what follows."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in text)


def _url(address: str) -> str:
    """An address as a citation has it: without what would end its field."""
    return re.sub(r"[\s{}\\]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), _clean(address))


def _tex(text: str) -> str:
    """Text as BibTeX has it: what would be a command is escaped."""
    return re.sub(r"([\\{}$&#%_^~])", _escaped, _clean(text))


def _escaped(found: re.Match[str]) -> str:
    names = {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}
    return names.get(found[1], "\\" + found[1])
