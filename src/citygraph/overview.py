"""What a build prints: what went in, what the checks said, three questions with their answers and the words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from citygraph.build import Built
from citygraph.dates import spoken
from citygraph.files import shown
from citygraph.problems import tally
from citygraph.release import Release
from citygraph.vocabulary import ID

Row = dict[str, str | None]

#: Quads of a release from which on the screen asks it nothing: in memory they would be more than the whole build.
LARGE = 2_000_000


def overview(built: Built, out: Path, language: str = "en") -> Iterator[str]:
    """The lines of the screen, with the answers of the release in `out` unless it is large."""
    claims, articles = built.claims(), built.articles
    release = Release.open(out) if len(built.asserted) + len(built.inferred) < LARGE else None
    pages = _many(built.sources - articles, "page")
    words = "its words" if articles == 1 else "their words"
    yield f"Sources   {_many(articles, 'article')} with {words}, {pages} as reference"
    if built.tables:
        found = tally(problem for problem in built.problems if problem.file in built.tables) + " in their rows"
        out_of = f"{len(built.left_out)} things, values and claims left out (citygraph check --with ... tells why)"
        yield f"Tables    {_many(len(built.tables), 'file')}: {found}; {out_of}"
    told = ", ".join(f"{n} {name}" for name, n in claims.items())
    yield f"Claims    {sum(claims.values())}{': ' + told if told else ''}"
    yield f"Triples   {len(built.asserted)} asserted, {len(built.inferred)} inferred"
    if release is None:
        yield f"Checks    {tally(built.problems)}; citygraph query disagreements tells where claims disagree"
    else:
        apart = _many(len(release.query("disagreements")), "disagreement")
        yield f"Checks    {tally(built.problems)}; {apart} between claims (citygraph query disagreements)"
        yield from _answers(release, language)
    yield ""
    yield f"Files     {shown(out)}/: citygraph.ttl (asserted), citygraph-inferred.ttl, citygraph.trig, citygraph.nq,"
    yield "          citygraph.jsonld, shacl-report.ttl, ontology.ttl, context.jsonld"


def _answers(release: Release, language: str) -> Iterator[str]:
    """Three questions, each with its answer and the words that say it."""
    city = _city(release)
    name = release.labels([city], language).get(city, "") if city else ""
    for question, lines in (
        (f"What is {name} a member of, since when, by whose decision?", _memberships(release, city, language)),
        (f"What is {name} bound by as a member, though it is not its own target?", _bound(release, city, language)),
        ("Who coordinates, or has undertaken to coordinate, what?", _coordinators(release, language)),
    ):
        answer = list(lines)
        if answer:
            yield ""
            yield question
            yield from answer


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _city(release: Release) -> str:
    """The city of the questions: Lahti, of the first article, or the member that most is told of; empty for none."""
    members = Counter(row["member"] or "" for row in release.query("memberships"))
    members.pop("", None)
    return min(members, key=lambda iri: (iri != ID + "lahti", -members[iri], iri), default="")


def _names(release: Release, rows: list[Row], language: str) -> dict[str, str]:
    iris = {value for row in rows for value in row.values() if value and value.startswith(ID)}
    return release.labels(sorted(iris), language)


def _words(told: Row) -> str:
    """The words that say it, or where else it stands."""
    if told["exact"]:
        return f"    “{told['exact']}”"
    if told["row"]:
        return f"    (row {told['row']} of {(told['source'] or '').removeprefix(ID)})"
    return "    (a reference: the words of the page are not kept)"


def _told(release: Release, claim: str | None) -> Row:
    """The evidence of a claim."""
    return next(row for row in release.query("evidence", claim=claim or "") if row["kind"] != "context")


def _memberships(release: Release, city: str, language: str) -> Iterator[str]:
    rows = release.query("memberships", city=city) if city else []
    names = _names(release, rows, language)
    for row in rows:
        if row["network"]:
            decided = f", decided by {names[row['decided_by']]}" if row["decided_by"] else ""
            since = spoken(row["date"]) if row["date"] else "date not said"
            yield f"  {names[row['network']]}: {since}{decided} ({row['reading']})"
            yield _words(_told(release, row["claim"]))


def _bound(release: Release, city: str, language: str) -> Iterator[str]:
    """Each commitment once, with the source that tells it; the membership that binds may be told by another."""
    rows = release.query("bound-by", city=city) if city else []
    commitments = {row["commitment"]: row for row in rows if row["reading"] == "explicit"}
    told = {claim: _told(release, claim) for claim in commitments}
    names = _names(release, [*rows, *told.values()], language)
    for claim, row in commitments.items():
        change = row["change"] or ""
        kind = "a cut of" if change.startswith("-") else "a change of" if change else ""
        metric = names.get(row["metric"] or "", "")
        of = f"in {metric}" if change and metric else metric
        unit = "%" if row["unit"] == "percent" else row["unit"]
        much = " ".join(filter(None, (kind, row["qualifier"], change.lstrip("-"), unit, of)))
        by = f" by {row['target_year']}" if row["target_year"] else ""
        via, source = names[row["via"] or ""], names[told[claim]["source"] or ""]
        yield f"  {much}{by}, asked by {via}, told in “{source}”"
        yield _words(told[claim])


def _coordinators(release: Release, language: str) -> Iterator[str]:
    rows = release.query("coordinators")
    names = _names(release, rows, language)
    for row in rows:
        theme = f", {names[row['theme']]}" if row["theme"] else ""
        status = f", {row['status']}" if row["status"] else ""
        who, network = names[row["coordinator"] or ""], names[row["network"] or ""]
        yield f"  {who}: {network}{theme} ({row['reading']}{status})"
        yield _words(_told(release, row["claim"]))
