"""What tests share: the checkout, a built release, and the shared material where it is at hand."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from citygraph import Release
from citygraph import build as pipeline

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from citygraph.pages.book import Book

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CITYGRAPH_SHARED", ROOT.parent / "shared"))

#: The environment of programs that read a release: `make consumers`.
CONSUMERS = Path(os.environ.get("CITYGRAPH_CONSUMERS", ROOT / ".venv-consumers"))

#: Write golden answers and the outputs in README and docs anew instead of comparing them: `make accept`.
UPDATE = bool(os.environ.get("CITYGRAPH_UPDATE"))

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test keeps anything in the user's cache folder."""
    os.environ["CITYGRAPH_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared material; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no shared material at {SHARED.name}/ beside the checkout (set CITYGRAPH_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def consumers() -> Path:
    """The Python of CKAN and frictionless; tests that need it skip where it is absent, but fail in CI."""
    python = CONSUMERS / "bin" / "python"
    if not python.is_file():
        said = f"no {CONSUMERS.name}/ with CKAN and frictionless (make consumers, or set CITYGRAPH_CONSUMERS)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
    return python


@pytest.fixture(scope="session")
def built() -> pipeline.Built:
    """The project's own data, built once."""
    return pipeline.build(ROOT / "data")


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release folder of the project's own data."""
    out = tmp_path_factory.mktemp("release") / "dist"
    pipeline.release(ROOT / "data", out)
    return out


@pytest.fixture(scope="session")
def release(dist: Path) -> Release:
    """The release, open."""
    return Release.open(dist)


def bound(store: ox.Store, dist: Path) -> Book:
    """The pages of a graph, with the ontology of a release."""
    from citygraph.pages.book import Book
    from citygraph.pages.reader import Reader
    from citygraph.pages.render import Pages

    return Book(Pages(Reader(store, str(dist / "ontology.ttl"))))


@pytest.fixture(scope="module")
def book(dist: Path) -> Book:
    """The pages of the release, read anew for each module of tests."""
    store = ox.Store()
    store.bulk_load(path=str(dist / "citygraph.nq"), format=ox.RdfFormat.N_QUADS)
    return bound(store, dist)


@pytest.fixture
def run() -> Run:
    """Run the citygraph command as a user would: a process of its own."""

    def call(*args: str | Path, cwd: Path = ROOT, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "citygraph.cli", *map(str, args)]
        return subprocess.run(
            command, cwd=cwd, input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
        )

    return call


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; tests that need it skip where it is absent, but fail in CI. Its event loop ends with the module."""
    from browsing import CHROMIUM, launched

    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no chromium here: apt-get install chromium")
    with launched() as running:
        yield running


@dataclass(frozen=True)
class Served:
    """A running `citygraph serve`: its address without a slash at the end, and its process."""

    url: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])


Serving = Callable[..., AbstractContextManager[Served]]


@pytest.fixture(scope="session")
def serving() -> Serving:
    """Run `citygraph serve RELEASE --option value` on a free port of the loopback, for as long as a test needs it."""

    @contextlib.contextmanager
    def start(release: Path, *options: str) -> Iterator[Served]:
        pytest.importorskip("uvicorn", reason="pip install 'citygraph[serve]'")
        command = [sys.executable, "-m", "citygraph.cli", "serve", str(release), "--port", "0", *options]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            assert first.startswith("http://127.0.0.1:"), first
            yield Served(first.split()[0].rstrip("/"), process)
        finally:
            process.terminate()
            process.wait(20)
            process.stdout.close()

    return start


@pytest.fixture(scope="session")
def server(dist: Path, serving: Serving) -> Iterator[Served]:
    """A server of the project's own data, with the limits it has by default."""
    with serving(dist, "--workers", "2") as running:
        yield running


Sheets = Callable[..., Path]


@pytest.fixture(scope="session")
def sheets() -> Sheets:
    """Make a data folder of the project's registry and one page with the given facts, or several pages by name."""

    def make(folder: Path, *facts: str, **heads: str) -> Path:
        data = folder / "data"
        shutil.copytree(ROOT / "data" / "registry", data / "registry")
        (data / "pages").mkdir()
        for number, rows in enumerate(facts, 1):
            head = {"title": "A page", "url": "https://example.org/", "publisher": "P", "language": "en", **heads}
            lines = "".join(f"  {key}: {value}\n" for key, value in head.items())
            (data / "pages" / f"page-{number}.yaml").write_text(
                f"page:\n  id: page-{number}\n{lines}facts:\n{rows}", "utf-8"
            )
        return data

    return make
