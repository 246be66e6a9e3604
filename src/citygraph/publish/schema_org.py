"""The release as search engines for datasets read it: JSON-LD in the words of schema.org."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from citygraph.publish.codes import countries
from citygraph.publish.edition import About, Edition, FileFacts, SourceFacts, Survey


def dataset_jsonld(about: About, edition: Edition, survey: Survey, files: Sequence[FileFacts]) -> str:
    """A schema.org Dataset with its downloads and the sources that it is based on; what is not known is left out.

    Search engines read plain texts: name and description are in English, the catalogue has them in each language.
    """
    sources = [source for source in survey.sources if source.speaks or source.kind == "registry"]
    title = about.title["en"]
    maker = {"@type": "Organization", "name": about.publisher, "url": about.homepage}
    contact = {
        "@type": "ContactPoint",
        "name": about.contact,
        "email": about.email,
        "url": about.contact_page,
    }
    whole = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "Dataset",
        "@id": edition.dataset,
        "identifier": edition.dataset,
        "url": about.homepage,
        "name": title,
        "alternateName": [words for language, words in about.title.items() if language != "en"],
        "description": about.description["en"],
        "keywords": [word for words in about.keywords.values() for word in words],
        "inLanguage": list(about.title),
        "version": edition.version,
        "datePublished": edition.date,
        "dateModified": edition.date,
        "license": about.licence,
        "isAccessibleForFree": True,
        "creator": maker,
        "publisher": maker | {"contactPoint": _known(contact)},
        "citation": f"{about.publisher} ({edition.date[:4]}). {title}. Version {edition.version}. {edition.iri}",
        "temporalCoverage": _period(survey.extent.earliest, survey.extent.latest),
        "spatialCoverage": _places(survey),
        "isBasedOn": [_source(source) for source in sources],
        "distribution": [_download(file, edition, about, {s.key: s for s in sources}) for file in files],
    }
    return json.dumps(_known(whole), ensure_ascii=False, indent=1) + "\n"


def _known(entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that say something."""
    return {key: value for key, value in entries.items() if value not in ("", None, [], {})}


def _period(earliest: str, latest: str) -> str:
    """An interval of ISO 8601, open where an end is not told."""
    return f"{earliest or '..'}/{latest or '..'}" if earliest or latest else ""


def _places(survey: Survey) -> list[dict[str, Any]]:
    """The box as south, west, north and east, and the countries that ISO 3166-1 knows."""
    places: list[dict[str, Any]] = []
    if survey.extent.box:
        west, south, east, north = survey.extent.box
        places.append({"@type": "Place", "geo": {"@type": "GeoShape", "box": f"{south} {west} {north} {east}"}})
    for code in survey.extent.countries:
        if known := countries().get(code):
            places.append({"@type": "Country", "identifier": code, "name": known[1]})
    return places


def _source(source: SourceFacts) -> dict[str, Any]:
    kinds = {"article": "Article", "page": "WebPage"}
    makers = [("publisher", source.publisher), ("author", source.creator)]
    return _known(
        {
            "@type": kinds.get(source.kind, "Dataset"),
            "@id": source.url,
            "name": source.title,
            "url": source.url,
            "inLanguage": source.language,
            "datePublished": source.issued,
            "version": source.version,
            "license": source.licence,
            "citation": source.citation,
        }
        # No type: a source names who wrote it, not whether that is a person or a body.
        | {key: {"name": name} for key, name in makers if name}
    )


def _download(file: FileFacts, edition: Edition, about: About, sources: Mapping[str, SourceFacts]) -> dict[str, Any]:
    """A file; one that holds the words of a source without a licence has none either."""
    source = sources.get(file.source)
    return _known(
        {
            "@type": "DataDownload",
            "name": file.title,
            "contentUrl": edition.url(file.name),
            "encodingFormat": file.media,
            "contentSize": f"{file.size} B",
            "sha256": file.sha256,
            "license": source.licence if source else about.licence,
        }
    )
