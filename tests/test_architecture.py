"""The house: each module uses only what stands below it, nothing runs back up, and the heavy libraries wait."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

SOURCE = ROOT / "src" / "citygraph"

#: The package and its subpackages, which hold nothing themselves.
PACKAGES = {
    "",
    "rdf",
    "owl",
    "shacl",
    "matching",
    "tables",
    "plots",
    "publish",
    "changes",
    "commands",
    "pages",
    "site",
    "web",
}

#: Ground floor first.
FLOORS = [
    ["problems", "dates", "near", "sparql", "rdf.quads", "rdf.columns", "web.limits", "web.outcome"],
    ["files", "web.jobs"],
    ["vocabulary", "marked", "quotes", "mentions", "rdf.terms", "rdf.storage", "web.guard", "web.holder"],
    ["forms"],
    ["sheets", "owl.rules", "rdf.nodes", "shacl.needs", "shacl.index", "shacl.literals"],
    ["options", "known", "declared"],
    ["registry", "evidence", "queries", "matching.names", "owl.reason", "owl.closure", "rdf.order"],
    ["shacl.validate", "shacl.components", "shacl.narrowed"],
    ["matching.match", "owl.entailment", "rdf.turtle", "rdf.ranks", "shacl.constraints"],
    ["tables.clean", "tables.lines"],
    ["rdf.words", "web.answering"],
    ["owl.backward", "rdf.terse", "rdf.jsonld"],
    ["matching.review"],
    ["tables.describe"],
    ["tables.read"],
    ["tables.patterns"],
    ["tables.rows"],
    ["encode", "explain", "load", "endpoint", "rdf.export", "tables.stated"],
    ["tables.encode"],
    ["matching.measure", "tables.load"],
    ["tables.kept"],
    ["matching.matches"],
    ["changes.compare"],
    ["changes.heirs"],
    ["changes.fields"],
    ["changes.claims"],
    ["changes.printed"],
    ["results", "build"],
    ["release"],
    ["asking", "overview"],
    ["terminal"],
    ["plots.words", "plots.write"],
    ["plots.data", "plots.dress"],
    ["plots.charts", "plots.maps", "plots.targets", "plots.ink"],
    ["plots.land"],
    ["plots.svgbars", "plots.svgmap"],
    ["plots.svg"],
    ["pages.paths", "pages.reader", "pages.texts", "pages.alphabet", "pages.downloads"],
    ["pages.beside", "publish.codes"],
    ["pages.cite"],
    ["pages.claims"],
    ["pages.why", "pages.described", "pages.search", "pages.questions", "pages.terms", "pages.article", "pages.silent"],
    ["pages.lines", "pages.gaps", "pages.otherwise"],
    ["pages.rolls"],
    ["pages.things"],
    ["pages.told", "pages.places"],
    ["pages.contributed"],
    ["pages.render"],
    ["pages.sources"],
    ["pages.network", "pages.lists"],
    ["pages.city", "pages.start"],
    ["pages.book"],
    ["site.folder", "site.source", "site.shared", "site.stubs", "site.w3id"],
    ["site.extras"],
    ["site.write", "web.making"],
    ["web.worker", "web.pool"],
    ["plots.draw"],
    ["publish.edition", "publish.packed"],
    ["publish.about", "publish.earlier", "publish.fields", "publish.keys"],
    ["publish.survey", "publish.statements", "publish.gaps", "publish.flat", "publish.contents", "publish.redirects"],
    ["publish.ld", "publish.catalog", "publish.void", "publish.schema_org", "publish.package", "publish.promises"],
    ["publish.pages", "publish.feed"],
    ["publish.release"],
    ["web.negotiate", "web.metrics"],
    ["web.site"],
    ["web.answers", "web.connections"],
    ["web.describing", "web.frames", "web.releases", "web.lookup", "web.shown", "web.openapi"],
    ["web.protocol", "web.drawn", "web.api", "web.linked", "web.book"],
    ["web.asked"],
    ["web.pages"],
    ["web.app"],
    ["web.running"],
    ["commands.common"],
    ["commands.making", "commands.asking", "commands.serving"],
    ["cli"],
]


#: Libraries that take long to import.
HEAVY = ("rdflib", "owlrl", "pyshacl", "SPARQLWrapper", "pandas", "altair", "vl_convert", "numpy")


def name(path: Path) -> str:
    """`tables.read` of tables/read.py; the package's own name of an __init__."""
    return ".".join(part for part in path.relative_to(SOURCE).with_suffix("").parts if part != "__init__")


def imports(module: str) -> set[str]:
    tree = ast.parse((SOURCE / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("citygraph"):
            rest = node.module.removeprefix("citygraph").removeprefix(".")
            within = {alias.name if not rest else f"{rest}.{alias.name}" for alias in node.names}
            found |= within if rest in PACKAGES else {rest}
    return found - {"__version__"}


def test_every_module_has_its_floor() -> None:
    modules = {name(path) for path in SOURCE.rglob("*.py") if "_resources" not in path.parts} - PACKAGES
    assert modules == {name for floor in FLOORS for name in floor}


def test_each_uses_only_what_stands_below() -> None:
    below: set[str] = set()
    for floor in FLOORS:
        for name in floor:
            assert imports(name) <= below, name
        below |= set(floor)


def test_modules_are_short() -> None:
    long = {path.name: len(path.read_text("utf-8").splitlines()) for path in SOURCE.rglob("*.py")}
    assert {name: lines for name, lines in long.items() if lines > 340} == {}


def test_one_place_opens_files_and_one_turns_exceptions_into_lines() -> None:
    readers = {path.stem for path in SOURCE.rglob("*.py") if re.search(r"\bread_bytes\(", path.read_text("utf-8"))}
    assert readers == {"files"}
    exits = {path.stem for path in SOURCE.rglob("*.py") if "sys.exit" in path.read_text("utf-8")}
    assert exits == {"terminal"}


def test_help_and_queries_wait_for_no_heavy_library() -> None:
    code = (
        "import sys, citygraph.cli, citygraph.asking, citygraph.plots.draw\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_query_that_runs_imports_no_more_than_it_uses(dist: Path) -> None:
    """A table with labels, of a query of the catalogue with a parameter: what is most often asked."""
    code = (
        "import atexit, sys\n"
        f"unused = {HEAVY} + ('ctypes', 'tempfile', 'shutil', 'json', 'citygraph.sheets', 'citygraph.explain',"
        " 'citygraph.rdf.export', 'citygraph.owl.rules')\n"
        "atexit.register(lambda: print([m for m in unused if m in sys.modules], file=sys.stderr))\n"
        "from citygraph.cli import main\n"
        f"main(['query', 'memberships', '-p', 'city=Lahti', '--graph', {str(dist)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert "Lahti City Council" in done.stdout
    assert done.stderr.strip() == "[]"
