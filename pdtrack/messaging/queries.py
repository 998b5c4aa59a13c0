"""Finding out who is to be reminded, from what the sessions and registrations say now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import joinedload

from pdtrack.accounts.models import EmailAddress, Person
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.messaging.models import Reminder
from pdtrack.messaging.rules import AHEAD
from pdtrack.registration.models import Registration, Status


def sessions_near() -> Sequence[CourseSession]:
    """Return the sessions that begin within two days and have somebody who is not yet reminded.

    Who got the place first decides for all: the two databases take days off a moment
    in different words.
    """
    now = clock.now()
    near = db.session.execute(
        select(CourseSession, func.min(Registration.status_changed_at))
        .join(Registration, Registration.course_session_id == CourseSession.id)
        .where(
            CourseSession.state == SessionState.PUBLISHED,
            CourseSession.format != Format.SELF_PACED,
            CourseSession.starts_at > now,
            CourseSession.starts_at <= now + AHEAD,
            _waits_for_reminder(_begins_that_day(now)),
        )
        .group_by(CourseSession.id)
        .order_by(CourseSession.starts_at, CourseSession.id)
    )
    return [each for each, first in near if each.starts_at and first <= each.starts_at - AHEAD]


def to_remind(course_session: CourseSession, limit: int) -> Sequence[Registration]:
    """Return people with a place since before the two days, an address, and no reminder yet."""
    starts_at = course_session.starts_at
    if starts_at is None:
        return []
    return db.session.scalars(
        select(Registration)
        .where(
            Registration.course_session_id == course_session.id,
            Registration.status_changed_at <= starts_at - AHEAD,
            _waits_for_reminder(Reminder.starts_on == clock.local(starts_at).date()),
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


def _waits_for_reminder(is_of_that_day: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether somebody has a place and an address, and was not reminded of the session's day."""
    has_address = exists().where(
        EmailAddress.person_id == Registration.person_id, EmailAddress.verified_at.is_not(None)
    )
    was_reminded = exists().where(Reminder.registration_id == Registration.id, is_of_that_day)
    return and_(Registration.status == Status.REGISTERED, has_address, ~was_reminded)


def _begins_that_day(now: datetime) -> ColumnElement[bool]:
    """Whether a session that is near begins on a reminder's day, as the wall's clock has it."""
    first, last = clock.local(now).date(), clock.local(now + AHEAD).date()
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    midnights = [clock.at(each, time(0)) for each in [*days, last + timedelta(days=1)]]
    return or_(
        *(
            and_(
                Reminder.starts_on == day,
                CourseSession.starts_at >= begins,
                CourseSession.starts_at < ends,
            )
            for day, begins, ends in zip(days, midnights, midnights[1:], strict=False)
        )
    )
