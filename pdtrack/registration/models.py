"""Registrations."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pdtrack.accounts.models import Employment, Person
from pdtrack.catalog.models import CourseSession
from pdtrack.core.db import Model


class Status(StrEnum):
    """Where a registration stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    REGISTERED = "registered"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    EXPIRED = "expired"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The state as people say it."""
        return {"waitlisted": "On the waitlist", "offered": "Seat offered"}.get(
            self.value, self.value.replace("_", " ").capitalize()
        )

    @property
    def is_active(self) -> bool:
        """Whether the person still holds a place, or a place in line."""
        return self in ACTIVE

    @property
    def takes_place(self) -> bool:
        """Whether it uses one of the session's places."""
        return self in TAKING_PLACE


ACTIVE = (Status.AWAITING_APPROVAL, Status.WAITLISTED, Status.OFFERED, Status.REGISTERED)
TAKING_PLACE = (Status.AWAITING_APPROVAL, Status.OFFERED, Status.REGISTERED)
_ACTIVE_SQL = text("status IN ('awaiting_approval', 'waitlisted', 'offered', 'registered')")


class Registration(Model):
    """A person's place in a course session, or in its waitlist."""

    __tablename__ = "registrations"
    __table_args__ = (
        # One active registration a person and session, whatever the code above it believes.
        Index(
            "uq_registrations_active",
            "course_session_id",
            "person_id",
            unique=True,
            sqlite_where=_ACTIVE_SQL,
            postgresql_where=_ACTIVE_SQL,
        ),
        # The line, in its order.
        Index("ix_registrations_line", "course_session_id", "status", "id"),
        # The few whose price waits for an employer's word.
        Index(
            "ix_registrations_provisional",
            "employment_id",
            sqlite_where=text("price_is_provisional IS 1"),
            postgresql_where=text("price_is_provisional IS TRUE"),
        ),
        CheckConstraint("price_cents >= 0", name="price"),
    )

    course_session_id: Mapped[int] = mapped_column(ForeignKey("course_sessions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    # Where the person worked when registering: that district sees it, whoever employs them later.
    employment_id: Mapped[int | None] = mapped_column(ForeignKey("employments.id"), index=True)
    status: Mapped[Status]
    registered_at: Mapped[datetime]
    status_changed_at: Mapped[datetime]
    price_cents: Mapped[int]
    price_reason: Mapped[str]
    # Settled when the employer confirms the person before the session is over.
    price_is_provisional: Mapped[bool] = mapped_column(default=False, server_default=false())
    accommodations: Mapped[str | None] = mapped_column(Text)
    po_number: Mapped[str | None]
    # Why staff took the person off, in the words that the person was told.
    ended_reason: Mapped[str | None] = mapped_column(Text)
    # Written by certificates: prerequisites and required trainings ask for it.
    completed_at: Mapped[datetime | None]

    course_session: Mapped[CourseSession] = relationship()
    person: Mapped[Person] = relationship()
    employment: Mapped[Employment | None] = relationship()
