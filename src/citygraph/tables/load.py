"""Tables into the graph: read by their descriptions, their entries matched with what is known, encoded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from citygraph.encode import Encoded
from citygraph.files import read_text, shown
from citygraph.load import Loaded
from citygraph.matching.match import Candidate, Decision, Match, Matcher, Rules
from citygraph.matching.review import read_decisions, read_rules
from citygraph.near import nearest
from citygraph.options import Options
from citygraph.problems import CitygraphError, Problem, ProblemsError
from citygraph.rdf.columns import Numbers, Terms
from citygraph.rdf.nodes import NodeWriter
from citygraph.tables.describe import Table, read_description
from citygraph.tables.encode import TableEncoder, Things
from citygraph.tables.stated import Place, Stated


@dataclass
class Tables:
    """What tables gave. Written into a graph: their `encoded` rest, and which row `stated` what. Else the answer for
    each of their cities that might be something known, by table, and all cities as the registry and each table list
    them."""

    encoded: list[Encoded] = field(default_factory=list)
    stated: list[Stated] = field(default_factory=list)
    matches: dict[str, dict[str, Match]] = field(default_factory=dict)
    listed: dict[str, list[Candidate]] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    decisions: dict[str, Decision] = field(default_factory=dict)
    matcher: Matcher = field(default_factory=lambda: Matcher(Rules()))

    def subjects(self) -> Numbers:
        """What rows state, sorted, by the numbers of the terms."""
        return np.unique(np.concatenate([np.array([], dtype=np.int32), *(each.subjects() for each in self.stated)]))

    def places(self, iris: Iterable[str]) -> dict[str, Place]:
        """The records and keys that state what is asked for, as far as rows do. Their files are read once more."""
        found: dict[str, Place] = {}
        wanted = set(iris) if self.stated else set()
        for each in self.stated:
            numbers = (each.terms.find(iri) for iri in wanted)
            found |= each.places(number for number in numbers if number >= 0)
        return found


def load_tables(options: Options, data: Path, loaded: Loaded, writer: NodeWriter | None = None) -> Tables:
    """The tables of `options`, in the order of the rules whatever theirs; the registry then knows their things.

    What they say goes to the writer, row by row; without one they are only matched.

    Raises CitygraphError where a table or its description cannot be read, ProblemsError where a
    description is wrong.
    """
    rules, decisions = rules_of(data, loaded)
    matcher = Matcher(rules, decisions)
    found = Tables(rules=rules, decisions=decisions)
    cities = [matcher.candidate(entry, "") for entry in loaded.registry.entries.values() if entry.type == "City"]
    for candidate in cities:
        matcher.learn(candidate)
    if writer is None:  # what a graph has no use for is not kept
        found.matcher, found.listed["registry"] = matcher, cities
    terms = Terms() if writer is None else writer.collector.terms
    for name in in_order(options.tables, rules):
        table = description(name, data)
        stated, things = Stated(table, options.tables[name], loaded.problems, terms), Things(loaded.registry)
        encoder = None if writer is None else TableEncoder(stated, things, writer)
        listed: list[Candidate] = []
        for row in stated.read(options.progress):
            things.add(row)
            if encoder is not None:
                encoder.row(row)
            else:
                listed += [matcher.candidate(thing, name) for thing in row.things if thing.type == "City"]
        matches = _matches(table, things, matcher)
        loaded.registry.same |= {key: match.same for key, match in matches.items() if match.verdict == "certain"}
        if encoder is None:
            loaded.registry.rows |= things.types()
            found.matches[name], found.listed[name] = matches, listed
        else:
            found.encoded.append(encoder.finish(matches, rules.names.normal))
            found.stated.append(stated)
    return found


def in_order(names: Iterable[str], rules: Rules) -> list[str]:
    """The names of tables in the order of the rules, whatever theirs."""
    rank = {name: number for number, name in enumerate(rules.order)}
    return sorted(names, key=lambda each: (rank.get(each, len(rank)), each))


def _matches(table: Table, things: Things, matcher: Matcher) -> dict[str, Match]:
    """The answers for the cities of a table that are not known by their key already."""
    cities = [thing for _, _, thing in things.best.values() if thing.type == "City"]
    by_name = {thing.get("by") == "name" for thing in table.things if thing.type == "City"} == {True}
    return matcher.table(cities, table.source.name, by_name)


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


def left_unread(options: Options, data: Path) -> Callable[[str], bool]:
    """Says of a key whether a table that is described, but not among those of `options`, may bring it.

    Raises what `description` raises.
    """
    names = sorted({path.stem for path in (data / "tables").glob("*.yaml")} - set(options.tables))
    keys = [thing.get("key") or "" for name in names for thing in description(name, data).things]
    begins = tuple({key.partition("{")[0] for key in keys} - {""})
    return lambda key: key.partition("/")[0] in names or ("/" not in key and key.startswith(begins))


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
