"""Input that is broken, hostile or nonsense: a line that says where and what, never a traceback, never a hang."""

from __future__ import annotations

import codecs
import os
import shutil
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from citygraph import build as pipeline
from citygraph import cli, marked, sheets
from citygraph.files import SIZE_CAP
from citygraph.mentions import numbers, percentages
from citygraph.problems import CitygraphError, Problem, to_text
from citygraph.quotes import Miss, Span, locate
from citygraph.registry import Registry
from citygraph.tables.describe import read_description
from conftest import ROOT, Run

SHEET = "articles/lahti-networks-2012.yaml"
TEXT = "articles/lahti-networks-2012.txt"
CITIES = "registry/cities.yaml"
SHEET_BYTES = (ROOT / "data" / SHEET).read_bytes()
TEXT_BYTES = (ROOT / "data" / TEXT).read_bytes()
FILES = {SHEET: SHEET_BYTES, TEXT: TEXT_BYTES, CITIES: (ROOT / "data" / CITIES).read_bytes()}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's data, and the folder above it as the place where the user stands."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def check() -> list[Problem]:
    return pipeline.check(Path("data")).problems


def lines(problems: list[Problem]) -> list[str]:
    """What is told, without what follows in other sheets from a registry file that cannot be read."""
    return [problem.text() for problem in problems if not problem.right.startswith("mend first what could not be read")]


