"""The description of a release for search engines."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pyoxigraph as ox

from citygraph.publish.edition import Edition, Survey
from citygraph.publish.schema_org import dataset_jsonld
from releases import ABOUT, ARTICLE, CC_BY, EDITION, FILES, MAP, REGISTRY, SURVEY, TABLE


def told(edition: Edition = EDITION, survey: Survey = SURVEY) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dataset_jsonld(ABOUT, edition, survey, FILES))
    return found


def test_what_a_search_engine_asks_for() -> None:
    found = told()
    assert found["@type"] == "Dataset"
    assert (found["name"], found["alternateName"]) == ("Cities", ["Kaupungit", "Städer"])
    assert found["description"] == "What sources say."
    assert found["keywords"] == ["city networks", "climate", "ilmasto", "klimat"]
    assert found["license"] == CC_BY
    assert found["version"] == "1.2.0"
    assert found["temporalCoverage"] == "1991-01-01/2024-01-31"
    box, *countries = found["spatialCoverage"]
    assert box["geo"]["box"] == "38.7 -9.14 65.01 26.95"
    assert [place["name"] for place in countries] == ["Finland", "Portugal"]
    assert found["creator"]["name"] == ABOUT.publisher
    assert found["publisher"]["contactPoint"]["email"] == ABOUT.email
    assert found["citation"].endswith("(2026). Cities. Version 1.2.0. https://w3id.org/citygraph/release/1.2.0")


def test_each_download_has_its_size_and_sum() -> None:
    downloads = {each["contentUrl"]: each for each in told()["distribution"]}
    assert len(downloads) == len(FILES)
    for file in FILES:
        each = downloads[EDITION.base + file.name]
        assert each["contentSize"] == f"{file.size} B"
        assert (each["sha256"], each["encodingFormat"], each["name"]) == (file.sha256, file.media, file.title)
        words = file.source == ARTICLE.key
        assert ("license" in each) != words, "the words of a source without a licence have none here either"


def test_sources_are_named_with_their_licence() -> None:
    sources = {each["name"]: each for each in told()["isBasedOn"]}
    assert set(sources) == {ARTICLE.title, TABLE.title, MAP.title, REGISTRY.title}
    assert sources[TABLE.title]["license"] == TABLE.licence
    assert sources[TABLE.title]["@type"] == "Dataset"
    assert "license" not in sources[ARTICLE.title]
    assert sources[ARTICLE.title]["author"] == {"name": "Ann Author"}


def test_what_is_not_known_is_left_out() -> None:
    nowhere = replace(SURVEY, extent=replace(SURVEY.extent, box=None, countries=(), earliest="", latest=""))
    assert not {"spatialCoverage", "temporalCoverage"} & set(told(survey=nowhere))
    since = replace(SURVEY, extent=replace(SURVEY.extent, latest=""))
    assert told(survey=since)["temporalCoverage"] == "1991-01-01/.."


def test_it_is_stable_rdf_of_schema_org() -> None:
    written = dataset_jsonld(ABOUT, EDITION, SURVEY, FILES)
    assert written == dataset_jsonld(ABOUT, EDITION, SURVEY, FILES)
    assert written.startswith('{\n "@context": {\n  "@vocab": "https://schema.org/"\n }')
    quads = list(ox.parse(written, format=ox.RdfFormat.JSON_LD))
    names = {quad.predicate.value for quad in quads} - {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type"}
    assert all(name.startswith("https://schema.org/") for name in names)
    assert ox.NamedNode(EDITION.dataset) in {quad.subject for quad in quads}
