"""The release that a site is made of: whether it is whole, and what it tells of itself."""

from __future__ import annotations

import hashlib
import json
import os
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from citygraph.files import MARKER, load_bytes, resource, shown
from citygraph.pages.cite import Edition
from citygraph.problems import CitygraphError

#: Files that every build writes and pages are made of.
NEEDED = (MARKER, "ontology.ttl", "shacl-report.ttl", "citygraph.ttl")
_SUMS, _ABOUT, _FEED = "SHA256SUMS", "dataset.jsonld", "feed.atom"
_ATOM = "{http://www.w3.org/2005/Atom}"
#: Releases of which the start page tells what is new.
_NEWEST = 3
#: How the names of the files of a build begin.
_BUILT = ("citygraph", "context.jsonld", "ontology.ttl", "shacl-report.ttl")


def sound(folder: Path) -> None:
    """Raise CitygraphError with everything that is missing or broken in a release."""
    if not folder.is_dir():
        raise CitygraphError(f"{shown(folder)}: no release there; `citygraph release` or `citygraph build` makes one")
    listed = _sums(folder)
    missing = sorted({name for name in (*NEEDED, *listed) if not (folder / name).is_file()})
    broken = [name for name, told in listed.items() if name not in missing and _digest(folder / name) != told]
    wrong = [f"{name} is missing" for name in missing] + [f"{name} is not what {_SUMS} says" for name in broken]
    if wrong:
        more = f", and {len(wrong) - 10} more" if len(wrong) > 10 else ""
        raise CitygraphError(f"{shown(folder)}: not a whole release: {', '.join(wrong[:10])}{more}; make it anew")
    try:
        for _ in ox.parse(path=str(folder / "ontology.ttl")):
            pass
    except (SyntaxError, ValueError, OSError) as error:
        why = str(error).splitlines()[0]
        raise CitygraphError(f"{shown(folder / 'ontology.ttl')}: not RDF: {why}; make the release anew") from error


def listed(folder: Path) -> list[tuple[str, int]]:
    """The files of a release with their bytes: those that it lists, or those of a build."""
    names = [*_sums(folder), _SUMS] if (folder / _SUMS).is_file() else [
        path.name for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(".") and path.name.startswith(_BUILT)
    ]  # fmt: skip
    return [(name, (folder / name).stat().st_size) for name in sorted(names)]


def state(folder: Path) -> dict[str, tuple[int, int, int]]:
    """By what one sees that a file of a release is another one."""
    found = {}
    for name, _ in listed(folder):
        told = (folder / name).stat()
        found[name] = told.st_ino, told.st_size, told.st_mtime_ns
    return found


def apart(folder: Path, out: Path) -> None:
    """Raise CitygraphError where a site would be written over its release, or the other way round."""
    release, site = Path(os.path.realpath(folder)), Path(os.path.realpath(out))
    if release == site or site.is_relative_to(release) or release.is_relative_to(site):
        raise CitygraphError(f"{shown(out)}: lies within the release, or the release in it; name another with --out")


def edition(folder: Path) -> Edition:
    """The release as it is cited; one that was only built has neither version nor day."""
    if not (folder / _ABOUT).is_file():
        return Edition()
    try:
        about: dict[str, Any] = json.loads(load_bytes(folder / _ABOUT, "the description of the release"))
        version, day = str(about["version"]), str(about["datePublished"])
        publisher, home = str(about["publisher"]["name"]), str(about["identifier"]).removesuffix("dataset/citygraph")
    except (ValueError, KeyError, TypeError) as error:
        raise CitygraphError(f"{shown(folder / _ABOUT)}: not the description of a release: {error}") from error
    return Edition(
        str(about.get("name", "citygraph")), version, day, f"{home}release/{version}", publisher, news(folder)
    )


def news(folder: Path) -> tuple[tuple[str, str, str], ...]:
    """Day, title and summary of the newest releases that the feed of a release tells of; none where it has no feed.

    Raises CitygraphError where the feed cannot be read.
    """
    path = folder / _FEED
    if not path.is_file():
        return ()
    try:
        entries = ET.fromstring(load_bytes(path, "the feed of releases")).findall(f"{_ATOM}entry")
    except ET.ParseError as error:
        raise CitygraphError(f"{shown(path)}: not a feed of releases: {error}") from error
    told = [{name: entry.findtext(_ATOM + name, "") for name in ("updated", "title", "summary")} for entry in entries]
    return tuple((one["updated"][:10], one["title"], one["summary"]) for one in told[:_NEWEST])


def ontology(folder: Path) -> Path:
    """The ontology of a release, else the one of this program."""
    own = folder / "ontology.ttl"
    return own if own.is_file() else Path(str(resource("ontology/ontology.ttl")))


def _sums(folder: Path) -> dict[str, str]:
    path = folder / _SUMS
    if not path.is_file():
        return {}
    lines = load_bytes(path, "the checksums").decode("utf-8", "replace").splitlines()
    pairs = [line.split("  ", 1) for line in lines if "  " in line]
    return {name: digest for digest, name in pairs if not name.startswith("/") and ".." not in Path(name).parts}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, hashlib.sha256).hexdigest()
