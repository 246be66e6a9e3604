"""Tables into the graph: read by their descriptions, their entries matched with what is known, encoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from citygraph.encode import Encoded, TableRow, chosen, encode_table
from citygraph.files import read_text, shown
from citygraph.load import Loaded
from citygraph.matching import Candidate, Decision, Match, Matcher, Rules
from citygraph.options import Options
from citygraph.problems import CitygraphError, Problem, ProblemsError
from citygraph.review import read_decisions, read_rules
from citygraph.sheets import nearest
from citygraph.tables.describe import Table, read_description
from citygraph.tables.read import read_rows
from citygraph.tables.rows import Rows


@dataclass
class Tables:
    """The encoded tables, the answer for each of their cities that might be something known, by table, and all cities
    as the registry and each table list them."""

    encoded: list[Encoded] = field(default_factory=list)
    matches: dict[str, dict[str, Match]] = field(default_factory=dict)
    listed: dict[str, list[Candidate]] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    decisions: dict[str, Decision] = field(default_factory=dict)
    matcher: Matcher = field(default_factory=lambda: Matcher(Rules()))


def load_tables(options: Options, data: Path, loaded: Loaded) -> Tables:
    """The tables of `options`, in the order of the rules whatever theirs; the registry then knows their things.

    Raises CitygraphError where a table or its description cannot be read, ProblemsError where a
    description is wrong.
    """
    rules, decisions = rules_of(data, loaded)
    matcher = Matcher(rules, decisions)
    found = Tables(rules=rules, decisions=decisions, matcher=matcher)
    cities = [entry for entry in loaded.registry.entries.values() if entry.type == "City"]
    found.listed["registry"] = [matcher.candidate(entry, "") for entry in cities]
    for candidate in found.listed["registry"]:
        matcher.learn(candidate)
    rank = {name: number for number, name in enumerate(rules.order)}
    for name in sorted(options.tables, key=lambda each: (rank.get(each, len(rank)), each)):
        table = description(name, data)
        lines = chain.from_iterable(
            read_rows(path, table, loaded.problems, options.progress) for path in options.tables[name]
        )
        rows: list[TableRow] = list(Rows(table, loaded.problems).read(lines))
        matches = _matches(table, rows, matcher, loaded)
        loaded.registry.same |= {key: match.same for key, match in matches.items() if match.verdict == "certain"}
        found.matches[name] = matches
        found.listed[name] = [
            matcher.candidate(thing, name) for _, _, things, _ in rows for thing in things if thing.type == "City"
        ]
        found.encoded.append(
            encode_table(table.source, table.codes(), rows, loaded.registry, matches, rules.names.normal)
        )
    return found


def _matches(table: Table, rows: list[TableRow], matcher: Matcher, loaded: Loaded) -> dict[str, Match]:
    """The answers for the cities of a table that are not known by their key already."""
    registry = loaded.registry
    cities = {
        name: thing
        for name, thing in chosen(rows).items()
        if thing.type == "City" and name not in registry.entries and name not in registry.rows
    }
    by_name = {thing.get("by") == "name" for thing in table.things if thing.type == "City"} == {True}
    return matcher.table(cities.values(), table.source.name, by_name)


def rules_of(data: Path, loaded: Loaded) -> tuple[Rules, dict[str, Decision]]:
    """The rules and decisions of data/matching; a folder without them matches by the plainest rules."""
    folder, problems = data / "matching", loaded.problems
    rules, decisions = Rules(), dict[str, Decision]()
    found: list[Problem] = []
    if (folder / "rules.yaml").exists():
        text, found = read_text(folder / "rules.yaml", data)
        if text is not None:
            rules, found = read_rules(text, shown(folder / "rules.yaml"))
        problems += found
    if (folder / "decisions.yaml").exists():
        text, found = read_text(folder / "decisions.yaml", data)
        if text is not None:
            decisions, found = read_decisions(text, shown(folder / "decisions.yaml"))
        problems += found
    return rules, decisions


def description(name: str, data: Path) -> Table:
    """A table's description; raises CitygraphError where there is none, ProblemsError where it is wrong."""
    file = data / "tables" / f"{name}.yaml"
    if not file.exists():
        known = [each.stem for each in (data / "tables").glob("*.yaml")]
        hint = nearest(name, known) or "described are: " + (", ".join(sorted(known)) or "none")
        raise CitygraphError(f"no description of a table {name!r} in {shown(data / 'tables')}; {hint}")
    text, problems = read_text(file, data)
    table, found = read_description(text, shown(file), file.stem) if text is not None else (None, [])
    if table is None:
        raise ProblemsError([*problems, *found])
    return table
