"""The words of the pages in English, Finnish and Swedish: texts.yaml beside this file; names come from the graph."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from citygraph.vocabulary import LANGUAGES


@cache
def texts() -> dict[str, dict[str, str]]:
    """Each text by its name, then by language."""
    loaded: dict[str, dict[str, str]] = yaml.load(
        Path(__file__).with_name("texts.yaml").read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return loaded


def say(name: str, language: str, *values: object) -> str:
    """A text with its values in place; raises KeyError for one that is not there."""
    return texts()[name][language].format(*values)


def complete() -> list[str]:
    """The texts that lack a language, or whose languages have other places for values; for tests."""
    wrong = []
    for name, told in texts().items():
        places = {told.get(language, "").count("{") for language in LANGUAGES}
        if set(told) != set(LANGUAGES) or not all(told.values()) or len(places) != 1:
            wrong.append(name)
    return wrong
