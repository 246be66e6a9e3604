"""What a site has beside its pages: the search's files, the release itself, and what programs look for on a host."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

from citygraph.files import load_bytes, shown
from citygraph.pages import paths, render, search
from citygraph.pages.book import Book
from citygraph.problems import CitygraphError
from citygraph.site import w3id
from citygraph.site.source import listed
from citygraph.vocabulary import ID, LANGUAGES

#: Addresses that one sitemap may hold: https://www.sitemaps.org/protocol.html.
ADDRESSES = 50_000
_STATIC = Path(render.__file__).parent / "static"
#: Files of the release that also stand where programs look for them, by where.
_PLACES = {
    "ontology.ttl": "ontology.ttl", "context.jsonld": "context.jsonld", "catalog.ttl": "catalog.ttl",
    ".well-known/void": "void.ttl",
}  # fmt: skip
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def copies(release: Path) -> Iterator[tuple[str, Path]]:
    """Files that a site has as they are: those of the release, and those that its pages are dressed with."""
    files = dict(listed(release))
    for name in files:
        yield f"release/{name}", release / name
    for place, name in _PLACES.items():
        if name in files:
            yield place, release / name
    for path in sorted(_STATIC.rglob("*")):
        if path.is_file() and path.parent.name != "yasgui" and path.name != "query.js":
            yield f"static/{path.relative_to(_STATIC).as_posix()}", path


def former(release: Path) -> dict[str, str]:
    """What a key that is no more was replaced by, by the key's IRI; empty where it was withdrawn."""
    path = release / "redirects.csv"
    if not path.is_file():
        return {}
    try:
        lines = load_bytes(path, "the former keys").decode("utf-8").splitlines()
        return {row["old"]: row["new"] for row in csv.DictReader(lines) if row["old"].startswith(ID)}
    except (UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
        raise CitygraphError(f"{shown(path)}: not a table of former keys: {error}") from error


def made(book: Book, base: str) -> Iterator[tuple[str, bytes]]:
    """Files that are made: the search's, and what a host and its visitors' programs are told."""
    yield from search.shards(book.index)
    yield ".nojekyll", b""  # else a host that runs Jekyll leaves out names that begin with a dot
    robots = "User-agent: *\nAllow: /\n" + (f"Sitemap: {base}sitemap.xml\n" if base else "")
    yield "robots.txt", robots.encode()
    if base:
        names = [name for name, _ in book.pages.files]
        claims, rows = book.pages.told.claims.values(), book.pages.told.rows.values()
        iris = {*(iri for iri, _ in book.things), *book.pages.former, *(iri for some in claims for iri in some)}
        iris |= {row[2] for some in rows for row in some}
        rules = w3id.htaccess(base, iris, release=names, version=book.pages.edition.version)
        yield "w3id/.htaccess", rules.encode("utf-8", "replace")
        yield "w3id/README.md", w3id.README.format(base=base).encode()


def sitemap(base: str, files: Iterable[str], without: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
    """The pages with their addresses in each language; several files under an index where there are many.

    Pages that only lead elsewhere are not in it: those of claims and rows, and those `without`.
    """
    there = set(files)
    pages = sorted(path for path in there if path.endswith(".html") and _worth(paths.split(path)[1], without))
    parts = [pages[start : start + ADDRESSES] for start in range(0, len(pages), ADDRESSES)]
    names = ["sitemap.xml"] if len(parts) == 1 else [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        urls = "".join(_url(base, path, there) for path in part)
        head = f'<urlset {_SITEMAP} xmlns:xhtml="http://www.w3.org/1999/xhtml">\n'
        yield name, f"{_XML}{head}{urls}</urlset>\n".encode()
    if len(parts) > 1:
        each = "".join(f"<sitemap><loc>{_address(base, name)}</loc></sitemap>\n" for name in names)
        yield "sitemap.xml", f"{_XML}<sitemapindex {_SITEMAP}>\n{each}</sitemapindex>\n".encode()


def _worth(path: str, without: Collection[str]) -> bool:
    return path != "404.html" and path not in without and not path.startswith(("page/claim/", "page/row/", "release/"))


def _url(base: str, path: str, there: set[str]) -> str:
    bare = paths.split(path)[1]
    others = [(code, other) for code in LANGUAGES if (other := paths.localized(bare, code)) in there]
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{code}" href="{_address(base, other)}"/>\n' for code, other in others
    )
    return f"<url><loc>{_address(base, path)}</loc>\n{links if len(others) > 1 else ''}</url>\n"


def _address(base: str, path: str) -> str:
    return escape(base + quote(path, safe=paths.SAFE), {'"': "&quot;"})
