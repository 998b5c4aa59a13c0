"""Who gets a place, who is next in line, and until when giving one up is free."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from pdtrack.accounts.models import Employment
from pdtrack.accounts.rules import Details, Name, Workplace
from pdtrack.catalog.models import CourseSession, Meeting, SessionState
from pdtrack.core import clock, filters
from pdtrack.registration.models import Registration, Status

SATURDAY = 5


@dataclass(frozen=True)
class Counts:
    """How many hold a place of a course session, and how many wait for one."""

    taken: int = 0
    waiting: int = 0

    def free(self, capacity: int) -> int:
        """Return how many places nobody holds; none when more are held than there are."""
        return max(capacity - self.taken, 0)


@dataclass(frozen=True)
class Newcomer:
    """Somebody at the door or on a paper list, whom no list knows yet."""

    name: Name
    workplace: Workplace
    details: Details


def typed(text: str) -> dict[str, str]:
    """Return what somebody searched for in vain as the fields of a newcomer: name or number."""
    if "@" in text:
        return {}
    if any(letter.isdigit() for letter in text):
        return {"employee_number": text}
    last, comma, first = text.partition(",")
    if not comma:
        first, _, last = text.strip().rpartition(" ")
    return {"first_name": first.strip(), "last_name": last.strip()}


def placement(*, capacity: int, taken: int, waiting: int) -> Status:
    """Decide whether the next person gets a place or joins the line.

    A freed place belongs to whoever waits, so nobody new passes the line.
    """
    if waiting == 0 and taken < capacity:
        return Status.REGISTERED
    return Status.WAITLISTED


def staff_placement(*, capacity: int, counts: Counts, has_begun: bool, insists: bool) -> Status:
    """Decide where a person goes whom staff register.

    At the door nobody is promoted from the line anymore, so a free place is free
    for whoever is there; and staff may insist on a place beyond the capacity.
    """
    if insists:
        return Status.REGISTERED
    waiting = 0 if has_begun else counts.waiting
    return placement(capacity=capacity, taken=counts.taken, waiting=waiting)


def promotions(*, capacity: int, counts: Counts, is_cut_off: bool) -> int:
    """Return how many people the line gives up to places: as many as are free, never more."""
    return 0 if is_cut_off else min(counts.free(capacity), counts.waiting)


def is_cut_off(course_session: CourseSession) -> bool:
    """Whether the line stands still: not published, or the session has begun.

    Nobody is told "you are in" for something that has started.
    """
    return course_session.state != SessionState.PUBLISHED or has_begun(course_session)


def has_begun(course_session: CourseSession) -> bool:
    """Whether it is too late for a change of mind.

    A session with meetings has begun with the first of them; self-paced work
    can be begun until it is due.
    """
    begun = course_session.ends_at if course_session.is_self_paced else course_session.starts_at
    return begun is not None and begun <= clock.now()


class ClosedBecause(StrEnum):
    """Why nobody can register now."""

    CANCELLED = "cancelled"
    DRAFT = "draft"
    NOT_YET = "not_yet"
    OVER = "over"


class Closed(NamedTuple):
    """That nobody can register now, with a sentence that says why."""

    because: ClosedBecause
    message: str


def why_closed(course_session: CourseSession, now: datetime) -> Closed | None:
    """Return why nobody can register now; nothing while registration is open."""
    opens_at = course_session.registration_opens_at
    if course_session.state == SessionState.CANCELLED:
        return Closed(
            ClosedBecause.CANCELLED, "This session was cancelled, so nobody can register for it."
        )
    if course_session.state != SessionState.PUBLISHED:
        return Closed(ClosedBecause.DRAFT, "This session is not published yet.")
    if opens_at is not None and now < opens_at:
        return Closed(
            ClosedBecause.NOT_YET,
            f"Registration opens on {filters.when(opens_at)}. Come back then.",
        )
    closes_at = course_session.registration_closes_at
    if closes_at is not None and closes_at <= now:
        return Closed(
            ClosedBecause.OVER,
            f"Registration closed on {filters.when(closes_at)}. Ask the contact person whether "
            "there is still a way in.",
        )
    return None


def why_nobody_is_promoted(course_session: CourseSession, counts: Counts) -> str | None:
    """Say why people wait and nobody moves up; nothing when nobody waits."""
    capacity = course_session.capacity
    if not counts.waiting:
        return None
    if course_session.state == SessionState.CANCELLED:
        return "The session is cancelled, so nobody is promoted."
    if has_begun(course_session):
        return (
            "The first meeting has begun, so nobody is promoted from the waitlist anymore. "
            "Register people who come to the door yourself."
        )
    if counts.taken > capacity:
        return (
            f"{counts.taken} people hold {capacity} {'place' if capacity == 1 else 'places'}. "
            f"The line moves once fewer than {capacity} are held."
        )
    if counts.taken == capacity:
        taken = "The only place is taken" if capacity == 1 else f"All {capacity:,} places are taken"
        return (
            f"{taken}. The first in line is promoted as soon as a place is freed or the "
            "capacity is raised."
        )
    return "Places are free although people wait. Fill them from the line now."


class Next(NamedTuple):
    """The meeting that a person goes to next, and the registration that says so."""

    registration: Registration
    meeting: Meeting


def next_meeting(registrations: Iterable[Registration], now: datetime) -> Next | None:
    """Return the nearest meeting of sessions in which the person has a place; it may have begun."""
    coming = [
        Next(each, meeting)
        for each in registrations
        if is_expected(each)
        for meeting in each.course_session.meetings
        if meeting.cancelled_at is None and meeting.ends_at > now
    ]
    return min(coming, key=lambda found: (found.meeting.starts_at, found.meeting.id), default=None)


def next_meetings(registrations: Iterable[Registration], now: datetime) -> dict[int, Meeting]:
    """Return the meeting to come of each registration that has one."""
    found = ((each, next_meeting([each], now)) for each in registrations)
    return {each.id: coming.meeting for each, coming in found if coming}


def is_expected(registration: Registration) -> bool:
    """Whether the person has a place in a session that takes place, or took place."""
    is_on = registration.course_session.state == SessionState.PUBLISHED
    return is_on and registration.status == Status.REGISTERED


def has_open_price(registration: Registration) -> bool:
    """Whether an employer's word would still change the price: until the session is over."""
    employment, course_session = registration.employment, registration.course_session
    is_on = course_session.state == SessionState.PUBLISHED and not course_session.has_ended
    is_refused = employment is not None and employment.refused_at is not None
    is_open = registration.price_is_provisional and registration.status.is_active
    return is_open and is_on and not is_refused


def may_use_purchase_order(employment: Employment | None) -> bool:
    """Whether a district may be billed: only by those of whom it is sure that they work there."""
    return employment is not None and employment.is_confirmed and bool(employment.organization_id)


def last_free_day(starts_at: datetime, business_days: int) -> date:
    """Return the last day on which cancelling is free: so many business days before."""
    day = clock.local(starts_at).date()
    for _ in range(business_days):
        day = _business_day_before(day)
    return day


def _business_day_before(day: date) -> date:
    day -= timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return day
