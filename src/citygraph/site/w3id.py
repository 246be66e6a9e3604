"""The redirects of the permanent addresses, https://w3id.org/citygraph/…, to a site, as w3id.org takes them.

A file .htaccess with mod_rewrite's rules: the page in the language that a browser asks for, or data, by content
negotiation. https://github.com/perma-id/w3id.org holds one in a folder for each name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from citygraph.pages import paths
from citygraph.vocabulary import ID, LANGUAGES

#: What asks for data: what an Accept header holds, and the ending. A page is what everything else gets.
_DATA = (("text/turtle|application/x-turtle|application/n-triples|text/n3", "ttl"),
         ("application/ld\\+json|application/json", "jsonld"))  # fmt: skip
_BROWSER = "RewriteCond %{HTTP_ACCEPT} !text/html [NC]\nRewriteCond %{HTTP_ACCEPT} !application/xhtml\\+xml [NC]\n"
#: Turns an Accept-Language header into a folder: the first language that there are pages in, English where it is none.
_OTHERS = f"((?!(?:{'|'.join(LANGUAGES)})\\b)[^,]*,\\s*)*"
_LANGUAGE = f"""\
RewriteRule ^ - [E=CG:]
RewriteCond %{{HTTP:Accept-Language}} ^\\s*{_OTHERS}({"|".join(LANGUAGES[1:])})\\b [NC]
RewriteRule ^ - [E=CG:%2/]
"""
README = """\
# Permanent addresses

`.htaccess` leads https://w3id.org/citygraph/ to the site at {base}: pages or data, by what a client asks for.

To put it in force, make a pull request to https://github.com/perma-id/w3id.org that places both files in the folder
`citygraph/` there. Name in it who maintains the addresses, with the GitHub account.

To try it beforehand with Apache 2.4 and its module rewrite, place the folder below a document root for which
`AllowOverride All` is set, and ask:

    curl -sI -H 'Accept: text/turtle' http://localhost/citygraph/id/lahti
"""


def htaccess(base: str, iris: Iterable[str], *, release: Iterable[str] = (), version: str = "") -> str:
    """The rules for a site at `base`, which ends with a slash.

    `iris` are all that have pages: those whose files have another name than their key are led there by name. `release`
    are the files of the release; `version` its number, empty for one that was only built.
    """
    to, files = re.sub(r"([%$\\])", r"\\\1", base), set(release)
    home = f"{to}%{{ENV:CG}}"
    each = "release/sources/$1.ttl" if any(name.startswith("sources/") for name in files) else "release/citygraph.ttl"
    catalog = "catalog.ttl" if "catalog.ttl" in files else "downloads.html"
    void = ".well-known/void" if "void.ttl" in files else "downloads.html"
    onto = "ontology(?:/[0-9.]+)?"
    lines = [
        f"# https://w3id.org/citygraph/ leads to {base}: made by `citygraph site`, see README.md.",
        "Options +FollowSymLinks -MultiViews", "RewriteEngine On", "",
        "# The folder of the reader's language.", _LANGUAGE,
        "# Keys that are no names of files.", *_renamed(iris), "",
        "# Claims and rows of tables: their pages, or the file of the source of a claim, which holds it.",
        _rule(r"^id/claim/([^/]+)/[^/.]+\.(?:ttl|jsonld)$", f"{to}{each}"),
        _asked("^id/claim/([^/]+)/[^/]+$", f"{to}{each}"),
        _rule(r"^id/claim/([^/]+)/([^/.]+)(?:\.[^/]*)?$", f"{to}page/claim/$1/$2.html"),  # its quotes and dates too
        _rule(r"^id/row/([^/]+)/([^/]+?)(?:\.html)?$", f"{to}page/row/$1/$2.html"), "",
        "# Things.",
        _rule(r"^id/([^/]+)\.(ttl|jsonld)$", f"{to}data/$1.$2"),
        _rule(r"^id/([^/]+)\.html$", f"{home}page/$1.html"),
        *(_data(kinds, "^id/([^/]+)$", f"{to}data/$1.{ending}") for kinds, ending in _DATA),
        _rule("^id/([^/]+)$", f"{home}page/$1.html"), "",
        "# The ontology and its context.",
        _rule(rf"^{onto}\.ttl$", f"{to}ontology.ttl"), _rule(r"^context(?:\.jsonld)?$", f"{to}context.jsonld"),
        _asked(f"^{onto}/?$", f"{to}ontology.ttl"), _rule(rf"^{onto}(?:\.html)?/?$", f"{home}ontology.html"), "",
        "# Graphs of sources, the data set, its catalogue and its releases.",
        _asked("^graph/([^/]+)$", f"{to}{each}"), _rule("^graph/([^/]+)$", f"{home}page/$1.html"),
        _asked("^dataset(?:/.*)?$", f"{to}{catalog}"), _rule("^catalog(?:/.*)?$", f"{to}{catalog}"),
        _rule("^void$", f"{to}{void}"), _rule("^dataset(?:/.*)?$", f"{home}downloads.html"),
        *([_rule(f"^release/{re.escape(version)}/(.+)$", f"{to}release/$1")] if version else []),
        _rule("^release(?:/.*)?$", f"{home}downloads.html"),
        _rule("^query/([a-z0-9-]+)$", f"{home}queries/$1.html"), _rule("^$", f"{home}index.html"),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _rule(pattern: str, to: str) -> str:
    """See other: what an address names is told at another one. Paths are taken as they came, so NE escapes nothing."""
    return f"RewriteRule {pattern} {to} [R=303,NE,L]"


def _data(kinds: str, pattern: str, to: str) -> str:
    """A rule for clients that ask for data and for no page."""
    return f"{_BROWSER}RewriteCond %{{HTTP_ACCEPT}} (?:{kinds}) [NC]\n{_rule(pattern, to)}"


def _asked(pattern: str, to: str) -> str:
    """The same for any form of data, where only one can be given."""
    return _data("|".join(kinds for kinds, _ in _DATA), pattern, to)


def _renamed(iris: Iterable[str]) -> list[str]:
    """Rules, at once with those that follow them, from keys to the names of their files where these are others."""
    found = []
    for iri in sorted(iris):
        file = (paths.page(iri) or paths.part(iri)).removeprefix("page/").removesuffix(".html")
        key = unquote(iri[len(ID) :])
        if file and key != file and key.isprintable():
            found.append(rf"RewriteRule ^id/{_pattern(key)}((?:\.(?:ttl|jsonld|html))?)$ id/{file}$1")
    return found


def _pattern(key: str) -> str:
    """A key as a pattern without spaces or quotes, which mod_rewrite reads before the pattern."""
    return re.sub(r"[^\w/-]", lambda sign: f"\\x{ord(sign[0]):02x}" if sign[0] < "\x80" else sign[0], key)
