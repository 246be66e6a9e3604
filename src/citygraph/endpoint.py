"""Run a query on a remote SPARQL server, through SPARQLWrapper."""

from __future__ import annotations

import http.client
import urllib.error
import warnings
from typing import Any

import pyoxigraph as ox

from citygraph.problems import CitygraphError
from citygraph.queries import form

#: Seconds without an answer after which a server is given up.
TIMEOUT = 30
_LONG = 2000  # a query longer than this goes in the body of a POST


def ask(url: str, text: str, timeout: float = TIMEOUT) -> Any:
    """The answer of the server at `url`: solutions, a boolean, or a list of triples.

    Raises CitygraphError with one line for every way in which a server can fail: refused, silent for `timeout`
    seconds, an HTTP error, or an answer that is not SPARQL results.
    """
    import SPARQLWrapper
    from SPARQLWrapper import SPARQLExceptions

    if not url.startswith(("http://", "https://")):
        raise CitygraphError(f"{url}: not the address of an endpoint; it begins with http:// or https://")
    kind = form(text)
    wrapper = SPARQLWrapper.SPARQLWrapper(url)
    wrapper.setQuery("\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")))
    wrapper.setOnlyConneg(True)
    wrapper.setTimeout(max(1, round(timeout)))
    wrapper.setMethod(SPARQLWrapper.POST if len(text) > _LONG else SPARQLWrapper.GET)
    wrapper.setReturnFormat(SPARQLWrapper.JSON if kind in ("select", "ask") else SPARQLWrapper.TURTLE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # SPARQLWrapper warns of content types; what comes is checked below
            response = wrapper.query().response
        content_type = str(response.headers.get("Content-Type", ""))
        body = response.read()
    except SPARQLExceptions.SPARQLWrapperException as error:
        raise CitygraphError(f"{url}: {_status(error)}") from error
    except urllib.error.HTTPError as error:
        raise CitygraphError(f"{url}: answered HTTP {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise CitygraphError(f"{url}: no answer within {timeout:g} s") from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise CitygraphError(f"{url}: no answer within {timeout:g} s") from error
        raise CitygraphError(f"{url}: cannot be reached: {_first(error.reason)}") from error
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise CitygraphError(f"{url}: the answer broke off: {_first(error) or type(error).__name__}") from error
    return _read(url, kind, content_type, body)


def _read(url: str, kind: str, content_type: str, body: bytes) -> Any:
    """Parse a body wholly before anything of it is printed."""
    if "html" in content_type.lower() or body.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
        raise CitygraphError(f"{url}: answered a web page, not SPARQL results; is that the endpoint's own address?")
    try:
        if kind in ("construct", "describe"):
            return [quad.triple for quad in ox.parse(body, format=ox.RdfFormat.TURTLE)]
        answer = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if isinstance(answer, ox.QuerySolutions):
            for _ in answer:
                pass
            answer = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        return answer
    except (SyntaxError, ValueError, OSError) as error:
        said = content_type or "no content type"
        raise CitygraphError(f"{url}: not SPARQL results ({said}, {len(body)} bytes): {_first(error)}") from error


def _status(error: Exception) -> str:
    """One line of a SPARQLWrapper exception: its own words and the server's first line."""
    message = getattr(error, "msg", "") or type(error).__name__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    detail = next((line for line in lines if line.startswith(("b'", 'b"'))), "")
    return f"{message}{': ' + detail[2:160] if detail else ''}"


def _first(error: object) -> str:
    return (str(error).splitlines() or [""])[0][:200]
