"""A person's attendance, for that person."""

from __future__ import annotations

from typing import Any

from pdtrack.accounts.models import Person
from pdtrack.attendance import queries


def held_about(person: Person) -> list[dict[str, Any]]:
    """Return every line of the log about a person, the lines that were corrected included."""
    return [
        {
            "registration_id": each.registration_id,
            "meeting": each.meeting.starts_at.isoformat() if each.meeting else None,
            "marked": each.presence,
            "minutes": each.minutes,
            "recorded_at": each.recorded_at.isoformat(),
        }
        for each in queries.log_of(person)
    ]


def said_by(person: Person) -> list[dict[str, Any]]:
    """Return what a person said was wrong, and the answers."""
    return [
        {
            "registration_id": each.registration_id,
            "text": each.text,
            "raised_at": each.raised_at.isoformat(),
            "answer": each.answer,
        }
        for each in queries.objections_by(person)
    ]
