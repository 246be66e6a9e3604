"""One change of the data is a few lines of each file, as `git diff` counts them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from citygraph import build as pipeline
from conftest import ROOT

ARTICLE = "articles/lahti-networks-2012.yaml"
FACT = """
  - id: ubc-membership
    type: Membership
    member: lahti
    network: ubc
    reading: implicit
    note: Only to see what one more fact changes.
    quote: Itämeren alueen UBC-verkoston
"""
PAGE = """page:
  id: one-more-page
  title: One more page
  url: https://example.org/
  publisher: P
  language: en
facts:
  - {id: lahti-membership, type: Membership, member: lahti, network: energy-cities, joined: 2001}
"""
#: Lines that a file gained and lost.
Counts = dict[str, tuple[int, int]]
Changed = Callable[[str, str, str], Counts]


def numstat(old: Path, new: Path) -> Counts:
    """What `git diff --numstat` counts between two folders, by file."""
    command = ["git", "diff", "--no-index", "--no-renames", "--numstat", "-z", str(old), str(new)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stderr
    # Each file: its two counts and an empty name before a NUL, then its name here and there.
    fields = done.stdout.split("\0")[:-1]
    rows = [(fields[at].split("\t"), fields[at + 2]) for at in range(0, len(fields), 3)]
    return {Path(name).name: (int(counts[0]), int(counts[1])) for counts, name in rows}


def gained(old: Path, new: Path, name: str) -> list[str]:
    """The lines that `git diff` marks as added."""
    command = ["git", "diff", "--no-index", "--unified=0", str(old / name), str(new / name)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return [line[1:] for line in done.stdout.splitlines() if line.startswith("+") and not line.startswith("+++")]


@pytest.fixture
def changed(dist: Path, tmp_path: Path) -> Changed:
    """What differs after a text of a file is replaced (all of the file where it is new); the release is in out/."""

    def make(name: str, old: str, new: str) -> Counts:
        shutil.copytree(ROOT / "data", tmp_path / "data")
        file = tmp_path / "data" / name
        text = file.read_text("utf-8") if file.exists() else ""
        assert not text or text.count(old) == 1
        file.write_text(text.replace(old, new) if text else new, "utf-8")
        pipeline.release(tmp_path / "data", tmp_path / "out")
        return numstat(dist, tmp_path / "out")

    return make


def test_a_date_is_the_lines_of_its_node(changed: Changed) -> None:
    """Its EDTF text and its earliest and latest day; in JSON-LD a node is a line."""
    assert changed(ARTICLE, "joined: 2012-09-10", "joined: 2012-09") == {
        "citygraph.ttl": (3, 3),
        "citygraph.trig": (3, 3),
        "citygraph.nq": (3, 3),
        "citygraph.jsonld": (1, 1),
    }


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (ARTICLE, "note: A sum; which", "note: The sum; which"),
        ("registry/cities.yaml", "sv: Lahtis", "sv: Lahtis stad"),
    ],
)
def test_a_note_or_a_label_is_a_line(name: str, old: str, new: str, changed: Changed) -> None:
    files = ("citygraph.ttl", "citygraph.trig", "citygraph.nq", "citygraph.jsonld")
    assert changed(name, old, new) == dict.fromkeys(files, (1, 1))


def test_a_fact_more_takes_away_nothing(changed: Changed, dist: Path, tmp_path: Path) -> None:
    counts = changed(ARTICLE, "\n  - id: iclei-cooperation", f"{FACT}\n  - id: iclei-cooperation")
    assert set(counts) == {
        "citygraph.ttl", "citygraph.trig", "citygraph.nq", "citygraph.jsonld", "citygraph-inferred.ttl"
    }  # fmt: skip
    asserted, lists = counts["citygraph.ttl"], counts["citygraph-inferred.ttl"]
    assert (asserted[0] <= 16, asserted[1]) == (True, 0)
    assert (counts["citygraph.nq"][0] <= 21, counts["citygraph.nq"][1]) == (True, 0)
    assert (lists[0] <= 9, lists[1] <= 3) == (True, True)  # the last of a list changes its point to a comma
    assert counts["citygraph.trig"][0] <= asserted[0] + lists[0]
    assert counts["citygraph.jsonld"][1] <= 1  # Lahti's inferences, a line
    assert all("lahti-networks-2012/ubc-membership" in line for line in gained(dist, tmp_path / "out", "citygraph.nq")
               if "presumedMemberOf" not in line)  # fmt: skip


def test_a_source_more_shifts_nothing_else(changed: Changed, dist: Path, tmp_path: Path) -> None:
    counts = changed("pages/one-more-page.yaml", "", PAGE)
    assert counts["citygraph.ttl"][1] == counts["citygraph.nq"][1] == 0
    assert counts["citygraph.ttl"][0] <= 22
    assert counts["citygraph.nq"][0] <= 32
    for name in ("citygraph.trig", "citygraph-inferred.ttl"):
        assert counts[name][1] <= 5, name
    assert counts["citygraph.jsonld"][1] <= 1
    for line in gained(dist, tmp_path / "out", "citygraph.nq"):
        assert "one-more-page" in line or line.startswith("<https://w3id.org/citygraph/id/lahti>"), line


def test_no_list_of_things_is_one_long_line(dist: Path) -> None:
    for name in ("citygraph.ttl", "citygraph.trig", "citygraph-inferred.ttl"):
        for line in (dist / name).read_text("utf-8").splitlines():
            assert '"' in line or " , " not in line, name
