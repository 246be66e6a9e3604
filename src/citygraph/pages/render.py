"""Pages as HTML: from a path to the text of its page, in any language, by Jinja's templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import jinja2
import pyoxigraph as ox
from markupsafe import Markup, escape

from citygraph import __version__
from citygraph.pages import cite, paths
from citygraph.pages.alphabet import country
from citygraph.pages.beside import Beside
from citygraph.pages.cite import Edition
from citygraph.pages.claims import Claim, claim
from citygraph.pages.contributed import Sources
from citygraph.pages.reader import Reader
from citygraph.pages.texts import say, texts
from citygraph.pages.told import Told
from citygraph.plots import words
from citygraph.plots.land import world
from citygraph.rdf.quads import value_of
from citygraph.vocabulary import CG, CLAIM, EDTF, ID, LANGUAGES, shorten

_HERE = Path(__file__).parent
#: Links that are kept, of pages that name the same things.
_KEPT = 50_000


@dataclass(frozen=True)
class Made:
    """A page that was read but not yet written: its template and what it tells, the same for all languages.

    `anywhere` is one that a host shows at any address, so that its links cannot be relative where `base` is known.
    """

    path: str
    template: str
    told: Mapping[str, Any] = field(default_factory=dict)
    anywhere: bool = False


@dataclass
class Pages:
    """The pages of one graph. `live` is whether a server answers searches and queries behind them; `base` is the
    address of the site, empty where it is not known; `files` are those of the release, with their bytes; `former` are
    IRIs that are no more, with what they are now, if anything; `kept` is what several pages need and takes long to
    read, `beside` what was read of the release beside its graph; `folders` hold more templates."""

    reader: Reader
    edition: Edition = field(default_factory=Edition)
    live: bool = False
    base: str = ""
    folders: tuple[Path, ...] = ()
    files: Sequence[tuple[str, int]] = ()
    former: Mapping[str, str] = field(default_factory=dict)
    beside: Beside = field(default_factory=Beside)
    links: dict[tuple[str, str, str], Markup] = field(default_factory=dict)
    citations: dict[str, str] = field(default_factory=dict)
    kept: dict[str, object] = field(default_factory=dict)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the files of the release."""
        return frozenset(name for name, _ in self.files)

    @cached_property
    def told(self) -> Told:
        """Where claims and rows are told."""
        return Told(self.reader)

    @cached_property
    def sources(self) -> Sources:
        """What sources contribute."""
        return Sources(self.told, self.beside)

    @cached_property
    def english(self) -> Context:
        """What is the same on the pages of all languages is in English."""
        return Context(self, "", LANGUAGES[0])

    @cached_property
    def environment(self) -> jinja2.Environment:
        """The templates, none of which is read from disk twice."""
        found = jinja2.Environment(
            loader=jinja2.FileSystemLoader((_HERE / "templates", *self.folders)), autoescape=True,
            undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False, cache_size=-1,
        )  # fmt: skip
        found.filters["inside"] = _inside
        found.globals |= {"version": __version__, "live": self.live, "edition": self.edition, "languages": LANGUAGES}
        return found

    def preload(self) -> None:
        """Read all that is read of files now, for processes that are forked of this one."""
        for name in self.environment.list_templates(extensions=["html"]):
            self.environment.get_template(name)
        say("home", LANGUAGES[0])
        self.reader.preload()
        world()

    def html(self, made: Made, language: str) -> str:
        """A page in a language."""
        path = paths.localized(made.path, language)
        context = Context(self, path, language, urlsplit(self.base).path if made.anywhere else "")
        return self.environment.get_template(made.template).render(made.told, **context.names())

    def context(self, path: str, language: str) -> Context:
        """What templates are given at a path."""
        return Context(self, path, language)


