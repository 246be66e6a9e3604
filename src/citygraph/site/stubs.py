"""Small pages at the addresses of claims and of rows, each of which leads on to where the claim or row is told."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from citygraph.pages import paths
from citygraph.pages.render import Pages
from citygraph.vocabulary import CLAIM, LANGUAGES, shorten

#: How many are made at a time.
MANY = 100
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; img-src 'self'">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={where}">
<title>{title} – citygraph</title>
<link rel="icon" href="{root}static/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{root}static/site.css">
</head>
<body>
<main>
<h1><bdi>{title}</bdi></h1>
<p>This {what} of the source <bdi>{source}</bdi> is told on another page: <a href="{where}">go there</a>.</p>
</main>
</body>
</html>
"""


def units(pages: Pages) -> list[str]:
    """What is made at a time: the source and the number of the first claim or row."""
    told = pages.told
    return [
        f"{first} {source}"
        for source in sorted({*told.claims, *told.rows})
        for first in range(0, len(told.claims.get(source, ())) + len(told.rows.get(source, ())), MANY)
    ]


def made(pages: Pages, unit: str) -> Iterator[tuple[str, bytes]]:
    """The pages of a unit, each with its path; none for what is told nowhere."""
    first, _, source = unit.partition(" ")
    told = pages.told
    every = [*told.claims.get(source, ()), *(iri for _, _, iri in told.rows.get(source, ()))]
    name = escape(pages.reader.name(source, LANGUAGES[0]))
    for iri in every[int(first) : int(first) + MANY]:
        path, (place, fragment) = paths.part(iri), told.at(iri)
        if path and place:
            root = paths.root(path)
            where = escape(root + quote(place, safe=paths.SAFE) + fragment)
            what = "claim" if iri.startswith(CLAIM) else "row"
            title = escape(shorten(iri))
            text = _PAGE.format(where=where, title=title, root=root, what=what, source=name)
            yield path, text.encode("utf-8", "replace")
