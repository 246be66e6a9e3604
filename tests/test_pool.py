"""The pool: what a query may take, what happens to its neighbours, and that nothing stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

from citygraph import Release
from citygraph.problems import CitygraphError
from citygraph.web import answering
from citygraph.web.answering import GRAPHS, INLINE, Sink, Status, answer, count_rows, nothing_opens
from citygraph.web.guard import Refused, admit
from citygraph.web.limits import Limits
from citygraph.web.outcome import Missing
from citygraph.web.pool import Answer, BadQuery, Busy, Crashed, OutOfMemory, Pool, QueryError, TimedOut, TooLarge
from citygraph.web.worker import SMALL

#: Never ends, whatever the machine.
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
LIGHT = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"
CONSTRUCT = "CONSTRUCT { ?s ?p ?o } WHERE { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } LIMIT %d }"
PATIENT = Limits(seconds=60, workers=2, slow=2)


def use(folder: Path, limits: Limits, body: Callable[[Pool], Awaitable[Any]]) -> Any:
    """Run something with an open pool."""

    async def main() -> Any:
        async with Pool(folder, limits) as pool:
            return await body(pool)

    return asyncio.run(main())


async def ask(pool: Pool, text: str, format: str = "json") -> bytes:
    return await (await pool.run(text, format)).whole()


async def until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(0.01)


def children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    return []


def holder(pool: Pool) -> int:
    assert pool._holder.process
    return pool._holder.process.pid


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def workers(pool: Pool) -> list[int]:
    return children(holder(pool))


def test_every_format(dist: Path) -> None:
    async def body(pool: Pool) -> None:
        text = 'SELECT * WHERE { VALUES (?x ?y) { ("a\\n\\",}},{" UNDEF) (UNDEF <x:y>) (UNDEF UNDEF) } }'
        answers = {form: await pool.run(text, form) for form in ("json", "xml", "csv", "tsv")}
        assert {form: got.rows for form, got in answers.items()} == dict.fromkeys(answers, 3)
        whole = {form: await got.whole() for form, got in answers.items()}
        assert {form: got.size for form, got in answers.items()} == {form: len(got) for form, got in whole.items()}
        assert json.loads(whole["json"])["results"]["bindings"][0] == {"x": {"type": "literal", "value": 'a\n",}},{'}}
        assert len(ElementTree.fromstring(whole["xml"])[1]) == 3
        assert list(csv.reader(whole["csv"].decode().splitlines(keepends=True)))[2] == ["", "x:y"]
        assert whole["tsv"].split(b"\n")[2] == b"\t<x:y>"
        assert json.loads(await ask(pool, "ASK {}")) == {"head": {}, "boolean": True}
        for form, kind in {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES,
                           "jsonld": ox.RdfFormat.JSON_LD, "rdf": ox.RdfFormat.RDF_XML}.items():  # fmt: skip
            got = await pool.run(CONSTRUCT % 20, form)
            assert got.rows == 20
            assert len(list(ox.parse(await got.whole(), kind))) == 20
        for form, said in (("ttl", LIGHT), ("csv", "DESCRIBE <x:y>"), ("pdf", LIGHT)):
            with pytest.raises(BadQuery):
                await pool.run(said, form)

    use(dist, PATIENT, body)


def test_the_dataset(dist: Path) -> None:
    async def body(pool: Pool) -> None:
        count, inside = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
        graph, other = sorted(pool.graphs)[:2]

        async def number(text: str, *dataset: list[str] | None) -> int:
            return int((await (await pool.run(text, "csv", *dataset)).whole()).split()[1])

        both = await number(count)
        assert both >= await number(inside) > 0
        one, two = await number(count, [graph], []), await number(count, [other], [])
        assert 0 < one < both
        assert await number(count, [graph, other], []) == one + two
        assert await number(inside, [graph], []) == 0
        assert await number(count, [], [graph]) == 0
        assert await number(inside, [], [graph]) == one

    use(dist, PATIENT, body)


def test_the_last_row_and_one_more(dist: Path) -> None:
    select = "SELECT ?s ?o WHERE {{ ?s ?p ?o }} LIMIT {}"

    async def body(pool: Pool) -> None:
        for form in ("json", "xml", "csv", "tsv"):
            assert (await pool.run(select.format(100), form)).rows == 100
            with pytest.raises(TooLarge, match="more than 100 rows"):
                await pool.run(select.format(101), form)
            with pytest.raises(TooLarge, match="more than 100 rows"):
                await pool.run("SELECT * { ?s ?p ?o }", form)
        for form in ("ttl", "nt", "jsonld", "rdf"):
            assert (await pool.run(CONSTRUCT % 100, form)).rows == 100
            with pytest.raises(TooLarge, match="more than 100 triples"):
                await pool.run(CONSTRUCT % 101, form)

    use(dist, Limits(seconds=60, workers=1, slow=1, rows=100), body)


@pytest.mark.parametrize(("text", "format"), [("SELECT * { ?s ?p ?o }", "json"), (CONSTRUCT % 5000, "nt")])
def test_the_last_byte_and_one_more(dist: Path, text: str, format: str) -> None:
    whole = use(dist, PATIENT, lambda pool: ask(pool, text, format))
    assert len(whole) > INLINE  # goes through a file
    same = use(dist, Limits(seconds=60, workers=1, slow=0, bytes=len(whole)), lambda pool: ask(pool, text, format))
    assert same == whole
    with pytest.raises(TooLarge, match=f"more than {len(whole) - 1:,} bytes"):
        use(dist, Limits(seconds=60, workers=1, slow=0, bytes=len(whole) - 1), lambda pool: ask(pool, text, format))


@pytest.mark.parametrize(
    "values", ['"a"', '"},{"', '"\\r\\n"', '"\\""', '"\\\\"', '"<result>"', '"x:{}"', '"{}" UNDEF', "UNDEF"]
)
def test_rows_are_counted_whatever_stands_in_them(values: str) -> None:
    for query in (
        f"SELECT ?x ?y {{ VALUES ?x {{ {values} 1 UNDEF }} }}",
        f"SELECT ?x {{ VALUES ?x {{ {values} }} FILTER(false) }}",
    ):
        solutions: Any = ox.Store().query(query)
        number = len(list(solutions))
        for name in ("json", "xml", "csv", "tsv"):
            again: Any = ox.Store().query(query)
            assert count_rows(name, again.serialize(format=getattr(ox.QueryResultsFormat, name.upper()))) == number


@pytest.mark.parametrize("format", ["ttl", "nt", "jsonld", "rdf"])
@pytest.mark.parametrize("readable", [True, False])
def test_the_same_graph_has_the_same_bytes(
    format: str, readable: bool, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "READABLE", 20_000 if readable else 10)
    text = "DESCRIBE <https://w3id.org/citygraph/id/lahti> <https://w3id.org/citygraph/id/ubc>"
    request = {"text": text, "format": format, "default": None, "named": None}
    answers = set()
    for _ in range(4):
        with tempfile.TemporaryFile(buffering=0) as spool:
            sink = Sink(spool, Limits())
            assert answer(release.store, request, sink, Limits())[0] == Status.DONE
            answers.add(b"".join(sink.parts))
    assert len(answers) == 1
    parsed = {quad.triple for quad in ox.parse(answers.pop(), format=GRAPHS[format])}
    triples: Any = release.store.query(text, use_default_graph_as_union=True)
    assert parsed == set(triples)


def test_time(dist: Path) -> None:
    async def body(pool: Pool) -> None:
        with pytest.raises(TimedOut, match=r"longer than 0\.5 seconds"):
            await ask(pool, ENDLESS)
        assert await ask(pool, LIGHT)

    use(dist, Limits(seconds=0.5, workers=1, slow=0), body)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (GROUP_CONCAT(STR(?c)) AS ?x) { ?a ?b ?c . ?d ?e ?f }",
        "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
        "SELECT (COUNT(DISTINCT ?x) AS ?n) { ?a ?b ?c . ?d ?e ?f BIND (CONCAT(STR(?c), STR(?f)) AS ?x) }",
        "SELECT DISTINCT ?a ?c ?d ?f { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a",
    ],
)
def test_memory(dist: Path, text: str) -> None:
    async def body(pool: Pool) -> None:
        with pytest.raises(OutOfMemory, match="more than 30,000,000 bytes of mem"):
            await ask(pool, text)
        assert await ask(pool, LIGHT)

    use(dist, Limits(seconds=60, workers=1, slow=0, memory=30_000_000), body)


def test_what_the_guard_lets_through_does_not_crash(dist: Path) -> None:
    """The longest chains and the deepest nests; whatever else becomes of them, their worker lives or is told to end."""
    limits = Limits(seconds=1, workers=2, slow=0, waiting=100)
    nests = [("{", "}"), ("FILTER EXISTS{", "}"), ("{SELECT * {", "}}"), ("GRAPH ?g{", "}"), ("OPTIONAL{", "}")]
    nests += [("(", ")"), ("IF(1,1,", ")"), ("STR(", ")"), ("-(", ")"), ("1 IN (", ")"), ("1+(2*", ")")]
    deep = []
    for opens, closes in nests:
        levels = 98 // len(closes)
        inner = opens * levels + ("?s ?p ?o" if "{" in opens else "1") + closes * levels
        deep.append(f"SELECT * {{ {inner if '{' in opens else f'FILTER({inner})'} }}")
    deep.append(f"SELECT * {{ ?s {'(' * 98}<x:y>{')*' * 98} ?o }}")
    chains = ["||?o", "&&?o", "+?o", "*1", "|| !?o", "=1", "=- 1"]
    deep += [f"SELECT * {{ ?s ?p ?o FILTER(?o{link * (99_000 // len(link))}) }}" for link in chains]
    deep += [f"SELECT * {{ ?s <x:y>{link * (99_000 // len(link))} ?o }}" for link in ("/<x:y>", "|<x:y>", "/^<x:y>")]
    links = [
        "UNION{}",
        "UNION{?s ?p ?o}",
        "MINUS{?s ?p ?o}",
        "OPTIONAL{?s ?p ?o}",
        "FILTER(?o)",
        ".?s ?p ?o",
        ";?p ?o",
        "VALUES ?s{1}",
    ]
    deep += [
        f"SELECT * {{ {{?s ?p ?o}} {'' if 'U' in link or 'O' in link else '?s ?p ?o '}{link * (99_000 // len(link))} }}"
        for link in links
    ]
    deep += ["SELECT " + "".join(f"(1 AS ?b{n})" for n in range(7000)) + "{}", "DESCRIBE " + "<x:y> " * 16_000]

    async def one(pool: Pool, text: str) -> str:
        try:
            await pool.run(admit(text, limits, ()).text, "nt" if text.startswith("DESCRIBE") else "json")
        except (Refused, QueryError) as error:
            return type(error).__name__
        return "answered"

    async def body(pool: Pool) -> list[str]:
        return await asyncio.gather(*(one(pool, text) for text in deep))

    ends = use(Path(dist), limits, body)
    assert "Crashed" not in ends
    assert {"answered", "TimedOut"} <= set(ends)


def test_a_crash_takes_only_its_own_query(dist: Path) -> None:
    """A stack that overflows: handed to the pool past the guard."""
    limits = Limits(seconds=60, workers=2, slow=1, length=1000, nesting=10)

    async def body(pool: Pool) -> list[Any]:
        bomb = "SELECT * WHERE " + "{" * 90_000 + "}" * 90_000
        asked = [ask(pool, bomb if n == 5 else LIGHT) for n in range(20)]
        return await asyncio.gather(*asked, return_exceptions=True)

    ends = use(dist, limits, body)
    assert [n for n, end in enumerate(ends) if isinstance(end, Crashed)] == [5]
    assert set(ends[:5]) | set(ends[6:]) == {ends[0]}


def test_killed_from_outside(dist: Path) -> None:
    async def body(pool: Pool) -> None:
        running = [asyncio.create_task(ask(pool, ENDLESS)) for _ in range(2)]
        await until(lambda: pool.load["slow"] == 2)
        for pid in workers(pool):  # those that run, and those that wait
            os.kill(pid, signal.SIGKILL)
        ends = await asyncio.gather(*running, return_exceptions=True)
        assert [type(end) for end in ends] == [Crashed, Crashed]
        await until(lambda: pool.load["workers_started"] == 8 and len(workers(pool)) == 4)
        assert len({await ask(pool, LIGHT) for _ in range(8)}) == 1
        # and the process that holds the graph
        running = [asyncio.create_task(ask(pool, ENDLESS))]
        await until(lambda: pool.load["slow"] == 1)
        was = workers(pool)
        os.kill(holder(pool), signal.SIGKILL)
        assert [type(end) for end in await asyncio.gather(*running, return_exceptions=True)] == [Crashed]
        assert await ask(pool, LIGHT)
        await until(lambda: not any(map(alive, was)))

    use(dist, PATIENT, body)


def test_nobody_waits_for_ever_where_no_worker_can_come(dist: Path, tmp_path: Path) -> None:
    (tmp_path / "citygraph.nq").write_bytes((dist / "citygraph.nq").read_bytes())

    async def body(pool: Pool) -> None:
        (tmp_path / "citygraph.nq").unlink()
        os.kill(holder(pool), signal.SIGKILL)
        await until(lambda: not pool._workers)
        with pytest.raises(Busy, match="no worker became free"):
            await asyncio.wait_for(pool.run(LIGHT, "json"), 60)

    use(tmp_path, Limits(seconds=0.2, workers=1, slow=1), body)


def test_another_release_in_the_place_of_the_one_that_is_served_is_not_mixed_with_it(
    dist: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "citygraph.nq"
    file.write_bytes((dist / "citygraph.nq").read_bytes())

    async def body(pool: Pool) -> None:
        file.write_text("<x:s> <x:p> <x:o> <x:g> .\n")
        assert await ask(pool, LIGHT), "what was read is served on"
        os.kill(holder(pool), signal.SIGKILL)
        await until(lambda: not pool._workers)
        with pytest.raises(Busy):
            await asyncio.wait_for(pool.run(LIGHT, "json"), 60)

    use(tmp_path, Limits(seconds=0.2, workers=1, slow=1), body)
    assert "another release now: start the server anew" in capsys.readouterr().err


def test_a_hundred_at_once(dist: Path) -> None:
    async def body(pool: Pool) -> list[bytes]:
        return await asyncio.gather(*(ask(pool, f"SELECT ({n} AS ?n) {{ ?s ?p ?o }} LIMIT 3") for n in range(100)))

    answers = use(dist, Limits(seconds=60, workers=2, slow=2, waiting=100), body)
    assert [json.loads(got)["results"]["bindings"][2]["n"]["value"] for got in answers] == [str(n) for n in range(100)]


def test_cancelled(dist: Path) -> None:
    async def body(pool: Pool) -> None:
        tasks = [asyncio.create_task(ask(pool, ENDLESS)) for _ in range(3)]
        await until(lambda: pool.load["running"] == 1 and pool.load["waiting"] == 2)
        for task in reversed(tasks):
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(end) for end in ends] == [asyncio.CancelledError] * 3
        assert await ask(pool, LIGHT)
        assert pool.load["waiting"] == pool.load["slow"] == 0

    use(dist, Limits(seconds=60, workers=1, slow=0, light=60), body)


def policies(pids: Sequence[int]) -> list[int]:
    return sorted(
        int(Path(f"/proc/{pid}/task/{task.name}/stat").read_text("ascii").rpartition(")")[2].split()[38])
        for pid in pids
        for task in Path(f"/proc/{pid}/task").iterdir()
    )


def test_light_queries_pass_while_one_long_query_for_each_worker_runs(dist: Path) -> None:
    async def body(pool: Pool) -> None:
        long = [asyncio.create_task(ask(pool, ENDLESS)) for _ in range(2)]
        await asyncio.gather(*(ask(pool, LIGHT) for _ in range(50)))
        assert pool.load["running"] == 2
        assert not any(task.done() for task in long)
        await until(lambda: pool.load["slow"] == 2)
        # Field 41 is the policy of a thread, two to each worker: 5 runs only while a processor is idle.
        await until(lambda: policies(workers(pool)) == [0, 0, 0, 0, 5, 5, 5, 5])
        cores = os.sched_getaffinity(0)
        used = {frozenset(os.sched_getaffinity(pid)) for pid in workers(pool)}
        assert used == {frozenset(cores), frozenset(sorted(cores)[len(cores) // 2 :])}
        for task in long:
            task.cancel()

    use(dist, PATIENT, body)


def test_busy(dist: Path) -> None:
    async def body(pool: Pool) -> None:
        first = asyncio.create_task(ask(pool, ENDLESS))
        await until(lambda: pool.load["slow"] == 1)
        second = asyncio.create_task(ask(pool, ENDLESS))
        await until(lambda: pool.load["slow"] == 2)
        assert await ask(pool, LIGHT)  # for which the younger gave way
        with pytest.raises(Busy, match="too many long queries"):
            await second
        assert not first.done()
        waiting = [asyncio.create_task(ask(pool, ENDLESS)) for _ in range(4)]
        await until(lambda: pool.load["waiting"] == 3)
        with pytest.raises(Busy, match="3 queries are waiting") as caught:
            await ask(pool, LIGHT)
        assert caught.value.retry_after > 0
        for task in (first, *waiting):
            task.cancel()

    use(dist, Limits(seconds=60, workers=1, slow=1, waiting=3), body)


def test_no_service_past_the_guard(dist: Path) -> None:
    """The second wall: a worker that evaluates opens no socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        async def body(pool: Pool) -> list[Any]:
            clauses = [
                f"SERVICE <{url}> {{ ?s ?p ?o }}",
                f"SERVICE SILENT <{url}> {{ ?s ?p ?o }}",
                "SERVICE <http://localhost/> {}",
            ]
            asked = [ask(pool, f"SELECT * {{ {clause} }}") for clause in clauses]
            return await asyncio.gather(*asked, return_exceptions=True)

        ends = use(dist, PATIENT, body)
        assert [type(end) for end in ends] == [Crashed, bytes, Crashed]
        with pytest.raises(BlockingIOError):
            server.accept()


