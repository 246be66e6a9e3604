"""`citygraph release`: a build, and beside it what portals, search engines and people read of it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from citygraph.build import TEXTS, Built, build, write
from citygraph.changes.printed import summary
from citygraph.declared import FILE
from citygraph.encode import is_address
from citygraph.files import replaced, shown, writable
from citygraph.options import DEFAULT, Options
from citygraph.problems import CitygraphError, ProblemsError, tally
from citygraph.publish import contents, flat, package, pages, schema_org, void
from citygraph.publish.about import read_about
from citygraph.publish.catalog import catalogue
from citygraph.publish.earlier import VERSION, Earlier, is_day, read_earlier
from citygraph.publish.edition import HOME, Edition, FileFacts, SourceFacts, Survey
from citygraph.publish.feed import feed, told_of
from citygraph.publish.gaps import gaps
from citygraph.publish.keys import keys_of, read_keys
from citygraph.publish.ld import jsonld_of
from citygraph.publish.packed import compress, measured
from citygraph.publish.promises import Place, broken
from citygraph.publish.redirects import redirects
from citygraph.publish.survey import survey
from citygraph.rdf.turtle import turtle_of

#: Kinds of sources as they are counted.
_KINDS = {
    "article": ("article", "articles"), "page": ("page", "pages"), "table": ("table", "tables"),
    "registry": ("of the registry", "of the registry"),
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What the user says of a release; an empty text is what nobody said."""

    version: str = ""
    date: str = ""
    base: str = ""
    endpoint: str = ""
    previous: Path | None = None


@dataclass(frozen=True)
class Released:
    """A release that was written."""

    built: Built
    survey: Survey
    edition: Edition
    files: int


def release(data: Path, out: Path, options: Options = DEFAULT, told: Told | None = None) -> Released:
    """Build `data` and write all of a release into the folder `out`, which changes only when everything went well.

    Raises ProblemsError where the data has a violation or breaks what an earlier release promised, CitygraphError for
    wrong use and where a file cannot be read or written.
    """
    told = told or Told()
    _sound(told)
    writable(out)
    if told.previous and os.path.realpath(told.previous) == os.path.realpath(out):
        raise CitygraphError(
            f"{shown(out)}: the release before this one, and would be lost: name another folder with --out"
        )
    about = read_about(data)
    earlier = read_earlier(told.previous) if told.previous else None
    built = build(data, options)
    counted = survey(built)
    edition = edition_of(told, counted.sources, earlier, about.home)
    if not told.date:
        options.tell(f"no --date: the release is of {edition.date}, the day of its newest source")
    keys, kept = keys_of(built.asserted), read_keys(earlier.folder) if earlier else None
    if kept and (dropped := broken(kept, keys, Place(shown(data / FILE), (data / FILE).exists()))):
        raise ProblemsError(dropped)
    options.step("writing")
    with replaced(out) as folder:
        names = _write(folder, built, counted, redirects(keys, kept))
        sizes = measured(folder, names)
        if earlier:
            edition = replace(edition, notes=summary(earlier.folder, folder))
        files = contents.contents(sizes, counted.sources, built.texts)
        triples = catalogue(about, edition, counted, files)
        texts = {
            "catalog.ttl": "".join(turtle_of(triples, "citygraph: the catalogue (DCAT-AP 3.0.1)", edition.home)),
            "catalog.jsonld": jsonld_of(triples),
            "void.ttl": "".join(turtle_of(void.void(about, edition, counted, files), "citygraph: VoID")),
            "datapackage.json": package.datapackage(about, edition, counted, files),
            "dataset.jsonld": schema_org.dataset_jsonld(about, edition, counted, files),
            "CITATION.cff": pages.citation(about, edition, counted),
            "README.md": pages.readme(about, edition, counted, files, gaps(built.asserted)),
            "feed.atom": feed(about, edition, earlier.feed if earlier else ""),
        }
        _save(folder, texts)
        every = sorted([*names, *compress(folder, names), *texts])
        sizes |= measured(folder, [name for name in every if name not in sizes])
        _save(
            folder, {"SHA256SUMS": pages.checksums(FileFacts(name, *sizes[name], "", "", "") for name in sorted(sizes))}
        )
    return Released(built, counted, edition, len(every) + 1)


