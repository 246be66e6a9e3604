"""From a release and the name of a plot to its picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from citygraph.asking import pairs
from citygraph.files import save, shown
from citygraph.near import nearest
from citygraph.plots.charts import city_timeline, matrix, sizes, yearly
from citygraph.plots.data import Params, counted, credits, gaps, joiners, members, names, places, relations, source_of
from citygraph.plots.dress import dressed
from citygraph.plots.maps import city_map
from citygraph.plots.targets import VERDICTS, targets
from citygraph.plots.words import number, say
from citygraph.plots.write import encode, ending
from citygraph.problems import CitygraphError
from citygraph.release import Release

#: A chart, and data that it names but does not hold.
Drawn = tuple[Any, dict[str, Any]]

#: Parameters of each plot.
PARAMS = {
    "map": ("network", "view"),
    "timeline": ("city", "network"),
    "network": ("city", "network"),
    "gaps": ("network",),
}


def picture(graph: Path, name: str, given: Sequence[str], out: Path | None, language: str) -> str:
    """Draw a plot of a release into a file, by default plot-NAME.svg; gives the file's name."""
    file = out or Path(f"plot-{name}.svg")
    kind = ending(file)
    available()
    save(file, encode(draw(Release.open(graph), name, pairs(given), language), kind, language))
    return shown(file)


def available() -> None:
    """Raise CitygraphError where the extra is not installed."""
    try:
        import altair  # noqa: F401
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise CitygraphError("plots need Altair and vl-convert: pip install 'citygraph[plot]'") from error


def draw(release: Release, name: str, params: Mapping[str, str], language: str = "en") -> dict[str, Any]:
    """The Vega-Lite specification of a plot with its data inside; raises CitygraphError where there is none to draw."""
    available()
    for param in params:
        if param not in PARAMS[name]:
            known = ", ".join(PARAMS[name])
            hint = nearest(param, PARAMS[name]) or f"known here: {known}"
            raise CitygraphError(f"plot {name}: unknown parameter {param!r}; {hint}")
    if "city" in params and "network" in params:
        raise CitygraphError(f"plot {name}: city and network exclude each other")
    chart, apart = _PLOTS[name](release, params, language)
    spec: dict[str, Any] = chart.to_dict()
    return spec | ({"datasets": apart} if apart else {})


def _called(release: Release, word: str, language: str) -> str:
    iri = release.find(word)
    return names(release, [iri], language)[iri]


def _told(release: Release, params: Params, dated: bool = False) -> list[str | None]:
    """The source of each membership that a picture counts."""
    return [row["source"] for row in release.query("memberships", **params) if row["date"] or not dated]


def _nothing(name: str, why: str, query: str) -> CitygraphError:
    return CitygraphError(f"plot {name}: nothing to draw: {why} (citygraph query {query})")


def _map(release: Release, params: Params, language: str) -> Drawn:
    view = params.get("view", "most")
    if view not in ("most", "all"):
        raise CitygraphError(f"plot map: view={view}; most or all")
    only = {key: value for key, value in params.items() if key == "network"}
    rows = places(release, only, language)
    if not rows:
        raise _nothing("map", "no city with coordinates", "places")
    chart, told, apart = city_map(rows, language, view == "all", bool(only))
    used = _told(release, only) + release_sources(release, [row["city"] for row in rows])
    credit = credits(release, used, language, say("outlines", language))
    title = say("map-of", language, _called(release, only["network"], language)) if only else say("map", language)
    return dressed(chart, title, [told], credit, f"{title}. {told}."), apart


def release_sources(release: Release, things: list[str]) -> list[str | None]:
    """The sources of what is told of things themselves: their coordinates."""
    rows = release.query(
        "PREFIX dcterms: <http://purl.org/dc/terms/> SELECT ?thing ?source WHERE { ?thing dcterms:source ?source }"
    )
    wanted = set(things)
    return [row["source"] for row in rows if row["thing"] in wanted]


def _timeline(release: Release, params: Params, language: str) -> Drawn:
    if "city" in params:
        rows = relations(release, params["city"], language)
        if not rows:
            raise _nothing("timeline", "no membership or cooperation of it is told", "memberships")
        title = say("timeline", language, _called(release, params["city"], language))
        told = "; ".join(f"{row['name']}: {row['date']}" for row in rows)
        credit = credits(release, [row["source"] for row in rows], language)
        chart = city_timeline(rows, language)
        return dressed(chart, title, [say("how-timeline", language)], credit, f"{title}. {told}."), {}
    rows = joiners(release, params, language)
    if not rows:
        raise _nothing("timeline", "no year of joining is told", "joiners-by-year")
    chart, left = yearly(rows, language)
    title = say("timeline-all", language)
    hints = [say("how-joiners", language), say("others", language, left) if left else ""]
    last = {row["network"]: row for row in rows}
    texts = "; ".join(f"{name}: {number(row['total'], language)}" for name, row in last.items())
    credit = credits(release, _told(release, params, dated=True), language)
    return dressed(chart, title, hints, credit, f"{title}. {texts}."), {}


def _network(release: Release, params: Params, language: str) -> Drawn:
    if "city" in params:
        rows = relations(release, params["city"], language)
        if not rows:
            raise _nothing("network", "no relation of it is told", "memberships")
        title = say("network-of", language, _called(release, params["city"], language))
        told = "; ".join(f"{row['name']}: {say(row['kind'], language)}" for row in rows)
        credit = credits(release, [row["source"] for row in rows], language)
        return dressed(matrix(rows, language), title, [], credit, f"{title}. {told}."), {}
    rows = members(release, params, language)
    if not rows:
        raise _nothing("network", "no membership with a member and a network is told", "members")
    chart, left = sizes(rows, language)
    title = say("network", language)
    texts = "; ".join(
        f"{row['network']}: {number(row['members'], language)} {say(row['standing'], language)}" for row in rows
    )
    credit = credits(release, _told(release, params), language)
    hints = [say("how-parts", language) if {row["part_of"] for row in rows} & {row["network"] for row in rows} else ""]
    hints += [say("others", language, left)] if left else []
    return dressed(chart, title, hints, credit, f"{title}. {texts}."), {}


def _gaps(release: Release, params: Params, language: str) -> Drawn:
    rows = gaps(release, params, language)
    if not rows:
        raise _nothing("gaps", "no own target of a city meets a minimum that binds it", "commitment-gaps")
    chart = targets(rows, language)
    title = say("gaps", language)
    told = counted(len(rows), "comparison", "comparisons", language)
    verdicts = "; ".join(
        f"{say(verdict, language)}: {number(sum(row['verdict'] == verdict for row in rows), language)}"
        for verdict in VERDICTS
    )
    ends = {row["city"] for row in rows} | {row["of"] for row in rows}
    used = [
        source_of(row["claim"])
        for row in release.query("commitments")
        if row["party"] in ends or row["network"] in ends
    ]
    credit = credits(release, used, language)
    return dressed(chart, title, [f"{told}: {verdicts}"], credit, f"{title}. {told}. {verdicts}."), {}


_PLOTS: dict[str, Callable[[Release, Params, str], Drawn]] = {
    "map": _map, "timeline": _timeline, "network": _network, "gaps": _gaps,
}  # fmt: skip
