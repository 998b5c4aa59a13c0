"""What belongs into a feed, read lightly: texts that were written before are not written again."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, false, func, select, union_all
from sqlalchemy.orm import joinedload, selectinload

from pdtrack.accounts.models import Person
from pdtrack.catalog import documents
from pdtrack.catalog.models import (
    CourseSession,
    Format,
    Meeting,
    SessionPresenter,
    SessionState,
    Topic,
)
from pdtrack.core import clock, incoming, tokens
from pdtrack.core.audit import AuditEntry
from pdtrack.core.db import db
from pdtrack.core.ical import Event, EventTexts, Status
from pdtrack.organizations.models import Collaborative, FormerName
from pdtrack.registration.models import Registration
from pdtrack.registration.models import Status as RegistrationStatus

# What is over stays in calendars for a fiscal year, so that people can look back.
LOOKING_BACK = timedelta(days=366)
_PUBLIC = (SessionState.PUBLISHED, SessionState.CANCELLED)
_texts = EventTexts(most=50_000)
# An entry's uid, what changes with the session's own words, and the session.
_Read = tuple[str, Hashable, int]


@dataclass(frozen=True)
class Stamp:
    """What changes whenever a feed does."""

    changed_at: datetime | None
    count: int
    weight: int
    names: str
    # When the feed was asked for; what it says is at least as new.
    read_at: datetime
    # What changes a feed without any of its sessions: a new name, and the day turning.
    further: tuple[datetime, ...]

    def dated_at(self, *others: datetime | None) -> datetime:
        """Return when the feed last changed, others included that make a difference."""
        return max(each for each in (self.changed_at, *self.further, *others) if each)

    @property
    def etag(self) -> str:
        """The stamp as one word."""
        moment = int(self.changed_at.timestamp() * 1_000_000) if self.changed_at else 0
        return f"{moment:x}-{self.count:x}-{self.weight:x}-{self.names}"


@dataclass(frozen=True)
class _Entry:
    """One entry of a feed: its key in the store of texts, and what to load if it is not there."""

    uid: str
    version: Hashable
    session_id: int


def of_sessions(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition of a public feed: published or cancelled, this year or ahead."""
    since = _day_began_at() - LOOKING_BACK  # So that nothing leaves but when a day turns.
    return and_(
        CourseSession.state.in_(_PUBLIC),
        CourseSession.published_at.is_not(None),
        CourseSession.ends_at >= since,
        *conditions,
    )


def stamp(condition: ColumnElement[bool]) -> Stamp:
    """Return what changes whenever the feed of these sessions does; three quick queries."""
    read_at = clock.now()
    row = db.session.execute(
        select(
            func.max(CourseSession.changed_at),
            func.max(Meeting.changed_at),
            func.count(),
            func.coalesce(func.sum(Meeting.sequence), 0) + func.sum(CourseSession.version),
        )
        .select_from(CourseSession)
        .outerjoin(Meeting, Meeting.course_session_id == CourseSession.id)
        .where(condition)
    ).one()
    changed = [moment for moment in (row[0], row[1]) if moment is not None]
    return Stamp(
        changed_at=max(changed, default=None),
        count=row[2],
        weight=int(row[3] or 0),
        names=_names(),
        read_at=read_at,
        further=(_day_began_at(), *_renamed_at()),
    )


def _names() -> str:
    """Return what changes whenever an entry's organizer or topic is renamed.

    Both are few, and no session changes with them.
    """
    names = db.session.scalars(union_all(select(Collaborative.name), select(Topic.name)))
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]


def _renamed_at() -> Iterable[datetime]:
    """Return when an organization was last renamed, and when a topic was, if ever."""
    moments = db.session.scalars(
        union_all(
            select(func.max(FormerName.until_at)),
            select(func.max(AuditEntry.at)).where(AuditEntry.subject_type == Topic.__tablename__),
        )
    )
    return [each for each in moments if each is not None]


def _day_began_at() -> datetime:
    return clock.at(clock.today(), time.min)


def texts(
    condition: ColumnElement[bool], stamp: Stamp, *, standing: Standing | None = None
) -> list[str]:
    """Return the entries of these sessions as calendars read them, the earliest first.

    `standing` says how each session stands for the one person whose feed it is.
    """
    own = standing or Standing({}, {})
    entries = [
        _Entry(uid, (version, own.of(session_id), stamp.names), session_id)
        for uid, version, session_id in (*_meetings(condition), *_self_paced(condition))
    ]
    missing = [each for each in entries if not _texts.has(each.uid, each.version)]
    events = _events(missing, own)
    return [
        _texts.get(each.uid, each.version, functools.partial(events.__getitem__, each.uid))
        for each in entries
    ]


