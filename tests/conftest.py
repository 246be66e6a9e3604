"""What tests share: the checkout, a built release, and the shared material where it is at hand."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from citygraph import Release
from citygraph import build as pipeline

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CITYGRAPH_SHARED", ROOT.parent / "shared"))

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared material; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no shared material at {SHARED.name}/ beside the checkout (set CITYGRAPH_SHARED)")
    return SHARED


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


@pytest.fixture
def run() -> Run:
    """Run the citygraph command as a user would: a process of its own."""

    def call(*args: str | Path, cwd: Path = ROOT, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "citygraph.cli", *map(str, args)]
        return subprocess.run(
            command, cwd=cwd, input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
        )

    return call
