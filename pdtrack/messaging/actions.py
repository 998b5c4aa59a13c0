"""Reminding people of what they registered for."""

from __future__ import annotations

from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM, Actor
from pdtrack.core.db import action, db, lock
from pdtrack.messaging import queries, rules
from pdtrack.messaging.models import Reminder
from pdtrack.registration import actions as registrations
from pdtrack.registration.models import Registration

AT_ONCE = 50
CONDITION = "messaging.reminder"


def send_due_reminders() -> int:
    """Remind everybody whose session begins in two days, and say how many that were.

    Nothing is planned ahead: who is reminded, and of when, is read when it is
    sent. Safe to run again at any time, and in several workers at once.
    """
    sent = 0
    for course_session in queries.sessions_near():
        while reminded := remind(course_session=course_session, actor=SYSTEM):
            sent += len(reminded)
    return sent


@action
def remind(*, course_session: CourseSession, actor: Actor) -> list[Registration]:
    """Remind the next few people of a course session; nobody when all of them are."""
    lock(course_session)  # Two workers must not remind the same people.
    starts_at = course_session.starts_at
    is_on = course_session.state == SessionState.PUBLISHED
    if not is_on or not rules.is_near(starts_at, clock.now()):
        return []
    assert starts_at is not None
    people = list(queries.to_remind(course_session, limit=AT_ONCE))
    for registration in people:
        reminder = Reminder(
            registration=registration,
            starts_on=clock.local(starts_at).date(),
            reminded_at=clock.now(),
        )
        db.session.add(reminder)
        db.session.flush()
        registrations.remind(
            registration=registration, condition=f"{CONDITION}:{reminder.id}", actor=actor
        )
    return people


@action
def confirm(*, reminder_id: int, actor: Actor) -> bool:  # noqa: ARG001 - every action says who acts.
    """Whether a reminder that is about to leave still says what is so.

    Mail may have waited for its server. Nobody is reminded of what they gave up or of
    what has begun; and if the session was changed since, the reminder is forgotten, so
    that the next sweep writes it anew.
    """
    reminder = queries.reminder(reminder_id)
    if reminder is None or not rules.is_due(reminder.registration, clock.now()):
        return False
    if reminder.registration.course_session.changed_at <= reminder.reminded_at:
        return True
    db.session.delete(reminder)
    return False
