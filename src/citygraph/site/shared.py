"""Work that this process shares with forks of it: each takes the next piece when it is done with one.

The forks have all that this process has read, in the same memory. This process works too: a parent that only waited
would keep a copy of whatever they touch.
"""

from __future__ import annotations

import gc
import multiprocessing
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from citygraph.problems import CitygraphError

_Piece = TypeVar("_Piece")
_Result = TypeVar("_Result")
#: What a fork says last.
_END = "end"


def possible() -> bool:
    """Whether this system can fork."""
    return "fork" in multiprocessing.get_all_start_methods()


def shared(work: Callable[[_Piece], _Result], pieces: Sequence[_Piece], processes: int) -> Iterator[_Result]:
    """The result of each piece, in the order in which they are done; raises what the work raises, and CitygraphError
    where a fork is killed."""
    context = multiprocessing.get_context("fork")
    taken, done = context.Value("l", 0), queue.SimpleQueue[tuple[str, Any]]()
    forks, ends = [], []
    gc.collect()
    gc.freeze()  # a look at what is to be freed would copy the memory that is shared
    try:
        for _ in range(processes - 1):
            ours, theirs = context.Pipe(duplex=False)
            fork = context.Process(target=_fork, args=(work, pieces, taken, theirs), daemon=True)
            fork.start()
            theirs.close()
            forks.append(fork)
            ends.append(ours)
        for end in ends:  # only now: a fork of a process with threads may never come out of a lock
            threading.Thread(target=_listen, args=(end, done), daemon=True).start()
        left = len(forks)
        for piece in _next(pieces, taken):
            yield work(piece)
            while not done.empty():
                what, found = done.get()
                left -= what == _END
                yield from _told(what, found)
        while left:
            what, found = done.get()
            left -= what == _END
            yield from _told(what, found)
    finally:
        for fork in forks:
            fork.kill()
            fork.join()
        gc.unfreeze()


def _next(pieces: Sequence[_Piece], taken: Any) -> Iterator[_Piece]:
    """The pieces that no other process takes."""
    while True:
        with taken.get_lock():
            at = taken.value
            taken.value = at + 1
        if at >= len(pieces):
            return
        yield pieces[at]


def _fork(work: Callable[[Any], Any], pieces: Sequence[Any], taken: Any, told: Connection) -> None:
    """Work until nothing is left, and tell each result or what went wrong."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its forks
    try:
        for piece in _next(pieces, taken):
            told.send(("done", work(piece)))
        told.send((_END, None))
    except BrokenPipeError:  # the parent is gone
        return
    except Exception as error:
        told.send(("failed", error))


def _listen(told: Connection, done: queue.SimpleQueue[tuple[str, Any]]) -> None:
    """Take what a fork tells, so that it never waits; a fork that ends without its last word was killed."""
    last = ""
    try:
        while True:
            last, found = told.recv()
            done.put((last, found))
    except (EOFError, OSError):
        if last not in (_END, "failed"):
            done.put(("failed", CitygraphError("a process that made pages was ended: is there enough memory?")))


def _told(what: str, found: Any) -> Iterator[Any]:
    if what == "failed":
        raise found
    if what == "done":
        yield found
