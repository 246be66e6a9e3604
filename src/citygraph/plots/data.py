"""Rows of named queries made ready to draw: names in place of IRIs, years as numbers, the sources counted."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from citygraph.dates import Bounds, parse
from citygraph.plots.words import date, number, say
from citygraph.release import Release
from citygraph.vocabulary import CG, CLAIM, ID, shorten

Row = dict[str, Any]
Params = Mapping[str, str]

#: Addresses of licences by the names that people know.
LICENCES = {
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
    "https://www.apache.org/licenses/LICENSE-2.0": "Apache-2.0",
}
#: Sources named in a figure; more are counted.
CREDITED = 4
#: What the named queries do not tell of the claims of a city.
_MORE = f"""SELECT ?claim ?status ?unnamed WHERE {{ ?claim <{CG}member>|<{CG}party>|<{CG}city> <IRI>
  OPTIONAL {{ ?claim <{CG}status> ?status }} OPTIONAL {{ ?claim <{CG}unnamed> ?unnamed }} }}"""
_BATCH = 500  # IRIs whose names one query asks for: a query has a greatest length


def names(release: Release, iris: Iterable[str | None], language: str) -> dict[str, str]:
    """Names of things, their keys where the graph has none."""
    wanted = sorted({iri for iri in iris if iri})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _BATCH):
        found |= release.labels(wanted[start : start + _BATCH], language)
    return {iri: found.get(iri) or shorten(iri) for iri in wanted}


def source_of(claim: str | None) -> str:
    """The source that a claim's address names; empty for none."""
    return ID + claim[len(CLAIM) :].partition("/")[0] if claim and claim.startswith(CLAIM) else ""


def credits(release: Release, used: Iterable[str | None], language: str, also: str = "") -> list[str]:
    """Lines that name the sources by title, publisher and licence, those that contribute most first."""
    rows = {str(row["source"]): row for row in reversed(release.query("sources"))}
    order = [source for source, _ in sorted(Counter(filter(None, used)).items(), key=lambda item: (-item[1], item[0]))]
    told = []
    for source in order[:CREDITED]:
        row = rows.get(source, {})
        licence = row.get("licence")
        about = [row.get("publisher"), (row.get("issued") or "")[:4], LICENCES.get(licence or "", licence)]
        inside = ", ".join(part for part in about if part)
        told.append((row.get("title") or shorten(source)) + (f" ({inside})" if inside else ""))
    if len(order) > CREDITED:
        told.append(say("and-more", language, len(order) - CREDITED))
    text = f"{say('sources', language)}: {'; '.join(told)}. " if told else ""
    return textwrap.wrap(f"{text}{also + '.' if also else ''}", 130, break_on_hyphens=False)


def places(release: Release, params: Params, language: str) -> list[Row]:
    """Cities with coordinates, `class` by the number of networks: none, implicit, 1, 2, 3 or 4."""
    rows = release.query("places", **params)
    name = names(release, (row["city"] for row in rows), language)
    found = []
    for row in rows:
        told, implicit = int(row["networks"] or 0), int(row["implicit"] or 0)
        kind = str(min(told, 4)) if told else "implicit" if implicit else "none"
        found.append(
            {"name": name[row["city"] or ""], "lat": float(row["lat"] or 0), "long": float(row["long"] or 0),
             "networks": told, "class": kind, "city": row["city"]}
        )  # fmt: skip
    return found


def relations(release: Release, city: str, language: str) -> list[Row]:
    """What a city has to do with networks and partners: a row for each claim, with its kind, dates and reading."""
    iri = release.find(city)
    when: dict[str, dict[str, Row]] = {}
    for row in release.query("timeline", who=city):
        when.setdefault(str(row["claim"]), {})[str(row["event"])] = row
    claims: list[tuple[str, Row, str | None]] = []
    claims += [("member", row, row["network"]) for row in release.query("memberships", city=city)]
    coordinated = [row for row in release.query("coordinators") if row["coordinator"] == iri]
    claims += [("coordinator", row, row["network"]) for row in coordinated]
    others = release.query("cooperation", city=city)
    claims += [(str(row["kind"]), row, row["partner"] or row["place"]) for row in others]
    seen: dict[str, tuple[str, Row, str | None]] = {}
    for kind, row, other in claims:
        seen.setdefault(str(row["claim"]), (kind, row, other))  # a quote more is a row more, not a claim more
    more = {str(row["claim"]): row for row in release.query(_MORE.replace("IRI", iri))}
    held = {claim for claim, row in more.items() if row["status"] == "on hold"}
    sources = {claim: source_of(claim) for claim in seen}
    issued = {row["source"]: row["issued"] for row in release.query("sources")}
    name = names(release, [other for _, _, other in seen.values()] + list(sources.values()), language)
    found = []
    for claim, (kind, row, other) in seen.items():
        dates = span(when.get(claim, {}), None if claim in held else issued.get(sources[claim]), language)
        if claim in held:
            dates["date"] += f" ({say('on hold', language)})"
        words = textwrap.shorten(more.get(claim, {}).get("unnamed") or row["exact"] or "…", 44, placeholder=" …")
        found.append(
            {"name": name[other] if other else say("unnamed", language, words), "kind": kind,
             "reading": str(row["reading"]), "claim": claim, "source": sources[claim],
             "told_by": name.get(sources[claim], ""), **dates}
        )  # fmt: skip
    return sorted(found, key=lambda row: (row["kind"] != "member", row["kind"], row["at"], row["name"], row["claim"]))


