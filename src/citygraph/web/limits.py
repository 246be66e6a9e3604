"""What one query may take, and how many may run or wait: each an option of `citygraph serve`."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Limits:
    """The limits in force.

    `memory`, `bytes` and `length` are in bytes: what a query may take beside the graph, what its answer may have, and
    how long it may be in UTF-8. `nesting` counts brackets and `!` within each other. Up to `workers` queries run that
    have not yet run for `light` seconds, and beside them up to `slow` that have, only while a processor is idle;
    together they are the processes that there are. `waiting` queries wait for one of them.
    """

    seconds: float = 20.0
    memory: int = 1_000_000_000
    rows: int = 1_000_000
    bytes: int = 50_000_000
    length: int = 100_000
    nesting: int = 100
    waiting: int = 200
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    slow: int = 4
    light: float = 0.25

    def __post_init__(self) -> None:
        """Refuse what no query can run under."""
        for name, value in vars(self).items():
            if value < (name == "workers") or (value == 0 and name in ("seconds", "memory", "length")):
                raise ValueError(f"{name}={value}: not a limit under which a query can run")
