"""A query's text as tokens: its form, how deep it is nested, which graphs it names, whether it asks another server.

The parser of pyoxigraph knows no word bounds and decides by the grammar what a `<` is: `SERVICESILENT<x>` is a SERVICE
clause, and in `FILTER(?a<?b)SERVICE#x>` so is what looks like the inside of an IRI. What is read here must therefore be
what the parser reads. Where a `<` could be either, it is made an operator by a space after it; comments are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

_IRI = r"""<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>"""
_NAME = (
    r"(?:[\w\-\u00b7\u203f\u2040]|\.(?=[\w\-.:%\\\u00b7]))"  # a dot within a name belongs to it, one after it does not
)
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+)|(?P<comment>\#[^\r\n]*)|(?P<iri>{_IRI})
    |(?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
        |"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    |(?P<variable>[?$][\w\u00b7\u203f\u2040]+)|(?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<blank>_:{_NAME}*)
    |(?P<name>(?:\w(?:[\w\-\u00b7\u203f\u2040]|\.(?=[\w\-.:\u00b7])){{0,40}}+)?:
        (?:(?:[\w:%\u00b7]|\\[^\w\s])(?:[\w\-:%\u00b7\u203f\u2040]|\\[^\w\s]|\.(?=[\w\-.:%\\\u00b7]))*)?)
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[^\W\d]\w*)|(?P<sign>.)""",
    re.DOTALL | re.VERBOSE,
)
_FORMS = ("select", "ask", "construct", "describe")
_UPDATES = ("insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with")
_OPENS, _CLOSES = "({[", ")}]"
#: After these a `<` between parentheses can be an operator.
_ENDS = {"iri", "string", "variable", "tag", "blank", "name", "number", "word"}
#: An IRI with a scheme and `//` is no expression; one without these signs hides nothing, whichever way it is read.
_HIDES = re.compile(r"(?!<[A-Za-z][A-Za-z0-9+.-]*://).*['#()\[\]]", re.DOTALL)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
#: A query of which nothing more need be known: no other server or graph and no escape can stand in it.
_PLAIN = re.compile(
    r"\s*(?:(?:prefix\s+[\w.-]*:|base)\s*<[^<>\"{}|^`\\\x00-\x20]*>\s*)*(select|ask|construct|describe)\b", re.I
)
_UNPLAIN = re.compile(r"service|from|\\[uU]", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """A query as its parser reads it: `text` is what to hand to the parser.

    `form` is `select`, `ask`, `construct` or `describe`, the word of an update, or empty; `depth` is how deep brackets
    and `!` are nested; `graphs` and `named` are the IRIs after FROM and FROM NAMED.
    """

    text: str
    form: str
    depth: int
    service: bool = False
    broken: bool = False
    graphs: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def update(self) -> bool:
        """Whether it would change the graph."""
        return self.form in _UPDATES


def read(text: str) -> Reading:
    """Read a query. A plain one, which most are, takes microseconds: its depth is then an upper bound below 30."""
    deepest = text.count("{") + text.count("(") + text.count("[") + text.count("!")
    if deepest < 30 and (plain := _PLAIN.match(text)) and not _UNPLAIN.search(text):
        return Reading(text, plain[1].lower(), deepest)
    tokens, text, depth, broken = _tokens(text)
    words = [(kind, token.lower() if kind == "word" else token) for kind, token in tokens]
    return Reading(text, _form(words), depth, _asks_another(words), broken, *_dataset(words))


def _tokens(text: str) -> tuple[list[tuple[str, str]], str, int, bool]:
    """The tokens but spaces and comments, the text with nothing ambiguous in it, how deep its brackets are, if broken.

    It is broken, and read no further, where a string does not end or a backslash stands outside of strings and IRIs.
    """
    tokens: list[tuple[str, str]] = [("", "")]
    parts: list[str] = []
    brackets: list[str] = []
    at = depth = denials = 0
    while match := _TOKEN.match(text, at):
        kind, token = str(match.lastgroup), match[0]
        at = match.end()
        if kind == "iri" and _operator(token, tokens[-1], "".join(brackets[-1:])):
            kind, token, at = "sign", "<", match.start() + 1
            parts.append("< ")
        else:
            parts.append(" " if kind == "comment" else token)
        if kind in ("space", "comment"):
            continue
        if kind == "sign" and token in "\\'\"":
            return tokens[1:], text, depth, True
        denials = denials + 1 if token == "!" else 0
        if token in _OPENS:
            brackets.append(token)
        elif token in _CLOSES and brackets:
            brackets.pop()
        depth = max(depth, len(brackets) + denials)
        tokens.append((kind, token))
    return tokens[1:], "".join(parts), depth, False


def _operator(token: str, before: tuple[str, str], bracket: str) -> bool:
    """Whether what looks like an IRI is to be read as `<` and more."""
    if not _HIDES.match(token):
        return False
    kind, last = before
    return (bracket == "(" and (kind in _ENDS or last in _CLOSES)) or last == "<"


def _form(words: list[tuple[str, str]]) -> str:
    """The first word after the prologue, as far as it begins like one of the forms: words need no space between."""
    prologue = 0
    for kind, token in words:
        if kind == "word" and prologue == 0:
            if token == "prefix":
                prologue = 2
            elif token in ("base", "version"):
                prologue = 1
            else:
                return next((form for form in (*_FORMS, *_UPDATES) if token.startswith(form)), "")
        elif prologue:
            prologue -= 1
        else:
            return ""
    return ""


def _asks_another(words: list[tuple[str, str]]) -> bool:
    """Whether there is a SERVICE clause.

    No other word holds `service`. A prefix may, and before `{` stands after GRAPH or FROM; else `SERVICEex:a {` is one.
    """
    last = ("", "")
    for number, (kind, token) in enumerate(words):
        if kind == "word" and "service" in token:
            return True
        prefixed = kind == "name" and "service" in token.partition(":")[0].lower()
        opens = words[number + 1 : number + 2] == [("sign", "{")]
        if prefixed and opens and last not in (("word", "graph"), ("word", "from"), ("word", "named")):
            return True
        last = kind, token
    return False


def _dataset(words: list[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The graphs after FROM and FROM NAMED, their IRIs in full."""
    prefixes: dict[str, str] = {}
    base = ""
    graphs: list[str] = []
    named: list[str] = []

    def iri(kind: str, token: str) -> str:
        if kind == "iri":
            said = _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16) % 0x110000), token[1:-1])
            return urljoin(base, said) if base else said
        prefix, _, local = token.partition(":")
        return prefixes.get(prefix, prefix + ":") + re.sub(r"\\(.)", r"\1", local)

    ends = [("", "")] * 2
    for one, two, three in zip(words, words[1:] + ends, words[2:] + ends, strict=False):
        if one == ("word", "prefix") and two[0] == "name" and three[0] == "iri":
            prefixes[two[1].partition(":")[0]] = iri(*three)
        elif one == ("word", "base") and two[0] == "iri":
            base = iri(*two)
        elif one == ("word", "from") and two[0] in ("iri", "name"):
            graphs.append(iri(*two))
        elif one == ("word", "from") and two == ("word", "named"):
            named.append(iri(*three))
    return tuple(graphs), tuple(named)


def short(error: BaseException) -> str:
    """The first line of an error of its parser, without oxigraph's list of everything it would have taken."""
    line = str(error).partition("\n")[0][:300]
    head, sep, tail = line.partition("expected one of ")
    return f"{head}something else was expected" if sep and len(tail) > 80 else line
