"""What data/replaced.yaml declares: keys that were renamed, merged, withdrawn or corrected after a release had them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from citygraph import marked
from citygraph.files import read_text, shown
from citygraph.near import nearest
from citygraph.problems import Problem
from citygraph.sheets import KEY, Record, as_record
from citygraph.vocabulary import CLAIM, ID, claim_iri

#: The file, below data/.
FILE = "replaced.yaml"
_MEANT = ("key", "source")
_WAYS = ("by", "withdrawn", "corrected")
#: Fewer letters tell no reason.
_FEW = 4
_FORM = "write `replaced:` and a list below it, each entry with a `key` and `by`, `withdrawn` or `corrected`"

#: A node in the words of the context.
Node = dict[str, object]


@dataclass(frozen=True, eq=False)
class Change:
    """What became of a key: `by` what it was renamed or merged into, or why it was withdrawn or corrected (a text for
    each time). With `whole`, `key` is a source whose new edition no longer lists all that the earlier one did."""

    record: Record
    key: str
    by: str = ""
    withdrawn: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    whole: bool = False

    def problem(self, code: str, what: str, right: str, at: str = "") -> Problem:
        """A violation at the key of the entry, or at another of its values."""
        return self.record.problem(at or ("source" if self.whole else "key"), code, what, right)


def iri_of(key: str) -> str:
    """The IRI of a thing's key or of a claim `<source>/<fact>`."""
    source, slash, fact = key.partition("/")
    return claim_iri(source, fact) if slash else ID + key


def key_of(iri: str) -> str:
    """The key that a curator writes for an IRI."""
    return iri.removeprefix(CLAIM).removeprefix(ID)


def read_changes(data: Path) -> tuple[list[Change], list[Problem]]:
    """The entries of data/replaced.yaml that have their form, and every problem; none of both where there is no file.

    Raises CitygraphError where the file cannot be opened.
    """
    path = data / FILE
    if not path.exists() and not path.is_symlink():
        return [], []
    file = shown(path)
    text, problems = read_text(path, data)
    root, found = marked.read(text, file) if text is not None else (None, [])
    problems += found
    if root is None:
        return [], problems
    for key, entry in (root.entries or {}).items():
        if key != "replaced":
            hint = nearest(key, ["replaced"]) or "write `replaced:`"
            problems.append(Problem(file, entry.line, entry.column, "unknown-key", f"unknown key {key!r}", hint))
    listed = root.entries.get("replaced") if root.entries else None
    if listed is None or listed.value.items is None:
        return [], [*problems, Problem(file, root.line, root.column, "missing-key", "no list of entries", _FORM)]
    changes: dict[tuple[bool, str], Change] = {}
    for item in listed.value.items:
        told = len(problems)
        record = as_record(item, file, [*_MEANT, *_WAYS], "", problems, ())
        change = _change(record, problems) if len(problems) == told else None
        if change is None:
            continue
        first = changes.setdefault((change.whole, change.key), change)
        if first is not change:
            what, right = f"the key {change.key!r} stands twice", f"line {first.record.line} has it; keep one"
            problems.append(change.problem("duplicate-id", what, right))
    return list(changes.values()), problems


def _change(record: Record, problems: list[Problem]) -> Change | None:
    """An entry with one key and one thing said of it; else what is wrong is told."""
    meant, ways = ([key for key in keys if key in record.fields] for keys in (_MEANT, _WAYS))
    whole = meant == ["source"]
    name = record.get(meant[0]) or "" if meant else ""
    record.name = name

    def refuse(key: str, what: str, right: str) -> None:
        problems.append(record.problem(key, "form", what, right))

    if len(meant) != 1:
        what = "`key` and `source`" if meant else "neither `key` nor `source`"
        refuse("source", what, "write one: `key` for a thing or claim, `source` for all that a table lists no longer")
    elif len(ways) != 1:
        what = " and ".join(f"`{way}`" for way in ways) if ways else "nothing said of it"
        refuse(ways[-1] if ways else "", what, "write one of `by`, `withdrawn` and `corrected`")
    elif whole and ways != ["withdrawn"]:
        refuse(ways[0], f"`{ways[0]}` of a source's rows", "write `withdrawn`, or an entry for each key")
    elif (several := next((k for k in (*meant, *ways) if len(record.all(k)) > 1), "")) and (
        several in ("key", "source", "by") or (several == "withdrawn" and not whole)
    ):
        refuse(several, f"{len(record.all(several))} values of {several!r}", "write one")
    elif bad := next((k for k in (*meant, "by") if k in record.fields and not _is_key(record.get(k) or "")), ""):
        what = f"{record.get(bad)!r} is no key"
        refuse(bad, what, "write a thing's key, as `lahti`, or a claim's, as `lahti-networks-2012/covenant-membership`")
    elif whole and "/" in name:
        refuse("source", f"{name!r} is a claim", "write the key of its source, or `key`")
    elif ways != ["by"] and (empty := [each for each in record.fields[ways[0]].values if not _is_reason(each.text)]):
        right = "say why, in words that whoever looks the key up understands"
        problems.append(record.problem_of(empty[0], "form", f"{empty[0].text!r} is no reason", right))
    else:
        by, gone, mended = (record.all(way) for way in _WAYS)
        return Change(record, name, "".join(by), tuple(gone), tuple(mended), whole)
    return None


