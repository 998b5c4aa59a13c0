"""What each person does in the main job, as they do it: with the pages that there are."""

from __future__ import annotations

import re
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from pdtrack.core import clock
from tests.browser.people import DISTRICT, PASSWORD, PLACE, address_of
from tests.servers import Mail, link

TITLE = "Physical restraint: what every school must know"
MEETING_DAYS = (10, 17)


def press(page: Page, name: str) -> None:
    """Press a button by its whole name."""
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    """Follow a link by its whole name."""
    page.get_by_role("link", name=name, exact=True).first.click()


def tick(page: Page, label: str) -> None:
    """Tick a box or choose an option, as a hand does: on its label."""
    page.locator("label", has_text=label).first.click()


def expect_said(page: Page, words: str) -> None:
    """Wait until the page says something."""
    expect(page.get_by_text(words).first).to_be_visible()


def post_session(page: Page) -> int:
    """Write down a venue and a course, plan a session of it, publish it, and return its id."""
    _write_venue(page)
    _write_course(page)
    page.goto(f"/manage/{PLACE}/sessions/new")
    follow(page, TITLE)
    tick(page, "In person")
    page.get_by_label("Places").fill("2")
    press(page, "Begin the draft")
    _plan_meetings(page)
    _fill_in_details(page)
    follow(page, "Choose who takes attendance")
    tick(page, "Presenter Example")
    page.locator("form.form button[type=submit]").click()
    press(page, "Publish")
    expect_said(page, "Published. It is in the catalog now.")
    found = re.search(r"/sessions/(\d+)", page.url)
    assert found is not None
    return int(found[1])


def _write_venue(page: Page) -> None:
    page.goto(f"/manage/{PLACE}/venues/new")
    page.get_by_label("Name").fill("Hampshire Room")
    page.get_by_label("Street address").fill("97 Hawley Street")
    page.get_by_label("Town").fill("Northampton")
    page.locator("form.form button[type=submit]").click()
    expect_said(page, "Hampshire Room")


def _write_course(page: Page) -> None:
    page.goto(f"/manage/{PLACE}/courses/new")
    page.get_by_label("Title").fill(TITLE)
    page.locator("#topic_id").select_option(index=1)
    page.get_by_label("What it is about").fill("What the law allows, and how to need it rarely.")
    page.get_by_label("Learning goals").fill("Calm a crisis\nKnow the law")
    page.locator("form.form button[type=submit]").click()
    expect_said(page, TITLE)


def _plan_meetings(page: Page) -> None:
    for index, days in enumerate(MEETING_DAYS):
        row = page.get_by_role("group", name=f"Meeting {index + 1} (new)")
        row.get_by_label("Date").fill(str(_day(days)))
        row.get_by_label("Starts").fill("09:00")
        row.get_by_label("Ends").fill("15:30")
        row.get_by_label("Breaks").fill("30")
    press(page, "Save meetings")
    expect_said(page, "Saved.")


def _fill_in_details(page: Page) -> None:
    follow(page, "Change the details")
    page.locator("#venue").select_option(label="Hampshire Room, Northampton")
    page.get_by_label("Presenter", exact=False).first.fill("Presenter Example")
    page.get_by_label("Contact’s e-mail address").fill(address_of("coordinator"))
    page.get_by_label("Price for members").fill("95.50")
    page.get_by_label("Price for everybody else").fill("125")
    press(page, "Save")
    expect_said(page, "Saved.")


def _day(days: int) -> date:
    return clock.today() + timedelta(days=days)


def sign_up(page: Page, mail: Mail, who: str, session_id: int) -> None:
    """Come from a session's page, sign up, and come back to it by the mailed link."""
    page.goto(f"/sessions/{session_id}")
    follow(page, "Register")
    follow(page, "Sign up")
    page.get_by_label("First name").fill(who.capitalize())
    page.get_by_label("Last name").fill("Brandão")
    page.get_by_label("E-mail address").fill(address_of(who))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("What you do there").select_option(label="Teacher")
    press(page, "Sign up")
    expect_said(page, address_of(who))
    page.goto(link(mail.wait_for(address_of(who), "confirm"), "/sign-up/confirm/"))
    page.get_by_label("School").select_option(label="Leeds, Leeds")
    press(page, "Confirm and sign in")
    expect_said(page, f"Welcome, {who.capitalize()}.")


def register(page: Page, session_id: int) -> None:
    """Register for a session, or join its waitlist."""
    page.goto(f"/sessions/{session_id}")
    page.locator(".register-box a.usa-button").first.click()
    page.locator("form.form button[type=submit]").click()


def cancel(page: Page) -> None:
    """Give up the place whose page is open."""
    follow(page, "Cancel my registration")
    press(page, "Cancel my registration")
    expect_said(page, "Your place is given up.")


def take_attendance(page: Page, session_id: int) -> None:
    """Mark both meetings of everybody, one of them partly."""
    page.goto(f"/manage/{PLACE}/sessions/{session_id}/attendance")
    chips = page.get_by_role("navigation", name="Meetings").get_by_role("link")
    chips.nth(0).click()
    press(page, "Mark everybody else present")
    chips.nth(1).click()
    mark(page, "Present", "Educator Brandão")
    expect(page.locator("#sheet-counts")).to_contain_text("1 here")
    page.get_by_label("Minutes that Waiting Example was there").fill("200")
    mark(page, "Partial", "Waiting Example")
    expect(page.locator("#sheet-counts")).to_contain_text("2 here · 0 absent · 0 to mark")


def mark(page: Page, presence: str, person: str) -> None:
    """Press somebody's button on the attendance sheet."""
    page.get_by_role("button", name=re.compile(rf"^{presence}\s?: {person}$")).click()


def issue_certificates(page: Page, session_id: int) -> None:
    """Look at who earned what, and certify all who did."""
    page.goto(f"/manage/{PLACE}/sessions/{session_id}/certificates")
    expect_said(page, "2 ready to be issued")
    press(page, "Issue 2 certificates")
    expect_said(page, "Issued 2 certificates.")


def download(page: Page, label: str) -> bytes:
    """Follow the link to a file, and return the file."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=label).first.click()
    return waiting.value.path().read_bytes()


def open_report(page: Page) -> None:
    """Open the attendance report of the district."""
    page.goto(f"/districts/{DISTRICT}/attendance")
