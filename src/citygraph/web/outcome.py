"""What becomes of a query that was run: an answer, or one of the errors that `Pool.run` raises."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

#: Bytes of a chunk.
CHUNK = 65536


class QueryError(Exception):
    """A query that was not answered; `status` is what HTTP says of it."""

    status = 500


class BadQuery(QueryError):  # noqa: N818
    """The query has an error, which the message tells as the parser does."""

    status = 400


class Missing(QueryError):  # noqa: N818
    """The graph tells nothing of what a page was asked for."""

    status = 404


class TooLarge(QueryError):  # noqa: N818
    """The answer has more rows or bytes than the limit."""

    status = 400


class TimedOut(QueryError):  # noqa: N818
    """The query ran into the time limit."""

    status = 504


class OutOfMemory(QueryError):  # noqa: N818
    """The query needed more memory than the limit."""

    status = 507


class Busy(QueryError):  # noqa: N818
    """Too many queries run or wait; try again after `retry_after` seconds."""

    status = 503
    retry_after = 5


class Crashed(QueryError):  # noqa: N818
    """The query's worker ended, or failed in a way that is not the query's error."""


@dataclass(eq=False)
class Answer:
    """An answer as it is to be sent: its bytes, at once or in chunks. Close it, or read its chunks to the end."""

    size: int
    rows: int
    _body: bytes | None
    _file: int = -1

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, of which those in a file are read in a thread, and each chunk when it is asked for."""
        if self._body is not None:
            yield self._body
            return
        try:
            at = 0
            while at < self.size:
                chunk = await asyncio.to_thread(os.pread, self._file, CHUNK, at)
                if not chunk:
                    raise Crashed("the answer was cut off")
                at += len(chunk)
                yield chunk
        finally:
            self.close()

    async def whole(self) -> bytes:
        """All bytes."""
        return b"".join([chunk async for chunk in self.chunks()])

    def close(self) -> None:
        """Give the file back, if there is one."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    __del__ = close
