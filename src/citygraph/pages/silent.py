"""What a source does not say: which of the things that such a claim could tell, its words do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from citygraph.pages.claims import Claim, Date

#: A text of texts.yaml by its name without `silent-`, and the values that it takes.
Silence = tuple[str, tuple[str, ...]]
#: Types of claims of which the beginning could be told, and the dates that would tell it.
_BEGINNINGS = {
    "Coordination": ("since", "until", "period"), "Cooperation": ("since",), "Twinning": ("since",),
    "Affiliation": ("since", "joined"), "Backing": ("since",), "Liaison": ("since",),
}  # fmt: skip


def silent(claim: Claim, others: Sequence[Claim] = ()) -> list[Silence]:
    """What no words of a claim say, as texts of texts.yaml; its caution says the rest. What another claim of its source
    says of the same is said."""
    found: list[Silence] = [("implicit", ())] if claim.reading == "implicit" else []
    alike = [claim, *(other for other in others if _same(other) == _same(claim))]
    told = {end.name for one in alike for end in one.ends} | {name for one in alike for name in one.dates}
    return [*found, *_ends(claim, told), *_times(claim, told)]


def _same(claim: Claim) -> tuple[str, ...]:
    """What claims share that tell of the same."""
    who = "" if claim.type == "Founding" else claim.of("member", "party", "coordinator", "city", "part", "liaison")
    return claim.type, who, claim.of("network", "askedBy", "whole"), claim.of("unnamed"), claim.of("place")


def _ends(claim: Claim, told: Set[str]) -> Iterator[Silence]:
    unnamed, count = claim.of("unnamed"), claim.of("count")
    if unnamed:
        yield ("unnamed-count", (unnamed, count)) if count else ("unnamed", (unnamed,))
    if claim.type == "Membership" and {"member", "network"} <= told and "decidedBy" not in told:
        yield "decided", ()
    if claim.type == "Commitment":
        if "party" not in told:
            yield "party", ()
        if "change" in told and "baselineYear" not in told:
            yield "baseline", (claim.of("change").lstrip("+-"), "%" if claim.of("unit") == "percent" else "")
        if "targetYear" not in told:
            yield "target", ()
    if claim.type == "Founding":
        if "founder" not in told:
            yield "founder", ()
        if "place" not in told:
            yield "founding-place", ()
    if claim.type == "Twinning" and "twin" not in told:
        yield "twin", ()
    if claim.type == "Cooperation":
        yield "member", ()


def _times(claim: Claim, told: Set[str]) -> Iterator[Silence]:
    if claim.type == "Membership" and "member" in told and "joined" not in told:
        yield "joined", ()
    if claim.type == "Founding" and "founded" not in told:
        yield "founded", ()
    if claim.type in _BEGINNINGS and told.isdisjoint(_BEGINNINGS[claim.type]):
        yield "since", ()
    for date in claim.dates.values():
        if claim.of("yearFrom") and date.wording:
            yield f"year-{'publication' if claim.of('yearFrom') == 'publication' else 'context'}", (date.wording,)
        if _vague(date) and date.wording:
            yield "day", (date.wording,)


def _vague(date: Date) -> bool:
    """Whether a date has a first and a last day that differ."""
    return bool(date.earliest and date.latest and date.earliest != date.latest)
