"""Queries a second through the pool from one event loop. Usage: pool.py RELEASE [--workers 1 2 4] [--seconds 5]

For each number of workers: seconds to start, look-ups and queries of 400 rows a second with 16 clients, microseconds
of the event loop's processor time for a look-up, the median and
99th percentile of a look-up with 2 clients in milliseconds, alone and while one query for each worker runs into its
limit, and the memory of all processes, pages that they share counted once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from citygraph.web.guard import admit
from citygraph.web.limits import Limits
from citygraph.web.pool import Pool, QueryError

LOOKUP = "SELECT ?p ?o WHERE { <%s> ?p ?o }"
ROWS = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } OFFSET %d LIMIT 400"
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


async def ask(pool: Pool, text: str) -> bytes:
    """One query as the server runs it."""
    admitted = admit(text, pool.limits, pool.graphs)
    answer = await pool.run(admitted.text, "json", admitted.default_graphs, admitted.named_graphs)
    return await answer.whole()


async def load(pool: Pool, query: Callable[[int], str], clients: int, seconds: float) -> list[float]:
    """Ask for some seconds; the seconds that each query took."""
    took: list[float] = []
    end = time.perf_counter() + seconds
    number = iter(range(1 << 60))

    async def client() -> None:
        while (start := time.perf_counter()) < end:
            await ask(pool, query(next(number)))
            took.append(time.perf_counter() - start)

    await asyncio.gather(*(client() for _ in range(clients)))
    return took


def memory() -> int:
    """Megabytes of this process and its children, shared pages counted once."""
    total, pids = 0, [os.getpid()]
    for pid in pids:
        with contextlib.suppress(OSError):  # one that has just been replaced
            pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split())
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total // 1024


async def measure(folder: Path, workers: int, seconds: float) -> str:
    """One line of the table."""
    start = time.perf_counter()
    async with Pool(folder, Limits(workers=workers, seconds=2 * seconds)) as pool:
        await ask(pool, "ASK {}")
        began = time.perf_counter() - start
        rows = (await ask(pool, "SELECT DISTINCT ?s WHERE { ?s a ?c FILTER isIRI(?s) } LIMIT 5000")).decode()
        subjects = [part.split('"')[0] for part in rows.split('"value":"')[1:]]

        def look_up(n: int) -> str:
            return LOOKUP % subjects[n % len(subjects)]

        spent = time.process_time()
        looked_up = len(await load(pool, look_up, 16, seconds))
        front = (time.process_time() - spent) / looked_up * 1e6
        long = len(await load(pool, lambda n: ROWS % (n % 100), 16, seconds)) / seconds
        held = memory()
        alone = await load(pool, look_up, 2, seconds)
        heavy = [asyncio.create_task(ask(pool, HEAVY)) for _ in range(workers)]
        await asyncio.sleep(0.5)
        beside = await load(pool, look_up, 2, seconds)
        ended = await asyncio.gather(*heavy, return_exceptions=True)
        assert all(isinstance(end, QueryError) for end in ended), ended
        spread = " ".join(
            f"{statistics.median(took) * 1000:8.2f} {statistics.quantiles(took, n=100)[98] * 1000:7.2f}"
            for took in (alone, beside)
        )
    return f"{workers:7} {began:6.2f} {looked_up / seconds:9,.0f} {front:6.0f} {long:9,.0f} {spread} {held:7}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--seconds", type=float, default=5)
    given = parser.parse_args()
    print("workers  start look-ups     us  400 rows   median     p99  beside:     p99      MB", flush=True)
    for workers in given.workers:
        print(asyncio.run(measure(given.release, workers, given.seconds)), flush=True)


if __name__ == "__main__":
    main()
