"""The attendance report: one row per registration and meeting, for districts and coordinators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from pdtrack.accounts.models import Employment, Person
from pdtrack.accounts.queries import mail_address
from pdtrack.attendance.credit import is_credited
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.catalog.models import Course, CourseSession, Meeting, SessionState, Topic
from pdtrack.certificates.models import Award, AwardKind, Certificate, CertificateState
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.core.tables import Column, Kind
from pdtrack.organizations.models import Organization, School
from pdtrack.registration.models import Registration, Status

ROWS_AT_ONCE = 2000


@dataclass(frozen=True)
class Period:
    """From one day to another, both included, on the collaboratives' wall."""

    first: date
    last: date

    @property
    def bounds(self) -> tuple[Any, Any]:
        """The moments that begin the first day and end the last."""
        midnight = time(0)
        return clock.at(self.first, midnight), clock.at(self.last + timedelta(days=1), midnight)


_COLUMNS: tuple[tuple[str, str, Kind], ...] = (
    ("district_org_code", "District code", "text"),
    ("district", "District", "text"),
    ("school", "School", "text"),
    ("last_name", "Last name", "text"),
    ("first_name", "First name", "text"),
    ("email", "E-mail", "text"),
    ("employee_number", "Employee number", "text"),
    ("mepid", "MEPID", "text"),
    ("position", "Position", "text"),
    ("collaborative", "Collaborative", "text"),
    ("course", "Course", "text"),
    ("topic", "Topic", "text"),
    ("session_id", "Session number", "number"),
    ("session", "Session", "text"),
    ("meeting_starts_at", "Meeting starts", "moment"),
    ("meeting_ends_at", "Meeting ends", "moment"),
    ("status", "Status", "text"),
    ("minutes", "Minutes", "minutes"),
    ("session_hours", "Session hours", "hours"),
    ("pdps", "PDPs", "points"),
    ("certificate", "Certificate", "text"),
)


def columns() -> list[Column[Any]]:
    """Return the report's columns, in the order and under the names that others rely on."""
    # By position: a row looks its names up, which is half of the time a long report takes.
    return [
        Column(key, label, itemgetter(position), kind)
        for position, (key, label, kind) in enumerate(_COLUMNS)
    ]


def of_district(district: Organization) -> ColumnElement[bool]:
    """Return the condition of what was registered under a district's own employment.

    Whom the district does not know, and has said so, is not its own.
    """
    return and_(Employment.organization_id == district.id, Employment.refused_at.is_(None))


def of_collaborative(collaborative: Organization) -> ColumnElement[bool]:
    """Return the condition of what a collaborative offered."""
    return CourseSession.collaborative_id == collaborative.id


def statement(condition: ColumnElement[bool], period: Period) -> Select[Any]:
    """Return the report's rows by day and name; only places count, not waiting in line.

    Session hours, PDPs and certificate stand on the session's last meeting alone,
    so that the sums of the columns are right.
    """
    part = _parts(period)
    hours, pdps = aliased(Award), aliased(Award)
    employer, host = aliased(Organization), aliased(Organization)
    return (
        select(
            employer.org_code.label("district_org_code"),
            func.coalesce(employer.name, Employment.other_name).label("district"),
            School.name.label("school"),
            Person.last_name,
            Person.first_name,
            mail_address(Person.id).correlate(Person).scalar_subquery().label("email"),
            Employment.employee_number,
            Person.mepid,
            Employment.position,
            host.name.label("collaborative"),
            Course.title.label("course"),
            Topic.name.label("topic"),
            CourseSession.id.label("session_id"),
            CourseSession.title.label("session"),
            part.c.starts_at.label("meeting_starts_at"),
            part.c.ends_at.label("meeting_ends_at"),
            func.coalesce(_holding(part, "presence"), Presence.UNMARKED.value).label("status"),
            func.coalesce(_holding(part, "minutes"), 0).label("minutes"),
            case((part.c.is_last == 1, _session_minutes()), else_=null()).label("session_hours"),
            case((part.c.is_last == 1, pdps.pdp_tenths), else_=null()).label("pdps"),
            case((part.c.is_last == 1, Certificate.serial), else_=null()).label("certificate"),
            Person.id.label("person_id"),
            func.coalesce(part.c.ends_at, part.c.on_at).label("over_at"),
            part.c.on_at,
        )
        .select_from(part)
        .join(Registration, Registration.course_session_id == part.c.session_id)
        .join(CourseSession, CourseSession.id == part.c.session_id)
        .join(Course, Course.id == CourseSession.course_id)
        .join(Topic, Topic.id == CourseSession.topic_id)
        .join(host, host.id == CourseSession.collaborative_id)
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(Employment, Employment.id == Registration.employment_id)
        .outerjoin(employer, employer.id == Employment.organization_id)
        .outerjoin(School, School.id == Employment.school_id)
        .outerjoin(hours, _award(hours, AwardKind.HOURS))
        .outerjoin(pdps, _award(pdps, AwardKind.PDPS))
        .outerjoin(
            Certificate,
            and_(Certificate.award_id == hours.id, Certificate.state == CertificateState.VALID),
        )
        .where(condition, Registration.status == Status.REGISTERED)
        .order_by(
            part.c.on_at,
            part.c.session_id,
            part.c.meeting_id,
            *Person.in_order(),
            Registration.id,
        )
    )


