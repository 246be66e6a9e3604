"""The index of a large release: it answers as the graph does, is never stale or half, and can be done without."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from citygraph import Release, queries, terminal
from citygraph import build as pipeline
from citygraph.problems import CitygraphError
from citygraph.rdf import storage
from citygraph.rdf.storage import INDEX
from citygraph.results import raw
from conftest import ROOT

#: The command with every release taken for a large one, and room for what a test wants to go wrong.
COMMAND = """
import os, signal, sys
from pathlib import Path
from citygraph import cli
from citygraph.rdf import storage
storage.LARGE = 0
{wrong}
cli.main(sys.argv[1:])
"""
ASKED = ("query", "memberships", "-p", "city=Lahti", "--format", "csv")


def asked(folder: Path, *args: str, wrong: str = "", limit: int = 0) -> subprocess.CompletedProcess[str]:
    """A query of a process of its own; no file may grow beyond `limit` bytes, which fails as a full disk does."""

    def limited() -> None:
        import resource

        if limit:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    command = [sys.executable, "-B", "-c", COMMAND.format(wrong=wrong), *(args or ASKED), "--graph", str(folder)]
    return subprocess.run(
        command, preexec_fn=limited, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )


def told(told: list[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    monkeypatch.setattr(storage, "LARGE", 0)
    return told.append


@pytest.fixture
def place(dist: Path, tmp_path: Path) -> Path:
    """A release of its own."""
    return Path(shutil.copytree(dist, tmp_path / "dist"))


@pytest.fixture(scope="module")
def answer(dist: Path) -> str:
    """What is answered without an index."""
    command = [sys.executable, "-m", "citygraph.cli", *ASKED, "--graph", str(dist)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True).stdout


def test_a_small_release_has_no_index(place: Path) -> None:
    assert not Release.open(place, pytest.fail).indexed
    assert not (place / INDEX).exists()


def test_the_index_answers_as_the_graph_does(place: Path, release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    index = Release.open(place, told(said, monkeypatch))
    assert index.indexed
    assert said == [f"indexing {place}/citygraph.nq once for the queries to come …"]
    assert set(index.store) == set(release.store)
    for query in queries.catalogue():
        params = [{p.name: p.example or p.values[0]} for p in query.params.values()]
        params = [given for given in params if "Province of Barcelona" not in given.values()]  # of tables
        for given in [*params, *([] if any(p.required for p in query.params.values()) else [{}])]:
            texts = [queries.bind(query, given, graph.find) for graph in (index, release)]
            assert texts[0] == texts[1]
            assert raw(index.ask(texts[0]), "csv") == raw(release.ask(texts[1]), "csv"), (query.name, given)
    terms = ("lahti", "boundBy", "lahti-networks-2012/covenant-commitment")
    assert index.explain(*terms) == release.explain(*terms)
    assert Release.open(place, said.append).indexed
    assert len(said) == 1


def test_numbers_are_read_as_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store writes 55.0 as 55, also one in memory."""
    file = tmp_path / "citygraph.nq"
    xsd = "http://www.w3.org/2001/XMLSchema#"
    file.write_text(f'<a:a> <a:b> "55.0"^^<{xsd}decimal> .\n<a:a> <a:b> "007"^^<{xsd}integer> .\n', "utf-8")
    monkeypatch.setattr(storage, "LARGE", 0)
    index = storage.indexed(file, lambda _: None)
    assert index is not None
    assert set(index) == set(storage.load(file, ox.RdfFormat.N_QUADS))


