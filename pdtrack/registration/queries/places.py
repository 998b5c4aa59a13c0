"""Reading who has a place in a session, who waits, and how full it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    ColumnElement,
    bindparam,
    case,
    func,
    literal,
    select,
)
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.base import ExecutableOption

from pdtrack.accounts.models import Employment, Person
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core.db import db
from pdtrack.registration.models import ACTIVE, TAKING_PLACE, Registration, Status
from pdtrack.registration.rules import Counts


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _is_one_of(statuses: Iterable[Status]) -> ColumnElement[bool]:
    """Whether a status is one of these, each in a place of its own.

    A list's places would be made anew each time the statement runs.
    """
    column = Registration.status
    return column.in_([literal(each, column.type) for each in statuses])


# What everybody asks who registers, built once: building takes longer than running.
_AT_THE_DOOR = (
    select(CourseSession)
    .where(CourseSession.id == bindparam("id"), CourseSession.state != SessionState.DRAFT)
    .options(
        joinedload(CourseSession.collaborative),
        joinedload(CourseSession.topic),
        joinedload(CourseSession.venue),
        joinedload(CourseSession.meetings),
    )
)


_STANDING = select(
    _count_if(_is_one_of(TAKING_PLACE)),
    _count_if(Registration.status == Status.WAITLISTED),
    _count_if(Registration.person_id == bindparam("person_id")),
).where(
    Registration.course_session_id == bindparam("course_session_id"),
    _is_one_of(ACTIVE),
)


_WHOLE = (
    select(Registration)
    .where(Registration.id == bindparam("id"))
    .options(
        joinedload(Registration.course_session).options(
            joinedload(CourseSession.collaborative),
            joinedload(CourseSession.topic),
            joinedload(CourseSession.venue),
            joinedload(CourseSession.meetings),
        ),
        joinedload(Registration.employment).joinedload(Employment.organization),
    )
)


def course_session_at_the_door(course_session_id: int) -> CourseSession | None:
    """Return a session that was published, with no more than registering for it needs."""
    return db.session.scalars(_AT_THE_DOOR, {"id": course_session_id}).unique().one_or_none()


def find(registration_id: int) -> Registration | None:
    """Return a registration with what its page shows."""
    return db.session.scalars(_WHOLE, {"id": registration_id}).unique().one_or_none()


def in_course_session(course_session: CourseSession, registration_id: int) -> Registration | None:
    """Return a registration of this course session, and of no other."""
    return db.session.scalars(
        select(Registration)
        .where(
            Registration.id == registration_id,
            Registration.course_session_id == course_session.id,
        )
        .options(joinedload(Registration.person))
    ).one_or_none()


def find_active(course_session: CourseSession, person: Person) -> Registration | None:
    """Return the place, or the place in line, that a person has in a course session."""
    return db.session.scalars(
        select(Registration).where(
            Registration.course_session_id == course_session.id,
            Registration.person_id == person.id,
            Registration.status.in_(ACTIVE),
        )
    ).one_or_none()


def active_by_session(person: Person, ids: Iterable[int]) -> dict[int, Registration]:
    """Return what a person holds in some course sessions, by the course session's id."""
    found = db.session.scalars(
        select(Registration).where(
            Registration.person_id == person.id,
            Registration.course_session_id.in_(list(ids)),
            Registration.status.in_(ACTIVE),
        )
    )
    return {each.course_session_id: each for each in found}


def counts(ids: Iterable[int]) -> dict[int, Counts]:
    """Count places taken and people waiting, for every course session asked about, in one query."""
    wanted = list(ids)
    rows = db.session.execute(
        select(
            Registration.course_session_id,
            _count_if(Registration.status.in_(TAKING_PLACE)),
            _count_if(Registration.status == Status.WAITLISTED),
        )
        .where(Registration.course_session_id.in_(wanted), Registration.status.in_(ACTIVE))
        .group_by(Registration.course_session_id)
    )
    found = {key: Counts(taken=taken, waiting=waiting) for key, taken, waiting in rows}
    return {key: found.get(key, Counts()) for key in wanted}


def standing(course_session: CourseSession, person: Person) -> tuple[Counts, bool]:
    """Return how full a course session is, and whether a person is in it or in its line already.

    One query, for it runs while everybody else waits for the lock.
    """
    taken, waiting, mine = db.session.execute(
        _STANDING, {"course_session_id": course_session.id, "person_id": person.id}
    ).one()
    return Counts(taken=taken or 0, waiting=waiting or 0), bool(mine)


def count(course_session: CourseSession) -> Counts:
    """Count places taken and people waiting in one course session."""
    return counts([course_session.id])[course_session.id]


def line(course_session: CourseSession, limit: int | None = None) -> Sequence[Registration]:
    """Return those who wait, first in line first; they joined in the order of their ids."""
    return db.session.scalars(
        select(Registration)
        .where(
            Registration.course_session_id == course_session.id,
            Registration.status == Status.WAITLISTED,
        )
        .options(*_whole_person())
        .order_by(Registration.id)
        .limit(limit)
    ).all()


def position_in_line(registration: Registration) -> int | None:
    """Return how many stand in line up to and with this person; nothing if not waiting."""
    return positions([registration]).get(registration.id)


def positions(registrations: Iterable[Registration]) -> dict[int, int]:
    """Return the positions of those who wait, by registration, in at most one query."""
    waiting = [each for each in registrations if each.status == Status.WAITLISTED]
    if not waiting:
        return {}
    order = func.row_number().over(
        partition_by=Registration.course_session_id, order_by=Registration.id
    )
    lines = (
        select(Registration.id, order.label("position"))
        .where(
            Registration.course_session_id.in_({each.course_session_id for each in waiting}),
            Registration.status == Status.WAITLISTED,
        )
        .subquery()
    )
    rows = db.session.execute(
        select(lines.c.id, lines.c.position).where(lines.c.id.in_([each.id for each in waiting]))
    )
    return {key: position for key, position in rows}  # noqa: C416 - rows are no plain tuples.


def active(course_session: CourseSession) -> Sequence[Registration]:
    """Return everybody who holds a place or waits, with what mail to them needs."""
    return db.session.scalars(
        select(Registration)
        .where(
            Registration.course_session_id == course_session.id,
            Registration.status.in_(ACTIVE),
        )
        .options(*_whole_person())
        .order_by(Registration.id)
    ).all()


def row_numbers(course_session: CourseSession) -> dict[int, int]:
    """Return the number that each registration has on paper, by its id: 1 for the oldest.

    All count that the session ever had, so that whoever comes or goes changes no number.
    """
    ids = db.session.scalars(
        select(Registration.id)
        .where(Registration.course_session_id == course_session.id)
        .order_by(Registration.id)
    )
    return {registration_id: number for number, registration_id in enumerate(ids, start=1)}


def _whole_person() -> list[ExecutableOption]:
    return [
        joinedload(Registration.person).selectinload(Person.addresses),
        joinedload(Registration.employment),
    ]
