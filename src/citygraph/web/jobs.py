"""A request on its way through the pool, and the worker that answers it, as the pool keeps account of them."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from dataclasses import dataclass, field

from citygraph.web.outcome import Answer, QueryError


@dataclass(eq=False)
class Job:
    """A request that waits or runs."""

    request: bytes
    done: asyncio.Future[Answer]
    since: float = field(default_factory=time.monotonic)

    def fail(self, error: QueryError) -> None:
        """Tell who waits for it that it is not answered."""
        if not self.done.done():
            self.done.set_exception(error)


@dataclass(eq=False)
class Worker:
    """A worker's end; `stale` is one that does not know what the holder has read since it was forked."""

    number: int
    socket: socket.socket
    born: float
    job: Job | None = None
    slow: bool = False
    stale: bool = False
    began: float = 0.0
    ending: QueryError | None = None
    data: bytearray = field(default_factory=bytearray)
    files: list[int] = field(default_factory=list)

    def close_files(self) -> None:
        """Give back the files that came with an answer that nobody takes."""
        for file in self.files:
            os.close(file)
