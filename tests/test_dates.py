"""EDTF and the words for dates: the forms allowed, their bounds, and what words bear."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import edtf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citygraph.dates import Bounds, parse, span
from citygraph.mentions import numbers, percentages, qualifier, support, times, years

DAY = dt.date


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2012", DAY(2012, 1, 1), DAY(2012, 12, 31)),
        ("2012-06", DAY(2012, 6, 1), DAY(2012, 6, 30)),
        ("2012-02-29", DAY(2012, 2, 29), DAY(2012, 2, 29)),
        ("2012-23", DAY(2012, 9, 1), DAY(2012, 11, 30)),
        ("2012-24", DAY(2012, 12, 1), DAY(2013, 2, 28)),
        ("2011-24", DAY(2011, 12, 1), DAY(2012, 2, 29)),
        ("../2012-11-06", None, DAY(2012, 11, 6)),
        ("2014/..", DAY(2014, 1, 1), None),
        ("2008/2015", DAY(2008, 1, 1), DAY(2015, 12, 31)),
        ("9999-12-31", DAY(9999, 12, 31), DAY(9999, 12, 31)),
    ],
)
def test_bounds(text: str, earliest: DAY | None, latest: DAY | None) -> None:
    assert parse(text) == Bounds(earliest, latest)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2013-02-29", "February 2013 has no day 29"),
        ("2012-13", "no month 13"),
        ("2012-00", "no month 00"),
        ("2012-25", "no month 25"),
        ("2012-23-01", "no month 23"),
        ("10.9.2012", "write 2012"),
        ("2012-9-1", "write 2012"),
        ("0000", "no year 0000"),
        ("../..", "says nothing"),
        ("2015/2008", "2015 comes after 2008"),
        ("2012/2013/2014", "not a date"),
        ("9999-24", "ends after the last year"),
        ("", "not a date"),
        ("２０１２", "not a date"),
    ],
)
def test_what_is_not_a_date(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(text)


_YEAR = st.integers(1000, 2999)
_POINT = st.one_of(
    _YEAR.map(lambda y: f"{y:04d}"),
    st.tuples(_YEAR, st.integers(1, 12)).map(lambda p: f"{p[0]:04d}-{p[1]:02d}"),
    st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31)).map(lambda d: d.isoformat()),
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(_POINT)
def test_bounds_are_those_of_the_edtf_package(text: str) -> None:
    theirs = edtf.parse_edtf(text)
    lower, upper = theirs.lower_strict(), theirs.upper_strict()
    assert parse(text) == Bounds(DAY(*lower[:3]), DAY(*upper[:3]))


@settings(max_examples=200, derandomize=True)
@given(st.text(alphabet="0123456789-/.", max_size=12))
def test_it_parses_or_says_why(text: str) -> None:
    said = ""
    try:
        bounds = parse(text)
    except ValueError as error:
        said = str(error)
        bounds = None
    assert said if bounds is None else (bounds.earliest is not None or bounds.latest is not None)
    if bounds and bounds.earliest and bounds.latest:
        assert bounds.earliest <= bounds.latest


PUBLISHED = span(2012, 11, 6)


@pytest.mark.parametrize(
    ("edtf_text", "words", "language", "year_from", "verdict"),
    [
        ("2012-09-10", "johon Lahti liittyi 10.9.2012", "fi", None, "shown"),
        ("2012-09", "johon Lahti liittyi 10.9.2012", "fi", None, "shown"),  # coarser than its words is allowed
        ("2012-06-15", "kesäkuussa 2012", "fi", None, "sharper"),
        ("2012-06", "kesällä 2012", "fi", None, "sharper"),
        ("2012-09-11", "10.9.2012", "fi", None, "absent"),
        ("2012-23", "syksyn aikana", "fi", "publication", "shown"),
        ("2012-23", "syksyn aikana", "fi", None, "yearless"),
        ("2011-23", "syksyn aikana", "fi", "publication", "absent"),
        ("2011-02-15", "vuonna 2011 ... 15. helmikuuta", "fi", None, "shown"),
        ("../2012-11-06", "Aiemmin", "fi", None, "shown"),
        ("../2012-10-01", "Aiemmin", "fi", None, "absent"),
        ("2014", "vuodesta 2014 lähtien", "fi", None, "shown"),
        ("1969", "seuraavana vuonna", "fi", None, "yearless"),
        ("1969", "seuraavana vuonna", "fi", "context", "shown"),
        ("1969-05", "seuraavana vuonna", "fi", "context", "sharper"),
        ("2009-11-10", "den 10 november 2009", "sv", None, "shown"),
        ("2011-01", "i januari 2011", "sv", None, "shown"),
        ("2012-09-10", "on September 10, 2012", "en", None, "shown"),
        ("2012-09-10", "on the 10th of September 2012", "en", None, "shown"),
        ("2012-09-10", "on 2012-09-10", "en", None, "shown"),
        ("2012-22", "in the summer of 2012", "en", None, "shown"),
        ("2012", "no date here", "en", None, "absent"),
        ("2009-11-10", "10 nov. 2009", "sv", None, "shown"),
        ("2009-11", "in Nov 2009", "en", None, "shown"),
        ("2009-11-10", "marraskuun 10. päivänä 2009", "fi", None, "shown"),
        ("2012-23", "i höstas", "sv", "publication", "shown"),
        ("2011-11", "i november i fjol", "sv", None, "yearless"),
        ("2009-23", "in the fall of 2009", "en", None, "shown"),
        ("2008/2015", "from 2008 to 2015", "en", None, "shown"),
        ("2008/2016", "from 2008 to 2015", "en", None, "absent"),
    ],
)  # fmt: skip
def test_what_words_bear(edtf_text: str, words: str, language: str, year_from: str | None, verdict: str) -> None:
    assert support(edtf_text, list(times(words, language)), PUBLISHED, year_from).verdict == verdict


@pytest.mark.parametrize(
    ("words", "percent", "said"),
    [
        ("vähintään 20 % vuoteen 2020", 20, "at least"),
        ("med över 20 procent till 2020", 20, "more than"),
        ("about 30 per cent, at least 40 %", 30, "about"),
        ("about 30 per cent, at least 40 %", 40, "at least"),
        ("at least by 2030, 40 %", 40, ""),
        ("60 prosenttia", 60, ""),
    ],
)
def test_how_the_words_put_a_percentage(words: str, percent: float, said: str) -> None:
    assert qualifier(words, percent) == said


def test_numbers_in_digits_and_words() -> None:
    assert numbers("kolmen verkoston ja 23 valtion", "fi") == {3, 23}
    assert numbers("kahdeksan, seitsemän, kuusi, yhdessä", "fi") == {8, 7, 6, 1}
    assert numbers("De omkring 11 900 städer, tre", "sv") == {11900, 3}
    assert numbers("seventy-two cities, two of them", "en") == {2}


def test_months_and_seasons_are_told_apart() -> None:
    assert [m.month for m in times("kesäkuussa, kesällä, syyskuun, syksyllä, toukokuussa", "fi")] != []
    found = {m.words: m.month for m in times("kesäkuussa, kesällä, syyskuun, syksyllä", "fi")}
    assert found == {"kesäkuussa": 6, "kesällä": 22, "syyskuun": 9, "syksyllä": 23}


LANGUAGE = {"V": "sv", "R": "fi"}


def test_the_shared_texts_show_what_they_say(shared: Path) -> None:
    """Dates, years and percentages of the statement lists are found in the words of their texts."""
    checked = 0
    for path in sorted((shared / "texts").glob("*.jsonl")):
        text, language = path.with_suffix(".txt").read_text("utf-8"), LANGUAGE[path.name[0]]
        spoken = list(times(text, language))
        for row in map(json.loads, path.read_text("utf-8").splitlines()):
            said = row["attributes"]
            for key in ("percent", "minPercent"):
                if key in said:
                    assert float(said[key]) in percentages(text), row["id"]
                    checked += 1
            for key in ("targetYear", "baseline"):
                if said.get(key):
                    assert int(said[key]) in years(spoken), row["id"]
                    checked += 1
            date = said.get("date", "")
            if date and not date.startswith("--") and date[:4].isdigit():
                year_from = "context" if "seuraavana vuonna" in row["quote"] else None
                assert support(date, spoken, None, year_from).verdict == "shown", row["id"]
                checked += 1
    assert checked > 30
