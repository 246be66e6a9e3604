"""Compressed copies and checksums."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

#: Bytes that are read at a time.
_BLOCK = 1 << 20


def compress(folder: Path, names: Sequence[str]) -> list[str]:
    """Write <name>.gz beside each file (RFC 1952, without name and time), and tell the names of these copies."""
    with ThreadPoolExecutor(2) as pool:  # zlib lets the other one run
        return list(pool.map(lambda name: _compressed(folder, name), names))


def measured(folder: Path, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Size in bytes and SHA-256 of files, by name."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(lambda name: _measured(folder / name), names), strict=True))


def _compressed(folder: Path, name: str) -> str:
    squeeze = zlib.compressobj(6, zlib.DEFLATED, 31)
    with (folder / name).open("rb") as file, (folder / f"{name}.gz").open("wb") as copy:
        for block in iter(lambda: file.read(_BLOCK), b""):
            copy.write(squeeze.compress(block))
        copy.write(squeeze.flush())
    return f"{name}.gz"


def _measured(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()
