"""What a graph does not tell: for a release to say before somebody counts on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from citygraph.rdf.columns import Columns, Mask
from citygraph.shacl.index import Index
from citygraph.sheets import CLAIM_TYPES
from citygraph.vocabulary import CG, DATE_KEYS, term_of_key


@dataclass(frozen=True)
class Gap:
    """How many `of` the `whole` lack something; `what` says it in words that follow the numbers."""

    number: int
    whole: int
    what: str

    def text(self) -> str:
        """One sentence."""
        return f"{self.number:,} of {self.whole:,} {self.what}"


def gaps(asserted: Columns) -> list[Gap]:
    """The gaps of a graph, those that there are."""
    return [gap for gap in _gaps(Index(asserted)) if gap.number]


def _gaps(index: Index) -> Iterator[Gap]:
    def instances(*names: str) -> Mask:
        found = index.table([])
        for name in names:
            found[index.instances(CG + name)] = True
        return found

    def having(key: str) -> Mask:
        return index.table(index.pairs(index.terms.find(term_of_key()[key]))[0])

    def valued(key: str, text: str) -> Mask:
        subjects, objects = index.pairs(index.terms.find(term_of_key()[key]))
        return index.table(subjects[objects == index.terms.numbers.get(f'"{text}"', -1)])

    def gap(of: Mask, told: Mask, what: str) -> Gap:
        return Gap(int((of & ~told).sum()), int(of.sum()), what)

    claims, dated = instances(*CLAIM_TYPES), index.table([])
    for key in DATE_KEYS:
        dated |= having(key)
    yield gap(claims, dated, "claims have no date of their own.")
    evidence, told = index.pairs(index.terms.find(term_of_key()["evidence"]))
    referring = index.table(evidence[instances("Reference")[told]])
    yield gap(claims, ~referring, "claims rest on a page whose words are not kept.")
    yield gap(
        claims,
        ~valued("reading", "implicit"),
        "claims are a reader's conclusion (implicit), with a note that says why.",
    )
    joined = having("joined") | having("since") | having("period")
    members = instances("Membership")
    yield gap(members, joined, "memberships do not say when the member joined.")
    yield gap(members, having("member") & having("network"), "memberships name only one of member and network.")
    commitments, own = instances("Commitment"), having("party")
    yield gap(commitments & having("change") & own, having("baseline-year"), "own targets name no baseline year.")
    yield gap(commitments, having("target-year"), "commitments name no target year.")
    yield gap(instances("City"), having("lat"), "cities have no coordinates.")
    yield gap(instances("City"), having("country"), "cities have no country.")
    sources = instances("Source")
    yield gap(sources, having("licence"), "sources have no licence told.")
    yield gap(sources, having("published") | having("as-of"), "sources do not say of which day they are.")