def test_nothing_opens(tmp_path: Path) -> None:
    with nothing_opens():
        for open_one in (socket.socket, lambda: (tmp_path / "x").open("w"), os.pipe):
            with pytest.raises(OSError, match="Too many open files"):
                open_one()
    socket.socket().close()
    with (tmp_path / "spool").open("w+b", buffering=0) as spool:
        request = {"text": "ASK {}", "format": "csv", "default": None, "named": None}
        assert answer(ox.Store(), request, Sink(spool, PATIENT), PATIENT) == (Status.DONE, 1, "")


def test_an_answer_that_nobody_reads_gives_its_file_back(dist: Path) -> None:
    async def body(pool: Pool) -> None:
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        for _ in range(3):
            got = await pool.run("SELECT * { ?s ?p ?o }", "json")
            assert got.size > INLINE
            async for _ in got.chunks():
                break
            got.close()
            del got
        assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208

    use(dist, PATIENT, body)


def test_a_query_with_an_error(dist: Path) -> None:
    async def body(pool: Pool) -> None:
        with pytest.raises(BadQuery, match=r"^error at 1:11: something else was expected$"):
            await ask(pool, "SELECT * {")
        with pytest.raises(BadQuery, match="custom function"):
            await ask(pool, "SELECT (<x:f>(1) AS ?x) {}")
        assert pool.load["workers_started"] == 4

    use(dist, PATIENT, body)


