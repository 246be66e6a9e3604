"""The Atom feed of releases (RFC 4287): this one first, then those that the feed before told of."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from citygraph.problems import CitygraphError
from citygraph.publish.edition import About, Edition
from citygraph.publish.package import plain

NAME = "feed.atom"
_ATOM = "{http://www.w3.org/2005/Atom}"
_DAY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
#: What XML 1.0 cannot hold.
_NONE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXTS = ("id", "title", "updated", "published", "summary")
_ATTRIBUTES = ("rel", "type", "href", "hreflang", "title", "length")


@dataclass(frozen=True)
class Entry:
    """A release in the feed: its texts by element, the attributes of its links."""

    texts: dict[str, str]
    links: tuple[dict[str, str], ...]

    def lines(self) -> Iterator[str]:
        """Its XML."""
        yield "  <entry>\n"
        for name in _TEXTS:
            if name in self.texts:
                yield f"    <{name}>{_text(self.texts[name])}</{name}>\n"
        for link in self.links:
            yield f"    {_link(link)}\n"
        yield "  </entry>\n"


def feed(about: About, edition: Edition, earlier: str = "") -> str:
    """The feed with a release on top; `earlier` is the feed of the release before, or an empty text.

    Raises CitygraphError where that is none that this function has made.
    """
    moment = f"{edition.date}T00:00:00Z"
    title = plain(about.title)
    texts = {
        "id": edition.iri, "title": f"{title}, release {edition.version}", "updated": moment, "published": moment,
        "summary": edition.notes.strip() or f"Version {edition.version} of {edition.date}.",
    }  # fmt: skip
    here = {"rel": "alternate", "type": "text/markdown", "href": edition.url("README.md")}
    package = {"rel": "describedby", "type": "text/turtle", "href": edition.url("catalog.ttl")}
    entries = [Entry(texts, (here, package))]
    entries += [entry for entry in _entries(earlier) if entry.texts["id"] != edition.iri] if earlier else []
    own = {"rel": "self", "type": "application/atom+xml", "href": edition.home + NAME}
    home = {"rel": "alternate", "href": about.homepage}
    return "".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n',
            f"  <id>{_text(edition.dataset)}</id>\n  <title>{_text(f'{title}: releases')}</title>\n",
            f"  <updated>{moment}</updated>\n",
            f"  <author><name>{_text(about.publisher)}</name><uri>{_text(about.homepage)}</uri></author>\n",
            f"  {_link(own)}\n  {_link(home)}\n  <rights>{_text(about.licence)}</rights>\n",
            *(line for entry in entries for line in entry.lines()),
            "</feed>\n",
        )
    )


def told_of(earlier: str) -> dict[str, str]:
    """The days of the releases that a feed tells of, by address; raises CitygraphError where it is none of ours."""
    return {entry.texts["id"]: entry.texts.get("published", entry.texts["updated"])[:10] for entry in _entries(earlier)}


def _text(text: str) -> str:
    return escape(_NONE.sub("\ufffd", text), {"\r": "&#13;"})


def _link(attributes: dict[str, str]) -> str:
    told = (
        f" {name}={quoteattr(_NONE.sub(chr(0xFFFD), attributes[name]))}" for name in _ATTRIBUTES if name in attributes
    )
    return f"<link{''.join(told)}/>"


class _NoDoctype(ET.TreeBuilder):
    """A document type could define entities that grow without bound or read files: a feed has none."""

    def doctype(self, *_: object) -> None:
        """Refuse it."""
        raise CitygraphError(f"{NAME} of the release before: it has a DOCTYPE, which a feed does not need; take it out")


def _entries(text: str) -> list[Entry]:
    parser = ET.XMLParser(target=_NoDoctype())
    try:
        parser.feed(text)
        root = parser.close()
    except ET.ParseError as error:
        line, column = error.position
        what = str(error).partition(":")[0]
        raise CitygraphError(
            f"{NAME} of the release before, line {line}, column {column + 1}: no XML ({what}); fetch it anew"
        ) from error
    if root.tag != f"{_ATOM}feed":
        raise CitygraphError(f"{NAME} of the release before: no Atom feed, its root is {root.tag}; fetch it anew")
    return [_entry(element, at) for at, element in enumerate(root.findall(f"{_ATOM}entry"), 1)]


def _entry(element: ET.Element, at: int) -> Entry:
    def broken(what: str) -> CitygraphError:
        return CitygraphError(f"{NAME} of the release before, entry {at}: {what}; fetch it anew")

    texts: dict[str, str] = {}
    links: list[dict[str, str]] = []
    for child in element:
        name = child.tag.removeprefix(_ATOM)
        if name == "link" and child.get("href"):
            links.append({key: child.attrib[key] for key in _ATTRIBUTES if key in child.attrib})
        elif name not in _TEXTS or len(child) or child.get("type", "text") != "text":
            raise broken(f"a <{name}> that citygraph does not write")
        elif name in texts:
            raise broken(f"a second <{name}>")
        else:
            texts[name] = child.text or ""
    for name in ("id", "title", "updated"):
        if not texts.get(name, "").strip():
            raise broken(f"no <{name}>")
    for name in ("updated", "published"):
        if name in texts and not _DAY.fullmatch(texts[name]):
            raise broken(f"<{name}> is {texts[name]!r}, no date and time such as 2026-03-01T00:00:00Z")
    return Entry(texts, tuple(links))
