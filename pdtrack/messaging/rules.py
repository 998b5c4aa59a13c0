"""When people are reminded."""

from __future__ import annotations

from datetime import datetime, timedelta

# Long enough to arrange a substitute or tell the coordinator, short enough to be remembered.
AHEAD = timedelta(days=2)


def is_near(starts_at: datetime | None, now: datetime) -> bool:
    """Whether a session begins so soon that people are reminded, and has not begun."""
    return starts_at is not None and now < starts_at <= now + AHEAD
