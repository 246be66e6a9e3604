"""The catalogue of named queries: their headers, their parameters, and a term in the place of a parameter.

A query file is plain SPARQL that any client runs as it is. Lines that begin with `#+` hold YAML: `summary`, `labels`
(the summary in other languages), `description` and `params`. A parameter stands in the query as
`VALUES ?variable { UNDEF }` and nowhere else; a value replaces UNDEF by a term that was built and validated, never by
formatting text into the query. A comment line that begins with `#?variable` is part of the query where that parameter
is given, its term in the place of the variable.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from citygraph import sparql
from citygraph.files import load_bytes, resource, shown
from citygraph.near import nearest
from citygraph.problems import CitygraphError
from citygraph.vocabulary import ID, PREFIXES, XSD, expand

#: The place of a parameter.
_SLOT = re.compile(r"(?P<before>VALUES\s+\?(?P<variable>\w+)\s*\{\s*)UNDEF(?P<after>\s*\})")
#: What holds anyway where a parameter is given; said, it spares a search through all that is filtered out later.
_GIVEN = re.compile(r"^[ \t]*#\?(?P<given>\w+)(?P<holds> .*)$", re.MULTILINE)
_PLACE = re.compile(f"{_SLOT.pattern}|{_GIVEN.pattern}", re.MULTILINE)
#: Longest query that is run, in characters.
MAX_LENGTH = 100_000
#: Deepest nesting of brackets that is handed to the parser, whose stack is not endless.
MAX_NESTING = 100
#: Types of parameters, and what their values are.
TYPES = {"iri": "a key, name or IRI", "date": "a day", "text": "a text", "choice": "one of its values"}
#: Longest text that a parameter takes.
MAX_TEXT = 200


@dataclass(frozen=True)
class Param:
    """A parameter: `variable` is the one whose UNDEF it replaces, `type` one of TYPES."""

    name: str
    type: str
    variable: str
    values: tuple[str, ...] = ()
    example: str = ""
    required: bool = False


@dataclass(frozen=True)
class NamedQuery:
    """A query with its header."""

    name: str
    text: str
    summary: str = ""
    description: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    def told(self, language: str) -> str:
        """The summary in a language, else in English."""
        return self.labels.get(language) or self.summary


def parse(name: str, text: str) -> NamedQuery:
    """A query file; raises CitygraphError where the header is not what a header is."""
    header = "\n".join(line[3:] for line in text.splitlines() if line.startswith("#+"))
    try:
        loaded = _by_yaml(header)
        params = {
            key: Param(
                key, spec["type"], spec.get("variable", key),
                tuple(spec.get("values", ())), str(spec.get("example", "")), spec.get("required", False) is True,
            )
            for key, spec in (loaded.get("params") or {}).items()
        }  # fmt: skip
        labels = {str(code): str(text) for code, text in (loaded.get("labels") or {}).items()}
        summary, description = (str(loaded.get(key, "")) for key in ("summary", "description"))
        query = NamedQuery(name, text, summary, description, params, labels)
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise CitygraphError(f"{name}: the #+ header cannot be read: {' '.join(str(error).split())}") from error
    for param in params.values():
        if param.type not in TYPES:
            raise CitygraphError(f"{name}: parameter {param.name}: unknown type {param.type!r}; {' or '.join(TYPES)}")
        if param.required and not (param.example or param.values):
            raise CitygraphError(f"{name}: parameter {param.name}: one that is required needs an example")
        if [slot["variable"] for slot in _SLOT.finditer(text)].count(param.variable) != 1:
            raise CitygraphError(f"{name}: parameter {param.name}: write VALUES ?{param.variable} {{ UNDEF }} once")
    return query


def _by_yaml(header: str) -> Any:
    import yaml

    try:
        return yaml.load(header, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def catalogue() -> list[NamedQuery]:
    """The named queries of queries/, by name."""
    paths = sorted(resource("queries").glob("*.rq"))
    return [parse(path.stem, path.read_text("utf-8")) for path in paths]


def find(name: str, stdin: Callable[[], str]) -> NamedQuery:
    """A query by catalogue name, file name, or `-` for standard input; raises CitygraphError."""
    if name == "-":
        try:
            text = stdin()
            text.encode("utf-8")
        except UnicodeError as error:
            raise CitygraphError("standard input: not UTF-8 text") from error
        return parse("standard input", text)
    named = resource("queries") / f"{name}.rq"
    if re.fullmatch(r"[a-z0-9-]+", name) and named.exists():
        return parse(name, named.read_text("utf-8"))
    path = Path(name)
    if path.suffix or path.exists():
        raw = load_bytes(path, "the query")
        try:
            return parse(shown(path), raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise CitygraphError(f"{shown(path)}: not UTF-8 text") from error
    hint = nearest(name, [query.name for query in catalogue()]) or "`citygraph queries` lists them"
    raise CitygraphError(f"no query named {name!r}; {hint}")


def form(text: str) -> str:
    """`select`, `ask`, `construct` or `describe`; raises CitygraphError for an update or anything else."""
    reading = sparql.read(text)
    if reading.update:
        raise CitygraphError(
            f"that is a SPARQL update ({reading.form.upper()}); only queries are run: SELECT, ASK, CONSTRUCT, DESCRIBE"
        )
    if not reading.form:
        raise CitygraphError("no SELECT, ASK, CONSTRUCT or DESCRIBE in the query")
    return reading.form


def sound(text: str) -> str:
    """The text to hand to the parser.

    Raises CitygraphError for a query that is nested too deeply to parse, or that would send one to another host.

    A query of a file asks nobody else: what a SERVICE clause asks of a server is asked with --endpoint.
    """
    if len(text) > MAX_LENGTH:
        raise CitygraphError(f"the query has {len(text):,} characters; at most {MAX_LENGTH:,} are run")
    reading = sparql.read(text)
    if reading.depth > MAX_NESTING:
        raise CitygraphError(f"the query is nested deeper than {MAX_NESTING} brackets")
    if reading.service:
        raise CitygraphError("SERVICE is not run on a file; ask the server itself with --endpoint URL")
    return reading.text


def resolve(value: str) -> str:
    """The IRI that a user's word means: a full IRI, `<IRI>`, a prefixed name, or a key."""
    value = value.strip().removeprefix("<").removesuffix(">")
    if re.match(r"[a-z]+://", value):
        return value
    prefix, colon, _ = value.partition(":")
    return expand(value) if colon and prefix in PREFIXES else ID + value


