"""The attendance log, and what people say is wrong in it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pdtrack.accounts.models import Person
from pdtrack.catalog.models import Meeting
from pdtrack.core.db import Model
from pdtrack.registration.models import Registration


class Presence(StrEnum):
    """Whether somebody was there."""

    PRESENT = "present"
    PARTIAL = "partial"
    ABSENT = "absent"
    UNMARKED = "unmarked"


class AttendanceEntry(Model):
    """One line of the append-only log; the newest of a registration and meeting is what holds.

    Without a meeting it is about work outside meetings: a session's stated
    independent work, or a self-paced session. An undo is a line too.
    """

    __tablename__ = "attendance_entries"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="minutes"),
        Index("ix_attendance_entries_newest", "registration_id", "meeting_id", "id"),
    )

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"), index=True)
    presence: Mapped[Presence]
    minutes: Mapped[int]
    note: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    # The line that this one takes back.
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("attendance_entries.id"))

    registration: Mapped[Registration] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    recorded_by: Mapped[Person | None] = relationship()


class Objection(Model):
    """A person's word that their attendance is wrong, and what became of it."""

    __tablename__ = "attendance_objections"

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"))
    text: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    settled_at: Mapped[datetime | None] = mapped_column(index=True)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answer: Mapped[str | None] = mapped_column(Text)

    registration: Mapped[Registration] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    settled_by: Mapped[Person | None] = relationship()
