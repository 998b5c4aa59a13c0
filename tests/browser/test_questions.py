"""Forms that only ask keep their addresses short, and ask again for what is missing."""

from __future__ import annotations

import pytest

from tests.browser.people import Open
from tests.servers import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_code_left_out_is_asked_for(demo_site: Site, open_as: Open) -> None:
    page = open_as(demo_site)
    page.goto("/verify")
    page.get_by_role("button", name="Verify").click()

    page.locator("#code-error").wait_for()
    assert page.get_by_role("alert").is_visible()


def test_filters_left_open_do_not_stand_in_the_address(demo_site: Site, open_as: Open) -> None:
    page = open_as(demo_site)
    page.goto("/sessions")
    page.get_by_label("Format").select_option("online")
    page.get_by_role("button", name="Show results").click()
    page.wait_for_url("**/sessions?*")

    assert page.url.endswith("/sessions?format=online")
