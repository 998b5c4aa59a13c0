"""Reading registrations: places, lines, rosters, and what a person or a district has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.sql.base import ExecutableOption

from pdtrack.accounts.models import Employment, Person
from pdtrack.catalog.models import Course, CourseSession, SessionState
from pdtrack.core import clock, regulations
from pdtrack.core.db import db
from pdtrack.registration import rules
from pdtrack.registration.models import ACTIVE, TAKING_PLACE, Registration, Status
from pdtrack.registration.rules import Counts

FREE_CANCELLATION = "cancellation.free_business_days"


def find(registration_id: int) -> Registration | None:
    """Return a registration with all that its page shows."""
    return db.session.scalars(
        select(Registration)
        .where(Registration.id == registration_id)
        .options(*_whole_session(), joinedload(Registration.employment))
    ).one_or_none()


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


def registered(course_session: CourseSession) -> Sequence[Registration]:
    """Return everybody who has a place, by name: those whose attendance is taken."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.person)
        .where(
            Registration.course_session_id == course_session.id,
            Registration.status == Status.REGISTERED,
        )
        .options(contains_eager(Registration.person), *_whole_employment())
        .order_by(Person.last_name, Person.first_name, Registration.id)
    ).all()


def registered_ids(course_session: CourseSession) -> set[int]:
    """Return the ids of the registrations that have a place."""
    return set(
        db.session.scalars(
            select(Registration.id).where(
                Registration.course_session_id == course_session.id,
                Registration.status == Status.REGISTERED,
            )
        )
    )


def of_person(person: Person) -> Sequence[Registration]:
    """Return all registrations of a person, the nearest session first, those without dates last."""
    return db.session.scalars(
        _of_person(person).order_by(
            CourseSession.starts_at.is_(None), CourseSession.starts_at, Registration.id
        )
    ).all()


def ahead_of(person: Person) -> Sequence[Registration]:
    """Return a person's active registrations of sessions that are not over, the nearest first."""
    return db.session.scalars(
        _of_person(person)
        .where(Registration.status.in_(ACTIVE), _is_not_over())
        .order_by(CourseSession.starts_at.is_(None), CourseSession.starts_at, Registration.id)
    ).all()


def behind(person: Person) -> Select[tuple[Registration]]:
    """Select a person's registrations that were ended or whose session is over, newest first."""
    return (
        _of_person(person)
        .where(Registration.status.not_in(ACTIVE) | ~_is_not_over())
        .order_by(CourseSession.starts_at.desc(), Registration.id.desc())
    )


def free_cancellation_until(course_session: CourseSession) -> datetime | None:
    """Return until when cancelling is free, by the collaborative's policy or the usual one."""
    starts_at = course_session.starts_at
    if starts_at is None or course_session.is_self_paced:
        return None
    days = course_session.collaborative.free_cancellation_days
    if days is None:
        usual = regulations.in_force(FREE_CANCELLATION, clock.local(starts_at).date())
        days = usual.tenths // 10
    return rules.free_until(starts_at, days)


def other_dates(course_session: CourseSession, limit: int = 3) -> Sequence[CourseSession]:
    """Return other sessions of the same course that people can still register for."""
    upcoming = db.session.scalars(
        select(CourseSession)
        .where(
            CourseSession.course_id == course_session.course_id,
            CourseSession.id != course_session.id,
            CourseSession.state == SessionState.PUBLISHED,
            CourseSession.starts_at > clock.now(),
        )
        .order_by(CourseSession.starts_at)
        .limit(limit)
    )
    return [each for each in upcoming if each.is_open]


def _is_not_over() -> ColumnElement[bool]:
    return CourseSession.ends_at.is_(None) | (CourseSession.ends_at > clock.now())


def _of_person(person: Person) -> Select[tuple[Registration]]:
    session = contains_eager(Registration.course_session)
    return (
        select(Registration)
        .join(Registration.course_session)
        .where(Registration.person_id == person.id)
        .options(
            session.joinedload(CourseSession.collaborative),
            session.joinedload(CourseSession.venue),
            session.selectinload(CourseSession.meetings),
        )
    )


def _whole_session() -> list[ExecutableOption]:
    session = joinedload(Registration.course_session)
    return [
        session.joinedload(CourseSession.course).joinedload(Course.topic),
        session.joinedload(CourseSession.collaborative),
        session.joinedload(CourseSession.venue),
        session.selectinload(CourseSession.meetings),
    ]


def _whole_person() -> list[ExecutableOption]:
    return [
        joinedload(Registration.person).selectinload(Person.addresses),
        joinedload(Registration.employment),
    ]


def _whole_employment() -> list[ExecutableOption]:
    employment = joinedload(Registration.employment)
    return [
        employment.joinedload(Employment.organization),
        employment.joinedload(Employment.school),
    ]


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