def _meetings(condition: ColumnElement[bool]) -> Iterable[_Read]:
    rows = db.session.execute(
        select(
            Meeting.uid,
            Meeting.sequence,
            Meeting.changed_at,
            CourseSession.changed_at,
            CourseSession.id,
        )
        .join(Meeting.course_session)
        .where(condition)
        .order_by(Meeting.starts_at, Meeting.id)
    )
    for uid, sequence, changed_at, session_changed_at, session_id in rows:
        yield uid, (sequence, changed_at, session_changed_at), session_id


def _self_paced(condition: ColumnElement[bool]) -> Iterable[_Read]:
    rows = db.session.execute(
        select(CourseSession.uid, CourseSession.version, CourseSession.changed_at, CourseSession.id)
        .where(
            condition, CourseSession.format == Format.SELF_PACED, CourseSession.due_on.is_not(None)
        )
        .order_by(CourseSession.due_on, CourseSession.id)
    )
    for uid, version, changed_at, session_id in rows:
        yield uid, (version, changed_at), session_id


def _events(entries: list[_Entry], standing: Standing) -> dict[str, Event]:
    """Build the events whose texts are missing, by uid; four queries however many they are."""
    if not entries:
        return {}
    wanted = {each.uid for each in entries}
    sessions = db.session.scalars(
        select(CourseSession)
        .where(CourseSession.id.in_({each.session_id for each in entries}))
        .options(
            joinedload(CourseSession.collaborative),
            joinedload(CourseSession.topic),
            joinedload(CourseSession.venue),
            selectinload(CourseSession.meetings).joinedload(Meeting.venue),
        )
    ).all()
    found = {}
    for course_session in sessions:
        status, since = standing.of(course_session.id)
        for event in documents.session_events(course_session, status=status):
            if event.uid in wanted:
                stamped_at = max(event.stamped_at, since) if since else event.stamped_at
                found[event.uid] = replace(event, stamped_at=stamped_at)
    return found


@dataclass(frozen=True)
class Standing:
    """How each session stands for one person, and since when."""

    statuses: dict[int, Status]
    moments: dict[int, datetime]

    @property
    def changed_at(self) -> datetime | None:
        """When anything of it last changed."""
        return max(self.moments.values(), default=None)

    def of(self, course_session_id: int) -> tuple[Status | None, datetime | None]:
        """Return how one session stands, and since when: of two entries the later one holds."""
        return self.statuses.get(course_session_id), self.moments.get(course_session_id)


def person_of(token: str) -> Person | None:
    """Return the person whose secret feed has this address, if it is the newest address."""
    person_id = incoming.row_number(token.partition("-")[0])
    person = db.session.get(Person, person_id) if person_id is not None else None
    if person is None or not person.is_active:
        return None
    is_right = tokens.is_feed_token(token, f"me:{person.id}", person.feed_version)
    return person if is_right else None


def standing_of(person: Person) -> Standing:
    """Return how each session stands for a person: in, in line, called off, or taught."""
    rows = db.session.execute(
        select(Registration.course_session_id, Registration.status, Registration.status_changed_at)
        .where(Registration.person_id == person.id)
        .order_by(Registration.id)
    ).all()
    taught = db.session.scalars(
        select(SessionPresenter.course_session_id).where(SessionPresenter.person_id == person.id)
    )
    statuses = {session_id: _status(status) for session_id, status, _ in rows}
    return Standing(
        {**statuses, **dict.fromkeys(taught, Status.CONFIRMED)},
        {session_id: changed_at for session_id, _, changed_at in rows},
    )


def _status(status: RegistrationStatus) -> Status:
    """Return how a registration looks in its person's calendar; what was left stays cancelled."""
    if status == RegistrationStatus.REGISTERED:
        return Status.CONFIRMED
    return Status.TENTATIVE if status.is_active else Status.CANCELLED


def of_person(standing: Standing) -> ColumnElement[bool]:
    """Return the condition of a person's feed."""
    ids = standing.statuses
    return of_sessions(CourseSession.id.in_(ids) if ids else false())
