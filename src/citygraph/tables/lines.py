"""Lines of a delimited file for Python's csv reader, bounded, with those that a broken row swallowed given back."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from citygraph.problems import CitygraphError

#: What one row may have: characters in all its lines, and lines, of which it has several where a cell holds line ends.
MAX_ROW = 1_000_000
MAX_LINES = 1_000
_UNDECODED = re.compile("[\udc80-\udcff]")  # what is not UTF-8, under errors="surrogateescape"
_NO_TEXT = {
    b"PK\x03\x04": "an Excel file or another zip archive, not a text; save the table as CSV UTF-8",
    b"\xd0\xcf\x11\xe0": "an Excel file, not a text; save the table as CSV UTF-8",
    b"\x1f\x8b": "a compressed file; unpack it first",
    b"\xff\xfe": "UTF-16; save the table as CSV UTF-8",
    b"\xfe\xff": "UTF-16; save the table as CSV UTF-8",
}


def no_text(file: io.BufferedReader) -> str:
    """What a file is that is no text, by its first bytes, and what to do; empty where it may be one."""
    start = file.peek(4)
    return next((what for sign, what in _NO_TEXT.items() if start.startswith(sign)), "")


class Lines(Iterator[str]):
    """The lines of a file, decoded with errors="surrogateescape".

    `begin` starts a row, which gets no more lines than it may have; `give_back` returns all of them but the first, so
    that a quotation mark that nobody closes does not swallow the rows below.
    """

    def __init__(self, file: TextIO, name: str) -> None:
        self.file, self.name = file, name
        self.number = 0
        self.size = 0
        self.taken: list[str] = []
        self.back: deque[str] = deque()

    def begin(self) -> None:
        """What is taken from here on belongs to a new row."""
        self.taken, self.size = [], 0

    def give_back(self) -> None:
        """All lines of this row but its first are to be read again."""
        self.back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]

    def __next__(self) -> str:
        """A line of the row; csv.Error where it is none that a row may have, CitygraphError where it is not UTF-8."""
        if len(self.taken) >= MAX_LINES or self.size > MAX_ROW:
            raise StopIteration  # csv takes it for the end of the file, and can be asked again
        line = self.back.popleft() if self.back else self._read()
        self.taken.append(line)
        self.size += len(line)
        if len(line) > MAX_ROW:
            raise csv.Error(f"more than {MAX_ROW:,} characters")
        if "\0" in line:
            raise csv.Error("a NUL byte")
        return line

    def _read(self) -> str:
        line = self.file.readline(MAX_ROW + 1)
        if not line:
            raise StopIteration
        self.number += 1
        if not line.isascii() and (bad := _UNDECODED.search(line)):
            what = f"byte 0x{ord(bad.group()) - 0xDC00:02X} is not UTF-8; save the table as CSV UTF-8"
            raise CitygraphError(f"{self.name}:{self.number}:{bad.start() + 1}: {what}")
        rest = line
        while len(line) > MAX_ROW and rest and rest[-1] not in "\r\n":
            rest = self.file.readline(MAX_ROW)
        return line


def size_of(path: Path) -> int:
    """The bytes of a file; 0 for a pipe, which does not tell."""
    return path.stat().st_size if path.is_file() else 0
