"""Which of the media types that there are a client would rather have: RFC 9110, 12.5.1 and 12.5.3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache


def best(accept: str | None, offered: Sequence[str]) -> str | None:
    """The offered type that the Accept header likes most; None where it takes none of them.

    Among types that it likes equally, one that it names goes before one that a wildcard covers, and then the one that
    is offered first.
    """
    if not accept or not offered:
        return offered[0] if offered else None
    kinds = tuple(offered)
    return _kept(accept, kinds) if len(accept) <= 300 else _best(accept, kinds)


def language(accept_language: str | None, offered: Sequence[str]) -> str:
    """The offered language that the Accept-Language header likes most; the first where it names none of them."""
    qualities: dict[str, float] = {}
    for tag, quality in _ranges(accept_language or ""):
        short = tag.partition("-")[0]
        qualities[short] = max(quality, qualities.get(short, 0.0))
    rest = qualities.get("*", 0.0)
    return max(offered, key=lambda code: (qualities.get(code, rest), -offered.index(code)))


def gzipped(accept_encoding: str | None) -> bool:
    """Whether the Accept-Encoding header asks for gzip."""
    qualities = dict(_ranges(accept_encoding or ""))
    return qualities.get("gzip", qualities.get("x-gzip", qualities.get("*", 0.0))) > 0


def _best(accept: str, offered: tuple[str, ...]) -> str | None:
    qualities: dict[str, float] = {}
    for kind, quality in _ranges(accept):
        qualities[kind] = max(quality, qualities.get(kind, 0.0))
    liked: list[tuple[float, int, int]] = []
    for place, kind in enumerate(offered):
        for exact, name in ((2, kind), (1, kind.partition("/")[0] + "/*"), (0, "*/*")):
            if name in qualities:
                liked.append((qualities[name], exact, -place))
                break
    found = max(liked, default=(0.0, 0, 0))
    return offered[-found[2]] if found[0] > 0 else None


_kept = lru_cache(512)(_best)


def _ranges(header: str) -> Iterator[tuple[str, float]]:
    """What a header names, in small letters and without parameters, each with its q; what is malformed is left out."""
    for part in header.lower().split(","):
        kind, *params = (piece.strip() for piece in part.split(";"))
        quality = next((param[2:].strip() for param in params if param.startswith("q=")), "1")
        try:
            value = float(quality)
        except ValueError:
            continue
        if kind and 0 <= value <= 1:
            yield kind, value
