"""Chromium, and an installation with the demo to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from pdtrack.core.authz import SYSTEM
from pdtrack.demo import actions as demo
from pdtrack.demo.queries import PASSWORD
from tests.servers import PATIENCE, Site, running

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Take the system's Chromium."""
    return {"executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation with the small demo; tests read it, or change only what they name."""
    with running(tmp_path_factory.mktemp("demo")) as site:
        demo.load(size=demo.Size.SMALL, actor=SYSTEM)
        yield site


@pytest.fixture
def open_as(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a way to open a site's pages as somebody, each in a browser of their own."""
    contexts: list[BrowserContext] = []

    def as_somebody(
        site: Site, email: str | None = None, password: str = PASSWORD, **options: Any
    ) -> Page:
        context = browser.new_context(base_url=site.base, **{"viewport": DESK, **options})
        context.set_default_timeout(PATIENCE * 1000 / 3)
        contexts.append(context)
        page = context.new_page()
        if email is not None:
            sign_in(page, email, password)
        return page

    yield as_somebody
    for context in contexts:
        context.close()


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the sign-in page."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()
