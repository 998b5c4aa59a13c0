"""Reading what a person and a district want to know first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from pdtrack.accounts.models import Employment, Person
from pdtrack.attendance import queries as attendance
from pdtrack.attendance.credit import is_credited
from pdtrack.attendance.models import AttendanceEntry, Objection
from pdtrack.catalog.models import CourseSession, SessionPresenter, SessionState
from pdtrack.certificates import queries as certificates
from pdtrack.certificates.models import Certificate, CertificateState
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative, District
from pdtrack.registration.models import ACTIVE, Registration, Status

IS_NEW = timedelta(days=30)


@dataclass(frozen=True)
class Figures:
    """What a district's staff did in a fiscal year."""

    year: int
    registrations: int
    people: int
    sessions: int
    minutes: int


def objections_of(person: Person) -> Sequence[Objection]:
    """Return what a person said is wrong in their attendance, while open or newly answered."""
    return db.session.scalars(
        select(Objection)
        .join(Objection.registration)
        .where(
            Registration.person_id == person.id,
            or_(
                Objection.settled_at.is_(None),
                Objection.settled_at > clock.now() - IS_NEW,
            ),
        )
        .options(contains_eager(Objection.registration).joinedload(Registration.course_session))
        .order_by(Objection.id.desc())
        .limit(10)
    ).all()


def new_certificates(person: Person) -> Sequence[Certificate]:
    """Return the certificates that a person got in the last thirty days, newest first."""
    return db.session.scalars(
        certificates.of_person(person)
        .where(
            Certificate.state == CertificateState.VALID,
            Certificate.issued_at > clock.now() - IS_NEW,
        )
        .limit(5)
    ).all()


def taught_ahead(person: Person) -> Sequence[CourseSession]:
    """Return the sessions that a person teaches and that are not over, the nearest first."""
    return db.session.scalars(
        select(CourseSession)
        .join(SessionPresenter, SessionPresenter.course_session_id == CourseSession.id)
        .where(
            SessionPresenter.person_id == person.id,
            CourseSession.state == SessionState.PUBLISHED,
            or_(CourseSession.ends_at.is_(None), CourseSession.ends_at > clock.now()),
        )
        .options(joinedload(CourseSession.collaborative), joinedload(CourseSession.venue))
        .order_by(CourseSession.starts_at.asc().nulls_last(), CourseSession.id)
        .limit(10)
    ).all()


def figures(district: District, year: int) -> Figures:
    """Return what was registered and attended under employment by a district in a fiscal year."""
    of_year = and_(_made_under(district), _held_in(year))
    counted = select(
        func.count(Registration.id),
        func.count(func.distinct(Registration.person_id)),
        func.count(func.distinct(Registration.course_session_id)),
    ).join(CourseSession, CourseSession.id == Registration.course_session_id)
    registrations, people, sessions = db.session.execute(counted.where(of_year)).one()
    ids = (
        select(Registration.id)
        .join(CourseSession, CourseSession.id == Registration.course_session_id)
        .where(of_year)
    )
    minutes = db.session.scalar(
        select(func.coalesce(func.sum(AttendanceEntry.minutes), 0))
        .join(AttendanceEntry.registration)
        .join(Registration.course_session)
        .where(
            AttendanceEntry.id.in_(attendance.newest_ids(Registration.id.in_(ids))), is_credited()
        )
    )
    return Figures(year, registrations, people, sessions, int(minutes or 0))


def ahead_of_district(district: District, limit: int = 10) -> Sequence[Registration]:
    """Return the next registrations of a district's staff, the nearest sessions first."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.course_session)
        .join(Registration.person)
        .where(
            Registration.employment_id.in_(_employments(district)),
            Registration.status.in_(ACTIVE),
            CourseSession.starts_at > clock.now(),
        )
        .options(
            contains_eager(Registration.course_session).joinedload(CourseSession.collaborative),
            contains_eager(Registration.person),
        )
        .order_by(CourseSession.starts_at, *Person.in_order(), Registration.id)
        .limit(limit)
    ).all()


def count_ahead_of_district(district: District) -> int:
    """Count the registrations of a district's staff for sessions to come."""
    return (
        db.session.scalar(
            select(func.count(Registration.id))
            .join(Registration.course_session)
            .where(
                Registration.employment_id.in_(_employments(district)),
                Registration.status.in_(ACTIVE),
                CourseSession.starts_at > clock.now(),
            )
        )
        or 0
    )


def collaboratives_of(district: District) -> list[Collaborative]:
    """Return the collaboratives that a district belongs to today, by name."""
    ids = organizations.member_collaborative_ids(district.id, clock.today())
    return [each for each in organizations.collaboratives() if each.id in ids]


def _made_under(district: District) -> ColumnElement[bool]:
    return and_(
        Registration.employment_id.in_(_employments(district)),
        Registration.status == Status.REGISTERED,
    )


def _employments(district: District) -> Select[int]:
    return select(Employment.id).where(
        Employment.organization_id == district.id, Employment.refused_at.is_(None)
    )


def _held_in(year: int) -> ColumnElement[bool]:
    first, last = clock.fiscal_year_dates(year)
    return and_(
        CourseSession.state == SessionState.PUBLISHED,
        CourseSession.starts_at >= clock.at(first, time()),
        CourseSession.starts_at < clock.at(last + timedelta(days=1), time()),
    )
