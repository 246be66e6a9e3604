"""Work shared between forks: every piece is done once, whatever goes wrong is told, and nothing is left running."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence

import pytest

from citygraph.problems import CitygraphError
from citygraph.site.shared import shared

PIECES = range(200)


def one(piece: int) -> tuple[int, int]:
    time.sleep(0.001)
    return piece, os.getpid()


def test_each_piece_is_done_once_and_by_several() -> None:
    found = list(shared(one, PIECES, 3))
    assert sorted(piece for piece, _ in found) == list(PIECES)
    assert len({process for _, process in found}) == 3


@pytest.mark.parametrize("pieces", [[], [7]])
def test_of_little_nothing_is_lost(pieces: Sequence[int]) -> None:
    assert [piece for piece, _ in shared(one, pieces, 2)] == list(pieces)


def test_a_large_result_of_a_fork_does_not_hold_it_up() -> None:
    assert sum(len(text) for text in shared(lambda _: "x" * 200_000, range(20), 2)) == 4_000_000


def test_what_a_fork_raises_is_raised() -> None:
    here = os.getpid()

    def work(piece: int) -> int:
        if os.getpid() != here:
            raise CitygraphError(f"piece {piece} cannot be written")
        time.sleep(0.005)
        return piece

    with pytest.raises(CitygraphError, match="cannot be written"):
        list(shared(work, PIECES, 2))


def test_a_fork_that_is_killed_is_told_of() -> None:
    here = os.getpid()

    def work(piece: int) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.005)
        return piece

    with pytest.raises(CitygraphError, match="was ended: is there enough memory"):
        list(shared(work, PIECES, 2))


def test_who_stops_early_leaves_no_fork() -> None:
    going = shared(one, range(100_000), 2)
    processes = {next(going)[1] for _ in range(50)} - {os.getpid()}
    going.close()  # type: ignore[attr-defined]
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