def citygraph(*args: str | Path, stdin: str | bytes | None = None) -> Result:
    """The command in this process: a traceback would be an exception of its own."""
    result = CliRunner().invoke(cli.main, [str(arg) for arg in args], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


# Bytes


def latin(raw: bytes) -> bytes:
    return raw.decode("utf-8").replace("–", "-").replace("”", '"').encode("latin-1")


def spot(raw: bytes) -> str:
    """Line and column of the first letter that is not ASCII."""
    text = raw.decode("utf-8")
    at = next(i for i, sign in enumerate(text) if not sign.isascii())
    return f"{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"


def spot_line(raw: bytes) -> str:
    return spot(raw).partition(":")[0] + ":1"


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", ["empty", "blank", "nul", "latin", "utf-16", "crlf", "cr", "bom", "nfd", "cut-utf-8"])
def test_bytes(kind: str, file: str, data: Path) -> None:
    good = FILES[file]
    last = good.count(b"\n") + 1
    end = f"{last}:{len(good.decode('utf-8').rpartition(chr(10))[2]) + 1}"
    raw, told = {
        "empty": (b"", "1:1: violation: the file is empty"),
        "blank": (b" \n\t\n\n", "1:1: violation: the file is empty"),
        "nul": (good + b"\0", f"{last}:1: violation: a NUL byte: this is not a text file"),
        "latin": (latin(good), f"{spot(good)}: violation: byte 0x"),
        "utf-16": (good.decode("utf-8").encode("utf-16"), "1:1: violation: a NUL byte"),
        "crlf": (good.replace(b"\n", b"\r\n"), "1:1: violation: lines end with CR LF; save with LF (Unix) line ends"),
        "cr": (good[:1] + b"\r" + good[1:], "1:1: violation: a carriage return; save with LF"),
        "bom": (codecs.BOM_UTF8 + good, "1:1: violation: the file begins with a byte-order mark"),
        "nfd": (
            unicodedata.normalize("NFD", good.decode("utf-8")).encode("utf-8"),
            f"{spot_line(good)}: violation: letters and accents are apart (Unicode NFD)",
        ),
        "cut-utf-8": (good + "å".encode()[:1], f"{end}: violation: byte 0xC3 is not UTF-8"),
    }[kind]
    if kind == "latin" and file == TEXT:
        assert b"\xe4" in raw
    (data / file).write_bytes(raw)
    (line,) = lines(check())
    assert line.startswith(f"data/{file}:{told}")


@pytest.mark.parametrize("file", FILES)
def test_a_huge_file_is_refused_at_once(file: str, data: Path) -> None:
    with (data / file).open("r+b") as handle:
        handle.truncate(50_000_000)
    began = time.monotonic()
    (line,) = lines(check())
    assert line.startswith(f"data/{file}:1:1: violation: 50,000,000 bytes; a file here has at most 2,000,000")
    assert time.monotonic() - began < 3


def test_the_largest_file_is_read(data: Path) -> None:
    filler = b"# filler\n" * ((SIZE_CAP - len(SHEET_BYTES)) // 9)
    (data / SHEET).write_bytes(SHEET_BYTES + filler)
    assert check() == []


# YAML


def tell(text: str) -> list[str]:
    """Places and words for a text as an article's sheet, without what follows from its not being one."""
    _, problems = sheets.read_sheet(text, "f", "f", True)
    follows = ("missing-key", "unknown-key")
    found = [f"{p.line}:{p.column}: {p.what}" for p in sorted(problems) if p.code not in follows]
    assert all(line.isprintable() for line in to_text(problems).splitlines())
    return found


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: &x b\n", ["1:4: the anchor or alias &x"]),
        ("a: *x\n", ["1:4: the anchor or alias *x"]),
        ("a: {<<: {b: c}, d: e}\n", ["1:5: the merge key <<"]),
        ("a: !!int 3\n", ["1:4: the tag tag:yaml.org,2002:int"]),
        ("a: !!python/object/apply:os.system [x]\n", ["1:4: the tag tag:yaml.org,2002:python/object/apply:os.system"]),
        ("a: !mine 3\n", ["1:4: the tag !mine"]),
        ("a: ! 3\n", ["1:4: the tag !"]),
        ("a: b\n---\nc: d\n", ["2:1: a second YAML document"]),
        ("? [a, b]\n: c\n", ["1:3: a list as a key"]),
        ("{{a: b}: c}\n", ["1:2: a mapping as a key"]),
        ("[" * 100_000, ["1:9: nested deeper than 8"]),
        ("a: " + "{a: " * 50_000, ["1:32: nested deeper than 8"]),
        ("- " * 50_000, ["1:17: nested deeper than 8"]),
        ("- a\n- b\n", ["1:1: not a mapping"]),
        ("just words\n", ["1:1: not a mapping"]),
        ("~\n", ["1:1: not a mapping"]),
        ("# only a comment\n", ["1:1: nothing but comments"]),
        ("---\n...\n", ["2:1: not a mapping"]),
        ("article: {id: x", ["2:1: not YAML: while parsing a flow mapping did not find expected ',' or '}'"]),
        ('"😀😀": "x\n', ["2:1: not YAML: while scanning a quoted scalar found unexpected end of stream"]),
        ("%YAML 9.9\n---\na: b\n", ["1:1: not YAML: found incompatible YAML document"]),
        ("a: @b\n", ["1:4: not YAML: while scanning for the next token found character that cannot start any token"]),
        ("äö: b\nc: d\x01e\n", ["2:5: the character U+0001 cannot stand in YAML"]),
        ("äö: b\nc: d\x7fe\n", ["2:5: the character U+007F cannot stand in YAML"]),
        ("a: \x9b31mred\n", ["1:4: the character U+009B cannot stand in YAML"]),
        ("a: \ufffe\n", ["1:4: the character U+FFFE cannot stand in YAML"]),
        ("a: \udc80\n", ["1:4: the character U+DC80 cannot stand in YAML"]),
        ("a: b\ufeff\n", ["1:5: the character U+FEFF cannot stand in YAML"]),
        ("# \u2028\na: b\n", ["1:3: the character U+2028 cannot stand in YAML"]),
        ("# \x85\na: b\n", ["1:3: the character U+0085 cannot stand in YAML"]),
        ('a: "\\e[31mred"\n', ["1:4: the control character U+001B in a text"]),
        ('a: "nothing\\0"\n', ["1:4: the control character U+0000 in a text"]),
        (
            'a: "\\ud800"\n',
            ["1:7: not YAML: while parsing a quoted scalar found invalid Unicode character escape code"],
        ),
        ("article:\nfacts:\n", ["1:9: a text where a mapping belongs"]),
        ("article: [x]\nfacts: {a: b}\n", ["1:10: a list where a mapping belongs"]),
    ],
)
def test_yaml(text: str, told: list[str]) -> None:
    assert tell(text) == told


def test_a_yaml_bomb_is_a_list_of_anchors_at_once() -> None:
    began = time.monotonic()
    told = tell(BOMB)
    assert time.monotonic() - began < 2
    assert told[0] == "1:4: the anchor or alias &a"
    assert len(told) == 9 + 8 * 9