def coded(text: str) -> Markup:
    """Text in which what stands between backticks is code."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


class Context:
    """What templates are given in one language at one place: names, texts, dates and relative links."""

    def __init__(self, pages: Pages, path: str, language: str, root: str = "") -> None:
        self.pages, self.path, self.language = pages, path, language
        self.root = root or paths.root(path)
        within = paths.split(path)[1]
        self._home, self._folder = paths.root(within), within[: within.rfind("/") + 1]
        if root:
            self._home = root if language == LANGUAGES[0] else f"{root}{language}/"

    def names(self) -> dict[str, Any]:
        """By the names that templates use."""
        return {
            "lang": self.language, "root": self.root, "home": self._home, "path": self.path,
            "t": partial(self._say), "name": self.name, "label": self.label, "href": self.href, "link": self.link,
            "date": self.date, "number": partial(words.number, language=self.language), "cite": self.cite,
            "title_of": self.title_of, "here": paths.split(self.path)[1], "localized": paths.localized,
            "anchor": paths.anchor, "fragment": paths.fragment, "short": shorten, "cite_thing": self.cite_thing,
            "source_citation": self.source_citation,
            "say_in": lambda code, name: say(name, code), "data": paths.data, "stated_in": self.stated_in,
            "cell": self.cell, "decimal": partial(words.percent, language=self.language), "kinds_in": self.kinds_in,
            "coded": coded,
            "page_link": lambda iri, number: self._near(paths.page(iri, number)),
            "country": partial(country, language=self.language), "section_title": self.section_title,
            "told_at": self.told_at, "question_page": self.question_page,
            "ask": self.ask, "change": self.change, "download": self.download,
        }  # fmt: skip

    def download(self, name: str) -> str:
        """Where a file of the release is downloaded from here; empty where the release has no such file."""
        return f"{self.root}release/{name}" if name in self.pages.names else ""

    def _say(self, name: str, *values: object) -> str:
        return say(name, self.language, *values)

    def name(self, iri: str) -> str:
        """The name of a thing, term or anything else."""
        return self.pages.reader.name(iri, self.language)

    def label(self, predicate: str) -> str:
        """The name of a property, given by its IRI or its name in the ontology."""
        iri = predicate if "/" in predicate else CG + predicate
        found = self.name(iri)
        if found != shorten(iri):
            return found
        short = re.split("[:/#]", found)[-1]
        return self._say(f"property-{short}") if f"property-{short}" in texts() else short

    def href(self, iri: str) -> str:
        """Where an IRI leads from here: a page of this site in this language, or an address of the web; else empty."""
        if path := paths.page(iri):
            return self._near(path)
        if paths.part(iri):
            path, fragment = self.pages.told.at(iri)
            return self._near(path) + fragment if path else ""
        if path := paths.term(iri):
            return self._home + path
        return iri if iri.lower().startswith(("https://", "http://")) else ""

    def _near(self, path: str) -> str:
        """The shortest way from here to a page in the same language."""
        near = self._folder and path.startswith(self._folder)
        return quote(path[len(self._folder) :] if near else self._home + path, safe=paths.SAFE)

    def link(self, iri: str) -> Markup:
        """A thing by its name, linked to where it is told of."""
        kept = self.pages.links
        found = kept.get((iri, self.language, self._folder))
        if found is None:
            if len(kept) > _KEPT:
                kept.clear()
            found = kept[iri, self.language, self._folder] = self._linked(iri)
        return found

    def _linked(self, iri: str) -> Markup:
        told = claim(self.pages.reader, iri) if iri.startswith(CLAIM) else None
        where, text = self.href(iri), Markup("<bdi>{}</bdi>").format(self.title_of(told) if told else self.name(iri))
        if not where:
            return text
        if where == iri:
            return Markup('<a class="outside" rel="noopener noreferrer nofollow" href="{}">{}</a>').format(where, text)
        return Markup('<a href="{}">{}</a>').format(where, text)

    def cell(self, term: Any) -> Markup:
        """A value of an answer: a thing by its name and linked, a text in its language; nothing where there is none."""
        if term is None:
            return Markup("")
        if isinstance(term, ox.NamedNode):
            return self.link(term.value)
        language = term.language if isinstance(term, ox.Literal) else None
        if isinstance(term, ox.Literal) and term.datatype.value == EDTF:
            return Markup("<time>{}</time>").format(self.date(term.value))
        if language:
            return Markup('<bdi lang="{}">{}</bdi>').format(language, term.value)
        return Markup("<bdi>{}</bdi>").format(value_of(term))

    def kinds_in(self, kinds: Iterable[str]) -> dict[str, str]:
        """The names of kinds of things, for a script."""
        return {kind: self.label(kind) for kind in kinds}

    def stated_in(self, source: str) -> Markup:
        """A source that states something of a thing itself, linked; the registry and the themes are told as such."""
        key = source.removeprefix(ID)
        if key in ("registry", "themes"):
            return Markup("{}").format(self._say(f"the-{key}"))
        return self.link(source)

    def told_at(self, iri: str, claim: str) -> str:
        """Where a claim is told in full: on the page of a thing that it names, else on its own."""
        where = self.href(iri)
        return where + paths.fragment(claim) if where else self.href(claim)

    def ask(self, text: str, about: Sequence[str]) -> Markup:
        """A question with the names of those whom it is about, linked."""
        return Markup(escape(say(text, self.language, *(f"{{{at}}}" for at in range(len(about)))))).format(
            *map(self.link, about)
        )

    def section_title(self, kind: str, role: str) -> str:
        """The heading over claims of a kind in which the thing of the page is the end `role`."""
        name = f"section-{kind}-{role}"
        return self._say(name) if name in texts() else self.label(kind) if kind else self._say("claims")

    def question_page(self, name: str) -> str:
        """Where a named query is asked, or answered where no server asks it."""
        return f"{self._home}query/{name}" if self.pages.live else f"{self._home}queries/{name}.html"

    def date(self, edtf: str) -> str:
        """A date for people."""
        try:
            return words.date(edtf, self.language)
        except (ValueError, IndexError):
            return edtf

    def change(self, percent: str) -> str:
        """A change in per cent with its sign: −20 %."""
        try:
            value = float(percent)
        except ValueError:
            return percent
        sign = "\u2212" if value < 0 else "+" if value > 0 else ""
        return f"{sign}{words.percent(abs(value), self.language)}\u00a0%"

    def title_of(self, claim: Claim) -> str:
        """A claim in a few words: its kind and its ends."""
        ends = [self.name(end.iri) for end in claim.ends if end.iri and end.name not in ("metric", "decidedBy")]
        kind = self.name(CG + claim.type) if claim.type else ""
        return ": ".join(filter(None, (kind, " – ".join(ends[:3]))))

    def source_citation(self, source: str) -> str:
        """How a source is cited."""
        kept = self.pages.citations
        if source not in kept:
            kept[source] = cite.of_source(self.pages.reader, source)
        return kept[source]

    def cite_thing(self, iri: str) -> cite.Citation:
        """How what a page tells of a thing is cited, in English too."""
        return cite.citation(self.pages.edition, iri, self.pages.english.name(iri))

    def cite(self, claim: Claim) -> cite.Citation:
        """How a claim is cited: in English on every page, so that it is the same wherever it was copied."""
        if claim.cited is None:
            title = self.pages.english.title_of(claim)
            claim.cited = cite.citation(self.pages.edition, claim.iri, title, self.source_citation(claim.source))
        return claim.cited


def _inside(text: str) -> Markup:
    """Text between tags, where quotation marks need no escape and a citation has many."""
    return Markup(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
