"""What tables gave, kept for the next run: who changes a sheet waits for no table to be read again.

It is kept under a key of all that it rests on: the bytes of the tables, their descriptions, the registry, what is
declared of former keys, the rules and decisions of matching, the concepts, the context, the names by which files are
shown, and this program. So it is never out of date; it can be thrown away at any time, and only the newest few are
there.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from array import array
from dataclasses import asdict
from pathlib import Path

import numpy as np

from citygraph import __version__
from citygraph.declared import FILE
from citygraph.encode import Encoded
from citygraph.files import cache_folder, load_bytes, resource, save, shown
from citygraph.load import Loaded
from citygraph.options import Options
from citygraph.problems import CitygraphError, Problem
from citygraph.rdf.columns import Collector, Terms
from citygraph.rdf.nodes import NodeWriter
from citygraph.tables.load import Tables, description, in_order, load_tables, rules_of
from citygraph.tables.stated import Stated
from citygraph.vocabulary import GRAPH, ID

#: Quads from which on it is worth it.
WORTH = 20_000
#: How many are kept.
_NEWEST = 4
_DIGEST = 32  # bytes of the SHA-256 that a kept file begins with


def tables_of(options: Options, data: Path, loaded: Loaded) -> tuple[Collector, Tables]:
    """The quads of the tables of `options` and what else they gave, as load_tables does: kept ones, or read now.

    Raises what load_tables raises.
    """
    folder = cache_folder() if options.tables else None
    key = _key(options, data) if folder else ""
    name = folder / "tables" / key if folder and key else None
    if name is not None and (found := _recall(name, options, data, loaded)):
        return found
    collector = Collector()
    writer = NodeWriter(collector)
    told = len(loaded.problems)
    tables = load_tables(options, data, loaded, writer) if options.tables else Tables()
    for part in tables.encoded:
        writer.write(part.graph, part.nodes)
        part.nodes.clear()
    if name is not None and len(collector) >= WORTH and key == _key(options, data):  # nothing was changed meanwhile
        try:
            _keep(name, collector, tables, loaded.problems[told:])
        except (OSError, CitygraphError) as error:
            options.tell(
                f"{shown(name.parent)}: tables cannot be kept there: {getattr(error, 'strerror', '') or error}"
            )
    return collector, tables


def _key(options: Options, data: Path) -> str:
    """The key of everything that tables rest on; empty where one of them is no plain file."""
    paths = [path for paths in options.tables.values() for path in paths]
    if not all(path.is_file() for path in paths):
        return ""
    digest = hashlib.sha256(f"{__version__} {np.__version__}".encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        state = path.stat()
        digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    rest = [*sorted((data / "registry").glob("*.yaml")), *sorted((data / "matching").glob("*.yaml"))]
    rest += [data / "tables" / f"{name}.yaml" for name in options.tables] + [data / FILE]
    rest += [resource("ontology/context.jsonld"), resource("ontology/themes.ttl")]
    for path in filter(Path.is_file, [*rest, *paths]):
        digest.update(f"{shown(path)}\0".encode())
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    digest.update(json.dumps({name: list(map(str, paths)) for name, paths in options.tables.items()}).encode())
    return digest.hexdigest()


def _keep(name: Path, collector: Collector, tables: Tables, problems: list[Problem]) -> None:
    columns = collector.columns()
    arrays = {"s": columns.s, "p": columns.p, "o": columns.o, "g": columns.g}
    arrays["terms"] = np.frombuffer("\n".join(columns.terms.texts).encode(), dtype=np.uint8)
    for number, stated in enumerate(tables.stated):
        arrays |= {
            f"{key}{number}": np.array(column, dtype=np.int32)
            for key, column in zip("xyzr", stated.state(), strict=True)
        }
    told = {"problems": problems, "encoded": [problem for part in tables.encoded for problem in part.problems]}
    written = json.dumps({key: [asdict(problem) for problem in some] for key, some in told.items()})
    arrays["told"] = np.frombuffer(written.encode(), dtype=np.uint8)
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    name.parent.mkdir(parents=True, exist_ok=True)
    save(name, hashlib.sha256(content.getvalue()).digest() + content.getvalue())
    others = (path for path in name.parent.iterdir() if re.fullmatch("[0-9a-f]{64}", path.name))
    for old in sorted(others, key=lambda path: -path.stat().st_mtime_ns)[_NEWEST:]:
        old.unlink(missing_ok=True)


def _recall(name: Path, options: Options, data: Path, loaded: Loaded) -> tuple[Collector, Tables] | None:
    """What is kept under a name; None where nothing is, or nothing whole."""
    try:
        content = load_bytes(name, "a kept table") if name.is_file() else b""
    except CitygraphError:
        return None  # it is made anew
    if hashlib.sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
        return None
    with np.load(io.BytesIO(content[_DIGEST:]), allow_pickle=False) as kept:
        arrays = {key: kept[key] for key in kept.files}
    texts = arrays["terms"].tobytes().decode().split("\n")
    told = json.loads(arrays["told"].tobytes())
    columns = [arrays[key].tobytes() for key in "spog"]
    problems, encoded = ([Problem(**each) for each in told[key]] for key in ("problems", "encoded"))
    collector = Collector(Terms(texts, {text: number for number, text in enumerate(texts)}), columns)
    tables = Tables()
    rules, _ = rules_of(data, loaded)
    for number, table_name in enumerate(in_order(options.tables, rules)):
        table = description(table_name, data)
        stated = Stated(table, options.tables[table_name], loaded.problems, collector.terms)
        stated.restore(*(array("i", arrays[f"{key}{number}"].tobytes()) for key in "xyzr"))
        tables.stated.append(stated)
        places = {ID + table.source.name: (table.source, "")}
        tables.encoded.append(Encoded(GRAPH + table.source.name, [], places))
    loaded.problems += problems
    if tables.encoded:
        tables.encoded[0].problems += encoded
    return collector, tables
