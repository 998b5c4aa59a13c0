"""A collaborative's year in figures, for its board: by quarter of the fiscal year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from pdtrack.accounts.models import Employment
from pdtrack.attendance.credit import is_credited
from pdtrack.attendance.models import AttendanceEntry
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.certificates.models import Award, Certificate, CertificateState
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.organizations.models import Organization, OrganizationKind
from pdtrack.registration.models import Registration, Status

QUARTERS = 4
MONTHS = ("July – September", "October – December", "January – March", "April – June")


@dataclass
class Figures:
    """What was done in a quarter or a year."""

    sessions: int = 0
    seats: int = 0
    districts: int = 0
    minutes: int = 0
    hours: int = 0
    certificates: int = 0


@dataclass(frozen=True)
class DistrictFigures:
    """What a district got out of a year."""

    name: str
    seats: int
    people: int
    hours: int


@dataclass
class Year:
    """A fiscal year, its quarters, and the districts served."""

    number: int
    quarters: list[Figures] = field(default_factory=lambda: [Figures() for _ in range(QUARTERS)])
    whole: Figures = field(default_factory=Figures)
    districts: list[DistrictFigures] = field(default_factory=list)
    others: DistrictFigures | None = None

    @property
    def label(self) -> str:
        """The year as boards write it."""
        return f"Fiscal year {self.number}"


def first_days(year: int) -> list[date]:
    """Return the first day of each quarter of a fiscal year, and of the next year."""
    start = date(year - 1, 7, 1)
    return [start, date(year - 1, 10, 1), date(year, 1, 1), date(year, 4, 1), date(year, 7, 1)]


def whole_hours(minutes: Sequence[int]) -> list[int]:
    """Write lengths as whole hours that add up to the whole hours of their sum.

    A board adds the columns up: rounding each for itself would lose hours on the
    way. Those that lose most by rounding down are rounded up.
    """
    found = [each // 60 for each in minutes]
    missing = sum(minutes) // 60 - sum(found)
    by_rest = sorted(range(len(minutes)), key=lambda index: -(minutes[index] % 60))
    for index in by_rest[:missing]:
        found[index] += 1
    return found


def of_collaborative(collaborative: Organization, year: int) -> Year:
    """Return a collaborative's year; five queries, whatever happened in it.

    A session counts in the quarter in which it begins, with all its seats and
    hours; cancelled sessions count nowhere. A certificate counts when it was issued.
    """
    found = Year(year)
    of_year = _held(collaborative, year)
    _fill(found, "sessions", _by_quarter(func.count(), year).where(of_year))
    _fill(found, "seats", _seats(func.count(), year).where(of_year))
    _fill(found, "minutes", _credited(year).where(of_year))
    _fill(found, "certificates", _certificates(collaborative, year))
    _add_hours(found)
    _add_districts(found, of_year, year)
    return found


def _held(collaborative: Organization, year: int) -> ColumnElement[bool]:
    days = first_days(year)
    return and_(
        CourseSession.collaborative_id == collaborative.id,
        CourseSession.state == SessionState.PUBLISHED,
        CourseSession.starts_at >= clock.at(days[0], time(0)),
        CourseSession.starts_at < clock.at(days[-1], time(0)),
    )


def _quarter(moment: InstrumentedAttribute[Any], year: int) -> ColumnElement[int]:
    """Return the number of a moment's quarter, 0 to 3, as the wall's clock has it."""
    ends = [clock.at(day, time(0)) for day in first_days(year)[1:QUARTERS]]
    return case(*((moment < end, number) for number, end in enumerate(ends)), else_=QUARTERS - 1)


def _by_quarter(what: ColumnElement[int], year: int) -> Select[int, int]:
    quarter = _quarter(CourseSession.starts_at, year)
    return select(quarter, what).select_from(CourseSession).group_by(quarter)


def _seats(what: ColumnElement[int], year: int) -> Select[int, int]:
    return _by_quarter(what, year).join(
        Registration,
        and_(
            Registration.course_session_id == CourseSession.id,
            Registration.status == Status.REGISTERED,
        ),
    )


def _holding() -> ColumnElement[bool]:
    """Whether an entry of the attendance log holds: none newer is about the same."""
    newer = aliased(AttendanceEntry)
    return ~(
        select(newer.id)
        .where(
            newer.registration_id == AttendanceEntry.registration_id,
            newer.id > AttendanceEntry.id,
            or_(
                newer.meeting_id == AttendanceEntry.meeting_id,
                and_(newer.meeting_id.is_(None), AttendanceEntry.meeting_id.is_(None)),
            ),
        )
        .exists()
    )


def _credited(year: int) -> Select[int, int]:
    return _seats(func.coalesce(func.sum(AttendanceEntry.minutes), 0), year).join(
        AttendanceEntry,
        and_(AttendanceEntry.registration_id == Registration.id, _holding(), is_credited()),
    )


def _certificates(collaborative: Organization, year: int) -> Select[int, int]:
    days = first_days(year)
    quarter = _quarter(Certificate.issued_at, year)
    return (
        select(quarter, func.count())
        .select_from(Certificate)
        .join(Award, Award.id == Certificate.award_id)
        .join(Registration, Registration.id == Award.registration_id)
        .join(CourseSession, CourseSession.id == Registration.course_session_id)
        .where(
            CourseSession.collaborative_id == collaborative.id,
            Certificate.state == CertificateState.VALID,
            Certificate.issued_at >= clock.at(days[0], time(0)),
            Certificate.issued_at < clock.at(days[-1], time(0)),
        )
        .group_by(quarter)
    )


def _fill(year: Year, name: str, statement: Select[int, int]) -> None:
    for quarter, amount in db.session.execute(statement):
        setattr(year.quarters[quarter], name, int(amount))
        setattr(year.whole, name, getattr(year.whole, name) + int(amount))


def _add_hours(year: Year) -> None:
    hours = whole_hours([each.minutes for each in year.quarters])
    for quarter, amount in zip(year.quarters, hours, strict=True):
        quarter.hours = amount
    year.whole.hours = sum(hours)


def _add_districts(year: Year, of_year: ColumnElement[bool], number: int) -> None:
    """Add what each district got, and how many districts each quarter served."""
    quarter = _quarter(CourseSession.starts_at, number)
    minutes = (
        select(func.coalesce(func.sum(AttendanceEntry.minutes), 0))
        .where(AttendanceEntry.registration_id == Registration.id, _holding(), is_credited())
        .correlate(Registration, CourseSession)
        .scalar_subquery()
    )
    seats = (
        select(
            Registration.person_id,
            Organization.id.label("district_id"),
            Organization.name.label("district"),
            quarter.label("quarter"),
            minutes.label("minutes"),
        )
        .select_from(CourseSession)
        .join(
            Registration,
            and_(
                Registration.course_session_id == CourseSession.id,
                Registration.status == Status.REGISTERED,
            ),
        )
        # Whom a district does not know, and has said so, is not its own.
        .outerjoin(
            Employment,
            and_(Employment.id == Registration.employment_id, Employment.refused_at.is_(None)),
        )
        .outerjoin(
            Organization,
            and_(
                Organization.id == Employment.organization_id,
                Organization.kind == OrganizationKind.DISTRICT,
            ),
        )
        .where(of_year)
        .subquery()
    )
    rows = db.session.execute(
        select(
            seats.c.district_id,
            seats.c.district,
            func.count(),
            func.count(func.distinct(seats.c.person_id)),
            func.sum(seats.c.minutes),
            *(func.max(case((seats.c.quarter == each, 1), else_=0)) for each in range(QUARTERS)),
        )
        .group_by(seats.c.district_id, seats.c.district)
        .order_by(func.count().desc(), seats.c.district)
    ).all()
    hours = whole_hours([int(row[4] or 0) for row in rows])
    for (district_id, name, places, people, _, *served), credited in zip(rows, hours, strict=True):
        figures = DistrictFigures(name or "Other employers", places, people, credited)
        if district_id is None:
            year.others = figures
            continue
        year.districts.append(figures)
        for each, was_served in zip(year.quarters, served, strict=True):
            each.districts += was_served
    year.whole.districts = len(year.districts)
