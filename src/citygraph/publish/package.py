"""The data package of a release: what its tables and files hold, for frictionless and who reads tables by machine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from citygraph.publish import codes
from citygraph.publish.edition import About, Edition, FileFacts, SourceFacts, Survey, Texts
from citygraph.publish.fields import TABLES


def datapackage(about: About, edition: Edition, survey: Survey, files: Sequence[FileFacts]) -> str:
    """The text of datapackage.json: each of `files` is a resource, the flat tables with their schema.

    Leave out what is written later (the checksums, the file itself) and compressed copies.
    """
    said: dict[str, Any] = {
        "name": "citygraph",
        "id": edition.iri,
        "title": plain(about.title),
        "description": plain(about.description),
        "homepage": about.homepage,
        "version": edition.version,
        "created": f"{edition.date}T00:00:00Z",
        "profile": "data-package",
        "keywords": sorted({word for words in about.keywords.values() for word in words}),
        "licenses": [licence(about.licence)],
        "contributors": [_contributor(about)],
        "sources": [_source(source) for source in survey.sources],
        "resources": [_resource(file) for file in files],
    }
    said = {key: value for key, value in said.items() if value}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def licence(address: str) -> dict[str, str]:
    """A licence by its address, with its name and title where they are known."""
    known = codes.licence(address)
    return {"name": known.name, "path": address, "title": known.title} if known else {"path": address}


def plain(texts: Texts) -> str:
    """The English text, else the first."""
    return texts.get("en") or next(iter(texts.values()), "")


def _contributor(about: About) -> dict[str, str]:
    return {"title": about.publisher, "role": "publisher"} | ({"email": about.email} if about.email else {})


def _source(source: SourceFacts) -> dict[str, str]:
    """A source by its title and address; who is to be credited stands in the title, as nothing else is free for it."""
    credit = source.citation or source.publisher or source.creator
    title = f"{source.title} ({credit})" if credit and credit != source.title else source.title or source.key
    return {"title": title} | ({"path": source.url} if source.url.startswith(("http://", "https://")) else {})


def _resource(file: FileFacts) -> dict[str, Any]:
    """A file; a flat table with its schema."""
    table = next((table for table in TABLES if table.path == file.name), None)
    same = {
        "path": file.name,
        "title": file.title,
        "format": PurePosixPath(file.name).suffix.removeprefix(".").lower(),
        "mediatype": file.media,
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
    }
    if table is None:
        return {"name": _name(file.name), **same}
    dialect = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}
    return {
        "name": table.name,
        "profile": "tabular-data-resource",
        **same,
        "description": table.description,
        "dialect": dialect,
        "schema": table.schema(),
    }


def _name(file: str) -> str:
    """A resource's name: small letters, digits, dots and hyphens."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in file.lower())
