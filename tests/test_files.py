"""A release is whole or is not there: failed, killed and simultaneous builds leave nothing behind and break nothing."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from citygraph import Release, cli, files
from citygraph import build as pipeline
from citygraph.files import replaced, shown, writable
from citygraph.problems import CitygraphError
from conftest import ROOT, Run

NAMES = {
    "citygraph.ttl", "citygraph-inferred.ttl", "citygraph.trig", "citygraph.nq", "citygraph.jsonld", "shacl-report.ttl",
    "ontology.ttl", "context.jsonld",
}  # fmt: skip
Snapshot = dict[str, bytes]


def snapshot(folder: Path) -> Snapshot:
    """Every file below a folder with its bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Snapshot]:
    """An older release: of the registry alone."""
    folder = tmp_path_factory.mktemp("before")
    shutil.copytree(ROOT / "data" / "registry", folder / "data" / "registry")
    pipeline.release(folder / "data", folder / "dist")
    return folder / "dist", snapshot(folder / "dist")


@pytest.fixture
def place(tmp_path: Path, before: tuple[Path, Snapshot]) -> Path:
    """A folder with the older release and the data of a newer one."""
    shutil.copytree(before[0], tmp_path / "dist")
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("articles"))
    return tmp_path


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The newer release: of registry and pages."""
    folder = tmp_path_factory.mktemp("after")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("articles"))
    pipeline.release(folder / "data", folder / "dist")
    return snapshot(folder / "dist")


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def build_in(folder: Path, monkeypatch: pytest.MonkeyPatch, *args: str) -> Result:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(cli.main, ["build", *args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_build_puts_a_whole_release_in_the_place_of_another(
    place: Path, before: tuple[Path, Snapshot], after: Snapshot, run: Run
) -> None:
    assert before[1] != after
    done = run("build", cwd=place)
    assert done.returncode == 0, done.stderr
    assert set(after) == NAMES
    assert snapshot(place / "dist") == after
    assert left_over(place) == []


# Failed builds


def test_a_violation_leaves_the_release(place: Path, before: tuple[Path, Snapshot], run: Run) -> None:
    sheet = place / "data" / "pages" / "lahti-covenant-2018.yaml"
    sheet.write_text(sheet.read_text("utf-8").replace("member: lahti", "member: lathi", 1), "utf-8")
    done = run("build", cwd=place)
    assert (done.returncode, done.stdout) == (1, "")
    assert "'lathi' is not in the registry; did you mean 'lahti'?" in done.stderr
    assert done.stderr.endswith("1 violation, 0 warnings, 0 notes; nothing was written\n")
    assert snapshot(place / "dist") == before[1]
    assert left_over(place) == []


@pytest.mark.parametrize("size", [1_000, 20_000, 40_000])
def test_a_full_disk_leaves_the_release(size: int, place: Path, before: tuple[Path, Snapshot]) -> None:
    """No file may grow beyond `size` bytes, which fails as a full disk does, early or late in the writing."""

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-B", "-m", "citygraph.cli", "build"]
    done = subprocess.run(
        command, cwd=place, preexec_fn=limited, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "citygraph: dist: cannot be written: File too large"
    assert "Traceback" not in done.stderr
    assert snapshot(place / "dist") == before[1]
    assert left_over(place) == []


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("a-file", "a-file: is a file; name a folder with --out"),
        ("a-file/dist", "a-file: is a file; name a folder with --out"),
        ("a-file/far/below", "a-file: is a file; name a folder with --out"),
        ("/dev/full", "/dev/full: is a file; name a folder with --out"),
        ("data", "data: holds other files and no release; name another folder with --out"),
        (".", ".: you stand in it, and it is replaced whole; name another folder with --out"),
        ("", ".: you stand in it, and it is replaced whole; name another folder with --out"),
        ("..", "you stand in it, and it is replaced whole; name another folder with --out"),
        ("/", "/: you stand in it, and it is replaced whole; name another folder with --out"),
        ("/proc/citygraph", "/proc/citygraph: cannot be written: "),
        ("x" * 300, "cannot be written: File name too long"),
    ],
)
def test_where_a_release_cannot_go(
    out: str, told: str, place: Path, before: tuple[Path, Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "a-file").write_text("mine", "utf-8")
    data = snapshot(place / "data")
    result = build_in(place, monkeypatch, "--out", out)
    assert (result.exit_code, result.stdout) == (2, "")
    last = result.stderr.splitlines()[-1]
    assert last.startswith("citygraph: ")
    assert told in last
    assert (place / "a-file").read_text("utf-8") == "mine"
    assert snapshot(place / "data") == data
    assert snapshot(place / "dist") == before[1]
    assert left_over(place) == []


def test_an_empty_folder_and_a_new_one_become_releases(
    place: Path, after: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "empty").mkdir()
    for out in ("empty", "new/and/deep"):
        assert build_in(place, monkeypatch, "--out", out).exit_code == 0
        assert snapshot(place / out) == after


def test_a_link_to_a_release_stays_a_link(place: Path, after: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "store").mkdir()
    shutil.move(place / "dist", place / "store" / "real")
    (place / "dist").symlink_to("store/real")
    assert build_in(place, monkeypatch).exit_code == 0
    assert (place / "dist").is_symlink()
    assert snapshot(place / "store" / "real") == after
    assert left_over(place) == left_over(place / "store") == []


def test_an_exception_of_any_kind_leaves_the_release(place: Path, before: tuple[Path, Snapshot]) -> None:
    def stopped() -> None:
        with replaced(place / "dist") as folder:
            (folder / "citygraph.nq").write_text("half", "utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert snapshot(place / "dist") == before[1]
    assert left_over(place) == []


def test_without_an_exchange_of_folders_it_takes_two_steps(
    place: Path, after: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a system without renameat2."""
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    pipeline.release(place / "data", place / "dist")
    assert snapshot(place / "dist") == after
    assert left_over(place) == []