def test_many_problems_are_told_within_seconds() -> None:
    began = time.monotonic()
    _, problems = sheets.read_sheet("article: {id: f}\nfacts:\n" + "  - {}\n" * 20_000, "f", "f", True)
    assert len(problems) > 60_000
    assert time.monotonic() - began < 10


HEAD = "article: {id: f, title: T, url: 'https://example.org/', language: fi, publisher: P}\nfacts:\n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("- words", ["3:3: a text where a mapping belongs"]),
        ("- [a, b]", ["3:3: a list where a mapping belongs"]),
        ("-", ["3:2: a text where a mapping belongs"]),
        ("- {id: {a: b}, type: Aim, quote: x}", ["3:8: a mapping as value of 'id'"]),
        ("- {id: a, type: [[Aim]], quote: x}", ["3:18: a list as value of 'type'"]),
        ("- {id: a, type: Aim, quote: {a: b}}", ["3:29: a mapping as value of 'quote'"]),
        ("- {id: a, type: Aim, quote: x, theme: [b, {c: d}]}", ["3:43: a mapping as value of 'theme'"]),
        ("- {id: , type: Aim, quote: x}", ["3:8: 'id' has no value"]),
        ("- {id: a, type: '', quote: x}", ["3:17: 'type' has no value"]),
        ("- {id: a, type: Aim, quote: ' '}", ["3:29: 'quote' has no value"]),
        ("- {id: a, type: Aim, quote: x, theme: []}", ["3:39: 'theme' has no value"]),
        ("- {id: a, type: Aim, quote: x, theme: [environment, '']}", ["3:53: 'theme' has no value"]),
        ("- {id: a, type: Aim, quote: x, note: }", ["3:38: 'note' has no value"]),
        ('- {id: "a\\nb", type: Aim, quote: x}', ["3:8: 'a\\nb' cannot be a name in an address"]),
        ("- {id: -a-, type: Aim, quote: x}", ["3:8: '-a-' cannot be a name in an address"]),
        ("- {id: ../../etc, type: Aim, quote: x}", ["3:8: '../../etc' cannot be a name in an address"]),
    ],
)
def test_a_row_of_facts(row: str, told: list[str]) -> None:
    sheet, problems = sheets.read_sheet(HEAD + row + "\n", "f", "f", True)
    assert sheet is not None
    found = [f"{p.line}:{p.column}: {p.what}" for p in sorted(problems)]
    if row[2:3] == "{":
        assert found == told
    else:  # and what every fact needs
        assert found[0] in told or told[0] in found
    assert all(line.isprintable() for line in to_text(problems).splitlines())


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("words", "a text where a mapping belongs"),
        ("{key: a}", "no `type`"),
        ("{type: City}", "no `key`"),
        ("{key: a, type: City, name: A}", "a name without a language"),
        ("{key: a, type: City, name: [A]}", "a name without a language"),
        ("{key: a, type: City, name: {fi: }}", "an empty name"),
        ("{key: a, type: City, name: {fi: [A]}}", "a list as a name"),
        ("{key: a, type: City, name: {de: A}}", "unknown language 'de'"),
        ("{key: a, type: City, lat: nan, long: 0}", "'nan' is not a number"),
        ("{key: a, type: City, lat: '60,98', long: 0}", "'60,98' is not a number"),
    ],
)
def test_an_entry_of_the_registry(entry: str, told: str) -> None:
    _, problems = sheets.read_registry(f"entries:\n  - {entry}\n", "f")
    assert told in [problem.what for problem in problems]


def test_nothing_of_a_value_breaks_the_line_or_fills_the_screen(data: Path) -> None:
    text = SHEET_BYTES.decode("utf-8")
    text = text.replace("network: covenant-of-mayors-2020", 'network: "a\\nb\\u202e\\u200bc"', 1)
    text = text.replace("network: eco-cities", f"network: {'x' * 100_000}", 1)
    (data / SHEET).write_text(text, "utf-8")
    told = [problem.text() for problem in check()]
    assert len(told) == 2
    assert all(line.isprintable() and len(line) < 1000 for line in told)


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31mb", "\udcff"])
@pytest.mark.parametrize("form", ["text", "json", "sarif"])
def test_nor_does_the_name_of_a_file(name: str, form: str, data: Path) -> None:
    (data / "pages" / f"{name}.yaml").write_text("x", "utf-8")
    result = citygraph("check", "--format", form)
    assert result.exit_code == 1
    assert "not a mapping" in result.stdout
    assert all(line.isprintable() for line in result.stdout.splitlines())


