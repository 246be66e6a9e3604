"""The flat tables of a release, described once: what stands in each column, where it comes from, what it may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: What stands between several values in a cell.
BETWEEN = " | "
MANY = f"Several are separated by “{BETWEEN}”."

_DAY = r"(\d{4}(-\d{2}(-\d{2})?)?|\.\.)"
EDTF = rf"{_DAY}(/{_DAY})?"
KEY = r"[^\s|]+"
KEYS = rf"{KEY}( \| {KEY})*"
_PATTERNS = {"key": KEY, "keys": KEYS, "edtf": EDTF, "country": "[A-Z]{2}", "iri": r"https?://\S+"}
_COUNT = {"minimum": 1}
_YEAR = {"minimum": 1800, "maximum": 2200}


@dataclass(frozen=True)
class Field:
    """A column. `path` leads from the row's subject to its values: keys of the context with `/` between steps, `^` for
    a step backwards, `|` between alternatives; the empty path is the subject. `show` is what of a value stands in the
    cell: `key` (the IRI without its beginning), `value`, `name` (a label to read), `kind` (its class) or labels alone
    in the languages that stand after an `@`, `@` alone for those in none or another.
    `many` says that a cell may hold several; `follows` that what reasoning added counts too; `refers` is a table that
    has such a key."""

    name: str
    path: str
    description: str
    show: str = "value"
    type: str = "string"
    many: bool = False
    follows: bool = False
    constraints: Mapping[str, Any] = field(default_factory=dict)
    refers: str = ""

    def told(self) -> str:
        """The description with how several values stand."""
        return f"{self.description} {MANY}" if self.many else self.description

    def schema(self) -> dict[str, Any]:
        """The field as the Table Schema has it."""
        title = self.name.replace("_", " ")
        said = {"name": self.name, "title": title[0].upper() + title[1:], "type": self.type, "description": self.told()}
        return said | ({"constraints": dict(self.constraints)} if self.constraints else {})


@dataclass(frozen=True)
class Table:
    """A table: a row for each subject of the classes `of`, the first column its key."""

    name: str
    title: str
    description: str
    of: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def path(self) -> str:
        """Where it stands in a release."""
        return f"tables/{self.name}.csv"

    def schema(self) -> dict[str, Any]:
        """The Table Schema."""
        refers = [
            {
                "fields": one.name,
                "reference": {"resource": "" if one.refers == self.name else one.refers, "fields": "key"},
            }
            for one in self.fields
            if one.refers
        ]
        said: dict[str, Any] = {"fields": [one.schema() for one in self.fields], "missingValues": [""]}
        return said | {"primaryKey": self.fields[0].name} | ({"foreignKeys": refers} if refers else {})


def _like(pattern: str, **more: Any) -> dict[str, Any]:
    return {**more, "pattern": _PATTERNS[pattern]}


def _key(name: str, path: str, what: str, *, many: bool = False, refers: str = "", follows: bool = False) -> Field:
    like = _like("keys" if many else "key")
    return Field(name, path, what, "key", many=many, follows=follows, constraints=like, refers=refers)


def _end(name: str, path: str, what: str, *, kind: bool = True, refers: str = "") -> tuple[Field, ...]:
    """A thing by its key, with its name and, where it may be of several, its kind and country."""
    key = _key(name, path, f"{what}, by its key.", refers=refers)
    called = Field(
        f"{name}_name", path, f"Name of the {name.replace('_', ' ')}, in English where there is one.", "name"
    )
    if not kind:
        return key, called
    kinds = {"enum": ["City", "Network", "Organisation", "Group"]}
    lies = f"Country of the {name.replace('_', ' ')}, ISO 3166-1 alpha-2."
    return (
        *(
            key,
            called,
            Field(f"{name}_kind", path, f"What the {name.replace('_', ' ')} is.", "kind", constraints=kinds),
        ),
        Field(f"{name}_country", f"{path}/country", lies, constraints=_like("country")),
    )


def _date(name: str, what: str) -> tuple[Field, ...]:
    bound = "Empty where the date is open on that side."
    return (
        Field(name, f"{name}/edtf", f"{what}, as exact as the source says (EDTF).", constraints=_like("edtf")),
        Field(f"{name}_earliest", f"{name}/earliest", f"First possible day of `{name}`. {bound}", type="date"),
        Field(f"{name}_latest", f"{name}/latest", f"Last possible day of `{name}`. {bound}", type="date"),
    )


def _names(thing: str) -> tuple[Field, ...]:
    return (
        Field("name", "", f"Name of the {thing}, in English where there is one.", "name"),
        Field("name_en", "name", "Name in English.", "@en", many=True),
        Field("name_fi", "name", "Name in Finnish.", "@fi", many=True),
        Field("name_sv", "name", "Name in Swedish.", "@sv", many=True),
        Field("names_other", "name|forms", "Other forms of the name, in no language or another.", "@", many=True),
    )


def _thing(thing: str) -> tuple[Field, ...]:
    return (
        Field("key", "", f"Key of the {thing}; it never changes its meaning.", "key",
              constraints=_like("key", required=True, unique=True)),
        Field("iri", "", f"Permanent address of the {thing}.", constraints=_like("iri", required=True, unique=True)),
        *_names(thing),
    )  # fmt: skip


_WIKIDATA = Field(
    "wikidata", "wikidata", "The same in Wikidata.", many=True,
    constraints={"pattern": r"http://www\.wikidata\.org/entity/Q\d+( \| http://www\.wikidata\.org/entity/Q\d+)*"},
)  # fmt: skip
_CLAIM = Field("claim", "", "Permanent address of the claim.", constraints=_like("iri", required=True, unique=True))
_THEMES = (
    _key("theme", "theme", "Theme, by its key.", many=True),
    Field("theme_name", "theme", "Name of the theme in English.", "name", many=True),
)
_UNNAMED = (
    Field("unnamed", "unnamed", "The source's own words for an end that it does not name."),
    Field("count", "count", "How many the source counts there.", type="integer", constraints=_COUNT),
    _key("place", "place", "Place of an end that the source does not name, by its key."),
    Field("place_name", "place", "Name of that place, in English where there is one.", "name"),
)
_DECISION = (
    _key("decided_by", "decided-by", "Who decided it, by its key.", many=True),
    Field("decided_by_name", "decided-by", "Name of who decided it, in English where there is one.", "name", many=True),
    *_date("decided", "When it was decided"),
)
_SPANS = (*_date("since", "Since when it holds"), *_date("until", "Until when it holds"))
_EVIDENCE = (
    Field("reading", "reading", "explicit: the words say it; implicit: a reader concludes it, see the note.",
          constraints={"required": True, "enum": ["explicit", "implicit"]}),
    Field("source", "source", "Source that says it, by its key; one claim rests on one source.", "key",
          constraints=_like("key", required=True), refers="sources"),
    Field("source_title", "source/title", "Title of the source."),
    Field("quote", "evidence/exact", "The exact words that say it; empty where the words are not kept.",
          many=True),
    Field("quote_start", "evidence/start", "Where the words begin in the text, in Unicode code points from 0.",
          type="integer", constraints={"minimum": 0}),
    Field("context", "context/exact", "Other words of the text that the quote refers back to.", many=True),
    Field("row", "evidence/row-number", "Number of the row of the table that says it, its header being row 1.",
          type="integer", constraints={"minimum": 1}),
    Field("row_key", "evidence/row-key", "Key of that row."),
    Field("columns", "column", "Columns of that table that say it.", many=True),
    Field("year_from", "year-from", "Where the year comes from when the words give none: publication or context.",
          constraints={"enum": ["publication", "context"]}),
    Field("note", "note", "A caution.", many=True),
    Field("change_note", "change-note", "What was corrected since an earlier release, and why.", many=True),
)  # fmt: skip

_COUNTRY = Field("country", "country", "Country, ISO 3166-1 alpha-2.", constraints=_like("country"))
_POINT = (
    Field("latitude", "lat", "Latitude in degrees (WGS 84).", type="number",
          constraints={"minimum": -90, "maximum": 90}),
    Field("longitude", "long", "Longitude in degrees (WGS 84).", type="number",
          constraints={"minimum": -180, "maximum": 180}),
    _key("coordinates_from", "from", "Source of the coordinates and of the link to Wikidata, by its key.", many=True),
)  # fmt: skip
_LISTED = (
    Field("code", "code", "Code in the register or table that lists it.", many=True),
    _WIKIDATA,
    _key("listed_in", "listed-in/from", "Tables that list it, by their keys.", many=True),
    _key("entries", "^refers-to", "Entries of tables that were found to be the same, by their keys.", many=True),
)

TABLES = (
    Table(
        "cities", "Cities", "A row for each municipality, as an actor.", ("City",),
        (
            *_thing("city"),
            _COUNTRY,
            *_POINT,
            _key("region", "region", "Region that it lies in, by its key.", many=True),
            Field("region_name", "region", "Name of the region, in English where there is one.", "name", many=True),
            _key("merged_into", "merged-into", "What it became a part of, by key; through several mergers, by rule.",
                 many=True, follows=True),
            *_LISTED,
        ),
    ),
    Table(
        "networks", "Networks and groups",
        "A row for each network, part of one, or group that a table lists as one signatory.",
        ("Network", "Group"),
        (
            *_thing("network"),
            Field("kind", "", "Network, or Group for what a table lists as one signatory.", "kind",
                  constraints={"required": True, "enum": ["Network", "Group"]}),
            _key("part_of", "part-of", "What it is a part of, by key; through all levels, by rule.", many=True,
                 follows=True),
            _COUNTRY,
            *_POINT,
            *_LISTED,
        ),
    ),
    Table(
        "sources", "Sources", "A row for each source, for the credit of what it says.", ("Source",),
        (
            Field("key", "", "Key of the source.", "key", constraints=_like("key", required=True, unique=True)),
            Field("iri", "", "Permanent address of the source.", constraints=_like("iri", required=True, unique=True)),
            Field("title", "title", "Its title."),
            Field("publisher", "publisher", "Who published it."),
            Field("author", "author", "Who wrote or compiled it.", many=True),
            Field("published", "published", "The day of its publication.", type="date"),
            Field("as_of", "as-of", "The last day that a table can tell of.", type="date"),
            Field("language", "language", "Its language, as a tag of BCP 47."),
            Field("version", "version", "Its version."),
            Field("url", "url", "Its address."),
            Field("licence", "licence", "The licence that its text or data is under; empty where none is named."),
            Field("citation", "citation", "How it wants to be cited."),
        ),
    ),
    Table(
        "memberships", "Memberships",
        "A row for each claim of a source that an actor joined, belongs to or left a network. Sources may disagree:"
        " claims stand side by side. An actor may have a row for a network and for each part of it that it joined:"
        " count distinct members, not rows.", ("Membership",),
        (
            _CLAIM,
            *_end("member", "member", "Who is a member"),
            *_end("network", "network", "Of which network", kind=False, refers="networks"),
            *_UNNAMED,
            *_date("joined", "When it joined"),
            *_date("left", "When it left"),
            *_SPANS,
            *_date("period", "From when to when, told as one"),
            Field("status", "status", "on hold, else empty.", constraints={"enum": ["on hold"]}),
            # What is amiss in these two is a warning and stays in the graph: so they are texts, as the source has them.
            Field("joined_as", "joined-as", "alone; group, each for itself; or group, together.", many=True),
            Field("population", "population", "Inhabitants that the source gives the member, a number as it writes it.",
                  many=True),
            *_THEMES,
            *_DECISION,
            *_EVIDENCE,
        ),
    ),
    Table(
        "commitments", "Commitments",
        "A row for each claim of a source on a party's own target, or on what a network asks of its members.",
        ("Commitment",),
        (
            _CLAIM,
            *_end("party", "party", "Whose own target it is"),
            *_end("asked_by", "asked-by", "The network that asks it of its members", kind=False, refers="networks"),
            _key("network", "network", "The network that it was pledged to, by its key.", many=True),
            Field("network_name", "network", "Name of the network, in English where there is one.", "name", many=True),
            *_UNNAMED,
            Field("change", "change", "By how much; a cut has a minus.", type="number", constraints={"minimum": -100}),
            Field("unit", "unit", "Unit of the change.", constraints={"enum": ["percent"]}),
            Field("qualifier", "qualifier", "How the change is meant.", constraints={
                "enum": ["at least", "at most", "more than", "about"]}),
            Field("baseline_year", "baseline-year", "Year that is compared with.", type="integer", constraints=_YEAR),
            Field("target_year", "target-year", "Year by which.", type="integer", constraints=_YEAR),
            _key("metric", "metric", "What is measured, by its key."),
            Field("metric_name", "metric", "What is measured, in English.", "name"),
            _key("framework", "framework", "Plan or strategy that it follows, by its key.", many=True),
            Field("framework_name", "framework", "Name of the framework in English.", "name", many=True),
            _key("scope", "scope", "How far it reaches, by its key."),
            Field("scope_name", "scope", "How far it reaches, in English.", "name"),
            *_THEMES,
            *_SPANS,
            *_DECISION,
            *_EVIDENCE,
        ),
    ),
    Table(
        "coordinations", "Coordinations",
        "A row for each claim of a source that someone coordinates a network, a theme area of it or a member in it.",
        ("Coordination",),
        (
            _CLAIM,
            _key("coordinator", "coordinator", "Who coordinates, by its key.", many=True),
            Field("coordinator_name", "coordinator", "Name of the coordinator, in English where there is one.", "name",
                  many=True),
            *_end("network", "network", "The network", kind=False, refers="networks"),
            *_THEMES,
            *_end("assists", "assists", "The one member that is coordinated"),
            *_UNNAMED,
            Field("status", "status", "undertaken: is to do so; else empty.", constraints={"enum": ["undertaken"]}),
            *_SPANS,
            *_DECISION,
            *_EVIDENCE,
        ),
    ),
)  # fmt: skip
