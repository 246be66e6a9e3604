"""Read data/catalogue.yaml: what a release says of the whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from citygraph import marked
from citygraph.encode import is_address
from citygraph.files import read_text, resource, shown
from citygraph.near import nearest
from citygraph.problems import Problem, ProblemsError
from citygraph.publish.codes import FREQUENCIES, THEME_CODES
from citygraph.publish.edition import HOME, About
from citygraph.vocabulary import LANGUAGES

_T = TypeVar("_T")
FILE = "catalogue.yaml"
_TEXTS = ("title", "description", "keywords")
_ONE = ("publisher", "homepage", "contact", "contact-page", "email", "licence", "frequency", "address")
_KEYS = (*_TEXTS, *_ONE, "themes")
_ADDRESSES = ("homepage", "contact-page", "licence", "address")
_OPTIONAL = ("email", "address")
#: What a mailto: address can hold as it stands.
_MAIL = re.compile(r"[\w.!#$&'*+/=?~-]+@[\w-]+(\.[\w-]+)+", re.ASCII)


def read_about(data: Path) -> About:
    """The catalogue's words in a data folder, else those that come with citygraph; raises ProblemsError with every
    problem of the file, CitygraphError where it cannot be opened."""
    path, root = data / FILE, data
    if not path.exists() and not path.is_symlink():
        root = resource("data")
        path = root / FILE
    text, problems = read_text(path, root)
    written, found = marked.read(text, shown(path)) if text is not None else (None, [])
    problems += found
    reading = _Reading(shown(path), problems)
    about = reading.about(written) if written is not None else None
    if about is None or problems:
        raise ProblemsError(problems)
    return about


def wrong(data: Path) -> list[Problem]:
    """Every problem of a data folder's catalogue; raises CitygraphError where it cannot be opened."""
    try:
        read_about(data)
    except ProblemsError as error:
        return list(error.problems)
    return []


class _Reading:
    """Reads one file; every problem goes to `problems`."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def about(self, root: marked.Node) -> About | None:
        entries = root.entries
        if entries is None:
            self._wrong(root, "form", f"a {root.kind}", "write keys and their values; data/FORMAT.md lists them")
            return None
        for key, entry in entries.items():
            if key not in _KEYS:
                hint = nearest(key, _KEYS) or "known here: " + ", ".join(_KEYS)
                self.problems.append(
                    Problem(self.file, entry.line, entry.column, "unknown-key", f"unknown key {key!r}", hint)
                )
        for key in _KEYS:
            if key not in entries and key not in _OPTIONAL:
                self._wrong(root, "missing-key", f"no {key!r}", f"add {key}: ...")
        get = {key: entry.value for key, entry in entries.items()}
        texts = {key: self._by_language(get[key], self._said) for key in ("title", "description") if key in get}
        words = self._by_language(get["keywords"], self._texts) if "keywords" in get else {}
        one = {key: (self._text if key == "email" else self._said)(get[key]) for key in _ONE if key in get}
        for key in _ADDRESSES:
            if key in one and one[key] and not is_address(one[key]):
                right = "write it in full, http or https"
                self._wrong(get[key], "iri", f"{one[key]!r} is not an address", right)
        if one.get("address") and not re.fullmatch(r"[^?#]*/", one["address"]):
            right = "end it in / and leave out ? and #: other addresses begin with it"
            self._wrong(get["address"], "iri", f"{one['address']!r} is not the beginning of addresses", right)
        if one.get("email") and not _MAIL.fullmatch(one["email"]):
            self._wrong(get["email"], "form", f"{one['email']!r} is not an e-mail address", "write name@example.org")
        themes = self._texts(get["themes"]) if "themes" in get else ()
        for key, told, known in (("themes", themes, THEME_CODES), ("frequency", (one.get("frequency"),), FREQUENCIES)):
            for code in told:
                if code and code not in known:
                    right = "of the EU list, known here: " + ", ".join(known)
                    self._wrong(get[key], "form", f"{code!r} is no code", right)
        if self.problems:
            return None
        return About(
            texts["title"], texts["description"], words, one["publisher"], one["homepage"], one["contact"],
            one["contact-page"], one.get("email", ""), one["licence"], themes, one["frequency"],
            one.get("address", HOME),
        )  # fmt: skip

    def _wrong(self, node: marked.Node, code: str, what: str, right: str) -> None:
        self.problems.append(Problem(self.file, node.line, node.column, code, what, right))

    def _text(self, node: marked.Node) -> str:
        if node.text is None:
            self._wrong(node, "form", f"a {node.kind}", "write one text")
        return node.text or ""

    def _said(self, node: marked.Node) -> str:
        text = self._text(node)
        if node.text is not None and not text.strip():
            self._wrong(node, "empty", "an empty text", "a catalogue needs one")
        return text

    def _texts(self, node: marked.Node) -> tuple[str, ...]:
        items = node.items if node.items is not None else [node]
        if not items:
            self._wrong(node, "empty", "an empty list", "a catalogue needs one or more")
        return tuple(dict.fromkeys(self._said(item) for item in items))

    def _by_language(self, node: marked.Node, read: Callable[[marked.Node], _T]) -> dict[str, _T]:
        if not node.entries or "en" not in node.entries:
            self._wrong(node, "form", "no text in English", "write {en: ..., fi: ..., sv: ...}; en is needed")
        for language, entry in (node.entries or {}).items():
            if language not in LANGUAGES:
                right = "known here: " + ", ".join(LANGUAGES)
                self._wrong(entry.value, "language", f"unknown language {language!r}", right)
        return {language: read(entry.value) for language, entry in (node.entries or {}).items()}
