"""Flat tables of a release: what a store answers over the same graph, cells of strangers, and frictionless."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from citygraph.build import Built
from citygraph.files import resource
from citygraph.publish.edition import About, Edition, Extent, FileFacts, SourceFacts, Survey
from citygraph.publish.fields import TABLES, Field, Table
from citygraph.publish.flat import tables
from citygraph.publish.package import datapackage
from citygraph.rdf.columns import columns_of
from citygraph.vocabulary import CG, CLAIM, ID, OA, SKOS, TYPE, term_of_key

Rows = list[dict[str, str]]
PREFIXES = """
PREFIX cg: <https://w3id.org/citygraph/ontology#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX geo: <http://www.w3.org/2003/01/geo/wgs84_pos#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX oa: <http://www.w3.org/ns/oa#> """
ABOUT = About(
    {"en": "Title \"quoted\"", "fi": "Otsikko"}, {"en": "What it is"}, {"en": ("cities", "networks")}, "A publisher",
    "https://example.org/", "A contact", "https://example.org/contact", "", "https://creativecommons.org/licenses/by/4.0/",
    ("ENVI",), "IRREG",
)  # fmt: skip
EDITION = Edition("1.2.0", "2026-03-01", "https://example.org/releases/1.2.0/")
SOURCES = (
    SourceFacts("b", "table", "A \"table\"", publisher="P", citation="Cite, me", url="https://example.org/b"),
    SourceFacts("a", "registry", "The registry"),
)  # fmt: skip
SURVEY = Survey(0, 0, 0, 0, 0, (), (), (), SOURCES, Extent(None, (), "", ""), {}, {}, {}, {}, 0)


def read(text: str) -> Rows:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture(scope="session")
def flat(built: Built) -> dict[str, Rows]:
    return {
        table.name: read(texts[table.path]) for texts in [tables(built.asserted, built.inferred)] for table in TABLES
    }


@pytest.fixture(scope="session")
def store(built: Built) -> ox.Store:
    found = ox.Store()
    found.bulk_extend(built.asserted + built.inferred)
    return found


