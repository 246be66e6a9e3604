"""A pool of worker processes that answer queries: bounded, each query killable, none in another's way.

    async with Pool(folder, limits) as pool:
        admitted = admit(text, limits, pool.graphs)
        answer = await pool.run(admitted.text, "json", admitted.default_graphs, admitted.named_graphs)
        async for chunk in answer.chunks(): ...

A query that runs longer than `limits.light` becomes a slow one: it runs only while a processor is idle, and another
worker takes its place among the light ones. When all workers are slow and a query waits, the slow one that began last
gives way (Busy).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from citygraph.files import MARKER, shown
from citygraph.problems import CitygraphError
from citygraph.web.answering import GRAPHS, HEAD, RESULTS, SPOOLED, Status
from citygraph.web.holder import Holder
from citygraph.web.jobs import Job, Worker
from citygraph.web.limits import Limits
from citygraph.web.outcome import Answer, BadQuery, Busy, Crashed, Missing, OutOfMemory, QueryError, TimedOut, TooLarge

__all__ = ["Answer", "BadQuery", "Busy", "Crashed", "OutOfMemory", "Pool", "QueryError", "TimedOut", "TooLarge"]

_ERRORS: dict[int, type[QueryError]] = {
    Status.BAD: BadQuery, Status.MEMORY: OutOfMemory, Status.MISSING: Missing, Status.FAILED: Crashed
}  # fmt: skip
#: Seconds between two looks at what runs long.
TICK = 0.05


class Pool:
    """Workers on a release's graph. `graphs` are the IRIs of its named graphs, known once the pool is open."""

    def __init__(self, folder: Path, limits: Limits, holder: Holder | None = None) -> None:
        self.folder, self.limits = folder, limits
        self.graphs: frozenset[str] = frozenset()
        self._waiting: deque[Job] = deque()
        self._workers: dict[int, Worker] = {}
        self._idle: list[Worker] = []
        self._born = self._light = 0
        self._closed = False
        self._tick: asyncio.TimerHandle | None = None
        self._starting: asyncio.Task[None] | None = None
        self._holder = holder or Holder(folder, limits)
        self._graph: tuple[int, ...] = ()
        self._warm = asyncio.Event()

    async def __aenter__(self) -> Pool:
        """Start; raises CitygraphError where the release cannot be read."""
        self._loop = asyncio.get_running_loop()
        try:
            await self._start()
            self._graph = self._file()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End every query and process."""
        self._closed = True
        if self._starting:
            self._starting.cancel()
        if self._tick:
            self._tick.cancel()
        self._forget_workers("the server is closing")
        while self._waiting:
            self._waiting.popleft().fail(Busy("the server is closing"))
        await self._holder.end()

    async def run(
        self, text: str, format: str,
        default_graphs: Sequence[str] | None = None, named_graphs: Sequence[str] | None = None,
    ) -> Answer:  # fmt: skip
        """Answer a query that `guard.admit` let through; raises a QueryError.

        `format` is a name of answering.RESULTS or GRAPHS, whichever the query's form gives. Cancelled, it ends the
        query. Both graphs None is the union of all.
        """
        if format not in RESULTS and format not in GRAPHS:
            raise BadQuery(f"there is no format {format!r}")
        return await self.ask({"text": text, "format": format, "default": default_graphs, "named": named_graphs})

    async def ask(self, request: Mapping[str, Any]) -> Answer:
        """Answer a request: a query, or one that web/making answers; raises a QueryError."""
        if "text" not in request and not self._warm.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._warm.wait(), self.limits.seconds)
        if self._closed:
            raise Busy("the server is closing")
        words = json.dumps(request).encode()
        job = Job(struct.pack(">I", len(words)) + words, self._loop.create_future())
        if len(self._waiting) >= self.limits.waiting and not (self._idle and self._light < self.limits.workers):
            raise Busy(f"{len(self._waiting)} queries are waiting; try again later")
        self._waiting.append(job)
        self._assign()
        if self._tick is None:  # it may also wait for a worker that never comes
            self._tick = self._loop.call_later(TICK, self._look)
        try:
            return await job.done
        except asyncio.CancelledError:
            self._cancel(job)
            raise

    @property
    def load(self) -> dict[str, int]:
        """How many queries run, run long and wait, and how many workers there have been: for /metrics."""
        running = [worker for worker in self._workers.values() if worker.job]
        slow = sum(worker.slow for worker in running)
        return {"running": len(running), "slow": slow, "waiting": len(self._waiting), "workers_started": self._born}

    # What follows happens in the event loop's thread, in steps that never wait.

    def _assign(self) -> None:
        while self._waiting and self._idle and self._light < self.limits.workers:
            worker, job = self._idle.pop(), self._waiting.popleft()
            if job.done.done():
                self._idle.append(worker)
                continue
            try:
                sent = worker.socket.send(job.request)
            except OSError:  # it has just ended, which the holder will tell
                self._waiting.appendleft(job)
                continue
            worker.job, worker.began = job, time.monotonic()
            self._light += 1
            if sent < len(job.request):
                worker.socket.setblocking(True)  # a worker that waits for it reads it at once
                worker.socket.settimeout(1)
                with contextlib.suppress(OSError):
                    worker.socket.sendall(job.request[sent:])
                worker.socket.setblocking(False)

    def _look(self) -> None:
        """Tell the slow from the light; end the youngest slow one where all are slow and a query waits."""
        now = time.monotonic()
        running = [worker for worker in self._workers.values() if worker.job]
        for worker in running:
            if not worker.slow and now - worker.began > self.limits.light:
                worker.slow = True
                self._light -= 1
                self._holder.order("nice", worker.number)
            if now - worker.began > self.limits.seconds + 2:  # its own alarm did not
                self._kill(worker, TimedOut(self._too_long()))
        while self._waiting and now - self._waiting[0].since > self.limits.seconds:
            self._waiting.popleft().fail(Busy("no worker became free; try again later"))
        self._assign()
        slow = [worker for worker in running if worker.slow and worker.ending is None]
        if self._waiting and len(slow) == len(self._workers) > 0:
            self._kill(max(slow, key=lambda worker: worker.began), Busy("too many long queries run; try again later"))
        busy = bool(running or self._waiting)
        self._tick = self._loop.call_later(TICK, self._look) if busy and not self._closed else None

    def _hear(self, worker: Worker) -> None:
        """Read what a worker sends."""
        try:
            data, files, _, _ = socket.recv_fds(worker.socket, 1 << 16, 4)
        except BlockingIOError:
            return
        except OSError:
            data, files = b"", []
        worker.files += files
        worker.data += data
        if not data:  # it has ended; the holder tells how
            self._loop.remove_reader(worker.socket.fileno())
            if worker in self._idle:
                self._idle.remove(worker)
            return
        if len(worker.data) < HEAD.size:
            return
        kind, last, rows, size = HEAD.unpack_from(worker.data)
        if not kind & SPOOLED and len(worker.data) < HEAD.size + size:
            return
        body = bytes(memoryview(worker.data)[HEAD.size :])
        worker.data.clear()
        job, worker.job = worker.job, None
        if job is None:
            return
        self._light -= not worker.slow
        status = kind & ~SPOOLED
        if job.done.done():  # nobody waits for it
            worker.close_files()
        elif status == Status.DONE:
            job.done.set_result(Answer(size, rows, None if kind & SPOOLED else body, *worker.files))
        else:
            job.fail(self._error(status, body.decode("utf-8", "replace")))
        worker.files = []
        if worker.slow or worker.stale or last:
            self._kill(worker)  # the priority of a slow one cannot be raised again
        elif worker.ending is None:
            self._idle.append(worker)
        self._assign()

    def _error(self, status: int, reason: str) -> QueryError:
        return _ERRORS.get(status, TooLarge)(reason if status != Status.MEMORY else self._too_big())

    def _too_long(self) -> str:
        return f"the query ran longer than {self.limits.seconds:g} seconds"

    def _too_big(self) -> str:
        return f"the query needed more than {self.limits.memory:,} bytes of memory"

    def _gone(self, number: int, status: int, said: str) -> None:
        """A worker has ended: so has its query, and another worker takes its place."""
        worker = self._workers.get(number)
        if worker is None:
            return
        if worker.job and worker.ending is None:
            if status == -signal.SIGALRM:
                worker.ending = TimedOut(self._too_long())
            elif status == -signal.SIGABRT and "memory allocation" in said:
                worker.ending = OutOfMemory(self._too_big())
            else:
                worker.ending = Crashed("the worker that ran the query ended")
        worked = worker.job or worker.slow or worker.ending or time.monotonic() - worker.born > 1
        self._remove(worker)
        if worked:
            self._fork()
        else:  # not again and again where none can live
            self._loop.call_later(0.5, self._fork)
        self._assign()

    def _remove(self, worker: Worker) -> None:
        del self._workers[worker.number]
        if worker in self._idle:
            self._idle.remove(worker)
        if worker.job:
            self._light -= not worker.slow
            worker.job.fail(worker.ending or Crashed("the worker that ran the query ended"))
        self._loop.remove_reader(worker.socket.fileno())
        worker.socket.close()
        worker.close_files()

    def _fork(self) -> None:
        """Have another worker made. It can be sent a query before it is there."""
        if self._closed or not self._holder.there or len(self._workers) >= self.limits.workers + self.limits.slow:
            return
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        ours.setblocking(False)
        self._born += 1
        worker = Worker(self._born, ours, time.monotonic())
        self._holder.order("fork", worker.number, theirs)
        theirs.close()
        self._workers[worker.number] = worker
        self._loop.add_reader(ours.fileno(), self._hear, worker)
        self._idle.insert(0, worker)

    def _kill(self, worker: Worker, why: QueryError | None = None) -> None:
        if worker.ending is None:
            worker.ending = why or Crashed("the worker was replaced")
            if worker.job and why:
                worker.job.fail(why)
            self._holder.order("kill", worker.number)

    def _cancel(self, job: Job) -> None:
        with contextlib.suppress(ValueError):
            self._waiting.remove(job)
        for worker in self._workers.values():
            if worker.job is job:
                self._kill(worker, Crashed("nobody waits for the answer"))

    # The process that holds the graph.

    def _file(self) -> tuple[int, ...]:
        """What tells the graph's file from another one in its place."""
        said = (self.folder / MARKER).stat()
        return said.st_size, said.st_mtime_ns, said.st_ino

    async def _start(self) -> None:
        self._warm.clear()
        self.graphs, warm = await self._holder.start(self._heard)
        if warm:
            self._warm.set()
        for _ in range(self.limits.workers + self.limits.slow):
            self._fork()
        self._assign()

    def _heard(self, news: dict[str, Any] | None) -> None:
        if news is not None and "warm" in news:
            self._renew()
        elif news is not None:
            self._gone(news["gone"], news["status"], news["said"])
        elif not self._closed:  # it has ended, and the workers with it
            self._forget_workers("the worker that ran the query ended")
            self._starting = self._loop.create_task(self._restart())

    def _renew(self) -> None:
        """Have other workers made, which know what the holder has read since these were."""
        self._warm.set()
        idle, self._idle = self._idle, []
        for worker in self._workers.values():
            worker.stale = True
        for worker in idle:
            self._kill(worker)

    async def _restart(self) -> None:
        while not self._closed:
            await self._holder.end()
            try:
                if self._file() != self._graph:  # pages and answers kept from the old one would be mixed with the new
                    raise CitygraphError(f"{shown(self.folder)}: another release now: start the server anew")
                await self._start()
                break
            except (CitygraphError, OSError) as error:
                print(f"citygraph: {error}", file=sys.stderr)
                await asyncio.sleep(2)

    def _forget_workers(self, why: str) -> None:
        for worker in list(self._workers.values()):
            worker.ending = worker.ending or Crashed(why)
            self._remove(worker)
