"""Chromium, a served platform filled by the demo, pages at the size of a phone, and what each page has to promise."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import waitress
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from lms.app import FEATURES, build_platform, create_app
from lms.demo.operations import fill_demo
from lms.demo.people import PASSWORD
from lms.kernel.migrating import migrate_database
from lms.kernel.platform import Platform
from lms.settings import Settings

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-sync"]
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1280, "height": 800}
LEARNERS = 8


@dataclass
class Site:
    """A served platform."""

    platform: Platform
    address: str


def chromium() -> str:
    """The browser; its absence is a failure, never a skip."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.fail("no Chromium: apt-get install chromium")


@pytest.fixture(scope="session")
def site(engine_name: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A platform with a database of its own, migrated and filled as `lms demo` does, on a free port of the loopback."""
    folder = tmp_path_factory.mktemp("site")
    url = "" if engine_name == "sqlite" else request.getfixturevalue("postgresql_server").create("lms_site")
    settings = Settings(
        database_url=url,
        data_dir=folder,
        secret_key="b" * 40,
        narrative_keys="c" * 43 + "=",
        development=True,
        workers=0,
    )
    platform = build_platform(settings, features=FEATURES)
    migrate_database(platform)
    fill_demo(platform, learners=LEARNERS, seed=1)
    server = waitress.create_server(create_app(platform), host="127.0.0.1", port=0, threads=8)

    def serve() -> None:
        with contextlib.suppress(OSError):  # closing the server from here pulls its socket from under its loop
            server.run()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield Site(platform, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    thread.join(10)
    platform.database.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium per worker."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, site: Site) -> Iterator[Opener]:
    """`opened("porteur", scripts=False)`: a page of someone signed in, at phone size unless told otherwise."""
    contexts: list[BrowserContext] = []

    def open_page(who: str | None = None, *, desk: bool = False, scripts: bool = True, **options: Any) -> Page:
        context = browser.new_context(
            base_url=site.address,
            viewport=DESK if desk else PHONE,
            has_touch=not desk,
            java_script_enabled=scripts,
            locale="fr-FR",
            bypass_csp=True,  # axe is put into the page; the policy itself has its own test
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        if who:
            sign_in(page, f"{who}@demo.test")
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, identifier: str, password: str = PASSWORD) -> None:
    """Sign in by the form, as a person does."""
    page.goto("/connexion")
    page.fill("[name=identifier]", identifier)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/connexion" not in url)


def axe(page: Page) -> list[str]:
    """What axe finds wrong (WCAG 2.2 AA and best practice), as readable lines."""
    page.evaluate(AXE)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = json.dumps({"runOnly": tags, "resultTypes": ["violations"]})
    # Only what is wrong leaves the page: all that is right is megabytes on a long page.
    found: list[str] = page.evaluate(
        f"""axe.run(document, {options}).then(({{violations}}) => violations.map(
        (one) => `${{one.id}}: ${{one.help}} → ${{one.nodes[0].html.slice(0, 160)}}`))"""
    )
    return found


SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input, select, textarea, summary, label.choice')]
  .filter(e => e.offsetParent && !e.closest('p, li, dd, td, .text') && !['hidden'].includes(e.type))
  .filter(e => !(['radio', 'checkbox'].includes(e.type) && e.closest('label')))
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.width > 1 && r.height > 1 && (r.width < 47.5 || r.height < 47.5))
  .map(([e, r]) => `${e.outerHTML.slice(0, 90)} ${Math.round(r.width)}x${Math.round(r.height)}`)"""


def small_targets(page: Page) -> list[str]:
    """Targets under 48 x 48 px, those within a sentence left out."""
    found: list[str] = page.evaluate(SMALL_TARGETS)
    return found


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than the screen."""
    wide: bool = page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth + 1")
    return wide
