"""A city's own targets beside what the networks that bind it ask, as queries/commitment-gaps.rq answers it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from citygraph.pages.reader import Reader, Term
from citygraph.pages.texts import say
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, TYPE

#: What a page says of a comparison: names of texts with their values.
Reason = tuple[str, tuple[str, ...]]
#: change, baselineYear, targetYear and metric; of an ask also its qualifier, at the end.
_Told = tuple[Term | None, ...]
_PARTS = ("change", "baselineYear", "targetYear", "metric")


@dataclass(frozen=True)
class Gap:
    """An own target and an ask, with the first claim of each by name; numbers in per cent, a cut below 0."""

    network: str
    change: str
    baseline: str
    year: str
    minimum: str
    verdict: str
    reasons: tuple[Reason, ...]
    own: str
    asked: str
    asked_year: str = ""

    def why(self, language: str) -> str:
        """Why it is met, short or not comparable; in English the words of the query."""
        return "; ".join(say(f"gap-{name}", language, *values) for name, values in self.reasons)

    @property
    def drawn(self) -> bool:
        """Whether both are told as numbers."""
        return _number(self.change) is not None and _number(self.minimum) is not None

    def row(self, name: str, network: str, href: str = "") -> dict[str, Any]:
        """As the figures of targets take it."""
        return {
            "name": name, "network": network, "of": self.network, "cut": -(_number(self.change) or 0.0),
            "minimum": abs(_number(self.minimum) or 0.0), "year": self.year, "verdict": self.verdict, "href": href,
        }  # fmt: skip


def gaps(reader: Reader, city: str, own: Sequence[str]) -> list[Gap]:
    """The comparisons of a city's own commitments, of which the IRIs are given, with the asks that bind it."""
    bound = reader.values(city, CG + "boundBy") if own else []
    if not bound:
        return []
    networks = reader.values(city, CG + "memberOf")
    mine = _grouped((iri, told) for iri in own for told in _told(reader, iri))
    found = []
    for network in networks:
        for asking, told in asks(reader, network):
            if asking in bound:
                found += [_compared(network, target, iri, told, asking) for target, iri in mine.items()]
    return sorted(found, key=lambda gap: (gap.network, *_order(gap.year), gap.own, gap.asked))


_ASKS: WeakKeyDictionary[Reader, dict[str, list[tuple[str, _Told]]]] = WeakKeyDictionary()


def asks(reader: Reader, network: str) -> list[tuple[str, _Told]]:
    """What a network asks of its members: each ask once, with the first claim by name; read once for all cities."""
    kept = _ASKS.setdefault(reader, {})
    if network not in kept:
        kept[network] = _asks(reader, network)
    return kept[network]


def _asks(reader: Reader, network: str) -> list[tuple[str, _Told]]:
    askers = reader.subjects(CG + "askedBy", network)
    every = [(iri, told) for iri in askers for told in _told(reader, iri, "qualifier")]
    commitments = {iri for iri in askers if CG + "Commitment" in reader.values(iri, TYPE)}

    def fuller(told: _Told, place: int) -> bool:
        """Whether the same ask is told elsewhere with what this one lacks."""
        change, _, year, *_ = told
        return told[place] is None and any(
            other[0] == change and other[place] is not None and other[2] is not None and year in (None, other[2])
            for _, other in every
        )

    kept = [
        (iri, told)
        for iri, told in every
        if iri in commitments and (told[0] is None or not (fuller(told, 3) or fuller(told, 1)))
    ]
    return [(iri, told) for told, iri in _grouped(kept).items()]


def _told(reader: Reader, iri: str, *more: str) -> Iterator[_Told]:
    """What a commitment tells; several times where it tells something several times."""
    said = reader.said(iri)
    nothing: list[Term | None] = [None]
    return itertools.product(*(said.get(CG + name) or nothing for name in (*_PARTS, *more)))


def _grouped(claims: Any) -> dict[_Told, str]:
    found: dict[_Told, str] = {}
    for iri, told in claims:
        key = told[:4] + tuple(value_of(part) if part is not None else "at least" for part in told[4:])
        found[key] = min(found.get(key, iri), iri)
    return found


def _compared(network: str, target: _Told, own: str, ask: _Told, asking: str) -> Gap:
    change, baseline, year, metric = target
    asked, its_baseline, its_year, its_metric = ask[:4]
    how = str(ask[4])
    size, least = _number(_text(change)), _number(_text(asked))
    minimum = _text(asked) if least is not None and least < 0 and how in ("at least", "more than") else ""
    unlike: Reason | None = None
    if year is None:
        unlike = "no-own-year", ()
    elif its_year is None:
        unlike = "no-year", ()
    elif _differ(year, its_year):
        unlike = "years", (_text(year), _text(its_year))
    elif not minimum:
        unlike = "no-minimum", ()
    elif change is None:
        unlike = "no-own-figure", ()
    elif metric is not None and its_metric is not None and metric != its_metric:
        unlike = "metrics", (_short(metric), _short(its_metric))
    verdict = "not comparable" if unlike else ""
    if not unlike and size is not None and least is not None:
        verdict = "met" if size < least or (size == least and how == "at least") else "short"
    reasons: tuple[Reason, ...] = (unlike,) if unlike else (
        ("own-baseline", (_text(baseline),)) if baseline is not None else ("no-own-baseline", ()),
        ("baseline", (_text(its_baseline),)) if its_baseline is not None else ("no-baseline", ()),
    )  # fmt: skip
    return Gap(
        network, _text(change), _text(baseline), _text(year), minimum, verdict, reasons, own, asking, _text(its_year)
    )


def _text(term: Term | None) -> str:
    return "" if term is None else value_of(term)


def _short(term: Term) -> str:
    """The end of a metric's address."""
    return value_of(term).replace("#", "/").rpartition("/")[2]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def _differ(a: Term, b: Term) -> bool:
    one, other = _number(_text(a)), _number(_text(b))
    return one != other if one is not None and other is not None else a != b


def _order(year: str) -> tuple[bool, float, str]:
    number = _number(year)
    return bool(year), number if number is not None else 0.0, year
