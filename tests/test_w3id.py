"""The redirects of the permanent addresses, asked of a real Apache with mod_rewrite as w3id.org runs it."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from citygraph.pages import paths
from citygraph.site import w3id
from citygraph.vocabulary import CLAIM, ID

pytest.importorskip("jinja2", reason="pip install 'citygraph[site]'")

BASE = "https://data.example.org/a%20b/"
#: Keys whose files have other names: capitals, other scripts, signs that mean something to mod_rewrite, a folder.
ODD = ("Lahti", "ЛАХТИ", "a%20b", "a%22b", "x(y)+z", "a/b", "con", "é", "q*", "a$1", "a~b", "50%25")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
#: What Debian does not build in.
MODULES = ("mpm_event", "authz_core", "rewrite")
Ask = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Ask a server that has the rules in its folder citygraph/: the status and where it leads."""
    server = shutil.which("apache2") or shutil.which("httpd")
    folder = Path("/usr/lib/apache2/modules")
    if server is None or not folder.is_dir():
        said = "no apache2 (Debian's package)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)
    with tempfile.TemporaryDirectory() as name, socket.socket() as taken:
        root = Path(name)
        root.chmod(0o755)  # the server gives up root's rights
        (root / "htdocs" / "citygraph").mkdir(parents=True)
        files = ["citygraph.ttl", "catalog.ttl", "void.ttl", "sources/x.ttl"]
        odd = [*(ID + key for key in ODD), f"{ID}row/gcom/FI0001", f"{CLAIM}src/Fact"]
        rules = w3id.htaccess(BASE, odd, release=files, version="1.0")
        (root / "htdocs" / "citygraph" / ".htaccess").write_text(rules, "utf-8")
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.close()
        (root / "conf").write_text(
            "".join(f"LoadModule {module}_module {folder}/mod_{module}.so\n" for module in MODULES)
            + f"ServerRoot {root}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {root}/pid\n"
            f"ErrorLog {root}/log\nDocumentRoot {root}/htdocs\nMutex posixsem\n"
            + ("User www-data\nGroup www-data\n" if os.geteuid() == 0 else "")
            + f"<Directory {root}/htdocs>\nAllowOverride All\nRequire all granted\n</Directory>\n",
            "utf-8",
        )
        process = subprocess.Popen([server, "-f", str(root / "conf"), "-D", "FOREGROUND"])

        def asked(path: str, accept: str = BROWSER, language: str = "") -> tuple[int, str]:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            headers = {"Accept": accept} | ({"Accept-Language": language} if language else {})
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            connection.close()
            return answer.status, (answer.getheader("Location") or "").removeprefix(BASE)

        try:
            for _ in range(100):
                try:
                    asked("/")
                    break
                except OSError:
                    time.sleep(0.05)
            yield asked
        finally:
            process.terminate()
            process.wait(10)


