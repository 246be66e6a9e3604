"""Pages as a browser without scripts reads them."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin


@dataclass(frozen=True)
class Got:
    """A response."""

    status: int
    type: str
    body: bytes
    url: str
    headers: dict[str, str]

    @property
    def text(self) -> str:
        """Its body as text."""
        return self.body.decode()


def get(url: str, data: bytes | None = None, **headers: str) -> Got:
    """GET an address, or POST data to it, with redirects followed."""
    request = urllib.request.Request(url, data, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return Got(
                answer.status, answer.headers.get_content_type(), answer.read(), answer.url, dict(answer.headers)
            )
    except urllib.error.HTTPError as error:
        with error:
            body = error.read()
        return Got(error.code, error.headers.get_content_type(), body, url, dict(error.headers))


def led(found: Got, tag: str = "a") -> list[str]:
    """Where the links of a page lead: paths from the root of its server, or addresses of others."""
    root = urljoin(found.url, "/")
    every = (urljoin(found.url, link) for link in Page(found.text).links(tag))
    return ["/" + link.removeprefix(root) if link.startswith(root) else link for link in every]


@dataclass
class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    source: str
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    words: str = ""

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.words += data

    def links(self, tag: str = "a") -> list[str]:
        """Where its links lead."""
        return [attributes["href"] for name, attributes in self.tags if name == tag and "href" in attributes]
