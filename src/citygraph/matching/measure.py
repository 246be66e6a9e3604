"""How good matching by names is, held against what the tables themselves reveal: codes that two of them share, and
coordinates. Names decide here alone, which is less than a build has: it looks at both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from citygraph.matching.match import Candidate, Matcher, Rules, distance

#: How near, in kilometres, two places must be, each the nearest of the other, to be one beyond doubt.
SAME = 1.0


@dataclass
class Measure:
    """What names alone found in a table, judged by `truth` (codes or coordinates).

    `found` pairs were named by exactly one thing known, `right` of them are so; `pairs` are those that the truth
    reveals, `met` of them were found.
    """

    table: str
    truth: str
    found: int = 0
    right: int = 0
    pairs: int = 0
    met: int = 0

    @property
    def precision(self) -> float | None:
        """Right of found; None where nothing was found."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Met of what there was to find; None where there was nothing."""
        return self.met / self.pairs if self.pairs else None


def measure(
    listed: Mapping[str, Sequence[Candidate]], rules: Rules, canonical: Callable[[str], str]
) -> Iterator[Measure]:
    """A measure for each table, against the registry and the tables before it.

    `listed` are the entries of each table, the registry first, `canonical` gives the key that a key means.
    """
    known: dict[str, Candidate] = {}
    names = Matcher(rules)
    for table, entries in listed.items():
        by_code, by_place = Measure(table, "codes"), Measure(table, "coordinates")
        placed = [each for each in entries if each.key not in known and each.lat is not None]
        partners = dict(mutual(placed, [each for each in known.values() if each.lat is not None]))
        for each in {(each.key, each.names): each for each in entries}.values():
            if not each.names:
                continue
            block = {canonical(key) for key in names.block(replace(each, key=""))}
            if each.key in known:
                _judge(by_code, block, block == {canonical(each.key)}, True)
            elif known:
                only = next(iter(block)) if len(block) == 1 else ""
                apart = distance(each, known[only]) if only in known else None
                partner = partners.get(each.key, "")
                if apart is not None or partner:
                    near = apart is not None and apart <= rules.near
                    _judge(by_place, block if apart is not None else set(), near, bool(partner))
                    by_place.met += bool(partner) and canonical(partner) in block and len(block) == 1
        yield from (each for each in (by_code, by_place) if each.found or each.pairs)
        for each in entries:
            if each.key not in known:
                known[each.key] = each
                names.learn(each)


def _judge(measured: Measure, block: set[str], right: bool, pair: bool) -> None:
    """Count one entry; by codes, what is right is also what was to be met."""
    measured.found += len(block) == 1
    measured.right += right
    measured.pairs += pair
    if measured.truth == "codes":
        measured.met += right


def mutual(some: Iterable[Candidate], others: Iterable[Candidate]) -> Iterator[tuple[str, str]]:
    """Pairs of places of one country, each the nearest of the other, at most SAME apart."""
    some, others = list(some), list(others)
    one, two = _nearest(some, others), _nearest(others, some)
    yield from ((key, other) for key, other in one.items() if two.get(other) == key)


def _nearest(some: Iterable[Candidate], others: Iterable[Candidate]) -> dict[str, str]:
    cells: dict[tuple[str, int, int], list[Candidate]] = defaultdict(list)
    for other in others:
        cells[other.country, round((other.lat or 0) * 20), round((other.long or 0) * 10)].append(other)
    found = {}
    for each in some:
        north, east = round((each.lat or 0) * 20), round((each.long or 0) * 10)
        around = [(each.country, north + y, east + x) for y in (-1, 0, 1) for x in (-1, 0, 1)]
        near = [(distance(each, other), other.key) for cell in around for other in cells.get(cell, ())]
        closest = min(((d, key) for d, key in near if d is not None), default=(SAME + 1, ""))
        if closest[0] <= SAME:
            found[each.key] = closest[1]
    return found


def report(measures: Iterable[Measure]) -> Iterator[str]:
    """A line for each measure, under a header."""
    heads = ("found", "right", "precision", "pairs", "met", "recall")
    yield f"{'table':16} {'judged by':12} " + " ".join(f"{head:>9}" for head in heads)
    for each in measures:
        precision, recall = (f"{x:.3f}" if x is not None else "-" for x in (each.precision, each.recall))
        yield (
            f"{each.table:16} {each.truth:12} {each.found:9} {each.right:9} {precision:>9}"
            f" {each.pairs:9} {each.met:9} {recall:>9}"
        )