@pytest.mark.parametrize(
    ("path", "accept", "language", "leads"),
    [
        ("id/lahti", BROWSER, "", "page/lahti.html"),
        ("id/lahti", "*/*", "", "page/lahti.html"),
        ("id/lahti", BROWSER, "fi-FI,fi;q=0.9,en;q=0.8", "fi/page/lahti.html"),
        ("id/lahti", BROWSER, "de, sv;q=0.5", "sv/page/lahti.html"),
        ("id/lahti", BROWSER, "en-GB,fi;q=0.5", "page/lahti.html"),
        ("id/lahti", BROWSER, "fil", "page/lahti.html"),
        ("id/lahti", "text/turtle", "fi", "data/lahti.ttl"),
        ("id/lahti", "application/ld+json, */*;q=0.1", "", "data/lahti.jsonld"),
        ("id/lahti", "application/json", "", "data/lahti.jsonld"),
        ("id/lahti", f"{BROWSER},text/turtle;q=0.1", "", "page/lahti.html"),
        ("id/lahti.ttl", BROWSER, "", "data/lahti.ttl"),
        ("id/lahti.jsonld", "*/*", "", "data/lahti.jsonld"),
        ("id/lahti.html", "text/turtle", "sv", "sv/page/lahti.html"),
        ("id/claim/src/fact", BROWSER, "fi", paths.part(f"{CLAIM}src/fact")),
        ("id/claim/src/fact.joined", BROWSER, "sv", paths.part(f"{CLAIM}src/fact")),
        ("id/claim/src/fact", "text/turtle", "", "release/sources/src.ttl"),
        ("id/claim/src/fact.ttl", "*/*", "", "release/sources/src.ttl"),
        ("id/row/gcom/FI0001", BROWSER, "fi", paths.part(f"{ID}row/gcom/FI0001")),
        ("id/claim/src/Fact", BROWSER, "", paths.part(f"{CLAIM}src/Fact")),
        ("id/row/gcom/fi0001", BROWSER, "fi", paths.part(f"{ID}row/gcom/fi0001")),
        ("ontology", BROWSER, "sv", "sv/ontology.html"),
        ("ontology", "text/turtle", "sv", "ontology.ttl"),
        ("ontology/0.3.0", "application/ld+json", "", "ontology.ttl"),
        ("context.jsonld", "*/*", "", "context.jsonld"),
        ("graph/src", "text/turtle", "", "release/sources/src.ttl"),
        ("graph/src", BROWSER, "", "page/src.html"),
        ("dataset/citygraph", BROWSER, "fi", "fi/downloads.html"),
        ("dataset/citygraph", "text/turtle", "", "catalog.ttl"),
        ("catalog", "*/*", "", "catalog.ttl"),
        ("void", "*/*", "", ".well-known/void"),
        ("release/1.0", BROWSER, "", "downloads.html"),
        ("release/1.0/", BROWSER, "", "downloads.html"),
        ("release/1.0/tables/cities.csv", "*/*", "", "release/tables/cities.csv"),
        ("release/0.9/citygraph.ttl", "*/*", "", "downloads.html"),
        ("query/networks", BROWSER, "fi", "fi/queries/networks.html"),
        ("", BROWSER, "fi", "fi/index.html"),
    ],
)  # fmt: skip
def test_addresses_lead_to_pages_or_data(ask: Ask, path: str, accept: str, language: str, leads: str) -> None:
    assert ask(f"/citygraph/{path}", accept, language) == (303, leads)


@pytest.mark.parametrize("key", ODD)
def test_keys_that_are_no_file_names_lead_to_their_files(ask: Ask, key: str) -> None:
    from urllib.parse import quote

    address = "/citygraph/id/" + quote(key, safe="%/$*()+~")
    assert ask(address, BROWSER, "fi") == (303, "fi/" + paths.page(ID + key))
    assert ask(address, "text/turtle") == (303, paths.data(ID + key, "ttl"))
    assert ask(f"{address}.jsonld") == (303, paths.data(ID + key, "jsonld"))


def test_nothing_else_is_led_anywhere(ask: Ask) -> None:
    for path in ("/citygraph/other", "/citygraph/id/", "/citygraph/id/row/x", "/", "/citygraph/../x"):
        status, leads = ask(path)
        assert not leads.startswith(("http", "page", "fi/"))
        assert status in (400, 403, 404)


def test_rules_are_few_and_name_every_odd_key() -> None:
    rules = w3id.htaccess(BASE, [f"{ID}plain-{at}" for at in range(1000)] + [f"{CLAIM}src/Odd"])
    assert len(rules.splitlines()) < 90
    assert f"id/{paths.part(f'{CLAIM}src/Odd').removeprefix('page/').removesuffix('.html')}$1" in rules
    assert "\nRewriteRule" not in w3id.htaccess(BASE, [f"{ID}a\nRewriteRule b c"]).partition("# Claims")[0][500:]
