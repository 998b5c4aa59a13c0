"""Finding out who is to be reminded, from what the sessions and registrations say now."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import joinedload

from pdtrack.accounts.models import EmailAddress, Person
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.messaging.models import Reminder
from pdtrack.messaging.rules import AHEAD
from pdtrack.registration.models import Registration, Status


def sessions_near() -> Sequence[CourseSession]:
    """Return the sessions that begin within two days and have somebody who is not yet reminded."""
    now = clock.now()
    near = db.session.scalars(
        select(CourseSession)
        .where(
            CourseSession.state == SessionState.PUBLISHED,
            CourseSession.format != Format.SELF_PACED,
            CourseSession.starts_at > now,
            CourseSession.starts_at <= now + AHEAD,
        )
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    return [each for each in near if to_remind(each, limit=1)]


def to_remind(course_session: CourseSession, limit: int) -> Sequence[Registration]:
    """Return people with a place since before the two days, an address, and no reminder yet."""
    starts_at = course_session.starts_at
    if starts_at is None:
        return []
    was_reminded = exists().where(
        Reminder.registration_id == Registration.id,
        Reminder.starts_on == clock.local(starts_at).date(),
    )
    return db.session.scalars(
        select(Registration)
        .where(
            Registration.course_session_id == course_session.id,
            Registration.status == Status.REGISTERED,
            Registration.status_changed_at <= starts_at - AHEAD,
            _has_address(),
            ~was_reminded,
        )
        .options(joinedload(Registration.person).selectinload(Person.addresses))
        .order_by(Registration.id)
        .limit(limit)
    ).all()


def reminder(reminder_id: int) -> Reminder | None:
    """Return a reminder with its registration and session, as they are now."""
    return db.session.scalar(
        select(Reminder)
        .where(Reminder.id == reminder_id)
        .options(joinedload(Reminder.registration).joinedload(Registration.course_session))
        .execution_options(populate_existing=True)
    )


def _has_address() -> ColumnElement[bool]:
    return exists().where(
        EmailAddress.person_id == Registration.person_id, EmailAddress.verified_at.is_not(None)
    )
