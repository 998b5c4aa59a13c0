"""What a mark means in minutes, and when it may be made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from pdtrack.attendance.models import Presence
from pdtrack.core.errors import DomainError

# The presenter greets early arrivals; nobody was present at a meeting of next week.
GRACE_BEFORE = timedelta(hours=1)


class MinutesOutOfRange(DomainError):
    """The minutes of a partial attendance are missing or more than the meeting has."""


class NothingToUndo(DomainError):
    """No mark is left to take back."""


class Mark(Protocol):
    """What the rules need to know of one line of the log."""

    @property
    def id(self) -> int:
        """The line's number."""

    @property
    def undoes_id(self) -> int | None:
        """The line that it takes back."""


MarkT = TypeVar("MarkT", bound=Mark)


def minutes_for(presence: Presence, *, minutes: int | None, credited: int) -> int:
    """Return the minutes that a mark credits.

    Present is worth the whole meeting, absent nothing, partial what was typed:
    from 1 minute to the meeting's credited minutes. Raises `MinutesOutOfRange`.
    """
    if presence == Presence.PRESENT:
        return credited
    if presence != Presence.PARTIAL:
        return 0
    if minutes is None or not 1 <= minutes <= credited:
        raise MinutesOutOfRange(
            f"Enter how many minutes they were there: a number from 1 to {credited}.",
            field="minutes",
        )
    return minutes


def recredited(presence: Presence, *, minutes: int, credited: int) -> int:
    """Return what a mark is worth once its meeting credits more or less than it did.

    Present stays worth the whole meeting, and nobody was there for longer than it took.
    """
    return credited if presence == Presence.PRESENT else min(minutes, credited)


def may_be_marked_from(starts_at: datetime) -> datetime:
    """Return the moment from which a meeting's attendance may be taken."""
    return starts_at - GRACE_BEFORE


def undoing(marks: Sequence[MarkT]) -> tuple[MarkT, MarkT | None]:
    """Return the mark to take back next, and the one that then holds again, oldest first given.

    Undoing twice goes two marks back. Raises `NothingToUndo`.
    """
    undone = {mark.undoes_id for mark in marks}
    standing = [mark for mark in marks if mark.undoes_id is None and mark.id not in undone]
    if not standing:
        raise NothingToUndo("There is nothing to undo: no mark is left.")
    return standing[-1], standing[-2] if len(standing) > 1 else None
