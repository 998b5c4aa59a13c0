"""Reading registrations: places, lines, rosters, and what a person or a district has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import contains_eager, joinedload
from sqlalchemy.sql.base import ExecutableOption

from pdtrack.accounts.models import EmailAddress, Employment, Person
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import clock, regulations
from pdtrack.core.db import db
from pdtrack.organizations.models import Organization, School
from pdtrack.registration import rules
from pdtrack.registration.models import ACTIVE, TAKING_PLACE, Registration, Status
from pdtrack.registration.rules import Counts

FREE_CANCELLATION = "cancellation.free_business_days"


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


# What everybody asks who registers, built once: building takes longer than running.
_AT_THE_DOOR = (
    select(CourseSession)
    .where(CourseSession.id == bindparam("id"), CourseSession.state != SessionState.DRAFT)
    .options(
        joinedload(CourseSession.collaborative),
        joinedload(CourseSession.topic),
        joinedload(CourseSession.venue),
    )
)
_STANDING = select(
    _count_if(Registration.status.in_(TAKING_PLACE)),
    _count_if(Registration.status == Status.WAITLISTED),
    _count_if(Registration.person_id == bindparam("person_id")),
).where(
    Registration.course_session_id == bindparam("course_session_id"),
    Registration.status.in_(ACTIVE),
)

_WHOLE = (
    select(Registration)
    .where(Registration.id == bindparam("id"))
    .options(
        joinedload(Registration.course_session).options(
            joinedload(CourseSession.collaborative),
            joinedload(CourseSession.topic),
            joinedload(CourseSession.venue),
        ),
        joinedload(Registration.employment).joinedload(Employment.organization),
    )
)


def course_session_at_the_door(course_session_id: int) -> CourseSession | None:
    """Return a session that was published, with no more than registering for it needs."""
    return db.session.scalars(_AT_THE_DOOR, {"id": course_session_id}).one_or_none()


def find(registration_id: int) -> Registration | None:
    """Return a registration with what its page shows."""
    return db.session.scalars(_WHOLE, {"id": registration_id}).one_or_none()


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


def registered(course_session: CourseSession) -> Sequence[Registration]:
    """Return everybody who has a place, by name: those whose attendance is taken."""
    return all_of(roster(course_session, state=Status.REGISTERED))


def roster(
    course_session: CourseSession, *, state: str = "", text: str = "", sort: str = ""
) -> Select[Registration]:
    """Select a roster: who is active, or in one state ("all" for every one), found and sorted."""
    statement = (
        _with_workplace(select(Registration))
        .where(Registration.course_session_id == course_session.id)
        .options(contains_eager(Registration.person).selectinload(Person.addresses))
        .order_by(*_order(sort), Person.last_name, Person.first_name, Registration.id)
    )
    if state in [each.value for each in Status]:
        statement = statement.where(Registration.status == Status(state))
    elif state != "all":
        statement = statement.where(Registration.status.in_(ACTIVE))
    for word in text.split()[:5]:
        statement = statement.where(_is_found_by(word))
    return statement


def of_district(
    district: Organization,
    *,
    state: str = "",
    first_day: date | None = None,
    last_day: date | None = None,
) -> Select[Registration]:
    """Select registrations made under employment by one district, the latest sessions first.

    Whoever employs the person later does not see them, and this district still does.
    """
    statement = (
        _with_workplace(select(Registration))
        .join(Registration.course_session)
        .where(Employment.organization_id == district.id, Employment.refused_at.is_(None))
        .options(
            contains_eager(Registration.person).selectinload(Person.addresses),
            contains_eager(Registration.course_session).joinedload(CourseSession.collaborative),
        )
        .order_by(CourseSession.starts_at.desc(), Person.last_name, Registration.id)
    )
    if state in [each.value for each in Status]:
        statement = statement.where(Registration.status == Status(state))
    if first_day:
        statement = statement.where(CourseSession.starts_at >= clock.at(first_day, time()))
    if last_day:
        after = last_day + timedelta(days=1)
        statement = statement.where(CourseSession.starts_at < clock.at(after, time()))
    return statement


def all_of(statement: Select[Registration]) -> Sequence[Registration]:
    """Return every registration of a statement."""
    return db.session.scalars(statement).unique().all()


def in_batches(statement: Select[Registration]) -> Iterator[Registration]:
    """Yield the registrations of a statement without holding all of them at once."""
    yield from db.session.scalars(statement.execution_options(yield_per=500))


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


def people_registered_with(collaborative_id: int) -> Select[int]:
    """Select the ids of people who ever registered with a collaborative, so that it knows them."""
    return (
        select(Registration.person_id)
        .join(Registration.course_session)
        .where(CourseSession.collaborative_id == collaborative_id)
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


def behind(person: Person) -> Select[Registration]:
    """Select a person's registrations that were ended or whose session is over, newest first."""
    return (
        _of_person(person)
        .where(Registration.status.not_in(ACTIVE) | ~_is_not_over())
        .order_by(CourseSession.starts_at.desc(), Registration.id.desc())
    )


def last_free_day(course_session: CourseSession) -> date | None:
    """Return the last day on which cancelling is free, by the collaborative's policy or the usual.

    Self-paced work has no such day: it costs nothing to leave until it is due.
    """
    starts_at = course_session.starts_at
    if starts_at is None or course_session.is_self_paced:
        return None
    days = course_session.collaborative.free_cancellation_days
    if days is None:
        usual = regulations.in_force(FREE_CANCELLATION, clock.local(starts_at).date())
        days = usual.tenths // 10
    return rules.last_free_day(starts_at, days)


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


def _with_workplace(statement: Select[Registration]) -> Select[Registration]:
    """Join who it is and where the person worked, to be found and sorted by."""
    return (
        statement.join(Registration.person)
        .outerjoin(Registration.employment)
        .outerjoin(Employment.organization)
        .outerjoin(Employment.school)
        .options(
            contains_eager(Registration.employment).contains_eager(Employment.organization),
            contains_eager(Registration.employment).contains_eager(Employment.school),
        )
    )


def _order(sort: str) -> list[ColumnElement[Any]]:
    """Return how a roster is sorted: "district" up, "-district" down; by name when not said."""
    columns: dict[str, SQLColumnExpression[Any]] = {
        "state": case((Registration.status == Status.WAITLISTED, Registration.id), else_=0),
        "district": Organization.name,
        "school": School.name,
        "position": Employment.position,
        "since": Registration.registered_at,
        "name": Person.last_name,
    }
    column = columns.get(sort.removeprefix("-"))
    if column is None:
        return []
    return [column.desc().nulls_last() if sort.startswith("-") else column.asc().nulls_last()]


def _is_found_by(word: str) -> ColumnElement[bool]:
    has_address = exists().where(
        EmailAddress.person_id == Person.id, EmailAddress.address.icontains(word, autoescape=True)
    )
    columns = (Person.first_name, Person.last_name, Organization.name, School.name)
    return or_(has_address, *(each.icontains(word, autoescape=True) for each in columns))


def _is_not_over() -> ColumnElement[bool]:
    return CourseSession.ends_at.is_(None) | (CourseSession.ends_at > clock.now())


def _of_person(person: Person) -> Select[Registration]:
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


def _whole_person() -> list[ExecutableOption]:
    return [
        joinedload(Registration.person).selectinload(Person.addresses),
        joinedload(Registration.employment),
    ]
