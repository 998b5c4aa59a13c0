"""Every page that links lead to, as each person of the demo and as a stranger."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.crawler import Crawler
from tests.servers import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PEOPLE = {
    "stranger": ("/", 15),
    "educator": ("/my", 20),
    "coordinator": ("/my", 50),
    "presenter": ("/my", 20),
    "district": ("/my", 25),
    "board": ("/my", 15),
    "admin": ("/my", 40),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_is_there_and_open_to_everybody(
    demo_site: Site, open_as: Callable[..., Page], who: str
) -> None:
    email = None if who == "stranger" else f"{who}@demo.example"
    start, least = PEOPLE[who]
    crawler = Crawler(demo_site, open_as(demo_site, email), ("/", start))

    crawler.crawl()

    assert not crawler.problems, "\n".join(crawler.problems)
    assert len(crawler.visited) > least, crawler.visited
