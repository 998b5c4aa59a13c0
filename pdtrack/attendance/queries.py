"""Reading attendance: what the log says now, and what nobody wrote into it yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased, joinedload
from sqlalchemy.sql.base import ExecutableOption

from pdtrack.accounts.models import Employment, Person
from pdtrack.attendance.models import AttendanceEntry, Objection, Presence
from pdtrack.catalog.models import CourseSession, Meeting, SessionPresenter, SessionState
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.organizations.models import Organization
from pdtrack.registration.models import Registration, Status

Key = tuple[int, int | None]
_HERE = (Presence.PRESENT, Presence.PARTIAL)


@dataclass(frozen=True)
class Part:
    """What is credited as one: a meeting, or the work outside meetings (no meeting)."""

    meeting: Meeting | None
    credited_minutes: int

    @property
    def meeting_id(self) -> int | None:
        """The meeting's id, if it is one."""
        return self.meeting.id if self.meeting else None

    @property
    def starts_at(self) -> datetime | None:
        """When it begins; work outside meetings has no hour."""
        return self.meeting.starts_at if self.meeting else None


@dataclass(frozen=True)
class Tally:
    """How many of those expected are here, how many are not, and how many nobody marked yet."""

    here: int
    absent: int
    to_mark: int


def parts(course_session: CourseSession) -> list[Part]:
    """Return what a course session credits, in order; cancelled meetings credit nothing."""
    meetings = [
        Part(meeting, meeting.credited_minutes)
        for meeting in course_session.meetings
        if meeting.cancelled_at is None
    ]
    if course_session.independent_minutes:
        meetings.append(Part(None, course_session.independent_minutes))
    return meetings


def begins(part: Part, registration: Registration) -> datetime | None:
    """Return when a part begins; work outside meetings, which has no hour, with the session."""
    return part.starts_at or registration.course_session.starts_at


def find_part(course_session: CourseSession, meeting_id: int | None) -> Part | None:
    """Return the part of this course session with this meeting; nothing if it is another's.

    The other meetings are not read: there may be many, and a tap on the sheet is about one.
    """
    if meeting_id is None:
        minutes = course_session.independent_minutes
        return Part(None, minutes) if minutes else None
    meeting = db.session.scalar(
        select(Meeting).where(
            Meeting.id == meeting_id,
            Meeting.course_session_id == course_session.id,
            Meeting.cancelled_at.is_(None),
        )
    )
    return Part(meeting, meeting.credited_minutes) if meeting else None


def part_to_take(course_session: CourseSession) -> Part | None:
    """Return the part whose attendance is taken next: the latest that has begun, or the first."""
    all_parts = parts(course_session)
    now = clock.now()
    begun = [each for each in all_parts if each.starts_at is not None and each.starts_at <= now]
    return begun[-1] if begun else (all_parts[0] if all_parts else None)


def newest_ids(*conditions: ColumnElement[bool]) -> Select[int]:
    """Select the ids of the entries that hold: the newest of each registration and meeting."""
    return (
        select(func.max(AttendanceEntry.id))
        .join(Registration, Registration.id == AttendanceEntry.registration_id)
        .where(*conditions)
        .group_by(AttendanceEntry.registration_id, AttendanceEntry.meeting_id)
    )


def newest(course_session: CourseSession) -> dict[Key, AttendanceEntry]:
    """Return what the log says now, by registration and meeting."""
    return _by_key(Registration.course_session_id == course_session.id)


def newest_of(registration: Registration) -> dict[Key, AttendanceEntry]:
    """Return what the log says now of one registration."""
    return _by_key(Registration.id == registration.id)


def find_newest(registration: Registration, meeting_id: int | None) -> AttendanceEntry | None:
    """Return what the log says now of one registration at one meeting, if anything."""
    return db.session.scalar(
        select(AttendanceEntry)
        .where(AttendanceEntry.registration_id == registration.id, _is_about(meeting_id))
        .order_by(AttendanceEntry.id.desc())
        .limit(1)
    )


def find_mark(registration: Registration, meeting_id: int | None) -> AttendanceEntry | None:
    """Return the mark of one registration that holds at one meeting; what was undone is none."""
    entry = find_newest(registration, meeting_id)
    return None if entry is None or entry.presence == Presence.UNMARKED else entry


def marks(course_session: CourseSession, meeting_id: int | None) -> dict[int, AttendanceEntry]:
    """Return the marks that hold at one meeting, by registration; what was undone is none."""
    ids = newest_ids(Registration.course_session_id == course_session.id, _is_about(meeting_id))
    entries = db.session.scalars(
        select(AttendanceEntry).where(
            AttendanceEntry.id.in_(ids), AttendanceEntry.presence != Presence.UNMARKED
        )
    )
    return {entry.registration_id: entry for entry in entries}


def tally(course_session: CourseSession, meeting_id: int | None) -> Tally:
    """Count the marks that hold at one meeting, of those who are expected."""
    newest_id = (
        select(func.max(AttendanceEntry.id))
        .where(AttendanceEntry.registration_id == Registration.id, _is_about(meeting_id))
        .correlate(Registration)
        .scalar_subquery()
    )
    expected, here, absent = db.session.execute(
        select(
            func.count(),
            func.count(case((AttendanceEntry.presence.in_(_HERE), 1))),
            func.count(case((AttendanceEntry.presence == Presence.ABSENT, 1))),
        )
        .select_from(Registration)
        .outerjoin(AttendanceEntry, AttendanceEntry.id == newest_id)
        .where(_is_expected(course_session))
    ).one()
    return Tally(here, absent, expected - here - absent)


