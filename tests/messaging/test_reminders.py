"""Reminders: derived when sent, once, to those who have a place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from pdtrack.catalog.details import PlannedMeeting
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock, delivery
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.messaging import actions
from pdtrack.messaging.models import Reminder
from pdtrack.registration import actions as registrations
from pdtrack.registration.models import Status
from tests import make, meetings
from tests.queries import count_queries
from tests.servers import free_port

pytestmark = pytest.mark.usefixtures("app")

NINE = datetime(2026, 12, 8, 14, 0, tzinfo=UTC)  # 9 AM in Massachusetts.
LONG_BEFORE = NINE - timedelta(days=10)


@pytest.fixture(autouse=True)
def ten_days_before() -> Iterator[None]:
    """It is ten days before the session."""
    with clock.frozen(LONG_BEFORE):
        yield


def session(**values: Any) -> CourseSession:
    """A session on 8 December."""
    return make.course_session(
        **{"starts_at": NINE, "title": "De-escalation", "format": Format.ONLINE, **values}
    )


def sweep(before: timedelta = timedelta(days=2)) -> int:
    """Do what the worker does, so long before the session."""
    with clock.frozen(NINE - before):
        return actions.send_due_reminders()


def reminders() -> list[OutgoingEmail]:
    """Return the reminders in the order in which they were written."""
    return list(
        db.session.scalars(
            select(OutgoingEmail)
            .where(OutgoingEmail.subject.startswith("Reminder"))
            .order_by(OutgoingEmail.id)
            .execution_options(populate_existing=True)
        )
    )


def test_who_has_a_place_is_reminded_two_days_before() -> None:
    registration = make.registration(course_session=session(online_link="https://meet.example/1"))

    assert sweep() == 1
    (mail,) = reminders()

    assert mail.person_id == registration.person_id
    assert mail.subject == "Reminder: De-escalation, Tue, Dec 8"
    assert "Tue, Dec 8, 9:00 AM – 4:00 PM" in mail.text
    assert "https://meet.example/1" in mail.text
    assert mail.calendar_method == "REQUEST"
    assert registration.course_session.meetings[0].uid in (mail.calendar or "")


def test_nobody_is_reminded_earlier_or_once_it_has_begun() -> None:
    make.registration(course_session=session())

    assert sweep(timedelta(days=2, minutes=1)) == 0
    assert sweep(timedelta(0)) == 0
    assert reminders() == []


def test_a_worker_that_was_down_reminds_later() -> None:
    make.registration(course_session=session())

    assert sweep(timedelta(hours=3)) == 1


def test_everybody_is_reminded_exactly_once() -> None:
    course_session = session()
    for _ in range(3):
        make.registration(course_session=course_session)

    assert [sweep(), sweep(timedelta(days=1)), sweep(timedelta(hours=1))] == [3, 0, 0]
    assert len(reminders()) == 3


@pytest.mark.parametrize("status", [each for each in Status if each != Status.REGISTERED])
def test_only_those_with_a_place_are_reminded(status: Status) -> None:
    # Odoo #27725: reminders to unconfirmed people.
    make.registration(course_session=session(), status=status)

    assert sweep() == 0


def test_nobody_is_reminded_after_cancelling() -> None:
    # cal.com #7225
    registration = make.registration(course_session=session())
    registrations.cancel(registration=registration, actor=registration.person)

    assert sweep() == 0


@pytest.mark.parametrize("state", [SessionState.CANCELLED, SessionState.DRAFT])
def test_nobody_is_reminded_of_what_does_not_take_place(state: SessionState) -> None:
    make.registration(course_session=session(state=state))

    assert sweep() == 0


def test_a_moved_session_is_reminded_of_on_its_new_date() -> None:
    # cal.com #12440: none after a change of time.
    course_session = session()
    make.registration(course_session=course_session)
    move(course_session, NINE + timedelta(days=7))

    assert sweep() == 0
    assert sweep(-timedelta(days=5)) == 1
    assert reminders()[0].subject == "Reminder: De-escalation, Tue, Dec 15"


def test_a_session_that_is_moved_after_the_reminder_is_reminded_of_again() -> None:
    course_session = session()
    make.registration(course_session=course_session)
    sweep()
    move(course_session, NINE + timedelta(days=7))

    assert sweep(-timedelta(days=5)) == 1
    assert len(reminders()) == 2


def test_another_hour_of_the_same_day_is_no_reason_to_remind_again() -> None:
    course_session = session()
    make.registration(course_session=course_session)
    sweep()
    move(course_session, NINE + timedelta(hours=1))

    assert sweep() == 0


@pytest.fixture
def server_is_down(app: Flask) -> Iterator[None]:
    """Nobody takes mail until somebody takes the server's address out of the settings."""
    before, app.config["PDTRACK_SMTP_URL"] = (
        app.config["PDTRACK_SMTP_URL"],
        f"smtp://127.0.0.1:{free_port()}",
    )
    yield
    app.config["PDTRACK_SMTP_URL"] = before