# Links and other things that are no files


@pytest.mark.parametrize("file", FILES)
def test_a_link_out_of_the_data_folder(file: str, data: Path) -> None:
    away = data.parent / "away"
    shutil.move(data / file, away)
    (data / file).symlink_to(away)
    (line,) = lines(check())
    assert line.startswith(f"data/{file}:1:1: violation: a link that leads out of the data folder; put the file itself")


def test_a_link_within_the_data_folder_is_read(data: Path) -> None:
    (data / "texts").mkdir()
    shutil.move(data / TEXT, data / "texts" / "article.txt")
    (data / TEXT).symlink_to("../texts/article.txt")
    assert check() == []


@pytest.mark.parametrize("file", [SHEET, CITIES])
@pytest.mark.parametrize("kind", ["loop", "dangling", "folder", "pipe"])
def test_what_cannot_be_read(kind: str, file: str, data: Path) -> None:
    (data / file).unlink()
    if kind == "folder":
        (data / file).mkdir()
    elif kind == "pipe":
        os.mkfifo(data / file)
    else:
        (data / file).symlink_to("nowhere" if kind == "dangling" else (data / file).name)
    for command in ("check", "build"):
        result = citygraph(command)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"citygraph: data/{file}: cannot be read: ")
        assert result.stderr.count("\n") == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("file", FILES)
def test_a_file_without_permission(file: str, data: Path) -> None:
    (data / file).chmod(0)
    result = citygraph("check")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"citygraph: data/{file}: cannot be read: Permission denied\n"


# Wrong use


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["check", "nowhere.yaml"], "nowhere.yaml: no such file"),
        (["check", "nowhere"], "nowhere: no such file"),
        (["check", "data/articles/nowhere.txt"], "data/articles/nowhere.txt: no such file"),
        (["check", "--data", "nowhere"], "nowhere: no such data folder; name one with --data"),
        (["check", "--data", "data/FORMAT.md"], "data/FORMAT.md: no such data folder; name one with --data"),
        (["check", "--data", "data/pages"], "data/pages: no folder registry in it: not a data folder"),
        (["check", "data/FORMAT.md"], "data/FORMAT.md: not a fact sheet; give a .yaml file or a folder"),
        (["check", "empty"], "empty: no fact sheets (.yaml) below it"),
        (["build", "--data", "nowhere"], "nowhere: no such data folder; name one with --data"),
        (["query", "networks", "--graph", "nowhere"], "nowhere: no graph there; `citygraph build` makes one"),
        (["query", "networks"], "dist/citygraph.nq: no graph there; `citygraph build` makes one"),
        (["query", "networks", "--graph", "empty"], "empty/citygraph.nq: no graph there; `citygraph build` makes one"),
        (["query", "networks", "--graph", "data/FORMAT.md"], "data/FORMAT.md: not a known RDF file; .ttl, .nt,"),
        (["explain", "x", "--graph", "nowhere"], "nowhere: no graph there"),
    ],
)  # fmt: skip
def test_missing_input(args: list[str], told: str, data: Path) -> None:
    (data.parent / "empty").mkdir()
    (data / "FORMAT.md").touch()
    result = citygraph(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"citygraph: {told}" if told[:4] != "dist" else "citygraph: dist")
    assert told.rpartition("; ")[2] in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["nosuch"], "no query named 'nosuch'; `citygraph queries` lists them"),
        (["membership"], "no query named 'membership'; did you mean 'memberships'?"),
        (["nosuch.rq"], "nosuch.rq: the query cannot be read: No such file or directory"),
        (["a\nb"], "no query named 'a\\nb'"),
        (["memberships", "-p", "citty=lahti"], "memberships: unknown parameter 'citty'; did you mean 'city'?"),
        (["memberships", "-p", "zzz=lahti"], "memberships: unknown parameter 'zzz'; known here: city, network,"),
        (["memberships", "-p", "city"], "-p city: write NAME=VALUE, for instance -p city=lahti"),
        (["memberships", "-p", "=lahti"], "-p =lahti: write NAME=VALUE"),
        (["memberships", "-p", "city=lahti", "-p", "city=turku"], "-p city: given twice"),
        (["memberships", "-p", "city=lathi"], "'lathi' is not in the graph; did you mean 'lahti'?"),
        (["memberships", "-p", "city="], "'' is not in the graph; give a key, a name or an IRI"),
        (["memberships", "-p", "city=lahti> . ?x ?y ?z"], "'lahti> . ?x ?y ?z' is not in the graph"),
        (["memberships", "-p", "city=http://a b"], "city=http://a b: not a key or an IRI; for instance lahti"),
        (["memberships", "-p", "at=2013-02-30"], "at=2013-02-30: not a day; write year-month-day: 2013-01-01"),
        (["memberships", "-p", "at=yesterday"], "at=yesterday: not a day"),
        (["memberships", "-p", "reading=maybe"], "reading=maybe: one of explicit, implicit"),
        (["memberships", "-p", "reading=explicitt"], "reading=explicitt: did you mean 'explicit'?"),
    ],
)
def test_a_query_put_wrongly(args: list[str], told: str, dist: Path) -> None:
    result = citygraph("query", *args, "--graph", dist)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"citygraph: {told}")
    assert result.stderr.count("\n") == 1


