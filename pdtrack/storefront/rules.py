"""How a session stands for whoever looks at it: places, what it earns, what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from pdtrack.catalog.models import CourseSession, Promise, SessionState
from pdtrack.catalog.rules import Price
from pdtrack.catalog.search import Listing
from pdtrack.core import clock, filters, points
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.rules import Counts

FEW_PLACES = 5


class Offered(Protocol):
    """What a session says about its places, as a row or as a line of a list."""

    @property
    def capacity(self) -> int:
        """How many places there are."""

    @property
    def has_waitlist(self) -> bool:
        """Whether people may wait for a place."""


class Earning(Protocol):
    """What a session says about its credit, as a row or as a line of a list."""

    @property
    def promise(self) -> Promise:
        """What is promised."""

    @property
    def promised_tenths(self) -> int | None:
        """How much, in tenths of a PDP."""

    @property
    def credited_minutes(self) -> int:
        """The credited time."""


@dataclass(frozen=True)
class Places:
    """How many places are left, in words and as a kind of tag."""

    text: str
    kind: str
    icon: str


def places(offered: Offered, counts: Counts) -> Places:
    """Say how many places are left, or how long the line is.

    While anybody waits there is no free place for whoever comes now.
    """
    free = counts.free(offered.capacity)
    if free and not counts.waiting:
        kind = "waiting" if free <= FEW_PLACES else "success"
        left = "Last place" if free == 1 else f"{free:,} places left"
        return Places(left, kind, "group")
    if not offered.has_waitlist:
        return Places("Full", "neutral", "group")
    if counts.waiting:
        return Places(f"Full, {counts.waiting:,} waiting", "neutral", "hourglass_empty")
    return Places("Full, waitlist open", "neutral", "hourglass_empty")


def standing(listing: Listing, counts: Counts) -> Places:
    """Say in a list how a session's places stand, or that it is too early or too late."""
    if listing.opens_later:
        assert listing.opens_at
        return Places(f"Opens {filters.day(listing.opens_at)}", "info", "schedule")
    if not listing.is_open:
        return Places("Registration closed", "neutral", "lock")
    return places(listing, counts)


def day(listing: Listing) -> date | None:
    """Return the day under which a list shows a session; none for what has no meetings."""
    if listing.is_self_paced or listing.starts_at is None:
        return None
    return clock.local(listing.starts_at).date()


def when(listing: Listing) -> str:
    """Say in one line when a session takes place."""
    starts_at, ends_at = listing.starts_at, listing.ends_at
    if listing.is_self_paced:
        until = filters.day(ends_at - timedelta(minutes=1)) if ends_at else "it is due"
        return f"In your own time, until {until}"
    if starts_at is None or ends_at is None:
        return "No date yet"
    if clock.local(starts_at).date() == clock.local(ends_at).date():
        return filters.when_range(starts_at, ends_at)
    return f"{filters.day_range(starts_at, ends_at)}, from {filters.time(starts_at)}"


def earned(session: Earning) -> str:
    """Say what completing a session earns: "12 PDPs (12 hours)"."""
    hours = filters.hours(session.credited_minutes)
    tenths = session.promised_tenths
    if session.promise == Promise.PDPS and tenths:
        return f"{filters.plural(points.plain(tenths), 'PDP')} ({hours})"
    if session.promise == Promise.COUNTS_TOWARD:
        return f"{hours} toward PDPs"
    return hours


def price_note(listing: Listing, price: Price) -> str:
    """Say in a list whose price it is; to a stranger, also what members pay."""
    member, other = listing.member_price_cents, listing.non_member_price_cents
    if member == other:
        return ""
    if price.cents == member:
        return "member price"
    return f"{filters.price(member)} for members"


class Stage(StrEnum):
    """What somebody can do about a session now."""

    DRAFT = "draft"
    CANCELLED = "cancelled"
    ENDED = "ended"
    REGISTERED = "registered"
    WAITING = "waiting"
    NOT_YET = "not_yet"
    STARTED = "started"
    CLOSED = "closed"
    FULL = "full"
    WAITLIST = "waitlist"
    OPEN = "open"


def stage(
    course_session: CourseSession,
    *,
    counts: Counts,
    registration: Registration | None,
    now: datetime,
) -> Stage:
    """Decide what the one button of a session's page is."""
    if course_session.state == SessionState.DRAFT:
        return Stage.DRAFT
    if course_session.state == SessionState.CANCELLED:
        return Stage.CANCELLED
    if registration is not None:
        is_waiting = registration.status == Status.WAITLISTED
        return Stage.WAITING if is_waiting else Stage.REGISTERED
    return _timely(course_session, now) or _by_places(course_session, counts)


def _timely(course_session: CourseSession, now: datetime) -> Stage | None:
    """Return why it is too early or too late; nothing when it is neither."""
    if course_session.ends_at is not None and course_session.ends_at <= now:
        return Stage.ENDED
    opens, closes = course_session.registration_opens_at, course_session.registration_closes_at
    if opens is not None and now < opens:
        return Stage.NOT_YET
    if closes is None or now < closes:
        return None
    has_begun = course_session.starts_at is not None and course_session.starts_at <= now
    return Stage.STARTED if has_begun and not course_session.is_self_paced else Stage.CLOSED


def _by_places(course_session: CourseSession, counts: Counts) -> Stage:
    if counts.free(course_session.capacity) and not counts.waiting:
        return Stage.OPEN
    return Stage.WAITLIST if course_session.has_waitlist else Stage.FULL
