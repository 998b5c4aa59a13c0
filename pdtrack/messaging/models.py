"""Reminders that were sent."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pdtrack.core.db import Model
from pdtrack.registration.models import Registration


class Reminder(Model):
    """The fact that a person was reminded of a session that begins on a day: once for that day."""

    __tablename__ = "reminders"
    __table_args__ = (UniqueConstraint("registration_id", "starts_on"),)

    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    # A moved session begins on another day, and is another thing to be reminded of.
    starts_on: Mapped[date]
    reminded_at: Mapped[datetime]

    registration: Mapped[Registration] = relationship()