def _is_about(meeting_id: int | None) -> ColumnElement[bool]:
    """Whether an entry is about this meeting; none is the work outside meetings."""
    if meeting_id is None:
        return AttendanceEntry.meeting_id.is_(None)
    return AttendanceEntry.meeting_id == meeting_id


def _is_expected(course_session: CourseSession) -> ColumnElement[bool]:
    """Whether the attendance of a registration is taken in this course session."""
    return and_(
        Registration.course_session_id == course_session.id,
        Registration.status == Status.REGISTERED,
    )


def _by_key(condition: ColumnElement[bool]) -> dict[Key, AttendanceEntry]:
    entries = db.session.scalars(
        select(AttendanceEntry).where(AttendanceEntry.id.in_(newest_ids(condition)))
    )
    return {(entry.registration_id, entry.meeting_id): entry for entry in entries}


def entries(registration: Registration, meeting_id: int | None) -> Sequence[AttendanceEntry]:
    """Return the whole log of a registration and meeting, oldest first."""
    return db.session.scalars(
        select(AttendanceEntry)
        .where(AttendanceEntry.registration_id == registration.id, _is_about(meeting_id))
        .order_by(AttendanceEntry.id)
    ).all()


def expected(course_session: CourseSession) -> Sequence[Registration]:
    """Return the registrations whose attendance is taken, by name, with person and employer."""
    return db.session.scalars(
        select(Registration)
        .join(Registration.person)
        .where(_is_expected(course_session))
        .order_by(*Person.in_order())
        .options(*_with_person_and_employer())
    ).all()


def log_of(person: Person) -> Sequence[AttendanceEntry]:
    """Return every line about a person's attendance, the oldest first."""
    return db.session.scalars(
        select(AttendanceEntry)
        .join(AttendanceEntry.registration)
        .where(Registration.person_id == person.id)
        .options(joinedload(AttendanceEntry.meeting))
        .order_by(AttendanceEntry.id)
    ).all()


def objections_by(person: Person) -> Sequence[Objection]:
    """Return everything that a person said was wrong, the oldest first."""
    return db.session.scalars(
        select(Objection)
        .join(Objection.registration)
        .where(Registration.person_id == person.id)
        .order_by(Objection.id)
    ).all()


def find_expected(course_session: CourseSession, registration_id: int) -> Registration | None:
    """Return a registration of this course session whose attendance is taken."""
    return db.session.scalar(
        select(Registration)
        .where(Registration.id == registration_id, _is_expected(course_session))
        .options(*_with_person_and_employer())
    )


def _with_person_and_employer() -> tuple[ExecutableOption, ...]:
    return (
        joinedload(Registration.person),
        joinedload(Registration.employment).joinedload(Employment.organization),
        joinedload(Registration.employment).joinedload(Employment.school),
    )


def unposted(
    collaborative: Organization, *, presenter_id: int | None = None, limit: int = 100
) -> Sequence[Meeting]:
    """Return the meetings that are over, had people registered, and show no mark at all.

    With a presenter, only those of sessions that this person teaches. Oldest first.
    """
    registered = exists().where(
        Registration.course_session_id == Meeting.course_session_id,
        Registration.status == Status.REGISTERED,
    )
    later = aliased(AttendanceEntry)
    is_outdated = exists().where(
        later.registration_id == AttendanceEntry.registration_id,
        later.meeting_id == AttendanceEntry.meeting_id,
        later.id > AttendanceEntry.id,
    )
    marked = exists().where(
        AttendanceEntry.meeting_id == Meeting.id,
        AttendanceEntry.presence != Presence.UNMARKED,
        ~is_outdated,
    )
    statement = (
        select(Meeting)
        .join(Meeting.course_session)
        .where(
            CourseSession.collaborative_id == collaborative.id,
            CourseSession.state == SessionState.PUBLISHED,
            Meeting.ends_at <= clock.now(),
            Meeting.cancelled_at.is_(None),
            registered,
            ~marked,
        )
        .order_by(Meeting.starts_at)
        .limit(limit)
        .options(joinedload(Meeting.course_session))
    )
    if presenter_id is not None:
        statement = statement.where(_taught_by(presenter_id))
    return db.session.scalars(statement).all()


def _taught_by(person_id: int) -> ColumnElement[bool]:
    return exists().where(
        and_(
            SessionPresenter.course_session_id == CourseSession.id,
            SessionPresenter.person_id == person_id,
        )
    )


def open_objections(collaborative: Organization, *, limit: int = 100) -> Sequence[Objection]:
    """Return what people say is wrong in a collaborative's attendance, oldest first."""
    return db.session.scalars(
        _objections()
        .where(CourseSession.collaborative_id == collaborative.id, Objection.settled_at.is_(None))
        .order_by(Objection.raised_at)
        .limit(limit)
    ).all()


def find_objection(collaborative: Organization, objection_id: int) -> Objection | None:
    """Return an objection about one of a collaborative's sessions."""
    return db.session.scalar(
        _objections().where(
            Objection.id == objection_id, CourseSession.collaborative_id == collaborative.id
        )
    )


def objections_of(registration: Registration) -> Sequence[Objection]:
    """Return what a person said is wrong in a registration's attendance, newest first."""
    return db.session.scalars(
        select(Objection)
        .where(Objection.registration_id == registration.id)
        .order_by(Objection.id.desc())
        .options(joinedload(Objection.meeting))
    ).all()


def _objections() -> Select[Objection]:
    return (
        select(Objection)
        .join(Objection.registration)
        .join(Registration.course_session)
        .options(
            joinedload(Objection.meeting),
            joinedload(Objection.registration).joinedload(Registration.person),
            joinedload(Objection.registration).joinedload(Registration.course_session),
        )
    )
