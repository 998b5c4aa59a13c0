"""Courses, course sessions, meetings, venues and topics."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pdtrack.accounts.models import Person
from pdtrack.core import clock
from pdtrack.core.db import Model
from pdtrack.organizations.models import Collaborative


class CreditCategory(StrEnum):
    """The categories in which the state counts PDPs (603 CMR 44.06)."""

    CONTENT = "content"
    PEDAGOGY = "pedagogy"
    SEI = "sei"
    DISABILITIES = "disabilities"
    ELECTIVE = "elective"

    @property
    def label(self) -> str:
        """The category in the state's words."""
        return {
            "content": "Content",
            "pedagogy": "Pedagogy",
            "sei": "SEI, ESL or bilingual",
            "disabilities": "Students with disabilities or diverse learners",
            "elective": "Elective",
        }[self.value]


class Format(StrEnum):
    """How people come together."""

    IN_PERSON = "in_person"
    ONLINE = "online"
    HYBRID = "hybrid"
    SELF_PACED = "self_paced"

    @property
    def label(self) -> str:
        """The format as people say it."""
        return {
            "in_person": "In person",
            "online": "Online",
            "hybrid": "In person or online",
            "self_paced": "Self-paced",
        }[self.value]


class SessionState(StrEnum):
    """Where a course session stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Promise(StrEnum):
    """What a course session promises to those who complete it."""

    HOURS = "hours"
    PDPS = "pdps"
    COUNTS_TOWARD = "counts_toward"


class Topic(Model):
    """A subject under which hours add up across collaboratives."""

    __tablename__ = "topics"

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    # Other names that search finds, one a line: CPI, Safety-Care.
    other_names: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")


class Venue(Model):
    """A place where a collaborative holds sessions."""

    __tablename__ = "venues"

    collaborative_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str]
    address: Mapped[str]
    town: Mapped[str]
    room: Mapped[str | None]
    parking: Mapped[str | None] = mapped_column(Text)
    accessibility: Mapped[str | None] = mapped_column(Text)
    retired_at: Mapped[datetime | None]

    collaborative: Mapped[Collaborative] = relationship()

    @property
    def full_address(self) -> str:
        """The venue in one line, as maps and calendars want it."""
        return ", ".join(part for part in (self.name, self.room, self.address, self.town) if part)


class Course(Model):
    """What is taught, whenever; retired, not deleted."""

    __tablename__ = "courses"

    collaborative_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    title: Mapped[str]
    description: Mapped[str] = mapped_column(Text)
    goals: Mapped[str] = mapped_column(Text, default="")
    assessment: Mapped[str] = mapped_column(Text, default="")
    mastery: Mapped[str] = mapped_column(Text, default="")
    audience: Mapped[str] = mapped_column(Text, default="")
    prerequisites: Mapped[str] = mapped_column(Text, default="")
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    # Raised by every change of what is taught.
    version: Mapped[int] = mapped_column(default=1)
    retired_at: Mapped[datetime | None]

    collaborative: Mapped[Collaborative] = relationship()
    topic: Mapped[Topic] = relationship()

    @property
    def credit_categories(self) -> list[CreditCategory]:
        """The categories in which what is taught counts."""
        return [CreditCategory(value) for value in self.categories]


def new_uid() -> str:
    """Return a name for a calendar entry that nothing else in the world has (RFC 7986, 5.3)."""
    return str(uuid.uuid4())


def _listed_at(context: Any) -> datetime | None:
    """Return until when a new session is coming up: its first meeting, or its last day."""
    given = context.get_current_parameters()
    is_self_paced = given.get("format") == Format.SELF_PACED
    moment: datetime | None = given.get("ends_at" if is_self_paced else "starts_at")
    return moment


def _opens_at(context: Any) -> datetime | None:
    """Return when registration for a new session opens."""
    given = context.get_current_parameters()
    return opening(given.get("starts_at"), given.get("opens_days_before"))


def _closes_at(context: Any) -> datetime | None:
    """Return when registration for a new session closes."""
    return closing(_listed_at(context), context.get_current_parameters().get("closes_hours_before"))


def opening(starts_at: datetime | None, days_before: int | None) -> datetime | None:
    """Return when registration opens, so many days before the start; None: at once."""
    if starts_at is None or days_before is None:
        return None
    return starts_at - timedelta(days=days_before)


def closing(listed_at: datetime | None, hours_before: int | None) -> datetime | None:
    """Return when registration closes, so many hours before the first meeting or the due day."""
    return listed_at - timedelta(hours=hours_before or 0) if listed_at else None


class CourseSession(Model):
    """One scheduled run of a course, with meetings or self-paced."""

    __tablename__ = "course_sessions"
    __table_args__ = (
        CheckConstraint("capacity >= 1", name="has_places"),
        CheckConstraint("member_price_cents >= 0 AND non_member_price_cents >= 0", name="prices"),
        # The catalog reads its order, its filters and its total from this index alone.
        Index(
            "ix_course_sessions_public",
            "state",
            "listed_at",
            "id",
            "topic_id",
            "course_id",
            "collaborative_id",
            "format",
            "opens_at",
            "closes_at",
        ),
        Index("ix_course_sessions_desk", "collaborative_id", "state", "starts_at"),
        # Other dates of a course, however often it was given.
        Index("ix_course_sessions_dates", "course_id", "state", "listed_at"),
    )

    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    # The course's collaborative, kept here too because every page asks for it.
    collaborative_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    # The course's topic at hand for filters; follows the course.
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"), index=True)
    title: Mapped[str]
    note: Mapped[str] = mapped_column(Text, default="")
    bring: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[SessionState] = mapped_column(default=SessionState.DRAFT)
    format: Mapped[Format]
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"), index=True)
    # Shown only to the registered.
    online_link: Mapped[str | None]
    online_note: Mapped[str | None] = mapped_column(Text)
    presenter_name: Mapped[str] = mapped_column(default="")
    contact_name: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    contact_phone: Mapped[str | None]
    capacity: Mapped[int]
    minimum: Mapped[int | None]
    has_waitlist: Mapped[bool] = mapped_column(default=True)
    member_price_cents: Mapped[int] = mapped_column(default=0)
    non_member_price_cents: Mapped[int] = mapped_column(default=0)
    # Every deadline is relative to the first meeting and moves with it.
    opens_days_before: Mapped[int | None]
    closes_hours_before: Mapped[int] = mapped_column(default=0)
    promise: Mapped[Promise] = mapped_column(default=Promise.HOURS)
    promised_tenths: Mapped[int | None]
    # Stated hours of independent work, credited beside the meetings.
    independent_minutes: Mapped[int] = mapped_column(default=0)
    # Self-paced sessions have no meetings: open from, due by, fixed hours.
    opens_on: Mapped[date | None]
    due_on: Mapped[date | None]
    # Written by catalog.actions whenever meetings change: sorting and filters need them indexed.
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None] = mapped_column(index=True)
    credited_minutes: Mapped[int] = mapped_column(default=0)
    # What the catalog sorts and filters by, kept in step by `catalog.actions`.
    listed_at: Mapped[datetime | None] = mapped_column(default=_listed_at)
    # Where the search index has it, kept by `catalog.search`.
    search_key: Mapped[int | None] = mapped_column(BigInteger)
    opens_at: Mapped[datetime | None] = mapped_column(default=_opens_at)
    closes_at: Mapped[datetime | None] = mapped_column(default=_closes_at)
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancellation_reason: Mapped[str | None] = mapped_column(Text)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("course_sessions.id"))
    # Raised by every edit: a form that was shown before it is refused as stale.
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]
    # Names the one calendar entry of a self-paced session, which has no meetings.
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)

    course: Mapped[Course] = relationship()
    collaborative: Mapped[Collaborative] = relationship()
    topic: Mapped[Topic] = relationship()
    venue: Mapped[Venue | None] = relationship()
    meetings: Mapped[list[Meeting]] = relationship(
        back_populates="course_session", order_by="(Meeting.starts_at, Meeting.id)"
    )
    presenters: Mapped[list[Person]] = relationship(secondary="session_presenters")

    @property
    def host_name(self) -> str:
        """The collaborative as people call it."""
        return self.collaborative.short_name or self.collaborative.name

    @property
    def is_self_paced(self) -> bool:
        """Whether people work in their own time instead of meeting."""
        return self.format == Format.SELF_PACED

    @property
    def registration_opens_at(self) -> datetime | None:
        """When registration opens; nothing means as soon as it is published."""
        return opening(self.starts_at, self.opens_days_before)

    @property
    def registration_closes_at(self) -> datetime | None:
        """When registration closes: before the first meeting, or the due day of self-paced work."""
        basis = self.ends_at if self.is_self_paced else self.starts_at
        return closing(basis, self.closes_hours_before)

    @property
    def is_open(self) -> bool:
        """Whether people may register now."""
        now = clock.now()
        opens, closes = self.registration_opens_at, self.registration_closes_at
        return (
            self.state == SessionState.PUBLISHED
            and (opens is None or opens <= now)
            and (closes is None or now < closes)
        )

    @property
    def has_started(self) -> bool:
        """Whether the first meeting has begun."""
        return self.starts_at is not None and self.starts_at <= clock.now()

    @property
    def has_ended(self) -> bool:
        """Whether the last meeting is over."""
        return self.ends_at is not None and self.ends_at <= clock.now()


class SessionPresenter(Model):
    """Somebody with an account who teaches a course session and takes its attendance."""

    __tablename__ = "session_presenters"
    __table_args__ = (UniqueConstraint("course_session_id", "person_id"),)

    course_session_id: Mapped[int] = mapped_column(ForeignKey("course_sessions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)


class Meeting(Model):
    """One sitting of a course session."""

    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="in_order"),
        CheckConstraint("break_minutes >= 0", name="breaks"),
        Index("ix_meetings_session", "course_session_id", "starts_at"),
        Index("ix_meetings_starts_at", "starts_at"),
    )

    course_session_id: Mapped[int] = mapped_column(ForeignKey("course_sessions.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    break_minutes: Mapped[int] = mapped_column(default=0)
    # Another place than the session's, for this meeting only.
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"))
    # One for good, in feeds, mail and downloads.
    uid: Mapped[str] = mapped_column(unique=True, default=new_uid)
    # Raised by every change of time, place or status (RFC 5545, 3.8.7.4).
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]

    course_session: Mapped[CourseSession] = relationship(back_populates="meetings")
    venue: Mapped[Venue | None] = relationship()

    @property
    def credited_minutes(self) -> int:
        """Its length less breaks: lunch earns nothing."""
        length = int((self.ends_at - self.starts_at).total_seconds()) // 60
        return max(length - self.break_minutes, 0)
