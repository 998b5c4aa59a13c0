"""What is urgent at a collaborative's desk, and what is near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from pdtrack.accounts.models import Person
from pdtrack.attendance import queries as attendance
from pdtrack.attendance.credit import is_credited
from pdtrack.attendance.models import AttendanceEntry, Objection, Presence
from pdtrack.catalog.models import (
    Course,
    CourseSession,
    Format,
    Meeting,
    SessionState,
    Venue,
)
from pdtrack.certificates import queries as certificates
from pdtrack.certificates.queries import Changed
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.desk import rules
from pdtrack.desk.queries.sessions import taught_by
from pdtrack.organizations.models import Collaborative
from pdtrack.registration.models import ACTIVE, TAKING_PLACE, Registration, Status

MOST_OF_A_KIND = 20
MOST_AHEAD = 100
CERTIFICATES_ARE_LATE = timedelta(days=120)
# The desk does not look through all that there ever was each time somebody opens it.
CHANGES_ARE_OLD = timedelta(days=120)
FAILED_MAIL_IS_OLD = timedelta(days=14)


class Filling(NamedTuple):
    """A session with how many hold a place and how many wait."""

    course_session: CourseSession
    taken: int
    waiting: int

    @property
    def has_closed(self) -> bool:
        """Whether registration is over."""
        closes_at = self.course_session.closes_at
        return closes_at is not None and closes_at <= clock.now()


class Ready(NamedTuple):
    """A session with how many people earned a certificate that nobody issued yet."""

    course_session: CourseSession
    people: int


@dataclass
class Needs:
    """What waits for somebody at the desk, each kind by its urgency."""

    unposted: Sequence[Meeting] = ()
    objections: Sequence[Objection] = ()
    drafts: Sequence[CourseSession] = ()
    short: list[Filling] = field(default_factory=list)
    waitlists: list[Filling] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    certificates: list[Ready] = field(default_factory=list)
    failed_mail: Sequence[OutgoingEmail] = ()

    def __bool__(self) -> bool:
        return any(vars(self).values())


@dataclass(frozen=True)
class Beginnings:
    """What a collaborative has set up already."""

    has_settings: bool
    has_venue: bool
    has_course: bool
    has_session: bool


def needs_me_now(place: Collaborative, *, teacher: Person | None = None) -> Needs:
    """Return what waits for a coordinator, or for somebody who teaches here: own sheets only."""
    teacher_id = teacher.id if teacher else None
    unposted = attendance.unposted(place, presenter_id=teacher_id, limit=MOST_OF_A_KIND)
    if teacher is not None:
        return Needs(unposted=unposted)
    fillings = _fillings(place)
    return Needs(
        unposted=unposted,
        objections=attendance.open_objections(place, limit=MOST_OF_A_KIND),
        drafts=_near_drafts(place),
        short=[each for each in fillings if _is_short(each)],
        waitlists=[
            each for each in fillings if each.waiting and each.taken < each.course_session.capacity
        ],
        changed=certificates.changed(
            place, since=clock.now() - CHANGES_ARE_OLD, limit=MOST_OF_A_KIND
        ),
        certificates=_certificates_ready(place),
        failed_mail=_failed_mail(place),
    )


def meetings_ahead(place: Collaborative, *, teacher: Person | None = None) -> Sequence[Meeting]:
    """Return the meetings of today and the next two weeks, in order."""
    today = clock.at(clock.today(), time())
    statement = (
        select(Meeting)
        .join(Meeting.course_session)
        .where(
            CourseSession.collaborative_id == place.id,
            CourseSession.state == SessionState.PUBLISHED,
            Meeting.cancelled_at.is_(None),
            Meeting.ends_at >= today,
            Meeting.starts_at < today + rules.TWO_WEEKS + timedelta(days=1),
            *taught_by(teacher),
        )
        .options(
            contains_eager(Meeting.course_session).joinedload(CourseSession.venue),
            joinedload(Meeting.venue),
        )
        .order_by(Meeting.starts_at, Meeting.id)
        .limit(MOST_AHEAD)
    )
    return db.session.scalars(statement).all()


def beginnings(place: Collaborative) -> Beginnings:
    """Return what is set up, for the first steps of a new collaborative."""
    has = db.session.execute(
        select(
            exists().where(Venue.collaborative_id == place.id),
            exists().where(Course.collaborative_id == place.id),
            exists().where(CourseSession.collaborative_id == place.id),
        )
    ).one()
    return Beginnings(bool(place.contact_email), *(bool(each) for each in has))


def _near_drafts(place: Collaborative) -> Sequence[CourseSession]:
    return db.session.scalars(
        select(CourseSession)
        .where(
            CourseSession.collaborative_id == place.id,
            CourseSession.state == SessionState.DRAFT,
            CourseSession.starts_at <= clock.now() + rules.DRAFT_IS_NEAR,
        )
        .order_by(CourseSession.starts_at, CourseSession.id)
        .limit(MOST_OF_A_KIND)
    ).all()


def _fillings(place: Collaborative) -> list[Filling]:
    """Return coming sessions that lack people shortly before closing, or let people wait."""
    active = (
        select(
            Registration.course_session_id,
            _count_if(Registration.status.in_(TAKING_PLACE)).label("taken"),
            _count_if(Registration.status == Status.WAITLISTED).label("waiting"),
        )
        .join(CourseSession, CourseSession.id == Registration.course_session_id)
        .where(Registration.status.in_(ACTIVE), *_can_still_change(place))
        .group_by(Registration.course_session_id)
        .subquery()
    )
    taken = func.coalesce(active.c.taken, 0)
    is_short = and_(
        CourseSession.minimum > taken,
        CourseSession.closes_at <= clock.now() + rules.CLOSING_IS_NEAR,
    )
    lets_wait = and_(active.c.waiting > 0, taken < CourseSession.capacity)
    rows = db.session.execute(
        select(CourseSession, taken, func.coalesce(active.c.waiting, 0))
        .outerjoin(active, active.c.course_session_id == CourseSession.id)
        .where(*_can_still_change(place), or_(is_short, lets_wait))
        .order_by(CourseSession.listed_at, CourseSession.id)
        .limit(MOST_OF_A_KIND)
    )
    return [Filling(*row) for row in rows]


def _can_still_change(place: Collaborative) -> list[ColumnElement[bool]]:
    return [
        CourseSession.collaborative_id == place.id,
        CourseSession.state == SessionState.PUBLISHED,
        CourseSession.listed_at > clock.now(),
    ]


def _is_short(filling: Filling) -> bool:
    minimum, closes_at = filling.course_session.minimum, filling.course_session.closes_at
    is_near = closes_at is not None and closes_at <= clock.now() + rules.CLOSING_IS_NEAR
    return is_near and minimum is not None and filling.taken < minimum


def _certificates_ready(place: Collaborative) -> list[Ready]:
    """Return sessions that are over with people who were marked at every meeting, and were there.

    What exactly each of them earned is decided on the session's page of certificates.
    """
    now = clock.now()
    is_over = and_(
        CourseSession.collaborative_id == place.id,
        CourseSession.state == SessionState.PUBLISHED,
        CourseSession.ends_at > now - CERTIFICATES_ARE_LATE,
        or_(CourseSession.ends_at <= now, CourseSession.format == Format.SELF_PACED),
    )
    has_none = and_(Registration.status == Status.REGISTERED, Registration.completed_at.is_(None))
    newest = attendance.newest_ids(
        has_none,
        Registration.course_session_id.in_(select(CourseSession.id).where(is_over)),
    )
    marks = (
        select(
            AttendanceEntry.registration_id,
            func.count().label("marked"),
            func.sum(AttendanceEntry.minutes).label("minutes"),
        )
        .join(AttendanceEntry.registration)
        .join(Registration.course_session)
        .where(
            AttendanceEntry.id.in_(newest),
            AttendanceEntry.presence != Presence.UNMARKED,
            is_credited(),
        )
        .group_by(AttendanceEntry.registration_id)
        .subquery()
    )
    rows = db.session.execute(
        select(CourseSession, func.count(Registration.id))
        .join(Registration, Registration.course_session_id == CourseSession.id)
        .join(marks, marks.c.registration_id == Registration.id)
        .where(is_over, has_none, marks.c.minutes > 0, marks.c.marked >= _parts())
        .group_by(CourseSession.id)
        .order_by(CourseSession.ends_at, CourseSession.id)
        .limit(MOST_OF_A_KIND)
    )
    return [Ready(*row) for row in rows]


def _parts() -> ColumnElement[Any]:
    """Count what a session credits: its standing meetings, and stated independent work."""
    meetings = (
        select(func.count())
        .where(Meeting.course_session_id == CourseSession.id, Meeting.cancelled_at.is_(None))
        .correlate(CourseSession)
        .scalar_subquery()
    )
    return meetings + case((CourseSession.independent_minutes > 0, 1), else_=0)


def _failed_mail(place: Collaborative) -> Sequence[OutgoingEmail]:
    return db.session.scalars(
        select(OutgoingEmail)
        .where(
            OutgoingEmail.organization_id == place.id,
            OutgoingEmail.state == MailState.FAILED,
            OutgoingEmail.created_at > clock.now() - FAILED_MAIL_IS_OLD,
        )
        .order_by(OutgoingEmail.id.desc())
        .limit(MOST_OF_A_KIND)
    ).all()


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
