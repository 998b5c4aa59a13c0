"""Each person of the demo does their part by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pdtrack.demo.queries import PASSWORD
from tests.browser.keyboard import Keyboard
from tests.browser.people import Open
from tests.servers import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def signed_in(page: Page, who: str, start: str = "/") -> Keyboard:
    """Sign in as somebody of the demo without touching the mouse."""
    keyboard = Keyboard(page)
    page.goto(start)
    keyboard.follow("Sign in")
    keyboard.fill("E-mail", f"{who}@demo.example")
    keyboard.fill("Password", PASSWORD)
    keyboard.send()
    page.get_by_role("button", name="Sign out").wait_for()
    return keyboard


def test_the_first_stop_leads_past_the_menu(demo_site: Site, open_as: Open) -> None:
    page = open_as(demo_site)
    page.goto("/sessions")

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the page")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_an_educator_finds_a_session_and_registers(demo_site: Site, open_as: Open) -> None:
    page = open_as(demo_site)
    keyboard = signed_in(page, "educator")
    page.goto("/")

    keyboard.reach(page.get_by_role("searchbox").first)
    page.keyboard.type("dyslexia")
    keyboard.send()
    keyboard.follow(re.compile("^Dyslexia: screening"))
    keyboard.follow("Register")
    keyboard.reach(page.locator("form.form button[type=submit]"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("You are registered").first).to_be_visible()

    keyboard.follow("Cancel my registration")
    keyboard.press("Cancel my registration")
    expect(page.get_by_text("Your place is given up").first).to_be_visible()


def test_a_coordinator_begins_a_session_and_publishes_it(demo_site: Site, open_as: Open) -> None:
    page = open_as(demo_site)
    keyboard = signed_in(page, "coordinator")
    keyboard.follow("Desk of CES")
    keyboard.follow("New session")
    keyboard.follow(re.compile("^Asking the question"))
    keyboard.reach(page.get_by_role("radio", name="In person", exact=True))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Online", exact=True)).to_be_checked()
    keyboard.fill("Places", "12")
    keyboard.press("Begin the draft")
    keyboard.fill("Date", "03152027")
    keyboard.fill("Starts", "0900AM")
    keyboard.fill("Ends", "1100AM")
    keyboard.press("Save meetings")
    expect(page.get_by_text("Saved.").first).to_be_visible()

    keyboard.follow("Change the details")
    keyboard.fill("Presenter", "Priya Raman")
    keyboard.fill("Link to join online", "https://meet.example/asking")
    keyboard.press("Save")
    keyboard.press("Publish")
    expect(page.get_by_text("Published. It is in the catalog now.").first).to_be_visible()


def test_a_presenter_marks_who_is_there_and_keeps_the_focus(demo_site: Site, open_as: Open) -> None:
    page = open_as(demo_site)
    keyboard = signed_in(page, "presenter")
    keyboard.follow(re.compile("^Attendance of Structured literacy"))
    keyboard.press(re.compile(r"^Absent\s?: "))

    expect(page.locator("#sheet-counts")).to_contain_text("1 absent")
    assert "Absent" in page.locator(":focus").inner_text()


def test_a_district_downloads_its_attendance(demo_site: Site, open_as: Open) -> None:
    page = open_as(demo_site)
    keyboard = signed_in(page, "district")
    keyboard.follow("Orange")
    keyboard.follow("Attendance")
    with page.expect_download() as waiting:
        keyboard.follow("CSV")

    assert waiting.value.suggested_filename.endswith(".csv")
    assert b"district_org_code" in waiting.value.path().read_bytes()


def test_a_board_member_reads_the_year(demo_site: Site, open_as: Open) -> None:
    page = open_as(demo_site)
    keyboard = signed_in(page, "board")
    keyboard.follow("Desk of CES")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Fiscal year")


def test_the_administrator_finds_an_organization(demo_site: Site, open_as: Open) -> None:
    page = open_as(demo_site)
    keyboard = signed_in(page, "admin")
    keyboard.follow("Platform")
    keyboard.follow("Organizations")

    keyboard.reach(page.locator("main").get_by_role("searchbox").first)
    page.keyboard.type("Northampton")
    keyboard.send()
    keyboard.follow(re.compile("^Northampton"))

    expect(page.get_by_role("heading", level=1)).to_contain_text("Northampton")