def test_closing_leaves_no_process_and_no_query(dist: Path) -> None:
    async def body(pool: Pool) -> tuple[list[int], list[asyncio.Task[bytes]]]:
        tasks = [asyncio.create_task(ask(pool, ENDLESS)) for _ in range(4)]
        await until(lambda: pool.load["slow"] == 2)
        return [holder(pool), *workers(pool)], tasks

    async def main() -> list[int]:
        async with Pool(dist, PATIENT) as pool:
            pids, tasks = await body(pool)
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(end) for end in ends} <= {Crashed, Busy}
        with pytest.raises(Busy, match="closing"):
            await ask(pool, LIGHT)
        return pids

    pids = asyncio.run(main())
    assert len(pids) == 5
    assert not any(map(alive, pids))


def test_what_pages_need_of_a_large_graph_is_read_after_the_start(dist: Path, tmp_path: Path) -> None:
    """Workers that were there before are replaced, queries go on meanwhile, and pages wait for no longer than that."""
    shutil.copytree(dist, tmp_path / "dist")
    with (tmp_path / "dist" / "citygraph.nq").open("a", encoding="ascii") as file:
        file.writelines(f"<x:s{at}> <x:p> <x:o{at}{'-' * 100}> <x:g> .\n" for at in range(SMALL // 120))

    async def body(pool: Pool) -> None:
        before = set(workers(pool))
        page = asyncio.create_task(pool.ask({"page": "page/lahti.html", "language": "fi"}))
        while not page.done():
            assert await ask(pool, LIGHT)
            await asyncio.sleep(0.01)
        assert b"<bdi>Lahti</bdi>" in await page.result().whole()
        await until(lambda: len(workers(pool)) == 4 and not before & set(workers(pool)))
        assert pool.load["workers_started"] >= 8
        with pytest.raises(Missing):
            await pool.ask({"page": "page/nothing.html", "language": "fi"})

    use(tmp_path / "dist", PATIENT, body)


def test_a_killed_server_leaves_no_process(dist: Path) -> None:
    code = f"""
import asyncio
from pathlib import Path
from citygraph.web.limits import Limits
from citygraph.web.pool import Pool
async def main():
    async with Pool(Path({str(dist)!r}), Limits(seconds=600, workers=2, slow=1)) as pool:
        task = asyncio.create_task(pool.run({ENDLESS!r}, "json"))
        while not pool.load["slow"]: await asyncio.sleep(0.01)
        print("ready", flush=True)
        await task
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as server:
        assert server.stdout
        assert server.stdout.readline() == b"ready\n"
        (held,) = children(server.pid)
        pids = [held, *children(held)]
        assert len(pids) == 4
        server.kill()
    asyncio.run(asyncio.wait_for(until(lambda: not any(map(alive, pids))), 30))


def test_a_release_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CitygraphError, match=r"citygraph\.nq: cannot be read"):
        use(tmp_path, PATIENT, lambda pool: ask(pool, LIGHT))
    (tmp_path / "citygraph.nq").write_text("no RDF\n", "utf-8")
    with pytest.raises(CitygraphError, match=r"citygraph\.nq: not RDF"):
        use(tmp_path, PATIENT, lambda pool: ask(pool, LIGHT))


def test_an_answer_is_read_once_and_closed_twice() -> None:
    got = Answer(3, 1, b"abc")
    assert asyncio.run(got.whole()) == b"abc"
    got.close()
    got.close()
