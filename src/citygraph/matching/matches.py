"""What matching found, for people: the answer for a name, the open entries of tables, the file that a curator edits."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from citygraph.files import save
from citygraph.load import load
from citygraph.matching.match import Candidate, Match, coordinate
from citygraph.matching.measure import measure, report
from citygraph.matching.review import to_review
from citygraph.options import Options
from citygraph.problems import CitygraphError, ProblemsError, violated
from citygraph.registry import Registry
from citygraph.tables.load import Tables, load_tables

VERDICTS = ("certain", "ambiguous", "unknown")


class Matches:
    """The registry and the tables of `options`, matched."""

    def __init__(self, data: Path, options: Options) -> None:
        """Raises CitygraphError and ProblemsError as load_tables does, and for rules or decisions that are wrong."""
        loaded = load(data)
        self.tables: Tables = load_tables(options, data, loaded)
        self.registry: Registry = loaded.registry
        if violated(wrong := [problem for problem in loaded.problems if problem.blocks(options.files)]):
            raise ProblemsError(wrong)

    def named(self, names: Iterable[str], country: str, at: str) -> Iterator[str]:
        """The answer for each name, with country and place where they are told."""
        lat, long = _place(at)
        matcher = self.tables.matcher
        for name in names:
            variants = frozenset(matcher.rules.names.variants(name))
            found = matcher.match(Candidate("", "", variants, country.upper(), lat, long))
            if not found.same and len(keys := {self.registry.canonical(key) for key, _ in found.candidates}) == 1:
                found = Match("", "ambiguous", candidates=((keys.pop(), found.candidates[0][1]),))
            yield f"{name}: {self._text(found)}"

    def open(self) -> Iterator[str]:
        """A line for each entry that no rule could place."""
        for table, matches in self.tables.matches.items():
            for match in matches.values():
                if match.verdict == "ambiguous":
                    yield f"{table} {match.key} {match.label}: {self._text(match)}"

    def _text(self, match: Match) -> str:
        if match.verdict == "ambiguous":
            return "ambiguous: " + "; ".join(f"{key} ({why})" for key, why in match.candidates)
        said = f"{self.registry.canonical(match.same)} ({match.why})" if match.same else match.why
        return f"{match.verdict}: {said}"

    def csv(self) -> str:
        """Every entry with its answer, as CSV."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("table", "entry", "label", "verdict", "same", "why", "candidates"))
        for table, matches in self.tables.matches.items():
            for match in matches.values():
                candidates = "; ".join(f"{key} ({why})" for key, why in match.candidates)
                same = self.registry.canonical(match.same) if match.same else ""
                writer.writerow((table, match.key, match.label, match.verdict, same, match.why, candidates))
        return out.getvalue()

    def counts(self) -> Iterator[str]:
        """How many entries of each table got which answer."""
        yield f"{'table':16} " + " ".join(f"{verdict:>9}" for verdict in VERDICTS)
        for table, matches in self.tables.matches.items():
            counted = Counter[str](match.verdict for match in matches.values())
            yield f"{table:16} " + " ".join(f"{counted[verdict]:9}" for verdict in VERDICTS)

    def measured(self) -> Iterator[str]:
        """Precision and recall of names alone."""
        yield from report(measure(self.tables.listed, self.tables.rules, self.registry.canonical))

    def review(self, file: Path) -> None:
        """Write the decisions and the open entries; raises CitygraphError where the file cannot be written."""
        every = (match for matches in self.tables.matches.values() for match in matches.values())
        save(file, "".join(to_review(every, self.tables.decisions)).encode())


def _place(at: str) -> tuple[float | None, float | None]:
    if not at:
        return None, None
    lat, _, long = at.partition(",")
    found = coordinate(lat.strip(), 90), coordinate(long.strip(), 180)
    if None in found:
        raise CitygraphError(f"--at {at}: write latitude and longitude: 60.98,25.66")
    return found