def ask(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    """The rows of an answer, sorted; an empty text for what is not bound, keys for IRIs of things."""
    answer = store.query(PREFIXES + query, use_default_graph_as_union=True)
    assert isinstance(answer, ox.QuerySolutions)
    rows = []
    for row in answer:
        texts = ["" if term is None else str(getattr(term, "value", term)) for term in row]
        rows.append(tuple(text if text.startswith(CLAIM) else text.removeprefix(ID) for text in texts))
    return sorted(rows)


def told(rows: Rows, *columns: str) -> list[tuple[str, ...]]:
    return sorted(tuple(row[column] for column in columns) for row in rows)


def test_memberships_are_what_a_store_answers(flat: dict[str, Rows], store: ox.Store) -> None:
    found = ask(store, """
        SELECT ?claim ?member ?name ?kind ?network ?unnamed ?count ?joined ?first ?last ?since ?status ?decided ?reading
          ?source ?title ?quote ?start ?note
        WHERE { ?claim a cg:Membership ; cg:reading ?reading ; cg:source ?source . ?source dcterms:title ?title .
          OPTIONAL { ?claim cg:member ?member . ?member skos:prefLabel ?name . FILTER (LANG(?name) = "en")
            GRAPH ?any { ?member a ?type } BIND (STRAFTER(STR(?type), "#") AS ?kind) }
          OPTIONAL { ?claim cg:network ?network } OPTIONAL { ?claim cg:unnamed ?unnamed }
          OPTIONAL { ?claim cg:count ?count } OPTIONAL { ?claim cg:joined/cg:edtf ?joined }
          OPTIONAL { ?claim cg:joined/cg:earliest ?first } OPTIONAL { ?claim cg:joined/cg:latest ?last }
          OPTIONAL { ?claim cg:since/cg:edtf ?since } OPTIONAL { ?claim cg:status ?status }
          OPTIONAL { ?claim cg:decidedBy ?decided } OPTIONAL { ?claim cg:evidence/oa:exact ?quote }
          OPTIONAL { ?claim cg:evidence/oa:start ?start } OPTIONAL { ?claim cg:note ?note }
          FILTER (!BOUND(?kind) || ?kind != "Coordinator") }""")  # fmt: skip
    assert len(found) == 8
    assert found == told(
        flat["memberships"], "claim", "member", "member_name", "member_kind", "network", "unnamed", "count", "joined",
        "joined_earliest", "joined_latest", "since", "status", "decided_by", "reading", "source", "source_title",
        "quote", "quote_start", "note",
    )  # fmt: skip


def test_commitments_and_coordinations_are_what_a_store_answers(flat: dict[str, Rows], store: ox.Store) -> None:
    found = ask(store, """
        SELECT ?claim ?party ?asked ?change ?unit ?qualifier ?base ?target ?metric ?framework ?quote
        WHERE { ?claim a cg:Commitment OPTIONAL { ?claim cg:party ?party } OPTIONAL { ?claim cg:askedBy ?asked }
          OPTIONAL { ?claim cg:change ?change } OPTIONAL { ?claim cg:unit ?unit }
          OPTIONAL { ?claim cg:qualifier ?qualifier } OPTIONAL { ?claim cg:baselineYear ?base }
          OPTIONAL { ?claim cg:targetYear ?target } OPTIONAL { ?claim cg:metric ?metric }
          OPTIONAL { ?claim cg:framework ?framework } OPTIONAL { ?claim cg:evidence/oa:exact ?quote } }""")  # fmt: skip
    assert len(found) == 6
    assert found == told(
        flat["commitments"], "claim", "party", "asked_by", "change", "unit", "qualifier", "baseline_year",
        "target_year", "metric", "framework", "quote",
    )  # fmt: skip
    found = ask(store, """
        SELECT ?claim ?who ?name ?network ?theme ?status ?quote WHERE { ?claim a cg:Coordination ; cg:coordinator ?who ;
          cg:network ?network ; cg:evidence/oa:exact ?quote . ?who skos:prefLabel ?name . FILTER (LANG(?name) = "en")
          OPTIONAL { ?claim cg:theme ?theme } OPTIONAL { ?claim cg:status ?status } }""")  # fmt: skip
    assert len(found) == 1
    names = ("claim", "coordinator", "coordinator_name", "network", "theme", "status", "quote")
    assert found == told(flat["coordinations"], *names)


def test_cities_and_networks_are_what_a_store_answers(flat: dict[str, Rows], store: ox.Store) -> None:
    found = ask(store, """
        SELECT ?city ?en ?fi ?sv ?country ?lat ?long ?region ?into WHERE { ?city a cg:City .
          OPTIONAL { ?city skos:prefLabel ?en . FILTER (LANG(?en) = "en") }
          OPTIONAL { ?city skos:prefLabel ?fi . FILTER (LANG(?fi) = "fi") }
          OPTIONAL { ?city skos:prefLabel ?sv . FILTER (LANG(?sv) = "sv") } OPTIONAL { ?city cg:country ?country }
          OPTIONAL { ?city geo:lat ?lat } OPTIONAL { ?city geo:long ?long } OPTIONAL { ?city cg:region ?region }
          OPTIONAL { ?city cg:mergedInto ?into } }""")  # fmt: skip
    names = ("key", "name_en", "name_fi", "name_sv", "country", "latitude", "longitude", "region", "merged_into")
    assert len(found) > 40
    assert found == told(flat["cities"], *names)
    assert any(row["merged_into"] for row in flat["cities"])
    parts = ask(store, "SELECT ?network ?of WHERE { ?network a cg:Network OPTIONAL { ?network cg:partOf ?of } }")
    assert parts == told(flat["networks"], "key", "part_of")
    assert any(row["part_of"] for row in flat["networks"])


def test_rows_are_in_the_order_of_keys_and_every_column_is_told(flat: dict[str, Rows]) -> None:
    for table in TABLES:
        rows = flat[table.name]
        keys = [row[table.fields[0].name] for row in rows]
        assert keys == sorted(set(keys))
        assert list(rows[0]) == [one.name for one in table.fields]
        assert len({one.name for one in table.fields}) == len(table.fields)
        assert all(one.description.endswith(".") for one in table.fields)


def test_every_property_of_a_claim_has_its_column() -> None:
    """No claim loses what it says: what its shape allows stands in a column."""
    shapes = ox.Store()
    for path in resource("ontology/shapes").glob("*.ttl"):
        shapes.bulk_load(path=path)
    derived = {"activeNetwork", "presumedNetwork", "type", "evidence", "source"}
    for table in TABLES[3:]:
        allowed = ask(shapes, f"""
            PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
            SELECT DISTINCT ?path WHERE {{ ?shape sh:targetClass <{CG}{table.of[0]}> ; sh:closed true .
              {{ ?shape sh:property/sh:path ?path }}
              UNION {{ ?shape sh:ignoredProperties/rdf:rest*/rdf:first ?path }} }}
        """)  # fmt: skip
        first = {step.partition("/")[0].replace("-", "") for one in table.fields for step in one.path.split("|")}
        assert {path.rpartition("#")[2].lower() for (path,) in allowed} - {name.lower() for name in derived} <= first


def test_lists_of_values_are_those_of_the_shapes() -> None:
    shapes = ox.Store()
    for path in resource("ontology/shapes").glob("*.ttl"):
        shapes.bulk_load(path=path)
    held = 0
    for table in TABLES[3:]:
        for one in table.fields:
            if "enum" in one.constraints and one.show == "value":
                held += 1
                allowed = ask(shapes, f"""
                    PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
                    SELECT ?value WHERE {{ ?of sh:targetClass ?class ; sh:property ?shape .
                      ?shape sh:path <{term_of_key()[one.path]}> ; sh:in/rdf:rest*/rdf:first ?value .
                      FILTER (?class IN (cg:Claim, <{CG}{table.of[0]}>))
                      FILTER NOT EXISTS {{ ?shape sh:severity ?any }} }}
                """)  # fmt: skip
                assert sorted(one.constraints["enum"]) == [value for (value,) in allowed], one.name
    assert held == 10


HOSTILE = [
    '"quoted", with a comma', "two\nlines", "a\r\nDOS line", "a bare\rreturn", "=1+1", "+1", "-1", "@SUM(A1)",
    "\tTab first",
    " spaces ", "a | b", "😀 Ä", "line\u2028separator", '"', "'", "\\n", "\x0bvertical", "x\u0085y",
]  # fmt: skip


def quads(*rows: tuple[str, str, ox.NamedNode | ox.Literal]) -> list[ox.Quad]:
    graph = ox.NamedNode("https://w3id.org/citygraph/graph/x")
    return [ox.Quad(ox.NamedNode(s), ox.NamedNode(p), o, graph) for s, p, o in rows]


def hostile() -> list[ox.Quad]:
    made = quads((ID + "x", TYPE, ox.NamedNode(CG + "Source")))
    for number, text in enumerate(HOSTILE):
        city, claim = f"{ID}c{number:02}", f"{CLAIM}x/m{number:02}"
        made += quads(
            (city, TYPE, ox.NamedNode(CG + "City")), (city, SKOS + "prefLabel", ox.Literal(text)),
            (claim, TYPE, ox.NamedNode(CG + "Membership")), (claim, CG + "member", ox.NamedNode(city)),
            (claim, CG + "reading", ox.Literal("explicit")), (claim, CG + "source", ox.NamedNode(ID + "x")),
            (claim, CG + "unnamed", ox.Literal(text)), (claim, CG + "evidence", ox.NamedNode(claim + ".quote")),
            (claim + ".quote", OA + "exact", ox.Literal(text)),
        )  # fmt: skip
    return made


def test_cells_of_strangers_survive_as_they_are() -> None:
    texts = tables(columns_of(hostile()), columns_of(()))
    rows = read(texts["tables/memberships.csv"])
    for column in ("member_name", "unnamed", "quote"):
        assert [row[column] for row in rows] == HOSTILE
    assert [row["name"] for row in read(texts["tables/cities.csv"])] == HOSTILE
    assert "\r\n" not in texts["tables/networks.csv"]


def test_several_values_share_a_cell_and_names_are_chosen_as_queries_do() -> None:
    city, one, two = ID + "x-city", ID + "a", ID + "a-b"
    named = [ox.Literal(text, language=tag) for text, tag in (("Turku", "fi"), ("Åbo", "sv"), ("Dorpat", "de"))]
    texts = tables(
        columns_of(
            quads(
                *((city, SKOS + "prefLabel", name) for name in named), (city, SKOS + "altLabel", ox.Literal("B")),
                (city, TYPE, ox.NamedNode(CG + "City")), (two, TYPE, ox.NamedNode(CG + "City")),
                (one, TYPE, ox.NamedNode(CG + "City")), (ID + "t-9", CG + "refersTo", ox.NamedNode(city)),
                (ID + "t-10", CG + "refersTo", ox.NamedNode(city)),
            )
        ),
        columns_of(()),
    )  # fmt: skip
    rows = read(texts["tables/cities.csv"])
    assert [row["key"] for row in rows] == ["a", "a-b", "x-city"]
    row = rows[2]
    assert (row["name"], row["name_fi"], row["name_sv"], row["name_en"]) == ("Dorpat", "Turku", "Åbo", "")
    assert row["names_other"] == "B | Dorpat"
    assert row["entries"] == "t-10 | t-9"
    assert rows[0]["name"] == ""


def test_an_empty_graph_has_headers_alone() -> None:
    texts = tables(columns_of(()), columns_of(()))
    assert {text.count("\n") for text in texts.values()} == {1}


# ---------------------------------------------------------------- frictionless


def files(folder: Path) -> list[FileFacts]:
    found = []
    for path in sorted(folder.rglob("*.*")):
        data, name = path.read_bytes(), path.relative_to(folder).as_posix()
        media = "text/csv" if name.endswith(".csv") else "text/turtle"
        found.append(FileFacts(name, len(data), hashlib.sha256(data).hexdigest(), f"The {name}", media, "CSV"))
    return found


def packed(folder: Path, texts: dict[str, str]) -> Path:
    """A folder with tables, a Turtle file and the package that describes them."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    (folder / "citygraph.ttl").write_text("# nothing\n", "utf-8")
    (folder / "datapackage.json").write_text(datapackage(ABOUT, EDITION, SURVEY, files(folder)), "utf-8")
    return folder


#: Runs in the consumers' environment: prints the findings of frictionless: type, field, message, table and row.
VALIDATE = """
import json, sys
from frictionless import Package
told = {}
for folder in sys.argv[1:]:
    report = Package(folder + "/datapackage.json").validate()
    errors = [
        [e.type, getattr(e, "field_name", ""), e.message, t.name, getattr(e, "row_number", 0)]
        for t in report.tasks for e in t.errors
    ]
    told[folder] = {"valid": report.valid, "errors": errors + [[e.type, "", e.message, "", 0] for e in report.errors]}
print(json.dumps(told))
"""


def validated(python: Path, *folders: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [python, "-c", VALIDATE, *map(str, folders)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout.splitlines()[-1]).values())


def test_frictionless_finds_the_package_valid(consumers: Path, built: Built, tmp_path: Path) -> None:
    ours = packed(tmp_path / "ours", tables(built.asserted, built.inferred))
    others = packed(tmp_path / "others", tables(columns_of(hostile()), columns_of(())))
    empty = packed(tmp_path / "empty", tables(columns_of(()), columns_of(())))
    assert [one["errors"] for one in validated(consumers, ours, others, empty)] == [[], [], []]


def test_frictionless_reads_the_cells_as_they_are(consumers: Path, tmp_path: Path) -> None:
    folder = packed(tmp_path, tables(columns_of(hostile()), columns_of(())))
    code = (
        "import json, sys; from frictionless import Package\n"
        "rows = Package(sys.argv[1]).get_resource('memberships').read_rows()\n"
        "print(json.dumps([[row['claim'], row['unnamed'], row['joined_earliest']] for row in rows]))"
    )
    done = subprocess.run(
        [consumers, "-c", code, str(folder / "datapackage.json")], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [[f"{CLAIM}x/m{n:02}", text, None] for n, text in enumerate(HOSTILE)]


#: A value that a column cannot have, by its type or the kind of its constraint.
BAD = {
    "integer": "many",
    "number": "1,5",
    "date": "2012-02-30",
    "enum": "something else",
    "pattern": "not this !",
    "min": "-5000",
}


UNIQUE = {"key", "iri", "claim"}


def bad_values(one: Field) -> list[str]:
    found = [BAD[one.type]] if one.type in BAD else []
    found += [BAD["enum"]] if "enum" in one.constraints else []
    found += [BAD["pattern"]] if "pattern" in one.constraints else []
    found += [BAD["min"]] if "minimum" in one.constraints else []
    found += ["no-such-network"] if one.refers else []
    return found + ([""] if one.constraints.get("required") else [])


def test_each_column_that_promises_something_can_be_wrong(
    consumers: Path, flat: dict[str, Rows], tmp_path: Path
) -> None:
    """A row for each cell that cannot be, all else in it right: frictionless tells just that row and column."""
    texts, cases = dict[str, str](), list[tuple[str, int, str]]()
    for table in TABLES:
        rows = list(flat[table.name])
        for one in table.fields:
            for bad in bad_values(one):
                new: dict[str, str] = {name: f"{rows[0][name]}-{len(rows)}" for name in UNIQUE & rows[0].keys()}
                rows.append({**rows[0], **new, one.name: bad})
                cases.append((table.name, len(rows) + 1, one.name))
        texts[table.path] = written(table, rows)
    assert len(cases) > 140
    (found,) = validated(consumers, packed(tmp_path, texts))
    told = {(table, row, name or message.split('"')[3]) for _, name, message, table, row in found["errors"] if row}
    assert set(cases) <= told
    assert {case[:2] for case in cases} == {one[:2] for one in told}


def test_frictionless_notices_another_text_another_size_and_a_key_twice(
    consumers: Path, built: Built, tmp_path: Path
) -> None:
    texts = tables(built.asserted, built.inferred)
    changed = packed(tmp_path / "changed", texts)
    path = changed / "tables" / "cities.csv"
    path.write_bytes(path.read_bytes().replace("Åbo".encode(), b"Abo "))
    turtle = packed(tmp_path / "turtle", texts)
    (turtle / "citygraph.ttl").write_text("# something\n", "utf-8")
    rows = texts["tables/networks.csv"].splitlines(keepends=True)
    twice = packed(tmp_path / "twice", {**texts, "tables/networks.csv": "".join([*rows, rows[1]])})
    told = validated(consumers, changed, turtle, twice)
    assert [error[0] for error in told[0]["errors"]] == ["hash-count"]
    assert {error[0] for error in told[1]["errors"]} == {"hash-count", "byte-count"}
    assert "primary-key" in {error[0] for error in told[2]["errors"]}


def written(table: Table, rows: Rows) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [one.name for one in table.fields], lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def test_the_package_tells_of_the_whole() -> None:
    file = FileFacts("tables/cities.csv", 12, "ab" * 32, "Cities", "text/csv", "CSV")
    said = json.loads(
        datapackage(ABOUT, EDITION, SURVEY, [file, FileFacts("a b/Ä.ttl", 1, "", "T", "text/turtle", "")])
    )
    assert said["created"] == "2026-03-01T00:00:00Z"
    assert said["version"] == "1.2.0"
    assert said["title"] == 'Title "quoted"'
    assert said["licenses"] == [{
        "name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/",
        "title": "Creative Commons Attribution 4.0 International",
    }]  # fmt: skip
    assert said["sources"] == [
        {"title": 'A "table" (Cite, me)', "path": "https://example.org/b"}, {"title": "The registry"},
    ]  # fmt: skip
    first, second = said["resources"]
    assert (first["name"], first["bytes"], first["hash"]) == ("cities", 12, "sha256:" + "ab" * 32)
    assert first["schema"]["primaryKey"] == "key"
    assert second["name"] == "a-b--.ttl"
