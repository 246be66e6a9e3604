"""The commands: thin over functions that can be imported. Data to stdout, everything else to stderr."""

from __future__ import annotations

import signal
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from citygraph import __version__
from citygraph.problems import PRINTERS, CitygraphError, formulas, summary, tally, violated
from citygraph.terminal import note, outcomes, reading, steps, tell_briefly, with_deep_stack

if TYPE_CHECKING:
    from citygraph.options import Options

# Everything else is imported where it is needed: --help must answer at once.

VALIDATOR = click.option(
    "--validator", type=click.Choice(["auto", "pyshacl", "compiled"]), default="auto",
    help="pyshacl is the reference; auto takes the compiled one, which gives the same, for large graphs.",
)  # fmt: skip
TABLES = click.option(
    "--with", "tables", multiple=True, metavar="NAME=PATH",
    help="A published table, by the name of its description in data/tables; may be repeated, also for one NAME.",
)  # fmt: skip
LANGUAGE = click.Choice(["en", "fi", "sv"])
EXISTING = click.Path(path_type=Path)
ACCEPTED = click.option(
    "--accepted", type=EXISTING, metavar="FILE", help="Findings that are let be, each with its reason (YAML)."
)
CONFIG = click.option(
    "--config", type=EXISTING, metavar="FILE",
    help="Tables, accepted findings and strict from a file (TOML); an option given beside it goes before it.",
)  # fmt: skip


def gathered(config: Path | None, tables: tuple[str, ...], accepted: Path | None, strict: bool = False) -> Options:
    """The options that the command line and a configuration file give; the command line goes first."""
    from citygraph.options import Config, Options, read_config, tables_of

    told = read_config(config) if config else Config()
    return Options(
        tables={**told.tables, **tables_of(tables)}, accepted=accepted or told.accepted, strict=strict or told.strict
    )


def data_folder(given: Path | None) -> Path:
    """--data, else data/ where the user stands, else the one that comes with citygraph."""
    from citygraph.files import resource

    if given is not None:
        return given
    here = Path("data")
    return here if (here / "registry").is_dir() else resource("data")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """What sources say of cities and their networks, as a graph that can be checked, queried and cited.

    \b
    citygraph check      what is wrong in the fact sheets, and how to mend it
    citygraph build      make the graph
    citygraph query      ask it
    citygraph explain    where an answer comes from
    citygraph match      which thing a name or an entry of a table is
    citygraph plot       draw it
    """


@main.command()
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
    """Report all problems of all fact sheets and the registry, or of the files PATHS, as file:line:column.

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
        from citygraph.known import read_report, unseen
        from citygraph.load import sheets_of

        folder = data_folder(data)
        only = [path for given in paths for path in sheets_of(given, folder)]
        options = replace(gathered(config, tables, accepted), language=lang, validator=validator)
        earlier = read_report(since) if since else None
        checked = pipeline.check(folder, replace(options, step=steps(), progress=progress, tell=note), only)
        problems = checked.problems if earlier is None else unseen(checked.problems, earlier)
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


@main.command()
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


@main.command()
@click.argument("name")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter; may be repeated.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "tsv", "json", "md"]), default="table",
              help="table and md show labels; csv, tsv and json are the raw SPARQL 1.1 results.")  # fmt: skip
@click.option("--graph", type=EXISTING, help="A release folder or an RDF file; dist/ by default.")
@click.option("--endpoint", metavar="URL", help="Ask a SPARQL server instead.")
@click.option("--timeout", type=click.FloatRange(min=1), default=30, help="Seconds to wait for the server; 30.")
@click.option("--lang", type=LANGUAGE, default="en", help="Language of labels.")
def query(
    name: str, params: tuple[str, ...], form: str, graph: Path | None, endpoint: str | None, timeout: float, lang: str
) -> None:
    """Run a query: NAME of the catalogue, a FILE, or - for standard input.

    \b
    Examples:
      citygraph query memberships -p city=lahti
      citygraph query timeline --format csv
      echo 'SELECT * WHERE { ?s ?p ?o } LIMIT 3' | citygraph query -
    """
    with outcomes():
        from citygraph import asking
        from citygraph.rdf.storage import drop

        if graph and endpoint:
            raise CitygraphError("--graph and --endpoint exclude each other")
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a query that runs in Rust hears no KeyboardInterrupt
        found = asking.find(name, sys.stdin.read)
        target = asking.remote(endpoint, timeout) if endpoint else asking.local(graph or Path("dist"), note)
        given, whole = asking.pairs(params), target.whole
        answer = with_deep_stack(
            lambda: asking.answer(found, given, target, form, lang),
            (lambda: asking.answer(found, given, whole(), form, lang)) if whole else None,
            lambda: drop(graph or Path("dist"), note),
        )
        sys.stdout.flush()
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="text by default.")
def queries(form: str) -> None:
    """List the named queries with their parameters.

    \b
    Example:
      citygraph queries
    """
    with outcomes():
        import json

        from citygraph.queries import TYPES, catalogue

        found = catalogue()
        if form == "json":
            rows = [
                {
                    "name": q.name,
                    "summary": q.summary,
                    "params": {k: p.type for k, p in q.params.items()},
                    "required": [k for k, p in q.params.items() if p.required],
                }
                for q in found
            ]
            click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        wide = max(len(q.name) for q in found)
        indent = " " * (wide + 3)
        for q in found:
            click.echo(f"{q.name:{wide}} {q.summary}")
            if q.description:
                click.echo(textwrap.fill(q.description, 100, initial_indent=indent, subsequent_indent=indent))
            for param in q.params.values():
                kind = " or ".join(param.values) or TYPES[param.type]
                example = f", e.g. {param.example}" if param.example else ""
                needed = " (required)" if param.required else ""
                click.echo(f"{indent}-p {param.name}=…  {kind}{example}{needed}")


@main.command()
@click.argument("terms", nargs=-1, required=True)
@click.option("--graph", type=EXISTING, default=Path("dist"), help="A release folder; dist/ by default.")
@click.option("--lang", type=LANGUAGE, default="en", help="Language of labels.")
def explain(terms: tuple[str, ...], graph: Path, lang: str) -> None:
    """Show where a claim or a triple comes from, down to the words.

    \b
    Examples:
      citygraph explain lahti-networks-2012/covenant-membership
      citygraph explain lahti boundBy lahti-networks-2012/covenant-commitment
    """
    with outcomes():
        from citygraph import asking

        click.echo(asking.explained(graph, terms, lang, note), nl=False)


@main.command()
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


@main.command()
@click.argument("name", type=click.Choice(["map", "timeline", "network", "gaps"]))
@click.option("-o", "--out", type=EXISTING, help="A .svg, .png or .html file; plot-NAME.svg by default.")
@click.option("-p", "--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter; may be repeated.")
@click.option("--graph", type=EXISTING, default=Path("dist"), help="A release folder; dist/ by default.")
@click.option("--lang", type=LANGUAGE, default="en", help="Language of labels and words.")
def plot(name: str, out: Path | None, params: tuple[str, ...], graph: Path, lang: str) -> None:
    """Draw a map, a timeline, networks or targets beside their minimum. Needs pip install 'citygraph[plot]'.

    \b
    Examples:
      citygraph plot map -p network=covenant-of-mayors
      citygraph plot timeline -p city=lahti --lang fi -o lahti.png
    """
    with outcomes():
        from citygraph.plots.draw import picture

        signal.signal(signal.SIGINT, signal.SIG_DFL)  # what runs in Rust hears no KeyboardInterrupt
        click.echo(picture(graph, name, params, out, lang))


if __name__ == "__main__":
    main()