# Killed builds

#: Where a build is killed: before or after the nth call of a function.
MOMENTS = [
    ("citygraph.build.build", "before", 1),
    ("citygraph.build.export", "before", 1),
    ("citygraph.rdf.export.write", "after", 1),
    ("citygraph.rdf.export.write", "after", 4),
    ("citygraph.rdf.export.write", "after", 6),
    ("shutil.copyfile", "after", 2),
    ("os.fsync", "after", 3),
    ("citygraph.files._place", "before", 1),
    ("citygraph.files._place", "after", 1),
]
KILLED = """
import importlib, os, signal, sys
from citygraph import build
name, when, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
module, _, function = name.rpartition(".")
module = importlib.import_module(module)
real, calls = getattr(module, function), 0
def call(*args, **options):
    global calls
    calls += 1
    if (when, calls) == ("before", number):
        os.kill(os.getpid(), signal.SIGKILL)
    answer = real(*args, **options)
    if (when, calls) == ("after", number):
        os.kill(os.getpid(), signal.SIGKILL)
    return answer
setattr(module, function, call)
from pathlib import Path
build.release(Path("data"), Path("dist"))
"""


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda m: f"{m[1]}-{m[0].rpartition('.')[2]}-{m[2]}")
def test_a_killed_build_leaves_a_whole_release(
    moment: tuple[str, str, int],
    place: Path,
    before: tuple[Path, Snapshot],
    after: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = [sys.executable, "-c", KILLED, *map(str, moment)]
    done = subprocess.run(command, cwd=place, capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    placed = moment[:2] == ("citygraph.files._place", "after")
    assert snapshot(place / "dist") == (after if placed else before[1])
    assert len(left_over(place)) == (moment[0] != "citygraph.build.build")
    pipeline.release(place / "data", place / "dist")
    assert snapshot(place / "dist") == after
    assert left_over(place) == []


@pytest.mark.parametrize("delay", [0.3, 0.5, 0.7])
def test_nor_does_a_kill_at_any_time(delay: float, place: Path, before: tuple[Path, Snapshot], after: Snapshot) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "citygraph.cli", "build", "--quiet"], cwd=place, stderr=subprocess.DEVNULL
    )
    time.sleep(delay)
    process.kill()
    process.wait(20)
    assert snapshot(place / "dist") in (before[1], after)
    pipeline.release(place / "data", place / "dist")
    assert snapshot(place / "dist") == after
    assert left_over(place) == []


def test_the_folder_of_a_build_that_runs_is_left_alone(place: Path) -> None:
    """Left-overs are told from running builds by whether their process lives; other hidden files are no left-overs."""
    living, dead = os.getppid(), subprocess.Popen(["true"])
    dead.wait()
    kept = {f".dist.{living}.abc.building", ".dist.notes.abc.building", ".dist-old", ".distant.1.a.building"}
    for name in (*kept, f".dist.{dead.pid}.abc.building", f".dist.{dead.pid}.abc.old"):
        (place / name).mkdir()
        (place / name / "citygraph.nq").touch()
    pipeline.release(place / "data", place / "dist")
    assert set(left_over(place)) == kept


# Builds at once


@pytest.mark.parametrize("new", [False, True], ids=["replacing", "new"])
def test_builds_at_once_do_not_spoil_each_other(new: bool, place: Path, after: Snapshot) -> None:
    if new:
        shutil.rmtree(place / "dist")
    command = [sys.executable, "-m", "citygraph.cli", "build", "--quiet"]
    builds = [subprocess.Popen(command, cwd=place, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    seen = not new
    while any(process.poll() is None for process in builds):
        there = (place / "dist" / "citygraph.nq").exists()
        assert there or not seen, "for a moment there was no release"
        seen = seen or there
    errors = [process.communicate(timeout=60)[1] for process in builds]
    assert [process.returncode for process in builds] == [0, 0, 0], errors
    assert snapshot(place / "dist") == after
    assert left_over(place) == []
    assert Release.open(place / "dist").query("networks")


def test_a_release_made_meanwhile_is_replaced(tmp_path: Path) -> None:
    """Two builds of a new folder: neither sees one there when it begins."""
    out = tmp_path / "dist"
    with replaced(out) as first:
        (first / "citygraph.nq").write_text("first", "utf-8")
        with replaced(out) as second:
            (second / "citygraph.nq").write_text("second", "utf-8")
        assert snapshot(out) == {"citygraph.nq": b"second"}
    assert snapshot(out) == {"citygraph.nq": b"first"}
    assert left_over(tmp_path) == []


# Paths


def test_paths_are_shown_as_the_user_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(Path("data/a.yaml")) == "data/a.yaml"
    assert shown(tmp_path / "data" / "a.yaml") == "data/a.yaml"
    assert shown(Path("data/../data/a.yaml")) == "data/a.yaml"
    assert shown(Path("/elsewhere/a.yaml")) == "/elsewhere/a.yaml"
    assert shown(Path("../a.yaml")) == "../a.yaml"
    assert shown(Path("a\nb\x1b.yaml")) == "a\ufffdb\ufffd.yaml"


def test_a_release_may_replace_a_release_only(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    writable(tmp_path / "dist")
    (tmp_path / "dist" / "notes.txt").touch()
    with pytest.raises(CitygraphError, match="holds other files and no release"):
        writable(tmp_path / "dist")
    (tmp_path / "dist" / "citygraph.nq").touch()
    writable(tmp_path / "dist")
