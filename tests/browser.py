"""A real browser for tests of pages: Debian's Chromium, driven by Playwright.

``browser_page`` opens a window: ``window = await browser_page("phone")``. ``window.page`` is Playwright's page,
``window.faults`` holds what the page complained of (errors on its console, uncaught exceptions, what its content
security policy stopped), and ``await window.screenshot("intake")`` keeps a picture in ``LIANXIN_TEST_SCREENSHOTS``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from playwright.async_api import Browser, ConsoleMessage, Page, ViewportSize, async_playwright

from tests.postgres import missing

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Root may not use the sandbox; the rest keeps the browser from calling its maker's hosts.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Size = Literal["phone", "desktop"]
VIEWPORTS: dict[Size, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1280, "height": 800},
}
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event =>
    console.error(`content security policy: ${event.violatedDirective} stopped ${event.blockedURI}`));
"""


@dataclass(frozen=True, kw_only=True)
class Window:
    """One page in its own cookie jar."""

    page: Page
    pictures: Path
    faults: list[str] = field(default_factory=list)

    async def screenshot(self, name: str) -> Path:
        """Keep a picture of the whole page; return where it is."""
        path = self.pictures / f"{name}.png"
        await self.page.screenshot(path=path, full_page=True)
        return path


class BrowserPage(Protocol):
    """Opens a window of a phone's or a desktop's size, with or without scripts."""

    async def __call__(self, size: Size = "desktop", *, scripts: bool = True, language: str = "zh-CN") -> Window: ...


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[BrowserPage]:
    """One browser, closed with all its windows at the end; the test is left out where no browser is installed."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        missing("Chromium", how="apt-get install chromium-headless-shell fonts-noto-cjk")
    pictures = Path(os.environ.get("LIANXIN_TEST_SCREENSHOTS") or folder)
    pictures.mkdir(parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=list(FLAGS), headless=True)
        try:
            yield _opener(started, pictures)
        finally:
            await started.close()


def _opener(started: Browser, pictures: Path) -> BrowserPage:
    async def open_window(size: Size = "desktop", *, scripts: bool = True, language: str = "zh-CN") -> Window:
        context = await started.new_context(
            viewport=VIEWPORTS[size],
            is_mobile=size == "phone",
            has_touch=size == "phone",
            java_script_enabled=scripts,
            locale=language,
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(15_000)
        page = await context.new_page()
        await page.add_init_script(REPORT_VIOLATIONS)
        window = Window(page=page, pictures=pictures)
        page.on("console", lambda message: _note(message, window.faults))
        page.on("pageerror", lambda error: window.faults.append(f"uncaught: {error}"))
        return window

    return open_window


def _note(message: ConsoleMessage, faults: list[str]) -> None:
    if message.type == "error":
        faults.append(f"{message.text} ({message.location.get('url', '')})")
