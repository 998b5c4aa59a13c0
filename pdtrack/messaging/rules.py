"""When people are reminded."""

from __future__ import annotations

from datetime import datetime, timedelta

from pdtrack.catalog.models import SessionState
from pdtrack.registration.models import Registration, Status

# Long enough to arrange a substitute or tell the coordinator, short enough to be remembered.
AHEAD = timedelta(days=2)


def is_near(starts_at: datetime | None, now: datetime) -> bool:
    """Whether a session begins so soon that people are reminded, and has not begun."""
    return starts_at is not None and now < starts_at <= now + AHEAD


def is_due(registration: Registration, now: datetime) -> bool:
    """Whether somebody has a place in a session that takes place soon."""
    course_session = registration.course_session
    has_place = registration.status == Status.REGISTERED
    is_on = course_session.state == SessionState.PUBLISHED
    return has_place and is_on and is_near(course_session.starts_at, now)