def bind(query: NamedQuery, given: Mapping[str, str], find_iri: Callable[[str], str] = resolve) -> str:
    """The query's text with each given parameter's term in its place; raises CitygraphError for a wrong one.

    All are set in one pass over the text as it is written, so that no value is searched for the place of another.
    """
    terms: dict[str, str] = {}
    for name, value in given.items():
        if name not in query.params:
            known = ", ".join(query.params) or "it has none"
            hint = nearest(name, query.params) or f"known here: {known}"
            raise CitygraphError(f"{query.name}: unknown parameter {name!r}; {hint}")
        param = query.params[name]
        terms[param.variable] = _term(param, value, find_iri)
    for param in query.params.values():
        if param.required and param.name not in given:
            example = param.example or param.values[0]
            raise CitygraphError(
                f"{query.name}: the parameter {param.name!r} is required; for instance {param.name}={example}"
            )

    def put(place: re.Match[str]) -> str:
        if variable := place["given"]:
            term = terms.get(variable)
            return place[0] if term is None else re.sub(rf"\?{variable}\b", lambda _: term, place["holds"])
        return f"{place['before']}{terms.get(place['variable'], 'UNDEF')}{place['after']}"

    return _PLACE.sub(put, query.text)


def _term(param: Param, value: str, find_iri: Callable[[str], str]) -> str:
    if param.type == "iri":
        try:
            return str(ox.NamedNode(find_iri(value)))
        except ValueError as error:
            raise CitygraphError(f"{param.name}={value}: not a key or an IRI; for instance {param.example}") from error
    if param.type == "date":
        try:
            day = dt.date.fromisoformat(value)
        except ValueError as error:
            raise CitygraphError(f"{param.name}={value}: not a day; write year-month-day: 2013-01-01") from error
        return str(ox.Literal(day.isoformat(), datatype=ox.NamedNode(XSD + "date")))
    if param.type == "text":
        text = unicodedata.normalize("NFC", value.strip())
        if not text or len(text) > MAX_TEXT or not text.isprintable():
            raise CitygraphError(f"{param.name}={value}: not a text of 1 to {MAX_TEXT} characters on one line")
        return str(ox.Literal(text))
    if value not in param.values:
        hint = nearest(value, param.values) or "one of " + ", ".join(param.values)
        raise CitygraphError(f"{param.name}={value}: {hint}")
    return str(ox.Literal(value))
