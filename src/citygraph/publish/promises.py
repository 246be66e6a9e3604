"""What an earlier release promised of its keys, held against a new one: none dropped or re-used without a word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from citygraph.declared import iri_of, key_of
from citygraph.matching.match import kilometres
from citygraph.problems import Problem
from citygraph.publish import keys as known
from citygraph.publish.keys import Keys, Values
from citygraph.quotes import fold
from citygraph.rdf.columns import Columns
from citygraph.vocabulary import CLAIM, TYPE, key_of_term, shorten

#: How far a place may move and be the same, in kilometres.
NEAR = 50
#: How many keys of one source are told one by one.
FEW = 20
_EXAMPLES = 3
#: Where a reason is to be written; data/replaced.yaml may not have it as it stands.
_WHY = "<why>"
_HAPPENED = {
    "key-dropped": "are gone", "key-reused": "mean something else", "key-forgotten": "are declared no more",
}  # fmt: skip
#: Graphs that are no source's.
_OURS = ("registry", "themes")
#: Code of a problem, the key, what happened, and the line for data/replaced.yaml that would declare it.
Finding = tuple[str, str, str, str]


@dataclass(frozen=True)
class Place:
    """Where keys are declared: data/replaced.yaml as it is shown, and whether there is such a file."""

    file: str = "data/replaced.yaml"
    begun: bool = True

    def write(self, line: str, each: str = "") -> str:
        """What to do with a line."""
        begin = "" if self.begun else "begin this file, which does not exist yet, with `replaced:` and "
        return f"{begin}write there{each}: {line}"


def broken(old: Keys, new: Keys, place: Place = Place(), few: int = FEW) -> list[Problem]:
    """Every key that `old` released and `new` neither keeps in its meaning nor declares, all at once, at `place`.

    More than `few` of one source are summed up. What follows once a key is declared as it is proposed is not told.
    """
    corrected = {iri for iri, _ in new.notes(known.CORRECTED) - old.notes(known.CORRECTED)}
    fewer = {key_of(iri) for iri, _ in new.notes(known.FEWER) - old.notes(known.FEWER)}
    gone = _gone(old, new, fewer)
    # Those of things first: a claim is known by its ends.
    for _ in range(2 if gone else 0):
        new = replace(new, proposed=_heirs(old, new, gone))
    findings = [*_dropped(new, gone), *_forgotten(old, new)]
    findings += [each for each in _reused(old, new, corrected) if each[1] not in corrected]
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in sorted(findings):
        source = _source(old, new, each[1])
        groups.setdefault((each[0], source if source not in _OURS else ""), []).append(each)
    told: list[tuple[str, str, str, str]] = []
    for (code, source), group in groups.items():
        if source and len(group) > few:
            told.append((code, *_summed(new, code, source, group, place), source))
        else:
            # An entry has its key from its table: matching led it elsewhere.
            reused = [iri for code, iri, *_ in group if code == "key-reused"]
            kinds = _kinds(old, new, [iri for iri in reused if iri in old.replaced or iri not in old.following])
            for _, iri, what, line in group:
                right = _rather(kinds[iri], place.write(line)) if iri in kinds else place.write(line)
                told.append((code, f"{key_of(iri)!r} {what}", right, key_of(iri)))
    held = f" (the earlier release: {old.file})" if old.file else ""
    return sorted(Problem(place.file, 1, 1, code, what + held, right, name) for code, what, right, name in told)


def _rather(kind: str, declare: str) -> str:
    """What to do about a key that means another thing: declaring it is right only where the old meaning was wrong."""
    own = "an id" if kind == "claim" else "a key"
    other = f"if that is another {kind}, give it {own} of its own and leave this one as it was"
    return f"{other}; only if the old entry was a mistake, {declare}"


def _kinds(old: Keys, new: Keys, iris: list[str]) -> dict[str, str]:
    """What to call things by: the type that they had and have, in small letters."""
    before, after = old.said(iris), new.said(iris)
    types = {
        iri: before.get(iri, {}).get(TYPE, frozenset()) & after.get(iri, {}).get(TYPE, frozenset()) for iri in iris
    }
    return {iri: "claim" if iri.startswith(CLAIM) else _names(types[iri]).lower() or "thing" for iri in iris}


def _summed(new: Keys, code: str, source: str, group: list[Finding], place: Place) -> tuple[str, str]:
    """What happened to many keys of a source, and what to do about it."""
    told = [key_of(iri) + (f" ({what})" if code == "key-reused" else "") for _, iri, what, _ in group[:_EXAMPLES]]
    some = ", ".join(told)
    what = f"{len(group):,} keys of {source!r} {_HAPPENED[code]}, for instance {some}"
    if code == "key-dropped":
        line = f"- {{source: {source}, withdrawn: {_again(new, known.FEWER, iri_of(source))}}}"
        return what, place.write(line)
    lines = " ".join(line for *_, line in group[:_EXAMPLES])
    right = place.write(f"{lines} …", ", for each")
    return what, _rather("thing", right) if code == "key-reused" else right


def _source(old: Keys, new: Keys, iri: str) -> str:
    """The source whose graph says so, or whose claim it was."""
    said = old.sources.get(iri) or new.sources.get(iri)
    return said or (iri[len(CLAIM) :].partition("/")[0] if iri.startswith(CLAIM) else "registry")


def _line(iri: str, way: str, text: str = _WHY) -> str:
    return f"- {{key: {key_of(iri)}, {way}: {text}}}"


def _again(new: Keys, predicate: str, iri: str) -> str:
    """The reason to write, after those that stand there already and count no more."""
    told = sorted(note for noted, note in new.notes(predicate) if noted == iri)
    return f"[{', '.join(json.dumps(note, ensure_ascii=False) for note in told)}, {_WHY}]" if told else _WHY


def _gone(old: Keys, new: Keys, fewer: set[str]) -> list[str]:
    """Keys that were in use, and are neither now nor declared."""
    return [
        iri
        for iri, source in old.sources.items()
        if not (iri in new.sources or iri in new.replaced or iri in new.withdrawn)
        and not (source in fewer or key_of(iri) in fewer)
    ]


def _dropped(new: Keys, gone: list[str]) -> Iterator[Finding]:
    """What is told of keys that are gone, each with its heir where one is proposed."""
    for iri in gone:
        if heir := new.proposed.get(iri):
            what = f"is gone; {key_of(heir)!r}, which is new, looks like it"
            yield "key-dropped", iri, what, _line(iri, "by", key_of(heir))
        else:
            line = f"{_line(iri, 'by', '<its key today>')} or, where nothing follows, {_line(iri, 'withdrawn')}"
            yield "key-dropped", iri, "is gone", line


def _heirs(old: Keys, new: Keys, gone: list[str]) -> dict[str, str]:
    """For keys that are gone the one new key of the same kind that has the same name or, as a claim, the same ends."""
    fresh = [iri for iri in new.sources if iri not in old.sources] if gone else []
    marked: dict[object, set[str]] = {}
    for iri, said in new.said(fresh).items():
        for mark in _marks(iri, said, new):
            marked.setdefault(mark, set()).add(iri)
    found: dict[str, str] = {}
    for iri, said in old.said(gone if marked else ()).items():
        heirs = {heir for mark in _marks(iri, said, new) for heir in marked.get(mark, ())}
        if len(heirs) == 1:
            found[iri] = heirs.pop()
    return found


def _marks(iri: str, said: Values, new: Keys) -> set[object]:
    types = said.get(TYPE, frozenset())
    if iri.startswith(CLAIM):
        ends = frozenset((p, new.end(end)) for p in known.ENDS_OF_CLAIMS for end in said.get(p, ()))
        source, _, fact = iri[len(CLAIM) :].partition("/")
        return {("source", source, types, ends), ("fact", fact, types, ends)} if ends else set()
    return {(types, said.get(known.COUNTRY), label) for label in _labels(said)}


def _forgotten(old: Keys, new: Keys) -> Iterator[Finding]:
    """Keys that were declared to be replaced or withdrawn, and of which nothing is said any more."""
    told = new.sources.keys() | new.replaced | new.withdrawn
    reasons = dict(sorted({*old.notes(known.CORRECTED), *old.notes(known.FEWER)}))
    for iri in sorted((old.replaced | old.withdrawn) - told):
        if iri in old.replaced:
            end = key_of(new.end(old.end(iri)))
            yield "key-forgotten", iri, f"was replaced by {end!r}, which is no longer said", _line(iri, "by", end)
        else:
            reason = json.dumps(reasons.get(iri, _WHY), ensure_ascii=False)
            yield "key-forgotten", iri, "was withdrawn, which is no longer said", _line(iri, "withdrawn", reason)


def _reused(old: Keys, new: Keys, corrected: set[str]) -> Iterator[Finding]:
    """Keys that are in use, or lead somewhere, and mean another thing than they did."""

    def finding(iri: str, what: str) -> Finding:
        return "key-reused", iri, what, _line(iri, "corrected", _again(new, known.CORRECTED, iri))

    entries = old.following.keys() - old.replaced
    # An entry whose thing is gone, which is told or declared of that thing, is now that thing itself, or leads to
    # another entry that was.
    freed = {
        iri
        for iri in entries & new.sources.keys()
        if old.end(new.end(iri)) == (was := old.end(iri)) and was not in new.sources and was not in new.following
    }
    led: set[str] = set()
    for iri, before in (dict(old.carried) | {iri: old.end(iri) for iri in old.following}).items():
        after = new.end(iri)
        if before and (iri in new.sources or iri in new.following) and after != new.end(before) and iri not in freed:
            what = f"led to {key_of(before)!r} and now {_now(iri, after)}"
            # Where nothing has the key any more, an entry that once was matched may be declared anew; a declared one
            # may not, since whoever followed it would be led elsewhere.
            if iri in new.sources:
                led.add(iri)
                yield finding(iri, what)
            elif iri not in entries:
                yield "key-reused", iri, what, _line(iri, "by", key_of(new.end(before)))
    for iri in old.withdrawn | {iri for iri, end in old.carried.items() if not end}:
        if iri in new.sources and iri not in old.sources:
            yield finding(iri, "was withdrawn and is in use again")
    # The claims of its row follow an entry, also one that is yet to be declared.
    moved: dict[str, set[str]] = {}
    for iri in freed | (entries & (corrected | led)):
        moved.setdefault(old.end(iri), set()).add(new.end(iri))
    stayed = [iri for iri in _changed(old, new) if iri in old.sources and iri in new.sources]
    stayed = [iri for iri in stayed if iri in freed or not (iri in old.following or iri in new.following)]
    before_all, after_all = old.said(stayed), new.said(stayed)
    for iri in stayed:
        before_it, after_it = before_all[iri], after_all[iri]
        if iri in freed:
            before_it = before_it | {TYPE: after_it[TYPE]}
        if differs := _difference(before_it, after_it, new, moved):
            yield finding(iri, differs)


def _now(iri: str, after: str) -> str:
    return "is a thing of its own" if after == iri else f"leads to {key_of(after)!r}"


def _changed(old: Keys, new: Keys) -> list[str]:
    """The subjects of which the old release says what the new one does not."""
    here, there = old.quads, new.quads
    texts, numbers = here.terms.texts, there.terms.numbers
    # Terms that only the old release has get numbers beyond those of the new one: equal to none of them.
    beyond = len(numbers)
    same = np.array([numbers.get(text, beyond + at) for at, text in enumerate(texts)], dtype=np.int64)
    size = beyond + len(texts)

    def packed(quads: Columns, to: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        of = np.zeros(len(quads.terms.texts), dtype=np.int64)
        for at, iri in enumerate(sorted(known.TOLD)):
            if (number := quads.terms.find(iri)) >= 0:
                of[number] = at
        return (to[quads.s] * len(known.TOLD) + of[quads.p]) * size + to[quads.o]

    lost = ~np.isin(packed(here, same), packed(there, np.arange(beyond, dtype=np.int64)))
    return [here.terms.value(number) for number in np.unique(here.s[lost]).tolist()]


def _difference(old: Values, new: Values, keys: Keys, moved: Mapping[str, set[str]]) -> str:
    """How the meaning of a key differs, in words; empty where it does not."""
    nothing: frozenset[str] = frozenset()

    def pair(predicate: str) -> tuple[frozenset[str], frozenset[str]]:
        return old.get(predicate, nothing), new.get(predicate, nothing)

    was, now = pair(TYPE)
    if not was & now:
        return f"was {_names(was)} and is {_names(now)}"
    for predicate in known.ENDS_OF_CLAIMS:
        was, now = pair(predicate)
        ends = {keys.end(end) for end in now}
        if any(keys.end(end) not in ends and not (moved.get(end, set()) & ends) for end in was):
            return f"had {key_of_term()[predicate]} {_names(was)} and has {_names(now) or 'none'}"
    was, now = pair(known.COUNTRY)
    if was and now and not was & now:
        return f"was in {_names(was)} and is in {_names(now)}"
    here, there = _point(old), _point(new)
    if here and there and (far := kilometres(here, there)) > NEAR:
        return f"lay {far:,.0f} km from where it lies"
    if (said := _labels(old)) and (says := _labels(new)) and not said & says:
        was, now = (frozenset(label for p in known.LABELS for label in each.get(p, ())) for each in (old, new))
        return f"was called {_names(was)} and is called {_names(now)}"
    for predicate in known.CODES:
        was, now = pair(predicate)
        if was and now and not was & now:
            return f"had the code {_names(was)} and has {_names(now)}"
    return ""


def _labels(said: Values) -> set[str]:
    return {fold(label) for predicate in known.LABELS for label in said.get(predicate, ())}


def _point(said: Values) -> tuple[float, float] | None:
    lat, long = said.get(known.LAT), said.get(known.LONG)
    return (float(min(lat)), float(min(long))) if lat and long else None


def _names(iris: Iterable[str]) -> str:
    return ", ".join(sorted(shorten(iri).removeprefix("cg:") for iri in iris))
