"""Run a query on a remote SPARQL server, through SPARQLWrapper."""

from __future__ import annotations

import ast
import http.client
import re
import threading
import urllib.error
import warnings
from collections import deque
from itertools import dropwhile
from typing import Any
from urllib.parse import urlsplit

import pyoxigraph as ox

from citygraph.problems import CitygraphError
from citygraph.queries import form

#: Seconds within which the whole answer must be there.
TIMEOUT = 30
_LONG = 2000  # a query longer than this goes in the body of a POST


def ask(url: str, text: str, timeout: float = TIMEOUT) -> Any:
    """The answer of the server at `url`: solutions, a boolean, or a list of triples.

    Raises CitygraphError with one line for every way in which a server can fail: refused, not done within `timeout`
    seconds, an HTTP error, or an answer that is not SPARQL results.
    """
    _address(url)
    kind = form(text)
    answers: list[tuple[str, bytes] | BaseException] = []

    def fetch() -> None:
        try:
            answers.append(_fetch(url, kind, text, timeout))
        except BaseException as error:
            answers.append(error)

    # The socket's timeout begins anew with each byte, so a thread bounds the whole; it dies with the process.
    thread = threading.Thread(target=fetch, daemon=True)
    thread.start()
    thread.join(timeout)
    answer = answers[0] if answers else TimeoutError()
    if isinstance(answer, BaseException):
        raise CitygraphError(f"{url}: {_failure(answer, timeout)}") from answer
    found, empty = _read(url, kind, *answer)
    if (
        empty
        and not re.search(r"\b(GRAPH|FROM|SERVICE)\b", text, re.IGNORECASE)
        and not ask(url, "ASK { ?s ?p ?o }", timeout)
    ):
        right = "load a release, and let the default graph be the union of all graphs"
        raise CitygraphError(f"{url}: its default graph is empty; {right} (oxigraph: --union-default-graph)")
    return found


def _address(url: str) -> None:
    """Raise CitygraphError unless this can be the address of a server."""
    try:
        parts = urlsplit(str(ox.NamedNode(url))[1:-1])
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise CitygraphError(f"{_first(url)}: not the address of an endpoint; it begins with http:// or https://")


def _fetch(url: str, kind: str, text: str, timeout: float) -> tuple[str, bytes]:
    """Content type and body of the server's answer."""
    import SPARQLWrapper
    from SPARQLWrapper import SPARQLExceptions

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SPARQLWrapper warns of content types; what comes is checked later
        wrapper = SPARQLWrapper.SPARQLWrapper(url)
        # The header of a query file stays here, so that most queries fit into a GET.
        wrapper.setQuery("\n".join(dropwhile(lambda line: line.startswith("#"), text.split("\n"))))
        wrapper.queryType = kind.upper()  # never its own guess, by which it might send an update
        wrapper.setOnlyConneg(True)
        wrapper.setTimeout(max(1, round(timeout)))
        wrapper.setMethod(SPARQLWrapper.POST if len(text) > _LONG else SPARQLWrapper.GET)
        wrapper.setReturnFormat(SPARQLWrapper.JSON if kind in ("select", "ask") else SPARQLWrapper.TURTLE)
        try:
            with wrapper.query().response as response:
                return str(response.headers.get("Content-Type", "")), response.read()
        except (SPARQLExceptions.SPARQLWrapperException, urllib.error.HTTPError) as error:
            answer = error if isinstance(error, urllib.error.HTTPError) else error.__context__
            if isinstance(answer, urllib.error.HTTPError):
                answer.close()  # it holds the connection
            raise


def _failure(error: BaseException, timeout: float) -> str:
    """One line for an exception on the way to an answer."""
    from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

    late = f"no answer within {timeout:g} s"
    if isinstance(error, SPARQLWrapperException):
        code = getattr(error.__context__, "code", "")
        said = _said(error)
        return f"answered HTTP {code}{': ' + said if said else ''}"
    if isinstance(error, urllib.error.HTTPError):
        return f"answered HTTP {error.code} {_first(error.reason)}"
    if isinstance(error, urllib.error.URLError):
        return late if isinstance(error.reason, TimeoutError) else f"cannot be reached: {_first(error.reason)}"
    if isinstance(error, TimeoutError):
        return late
    if isinstance(error, http.client.HTTPException | OSError | ValueError):
        return f"the answer broke off: {_first(error) or type(error).__name__}"
    raise error


def _said(error: Exception) -> str:
    """The first line of the server's own words, which SPARQLWrapper keeps as the repr of their bytes."""
    try:
        body = ast.literal_eval(str(error).partition("Response:\n")[2] or "b''")
        lines = [line.strip() for line in body.decode("utf-8", "replace").splitlines()]
    except (SyntaxError, ValueError, AttributeError):
        return ""
    first = next(filter(None, lines), "")
    return "" if first.startswith("<") else _first(first)


def _read(url: str, kind: str, content_type: str, body: bytes) -> tuple[Any, bool]:
    """The answer, parsed wholly before anything of it is printed, and whether it is a SELECT without rows."""
    empty = False
    if "html" in content_type.lower() or body.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        raise CitygraphError(f"{url}: answered a web page, not SPARQL results; is that the endpoint's own address?")
    try:
        if kind in ("construct", "describe"):
            if not body.strip() and "turtle" not in content_type.lower():
                raise ValueError("nothing in it")
            return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.TURTLE)], False
        answer = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if isinstance(answer, ox.QuerySolutions):
            del answer  # an error's traceback would keep it, and another thread might then have to drop it
            read = deque(ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON), maxlen=1)  # type: ignore[arg-type]
            empty = not read
            answer = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    except (SyntaxError, ValueError, OSError) as error:
        said = _first(content_type) or "no content type"
        raise CitygraphError(f"{url}: not SPARQL results ({said}, {len(body)} bytes): {_first(error)}") from error
    if isinstance(answer, ox.QueryBoolean) != (kind == "ask"):
        raise CitygraphError(
            f"{url}: not the answer to {kind.upper()}: {'one truth value' if kind != 'ask' else 'rows'}"
        )
    return answer, empty


def _first(error: object) -> str:
    line = (str(error).splitlines() or [""])[0][:200]
    return "".join(sign if sign.isprintable() else " " for sign in line)