UPDATES = {
    "INSERT": "INSERT DATA { <a:a> <a:b> <a:c> }",
    "DELETE": "DELETE WHERE { ?s ?p ?o }",
    "LOAD": "LOAD <http://example.org/>",
    "CLEAR": "CLEAR ALL",
    "DROP": "DROP ALL",
    "CREATE": "CREATE GRAPH <a:g>",
    "ADD": "ADD <a:g> TO <a:h>",
    "MOVE": "MOVE <a:g> TO <a:h>",
    "COPY": "COPY <a:g> TO <a:h>",
    "WITH": "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
}


@pytest.mark.parametrize("word", UPDATES)
@pytest.mark.parametrize(
    "before",
    ["", "# SELECT\n", "PREFIX select: <http://example.org/select>\nBASE <http://example.org/#SELECT>\n", "\n\t"],
    ids=["bare", "comment", "prefix", "space"],
)
@pytest.mark.parametrize("small", [False, True], ids=["upper", "lower"])
def test_an_update_is_no_query(word: str, before: str, small: bool, dist: Path) -> None:
    text = before + (UPDATES[word].replace(word, word.lower()) if small else UPDATES[word])
    result = citygraph("query", "-", "--graph", dist, stdin=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"citygraph: that is a SPARQL update ({word}); only queries are run: SELECT, ASK, CONSTRUCT, DESCRIBE\n"
    )


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('SELECT ("INSERT DATA; delete" AS ?x) {}', "x"),
        ("SELECT ?x { BIND (<http://example.org/insert> AS ?x) }", "x"),
        ("SELECT ?x { BIND (<http://example.org/x#delete> AS ?x) }", "x"),
        ("SELECT ?insert { BIND (1 AS ?insert) }", "insert"),
        ("PREFIX insert: <http://example.org/>\nSELECT ?x { BIND (insert:delete AS ?x) }", "x"),
        ("PREFIX : <http://example.org/> SELECT ?x { BIND (:load AS ?x) }", "x"),
        ("# INSERT\nSELECT (1 AS ?x) {}", "x"),
    ],
)
def test_a_query_may_say_insert(text: str, column: str, dist: Path) -> None:
    result = citygraph("query", "-", "--graph", dist, "--format", "csv", stdin=text)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[0] == column
    assert len(result.stdout.splitlines()) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT * WHERE { ?s ?p", "the query has a syntax error: error at 1:23: "),
        ("SELECT * WHERE {\n  ?s a unknown:thing\n}", "the query has a syntax error: "),
        ("", "no SELECT, ASK, CONSTRUCT or DESCRIBE in the query"),
        ("hello", "no SELECT, ASK, CONSTRUCT or DESCRIBE in the query"),
        ("#+ {{{\nSELECT * {}", "standard input: the #+ header cannot be read: "),
        ("#+ words\nSELECT * {}", "standard input: the #+ header cannot be read: "),
        ("#+ params: [a]\nSELECT * {}", "standard input: the #+ header cannot be read: "),
        ("#+ params: {a: {type: iri}}\nSELECT * {}", "standard input: parameter a: write VALUES ?a { UNDEF } once"),
        (
            "#+ params: {a: {type: x}}\nSELECT * {}",
            "standard input: parameter a: unknown type 'x'; iri or date or text or choice",
        ),
    ],
)
def test_a_query_that_is_none(text: str, told: str, dist: Path) -> None:
    result = citygraph("query", "-", "--graph", dist, stdin=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"citygraph: {told}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("clause", ["SERVICE <http://127.0.0.1:1/>", "service silent ?x", "SERVICE x:y"])
def test_a_query_of_a_file_asks_nobody_else(clause: str, dist: Path) -> None:
    result = citygraph("query", "-", "--graph", dist, stdin=f"SELECT * {{ {clause} {{ ?s ?p ?o }} }}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "citygraph: SERVICE is not run on a file; ask the server itself with --endpoint URL\n"


def test_the_word_service_is_no_service(dist: Path) -> None:
    text = """SELECT ?service ("SERVICE <x> ((" AS ?y) { BIND (1 AS ?service) } # service <x>"""
    assert citygraph("query", "-", "--graph", dist, "--format", "csv", stdin=text).exit_code == 0


def test_a_deep_query_ends_in_a_line(dist: Path) -> None:
    result = citygraph("query", "-", "--graph", dist, stdin="SELECT * {" + "{" * 20000 + "}" * 20000 + "}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "citygraph: the query is nested deeper than 100 brackets\n"


def test_a_query_file_that_is_no_text(tmp_path: Path, dist: Path) -> None:
    (tmp_path / "q.rq").write_bytes(b"SELECT \xff")
    result = citygraph("query", tmp_path / "q.rq", "--graph", dist)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"citygraph: {tmp_path / 'q.rq'}: not UTF-8 text\n"


@pytest.mark.parametrize(
    ("name", "raw", "told"),
    [
        ("cut.nq", None, "not RDF: Parser error at line "),
        ("words.ttl", b"hello world", "not RDF: Parser error at line 1 "),
        ("binary.nq", bytes(range(256)), "not RDF: Parser error at line "),
        ("words.jsonld", b"{", "not RDF: "),
        ("words.rdf", b"<html>", "not RDF: "),
        ("relative.ttl", b"<a> <b> <c> .", "not RDF: "),
    ],
)
def test_a_graph_that_is_not_rdf(name: str, raw: bytes | None, told: str, tmp_path: Path, dist: Path) -> None:
    (tmp_path / name).write_bytes((dist / "citygraph.nq").read_bytes()[:10_000] if raw is None else raw)
    result = citygraph("query", "networks", "--graph", tmp_path / name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"citygraph: {tmp_path / name}: {told}")
    assert result.stderr.count("\n") == 1


def test_a_process_of_its_own_says_the_same(data: Path, run: Run) -> None:
    """One of each kind as the user meets it: exit codes, and nothing on stdout but data."""
    (data / SHEET).write_text("a: \x01", "utf-8")
    done = run("check", cwd=data.parent)
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert done.stdout.startswith(f"data/{SHEET}:1:4: violation: the character U+0001 cannot stand in YAML")
    done = run("build", cwd=data.parent)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"data/{SHEET}:1:4: violation: the character U+0001")
    assert done.stderr.endswith("1 violation, 0 warnings, 0 notes; nothing was written\n")
    assert not (data.parent / "dist").exists()
    done = run("query", "-", "--graph", "nowhere", cwd=data.parent, stdin="CLEAR ALL")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


# Anything at all

FEW = settings(max_examples=150, derandomize=True, deadline=None, database=None)
YAMLISH = st.text(
    alphabet=st.sampled_from("ab: -?[]{},&*!|>'\"%@`#\n\t~.<\\0éå😀\u2028\x85\x00\x1b\ufeff"), max_size=60
)
#: Values as a sheet may nest them: texts at the leaves, keys that are known or not.
KEYS = st.sampled_from(
    [*sheets.fact_keys(), *sheets.SOURCE_KEYS, *sheets.ENTRY_KEYS, "article", "facts", "entries", "?"]
)
TREES = st.recursive(
    st.text(max_size=8) | st.sampled_from(["lahti", "Membership", "2012-06", "-20", "City", "https://a/"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)


@FEW
@given(st.text() | YAMLISH)
def test_reading_never_raises(text: str) -> None:
    node, problems = marked.read(text, "f")
    assert (node is None) <= bool(problems)
    height = len(text.split("\n")) + 1
    assert all(1 <= problem.line <= height and problem.column >= 1 for problem in problems)
    assert to_text(problems).count("\n") == len(problems)


@FEW
@given(TREES, st.booleans())
def test_sheets_take_any_structure(tree: object, article: bool) -> None:
    import json

    text = json.dumps(
        {"article": tree, "page": tree, "facts": [tree, tree], "entries": [tree, tree]}, ensure_ascii=False
    )
    for whole in (text, json.dumps(tree)):
        sheet, problems = sheets.read_sheet(whole, "f", "f", article)
        records, more = sheets.read_registry(whole, "f")
        assert problems
        assert to_text([*problems, *more]).count("\n") == len(problems) + len(more)
        named = [*records, *(sheet.facts if sheet else [])]
        assert all(sheets.KEY.fullmatch(record.name) for record in named)
        if sheet:
            assert len({fact.name for fact in sheet.facts}) == len(sheet.facts)
        registry = Registry({record.name: record for record in records})
        for record in named:
            for field in record.fields.values():
                assert all(value.text.strip() for value in field.values)
                assert all(registry.unknown(record, "member", value).text().isprintable() for value in field.values)


WORDS = st.text(alphabet=st.sampled_from("ab cdå.,!–-\n\u0301😀\xa0A1"), min_size=1, max_size=80)


@FEW
@given(WORDS | st.text(min_size=1), st.data())
def test_a_quote_of_a_text_is_found_in_its_place(text: str, choice: st.DataObject) -> None:
    start = choice.draw(st.integers(0, len(text) - 1))
    end = choice.draw(st.integers(start + 1, len(text)))
    exact = text[start:end]
    found = locate(text, exact, str(start), str(end))
    assert isinstance(found, Span)
    assert (found.start, found.end) == (start, end)
    assert text[found.start : found.end] == found.exact == exact
    assert found.prefix + found.exact + found.suffix in text
    bare = locate(text, exact)
    alone = sum(text.startswith(exact, at) for at in range(len(text))) == 1
    assert isinstance(bare, Span) == alone
    assert bare == found if alone else isinstance(bare, Miss) and bare.code == "quote-ambiguous"


@FEW
@given(WORDS | st.text(), WORDS | st.text())
def test_a_quote_that_is_not_there_is_told_in_words(text: str, exact: str) -> None:
    found = locate(text, exact)
    if exact and exact in text:
        assert not isinstance(found, Miss) or found.code == "quote-ambiguous"
    else:
        assert isinstance(found, Miss)
        assert found.what
        assert found.right


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("a" * 200_000, "a" * 100_000),
        ("a" * 200_000, "a" * 100_000 + "b"),
        ("ab " * 60_000, "ab " * 600 + "c"),
        ("word " * 60_000, "word " * 2_000 + "end"),
        ("a" * 500_000, "b c"),
    ],
    ids=["overlapping", "long", "alike", "many-words", "one-word"],
)
def test_looking_for_a_quote_ends_soon(text: str, exact: str) -> None:
    began = time.monotonic()
    assert isinstance(locate(text, exact), Miss)
    assert time.monotonic() - began < 3


def test_an_error_of_reading_is_one_line() -> None:
    with pytest.raises(CitygraphError) as raised:
        pipeline.check(Path("a\nb\x1b[31m"))
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("args", [["query", "networks", "--graph", "{dist}"], ["queries"]], ids=["query", "queries"])
def test_a_full_disk_behind_stdout(args: list[str], dist: Path) -> None:
    args = [arg.format(dist=dist) for arg in args]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "citygraph.cli", *args], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("args", [["query"], ["check"], ["check", "--data"], ["query", "networks", "--graph"]])
def test_a_name_too_long_for_a_file(args: list[str]) -> None:
    result = citygraph(*args, "x" * 300)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_a_prefix_close_to_its_address(dist: Path) -> None:
    result = citygraph("query", "-", "--graph", dist, stdin="PREFIX x:<http://example.org/x#select> ASK {}")
    assert (result.exit_code, result.stdout) == (0, "true\n")


@pytest.mark.parametrize("url", ["https://a:b:c/", "https://[::1/x", "https://a/%zz", "https://a/#b#c"])
def test_an_address_that_no_graph_can_hold(url: str, data: Path) -> None:
    sheet = data / "pages" / "energy-cities-ubc.yaml"
    text = sheet.read_text("utf-8")
    sheet.write_text(text.replace("https://energy-cities.eu/members/union-of-baltic-cities", url), "utf-8")
    assert [problem.code for problem in check() if problem.severity == "violation"] == ["iri"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE<http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { SERVICE#x\n<http://127.0.0.1:1/> { ?s ?p ?o } }",
        "SELECT * { SERVICESILENT<http://127.0.0.1:1/> { ?s ?p ?o } }",
        "PREFIX x: <http://127.0.0.1:1/> SELECT * { SERVICEx:y { ?s ?p ?o } }",
        "SELECT * { ?a ?p ?b FILTER(?a<?b)SERVICE#x>\n?z { ?s ?p ?o } }",
        "# '''\nSELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } } # '''",
        "SELECT * { BIND (<http://a/'> AS ?x) SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } BIND (<http://a/'> AS ?y) }",
    ],
)
def test_no_way_around_the_refusal_of_service(text: str, dist: Path) -> None:
    result = citygraph("query", "-", "--graph", dist, stdin=text)
    assert result.stderr == "citygraph: SERVICE is not run on a file; ask the server itself with --endpoint URL\n"


@pytest.mark.parametrize("sign", ["1+", "!", "?x||"])
def test_a_long_expression_ends_in_an_answer_or_a_line(sign: str, dist: Path, run: Run) -> None:
    text = f"ASK {{ FILTER ({sign * 20000}1) }}"
    done = run("query", "-", "--graph", dist, stdin=text)
    assert done.returncode in (0, 2)
    assert done.stderr.count("\n") <= 1


@pytest.mark.parametrize("sign", ["\u2028", "\u0085", "\x0c", "\x1b"])
def test_a_separator_or_control_character_in_a_text(sign: str, data: Path) -> None:
    words = data / "articles" / "lahti-networks-2012.txt"
    words.write_text(words.read_text("utf-8").replace("foorumi, johon", f"foorumi,{sign}johon"), "utf-8")
    problems = check()
    assert [problem.code for problem in problems if problem.file.endswith(".txt")] == ["control"]


def test_line_separators_in_an_answer(dist: Path) -> None:
    text = 'CONSTRUCT { <http://a> <http://b> "x\u2028y" } WHERE {}'
    assert citygraph("query", "-", "--graph", dist, stdin=text).exit_code == 0


def test_endless_numbers_end_soon() -> None:
    began = time.monotonic()
    assert numbers("1 111 " * 1500, "fi")
    assert percentages("1" * 60_000 + " 1 000 %") == {1000.0}
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("redirect", ["<&-", ">&-", "2>&-"])
def test_closed_streams(redirect: str, dist: Path) -> None:
    command = f"{sys.executable} -m citygraph.cli query - --graph {dist} {redirect}"
    done = subprocess.run(["bash", "-c", command], input="ASK {}", capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr + done.stdout


def test_an_encoding_that_cannot_say_it(dist: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    command = [sys.executable, "-m", "citygraph.cli", "explain", "lahti", "--graph", str(dist)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("name", ["registry", "inferred", "themes", "citygraph"])
def test_a_source_does_not_take_a_name_of_citygraph(name: str, data: Path) -> None:
    sheet = (data / "pages/energy-cities-ubc.yaml").read_text("utf-8").replace("id: energy-cities-ubc", f"id: {name}")
    (data / f"pages/{name}.yaml").write_text(sheet, "utf-8")
    table = (data / "tables/gcom.yaml").read_text("utf-8").replace("id: gcom", f"id: {name}")
    _, told = read_description(table, f"data/tables/{name}.yaml", name)
    sources = (data / "registry/sources.yaml").read_text("utf-8")
    (data / "registry/sources.yaml").write_text(
        sources + f"  - {{key: {name}, type: Source, title: T, publisher: P, url: 'https://example.org/'}}\n", "utf-8"
    )
    files = [problem.file for problem in [*check(), *told] if "citygraph itself uses" in problem.what]
    assert sorted(files) == [f"data/pages/{name}.yaml", "data/registry/sources.yaml", f"data/tables/{name}.yaml"]
