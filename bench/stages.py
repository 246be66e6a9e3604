"""A table of stages at several sizes, beside the floor and, at the smallest size, beside the reference tools.

Usage: stages.py SIGNATORIES.csv [--sizes 1000 10000 100000] [--references 1000] [--folder DIR]

Each measurement is a process of its own, one after the other: seconds of the wall, seconds of the processor, peak
resident memory, triples. The tables are made from the real one by grow.py: other names, codes and places, the same
distributions. The floor reads and writes the same RDF files with pyoxigraph and does nothing else. The references are
rdflib (reads, writes), owlrl (closure) and pySHACL (validation), called plainly on the same graph.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
Measured = dict[str, Any]


def build(table: Path, out: Path) -> Measured:
    """The whole build, its stages told by its own steps."""
    from citygraph import build as pipeline
    from citygraph.options import Options
    from citygraph.tables import load

    resolved, resolve = 0.0, load._matches

    def timed(*given: Any) -> Any:
        nonlocal resolved
        start = time.perf_counter()
        found = resolve(*given)
        resolved += time.perf_counter() - start
        return found

    load._matches = timed  # type: ignore[assignment]
    steps: list[tuple[str, float]] = []
    options = Options(tables={"gcom": [table]}, step=lambda name: steps.append((name, time.perf_counter())))
    began = time.perf_counter()
    built = pipeline.release(ROOT / "data", out, options)
    ends = [when for _, when in steps[1:]] + [time.perf_counter()]
    stages: dict[str, float] = {"start": steps[0][1] - began}
    for (name, start), end in zip(steps, ends, strict=True):
        stages[name] = stages.get(name, 0) + end - start
    stages["encoding"] -= resolved
    stages["resolving"] = resolved
    return {"stages": stages, "triples": len(built.asserted), "inferred": len(built.inferred)}


def read(table: Path) -> Measured:
    """The rows of the table alone. A build reads and encodes row by row, so that it cannot be told apart there."""
    from citygraph.tables import load
    from citygraph.tables.read import read_rows

    start = time.perf_counter()
    rows = sum(1 for _ in read_rows(table, load.description("gcom", ROOT / "data"), []))
    return {"seconds": time.perf_counter() - start, "rows": rows}


def floor(out: Path) -> Measured:
    """Every RDF file of a release read and written by pyoxigraph."""
    import pyoxigraph as ox

    count = 0
    with tempfile.TemporaryDirectory() as folder:
        for file in sorted(out.iterdir()):
            form = ox.RdfFormat.from_extension(file.suffix[1:])
            if form is None or file.name in ("ontology.ttl", "context.jsonld"):
                continue

            def counted(quads: Iterator[ox.Quad]) -> Iterator[ox.Quad]:
                nonlocal count
                for quad in quads:
                    count += 1
                    yield quad

            quads = counted(ox.parse(path=str(file), format=form))
            told: Any = quads if form.supports_datasets else (quad.triple for quad in quads)
            ox.serialize(told, output=str(Path(folder) / file.name), format=form)
    return {"triples": count}


def references(out: Path) -> Measured:
    """rdflib, owlrl and pySHACL on the triples of a release, each called plainly."""
    import owlrl
    import pyshacl
    import rdflib

    stages: dict[str, float] = {}

    def stage(name: str, call: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = call()
        stages[name] = time.perf_counter() - start
        return found

    graph = stage("read", lambda: rdflib.Graph().parse(out / "citygraph.ttl"))
    axioms = rdflib.Graph().parse(out / "ontology.ttl")
    shapes = rdflib.Graph()
    for file in sorted((ROOT / "ontology/shapes").glob("*.ttl")):
        shapes.parse(file)
    size = len(graph)
    stage("validate", lambda: pyshacl.validate(graph, shacl_graph=shapes, ont_graph=axioms, inference="none"))
    closed = rdflib.Graph()
    for triple in [*graph, *axioms]:
        if not isinstance(triple[2], rdflib.Literal):
            closed.add(triple)
    stage("reason", lambda: owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(closed))
    with tempfile.TemporaryDirectory() as folder:
        stage("export", lambda: graph.serialize(Path(folder) / "said.ttl"))
    return {"stages": stages, "triples": size, "inferred": len(closed) - size}


def _measured(what: str, *paths: Path) -> Measured:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--one", what, *map(str, paths)]
    began = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    wall = time.perf_counter() - began
    return {"wall": wall, **json.loads(done.stdout.splitlines()[-1])}


def _one(what: str, paths: list[Path]) -> None:
    found = {"build": build, "read": read, "floor": floor, "references": references}[what](*paths)  # type: ignore[operator]
    mine, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    found["processor"] = sum(use.ru_utime + use.ru_stime for use in (mine, children))
    found["peak"] = (mine.ru_maxrss + children.ru_maxrss) / 1024  # at most: the two need not peak together
    print(json.dumps(found))


def _row(size: int, what: str, stage: str, seconds: float, more: tuple[str, str, str] = ("", "", "")) -> str:
    return f"| {size:,} | {what} | {stage} | {seconds:.2f} | " + " | ".join(more) + " |"


def _rows(size: int, what: str, found: Measured) -> Iterator[str]:
    for stage, seconds in found.get("stages", {}).items():
        if seconds >= 0.005:
            yield _row(size, what, stage, seconds)
    triples = f"{found['triples']:,}" + (f" + {found['inferred']:,}" if "inferred" in found else "")
    yield _row(size, what, "total", found["wall"], (f"{found['processor']:.2f}", f"{found['peak']:,.0f}", triples))


def main() -> None:
    """Measure, and print Markdown."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("table", type=Path)
    reader.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    reader.add_argument("--references", type=int, default=1_000, help="sizes up to this one get the references too")
    reader.add_argument("--folder", type=Path, help="where tables and releases are kept; a temporary folder else")
    told = reader.parse_args()
    from grow import sized

    names = ("pyoxigraph", "numpy", "rdflib", "owlrl", "pyshacl")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names) + "\n")
    print("| signatories | what | stage | seconds | processor | peak MiB | triples |")
    print("|---:|---|---|---:|---:|---:|---:|")
    ratios = []
    with tempfile.TemporaryDirectory() as aside:
        folder = told.folder or Path(aside)
        for size in told.sizes:
            table, out = folder / f"gcom-{size}.csv", folder / f"release-{size}"
            sized(told.table, table, size)
            ours, least = _measured("build", table, out), _measured("floor", out)
            ours["stages"]["reading the table alone (within encoding)"] = _measured("read", table)["seconds"]
            for what, found in (("citygraph", ours), ("floor", least)):
                print("\n".join(_rows(size, what, found)), flush=True)
            ratios.append(f"{size:,}: {ours['wall'] / least['wall']:.2f} times the floor's seconds")
            if size <= told.references:
                plain = _measured("references", out)
                print("\n".join(_rows(size, "references", plain)), flush=True)
                ratios.append(f"{size:,}: references {plain['wall'] / ours['wall']:.0f} times citygraph's seconds")
    print("\n" + "\n".join(ratios))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(sys.argv[2], [Path(each) for each in sys.argv[3:]])
    else:
        main()
