"""Counts of what the server did, in the text format of Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

#: Upper bounds of the classes of durations, in seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
#: Routes are few and fixed, so that no request can make a new line here.
ROUTES = (
    *("sparql", "api", "id", "page", "data", "ontology", "release", "static", "query", "limits", "health", "metrics"),
    *("catalog.ttl", ".well-known"),
)
_KNOWN = frozenset(ROUTES)


class Metrics:
    """What is counted in the front; the pool and the cache are asked when the text is made."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.errors: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self._durations: dict[str, list[int]] = {}
        self._seconds: Counter[str] = Counter()

    def count(self, path: str, method: str, status: int, seconds: float) -> None:
        """One request that was answered."""
        first = path[1:].partition("/")[0]
        route = first if first in _KNOWN else "other" if first else "home"
        method = method if method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
        self.requests[route, method, status] += 1
        counts = self._durations.get(route)
        if counts is None:
            counts = self._durations[route] = [0] * (len(BOUNDS) + 1)
        counts[bisect_left(BOUNDS, seconds)] += 1
        self._seconds[route] += seconds  # type: ignore[assignment]  # a Counter adds floats as well

    def text(self, gauges: Mapping[str, float], counters: Mapping[str, float]) -> str:
        """All of it; `gauges` and `counters` are what others count, by name."""
        return "\n".join(self._lines(gauges, counters)) + "\n"

    def _lines(self, gauges: Mapping[str, float], counters: Mapping[str, float]) -> Iterator[str]:
        yield from _head("requests_total", "counter", "Requests answered, by route, method and status.")
        for (route, method, status), number in sorted(self.requests.items()):
            yield f'citygraph_requests_total{{route="{route}",method="{method}",status="{status}"}} {number}'
        yield from _head("request_seconds", "histogram", "From a request's head to the last byte handed on.")
        for route, counts in sorted(self._durations.items()):
            total = 0
            for bound, number in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
                total += number
                yield f'citygraph_request_seconds_bucket{{route="{route}",le="{bound}"}} {total}'
            yield f'citygraph_request_seconds_sum{{route="{route}"}} {self._seconds[route]:.6f}'
            yield f'citygraph_request_seconds_count{{route="{route}"}} {total}'
        yield from _head("queries_failed_total", "counter", "Queries that were not answered, by what became of them.")
        for kind, number in sorted(self.errors.items()):
            yield f'citygraph_queries_failed_total{{why="{kind}"}} {number}'
        yield from _head("connections_dropped_total", "counter", "Connections ended by the server, by the reason.")
        for kind, number in sorted(self.dropped.items()):
            yield f'citygraph_connections_dropped_total{{why="{kind}"}} {number}'
        for kind, values in (("gauge", gauges), ("counter", counters)):
            for name, value in values.items():
                yield f"# TYPE citygraph_{name} {kind}"
                yield f"citygraph_{name} {value}"


def _head(name: str, kind: str, told: str) -> Iterator[str]:
    yield f"# HELP citygraph_{name} {told}"
    yield f"# TYPE citygraph_{name} {kind}"