def left_later(app: Flask, before: timedelta = timedelta(days=1)) -> list[str]:
    """Let the server come back, so long before the session, and return what left."""
    app.config["PDTRACK_SMTP_URL"] = ""
    with clock.frozen(NINE - before):
        delivery.send_due()
    return [each.text for each in reminders() if each.state == MailState.SENT]


@pytest.mark.usefixtures("server_is_down")
def test_a_reminder_that_waited_for_the_server_leaves_while_it_is_true(app: Flask) -> None:
    make.registration(course_session=session())
    sweep()
    with clock.frozen(NINE - timedelta(days=2)):
        delivery.send_due()

    assert len(left_later(app)) == 1


@pytest.mark.usefixtures("server_is_down")
@pytest.mark.parametrize("what", ["person", "session"])
def test_a_reminder_that_waited_does_not_leave_after_a_cancellation(app: Flask, what: str) -> None:
    # cal.com #7225: what is derived from the session when sent must hold when it is sent.
    registration = make.registration(course_session=session())
    sweep()
    if what == "person":
        registrations.cancel(registration=registration, actor=registration.person)
    else:
        registrations.cancel_course_session(
            course_session=registration.course_session, reason="Snow", actor=SYSTEM
        )

    assert left_later(app) == []
    assert [each.state for each in reminders()] == [MailState.UNDONE]


@pytest.mark.usefixtures("server_is_down")
def test_a_reminder_that_waited_until_the_session_began_does_not_leave(app: Flask) -> None:
    make.registration(course_session=session())
    sweep()

    assert left_later(app, before=-timedelta(hours=1)) == []


@pytest.mark.usefixtures("server_is_down")
def test_a_reminder_that_waited_is_written_anew_when_the_hour_changed(app: Flask) -> None:
    # cal.com #12440
    course_session = session()
    make.registration(course_session=course_session)
    sweep()
    with clock.frozen(NINE - timedelta(days=1, hours=1)):
        move(course_session, NINE + timedelta(hours=1))

    assert left_later(app) == []
    assert sweep(timedelta(hours=23)) == 1
    (text,) = left_later(app, before=timedelta(hours=23))
    assert "10:00 AM – 5:00 PM" in text


def test_who_registered_within_the_two_days_has_just_read_it() -> None:
    course_session = session()
    with clock.frozen(NINE - timedelta(days=1)):
        make.registration(course_session=course_session)

    assert sweep(timedelta(hours=20)) == 0


def test_who_was_promoted_within_the_two_days_has_just_read_it() -> None:
    course_session = session(capacity=1)
    first = make.registration(course_session=course_session)
    make.registration(course_session=course_session, status=Status.WAITLISTED)
    with clock.frozen(NINE - timedelta(days=1)):
        registrations.cancel(registration=first, actor=first.person)

    assert sweep(timedelta(hours=20)) == 0


def test_people_without_an_address_are_passed_over() -> None:
    course_session = session()
    make.registration(course_session=course_session, person=make.person(email=None))
    reached = make.registration(course_session=course_session)

    assert sweep() == 1
    assert [each.person_id for each in reminders()] == [reached.person_id]


def test_self_paced_work_has_no_meeting_to_be_reminded_of() -> None:
    make.registration(
        course_session=session(format=Format.SELF_PACED, due_on=NINE.date(), independent_minutes=60)
    )

    assert sweep() == 0


def test_a_large_session_is_reminded_in_several_transactions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    course_session = session()
    for _ in range(5):
        make.registration(course_session=course_session)

    assert sweep() == 5
    assert len(reminders()) == 5


def test_the_database_forbids_a_second_reminder_of_one_day() -> None:
    registration = make.registration(course_session=session())
    for _ in range(2):
        db.session.add(
            Reminder(
                registration_id=registration.id, starts_on=NINE.date(), reminded_at=clock.now()
            )
        )

    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_sweep_without_anything_to_do_is_one_question() -> None:
    for _ in range(3):
        make.registration(course_session=make.course_session())
        make.registration(course_session=session())
    assert sweep() == 3
    with clock.frozen(NINE - timedelta(days=1)):
        make.registration(course_session=session())  # Too late to need a reminder.
    db.session.expire_all()

    with count_queries() as statements:
        assert sweep(timedelta(hours=12)) == 0

    assert len(statements) == 1


@pytest.mark.parametrize("hours", [-9, -8, 14, 15])
def test_a_day_begins_at_midnight_on_the_wall(hours: int) -> None:
    """Who was reminded of one side of midnight is reminded of the other, and only then."""
    course_session = session(starts_at=NINE + timedelta(hours=hours))
    ada = make.registration(course_session=course_session)
    day = clock.local(NINE + timedelta(hours=hours)).date()
    for days in (-1, 1):
        another = day + timedelta(days=days)
        db.session.add(Reminder(registration=ada, starts_on=another, reminded_at=clock.now()))
    db.session.commit()

    assert [sweep(timedelta(hours=10)), sweep(timedelta(hours=10))] == [1, 0]


def move(course_session: CourseSession, starts_at: datetime) -> None:
    """Move the session's only meeting, as the desk does."""
    planned = PlannedMeeting(
        id=course_session.meetings[0].id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=7),
    )
    meetings.change(course_session, planned)
