"""What a build prints: what went in, what the checks said, three questions with their answers and the words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from citygraph.build import Built
from citygraph.dates import spoken
from citygraph.files import shown
from citygraph.problems import tally
from citygraph.release import Release
from citygraph.vocabulary import CG, ID

Row = dict[str, str | None]
#: The city of the questions. A data folder without it gets the other answers only.
LAHTI = ID + "lahti"


def overview(built: Built, release: Release, out: Path, language: str = "en") -> Iterator[str]:
    """The lines of the screen."""
    claims = built.claims()
    articles = sum(1 for _ in release.query(_ARTICLES))
    pages = _many(built.sources - articles, "page")
    yield f"Sources   {_many(articles, 'article')} with its words, {pages} as reference"
    yield f"Claims    {sum(claims.values())}: " + ", ".join(f"{n} {name}" for name, n in claims.items())
    yield f"Triples   {len(built.asserted)} asserted, {len(built.inferred)} inferred"
    apart = len(release.query("disagreements"))
    told = f"{_many(apart, 'disagreement')} between claims (citygraph query disagreements)"
    yield f"Checks    {tally(built.problems)}; {told}"
    for question, lines in (
        ("What is Lahti a member of, since when, by whose decision?", _memberships(release, language)),
        ("What is Lahti bound by as a member, though it is not its own target?", _bound(release, language)),
        ("Who coordinates what?", _coordinators(release, language)),
    ):
        answer = list(lines)
        if answer:
            yield ""
            yield question
            yield from answer
    yield ""
    yield f"Files     {shown(out)}/: citygraph.ttl (asserted), citygraph-inferred.ttl, citygraph.trig, citygraph.nq,"
    yield "          citygraph.jsonld, shacl-report.ttl, ontology.ttl, context.jsonld"


_ARTICLES = f"SELECT DISTINCT ?s WHERE {{ ?c <{CG}source> ?s ; <{CG}evidence> ?e . ?e a <{CG}Quote> }}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _names(release: Release, rows: list[Row], language: str) -> dict[str, str]:
    iris = {value for row in rows for value in row.values() if value and value.startswith(ID)}
    return release.labels(sorted(iris), language)


def _words(exact: str | None) -> str:
    return f"    “{exact}”" if exact else "    (a reference: the words of the page are not kept)"


def _memberships(release: Release, language: str) -> Iterator[str]:
    rows = release.query("memberships", city=LAHTI)
    names = _names(release, rows, language)
    for row in rows:
        if row["network"]:
            decided = f", decided by {names[row['decided_by']]}" if row["decided_by"] else ""
            since = spoken(row["date"]) if row["date"] else "date not said"
            yield f"  {names[row['network']]}: {since}{decided} ({row['reading']})"
            yield _words(row["exact"])


def _bound(release: Release, language: str) -> Iterator[str]:
    rows = release.query("bound-by", city=LAHTI)
    names = _names(release, rows, language)
    seen = set()
    for row in rows:
        assert row["commitment"]
        assert row["via"]
        if row["commitment"] in seen or not (exact := _exact(release, row["commitment"])):
            continue
        seen.add(row["commitment"])
        change = row["change"] or "0"
        kind = "a cut of" if change.startswith("-") else "a change of"
        much = " ".join(filter(None, (row["qualifier"], change.lstrip("-"), row["unit"])))
        yield f"  {kind} {much} by {row['target_year']}, asked by {names[row['via']]} (follows by rule)"
        yield _words(exact)


def _coordinators(release: Release, language: str) -> Iterator[str]:
    rows = release.query("coordinators")
    names = _names(release, rows, language)
    for row in rows:
        assert row["coordinator"]
        assert row["network"]
        theme = f", {names[row['theme']]}" if row["theme"] else ""
        status = f", {row['status']}" if row["status"] else ""
        yield f"  {names[row['coordinator']]}: {names[row['network']]}{theme} ({row['reading']}{status})"
        yield _words(row["exact"])


def _exact(release: Release, claim: str) -> str | None:
    rows = release.query("evidence", claim=claim)
    return next((row["exact"] for row in rows if row["kind"] == "quote"), None)
