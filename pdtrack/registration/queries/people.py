"""Reading what a person registered for, and what else there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    or_,
    select,
)
from sqlalchemy.orm import contains_eager, joinedload

from pdtrack.accounts.models import Employment, Person
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import clock, regulations
from pdtrack.core.db import db
from pdtrack.organizations.models import Organization
from pdtrack.registration import rules
from pdtrack.registration.models import ACTIVE, Registration

FREE_CANCELLATION = "cancellation.free_business_days"


def people_registered_with(collaborative_id: int) -> Select[int]:
    """Select the ids of people who ever registered with a collaborative, so that it knows them."""
    return (
        select(Registration.person_id)
        .join(Registration.course_session)
        .where(CourseSession.collaborative_id == collaborative_id)
    )


def all_of_person(person: Person) -> Sequence[Registration]:
    """Return everything that a person ever registered for, in that order."""
    return db.session.scalars(_of_person(person).order_by(Registration.id)).all()


def of_person_with(person: Person, collaborative: Organization) -> Select[Registration]:
    """Select what a person registered for with a collaborative, the newest session first."""
    return (
        _of_person(person)
        .where(CourseSession.collaborative_id == collaborative.id)
        .options(joinedload(Registration.employment).joinedload(Employment.organization))
        .order_by(
            CourseSession.starts_at.is_not(None),
            CourseSession.starts_at.desc(),
            Registration.id.desc(),
        )
    )


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


def prices_to_settle() -> Sequence[Registration]:
    """Return whose price waited for the employer's word, which has come before it was over."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.course_session)
        .join(Registration.employment)
        .where(
            Registration.price_is_provisional.is_(True),
            Registration.status.in_(ACTIVE),
            Employment.confirmed_at.is_not(None),
            Employment.refused_at.is_(None),
            CourseSession.state == SessionState.PUBLISHED,
            _is_not_over(),
        )
        .options(
            contains_eager(Registration.course_session).joinedload(CourseSession.collaborative),
            contains_eager(Registration.employment).joinedload(Employment.organization),
            joinedload(Registration.person).selectinload(Person.addresses),
        )
        .order_by(Registration.id)
    ).all()


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
    """Return other sessions of the same course that people can register for now, by date."""
    return db.session.scalars(
        select(CourseSession)
        .where(
            CourseSession.course_id == course_session.course_id,
            CourseSession.id != course_session.id,
            CourseSession.state == SessionState.PUBLISHED,
            _is_open(),
        )
        .order_by(CourseSession.listed_at, CourseSession.id)
        .limit(limit)
    ).all()


def _is_open() -> ColumnElement[bool]:
    """Whether registration has opened and not closed, and what is registered for is to come."""
    now = clock.now()
    return and_(
        CourseSession.listed_at > now,
        or_(CourseSession.opens_at.is_(None), CourseSession.opens_at <= now),
        or_(CourseSession.closes_at.is_(None), CourseSession.closes_at > now),
    )


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
