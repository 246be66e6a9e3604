"""Documentation that is run: commands and Python of README, CONTRIBUTING and docs, their printed output compared.

`make accept` writes the outputs anew instead.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from citygraph import __version__
from citygraph.cli import main
from citygraph.declared import read_changes
from citygraph.files import resource
from citygraph.shacl.validate import shapes_graph
from citygraph.sheets import CLAIM_TYPES, read_registry, read_sheet
from citygraph.vocabulary import CG, key_of_term
from conftest import ROOT, UPDATE, Run

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CONSOLE = re.compile(r"(```console\n)(.*?)(```)", re.DOTALL)
PYTHON = re.compile(r"(```python\n)(>>> .*?)(```)", re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, dist: Path) -> Path:
    """A folder as a reader has it after `make`: the data, and a release in dist/."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.copytree(dist, folder / "dist")
    return folder


def shell(command: str, folder: Path) -> str:
    """What a command prints, stdout and stderr together as a reader sees them."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, text=True, encoding="utf-8", check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    # Progress appears only where a step takes longer than a second, so it is not part of what is promised.
    return re.sub(r"^(reading|encoding|validating|reasoning|writing) …\n", "", done.stdout, flags=re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_print_what_the_page_says(page: Path, place: Path) -> None:
    text = page.read_text("utf-8")

    def again(block: re.Match[str]) -> str:
        commands = [line[2:] for line in block.group(2).splitlines() if line.startswith("$ ")]
        return block.group(1) + "".join(f"$ {c}\n{shell(c, place)}" for c in commands) + block.group(3)

    fresh = CONSOLE.sub(again, text)
    if UPDATE:
        page.write_text(fresh, "utf-8")
    assert fresh == text or UPDATE


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_python_prints_what_the_page_says(page: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    text, names = page.read_text("utf-8"), dict[str, object]()

    def again(block: re.Match[str]) -> str:
        return block.group(1) + "".join(statements(block.group(2), names)) + "\n" + block.group(3)

    fresh = PYTHON.sub(again, text)
    if UPDATE:
        page.write_text(fresh, "utf-8")
    assert fresh == text or UPDATE


def statements(source: str, names: dict[str, object]) -> list[str]:
    """Run the statements of a Python session and give it back with what each prints."""
    blocks = re.findall(r">>> .*\n(?:\.\.\..*\n)*", source)
    session = []
    for block in blocks:
        code = "".join(line[4:] + "\n" for line in block.splitlines())
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "docs", "single"), names)
        session.append(block + printed.getvalue().rstrip("\n") + ("\n" if printed.getvalue() else ""))
    return session


def test_the_python_of_the_readme_runs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    (code,) = re.findall(r"```python\n(from citygraph.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(code, names)
    assert type(names["graph"]).__name__ == "Release"


def test_the_first_screen_has_question_answer_and_sentence() -> None:
    screen = (ROOT / "README.md").read_text("utf-8").splitlines()[:25]
    sentence = "johon Lahti liittyi 10.9.2012 kaupunginvaltuuston päätöksellä"
    assert any(line.endswith("?**") for line in screen)
    assert any(sentence in line for line in screen)
    assert sentence in (ROOT / "data" / "articles" / "lahti-networks-2012.txt").read_text("utf-8")


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_is_documented_and_has_help_with_an_example(command: str, run: Run) -> None:
    told = run(command, "--help").stdout
    assert "Example" in told
    assert f"citygraph {command}" in told
    assert f"citygraph {command}" in (ROOT / "README.md").read_text("utf-8")


def test_the_format_lists_the_keys_that_the_shapes_allow() -> None:
    text = (ROOT / "data" / "FORMAT.md").read_text("utf-8")
    rows = {m.group(1): m.group(0) for m in re.finditer(r"^\| `([A-Z]\w+)` \|.*$", text, re.MULTILINE)}
    assert sorted(rows) == sorted(CLAIM_TYPES)
    shapes = shapes_graph()
    allowed = """
        PREFIX sh: <http://www.w3.org/ns/shacl#>
        PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        SELECT ?path WHERE { ?shape sh:targetClass ?class ; sh:closed true .
          { ?shape sh:property/sh:path ?path } UNION { ?shape sh:ignoredProperties/rdf:rest*/rdf:first ?path } }"""
    common = {"reading", "note", "context", "year-from", "decided-by", "decided", "evidence", "source"}
    made = {"column", "change-note", "active-network", "presumed-network", "active-whole", "active-twin"}
    for name, line in rows.items():
        found = shapes.query(allowed.replace("?class", f"<{CG}{name}>")).bindings
        paths = {str(path) for row in found for path in row.values()}
        keys = {key_of_term()[path] for path in paths if path in key_of_term()} - common - made
        assert set(re.findall(r"`([a-z-]+)`", line)) - {"undertaken", "about"} == keys, name
        assert common - {"evidence", "source"} <= set(re.findall(r"`([a-z-]+)`", text))


def test_the_examples_of_the_format_are_good(tmp_path: Path) -> None:
    text = (ROOT / "data" / "FORMAT.md").read_text("utf-8")
    sheet, entries, changed = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    found, problems = read_sheet(re.sub(r" +#.*", "", sheet), "FORMAT.md", "lahti-networks-2012", article=True)
    assert problems == []
    assert found is not None
    assert [fact.name for fact in found.facts] == ["covenant-membership"]
    assert read_registry(entries, "FORMAT.md")[1] == []
    (tmp_path / "replaced.yaml").write_text(changed, "utf-8")
    changes, problems = read_changes(tmp_path)
    assert problems == []
    assert len(changes) == 4


def test_the_registry_has_finnish_and_english_names() -> None:
    for path in sorted(resource("data/registry").glob("*.yaml")):
        entries, problems = read_registry(path.read_text("utf-8"), path.name)
        assert problems == []
        for entry in entries:
            names = {value.language for value in entry.fields["name"].values} if "name" in entry.fields else set()
            assert entry.type == "Source" or {"fi", "en"} <= names, entry.name


def test_citation_file_validates() -> None:
    validate = "from cffconvert.cli.cli import cli; cli()"
    command = [sys.executable, "-c", validate, "--validate", "-i", str(ROOT / "CITATION.cff")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert cited["version"] == __version__


def test_no_path_of_a_machine_and_no_broken_link() -> None:
    for page in [*PAGES, ROOT / "data" / "FORMAT.md", ROOT / "CHANGELOG.md", ROOT / "LICENSE-DATA.md"]:
        text = page.read_text("utf-8")
        assert not re.search(r"/(home|root|tmp|Users)/\w", text)
        for target in re.findall(r"\]\(((?!https?:)[^)#]+)\)", text):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
