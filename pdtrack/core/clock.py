"""The one clock: UTC inside, wall time of the collaboratives at the edge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
# How soon after the first a second click comes, or Back and the same form once more.
SLIP_OF_THE_MOUSE = timedelta(minutes=10)

# Days beyond are slips of the keyboard, and some of them no calendar can count on from.
FIRST_YEAR, LAST_YEAR = 1900, 2199

_frozen: datetime | None = None


def now() -> datetime:
    """Return this moment, aware and in UTC."""
    return _frozen or datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """Return the moment in the collaboratives' wall time."""
    return moment.astimezone(ZONE)


def today() -> date:
    """Return the date on the collaboratives' wall."""
    return local(now()).date()


def at(day: date, hour: time) -> datetime:
    """Return the moment, in UTC, at which a wall clock shows this day and hour.

    An hour that the spring change skips is read as the hour after it; one that
    the fall change repeats, as its first occurrence.
    """
    return datetime.combine(day, hour, ZONE).astimezone(UTC)


def is_of_this_age(day: date) -> bool:
    """Whether somebody can mean this day."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def read_day(text: str | None) -> date | None:
    """Return the day in an address, like "2026-09-01"; none if it is not one that can be meant."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if is_of_this_age(day) else None


def fiscal_year(day: date) -> int:
    """Return the fiscal year of a day, named for the calendar year in which it ends.

    It runs from 1 July to 30 June, as do school years and memberships.
    """
    return day.year + 1 if day.month >= 7 else day.year  # noqa: PLR2004 - July


def fiscal_year_dates(year: int) -> tuple[date, date]:
    """Return the first and the last day of a fiscal year."""
    return date(year - 1, 7, 1), date(year, 6, 30)


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Stop the clock at a moment; for tests and for demo data."""
    global _frozen
    before, _frozen = _frozen, moment.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
