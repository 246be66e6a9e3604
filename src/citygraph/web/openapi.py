"""The OpenAPI description of the named queries, made from their headers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from citygraph import __version__
from citygraph.queries import MAX_TEXT, NamedQuery, Param
from citygraph.web.limits import Limits

#: Media types of an answer by the names that `format` takes; the first is the one where none is asked.
FORMATS = {
    "json": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "xml": "application/sparql-results+xml",
}
#: What each error's status means.
_ERRORS = {
    "400": "A parameter is unknown, missing or wrong, or the answer is over a limit; the text says what is right",
    "404": "There is no such query",
    "406": "None of the media types asked for is given",
    "503": "Too many queries are waiting; try again after the seconds that Retry-After tells",
    "504": "The query ran into the time limit",
    "507": "The query needed more memory than the limit",
}
_TERM = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {
        "type": {"enum": ["uri", "literal", "bnode"]},
        "value": {"type": "string"},
        "xml:lang": {"type": "string"},
        "datatype": {"type": "string"},
    },
}
_RESULTS = {
    "type": "object",
    "description": "SPARQL 1.1 Query Results JSON Format",
    "required": ["head", "results"],
    "properties": {
        "head": {
            "type": "object",
            "required": ["vars"],
            "properties": {"vars": {"type": "array", "items": {"type": "string"}}},
        },
        "results": {
            "type": "object",
            "required": ["bindings"],
            "properties": {
                "bindings": {
                    "type": "array",
                    "items": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Term"}},
                }
            },
        },
    },
}
_LIST = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "summary", "description", "href", "params"],
        "properties": {
            **{name: {"type": "string"} for name in ("name", "summary", "description", "href")},
            "params": {"type": "array", "items": {"type": "object"}},
        },
    },
}
_TYPES = {
    "iri": "A key, a name or an IRI",
    "date": "A day: year-month-day",
    "text": f"A text of 1 to {MAX_TEXT} characters on one line",
    "choice": "One of the values",
}


def document(catalogue: Sequence[NamedQuery], limits: Limits) -> dict[str, Any]:
    """The description, an OpenAPI 3.1 document."""
    text = {"text/plain": {"schema": {"type": "string"}}}
    errors = {f"E{status}": {"description": said, "content": text} for status, said in _ERRORS.items()}
    errors["E503"]["headers"] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}}
    listing = {"description": "The queries", "content": {"application/json": {"schema": _LIST}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "citygraph: named queries",
            "version": __version__,
            "summary": "Questions to what sources say of cities and their networks",
            "description": (
                f"A query may take {limits.seconds:g} seconds; its answer has at most {limits.rows:,} rows and"
                f" {limits.bytes:,} bytes. An answer over a limit is an error and never cut."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            "/api/queries": {
                "get": {"operationId": "queries", "summary": "The named queries", "responses": {"200": listing}}
            },
            **{f"/api/queries/{query.name}": {"get": _operation(query)} for query in catalogue},
        },
        "components": {"schemas": {"Term": _TERM, "Results": _RESULTS}, "responses": errors},
    }


def _operation(query: NamedQuery) -> dict[str, Any]:
    table = {"schema": {"type": "string"}}
    results = {"schema": {"$ref": "#/components/schemas/Results"}}
    content = {media: results if name == "json" else table for name, media in FORMATS.items()}
    return {
        "operationId": query.name,
        "summary": query.summary,
        **({"description": query.description} if query.description else {}),
        "parameters": [*map(_parameter, query.params.values()), _FORMAT],
        "responses": {
            "200": {"description": "The rows", "content": content},
            **{status: {"$ref": f"#/components/responses/E{status}"} for status in _ERRORS},
        },
    }


_FORMAT = {
    "name": "format",
    "in": "query",
    "description": "The format of the answer; without it, what the Accept header prefers",
    "schema": {"type": "string", "enum": list(FORMATS)},
}


def _parameter(param: Param) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if param.type == "choice":
        schema["enum"] = list(param.values)
    elif param.type == "date":
        schema["format"] = "date"
    else:
        schema |= {"minLength": 1, "maxLength": MAX_TEXT}
    return {
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": _TYPES[param.type],
        "schema": schema,
        **({"example": param.example} if param.example else {}),
    }
