"""Calendar entries of sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from pdtrack.catalog import actions, documents
from pdtrack.catalog.details import PlannedMeeting, SessionDetails
from pdtrack.catalog.models import CourseSession, Format
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.ical import Status, event_text
from tests import make, meetings


@pytest.fixture(autouse=True)
def _database(app: Flask) -> None:
    """Every test here reads."""


def restraint(**values: Any) -> CourseSession:
    ces = make.collaborative(short_name="CES", name="Collaborative for Educational Services")
    venue = make.venue(
        collaborative=ces,
        name="Training Center",
        room="Room 2",
        address="97 Hawley Street",
        parking="Behind the house.",
    )
    defaults: dict[str, Any] = {"online_link": "https://meet.example/secret", "bring": "Flat shoes"}
    return make.course_session(
        collaborative=ces, venue_id=venue.id, title="CPI", **{**defaults, **values}
    )


def test_an_entry_says_where_and_what_to_bring_but_never_the_link() -> None:
    made = restraint(format=Format.HYBRID)

    event = documents.meeting_event(made.meetings[0], made)

    assert event.location == "Training Center, Room 2, 97 Hawley Street, Northampton"
    assert event.organizer_email == "pd@collaborative.example"
    assert event.url == f"http://localhost/sessions/{made.id}"
    assert "Bring: Flat shoes" in event.description
    assert "Parking: Behind the house." in event.description
    assert "secret" not in event_text(event)


def test_online_sessions_are_online_and_the_link_stays_on_the_page() -> None:
    made = restraint(format=Format.ONLINE)

    event = documents.meeting_event(made.meetings[0], made)

    assert event.location == "Online"
    assert "once you are registered" in event.description
    assert "secret" not in event_text(event)


def test_a_meeting_keeps_its_uid_when_it_moves_and_says_so_by_its_sequence() -> None:
    made = restraint()
    before = documents.meeting_event(made.meetings[0], made)

    later = replace(
        PlannedMeeting.of(made.meetings[0]), ends_at=before.ends_at + timedelta(hours=1)
    ) if before.ends_at else None  # fmt: skip
    assert later
    meetings.change(made, later)
    after = documents.meeting_event(made.meetings[0], made)

    assert (after.uid, after.sequence) == (before.uid, before.sequence + 1)


def test_what_the_entry_says_changes_its_stamp_without_raising_the_sequence() -> None:
    made = restraint()
    before = documents.meeting_event(made.meetings[0], made)

    with clock.frozen(clock.now() + timedelta(minutes=1)):
        actions.edit_course_session(
            course_session=made,
            details=replace(SessionDetails.of(made), bring="Nothing"),
            actor=SYSTEM,
        )

    after = documents.meeting_event(made.meetings[0], made)
    assert after.stamped_at > before.stamped_at
    assert after.sequence == before.sequence == 0


def test_cancelled_entries_stay_as_cancelled_whatever_they_are_to_a_person() -> None:
    made = restraint(meetings=2)
    meetings.remove(made, made.meetings[1])

    first, second = documents.session_events(made, status=Status.TENTATIVE)
    assert (first.status, second.status) == (Status.TENTATIVE, Status.CANCELLED)

    actions.mark_cancelled(course_session=made, reason="Snow.", actor=SYSTEM)
    assert {each.status for each in documents.session_events(made)} == {Status.CANCELLED}


def test_meetings_of_a_series_are_numbered() -> None:
    made = restraint(meetings=3)

    assert [each.summary for each in documents.session_events(made)] == [
        "CPI (1 of 3)",
        "CPI (2 of 3)",
        "CPI (3 of 3)",
    ]


def test_self_paced_work_is_one_entry_on_the_day_it_is_due() -> None:
    due = clock.today() + timedelta(days=30)
    made = restraint(format=Format.SELF_PACED, meetings=0, due_on=due)

    [event] = documents.session_events(made)

    assert (event.all_day, event.summary, event.uid) == (due, "Due: CPI", made.uid)
    assert event.transparent