def stream(condition: ColumnElement[bool], period: Period) -> Iterator[Row[Any]]:
    """Read the report row by row, in constant memory however long it is.

    Nothing is asked before the first row is: a file is sent after the view's database session
    was closed, and PostgreSQL's cursor with it.
    """
    yield from db.session.execute(
        statement(condition, period).execution_options(yield_per=ROWS_AT_ONCE)
    )


@dataclass(frozen=True)
class Totals:
    """What the report adds up to; `unmarked` is what is over and has no mark."""

    rows: int
    people: int
    minutes: int
    unmarked: int


def totals(condition: ColumnElement[bool], period: Period) -> Totals:
    """Add the report up, in one query."""
    rows = statement(condition, period).order_by(None).subquery()
    # What is still to come cannot be marked, so nobody is late with it.
    is_late = and_(rows.c.status == Presence.UNMARKED.value, rows.c.on_at <= clock.now())
    unmarked = case((is_late, 1), else_=0)
    found = db.session.execute(
        select(
            func.count(),
            func.count(func.distinct(rows.c.person_id)),
            func.coalesce(func.sum(rows.c.minutes), 0),
            func.coalesce(func.sum(unmarked), 0),
        ).select_from(rows)
    ).one()
    return Totals(*(int(each) for each in found))


def _parts(period: Period) -> Subquery:
    """Return what is credited in the period: meetings, and the work outside meetings."""
    begins, ends = period.bounds
    later = aliased(Meeting)
    is_last = ~exists().where(
        later.course_session_id == Meeting.course_session_id,
        later.cancelled_at.is_(None),
        or_(
            later.starts_at > Meeting.starts_at,
            and_(later.starts_at == Meeting.starts_at, later.id > Meeting.id),
        ),
    )
    standing = CourseSession.state != SessionState.CANCELLED
    meetings = (
        select(
            Meeting.course_session_id.label("session_id"),
            Meeting.id.label("meeting_id"),
            Meeting.starts_at.label("starts_at"),
            Meeting.ends_at.label("ends_at"),
            Meeting.starts_at.label("on_at"),
            case((is_last, 1), else_=0).label("is_last"),
        )
        .join(CourseSession, CourseSession.id == Meeting.course_session_id)
        .where(
            Meeting.starts_at >= begins,
            Meeting.starts_at < ends,
            Meeting.cancelled_at.is_(None),
            standing,
        )
    )
    has_meetings = exists().where(
        Meeting.course_session_id == CourseSession.id, Meeting.cancelled_at.is_(None)
    )
    outside = select(
        CourseSession.id,
        null(),
        null(),
        null(),
        CourseSession.ends_at,
        case((has_meetings, 0), else_=1),
    ).where(
        CourseSession.independent_minutes > 0,
        CourseSession.ends_at >= begins,
        CourseSession.ends_at < ends,
        standing,
    )
    return union_all(meetings, outside).subquery("parts")


def _holding(part: Subquery, column: str) -> ColumnElement[Any]:
    """Return what the entry that holds for a registration and part says.

    Asked for row by row, and so only for the rows of a page: as a join, PostgreSQL
    reads the whole log for it.
    """
    entry = aliased(AttendanceEntry)
    none = literal(0)  # No meeting has this id; work outside meetings is compared under it.
    return (
        select(getattr(entry, column))
        .where(
            entry.registration_id == Registration.id,
            func.coalesce(entry.meeting_id, none) == func.coalesce(part.c.meeting_id, none),
        )
        .order_by(entry.id.desc())
        .limit(1)
        .correlate(Registration, part)
        .scalar_subquery()
    )


def _session_minutes() -> ColumnElement[Any]:
    """Return all minutes that a registration is credited, as certificates have them."""
    entry, newest = aliased(AttendanceEntry), aliased(AttendanceEntry)
    holding = (
        select(func.max(newest.id))
        .where(newest.registration_id == Registration.id)
        .group_by(newest.meeting_id)
        .correlate(Registration)
    )
    return (
        select(func.coalesce(func.sum(entry.minutes), 0))
        .where(entry.registration_id == Registration.id, entry.id.in_(holding), is_credited(entry))
        .correlate(Registration, CourseSession)
        .scalar_subquery()
    )


def _award(award: type[Award], kind: AwardKind) -> ColumnElement[bool]:
    return and_(
        award.registration_id == Registration.id,
        award.kind == kind,
        award.withdrawn_at.is_(None),
    )
