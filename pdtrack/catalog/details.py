"""What a coordinator writes down about a course, a venue, a session and its meetings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Self

from pdtrack.catalog.models import Format, Meeting, Promise


class _Details:
    """Plain values that a row of the same shape keeps."""

    @classmethod
    def of(cls, row: Any) -> Self:
        """Return the details as a row has them now."""
        return cls(**{each.name: getattr(row, each.name) for each in fields(cls)})  # type: ignore[arg-type]

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Return the details among values that may hold more, such as a form's data."""
        names = {each.name for each in fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: value for name, value in values.items() if name in names})

    def items(self) -> list[tuple[str, Any]]:
        """Return names and values."""
        return [(each.name, getattr(self, each.name)) for each in fields(self)]  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class CourseDetails(_Details):
    """What is taught, to whom, and how it is assessed."""

    topic_id: int
    title: str
    description: str
    goals: str = ""
    assessment: str = ""
    mastery: str = ""
    audience: str = ""
    prerequisites: str = ""
    categories: list[str]


@dataclass(frozen=True, kw_only=True)
class VenueDetails(_Details):
    """Where a place is and what one should know before coming."""

    name: str
    address: str
    town: str
    room: str | None = None
    parking: str | None = None
    accessibility: str | None = None


@dataclass(frozen=True, kw_only=True)
class SessionDetails(_Details):
    """Everything about a session but its meetings; deadlines are relative to the first of them."""

    title: str
    format: Format
    capacity: int
    note: str = ""
    bring: str = ""
    venue_id: int | None = None
    online_link: str | None = None
    online_note: str | None = None
    presenter_name: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str | None = None
    minimum: int | None = None
    has_waitlist: bool = True
    member_price_cents: int = 0
    non_member_price_cents: int = 0
    opens_days_before: int | None = None
    closes_hours_before: int = 0
    promise: Promise = Promise.HOURS
    promised_tenths: int | None = None
    independent_minutes: int = 0
    opens_on: date | None = None
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedMeeting:
    """One sitting as a coordinator wants it; `id` names the meeting that it changes."""

    starts_at: datetime
    ends_at: datetime
    break_minutes: int = 0
    venue_id: int | None = None
    id: int | None = None

    @classmethod
    def of(cls, meeting: Meeting) -> Self:
        """Return a meeting as it is planned now."""
        return cls(
            id=meeting.id,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            break_minutes=meeting.break_minutes,
            venue_id=meeting.venue_id,
        )

    @property
    def length(self) -> timedelta:
        """How long it takes, breaks included."""
        return self.ends_at - self.starts_at
