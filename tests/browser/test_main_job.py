"""The whole main job, from a posted session to a certificate and the district's report."""

from __future__ import annotations

import csv
import itertools
from datetime import UTC
from email.message import EmailMessage
from io import BytesIO, StringIO
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from pdtrack.catalog.models import Meeting
from pdtrack.core.db import db
from tests import readers
from tests.browser import steps
from tests.browser.conftest import PHONE
from tests.browser.people import DISTRICT, PASSWORD, Open, address_of, let_days_pass, settle
from tests.postgresql import postgresql_url
from tests.servers import Site, link, running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The contract with districts' own systems: these columns, in this order.
COLUMNS = (
    *("district_org_code", "district", "school", "last_name", "first_name", "email"),
    *("employee_number", "mepid", "position", "collaborative", "course", "topic", "session_id"),
    *("session", "meeting_starts_at", "meeting_ends_at", "status", "minutes", "session_hours"),
    *("pdps", "certificate"),
)
_numbers = itertools.count(1)


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_from_a_posted_session_to_a_certificate(
    tmp_path: Path, open_as: Open, database: str
) -> None:
    url = postgresql_url(f"main_job{next(_numbers)}") if database == "postgresql" else None
    with running(tmp_path, url) as site:
        settle()
        session_id = steps.post_session(open_as(site, address_of("coordinator"), PASSWORD))
        educator = open_as(site)
        fill_the_session(site, open_as, educator, session_id)
        feed = read_the_feed(educator, session_id, tmp_path)
        let_days_pass(session_id, 30)

        phone = open_as(site, address_of("presenter"), PASSWORD, viewport=PHONE, has_touch=True)
        steps.take_attendance(phone, session_id)
        steps.issue_certificates(open_as(site, address_of("coordinator"), PASSWORD), session_id)
        serial = read_the_certificate(site, educator, open_as(site), tmp_path)
        read_the_report(open_as(site, address_of("district"), PASSWORD), serial)

        moved = readers.events_by_ical_js(educator.request.get(feed).body())
        assert len(moved) == 2  # What was held stays in the calendar.


def fill_the_session(site: Site, open_as: Open, educator: Page, session_id: int) -> None:
    """Let two people take its two places and a third wait, until one of the two gives up."""
    steps.sign_up(educator, site.mail, "educator", session_id)
    steps.register(educator, session_id)
    steps.expect_said(educator, "You are registered.")
    expect(educator.get_by_text("$95.50").first).to_be_visible()  # A member's price.
    assert entries(site.mail.wait_for(address_of("educator"), "You are registered")) == 2

    colleague = open_as(site, address_of("colleague"), PASSWORD)
    steps.register(colleague, session_id)
    waiting = open_as(site, address_of("waiting"), PASSWORD)
    steps.register(waiting, session_id)
    steps.expect_said(waiting, "You are number 1 on the waitlist")
    site.mail.wait_for(address_of("waiting"), "waitlist")

    steps.cancel(colleague)
    site.mail.wait_for(address_of("colleague"), "cancelled")
    assert entries(site.mail.wait_for(address_of("waiting"), "You are in")) == 2
    waiting.reload()
    expect(waiting.get_by_text("You are number 1")).to_have_count(0)


def entries(message: EmailMessage) -> int:
    """Return how many events the calendar entry of a mail holds, as a calendar reads it."""
    (entry,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    content = entry.get_payload(decode=True)
    assert isinstance(content, bytes)
    return len(readers.events_by_ical_js(content))


def read_the_feed(page: Page, session_id: int, folder: Path) -> str:
    """Read one's own calendar with two programs, and return its secret address."""
    page.goto("/my/account")
    address = page.locator("code.feed-address").inner_text()
    feed = page.request.get(address).body()
    db.session.rollback()
    wanted = sorted(
        db.session.scalars(select(Meeting.starts_at).where(Meeting.course_session_id == session_id))
    )
    events = readers.events_by_ical_js(feed)
    assert [each["starts_at"][:16] for each in events] == [
        moment.astimezone(UTC).isoformat()[:16] for moment in wanted
    ]
    assert all(each["location"].startswith("Hampshire Room") for each in events)
    assert readers.starts_by_khal(feed, folder) == wanted
    return address


def read_the_certificate(site: Site, page: Page, stranger: Page, folder: Path) -> str:
    """Download one's own certificate, read it back, let a stranger verify it; return its serial."""
    told = site.mail.wait_for(address_of("educator"), "certificate")
    page.goto(link(told))
    page.goto("/my/certificates")
    address = page.get_by_role("link", name="Letter PDF of").get_attribute("href") or ""
    file = folder / "certificate.pdf"
    file.write_bytes(_pdf(page, address))
    text = readers.text_of_pdf(file)
    for words in ("Educator Brandão", steps.TITLE, "Collaborative for Educational Services"):
        assert words in " ".join(text.split())
    with pikepdf.open(file) as document:
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang).startswith("en")
        assert "/StructTreeRoot" in document.Root
    (code,) = readers.codes_on_pdf(file)
    stranger.goto(code)
    expect(stranger.get_by_text("Educator Brandão").first).to_be_visible()
    expect(stranger.get_by_text("12 hours").first).to_be_visible()
    return Path(address).stem


def _pdf(page: Page, address: str) -> bytes:
    """Ask for a PDF until the worker has made it, as the page that says so does."""
    answer = page.request.get(address)
    while answer.status == 202:
        answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def read_the_report(page: Page, serial: str) -> None:
    """Download what the district gets, as CSV and as a workbook, and compare the two."""
    steps.open_report(page)
    text = steps.download(page, "CSV").decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    mine = [row for row in rows if row["last_name"] == "Brandão"]
    assert [(row["status"], row["minutes"]) for row in mine] == [("present", "360")] * 2
    assert [row["certificate"] for row in mine] == ["", serial]
    assert [row["session_hours"] for row in mine] == ["", "12"]
    assert {row["district_org_code"] for row in rows} == {DISTRICT}
    partly = [row for row in rows if row["last_name"] == "Example"]
    assert [(row["status"], row["minutes"]) for row in partly] == [
        ("present", "360"),
        ("partial", "200"),
    ]
    workbook = CalamineWorkbook.from_filelike(BytesIO(steps.download(page, "Excel")))
    sheet = workbook.get_sheet_by_index(0).to_python()
    assert tuple(sheet[0]) == COLUMNS
    assert [row[0] for row in sheet[1:]] == [DISTRICT] * len(rows)
