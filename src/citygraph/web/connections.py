"""Connections that cannot be held for nothing: heads and bodies that do not come, answers that nobody reads.

uvicorn reads and writes HTTP; what it leaves out is here: a time within which a head and a body must have come and an
answer must be read, a length of the head, a number of connections, and a word to the query when its client leaves.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import socket
from collections.abc import Callable, Generator

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from citygraph.web.metrics import Metrics
from citygraph.web.site import Front

#: Bytes of a request's line and headers; a longer query is posted.
HEAD = 65_536
_NEVER = math.inf


class Connection(HttpToolsProtocol):
    """One connection of a client, with the times by which the next thing must have happened."""

    front: Front
    metrics: Metrics

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, or tell the client that there are too many."""
        self.due = self.loop.time() + self.front.head  # a head or body must have come
        self.unread = self.sent = self.closed = _NEVER  # a client must have read on, read all, and be gone
        self.size, self.heading = 0, False
        self.task: asyncio.Task[None] | None = None
        super().connection_made(transport)
        if len(self.connections) > self.front.connections:
            self._refuse(b"503 Service Unavailable", b"too many connections; try again later", "connections")

    def connection_lost(self, exc: Exception | None) -> None:
        """End what was being done for the client."""
        super().connection_lost(exc)
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        """Read on, but not a head without end."""
        if self.parser is None or self.transport.is_closing():
            return
        if self.due == _NEVER and (self.cycle is None or self.cycle.response_complete):
            self.due, self.size = self.loop.time() + self.front.head, 0
        self.size += len(data)
        super().data_received(data)
        if self.heading and self.size > HEAD:
            self._refuse(
                b"431 Request Header Fields Too Large", b"the request's head has more than 65,536 bytes", "head"
            )

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self.heading, self.due = True, self.loop.time() + self.front.head
        self.scope["extensions"] = {"citygraph": {"connection": self}}

    def on_headers_complete(self) -> None:
        """The head is there; a body may follow."""
        self.heading, self.due = False, self.loop.time() + self.front.body
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of the request is there."""
        self.size, self.due = 0, _NEVER
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client reads more slowly than is written."""
        now = self.loop.time()
        self.unread = now + self.front.stall
        if self.sent == _NEVER:
            self.sent = now + self.front.sending
        super().pause_writing()

    def resume_writing(self) -> None:
        """The client has read on."""
        self.unread = _NEVER
        super().resume_writing()

    def on_response_complete(self) -> None:
        """All of the answer is handed to the kernel or waits in a small buffer."""
        self.sent = _NEVER
        super().on_response_complete()

    def look(self, now: float) -> None:
        """End the connection where something is not there in time."""
        if self.transport.is_closing() and self.closed == _NEVER:
            self.closed = now + self.front.stall
        late = next((why for why in ("due", "unread", "sent", "closed") if getattr(self, why) < now), "")
        if late:
            self.metrics.dropped[{"due": "request", "closed": "unread"}.get(late, late)] += 1
            self.transport.abort()

    def _refuse(self, status: bytes, why: bytes, counted: str) -> None:
        self.metrics.dropped[counted] += 1
        self.due = _NEVER
        head = b"HTTP/1.1 %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nretry-after: 5\r\n" % (
            status,
            len(why) + 1,
        )
        self.transport.write(head + b"connection: close\r\n\r\n" + why + b"\n")
        self.transport.close()


class Watched(Server):
    """The server, which looks at its connections twice a second, tells when it listens, and ends at once."""

    def __init__(self, config: Config, listening: Callable[[str], None]) -> None:
        super().__init__(config)
        self._listening = listening

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to whoever runs the server."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and tell where."""
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        self._listening(f"http://{f'[{host}]' if ':' in host else host}:{port}/")

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter % 5 == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Connection):
                    connection.look(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End every connection, and with it what is done for it."""
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection):
                connection.transport.abort()
        if tasks := self.server_state.tasks:
            await asyncio.wait(tasks, timeout=2)
