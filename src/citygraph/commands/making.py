"""The commands that make a graph: check, build, release, match."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from citygraph.commands.common import ACCEPTED, CONFIG, EXISTING, LANGUAGE, TABLES, VALIDATOR, data_folder, gathered
from citygraph.problems import PRINTERS, formulas, ordered, summary, tally, violated
from citygraph.terminal import note, outcomes, reading, steps, tell_briefly

# Everything else is imported where it is needed: --help must answer at once.


@click.command()
@click.argument("paths", nargs=-1, type=EXISTING)
@click.option("--data", type=EXISTING, help="The data folder; by default data/ here, else the one of citygraph.")
@click.option("--format", "form", type=click.Choice(list(PRINTERS)), default="text",
              help="text by default; csv is a table for whoever corrects a table.")  # fmt: skip
@click.option("--lang", type=click.Choice(["en", "fi"]), default="en", help="Language of the shapes' messages.")
@VALIDATOR
@TABLES
@ACCEPTED
@CONFIG
@click.option("--summary", "brief", is_flag=True, help="Count the findings by code on stderr; done anyway for tables.")
@click.option("--since", type=EXISTING, metavar="REPORT",
              help="Tell only what this earlier --format json report does not.")  # fmt: skip
def check(
    paths: tuple[Path, ...], data: Path | None, form: str, lang: str, validator: str, tables: tuple[str, ...],
    accepted: Path | None, config: Path | None, brief: bool, since: Path | None,
) -> None:  # fmt: skip
    """Report all problems of fact sheets, registry and catalogue, or of the files PATHS, as file:line:column.

    With tables, also those of their rows, as file:row:column. Exit code 1 when there is a violation that is not
    accepted, 2 when a file cannot be read.

    \b
    Examples:
      citygraph check data/articles/lahti-networks-2012.yaml
      citygraph check --with gcom=signatories.csv --format csv > corrections.csv
      citygraph check --config citygraph.toml --since last.json
    """
    with outcomes(), reading() as progress:
        from citygraph import build as pipeline
        from citygraph.files import named
        from citygraph.known import read_report, unseen
        from citygraph.load import sheets_of
        from citygraph.publish.about import FILE, wrong

        folder = data_folder(data)
        only = [path for given in paths for path in sheets_of(given, folder)]
        options = replace(gathered(config, tables, accepted), language=lang, validator=validator)
        earlier = read_report(since) if since else None
        checked = pipeline.check(folder, replace(options, step=steps(), progress=progress, tell=note), only)
        problems = checked.problems
        if not only or named(folder / FILE) in map(named, only):
            problems = ordered([*problems, *wrong(folder)])
        problems = problems if earlier is None else unseen(problems, earlier)
        click.echo(PRINTERS[form](problems), nl=False)
        if form == "csv" and (changed := formulas(problems)):
            what = "1 cell begins" if changed == 1 else f"{changed} cells begin"
            click.echo(f"{what} as a formula does and got an apostrophe in front; --format json has none", err=True)
        if brief or options.tables:
            click.echo(summary(problems), err=True, nl=False)
        number = len(only) if only else checked.sources
        sheets = f"{number} {'file' if only else 'sheet'}{'' if number == 1 else 's'}"
        click.echo(f"{sheets}: {tally(problems)}", err=True)
        raise SystemExit(1 if violated(problems) else 0)


@click.command()
@click.option("--data", type=EXISTING, help="The data folder; by default data/ here, else the one of citygraph.")
@click.option("--out", type=EXISTING, default=Path("dist"), help="Where the release goes; dist/ by default.")
@click.option("--lang", type=LANGUAGE, default="en", help="Language of the labels in what is printed.")
@click.option("--quiet", is_flag=True, help="Print nothing when all is well.")
@VALIDATOR
@click.option(
    "--reasoner", type=click.Choice(["auto", "owlrl", "compiled"]), default="auto",
    help="owlrl is the reference; auto takes the compiled one, which gives the same, for large graphs.",
)  # fmt: skip
@click.option(
    "--entailment", type=click.Choice(["domain", "full"]), default="domain",
    help="What reasoning adds: domain leaves out the types that restate a stated one in a class above it.",
)  # fmt: skip
@TABLES
@ACCEPTED
@CONFIG
@click.option("--strict", is_flag=True, help="Stop at a table's row that breaks a shape instead of leaving it out.")
def build(
    data: Path | None, out: Path, lang: str, quiet: bool, validator: str, reasoner: str, entailment: str,
    tables: tuple[str, ...], accepted: Path | None, config: Path | None, strict: bool,
) -> None:  # fmt: skip
    """Check the data, add what follows, and write the graph as Turtle, TriG, N-Quads and JSON-LD.

    A violation stops the build: exit code 1, and the earlier release stays as it was.

    \b
    Examples:
      citygraph build --out dist
      citygraph build --with gcom=signatories.csv --accepted accepted.yaml
    """
    with outcomes(), reading() as progress:
        from citygraph import build as pipeline
        from citygraph.overview import overview

        options = gathered(config, tables, accepted, strict)
        options = replace(options, validator=validator, reasoner=reasoner, entailment=entailment)
        if not quiet:
            options = replace(options, step=steps(), progress=progress, tell=note)
        built = pipeline.release(data_folder(data), out, options)
        tell_briefly(built.problems, built.tables)
        if not quiet:
            for line in overview(built, out, lang):
                click.echo(line)


@click.command()
@click.option("--data", type=EXISTING, help="The data folder; by default data/ here, else the one of citygraph.")
@click.option("--out", type=EXISTING, default=Path("dist"), help="Where the release goes; dist/ by default.")
@click.option("--version", default="", metavar="X", help="Of the release; its day by default.")
@click.option("--date", "day", default="", metavar="DAY", help="Of the release; that of the newest source by default.")
@click.option("--base-url", "base", default="", metavar="URL",
              help="Where the folder will be on the web; its permanent address by default.")  # fmt: skip
@click.option("--endpoint", default="", metavar="URL", help="Of a SPARQL server that has the release.")
@click.option("--previous", type=EXISTING, metavar="DIR",
              help="The release before this one: its keys are held to, its feed goes on.")  # fmt: skip
@click.option("--quiet", is_flag=True, help="Print nothing when all is well.")
@VALIDATOR
@TABLES
@ACCEPTED
@CONFIG
@click.option("--strict", is_flag=True, help="Stop at a table's row that breaks a shape instead of leaving it out.")
def release(
    data: Path | None, out: Path, version: str, day: str, base: str, endpoint: str, previous: Path | None, quiet: bool,
    validator: str, tables: tuple[str, ...], accepted: Path | None, config: Path | None, strict: bool,
) -> None:  # fmt: skip
    """Build, and describe the graph for data portals, search engines and people.

    Beside the files of a build: catalogue (DCAT-AP), statistics (VoID), flat tables with a data package, a file for
    each source, citation, feed, compressed copies and checksums. With --previous, a key that was dropped or re-used
    without a word in data/replaced.yaml stops it: exit code 1.

    \b
    Examples:
      citygraph release --version 2024.1 --base-url https://data.example.org/citygraph/2024.1/
      citygraph release --with gcom=signatories.csv --date 2024-06-01 --previous 2024.1 --out 2024.2
    """
    with outcomes(), reading() as progress:
        from citygraph.publish.release import Told, overview
        from citygraph.publish.release import release as publish

        options = replace(gathered(config, tables, accepted, strict), validator=validator)
        if not quiet:
            options = replace(options, step=steps(), progress=progress, tell=note)
        done = publish(data_folder(data), out, options, Told(version, day, base, endpoint, previous))
        tell_briefly(done.built.problems, done.built.tables)
        if not quiet:
            for line in overview(done, out):
                click.echo(line)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--country", default="", metavar="CODE", help="Of the names: ISO 3166-1 alpha-2, such as FI.")
@click.option("--at", default="", metavar="LAT,LONG", help="Of the names: where the place is.")
@click.option("--data", type=EXISTING, help="The data folder; by default data/ here, else the one of citygraph.")
@TABLES
@CONFIG
@click.option("--format", "form", type=click.Choice(["text", "csv"]), default="text", help="csv has every entry.")
@click.option("--review", type=EXISTING, metavar="FILE", help="Write decisions and open entries for a curator to edit.")
@click.option("--measure", "measured", is_flag=True, help="Precision and recall of names alone.")
def match(
    names: tuple[str, ...], country: str, at: str, data: Path | None, tables: tuple[str, ...], config: Path | None,
    form: str, review: Path | None, measured: bool,
) -> None:  # fmt: skip
    """Say which thing NAMES are, or which entries of tables no rule can place; certain ones join by themselves.

    \b
    Examples:
      citygraph match "Lahden kaupunki" --country FI
      citygraph match --with gcom=signatories.csv --review data/matching/decisions.yaml
    """
    with outcomes(), reading() as progress:
        from citygraph.matching.matches import Matches

        found = Matches(data_folder(data), replace(gathered(config, tables, None), progress=progress))
        if form == "csv":
            click.echo(found.csv(), nl=False)
        elif measured or names:
            for line in found.measured() if measured else found.named(names, country, at):
                click.echo(line)
        elif review is None:
            for line in found.open():
                click.echo(line)
        if review is not None:
            found.review(review)
        if not names:
            for line in found.counts():
                click.echo(line, err=True)
