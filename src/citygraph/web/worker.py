"""What runs in other processes: one that holds the graph and forks workers, and workers that answer queries and make
pages.

A worker is a fork of the process that read the graph, so that it costs ten milliseconds and no memory of its own. The
kernel ends one that runs too long (its alarm) or takes too much (its data limit), whatever the parser or the evaluation
is doing. While it evaluates a query it can open nothing: no file and, above all, no socket. Started with
`python -m citygraph.web.worker FD FOLDER LIMITS`; FD is a socket on which lines say `fork N` (with N's end of a
socket), `kill N` and `nice N`, and which is answered by a line of JSON for each thing that happened.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyoxigraph as ox

from citygraph.problems import CitygraphError
from citygraph.rdf import storage
from citygraph.web.answering import HEAD, SPOOLED, Sink, Status, answer
from citygraph.web.limits import Limits

if TYPE_CHECKING:
    from citygraph.web.making import Maker

#: Bytes of N-Quads up to which a graph is held in memory, three times as quick as its index and read in 12 seconds.
IN_MEMORY = 1_000_000_000
#: A worker that has come to take so many kilobytes more than at its start is replaced by a fresh one.
GROWN = 100_000
#: Bytes of N-Quads up to which what many pages need is read before the server is there; for more it has no time.
SMALL = 20_000_000
#: Seconds without a command after which more of it is read.
QUIET = 0.05
#: How much lower the priority of a query that runs long is.
NICE = 19


def hold(control: socket.socket, folder: Path, limits: Limits) -> None:
    """Read the graph of a release, then fork and end workers as told, until the other end closes."""
    _die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    file = folder / "citygraph.nq"
    try:
        store, maker, steps = _read(file)
        graphs = [graph.value for graph in (store or _opened(file)).named_graphs() if isinstance(graph, ox.NamedNode)]
    except CitygraphError as error:
        _tell(control, failed=str(error))
        return
    gc.freeze()
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    woken.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
    _tell(control, ready=graphs, warm=not steps)
    workers: dict[int, tuple[int, IO[bytes]]] = {}  # by number, the process and what it says
    for command in _commands(control, woken, steps or iter(())):
        if command is None:
            _bury(control, workers)
            continue
        word, number, end = command
        if word == "fork" and end is not None:
            said = _file()
            parent = os.getpid()
            try:
                pid = os.fork()
            except OSError as error:
                _tell(control, gone=number, status=1, said=f"cannot fork: {error.strerror}")
            else:
                if pid == 0:
                    _be_worker(end, said, parent, (store, file, maker), limits)
                workers[number] = pid, said
            os.close(end)
        elif number in workers:
            with contextlib.suppress(OSError):
                if word == "kill":
                    os.kill(workers[number][0], signal.SIGKILL)
                else:
                    _stand_back(workers[number][0])
    for pid, _ in workers.values():
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _read(file: Path) -> tuple[ox.Store | None, Maker, Iterator[bool] | None]:
    """The graph, where it is held in memory, what makes pages of it, and what that has still to read, if anything."""
    with ThreadPoolExecutor(1) as beside:
        preparing = beside.submit(_maker, file.parent)
        store = _store(file)
        maker = preparing.result()
    if store is None:  # what many pages need of so large a graph, each worker looks up itself
        maker.look_beside()
        return store, maker, None
    maker.open(store)
    steps = maker.warm()
    if file.stat().st_size < SMALL:
        deque(steps, 0)
        return store, maker, None
    return store, maker, steps


def _stand_back(pid: int) -> None:
    """Let a worker run only while others leave a processor idle, and on half of the processors: where all are busy, an
    idle task too holds a light query up for some milliseconds. At the lowest priority where there is no Linux."""
    os.setpriority(os.PRIO_PGRP, pid, NICE)  # of a group, since a process alone would mean its first thread
    if sys.platform == "linux":
        cores = sorted(os.sched_getaffinity(0))
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setscheduler(int(thread.name), os.SCHED_IDLE, os.sched_param(0))
            os.sched_setaffinity(int(thread.name), cores[len(cores) // 2 :])


def _store(file: Path) -> ox.Store | None:
    """The graph in memory; None where it is so large that each worker opens its index."""
    try:
        large = file.stat().st_size > IN_MEMORY
    except OSError as error:
        raise CitygraphError(f"{file}: cannot be read: {error.strerror}") from error
    if large and storage.indexed(file, lambda line: print(line, file=sys.stderr)) is not None:
        return None
    return storage.load(file, ox.RdfFormat.N_QUADS, lenient=True)


def _opened(file: Path) -> ox.Store:
    """The index, which was made before there were workers."""
    index = storage.indexed(file, lambda _: None)
    if index is None:
        raise CitygraphError(f"{file}: its index is gone")
    return index


def _commands(
    control: socket.socket, woken: socket.socket, steps: Iterator[bool]
) -> Iterator[tuple[str, int, int | None] | None]:
    """Each command with the file descriptor that came with it; None when a worker has ended. In between, where there
    is nothing else to do, the steps, of which those that are true make workers worth having that are forked now."""
    rest, ends = b"", []
    at_work = True
    while True:
        ready = select.select([control, woken], [], [], QUIET if at_work else None)[0]
        if not ready:
            try:
                step = next(steps, None)
            except Exception as error:  # pages tell what is wrong, each for itself
                print(f"citygraph: {error}", file=sys.stderr)
                step = True
            at_work = step is not None
            if step:
                gc.freeze()
                _tell(control, warm=True)
            continue
        if woken in ready:
            with contextlib.suppress(BlockingIOError):
                woken.recv(4096)
            yield None
        if control in ready:
            try:
                data, fds, _, _ = socket.recv_fds(control, 65536, 16)
            except ConnectionError:
                return
            if not data:
                return
            ends += fds
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                word, number = line.decode().split()
                yield word, int(number), ends.pop(0) if word == "fork" else None


def _bury(control: socket.socket, workers: dict[int, tuple[int, IO[bytes]]]) -> None:
    """Tell of each worker that has ended how it ended and what it said last."""
    for number, (pid, said) in list(workers.items()):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            said.seek(0)
            words = said.read(300).decode("utf-8", "replace").strip()
            said.close()
            del workers[number]
            _tell(control, gone=number, status=os.waitstatus_to_exitcode(status), said=words)


def _tell(control: socket.socket, **what: Any) -> None:
    with contextlib.suppress(ConnectionError):
        control.sendall(json.dumps(what).encode() + b"\n")


def _die_with_parent() -> None:
    """Have the kernel end this process when its parent ends; where there is no Linux, the closed socket does."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _maker(folder: Path) -> Maker:
    """What makes pages; its imports take as long as a fifth of the graph."""
    from citygraph.web.making import Maker

    return Maker(folder)


