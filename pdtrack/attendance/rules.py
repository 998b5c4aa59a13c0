"""What a mark means in minutes, and when it may be made."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from pdtrack.attendance.models import Presence
from pdtrack.core.errors import DomainError

# The presenter greets early arrivals; nobody was present at a meeting of next week.
GRACE_BEFORE = timedelta(hours=1)
_DASH = re.compile(r"\s*[-–—]\s*")  # Phones make long ones of two short ones.
_BETWEEN = re.compile(r"[\s,;]+")
_NUMBERS = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_NAMED_AT_MOST = 10


class MinutesOutOfRange(DomainError):
    """The minutes of a partial attendance are missing or more than the meeting has."""


class NothingToUndo(DomainError):
    """No mark is left to take back."""


class NumbersUnclear(DomainError):
    """What was typed are no numbers of rows."""


class NumbersUnknown(DomainError):
    """Nobody on the sheet has a number that was typed."""


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


def may_be_marked(starts_at: datetime | None, now: datetime) -> bool:
    """Whether attendance may be taken already; what has no hour may be at any time."""
    return starts_at is None or may_be_marked_from(starts_at) <= now


def undoing(marks: Sequence[MarkT]) -> tuple[MarkT, MarkT | None]:
    """Return the mark to take back next, and the one that then holds again, oldest first given.

    Undoing twice goes two marks back. Raises `NothingToUndo`.
    """
    undone = {mark.undoes_id for mark in marks}
    standing = [mark for mark in marks if mark.undoes_id is None and mark.id not in undone]
    if not standing:
        raise NothingToUndo("There is nothing to undo: no mark is left.")
    return standing[-1], standing[-2] if len(standing) > 1 else None


def rows_meant(text: str, *, known: Collection[int]) -> set[int]:
    """Return the rows of a paper sheet that "1-12, 15, 18" means.

    Both ends of a range must be on the sheet; who left from its middle is passed over.
    Raises `NumbersUnclear` or `NumbersUnknown`, naming what is wrong.
    """
    written = [each for each in _BETWEEN.split(_DASH.sub("-", text)) if each]
    ranges = [_NUMBERS.fullmatch(each) for each in written]
    unclear = [each for each, found in zip(written, ranges, strict=True) if found is None]
    if unclear or not written:
        what = f", not {_listed(unclear)}" if unclear else ""
        raise NumbersUnclear(f"Write numbers like 1-12, 15, 18{what}.", field="numbers")
    ends = [sorted((int(found[1]), int(found[2] or found[1]))) for found in ranges if found]
    unknown = sorted({end for both in ends for end in both} - set(known))
    if unknown:
        raise NumbersUnknown(
            f"Nobody on the sheet has the number {_listed(unknown)}. Nobody was marked.",
            field="numbers",
        )
    return {number for number in known if any(first <= number <= last for first, last in ends)}


def presences(text: str, *, known: Collection[int], were: Presence) -> dict[int, Presence]:
    """Return what a paper sheet says of its rows, by their numbers.

    The numbers of those who were present say nothing of others; those of the absent,
    that everybody else was present.
    """
    meant = rows_meant(text, known=known)
    if were == Presence.PRESENT:
        return dict.fromkeys(meant, Presence.PRESENT)
    return {each: Presence.ABSENT if each in meant else Presence.PRESENT for each in known}


def _listed(what: Sequence[object]) -> str:
    """Name some things: "3, 4 or 5", and of many the first."""
    names = [str(each)[:20] for each in what[:_NAMED_AT_MOST]]
    if len(what) > len(names):
        return f"{', '.join(names)} and {len(what) - len(names)} more"
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
