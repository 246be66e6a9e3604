"""`citygraph check`: each fault that a curator can make is told at its place, and all of them at once."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from citygraph import build as pipeline
from citygraph.options import Options
from citygraph.problems import Problem
from conftest import ROOT, Run

ARTICLE = "articles/lahti-networks-2012.yaml"
TEXT = "articles/lahti-networks-2012.txt"
CITIES = "registry/cities.yaml"
UBC = "pages/energy-cities-ubc.yaml"

# Passages of the article's sheet that the cases change. `¦` in what replaces them is taken out again: it marks where a
# problem is to be told, so that the cases do not hang on line numbers. `¦¦` marks two problems in one place.
JOINED = "joined: 2012-09-10"
MEMBERSHIP = "id: covenant-membership\n    type: Membership\n    member: lahti\n    network: covenant-of-mayors-2020\n"
QUOTE = "quote: johon Lahti liittyi 10.9.2012 kaupunginvaltuuston päätöksellä"
CREATION = "quote: Lahden kaupunki oli mukana luomassa uutta kaupunkiryhmää"
PLEDGE = "      Kaupunginjohtajien yleiskokouksen osallistujat sitoutuvat vähentämään Eurooppa 2020"
PUBLISHED = "published: 2012-11-06"


@dataclass(frozen=True)
class Case:
    """A fault: what is changed in a file, and code and telling words of each problem in the order of their places."""

    name: str
    edits: Sequence[tuple[str, str]]
    told: Sequence[tuple[str, str]]
    file: str = ARTICLE
    severity: str = "violation"


def case(
    name: str, old: str, new: str, *told: tuple[str, str], file: str = ARTICLE, severity: str = "violation"
) -> Case:
    return Case(name, [(old, new)], told, file, severity)


def spoil(data: Path, file: str, edits: Sequence[tuple[str, str]]) -> list[str]:
    """Change the first occurrence of each passage; the marked places as `file:line:column`."""
    path = data / file
    text = path.read_text("utf-8")
    assert "¦" not in text
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    places = []
    while (at := text.find("¦")) >= 0:
        places.append(f"data/{file}:{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}")
        text = text[:at] + text[at + 1 :]
    path.write_text(text, "utf-8")
    return places


def check(*only: str, language: str = "en") -> list[Problem]:
    return pipeline.check(Path("data"), Options(language=language), [Path(path) for path in only]).problems


CASES = [
    # YAML
    case("yaml-colon", "id: covenant-scope", "id: covenant-scope¦: x", ("yaml-syntax", "quote a text that holds ': '")),
    case("yaml-tab", "    type: Aim", "¦\ttype: Aim", ("yaml-syntax", "a tab; indent with spaces")),
    case("unknown-key", JOINED, "¦joind: 2012-09-10", ("unknown-key", "unknown key 'joind'; did you mean 'joined'?")),
    case("unknown-source-key", "author:", "¦auther:", ("unknown-key", "unknown key 'auther'; did you mean 'author'?")),
    case("made-key", JOINED, f"{JOINED}\n    ¦member-of: lahti", ("unknown-key", "unknown key 'member-of'")),
    case("unknown-entry-key", "forms:", "¦form:", ("unknown-key", "did you mean 'forms'?"), file=CITIES),
    case("unknown-top-key", "\nfacts:", "\n¦extra: x\nfacts:", ("unknown-key", "known here: article, facts")),
    Case("misspelt-facts", [("\narticle:", "\n¦article:"), ("\nfacts:", "\n¦fatcs:")],
         [("missing-key", "no list of facts"), ("unknown-key", "unknown key 'fatcs'; did you mean 'facts'?")]),
    case("duplicate-key", JOINED, f"{JOINED}\n    ¦joined: 2012-09-11",
         ("duplicate-key", "the key 'joined' stands twice; line ")),
    case("duplicate-language", "name: {fi: Turku, en: Turku,", "name: {fi: Turku, ¦fi: Turku,",
         ("duplicate-key", "the key 'fi' stands twice"), file=CITIES),
    # Names
    case("duplicate-fact", "id: covenant-membership", "id: ¦covenant-scope",
         ("duplicate-id", f"the name 'covenant-scope' stands twice; data/{ARTICLE}:")),
    case("fact-id", "id: covenant-membership", "id: ¦Covenant membership",
         ("id", "'Covenant membership' cannot be a name in an address; use small letters a to z")),
    case("fact-id-slash", "id: covenant-membership", "id: ¦covenant/membership", ("id", "cannot be a name")),
    case("source-id", "id: lahti-networks-2012", "id: ¦lahti-networks", ("id", "write lahti-networks-2012")),
    case("source-id-of-registry", "id: lahti-networks-2012", "id: ¦¦lahti",
         ("duplicate-id", "the id 'lahti' is a key of the registry"), ("id", "is not the file's name")),
    case("unknown-type", "type: Membership\n    member: lahti\n    network: covenant",
         "type: ¦Membreship\n    member: lahti\n    network: covenant",
         ("unknown-type", "unknown type 'Membreship'; did you mean 'Membership'?")),
    case("unknown-city", MEMBERSHIP, MEMBERSHIP.replace(" lahti\n", " ¦lathi\n"),
         ("unknown-entity", "'lathi' is not in the registry; did you mean 'lahti'? Else add it to data/registry")),
    case("unknown-network", MEMBERSHIP, MEMBERSHIP.replace("covenant-of-mayors", "¦covenant-of-mayers"),
         ("unknown-entity", "did you mean 'covenant-of-mayors-2020'?")),
    case("unknown-like-a-name", MEMBERSHIP, MEMBERSHIP.replace(" lahti\n", " ¦Lahtii\n"),
         ("unknown-entity", "did you mean 'lahti'?")),
    case("unknown-nothing-near", MEMBERSHIP, MEMBERSHIP.replace("covenant-of-mayors-2020", "¦zzzzqqqq"),
         ("unknown-entity", "'zzzzqqqq' is not in the registry; add it to data/registry")),
    case("name-for-key", MEMBERSHIP, MEMBERSHIP.replace(" lahti\n", " ¦Lahti\n"),
         ("unknown-entity", "'Lahti' is not in the registry; that is a name of 'lahti': write the key")),
    case("other-name-for-key", MEMBERSHIP, MEMBERSHIP.replace(" lahti\n", " ¦Lahden kaupunki\n"),
         ("unknown-entity", "that is a name of 'lahti': write the key")),
    case("second-of-a-list", "theme: [urban-planning, business-life]", "theme: [urban-planning, ¦busyness-life]",
         ("unknown-entity", "did you mean 'business-life'?")),
    # Quotes
    case("quote-absent", QUOTE, "quote: ¦completely different words in another tongue",
         ("quote-absent", "nor anything near it; quote the text's own words")),
    case("quote-dash", f"quote: >-\n{PLEDGE} –", f"quote: ¦>-\n{PLEDGE} -",
         ("quote-altered", "'-' (U+002D HYPHEN-MINUS) is '–' (U+2013 EN DASH) there; the nearest words, at ")),
    case("quote-apart", QUOTE, QUOTE.replace("quote: ", "quote: ¦").replace("kaupunginv", "kaupungin v"),
         ("quote-altered", "the quote is not in the text: ' ' (U+0020 SPACE) is nothing there; the nearest words, at "
          "577, are “johon Lahti liittyi 10.9.2012 kaupunginvaltuuston päätöksellä”")),
    case("quote-word", QUOTE, QUOTE.replace("quote: ", "quote: ¦").replace("Lahti", "Turku"),
         ("quote-altered", "'Turku' is 'Lahti' there")),
    case("quote-ambiguous", CREATION, "quote: ¦Lahden kaupunki",
         ("quote-ambiguous", "the quote stands 2 times in the text; quote more words, or say which with start: 132, "
          "945")),
    case("quote-resolved", CREATION, "quote: Lahden kaupunki\n    start: 945"),
    case("quote-resolved-by-end", CREATION, "quote: Lahden kaupunki\n    end: 960"),
    case("offsets", CREATION, f"{CREATION}\n    start: 945\n    end: 1001"),
    case("start-wrong", CREATION, f"{CREATION}\n    start: ¦132",
         ("offset", "the quote does not begin at 132; it begins at 945 and has 56 characters")),
    case("end-wrong", CREATION, f"{CREATION}\n    end: ¦132", ("offset", "the quote does not end at 132")),
    case("end-wrong-with-start", CREATION, f"{CREATION}\n    start: 945\n    end: ¦1000",
         ("offset", "the quote does not end at 1000")),
    case("start-negative", CREATION, f"{CREATION}\n    start: ¦-945", ("offset", "start '-945' is not an offset")),
    case("start-beyond", CREATION, f"{CREATION}\n    start: ¦99999999", ("offset", "does not begin at 99999999")),
    case("start-word", CREATION, f"{CREATION}\n    start: ¦x", ("form", "'x' is not a whole number")),
    case("start-endless", CREATION, f"{CREATION}\n    start: ¦{'9' * 5000}", ("form", "is not a whole number")),
    case("context-absent", "context: Eco-Cities -kaupunki", "context: ¦Eco-City -kaupunki",
         ("quote-altered", "the context is not in the text: 'Eco-City' is 'Eco-Cities' there")),
    case("context-ambiguous", "context: Eco-Cities -kaupunkiryhmä perustettiin", "context: ¦Eco-Cities",
         ("quote-ambiguous", "the context stands 2 times in the text; quote more words of it")),
    case("unnamed", "unnamed: Verkostojen", "unnamed: ¦Verkostoja",
         ("unnamed", "'Verkostoja' is not in the quote or its context")),
    case("quote-twice", QUOTE, QUOTE.replace("quote: ", "quote: [") + ", ¦x]", ("form", "2 values of 'quote'")),
    Case("no-quote", [("- id: covenant-membership", "- ¦id: covenant-membership"), (f"    {QUOTE}\n", "")],
         [("missing-key", "no `quote`; every entry here says its quote")]),
    case("page-quote", "founded: 1991", "founded: 1991\n    quote: ¦founded in 1991",
         ("page-quote", "`quote` in a page whose words are not kept"), file=UBC),
    case("page-offsets", "founded: 1991", "founded: 1991\n    start: ¦3\n    context: ¦x",
         ("page-quote", "`start` in a page"), ("page-quote", "`context` in a page"), file=UBC),
    # Dates
    case("no-such-day", JOINED, "joined: ¦2013-02-29", ("date", "February 2013 has no day 29; write 2012, 2012-06,")),
    case("malformed-date", JOINED, "joined: ¦10.9.2012", ("date", "'10.9.2012' is not a date; write 2012, 2012-06,")),
    case("month-13", JOINED, "joined: ¦2012-13", ("date", "there is no month 13")),
    case("month-00", JOINED, "joined: ¦2012-00", ("date", "there is no month 00")),
    case("reversed", JOINED, "joined: ¦2013/2012", ("date", "2013 comes after 2012")),
    case("year-0", JOINED, "joined: ¦0000", ("date", "there is no year 0000")),
    case("open-twice", JOINED, "joined: ¦../..", ("date", "an interval open at both ends says nothing")),
    case("other-digits", JOINED, "joined: ¦２０１２", ("date", "'２０１２' is not a date")),
    case("date-twice", JOINED, "joined: [2012-09-10, ¦2011]", ("form", "2 values of 'joined'")),
    case("sharper", "founded: 2012-06", "founded: ¦2012-06-15",
         ("date-sharper", "2012-06-15 is sharper than its words “kesäkuussa 2012”; they say 2012-06, no more")),
    case("coarser-month", JOINED, "joined: 2012-09"),
    case("coarser-season", JOINED, "joined: 2012-23"),
    case("coarser-year", JOINED, "joined: 2012"),
    case("date-not-shown", JOINED, "joined: ¦2011-09-10",
         ("date-not-shown", "neither the quote nor its context shows the date 2011-09-10")),
    case("a-day-off", JOINED, "joined: ¦2012-09-11", ("date-not-shown", "shows the date 2012-09-11")),
    case("qualifier-wrong", "qualifier: at least", "qualifier: ¦about",
         ("qualifier", "the words say at least 20 %, the fact about 20 %; write qualifier: at least")),
    Case("qualifier-dropped", [("change: -20", "change: ¦-20"), ("    qualifier: at least\n", "")],
         [("qualifier", "the words say at least 20 %, the fact just 20 %")]),
    case("count-not-shown", "count: 23", "count: ¦27", ("count-not-shown", "shows the count 27")),
    case("end-not-named", MEMBERSHIP, MEMBERSHIP.replace("member: lahti", "member: ¦turku"),
         ("end-not-named", "no name of 'turku' stands in the quote, its context or the title"), severity="warning"),
    case("concept", "metric: co2-emissions", "metric: ¦CO2", ("unknown-entity", "'CO2' is not a metric of ontology/")),
    case("camel-key", "decided-by:", "¦decidedBy:", ("unknown-key", "did you mean 'decided-by'?")),
    case("season-without-year", "joined: 2012-23\n    year-from: publication", "joined: ¦2012-23",
         ("date-year", "the words “syksyn” give no year; write year-from: publication")),
    Case("other-language", [("language: fi", "language: de"), *[("joined: 2012-23", "joined: ¦2012-23")] * 3,
                            ("founded: 2012-06\n", "founded: ¦2012-06\n")],
         [*[("date-unheld", "the date 2012-23 cannot be held against words in 'de'; compare it by eye")] * 3,
          ("date-unheld", "the date 2012-06 cannot be held")], severity="warning"),
    Case("language-with-country", [("language: fi", "language: fi-FI")], []),
    Case("published", [(PUBLISHED, "published: ¦6.11.2012")],
         [("form", "'6.11.2012' is not a day; write year-month-day: 2012-11-06")]),
    Case("published-no-day", [(PUBLISHED, "published: ¦2012-02-30")], [("form", "there is no day 2012-02-30")]),
    Case("published-week", [(PUBLISHED, "published: ¦2012-W45-2")], [("form", "is not a day")]),
    Case("year-from-unpublished",
         [(f"  {PUBLISHED}\n", ""), *[("year-from: publication", "year-from: ¦publication ")] * 3,
          *[("period: ../2012-11-06", "period: ¦../2012-11-06 ")] * 4],
         [*[("year-from", "the year is taken from the publication, whose date is not given; give `published`")] * 3,
          *[("date-not-shown", "shows the date ../2012-11-06")] * 4]),
    # Numbers
    case("percentage", "change: -20\n", "change: ¦-25\n",
         ("percentage-not-shown", "neither the quote nor its context shows the percentage 25 %")),
    case("percentage-word", "change: -20\n", "change: ¦minus twenty\n", ("form", "'minus twenty' is not a number")),
    *(case(f"percentage-{text}", "change: -20\n", f"change: ¦{text}\n", ("form", f"{text!r} is not a number"))
      for text in ("nan", "inf", "-2e1", "-2_0", "1e400", "٢٠")),
    case("target-year", "target-year: 2020", "target-year: ¦2025",
         ("year-not-shown", "neither the quote nor its context shows the year 2025")),
    case("baseline-year", "target-year: 2020", "target-year: 2020\n    baseline-year: ¦1990",
         ("year-not-shown", "shows the year 1990")),
    case("count", "count: 23", "count: ¦many", ("form", "'many' is not a whole number; write digits only: 23")),
    case("count-0", "count: 23", "¦count: 0", ("shacl-Claim-count", "count: Write count as one whole number")),
    case("implicit-values", "  - id: iclei-theme\n", """  - id: own-target
    type: Commitment
    party: lahti
    change: -70
    unit: percent
    baseline-year: 1990
    target-year: 2030
    since: 2011
    reading: implicit
    note: A reader's conclusion.
    quote: 23 valtion energiaministeriöistä koostuva
  - id: iclei-theme\n"""),
    case("unit", "unit: percent", "¦unit: tonnes", ("shacl-Commitment-unit", "Write unit: percent. (here: tonnes)")),
    # What the shapes say
    case("after-publication", "founded: 2008-01", "¦founded: 2010",
         ("shacl-Date-notAfterPublication", "founded: The date lies after the day on which its source was published"),
         file="pages/greenovate-covenant-2009.yaml"),
    case("implicit-without-note", "- id: iclei-scope", "- ¦id: iclei-scope\n    reading: implicit",
         ("shacl-Claim-implicitNote", "An implicit claim needs a note that says why")),
    case("not-of-the-type", JOINED, f"{JOINED}\n    ¦coordinator: lahti",
         ("shacl-MembershipShape", "coordinator: This key does not belong to a claim of this type")),
    case("not-of-the-type-number", JOINED, f"{JOINED}\n    ¦change: -20", ("shacl-MembershipShape", "(here: -20)")),
    case("no-member", f"- {MEMBERSHIP}", f"- ¦{MEMBERSHIP.replace('    member: lahti' + chr(10), '')}",
         ("shacl-Membership-otherEnd", "Name both member and network")),
    case("no-ends", f"- {MEMBERSHIP}", "- ¦¦id: covenant-membership\n    type: Membership\n",
         ("shacl-Membership-ends", "Name the member"), ("shacl-Membership-otherEnd", "Name both member")),
    case("two-members", MEMBERSHIP, MEMBERSHIP.replace("member: lahti", "¦member: [lahti, covenant-of-mayors]"),
         ("shacl-Membership-member", "make a claim for each")),
    case("a-council-as-network", MEMBERSHIP,
         MEMBERSHIP.replace("network: covenant-of-mayors-2020", "¦network: lahti-city-council"),
         ("shacl-Claim-network", "The network is a Network of the registry")),
    case("reading", JOINED, f"{JOINED}\n    ¦reading: maybe", ("shacl-Claim-reading", "explicit or implicit")),
    case("language", "language: en", "¦language: English", ("shacl-Source-language", "One language tag"), file=UBC),
    Case("publisher", [("\n  id:", "\n  ¦id:"), ("  publisher: Energy Cities\n", "")],
         [("shacl-Source-publisher", "Say who published it")], UBC, "warning"),
    Case("whole-text", [("\n  id:", "\n  ¦id:"), ("show-text: excerpts", "show-text: whole")],
         [("shacl-Source-wholeNeedsLicence", "A text may be shown whole only under a licence")]),
    case("show-text", "show-text: excerpts", "¦show-text: all", ("shacl-Source-showText", "whole or excerpts")),
    case("url-with-space", "url: https://kuntatekniikka.fi/", "url: ¦https://kunta tekniikka.fi/",
         ("iri", "is not an address; write it in full, http or https, spaces as %20")),
    # The registry
    case("entry-key", "key: turku", "key: ¦lahti", ("duplicate-id", f"the key 'lahti' stands twice; data/{CITIES}:"),
         file=CITIES),
    case("entry-key-of-theme", "key: turku", "key: ¦waste-to-energy",
         ("duplicate-id", "stands twice; ontology/themes.ttl has it"), file=CITIES),
    case("entry-key-form", "key: turku", "key: ¦Turku", ("id", "'Turku' cannot be a name in an address"), file=CITIES),
    case("entry-type", "type: Place", "type: ¦Plaice", ("unknown-type", "unknown type 'Plaice'; did you mean 'Place'?"),
         file="registry/places.yaml"),
    case("latitude", "lat: 60.980136", "¦lat: 95", ("shacl-Actor-lat", "-90 to 90"), file=CITIES),
    case("no-language", "name: {fi: Turku, en: Turku, sv: Åbo}", "name: ¦Turku",
         ("form", "a name without a language; write name: {fi: …, en: …}"), file=CITIES),
    case("other-name-language", "sv: Åbo", "¦et: Turu", ("unknown-language", "unknown language 'et'"), file=CITIES),
    case("from", "from: statistics-finland-municipalities-2026", "from: ¦nowhere", ("unknown-entity", "'nowhere'"),
         file=CITIES),
    case("wikidata", "country: FI", "country: FI\n    wikidata: ¦Q1", ("iri", "'Q1' is not an address"), file=CITIES),
]  # fmt: skip

#: Keys that other sheets name, so that a fault in their entry is told there too.
NAMED_ELSEWHERE = {
    "entry-key": "'turku' is not in the registry; add it",
    "entry-key-of-theme": "'turku' is not in the registry; add it",
    "entry-key-form": "'turku' is not in the registry; add it",
    "entry-type": "'nordic-countries' is not in the registry; data/registry/places.yaml:3 has it",
}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's data, and the folder above it as the place where the user stands."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def test_the_project_s_own_data_is_good(data: Path) -> None:
    assert check() == []


@pytest.mark.parametrize("fault", CASES, ids=lambda fault: fault.name)
def test_fault(fault: Case, data: Path, caplog: pytest.LogCaptureFixture) -> None:
    if not fault.file.startswith("registry"):
        shutil.rmtree(data / ("pages" if fault.file == ARTICLE else "articles"))  # half of the time
    places = spoil(data, fault.file, fault.edits)
    problems = check()
    lines = [problem.text() for problem in problems]
    if fault.name in NAMED_ELSEWHERE:
        others = [line for line in lines if f"data/{fault.file}:" not in line[: len(fault.file) + 6]]
        assert others
        assert all(NAMED_ELSEWHERE[fault.name] in line for line in others)
        problems = [problem for problem in problems if problem.text() not in others]
        lines = [problem.text() for problem in problems]
    wanted = [f"{place}: {fault.severity}: " for place in places]
    assert len(lines) == len(wanted), lines
    assert [line[: len(start)] for line, start in zip(lines, wanted, strict=True)] == wanted, lines
    assert [problem.code for problem in problems] == [code for code, _ in fault.told], lines
    for line, (_, telling) in zip(lines, fault.told, strict=True):
        assert telling in line
        assert line.isprintable()
        assert len(line) < 1000
    assert not caplog.records  # rdflib logs a traceback for each literal that it cannot read


def test_each_code_of_the_checks_of_form_has_a_case() -> None:
    source = "".join((ROOT / "src" / "citygraph" / f"{name}.py").read_text("utf-8") for name in ("sheets", "evidence"))
    made = set(re.findall(r'"((?:[a-z]+-)*[a-z]+)",\s(?:what|f")', source))
    told = {code for fault in CASES for code, _ in fault.told}
    assert {"date-sharper", "page-quote", "unknown-key"} <= made
    assert made - told - ELSEWHERE == set()


#: Codes that tests/test_bad_input.py covers.
ELSEWHERE = {"empty-value", "form", "missing-key"}


def test_a_fault_in_a_fact_does_not_hide_another(data: Path) -> None:
    """Wrong offsets, an unknown key and a date that is not shown: of one fact, told together."""
    places = spoil(data, ARTICLE, [(JOINED, "joined: ¦2011-01-01\n    ¦joind: x"), (QUOTE, f"{QUOTE}\n    start: ¦1")])
    problems = check()
    assert [f"{p.file}:{p.line}:{p.column}" for p in problems] == places
    assert [p.code for p in problems] == ["date-not-shown", "unknown-key", "offset"]


# Files


def test_an_article_without_its_text(data: Path) -> None:
    (data / TEXT).unlink()
    places = spoil(data, ARTICLE, [("\n  id:", "\n  ¦id:")])
    (problem,) = check()
    assert problem.text().startswith(
        f"{places[0]}: violation: no lahti-networks-2012.txt beside it; keep the article's"
    )


def test_a_text_without_its_sheet(data: Path, run: Run) -> None:
    (data / ARTICLE).unlink()
    done = run("check", cwd=data.parent)
    line = f"data/{TEXT}:1:1: warning: a text without a fact sheet; add lahti-networks-2012.yaml beside it\n"
    assert (done.returncode, done.stdout) == (0, line)
    assert done.stderr == "7 sheets: 0 violations, 1 warning, 0 notes\n"


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("articles/more.yml", "nothing reads files that end in .yml; name it .yaml"),
        ("registry/more.yml", "nothing reads files that end in .yml; name it .yaml"),
        ("pages/more.YAML", "nothing reads files that end in .YAML; name it .yaml"),
        ("pages/2013/more.yaml", "nothing reads sheets in this folder; put it into articles, pages or registry"),
        ("more.yaml", "nothing reads sheets in this folder; put it into articles, pages or registry"),
    ],
)
def test_a_sheet_that_nothing_reads(file: str, told: str, data: Path) -> None:
    (data / file).parent.mkdir(exist_ok=True)
    (data / file).write_text("page:\n", "utf-8")
    assert [problem.text() for problem in check()] == [f"data/{file}:1:1: violation: {told}"]


@pytest.mark.parametrize("file", ["articles/.more.yaml", "pages/._more.yaml", "registry/.#more.yaml"])
def test_hidden_files_are_none_of_ours(file: str, data: Path) -> None:
    (data / file).symlink_to("nowhere")
    assert check() == []


def test_two_sheets_of_one_name(data: Path) -> None:
    sheet = (data / UBC).read_text("utf-8").replace("energy-cities-ubc", "lahti-networks-2012")
    (data / "pages" / "lahti-networks-2012.yaml").write_text(sheet, "utf-8")
    (problem,) = check()
    assert problem.text().startswith(
        "data/pages/lahti-networks-2012.yaml:3:7: violation: the id 'lahti-networks-2012' "
    )
    assert f"stands twice; data/{ARTICLE} has it" in problem.text()


def test_a_file_name_that_cannot_be_an_address(data: Path) -> None:
    sheet = (data / UBC).read_text("utf-8")
    (data / UBC).unlink()
    (data / "pages" / "Energy Cities.yaml").write_text(sheet.replace("id: energy", "id: ¦energy"), "utf-8")
    places = spoil_marks(data / "pages" / "Energy Cities.yaml")
    (problem,) = check()
    assert problem.text().startswith(f"{places[0]}: violation: the id 'energy-cities-ubc' is not the file's name; ")
    assert "name the file energy-cities-ubc.yaml" in problem.text()


def spoil_marks(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    at = text.index("¦")
    path.write_text(text.replace("¦", ""), "utf-8")
    return [f"data/pages/{path.name}:{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"]


def test_a_registry_file_that_cannot_be_read_is_named_where_its_keys_are_missed(data: Path) -> None:
    (data / "registry" / "places.yaml").write_text("entries: [\n", "utf-8")
    first, *others = sorted(check(), key=lambda problem: problem.file != "data/registry/places.yaml")
    assert first.code == "yaml-syntax"
    assert others
    for problem in others:
        assert problem.code == "unknown-entity"
        assert problem.right == "mend first what could not be read: data/registry/places.yaml"


# The command

FAULTS = [
    (ARTICLE, [(JOINED, "¦joind: 2012-09-10"), ("count: 23", "¦count: 0")]),
    (UBC, [("founded: 1991", "founded: ¦1991-02-30"), ("backer: turku", "backer: ¦Turku")]),
    (CITIES, [("lat: 60.980136", "¦lat: 95")]),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder with data that has faults in three files, and their places in order."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copytree(ROOT / "data", folder / "data")
    return folder, [place for file, edits in FAULTS for place in spoil(folder / "data", file, edits)]


def test_all_faults_of_all_files_in_one_order(broken: tuple[Path, list[str]], run: Run) -> None:
    folder, places = broken
    done = run("check", cwd=folder)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert [line.split(" ")[0].removesuffix(":") for line in lines] == places
    assert all(": violation: " in line for line in lines)
    assert done.stderr == "8 sheets: 5 violations, 0 warnings, 0 notes\n"
    assert run("check", cwd=folder).stdout == done.stdout


def test_json_and_sarif_tell_the_same(broken: tuple[Path, list[str]], run: Run) -> None:
    folder, places = broken
    done = run("check", "--format", "json", cwd=folder)
    rows = json.loads(done.stdout)
    assert done.returncode == 1
    assert [f"{row['file']}:{row['line']}:{row['column']}" for row in rows] == places
    assert all(row["code"] and row["what"] and row["severity"] == "violation" for row in rows)
    done = run("check", "--format", "sarif", cwd=folder)
    sarif = json.loads(done.stdout)
    assert (done.returncode, sarif["version"]) == (1, "2.1.0")
    ((driver, results),) = [(r["tool"]["driver"], r["results"]) for r in sarif["runs"]]
    assert [r["ruleId"] for r in results] == [row["code"] for row in rows]
    assert {rule["id"] for rule in driver["rules"]} == {row["code"] for row in rows}
    for result, row in zip(results, rows, strict=True):
        (location,) = result["locations"]
        assert location["physicalLocation"] == {
            "artifactLocation": {"uri": row["file"]},
            "region": {"startLine": row["line"], "startColumn": row["column"]},
        }
        assert (result["level"], row["what"] in result["message"]["text"]) == ("error", True)


def test_the_shapes_speak_finnish(broken: tuple[Path, list[str]]) -> None:
    folder, places = broken
    told = pipeline.check(folder / "data", Options(language="fi")).problems
    assert len(told) == len(places)
    assert any("Kirjoita count yhtenä kokonaislukuna, vähintään 1." in problem.what for problem in told)
    assert any("Yksi leveysaste" in p.what or "leveys" in p.what for p in told if p.code == "shacl-Actor-lat")


def test_finnish_by_the_command(broken: tuple[Path, list[str]], run: Run) -> None:
    done = run("check", "--lang", "fi", f"data/{ARTICLE}", cwd=broken[0])
    assert "count: Kirjoita count yhtenä kokonaislukuna, vähintään 1. (here: 0)" in done.stdout


@pytest.mark.parametrize(
    ("path", "only"),
    [
        (f"data/{ARTICLE}", [ARTICLE]),
        (f"data/{TEXT}", [ARTICLE]),
        (f"data/pages/../{ARTICLE}", [ARTICLE]),
        (f"data/{UBC}", [UBC]),
        ("data/pages", [UBC]),
        ("data/articles", [ARTICLE]),
        ("data/registry", [CITIES]),
        (f"data/{CITIES}", [CITIES]),
        ("data/pages/lahti-covenant-2018.yaml", []),
        ("data", [ARTICLE, UBC, CITIES]),
    ],
)
def test_a_path_means_its_own_problems(
    path: str, only: list[str], broken: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from citygraph.cli import main

    folder, places = broken
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(main, ["check", path])
    told = [line.split(" ")[0].removesuffix(":") for line in done.stdout.splitlines()]
    assert told == [place for place in places if any(place.startswith(f"data/{file}:") for file in only)]
    assert done.exit_code == (1 if only else 0)


def test_a_path_twice_is_a_path_once(broken: tuple[Path, list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(broken[0])
    assert len(check(f"data/{ARTICLE}", f"data/{TEXT}".replace(".txt", ".yaml"), f"data/pages/../{ARTICLE}")) == 2


def test_a_draft_elsewhere_is_held_against_the_registry(data: Path) -> None:
    """A sheet outside the data folder is checked as one inside is, with the text beside it."""
    drafts = data.parent / "drafts"
    drafts.mkdir()
    for name in (ARTICLE, TEXT):
        shutil.move(data / name, drafts)
    sheet = drafts / "lahti-networks-2012.yaml"
    assert check(str(sheet)) == []
    sheet.write_text(sheet.read_text("utf-8").replace(JOINED, "joined: 2011"), "utf-8")
    (problem,) = check("drafts/lahti-networks-2012.yaml")
    assert problem.file == "drafts/lahti-networks-2012.yaml"
    assert problem.code == "date-not-shown"
