"""A browser on the demonstration's study, in which nothing may fail and nothing may be asked of another host."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from shiftscope.store.stored_study import StoredStudy
from shiftscope.web.server.security import folder_of
from shiftscope.web.server.server import Viewer, view

# Without the resolver rule the browser itself looks up hosts at each start; with it an address outside fails.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PATIENCE = 30_000  # milliseconds until a page that does not come is an error


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Of one module: while it runs, this thread has a running event loop."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        missing = f"no browser: none of {', '.join(names)} is installed"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def viewer(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Viewer]:
    demo_study: Path = request.getfixturevalue("demo_study")  # not made where there is no browser
    viewer = view(StoredStudy(demo_study), port=0, open_browser=False)
    yield viewer
    viewer.stop()


@dataclass
class Watched:
    """A page of the browser, and everything that went wrong on it."""

    page: Page
    origin: str
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.wrong.append(f"console: {message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.set_default_timeout(PATIENCE)

    def _failed(self, request: object) -> None:
        if request.failure != "net::ERR_ABORTED":  # type: ignore[attr-defined] # the page was left before it came
            self.wrong.append(f"failed: {request.url}: {request.failure}")  # type: ignore[attr-defined]

    def _answered(self, response: object) -> None:
        if response.status >= 400:  # type: ignore[attr-defined]
            self.wrong.append(f"{response.status}: {response.url}")  # type: ignore[attr-defined]

    @property
    def address(self) -> str:
        """Path and query of the page shown, in the viewer's own folder."""
        return self.page.url.removeprefix(self.origin)

    def at(self, path: str, name: str) -> None:
        """Wait until the page of this path is shown, which has this name; without a query, with any."""
        there = f"{self.origin}{path}"
        self.page.wait_for_url(lambda url: url == there or url.partition("?")[0] == there)
        self.named(name)

    def named(self, name: str) -> None:
        """Wait until the page has this name: it stands in the title, where the heading may be a sentence."""
        expect(self.page).to_have_title(re.compile(f"^{re.escape(name)} · "))
        expect(self.page.locator("h1")).to_have_text(re.compile(r"\w"))

    def choose(self, menu: str, option: str) -> None:
        """Open one of the page's menus, and follow an entry of it."""
        name = self.page.locator("summary .name", has_text=re.compile(f"^{re.escape(menu)}$"))
        chosen = self.page.locator("details.menu.choice", has=name)
        chosen.locator("summary").click()
        chosen.get_by_role("link", name=option, exact=True).click()

    def open_folds(self) -> int:
        """Open what the page keeps closed; how many there were."""
        closed = "document.querySelectorAll('details.fold:not([open]) > summary')"
        return self.page.evaluate(f"[...{closed}].map((summary) => summary.click()).length")

    def settle(self, folds: bool = True) -> None:
        """Open what is folded, or leave it closed, and wait until charts are drawn and every image has come."""
        if folds:
            self.open_folds()
        for plot in self.page.locator(".plot:visible").all():
            plot.scroll_into_view_if_needed()
            expect(plot.locator("svg[aria-hidden=true]")).to_be_visible()
        self.page.evaluate(
            """() => Promise.all([...document.images].map((image) => {
                 image.loading = "eager";
                 return image.complete || new Promise((done) => (image.onload = image.onerror = done));
               }))"""
        )


@pytest.fixture
def open_page(browser: Browser, viewer: Viewer) -> Iterator[Callable[..., Watched]]:
    """Open the viewer as a person would, by the address with its token. What goes wrong fails the test."""
    opened: list[Watched] = []
    origin = f"{viewer.url.partition('/?')[0]}/{folder_of(viewer.url.rpartition('=')[2])}"

    def show(path: str = "/", width: int = 1440) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme="light")
        watched = Watched(context.new_page(), origin)
        opened.append(watched)
        watched.page.goto(viewer.url)
        if path != "/":
            watched.page.goto(origin + path)
        return watched

    yield show
    wrong = [what for watched in opened for what in watched.wrong]
    own = f"{origin}/", "data:", viewer.url
    away = [url for watched in opened for url in watched.asked if not url.startswith(own)]
    for watched in opened:
        watched.page.context.close()
    assert wrong == []
    assert away == []
