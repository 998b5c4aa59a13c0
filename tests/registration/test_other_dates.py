"""Other dates of a course, for whom one does not suit or is called off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock, filters
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import actions, queries
from tests import make

pytestmark = pytest.mark.usefixtures("on_either")


def mail_when_cancelled(course_session: CourseSession) -> str:
    """Cancel a session, and return what somebody is told who is registered for it."""
    ada = make.registration(course_session=course_session)
    actions.cancel_course_session(course_session=course_session, reason="Snow.", actor=SYSTEM)
    return db.session.scalars(
        select(OutgoingEmail.text).where(OutgoingEmail.person_id == ada.person_id)
    ).one()


def test_a_cancelled_session_offers_other_dates_of_the_course() -> None:
    course = make.course()
    gone, other = make.course_session(course=course), make.course_session(course=course)
    make.course_session(course=course, state=SessionState.DRAFT)
    make.course_session(course=course, starts_at=clock.now() - timedelta(days=3))

    text = mail_when_cancelled(gone)

    assert text.count("/sessions/") == 1
    assert f"/sessions/{other.id}" in text


def test_dates_whose_registration_is_closed_hide_no_open_one() -> None:
    course = make.course()
    gone = make.course_session(course=course)
    for days in (1, 2, 3):
        make.course_session(
            course=course, starts_at=clock.now() + timedelta(days=days), closes_hours_before=96
        )
    make.course_session(course=course, opens_days_before=7)  # In two weeks: not open yet.
    later = make.course_session(course=course, starts_at=clock.now() + timedelta(days=21))

    assert queries.other_dates(gone) == [later]


def test_self_paced_work_that_is_open_already_is_another_date_until_it_is_due() -> None:
    course = make.course()
    gone, due = make.course_session(course=course), clock.today() + timedelta(days=9)
    running, _over = (
        make.course_session(
            course=course,
            format=Format.SELF_PACED,
            starts_at=clock.now() - timedelta(days=9),
            ends_at=clock.now() + timedelta(days=days),
            due_on=due,
        )
        for days in (9, -1)
    )

    text = mail_when_cancelled(gone)

    assert queries.other_dates(gone) == [running]
    assert f"In your own time, until {filters.day(due)}: " in text
