"""Reading rosters, and what a district’s staff registered for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    case,
    exists,
    or_,
    select,
)
from sqlalchemy.orm import contains_eager

from pdtrack.accounts.models import EmailAddress, Employment, Person
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock, folding
from pdtrack.core.db import db
from pdtrack.core.folding import folded
from pdtrack.organizations.models import Organization, School
from pdtrack.registration.models import ACTIVE, Registration, Status


def roster(
    course_session: CourseSession, *, state: str = "", text: str = "", sort: str = ""
) -> Select[Registration]:
    """Select a roster: who is active, or in one state ("all" for every one), found and sorted."""
    statement = (
        _with_workplace(select(Registration))
        .where(Registration.course_session_id == course_session.id)
        .options(contains_eager(Registration.person).selectinload(Person.addresses))
        .order_by(*_order(sort), *Person.in_order(), Registration.id)
    )
    if state in [each.value for each in Status]:
        statement = statement.where(Registration.status == Status(state))
    elif state != "all":
        statement = statement.where(Registration.status.in_(ACTIVE))
    for word in folding.words(text):
        statement = statement.where(_is_found_by(word))
    return statement


def registered(course_session: CourseSession) -> Sequence[Registration]:
    """Return everybody who has a place, by name: those whose attendance is taken."""
    return all_of(roster(course_session, state=Status.REGISTERED))


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
        .order_by(CourseSession.starts_at.desc(), *Person.in_order(), Registration.id)
    )
    if state in [each.value for each in Status]:
        statement = statement.where(Registration.status == Status(state))
    elif state == "active":
        statement = statement.where(Registration.status.in_(ACTIVE))
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
        "district": folded(Organization.name),
        "school": folded(School.name),
        "position": Employment.position,
        "since": Registration.registered_at,
        "name": folded(Person.last_name),
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
    return or_(has_address, *(folding.has(each, word) for each in columns))
