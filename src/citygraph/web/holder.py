"""The process that holds the graph, as the server sees it: started, told to fork and end workers, and ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from citygraph.problems import CitygraphError
from citygraph.web.limits import Limits

#: Told of a worker that has ended, that workers forked from now on know more, and None when the process has ended.
Heard = Callable[[dict[str, Any] | None], None]


class Holder:
    """A process that reads a release's graph and forks workers; see web/worker."""

    def __init__(self, folder: Path, limits: Limits) -> None:
        self.folder, self.limits = folder, limits
        self.process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def there(self) -> bool:
        """Whether it can be told anything."""
        return self._control is not None

    def begin(self) -> None:
        """Start it, so that it reads the graph while its server imports what it needs."""
        ours, theirs = socket.socketpair()
        given = json.dumps(asdict(self.limits))
        command = [sys.executable, "-m", "citygraph.web.worker", str(theirs.fileno()), str(self.folder), given]
        self._control = ours
        with theirs:
            self.process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        ours.setblocking(False)

    async def start(self, heard: Heard) -> tuple[frozenset[str], bool]:
        """Start it where it was not and wait until it has read the graph: the names of its graphs, and whether it has
        read already what many pages need, which it else does when it has nothing else to do. Raises CitygraphError."""
        if self._control is None:
            self.begin()
        assert self._control is not None
        loop, ours, rest = asyncio.get_running_loop(), self._control, b""
        while b"\n" not in rest:
            data = await loop.sock_recv(ours, 65536)
            if not data:
                raise CitygraphError(f"{self.folder}: the process that reads the graph ended")
            rest += data
        news = json.loads(rest)  # it says no more before it is told anything
        if "failed" in news:
            raise CitygraphError(news["failed"])
        loop.add_reader(ours.fileno(), self._hear, ours, bytearray(), heard)
        return frozenset(news["ready"]), news["warm"]

    def order(self, word: str, worker: int, end: socket.socket | None = None) -> None:
        """Tell it `fork`, `kill` or `nice` for a worker; for `fork` with the worker's end of a socket."""
        if self._control is not None:
            with contextlib.suppress(OSError):  # it has ended, which is heard of
                words = f"{word} {worker}\n".encode()
                socket.send_fds(self._control, [words], [end.fileno()] if end else [])

    async def end(self) -> None:
        """End it and its workers, and wait until they have ended."""
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
            self._control = None
        if self.process is not None:
            try:
                await asyncio.to_thread(self.process.wait, 5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                await asyncio.to_thread(self.process.wait)
            self.process = None

    def _hear(self, control: socket.socket, rest: bytearray, heard: Heard) -> None:
        try:
            data = control.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(control.fileno())
            heard(None)
            return
        rest += data
        *lines, last = bytes(rest).split(b"\n")
        rest[:] = last
        for line in lines:
            heard(json.loads(line))
