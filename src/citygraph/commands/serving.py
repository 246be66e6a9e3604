"""The commands that put a release on the web: site and serve."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from citygraph.commands.common import EXISTING
from citygraph.files import shown
from citygraph.problems import CitygraphError
from citygraph.terminal import counting, outcomes

# Everything else is imported where it is needed: --help must answer at once.

#: An address that others can begin with.
_FOLDER = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9/._~:@!&'()*+,;=%-]*)?")
_SECONDS = click.FloatRange(min=0, min_open=True, max=86_400)
_COUNT = click.IntRange(min=0)


def _limit(name: str, kind: Any, told: str) -> Any:
    return click.option(f"--{name}", type=kind, help=told)


#: An option for each limit, in the order of the help.
_LIMITS = (
    _limit("seconds", _SECONDS, "For which a query may run; 20."),
    _limit("memory", click.IntRange(min=1), "Bytes that a query may take beside the graph; 1 GB."),
    _limit("rows", _COUNT, "Rows or triples of an answer; 1,000,000."),
    _limit("bytes", _COUNT, "Bytes of an answer; 50 MB."),
    _limit("length", click.IntRange(min=1), "Bytes of a query; 100,000."),
    _limit("nesting", _COUNT, "Brackets within each other in a query; 100."),
    _limit("waiting", _COUNT, "Queries that may wait; 200."),
    _limit("workers", click.IntRange(min=1, max=1000), "Queries that run at a time; the number of cores."),
    _limit("slow", click.IntRange(min=0, max=1000), "Queries that may run beside them once they are slow; 4."),
    _limit("light", click.FloatRange(min=0), "Seconds after which a query is slow; 0.25."),
    _limit("connections", click.IntRange(min=1), "Open connections; 1,000."),
    _limit("head", _SECONDS, "Seconds in which a request's head must have come; 10."),
    _limit("body", _SECONDS, "Seconds in which its body must have come; 20."),
    _limit("stall", _SECONDS, "Seconds for which a client may read nothing; 20."),
    _limit("sending", _SECONDS, "Seconds in which a client must have read an answer; 600."),
    _limit("keep", _SECONDS, "Seconds for which an idle connection is kept; 15."),
    _limit("cache", _COUNT, "Bytes of answers kept in memory for the next who asks; 64 MB."),
    _limit("spool", _COUNT, "Bytes of answers in files that are being sent; 2 GB."),
)


def _limits(command: Any) -> Any:
    for option in reversed(_LIMITS):
        command = option(command)
    return command


@click.command()
@click.argument("release", type=EXISTING, default=Path("dist"))
@click.option("--out", type=EXISTING, default=Path("site"), help="Where the site goes; site/ by default.")
@click.option("--base-url", "base", default="", metavar="URL", help="Where the site will be on the web.")
@click.option("--quiet", is_flag=True, help="Print nothing when all is well.")
def site(release: Path, out: Path, base: str, quiet: bool) -> None:
    """Make web pages of RELEASE (dist/ by default), for a host of files. Needs pip install 'citygraph[site]'.

    A page that did not change is not written anew; one that is no more is taken away.

    \b
    Examples:
      citygraph site
      citygraph site dist --out site --base-url https://data.example.org/citygraph/
    """
    with outcomes(), counting("pages") as progress:
        if find_spec("jinja2") is None:
            raise CitygraphError("making a site needs jinja2: pip install 'citygraph[site]'")
        if (base and not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[!-~]*)?", base)) or re.search('[?#"<>]', base):
            raise CitygraphError(
                f"--base-url {base!r}: not the address of a folder; for instance https://example.org/site/"
            )
        from citygraph.site.write import write

        done = write(release, out, base and base.rstrip("/") + "/", progress)
        if not quiet:
            new = f"{done.changed:,} new or changed, {done.removed:,} removed"
            click.echo(f"{shown(out)}/: {done.files:,} files, {new}")
            if not base:
                click.echo("no sitemap and no redirects for w3id.org: they need --base-url, the site's address")


@click.command()
@click.argument("release", type=EXISTING, default=Path("dist"))
@click.option(
    "--host", default="127.0.0.1", help="The address to listen on; 127.0.0.1, so that only this machine asks."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, help="8000; 0 takes any that is free.")
@click.option("--base-url", "base", default="", metavar="URL", help="The address at which the public sees the server.")
@_limits
def serve(release: Path, host: str, port: int, base: str, **given: float | None) -> None:
    """Put RELEASE (dist/ by default) on the web: SPARQL, pages, data, files. Needs pip install 'citygraph[serve]'.

    \b
    Examples:
      citygraph serve
      citygraph serve dist --port 8080 --base-url https://data.example.org --seconds 10
    """
    with outcomes():
        for name in ("httptools", "jinja2", "starlette", "uvicorn"):
            if find_spec(name) is None:
                raise CitygraphError(f"serving needs {name}: pip install 'citygraph[serve]'")
        if base and not base.startswith(("http://", "https://")):
            raise CitygraphError(f"--base-url {base}: not an address; it begins with http:// or https://")
        from citygraph.web.holder import Holder
        from citygraph.web.limits import Limits

        told = {name: value for name, value in given.items() if value is not None}
        limits: Any = {name: told[name] for name in told.keys() & Limits.__dataclass_fields__.keys()}
        holder = Holder(release, Limits(**limits))
        holder.begin()

        from citygraph.web import running  # takes as long as a fifth of the graph

        running.run(holder, host, port, base, told)
