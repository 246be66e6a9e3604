"""The installed wheel does what the checkout does: built, installed in an empty environment, used from there."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from conftest import ROOT

WHEELS = Path(sys.prefix) / "wheels"


def test_the_wheel_builds_and_answers_from_an_empty_environment(tmp_path: Path, dist: Path) -> None:
    if not WHEELS.is_dir():
        pytest.skip("no collected wheels in the environment; `make setup` collects them")

    def run(*command: str | Path) -> str:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        return done.stdout

    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
    run(*pip, "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("citygraph-*.whl")
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    run(*pip, "--python", python, "install", "--quiet", "--no-index", "--find-links", WHEELS, wheel)
    citygraph = tmp_path / "env" / "bin" / "citygraph"
    printed = run(citygraph, "build")
    assert "What is Lahti a member of" in printed
    assert (tmp_path / "dist" / "citygraph.nq").read_bytes() == (dist / "citygraph.nq").read_bytes()
    assert "Lahti Science and Business Park" in run(citygraph, "query", "coordinators")
    where = run(python, "-c", "import citygraph; print(citygraph.__file__)")
    assert str(tmp_path) in where
    assert (Path(where.strip()).parent / "py.typed").exists()
