"""A chart as the bytes of a file: SVG, PNG or HTML that needs nothing from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from citygraph.files import shown
from citygraph.problems import CitygraphError

ENDINGS = (".svg", ".png", ".html")
#: Pixels of a PNG for each of the picture's own.
SCALE = 2
_CLIP = re.compile(r'(?<=id=")clip\d+(?=")|(?<=url\(#)clip\d+(?=\))')
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; \
style-src 'unsafe-inline'">
<title>{title}</title>
<style>body {{ margin: 1em; font-family: sans-serif }} #plot {{ width: max-content }}</style>
</head>
<body>
<div id="plot" role="img" aria-label="{description}"></div>
<script type="application/json" id="spec">{spec}</script>
<script>
{script}
</script>
</body>
</html>
"""
_START = """vegaEmbed(document.getElementById("plot"), JSON.parse(document.getElementById("spec").textContent),
  {"mode": "vega-lite", "actions": false, "renderer": "svg"})"""


def ending(path: Path) -> str:
    """The ending of a file's name, in small letters; raises CitygraphError for one that cannot be written."""
    found = path.suffix.lower()
    if found not in ENDINGS:
        raise CitygraphError(f"{shown(path)}: not a picture's name; it ends with .svg, .png or .html")
    return found


def encode(spec: Mapping[str, Any], kind: str, language: str) -> bytes:
    """The bytes of a Vega-Lite specification with data inside; the same for the same specification."""
    import vl_convert

    if kind == ".svg":
        return described(vl_convert.vegalite_to_svg(dict(spec), allowed_base_urls=[]), spec).encode()
    if kind == ".png":
        return vl_convert.vegalite_to_png(dict(spec), scale=SCALE, allowed_base_urls=[])
    page = _PAGE.format(
        language=language,
        title=escape(title(spec)),
        description=escape(str(spec["description"]), {'"': "&quot;"}),
        # In JSON, \u003c is <: no text of the data can end the element.
        spec=json.dumps(spec, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c"),
        script=vl_convert.javascript_bundle(_START),
    )
    return page.encode()


def title(spec: Mapping[str, Any]) -> str:
    """The picture's own title; that of the whole holds the credits."""
    inner: Any = spec["vconcat"][0]["title"]["text"]
    return str(inner)


def described(svg: str, spec: Mapping[str, Any]) -> str:
    """An SVG with title and description for those who cannot see it, its clips numbered from 1.

    Vega counts clips on from one picture to the next.
    """
    order = {name: f"clip{place}" for place, name in enumerate(dict.fromkeys(_CLIP.findall(svg)), 1)}
    svg = _CLIP.sub(lambda match: order[match.group()], svg)
    head = f"<title>{escape(title(spec))}</title><desc>{escape(str(spec['description']))}</desc>"
    return re.sub(r"^(<svg\b[^>]*)>", lambda m: f'{m.group(1)} role="img">{head}', svg, count=1)
