"""A collaborative's sessions as its staff lists and edits them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import joinedload

from pdtrack.accounts import queries as accounts
from pdtrack.accounts.models import Person
from pdtrack.attendance import queries as attendance
from pdtrack.attendance.credit import is_credited
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.catalog.details import SessionDetails
from pdtrack.catalog.models import (
    Course,
    CourseSession,
    SessionPresenter,
    SessionState,
)
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative
from pdtrack.registration.models import Registration

LIST_STATES = ("upcoming", "drafts", "past", "cancelled", "all")


def sessions(
    place: Collaborative, *, state: str, text: str = "", teacher: Person | None = None
) -> Select[CourseSession]:
    """Select a collaborative's sessions in one state, whose titles have these words."""
    latest_first = (CourseSession.starts_at.desc().nulls_first(), CourseSession.id.desc())
    soonest_first = (CourseSession.starts_at.asc().nulls_first(), CourseSession.id)
    is_ahead = state in {"upcoming", "drafts"}
    return (
        select(CourseSession)
        .where(
            CourseSession.collaborative_id == place.id,
            _stands(state),
            *taught_by(teacher),
            *_titled(text),
        )
        .options(joinedload(CourseSession.venue))
        .order_by(*(soonest_first if is_ahead else latest_first))
    )


def sessions_by_state(
    place: Collaborative, *, text: str = "", teacher: Person | None = None
) -> dict[str, int]:
    """Count a collaborative's sessions with these words in each state of the list."""
    counted = [
        func.coalesce(func.sum(case((_stands(state), 1), else_=0)), 0) for state in LIST_STATES
    ]
    row = db.session.execute(
        select(*counted).where(
            CourseSession.collaborative_id == place.id, *taught_by(teacher), *_titled(text)
        )
    ).one()
    return dict(zip(LIST_STATES, row, strict=True))


def taught_by(teacher: Person | None) -> list[ColumnElement[bool]]:
    """Return the condition that somebody teaches a session; none for whoever sees all."""
    if teacher is None:
        return []
    return [
        exists().where(
            SessionPresenter.course_session_id == CourseSession.id,
            SessionPresenter.person_id == teacher.id,
        )
    ]


def _titled(text: str) -> list[ColumnElement[bool]]:
    return [CourseSession.title.icontains(word, autoescape=True) for word in text.split()[:6]]


def possible_presenters(course_session: CourseSession) -> list[Person]:
    """Return who may teach here: presenters, coordinators, and whoever teaches it already."""
    kinds = {RoleKind.PRESENTER, RoleKind.COORDINATOR}
    found = {
        role.person_id: role.person
        for role in accounts.roles_in(course_session.collaborative_id)
        if role.kind in kinds
    }
    found.update({person.id: person for person in course_session.presenters})
    return sorted(found.values(), key=lambda person: person.sort_name.lower())


def earlier_runs(course: Course, limit: int = 3) -> Sequence[CourseSession]:
    """Return the latest sessions of a course, to begin the next one from."""
    return db.session.scalars(
        select(CourseSession)
        .where(CourseSession.course_id == course.id)
        .order_by(CourseSession.starts_at.desc().nulls_last(), CourseSession.id.desc())
        .limit(limit)
    ).all()


def untouched_twin(course: Course, details: SessionDetails) -> CourseSession | None:
    """Return the draft that the same form made a moment ago, if nobody has touched it since."""
    return db.session.scalar(
        _fresh_drafts()
        .where(
            CourseSession.course_id == course.id,
            CourseSession.title == details.title,
            CourseSession.capacity == details.capacity,
            CourseSession.format == details.format,
            CourseSession.version == 1,
        )
        .limit(1)
    )


def untouched_copy(course_session: CourseSession) -> CourseSession | None:
    """Return the copy that was made of a session a moment ago, if neither was touched since."""
    return db.session.scalar(
        _fresh_drafts()
        .where(
            CourseSession.copied_from_id == course_session.id,
            CourseSession.changed_at >= course_session.changed_at,
            CourseSession.version == 1,
        )
        .limit(1)
    )


def held_meetings(course_session: CourseSession) -> set[int]:
    """Return the ids of a session's meetings at which somebody was; marks taken back do not say."""
    rows = db.session.scalars(
        select(AttendanceEntry.meeting_id)
        .where(
            _holds(course_session),
            AttendanceEntry.meeting_id.is_not(None),
            AttendanceEntry.presence.in_((Presence.PRESENT, Presence.PARTIAL)),
        )
        .distinct()
    )
    return {meeting_id for meeting_id in rows if meeting_id is not None}


def has_credit(course_session: CourseSession) -> bool:
    """Whether anybody is credited anything in a session yet."""
    found = (
        select(AttendanceEntry.id)
        .join(AttendanceEntry.registration)
        .join(Registration.course_session)
        .where(_holds(course_session), AttendanceEntry.minutes > 0, is_credited())
    )
    return bool(db.session.scalar(select(found.exists())))


def _holds(course_session: CourseSession) -> ColumnElement[bool]:
    """Return the condition that an entry of the log is what it says now about a session."""
    return AttendanceEntry.id.in_(
        attendance.newest_ids(Registration.course_session_id == course_session.id)
    )


def _fresh_drafts() -> Select[CourseSession]:
    return (
        select(CourseSession)
        .where(
            CourseSession.state == SessionState.DRAFT,
            CourseSession.changed_at > clock.now() - clock.SLIP_OF_THE_MOUSE,
        )
        .order_by(CourseSession.id.desc())
    )


def _stands(state: str) -> ColumnElement[bool]:
    is_over = and_(CourseSession.ends_at.is_not(None), CourseSession.ends_at <= clock.now())
    is_published = CourseSession.state == SessionState.PUBLISHED
    conditions: dict[str, ColumnElement[bool]] = {
        "upcoming": and_(is_published, ~is_over),
        "drafts": CourseSession.state == SessionState.DRAFT,
        "past": and_(is_published, is_over),
        "cancelled": CourseSession.state == SessionState.CANCELLED,
    }
    return conditions.get(state, CourseSession.id.is_not(None))
