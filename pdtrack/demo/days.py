"""Days on which schools are open, counted from today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from pdtrack.core import clock

SATURDAY = 5
_MINUTES_OF_A_DAY = 24 * 60
_CLOSED = {(1, 1), (6, 19), (7, 4), (11, 11)} | {(12, day) for day in range(24, 32)}
# The fourth Thursday of November, and the day after.
_THANKSGIVING = {(3, day) for day in range(22, 29)} | {(4, day) for day in range(23, 30)}


def school_day(today: date, offset: int) -> date:
    """Return the day so far from today, or one near it on which schools are open.

    What is past stays past and what is to come stays to come; a meeting of today
    goes back to the last school day.
    """
    day = today + timedelta(days=offset)
    step = timedelta(days=1 if offset > 0 else -1)
    while not _is_open(day):
        day += step
    return day


def school_days(today: date, offsets: Iterable[int]) -> list[date]:
    """Return the days of a session's meetings, no two on one day."""
    days: list[date] = []
    for offset in offsets:
        day = school_day(today, offset)
        while days and day <= days[-1]:
            day = school_day(days[-1], 1)
        days.append(day)
    return days


def daytime(moment: datetime) -> datetime:
    """Return a moment near this one at which people are awake; later ones stay later."""
    local = clock.local(moment)
    midnight = datetime.combine(local.date(), time(), clock.ZONE)
    share = (local.hour * 60 + local.minute) / _MINUTES_OF_A_DAY
    awake = midnight + timedelta(hours=7) + share * timedelta(hours=14)
    return awake.astimezone(UTC).replace(microsecond=0)


def _is_open(day: date) -> bool:
    is_thanksgiving = day.month == 11 and (day.weekday(), day.day) in _THANKSGIVING  # noqa: PLR2004 - November.
    return day.weekday() < SATURDAY and (day.month, day.day) not in _CLOSED and not is_thanksgiving
