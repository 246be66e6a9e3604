"""The citygraph command. Data to stdout, everything else to stderr."""

from __future__ import annotations

import click

from citygraph import __version__
from citygraph.commands import asking, making, serving


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """What sources say of cities and their networks, as a graph that can be checked, queried and cited.

    \b
    citygraph check      what is wrong in the fact sheets, and how to mend it
    citygraph build      make the graph
    citygraph release    make it ready for a data portal
    citygraph query      ask it
    citygraph explain    where an answer comes from
    citygraph diff       what changed between two releases
    citygraph match      which thing a name or an entry of a table is
    citygraph plot       draw it
    citygraph site       make web pages of it
    citygraph serve      put it on the web
    """


for command in (
    *(making.check, making.build, making.release, making.match),
    *(asking.query, asking.queries, asking.explain, asking.diff, asking.plot),
    *(serving.site, serving.serve),
):
    main.add_command(command)


if __name__ == "__main__":
    main()
