"""The commands that read a graph: query, queries, explain, diff, plot."""

from __future__ import annotations

import signal
import sys
import textwrap
from pathlib import Path

import click

from citygraph.commands.common import EXISTING, LANGUAGE
from citygraph.files import shown
from citygraph.problems import CitygraphError
from citygraph.terminal import note, outcomes, with_deep_stack

# Everything else is imported where it is needed: --help must answer at once.


@click.command()
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


@click.command()
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


@click.command()
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


@click.command()
@click.argument("old", type=EXISTING)
@click.argument("new", type=EXISTING)
@click.option("--format", "form", type=click.Choice(["text", "json", "rdf"]), default="text",
              help="text by default; rdf writes the quads that make NEW of OLD.")  # fmt: skip
@click.option(
    "--out", type=EXISTING, metavar="DIR", help="With rdf: a new or empty folder for removed.nq and added.nq."
)
@click.option("--all", "every", is_flag=True, help="List each change, also where many of a kind would be summed up.")
@click.option("--lang", type=LANGUAGE, default="en", help="Language of labels.")
def diff(old: Path, new: Path, form: str, out: Path | None, every: bool, lang: str) -> None:
    """Tell what changed between two releases, claim by claim: OLD and NEW are release folders or RDF files.

    Exit code 0 when they hold the same, 1 when they differ, 2 when one cannot be read.

    \b
    Examples:
      citygraph diff release-1 release-2
      citygraph diff release-1 release-2 --format rdf --out changes
    """
    with outcomes():
        from citygraph.changes import claims, compare, printed

        if (form == "rdf") != (out is not None):
            raise CitygraphError("--format rdf and --out DIR belong together: it writes removed.nq and added.nq there")
        found = compare.delta(compare.opened(old), compare.opened(new))
        if out is not None:
            compare.save(out, found)
            click.echo(f"{shown(out)}/: removed.nq ({len(found.removed):,}), added.nq ({len(found.added):,})")
        else:
            told = claims.changes(found, lang)
            for piece in printed.to_json(told) if form == "json" else printed.text(told, every):
                click.echo(piece, nl=False)
        sys.stdout.flush()
        raise SystemExit(1 if found else 0)


@click.command()
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
