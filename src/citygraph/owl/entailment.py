"""Which inferences a release keeps: those about its own resources, and no type that only restates a stated one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from citygraph.owl.rules import Rule
from citygraph.rdf.columns import Columns, Mask, Numbers
from citygraph.vocabulary import ID, OWL, RDFS, TYPE


def about_ours(inferred: Columns) -> Columns:
    """The worthwhile ones of inferred triples."""
    texts = inferred.terms.texts
    s, p, o = inferred.s, inferred.p, inferred.o
    ours = _chosen(s, lambda number: texts[number].startswith(f"<{ID}"))
    noise = _chosen(p, lambda number: texts[number].startswith((f"<{OWL}", f"<{RDFS}")))
    noise |= (p == inferred.terms.find(TYPE)) & _chosen(
        o, lambda number: texts[number].startswith((f"<{OWL}", f"<{RDFS}"))
    )
    return inferred.where(ours & ~noise)


def _chosen(numbers: Numbers, good: Callable[[int], bool]) -> Mask:
    """For each number whether it is good, each distinct one looked at once."""
    distinct, places = np.unique(numbers, return_inverse=True)
    found: Mask = np.fromiter(map(good, distinct.tolist()), dtype=bool, count=len(distinct))[places]
    return found


def without_restated(inferred: Columns, asserted: Columns, rules: Iterable[Rule]) -> Columns:
    """Inferred triples but the types that say again, in a class above it, what a stated type says already."""
    terms = inferred.terms
    above: dict[int, set[int]] = {}
    for rule in rules:
        if rule.kind == "subclass":
            above.setdefault(terms.find(rule.body[0][2]), set()).add(terms.find(rule.head[2]))
    type_of = terms.find(TYPE)
    typed = asserted.p == type_of
    restated = np.zeros(len(inferred), dtype=bool)
    for stated in np.unique(asserted.o[typed]).tolist():
        classes = _all_above(stated, above)
        if classes:
            which = (inferred.p == type_of) & np.isin(inferred.o, list(classes))
            restated |= which & np.isin(inferred.s, asserted.s[typed & (asserted.o == stated)])
    return inferred.where(~restated)


def _all_above(name: int, above: Mapping[int, set[int]]) -> set[int]:
    found: set[int] = set()
    todo = [name]
    while todo:
        new = above.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found
