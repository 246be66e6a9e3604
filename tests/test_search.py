"""Search by name: folding, ranking, and the files by which a site without a server searches."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from citygraph.files import MARKER
from citygraph.pages import search
from citygraph.pages.paths import file_name, key_of
from citygraph.pages.reader import Reader
from citygraph.pages.search import Index, Named, find, fold
from citygraph.rdf import storage
from citygraph.vocabulary import ID


def index(*names: str | tuple[str, ...]) -> Index:
    every = [(name,) if isinstance(name, str) else name for name in names]
    return Index([Named(f"{ID}{at}", "City", "FI", one, (0, 0, 0)) for at, one in enumerate(every)])


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Jyväskylä", "jyvaskyla"), ("  Åbo / TURKU ", "abo turku"), ("Gießen", "giessen"), ("Łódź", "lodz"),
        ("Tromsø", "tromso"), ("Ærø", "aero"), ("İzmir", "izmir"), ("ΑΘΉΝΑΣ", "αθηνασ"), ("Αθήνας", "αθηνασ"),
        ("Йошкар-Ола", "иошкар ола"), ("أكادير", "اكادير"), ("서울", "서울"), ("ﬁ ①", "fi 1"), ("<script>", "script"),
        ("\u202egnp", "gnp"), ("…!?", ""), ("", ""),
    ],
)  # fmt: skip
def test_letters_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded


def test_the_whole_name_comes_first_then_its_beginning_then_a_word_then_what_it_holds() -> None:
    names = index("Uusi-Lahti", "Kylahti", "Lahti Park", "Lahti", "Lahdenkylä", ("Else", "Lahtis"))
    hits = find(names, "LAHTI")
    assert [(hit.name, hit.rank) for hit in hits] == [
        ("Lahti", 0), ("Lahtis", 1), ("Lahti Park", 1), ("Uusi-Lahti", 2), ("Kylahti", 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("park lah", ["Lahti Park"]), ("x", ["X"]), ("京", ["京都"]), ("北京", ["北京市", "大北京"]),
        ("都市", []), ("ti", []),
        ("la p", ["Lahti Park"]), ("", []), ("?!", []), ("l", []), ("الرب", ["الرباط"]), ("моск", ["Москва"]),
    ],
)  # fmt: skip
def test_words_in_any_order_and_script(words: str, found: list[str]) -> None:
    names = index("Lahti Park", "X", "Xanten", "京都", "北京市", "大北京", "الرباط", "Москва")
    assert [hit.name for hit in find(names, words)] == found


def by_files(files: dict[str, bytes], words: str) -> set[str]:
    """The files of things that static/search.js has at hand when it looks for words."""
    told = json.loads(files["search/index.json"])
    wanted = fold(words).split()
    long = [word for word in wanted if len(word) > (1 if word >= "\u2e80" else 2)]
    folder = "in" if long else "begin"
    wholes = [word for word in wanted if len(word) == 2 or word >= "\u2e80"] or wanted
    grams = [word[at : at + 2] for word in long for at in range(len(word) - 1)] or wholes
    smallest = min(grams, key=lambda gram: told[folder].get(gram, 0))
    if smallest not in told[folder]:
        return set()
    return {row[0] for row in json.loads(files[f"search/{folder}/{search.file_of(smallest)}.json"])}


@pytest.mark.parametrize(
    "words", ["lahti", "la", "covenant of", "mayors", "de l", "åb", "ekokau", "city lah", "a", "q"]
)
def test_one_small_file_holds_all_that_a_search_finds(release_index: Index, words: str) -> None:
    files = dict(search.shards(release_index))
    hits = {hit.iri.removeprefix(ID) for hit in find(release_index, words, 1000)}
    assert hits <= by_files(files, words)
    assert max(map(len, files.values())) < 100_000
    assert dict(search.shards(release_index)) == files


@pytest.fixture(scope="module")
def release_index(dist: Path) -> Index:
    store = storage.load(dist / MARKER, storage.format_of(dist / MARKER), lenient=True)
    return search.read(Reader(store, str(dist / "ontology.ttl")))


def test_thirty_thousand_names_are_searched_in_a_moment() -> None:
    towns = ("Étienne", "Georges", "Lahti", "Marie", "Nicolas", "Örebro", "Paul", "Pierre", "Quentin", "Rémy")
    names = index(*(f"{towns[at % 10]}-de-{at:x}-sur-{at * 7919 % 104729}" for at in range(30_000)))
    start = time.process_time()
    for words in ("lahti", "etienne", "de f", "sur 99"):
        assert len(find(names, words)) == 50
    assert (time.process_time() - start) / 4 < 0.1  # 0.01 to 0.02 s at rest


def test_files_are_named_alike_on_any_system() -> None:
    names = [search.file_of(gram) for gram in ("la", "l1", "λα", "京", "ﬀ", "a", "co", "nu")]
    assert len({name.lower() for name in names}) == len(names)
    assert all(name.isascii() and name.replace("-", "").isalnum() for name in names)


SCRIPT = Path(search.__file__).parent / "static" / "search.js"
TYPED = (
    "lahti", "LAHTI city", "Åbo", "covenant of mayors", "de l", "la", "l", "eko kau", "ystävä", "İstanbul", "北京",
    "京", "서울", "Αθήνας", "ﬁ", "mayors 2030", "2020", "x y", "…", "<script>", "W" * 400, "a b c d e f g h i j",
)  # fmt: skip
_RUN = """
globalThis.document = { querySelector: () => null };
const { readFileSync } = await import("node:fs");
const { find, fold, shard } = await import(process.argv[1]);
const { files, texts, typed } = JSON.parse(readFileSync(0, "utf-8"));
const told = JSON.parse(files["search/index.json"]);
const hits = typed.map((words) => {
  const file = shard(words, told);
  const rows = file ? JSON.parse(files[`search/${file}`]) : [];
  return find(rows, words, told.order).map((hit) => [hit.row[0], hit.key[4], hit.key[0]]);
});
console.log(JSON.stringify({ folded: texts.map(fold), hits }));
"""


def test_the_script_of_the_page_folds_and_ranks_alike(release_index: Index) -> None:
    node = shutil.which("node")
    if node is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no node")
    signs = [chr(code) for code in range(0x20, 0x3100) if chr(code).isprintable()]
    texts = [*TYPED, *(name for _, name, _ in release_index.names), *(f"x{sign}x" for sign in signs)]
    files = {path: content.decode() for path, content in search.shards(release_index)}
    asked = json.dumps({"files": files, "texts": texts, "typed": TYPED})
    command = [node, "--input-type=module", "-e", _RUN, SCRIPT.as_uri()]
    done = subprocess.run(command, input=asked, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    differ = [(text, mine, theirs) for text, mine, theirs in zip(texts, map(fold, texts), told["folded"], strict=True)
              if mine != theirs]  # fmt: skip
    assert len(differ) < 10, differ[:20]  # letters that one of the two does not know yet
    assert not [text for text, _, _ in differ if text in TYPED or not text.startswith("x")]
    for words, hits in zip(TYPED, told["hits"], strict=True):
        found = [[file_name(key_of(hit.iri)), hit.name, hit.rank] for hit in find(release_index, words)]
        assert hits == found, words
