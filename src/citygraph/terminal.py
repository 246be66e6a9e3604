"""Between commands and the terminal: failures as one line and an exit code, progress on stderr, brief reports."""

from __future__ import annotations

import contextlib
import io
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import click

from citygraph.problems import PRINTERS, CitygraphError, Problem, ProblemsError, summary, tally

#: Seconds in which an index is expected to answer; most queries about one thing need a tenth of that.
SOON = 0.3
_DEEP = "deep stack"


def note(what: str) -> None:
    """Tell something on stderr."""
    click.echo(what, err=True)


def steps() -> Callable[[str], None]:
    """Tell each step on stderr, once a second has passed."""
    start = time.monotonic()

    def say(what: str) -> None:
        if time.monotonic() - start > 1:
            click.echo(f"{what} …", err=True)

    return say


@contextlib.contextmanager
def reading() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr for each table that takes longer than a second to read; none where stderr is not a terminal."""
    bars: dict[str, Any] = {}
    began: dict[str, float] = {}

    def tell(name: str, done: int, total: int) -> None:
        if name not in bars and time.monotonic() - began.setdefault(name, time.monotonic()) > 1 and done < total:
            bars[name] = click.progressbar(length=total, label=name, file=sys.stderr)
        if name in bars:
            bars[name].update(done - bars[name].pos)
        if done == total and name in bars:
            bars.pop(name).render_finish()

    try:
        yield tell if sys.stderr.isatty() else lambda *_: None
    finally:
        for bar in bars.values():  # a table that could not be read to its end: give the cursor back
            bar.render_finish()


@contextlib.contextmanager
def counting(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr for work that takes longer than a second: told how much is done, of how much."""
    began, bars = time.monotonic(), list[Any]()

    def tell(done: int, total: int) -> None:
        if not bars and time.monotonic() - began > 1 and done < total:
            bars.append(click.progressbar(length=total, label=label, file=sys.stderr))
        for bar in bars:
            bar.update(done - bar.pos)

    try:
        yield tell if sys.stderr.isatty() else lambda *_: None
    finally:
        for bar in bars:
            bar.render_finish()


@contextlib.contextmanager
def outcomes() -> Iterator[None]:
    """Turn every expected failure into one clear line and its exit code: 1 for the data, 2 for the rest."""
    # Whatever the shell gives: a closed stream is an empty one, and any text can be printed.
    sys.stdin = sys.stdin or io.StringIO()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
        elif isinstance(getattr(sys, name), io.TextIOWrapper):
            getattr(sys, name).reconfigure(encoding="utf-8", errors="replace")
    try:
        yield
        sys.stdout.flush()
        if _running():
            _end(0)
    except ProblemsError as error:
        tell_briefly(error.problems, error.tables)
        click.echo(f"{tally(error.problems)}; nothing was written", err=True)
        _end(1)
    except CitygraphError as error:
        click.echo(f"citygraph: {error}", err=True)
        _end(2)
    except BrokenPipeError:
        _silence()
        _end(0)
    except OSError as error:  # a full disk behind stdout, a name too long for a file
        _silence()
        what = f"{error.filename!s:.80}: " if error.filename else ""
        click.echo(f"citygraph: {what}{error.strerror or error}", err=True)
        _end(2)
    except KeyboardInterrupt:
        click.echo("citygraph: stopped", err=True)
        _end(130)


def _end(code: int) -> None:
    """End with a code: at once where a thread is still in oxigraph, which cannot be told to stop."""
    if _running():
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _running() -> bool:
    return any(thread.name == _DEEP for thread in threading.enumerate())


def with_deep_stack(
    work: Callable[[], bytes], instead: Callable[[], bytes] | None = None, failed: Callable[[], None] = lambda: None
) -> bytes:
    """Run something whose recursion is not bounded, such as oxigraph's parser, on a stack of 512 MB.

    Where `work` has no answer soon, or the disk fails it (`failed` is told), `instead` is run too; the first answer
    counts.
    """
    done: queue.SimpleQueue[tuple[threading.Thread, bytes | BaseException]] = queue.SimpleQueue()

    def begin(job: Callable[[], bytes]) -> None:
        def run() -> None:
            try:
                done.put((threading.current_thread(), job()))
            except BaseException as error:
                _let_go(error)
                done.put((threading.current_thread(), error))

        old = threading.stack_size(512 * 1024 * 1024)
        threading.Thread(target=run, name=_DEEP, daemon=True).start()
        threading.stack_size(old)

    def next_answer(timeout: float | None = None) -> bytes | BaseException:
        thread, found = done.get(timeout=timeout)
        thread.join()
        return found

    begin(work)
    answer: bytes | BaseException | None = None
    with contextlib.suppress(queue.Empty):
        answer = next_answer(SOON if instead else None)
    if instead and (answer is None or isinstance(answer, OSError | RuntimeError)):
        late = answer is None
        if not late:
            failed()
        begin(instead)
        answer = next_answer()
        if late and isinstance(answer, OSError | RuntimeError):
            failed()
            answer = next_answer()
    assert answer is not None
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _let_go(error: BaseException | None) -> None:
    """Free what the frames of an error hold, in the thread that made it: pyoxigraph's iterators may leave no other."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _silence() -> None:
    """Let what is left in stdout's buffer go nowhere, so that Python's own flush at the end does not complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def tell_briefly(problems: Iterable[Problem], tables: Collection[str]) -> None:
    """Problems as lines, but those of the rows of tables, which may be thousands, as their number."""
    rows = [problem for problem in problems if not problem.blocks(tables)]
    click.echo(PRINTERS["text"]([problem for problem in problems if problem.blocks(tables)]), err=True, nl=False)
    click.echo(summary(rows), err=True, nl=False)
    if rows:
        click.echo("citygraph check with the same tables tells where in their rows", err=True)
