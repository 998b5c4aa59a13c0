"""The desk by keyboard alone, and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE
from tests.browser.crawler import OVERFLOWS
from tests.readers import page_count
from tests.servers import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

COORDINATOR = "coordinator@demo.example"
PLACE = "/manage/ces"
# Whether the middle of what has the focus shows; a check box shows as its label.
_IS_SEEN = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return true;
  const shown = focused.matches("[type=checkbox], [type=radio]") ? focused.labels[0] : focused;
  const box = shown.getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return Boolean(top) && (shown.contains(top) || top.contains(shown));
}"""
_WHAT = "document.activeElement.outerHTML.slice(0, 200)"


def open_sheet(page: Page) -> None:
    """Open the sheet of the first meeting that has no attendance."""
    page.goto(f"{PLACE}/attendance")
    page.get_by_role("link", name="Take attendance").first.click()


def open_roster(page: Page) -> None:
    """Open the roster of a session that is coming up."""
    page.goto(f"{PLACE}/")
    page.get_by_role("link", name="Roster").first.click()


def open_people(page: Page) -> None:
    """Open the list of people."""
    page.goto(f"{PLACE}/people")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("open_page", [open_sheet, open_roster, open_people])
def test_nothing_hides_what_has_the_focus_on_the_way_back(
    demo_site: Site,
    open_as: Callable[..., Page],
    open_page: Callable[[Page], None],
    size: dict[str, Any],
) -> None:
    page = open_as(demo_site, COORDINATOR, viewport=size)
    open_page(page)
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")

    for _ in range(90):
        page.keyboard.press("Shift+Tab")
        assert page.evaluate(_IS_SEEN), page.evaluate(_WHAT)


def test_attendance_is_taken_by_keyboard_alone(
    demo_site: Site, open_as: Callable[..., Page]
) -> None:
    page = open_as(demo_site, COORDINATOR, viewport=PHONE)
    open_sheet(page)
    row = page.locator(".sheet-row").first
    row.get_by_role("textbox").focus()

    page.keyboard.type("30")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("Partly there, 30 min")
    row.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")

    expect(row).to_contain_text("Not marked")
    # Undo is gone with the mark; whoever pressed it is still at the same person.
    expect(row.get_by_role("button", name="Present")).to_be_focused()


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_paper_sheet_is_typed_in_by_keyboard_alone_on_the_narrowest_screen(
    demo_site: Site, open_as: Callable[..., Page], has_scripts: bool
) -> None:
    page = open_as(
        demo_site,
        COORDINATOR,
        viewport={"width": 320, "height": 640},
        java_script_enabled=has_scripts,
    )
    open_sheet(page)
    page.locator("summary", has_text="Enter a paper sheet").focus()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # Those who were absent.
    page.keyboard.press("Tab")
    page.keyboard.type("1, 997-999")
    page.keyboard.press("Enter")

    box = page.get_by_label("Numbers on the printed roster")
    expect(box).to_have_value("1, 997-999")
    expect(box).to_have_accessible_description(re.compile("has the number 997 or 999"))
    expect(page.get_by_label("Those who were absent")).to_be_checked()
    if has_scripts:
        assert not page.evaluate(OVERFLOWS)
        assert Axe().run(page).violations_count == 0
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        for _ in range(90):
            page.keyboard.press("Shift+Tab")
            assert page.evaluate(_IS_SEEN), page.evaluate(_WHAT)


def test_the_button_says_how_many_certificates_it_issues(
    demo_site: Site, open_as: Callable[..., Page]
) -> None:
    page = open_as(demo_site, COORDINATOR)
    page.goto(f"{PLACE}/")
    page.get_by_role("link", name="Issue certificates").first.click()
    ticked = page.locator("[name=registrations]:checked").count()

    expect(page.get_by_role("button", name=f"Issue {ticked} certificates")).to_be_visible()
    page.locator("label[for^=registrations-]").first.click()
    expect(page.get_by_role("button", name=f"Issue {ticked - 1} certificates")).to_be_visible()


def test_a_year_is_one_page_to_print(
    demo_site: Site, open_as: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_as(demo_site, "board@demo.example")
    page.goto(f"{PLACE}/reports/year")
    page.emulate_media(media="print")

    page.pdf(path=tmp_path / "year.pdf", format="Letter")

    assert page_count(tmp_path / "year.pdf") == 1


def test_the_first_stop_leads_past_the_section_s_menu_too(
    demo_site: Site, open_as: Callable[..., Page]
) -> None:
    page = open_as(demo_site, COORDINATOR)
    page.goto(f"{PLACE}/sessions")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_role("link", name="New session")).to_be_focused()