def _write(folder: Path, built: Built, counted: Survey, moved: str) -> list[str]:
    """Write the data files and tell their names."""
    apart = contents.apart(counted.sources)
    write(folder, built, {each.name: each.source.graph for each in apart})
    (folder / "tables").mkdir()
    _save(folder, {**flat.tables(built.asserted, built.inferred), "redirects.csv": moved})
    return [*contents.GRAPH, "context.jsonld", *contents.TABLES, *(each.name for each in apart),
            *(f"{TEXTS}/{key}.txt" for key in built.texts), "redirects.csv"]  # fmt: skip


def _save(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode())


def _sound(told: Told) -> None:
    """Raise CitygraphError for what cannot be a version, a day or an address."""
    if told.version and not VERSION.fullmatch(told.version):
        raise CitygraphError(f"--version {told.version}: write letters, digits, dots, - and _, for instance 2024.1")
    if told.date and not is_day(told.date):
        raise CitygraphError(f"--date {told.date}: write a day such as 2024-01-31")
    for option, address in (("--base-url", told.base), ("--endpoint", told.endpoint)):
        if address and (not is_address(address) or "#" in address):
            raise CitygraphError(f"{option} {address}: write an address in full, http or https, without #")
        host = address.partition("://")[2].partition("/")[0]
        if address and ("@" in host or not host.partition(":")[0]):
            what = "names a user, whom it would publish" if "@" in host else "has no host"
            raise CitygraphError(f"{option}: this address {what}; write one such as https://data.example.org/")
    if "?" in told.base:
        raise CitygraphError(f"--base-url {told.base}: name the folder of the files, without ?")


def edition_of(told: Told, sources: Sequence[SourceFacts], earlier: Earlier | None = None, home: str = HOME) -> Edition:
    """The edition that a user means; the newest day of a source is its day, and its day its version, unless told.

    Raises CitygraphError where there is no day, and where it does not come after the earlier release.
    """
    day = told.date or max((each for source in sources for each in (source.issued, source.as_of)), default="")
    if not day:
        raise CitygraphError("no source tells a day: give that of the release with --date")
    version = told.version or day
    if earlier and earlier.version == version:
        raise CitygraphError(f"the earlier release has the version {version} too: give another with --version")
    if earlier and not told.date and earlier.date == day:
        raise CitygraphError(
            f"no source is newer than the earlier release of {day}: give the day of this one with --date"
        )
    if earlier and earlier.date > day:
        raise CitygraphError(f"the earlier release is of {earlier.date}, this one of {day}: give a later --date")
    days = told_of(earlier.feed) if earlier else {}
    if f"{home}release/{version}" in days:
        raise CitygraphError(f"a release before the earlier one has the version {version}: give another with --version")
    base = told.base.rstrip("/") if told.base else f"{home}release/{version}"
    previous, issued = (earlier.version, min(days.values(), default="")) if earlier else ("", "")
    return Edition(version, day, f"{base}/", told.endpoint, previous, home=home, issued=issued)


def overview(done: Released, out: Path) -> Iterator[str]:
    """What the command prints: what was released, of what, and where."""
    counted, edition = done.survey, done.edition
    kinds = Counter(source.kind for source in counted.sources)
    yield f"Release   {edition.version} of {edition.date}" + (f", after {edition.previous}" if edition.previous else "")
    told = (f"{kinds[kind]} {names[kinds[kind] > 1]}" for kind, names in _KINDS.items() if kinds[kind])
    yield f"Sources   {', '.join(told)}"
    yield f"Claims    {sum(counted.claims.values())}; {counted.asserted} triples asserted, {counted.inferred} inferred"
    yield f"Checks    {tally(done.built.problems)}"
    if edition.notes:
        yield f"New       {edition.notes}"
    yield f"Files     {shown(out)}/: {done.files}, README.md tells what each is; catalog.ttl is for a portal to harvest"
