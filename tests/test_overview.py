"""What a build prints: the answers of a small release, and of a large one what needs no second copy in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from citygraph import build as pipeline
from citygraph import overview


def test_a_small_release_answers(built: pipeline.Built, dist: Path) -> None:
    lines = list(overview.overview(built, dist))
    assert "What is Lahti a member of, since when, by whose decision?" in lines
    assert lines[0] == "Sources   1 article with its words, 7 pages as reference"


def test_a_large_release_is_not_opened(
    built: pipeline.Built, dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = list(overview.overview(built, dist))
    monkeypatch.setattr(overview, "LARGE", len(built.asserted))
    lines = list(overview.overview(built, tmp_path))  # where there is no release
    assert lines[:3] == whole[:3]
    assert lines[3].endswith("; citygraph query disagreements tells where claims disagree")
    assert not any("?" in line for line in lines)