def _be_worker(
    end: int, said: IO[bytes], parent: int, has: tuple[ox.Store | None, Path, Maker], limits: Limits
) -> None:
    """Run as a worker on a socket and never return."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _die_with_parent()
        if os.getppid() != parent:
            os._exit(0)
        os.setpgid(0, 0)
        os.dup2(said.fileno(), 2)
        os.dup2(end, 3)
        store, file, maker = has
        os.closerange(4, 65536 if store else 256)
        with contextlib.suppress(OSError):  # when the machine has no memory left, workers go first
            Path("/proc/self/oom_score_adj").write_text("1000", "ascii")
        if store is None:
            store = _opened(file)
            maker.open(store)
        # Nothing that the guard lets through needs more: a level takes 9 KB at brackets, 2.5 KB in chains of operators.
        threading.stack_size((64 << 20) + limits.nesting * 16_384 + limits.length * 4096)
        thread = threading.Thread(target=_work, args=(socket.socket(fileno=3), store, maker, limits))
        thread.start()
        thread.join()
    finally:
        os._exit(0)


def _work(front: socket.socket, store: ox.Store, maker: Maker, limits: Limits) -> None:
    """Answer one request after the other, until the front closes or this process has grown."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = _data() + limits.memory
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spool = _file()
    last = False
    while not last and (request := _received(front)):
        sink = Sink(spool, limits)
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)  # the alarm is not handled: it ends the process
        status, rows, reason = answer(store, json.loads(request), sink, limits, maker)
        signal.setitimer(signal.ITIMER_REAL, 0)
        last = status == Status.FAILED or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > start + GROWN
        body = reason.encode("utf-8", "replace") if status else b"".join(sink.parts)
        spooled = status == Status.DONE and sink.spooled
        kind = status | (SPOOLED if spooled else 0)
        head = HEAD.pack(kind, last, rows, sink.size if spooled else len(body))
        if spooled:
            socket.send_fds(front, [head], [spool.fileno()])
        else:
            front.sendall(head + body)
        if sink.spooled:
            spool.close()
            spool = _file()


def _file() -> IO[bytes]:
    return tempfile.TemporaryFile(buffering=0)  # closed when another takes its place


def _data() -> int:
    """The data of this process now, its stack included, as RLIMIT_DATA counts it."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    return 1 << 30


def _received(front: socket.socket) -> bytes:
    """One request, or nothing when the front has closed."""
    data = front.recv(1 << 16)
    while data and (len(data) < 4 or len(data) < 4 + struct.unpack_from(">I", data)[0]):
        more = front.recv(1 << 16)
        data = data + more if more else b""
    return data[4:]


if __name__ == "__main__":
    hold(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2]), Limits(**json.loads(sys.argv[3])))