def _is_key(text: str) -> bool:
    source, slash, fact = text.partition("/")
    return KEY.fullmatch(source) is not None and (not slash or KEY.fullmatch(fact) is not None)


def _is_reason(text: str) -> bool:
    """Whether a text may tell why: neither `why` or another word or two, nor what a message left to be filled in."""
    said = text.strip()
    return sum(sign.isalpha() for sign in said) >= _FEW and not (said[:1] == "<" and said[-1:] == ">")


def successors(changes: Iterable[Change]) -> dict[str, str]:
    """For each key that is no more the one it leads to at last, empty where it was withdrawn; cycles lead nowhere."""
    gone = {change.key: change.by for change in changes if not change.whole and not change.corrected}
    return {key: last(key, gone) for key in gone}


def last(key: str, following: Mapping[str, str]) -> str:
    """The end of a chain of keys; the key itself where it leads round to where it was."""
    seen, at = {key}, key
    while at in following:
        at = following[at]
        if at in seen:
            return key
        seen.add(at)
    return at


def wrong(
    changes: Sequence[Change], defined: Callable[[str], bool], open_: Callable[[str], bool]
) -> Iterable[tuple[Change, Problem]]:
    """Each entry that does not hold, and why.

    `defined` says of a key whether the data has it, `open_` whether a table that was not read may have it.
    """
    ends = successors(changes)
    for change in changes:
        key, by = change.key, change.by
        if change.corrected or change.whole:
            if change.corrected and not defined(key) and not open_(key):
                what = f"{key!r} is corrected, but nothing has this key"
                yield change, change.problem("unknown-entity", what, "write `by`, or `withdrawn` where nothing follows")
            continue
        if defined(key):
            what = f"{key!r} is {f'replaced by {by!r}' if by else 'withdrawn'}, but the data still has it"
            yield change, change.problem("replaced", what, "remove it there, or remove this entry")
        elif not by:
            continue
        elif by == key:
            yield (
                change,
                change.problem("replaced", f"{key!r} is replaced by itself", "name the key that it has now", "by"),
            )
        elif ("/" in by) != ("/" in key):
            what = f"{key!r} is replaced by {by!r}: one is a claim, the other a thing"
            yield change, change.problem("replaced", what, "name a claim for a claim, a thing for a thing", "by")
        elif (end := ends[key]) == key:
            what = f"{key!r} is replaced by {by!r}, which leads back to it or round in a circle"
            yield change, change.problem("replaced", what, "let each lead to what exists today", "by")
        elif not end:
            what = f"{key!r} is replaced by {by!r}, which leads to something withdrawn"
            yield change, change.problem("replaced", what, "write `withdrawn` here too, or what exists today", "by")
        elif not defined(end) and not open_(end):
            what = f"{key!r} is replaced by {end!r}, but nothing has this key"
            yield change, change.problem("unknown-entity", what, "write the key of something that exists", "by")


def statements(changes: Iterable[Change], there: Callable[[str], bool]) -> list[Node]:
    """What the graph says of the entries: where a key leads, that it is no more, why. `there` says of a source whether
    it is still one, read or not."""
    nodes: list[Node] = []
    for change in changes:
        iri, why = iri_of(change.key), [*change.withdrawn, *change.corrected]
        if change.by:
            nodes.append({"id": iri, "replaced-by": iri_of(change.by)})
        elif change.corrected:
            nodes.append({"id": iri, "change-note": why})
        elif change.whole and there(change.key):
            nodes.append({"id": iri, "history-note": why})
        else:
            nodes.append({"id": iri, "deprecated": "true", "history-note" if change.whole else "change-note": why})
    return nodes