def span(events: Mapping[str, Row], issued: str | None, language: str) -> Row:
    """When it began (`begin`) and ended (`end`) as bounds in years, until when it is told as lasting, and the text."""
    begin: Bounds | None = None
    end: Bounds | None = None
    texts = []
    for event in ("joined", "since", "took place", "left", "until"):
        row = events.get(event)
        if row is None:
            continue
        texts.append(str(row["date"]))
        first, slash, last = str(row["date"]).partition("/")
        whole = Bounds(_day(row["earliest"]), _day(row["latest"]))
        if event == "took place" and slash:
            begin = parse(first) if first != ".." else None
            end = parse(last) if last != ".." else None
        else:
            begin = begin if event in ("left", "until") else whole
            end = end if event in ("joined", "since") else whole  # what took place in a year did not last beyond it
    told = end.earliest if end and end.earliest else None
    lasting = told or (_day(issued) if not end else None)
    return {
        "begin": years(begin), "end": years(end), "lasting": year(lasting), "dated": bool(texts),
        "at": next((at for at in (*years(begin), *years(end)) if at), 9999.0),
        "date": " – ".join(date(text, language) for text in texts) or say("undated", language),
    }  # fmt: skip


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text[:10]) if text and len(text) >= 10 else None


def years(bounds: Bounds | None) -> tuple[float | None, float | None]:
    """First and last possible day as years, the last day to its end."""
    if bounds is None:
        return None, None
    return year(bounds.earliest), year(bounds.latest, 1)


def year(day: dt.date | None, more: int = 0) -> float | None:
    """A day as a year with its fraction, so that an axis needs no clock and no time zone."""
    if day is None:
        return None
    first = dt.date(day.year, 1, 1).toordinal()
    length = 366 if day.year % 4 == 0 and (day.year % 100 or day.year % 400 == 0) else 365
    return round(day.year + (day.toordinal() + more - first) / length, 4)


def joiners(release: Release, params: Params, language: str) -> list[Row]:
    """Who joined by network and year, the networks with most members first."""
    rows = release.query("joiners-by-year", **params)
    name = names(release, (row["network"] for row in rows), language)
    found: list[Row] = [
        {"network": name[row["network"] or ""], "year": int(row["year"] or 0),
         "joined": int(row["joined"] or 0), "total": int(row["total"] or 0)}
        for row in rows
    ]  # fmt: skip
    most = Counter[str]()
    for row in found:
        most[row["network"]] = max(most[row["network"]], row["total"])
    return sorted(found, key=lambda row: (-most[row["network"]], row["network"], row["year"]))


def members(release: Release, params: Params, language: str) -> list[Row]:
    """Members of each network by standing, a part after the whole that it is part of."""
    rows = release.query("members", **params)
    whole: dict[str, str] = {}
    for row in release.query("networks"):
        if row["part_of"]:
            whole.setdefault(str(row["network"]), str(row["part_of"]))
    name = names(release, [*(row["network"] for row in rows), *whole.values()], language)
    size = Counter[str]()
    for row in rows:
        size[str(row["network"])] += int(row["members"] or 0)

    def place(network: str) -> tuple[Any, ...]:
        top = whole.get(network, network)
        return (-max(size[top], size[network]), top, network != top, -size[network], network)

    return [
        {"network": name[str(row["network"])], "standing": row["standing"], "members": int(row["members"] or 0),
         "part_of": name.get(whole.get(str(row["network"]), ""), "")}
        for row in sorted(rows, key=lambda row: place(str(row["network"])))
    ]  # fmt: skip


def gaps(release: Release, params: Params, language: str) -> list[Row]:
    """Own targets beside the minimum that binds the city, both as cuts in per cent."""
    rows = [row for row in release.query("commitment-gaps", **params) if row["own_change"] and row["minimum"]]
    name = names(release, [row[key] for row in rows for key in ("city", "network")], language)
    return [
        {"name": name[row["city"] or ""], "network": name[row["network"] or ""], "cut": -float(row["own_change"] or 0),
         "minimum": abs(float(row["minimum"] or 0)), "year": row["own_target_year"] or "",
         "verdict": row["verdict"], "why": row["why"] or "", "city": row["city"], "of": row["network"]}
        for row in rows
    ]  # fmt: skip


def counted(count: int, one: str, many: str, language: str) -> str:
    """`1 own target`, `1,308 own targets`."""
    return say(one, language) if count == 1 else say(many, language, number(count, language))
