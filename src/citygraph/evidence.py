"""Check one fact against the words of its source: quotes in their place, dates, percentages and years shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from citygraph import mentions
from citygraph.dates import FORMS, Bounds, parse
from citygraph.problems import Problem
from citygraph.quotes import Miss, Span, locate
from citygraph.sheets import Record, Sheet, Value
from citygraph.vocabulary import DATE_KEYS

YEAR_KEYS = ("baseline-year", "target-year")


@dataclass
class Found:
    """What a fact rests on: its quotes; bounds and wording of each date by key."""

    quote: Span | None = None
    contexts: list[Span] = field(default_factory=list)
    bounds: dict[str, Bounds] = field(default_factory=dict)
    wording: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def published(source: Record) -> Bounds | None:
    """The day of publication; None where it is not told or malformed (the shapes report that)."""
    try:
        day = dt.date.fromisoformat(source.get("published") or "")
    except ValueError:
        return None
    return Bounds(day, day)


def examine(sheet: Sheet, fact: Record) -> Found:
    """Find the fact's words in the sheet's text and hold its values against them.

    A page whose words are not kept has no text: only the form of its dates is checked.
    """
    found = Found()
    if sheet.text is not None:
        _locate(sheet.text, fact, found)
    for key in DATE_KEYS:
        if (text := fact.get(key)) is not None:
            try:
                found.bounds[key] = parse(text)
            except ValueError as error:
                right = "" if "write" in str(error) else f"write {FORMS}"
                found.problems.append(fact.problem(key, "date", str(error), right))
    year_from = fact.get("year-from")
    if year_from == "publication" and "published" not in sheet.source.fields:
        what = "the year is taken from the publication, whose date is not given"
        found.problems.append(fact.problem("year-from", "year-from", what, "give `published`, or write context"))
    if found.quote is not None and not any(problem.code.startswith("quote") for problem in found.problems):
        _hold(sheet, fact, found, year_from)
    return found


def _locate(text: str, fact: Record, found: Found) -> None:
    quote = fact.get("quote")
    if quote is not None:
        span = locate(text, quote, fact.get("start"), fact.get("end"))
        if isinstance(span, Miss):
            found.problems.append(fact.problem(span.key, span.code, span.what, span.right))
            # Wrong offsets do not hide what else is wrong: the words do stand in the text.
            again = locate(text, quote, str(text.find(quote))) if span.code == "offset" else span
            found.quote = again if isinstance(again, Span) else None
        else:
            found.quote = span
    for value in _values(fact, "context"):
        span = locate(text, value.text)
        if isinstance(span, Miss):
            what = span.what.replace("the quote", "the context")
            right = "quote more words of it" if span.code == "quote-ambiguous" else span.right
            found.problems.append(fact.problem_of(value, span.code, what, right))
        else:
            found.contexts.append(span)
    for value in _values(fact, "unnamed"):
        if found.quote and not any(value.text in span.exact for span in (found.quote, *found.contexts)):
            what = f"{value.text!r} is not in the quote or its context"
            right = "`unnamed` gives the source's own words for what it does not name"
            found.problems.append(fact.problem_of(value, "unnamed", what, right))


def _hold(sheet: Sheet, fact: Record, found: Found, year_from: str | None) -> None:
    """Hold dates, percentages and years against the quote and its contexts."""
    assert found.quote is not None
    language = sheet.source.get("language") or "en"
    words = " \n".join(span.exact for span in (found.quote, *found.contexts))
    spoken = list(mentions.times(words, language))
    explicit = (fact.get("reading") or "explicit") == "explicit"
    day = published(sheet.source)
    for key in found.bounds:
        text = fact.get(key) or ""
        support = mentions.support(text, spoken, day, year_from)
        found.wording[key] = support.words
        if support.verdict != "shown" and mentions.known(language) is None:
            what = f"the date {text} cannot be held against words in {language!r}"
            right = "compare it by eye; dates are found in " + ", ".join(mentions.LANGUAGES)
            found.problems.append(replace(fact.problem(key, "date-unheld", what, right), severity="warning"))
        elif support.verdict == "sharper":
            what = f"{text} is sharper than its words “{support.words}”"
            found.problems.append(fact.problem(key, "date-sharper", what, f"they say {support.means}, no more"))
        elif support.verdict == "yearless":
            what = f"the words “{support.words}” give no year"
            right = "write year-from: publication (or context) if that is where it comes from"
            if day and day.latest and not text.startswith(f"{day.latest.year:04d}"):
                right = (
                    f"the publication would give {day.latest.year}; write year-from: context if the year is from there"
                )
            found.problems.append(fact.problem(key, "date-year", what, right))
        elif day is None and (year_from == "publication" or ("published" in sheet.source.fields and "/" in text)):
            continue  # the day that the date hangs on is missing or malformed, and that has been told
        elif support.verdict == "absent" and explicit:
            what = f"neither the quote nor its context shows the date {text}"
            right = "quote the words that do, add them as context, or leave the date out"
            found.problems.append(fact.problem(key, "date-not-shown", what, right))
    if not explicit:
        return
    if fact.get("unit") == "percent":
        _percent(fact, found, words)
    counted = mentions.numbers(words, language)
    for value in _values(fact, "count") if mentions.known(language) else ():
        if value.text.isdigit() and int(value.text) > 0 and int(value.text) not in counted:
            found.problems.append(_not_shown(fact, value, "count", value.text))
    named = mentions.years(spoken)
    for key in YEAR_KEYS:
        for value in _values(fact, key):
            if value.text.isdigit() and int(value.text) not in named:
                found.problems.append(_not_shown(fact, value, "year", value.text))


def _percent(fact: Record, found: Found, words: str) -> None:
    """The percentage is in the words, and its qualifier is theirs: "at least 20 %" is not 20 %."""
    shown = mentions.percentages(words)
    for value in _values(fact, "change"):
        number = _number(value.text)
        if number is None:
            continue
        if abs(number) not in shown:
            found.problems.append(_not_shown(fact, value, "percentage", value.text.lstrip("+-") + " %"))
            continue
        said, told = fact.get("qualifier") or "", mentions.qualifier(words, abs(number))
        if said != told:
            what = f"the words say {told or 'just'} {abs(number):g} %, the fact {said or 'just'} {abs(number):g} %"
            right = f"write qualifier: {told}" if told else "leave qualifier out"
            key = "qualifier" if said else "change"
            found.problems.append(fact.problem(key, "qualifier", what, right))


def _not_shown(fact: Record, value: Value, kind: str, text: str) -> Problem:
    what = f"neither the quote nor its context shows the {kind} {text}"
    right = "quote the words that do, add them as context, or leave it out"
    return fact.problem_of(value, f"{kind}-not-shown", what, right)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _values(fact: Record, key: str) -> Sequence[Value]:
    found = fact.fields.get(key)
    return found.values if found else ()
