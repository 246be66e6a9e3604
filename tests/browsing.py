"""A browser for tests: Debian's Chromium by Playwright, what must not go wrong in it, and pictures for those who look.

Set CITYGRAPH_SCREENSHOTS to a folder to keep pictures of the pages.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

CHROMIUM = shutil.which("chromium")
#: Without these it asks hosts of its maker for updates at every start.
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PICTURES = os.environ.get("CITYGRAPH_SCREENSHOTS")
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
#: What makes a page that scrolls sideways, whether or not it can be scrolled.
WIDTH = "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser, while it runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def watch(context: BrowserContext, page: Page, url: str) -> list[str]:
    """What goes wrong from now on: errors, warnings, what a policy refuses, requests to others."""
    wrong: list[str] = []
    page.on(
        "console", lambda said: wrong.append(f"console: {said.text}") if said.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    context.on(
        "request", lambda asked: None if asked.url.startswith(url + "/") else wrong.append(f"asked: {asked.url}")
    )
    return wrong


def picture(page: Page, name: str) -> None:
    """Keep a picture of the page, for those who want to look at it."""
    if PICTURES:
        size = "phone" if (page.viewport_size or DESKTOP)["width"] == PHONE["width"] else "desktop"
        page.screenshot(path=Path(PICTURES) / f"{name}-{size}.png", full_page=True)


def refused(page: Page) -> None:
    """The policy holds also where a page failed to escape: script, handler and style put in by hand do nothing."""
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend',"
        ' \'<img src=x onerror="window.hit=1"><p id=p style="color:red">\');'
        "const s = document.createElement('script'); s.textContent = 'window.hit=1'; document.body.append(s)"
    )
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.hit") is None
    assert page.evaluate("getComputedStyle(document.querySelector('#p')).color") != "rgb(255, 0, 0)"
