"""Sessions of tests as a coordinator would plan them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from pdtrack.accounts.models import Person
from pdtrack.attendance import actions as attendance
from pdtrack.attendance.models import Presence
from pdtrack.attendance.queries import Part, find_part
from pdtrack.catalog.details import PlannedMeeting, SessionDetails
from pdtrack.catalog.models import CourseSession, Meeting
from pdtrack.certificates import actions as certificates
from pdtrack.certificates.models import Certificate
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import actions as registration
from pdtrack.registration.models import Registration
from tests import make


def held_at(place: str = "Hall", **values: Any) -> CourseSession:
    """A published session with a venue, in two weeks: it may be edited and stay published."""
    session = make.course_session(**{"starts_at": morning(14), **values})
    session.venue_id = make.venue(collaborative=session.collaborative, name=place).id
    db.session.commit()
    return session


def begun(**values: Any) -> CourseSession:
    """A session of two meetings, of which one was yesterday."""
    return held_at(**{"meetings": 2, "starts_at": morning(-1), **values})


def morning(days: int) -> datetime:
    """Nine o'clock on a day from today; a meeting then ends before midnight."""
    return clock.at(clock.today() + timedelta(days=days), time(9))


def registered(session: CourseSession, person: Person | None = None) -> Registration:
    """Somebody who registers, with the mail that this brings."""
    who = person or make.person()
    return registration.register(person=who, course_session=session, employment=None, actor=who)


def unreachable(session: CourseSession, **values: Any) -> Registration:
    """Somebody without an address, whom staff registered."""
    person = make.person(email=None, **values)
    return make.registration(course_session=session, person=person)


def details(session: CourseSession, **changes: Any) -> SessionDetails:
    """What a session says now, with some changes."""
    return replace(SessionDetails.of(session), **changes)


def plans(session: CourseSession, later: timedelta = timedelta(0)) -> list[PlannedMeeting]:
    """A session's meetings, all of them moved."""
    return [moved(each, later) for each in session.meetings if each.cancelled_at is None]


def moved(meeting: Meeting, later: timedelta) -> PlannedMeeting:
    """A meeting, moved."""
    planned = PlannedMeeting.of(meeting)
    return replace(planned, starts_at=planned.starts_at + later, ends_at=planned.ends_at + later)


def sitting(starts_at: datetime, **values: Any) -> PlannedMeeting:
    """A new meeting of three hours."""
    return PlannedMeeting(
        **{"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3), **values}
    )


def mark(
    someone: Registration, presence: Presence = Presence.PRESENT, *, meeting: Meeting | None = None
) -> Part:
    """Take somebody's attendance, at the first meeting unless told otherwise."""
    which = meeting or someone.course_session.meetings[0]
    part = Part(which, which.credited_minutes)
    minutes = 30 if presence == Presence.PARTIAL else None
    attendance.mark(
        registration=someone, part=part, presence=presence, minutes=minutes, actor=SYSTEM
    )
    return part


def certified(someone: Registration, *, then: Presence | None = None) -> Certificate:
    """Certify somebody as present, and put the attendance right afterwards if told."""
    for meeting in someone.course_session.meetings:
        mark(someone, meeting=meeting)
    [certificate] = certificates.issue(
        course_session=someone.course_session, registration_ids={someone.id}, actor=SYSTEM
    )
    if then:
        mark(someone, then)
    return certificate


def unmark(someone: Registration, part: Part) -> None:
    """Take the last mark back, as the sheet does: with what the part credits by now."""
    now = find_part(someone.course_session, part.meeting_id)
    assert now
    attendance.undo(registration=someone, part=now, actor=SYSTEM)


def mail() -> list[OutgoingEmail]:
    """All mail in the order in which it was written."""
    return list(db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id)))


def mail_to_many() -> list[OutgoingEmail]:
    """The mail that can be taken back."""
    return [each for each in mail() if each.batch]