def test_a_stale_index_answers_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file, also one of the same size and time of change, and other programs: each makes it anew."""
    said: list[str] = []
    tell = told(said, monkeypatch)
    file = place / "citygraph.nq"
    assert Release.open(place, tell).query("memberships", city="Lahti")
    before = file.stat()
    text = file.read_bytes().replace(b"Lahti", b"Xyzzy")
    file.write_bytes(text)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with pytest.raises(CitygraphError, match="'Lahti' is not in the graph"):
        Release.open(place, tell).find("Lahti")
    assert len(said) == 2
    monkeypatch.setattr(storage, "__version__", "0.0.0")
    assert Release.open(place, tell).find("Xyzzy")
    assert len(said) == 3
    assert len(list((place / INDEX).iterdir())) == 1


def test_a_file_that_changes_meanwhile_is_not_indexed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    names = iter(["one", "another"])
    monkeypatch.setattr(storage, "_identity", lambda _: next(names))
    assert not Release.open(place, told(said, monkeypatch)).indexed
    assert "replaced meanwhile" in said[1]
    assert list((place / INDEX).iterdir()) == []


KILLS = {
    "while the quads are read": "storage._fill = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
    "before it is placed": "storage.place_first = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("moment", KILLS)
def test_a_killed_query_leaves_no_half_index(moment: str, place: Path, answer: str) -> None:
    assert asked(place, wrong=KILLS[moment]).returncode == -signal.SIGKILL
    (half,) = (place / INDEX).iterdir()
    assert half.suffix == ".building"
    done = asked(place)
    assert (done.stdout, done.returncode) == (answer, 0)
    assert done.stderr.startswith("indexing ")
    assert len(list((place / INDEX).iterdir())) == 1
    assert asked(place).stderr == ""


def broken(folder: Path, left: int) -> None:
    """Zeros in the place of all but the first `left` bytes of the index."""
    for file in folder.glob(f"{INDEX}/*/*.sst"):
        file.write_bytes(file.read_bytes()[:left].ljust(file.stat().st_size, b"\0"))


def test_a_broken_index_is_done_without_and_made_anew(place: Path, answer: str) -> None:
    asked(place)
    broken(place, 0)
    done = asked(place)
    assert (done.stdout, done.returncode) == (answer, 0)
    assert "it was broken" in done.stderr
    again = asked(place)
    assert (again.stdout, again.stderr[:9]) == (answer, "indexing ")


def test_one_that_breaks_while_it_is_read_is_done_without(place: Path, dist: Path, answer: str) -> None:
    """As when the disk fails under an open index."""
    asked(place)
    wrong = (
        "from citygraph.release import Release\n"
        "real = Release._knows\n"
        "def knows(self, iri):\n"
        "    if self.indexed: raise RuntimeError('Corruption: block checksum mismatch')\n"
        "    return real(self, iri)\n"
        "Release._knows = knows"
    )
    done = asked(place, wrong=wrong)
    assert (done.stdout, done.returncode) == (answer, 0)
    assert done.stderr.endswith("its index was broken and is removed; reading the whole graph instead\n")
    assert not (place / INDEX).exists()
    claim = ("explain", "lahti-networks-2012/covenant-membership")
    assert asked(place, *claim, wrong=wrong).stdout == asked(dist, *claim, wrong="storage.LARGE = 10**9").stdout != ""


def test_a_full_disk_is_told_and_the_query_answers(place: Path, answer: str) -> None:
    done = asked(place, limit=20_000)
    assert (done.stdout, done.returncode) == (answer, 0)
    assert "no index can be kept there" in done.stderr
    assert "reading the whole graph instead" in done.stderr.splitlines()[-1]
    assert list((place / INDEX).iterdir()) == []


def test_so_is_a_folder_that_cannot_be_written(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    said: list[str] = []
    monkeypatch.setattr(tempfile, "mkdtemp", refused)
    graph = Release.open(place, told(said, monkeypatch))
    assert graph.query("memberships", city="lahti")
    assert not graph.indexed
    assert said == [f"{place}: no index can be kept there (Permission denied); reading the whole graph instead"]


def test_a_graph_that_is_no_rdf_is_told_as_ever(place: Path) -> None:
    (place / "citygraph.nq").write_text("not RDF", "utf-8")
    done = asked(place)
    assert done.returncode == 2
    assert "not RDF" in done.stderr.splitlines()[-1]
    assert not list(place.glob(f"{INDEX}/*"))


def test_queries_at_once_do_not_spoil_each_other(place: Path, answer: str) -> None:
    """None there, all make one; then all read it."""
    command = [sys.executable, "-c", COMMAND.format(wrong=""), *ASKED, "--graph", str(place)]
    for _ in range(2):
        every = [
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
            for _ in range(3)
        ]
        outputs = [process.communicate(timeout=120) for process in every]
        assert [out for out, _ in outputs] == [answer] * 3, outputs
    assert [err for _, err in outputs] == [""] * 3
    assert len(list((place / INDEX).iterdir())) == 1


def test_a_new_build_takes_the_index_away(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tell = told([], monkeypatch)
    reader = Release.open(place, tell)
    files = {path.name for path in place.iterdir()}
    pipeline.release(ROOT / "data", place)
    assert {path.name for path in place.iterdir()} == files - {INDEX}
    assert [path.name for path in place.parent.iterdir() if path.name.startswith(".")] == []
    assert reader.query("memberships", city="lahti")


def test_what_has_no_answer_soon_is_asked_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "SOON", 0.01)
    late = threading.Event()

    def never() -> bytes:
        late.wait(60)
        return b"late"

    assert terminal.with_deep_stack(never, lambda: b"otherwise") == b"otherwise"
    late.set()


def test_a_failing_disk_is_asked_otherwise_and_nothing_else() -> None:
    def fails(error: Exception) -> Callable[[], bytes]:
        def work() -> bytes:
            raise error

        return work

    assert terminal.with_deep_stack(fails(OSError("broken")), lambda: b"otherwise") == b"otherwise"
    with pytest.raises(CitygraphError):
        terminal.with_deep_stack(fails(CitygraphError("wrong")), lambda: b"otherwise")
