"""Deciding what a session costs somebody, and whether it is fit to be published."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from pdtrack.accounts.models import Employment
from pdtrack.catalog.details import PlannedMeeting, SessionDetails
from pdtrack.catalog.models import CourseSession, Format, Meeting, Promise, SessionState
from pdtrack.core import clock, filters, points

LONGEST_MEETING = timedelta(hours=16)
MOST_PLACES = 100_000
MOST_MEETINGS = 100


@dataclass(frozen=True)
class Price:
    """What a session costs somebody, and why."""

    cents: int
    reason: str
    # The employer's word, which is still to come, would make it the member price.
    is_provisional: bool = False


@dataclass(frozen=True)
class Problem:
    """What is wrong, in words for the coordinator; `field` names where it was typed."""

    field: str | None
    message: str


class Standing(StrEnum):
    """How somebody stands to the collaborative that holds a session."""

    UNKNOWN = "unknown"
    UNEMPLOYED = "unemployed"
    OUTSIDER = "outsider"
    CLAIMED = "claimed"
    MEMBER = "member"
    STAFF = "staff"


def price(
    *, member_cents: int, non_member_cents: int, standing: Standing, employer: str, host: str
) -> Price:
    """Decide what somebody pays: the member price needs a confirmed employer that is a member."""
    if member_cents == non_member_cents:
        return Price(member_cents, "Same price for everybody" if member_cents else "Free")
    reasons = {
        Standing.STAFF: f"Member price: you work for {host}",
        Standing.MEMBER: f"Member price: {employer} is a member of {host}",
        Standing.CLAIMED: (
            "Non-member price: your employer has not confirmed that you work there yet"
        ),
        Standing.OUTSIDER: f"Non-member price: {employer} is not a member of {host}",
        Standing.UNEMPLOYED: "Non-member price: your account names no member district as employer",
        Standing.UNKNOWN: "Non-member price; sign in to see whether your district is a member",
    }
    is_member = standing in {Standing.STAFF, Standing.MEMBER}
    return Price(
        cents=member_cents if is_member else non_member_cents,
        reason=reasons[standing],
        is_provisional=standing == Standing.CLAIMED,
    )


def best_standing(
    employments: Sequence[Employment] | None, member_ids: Collection[int], collaborative_id: int
) -> tuple[Standing, str]:
    """Return how somebody stands to a collaborative by their best employment, and its name.

    `member_ids` are the organizations that are members on the day that counts; None
    for employments stands for a stranger, who may work anywhere.
    """
    if employments is None:
        return Standing.UNKNOWN, ""
    found = [
        (_standing(each, member_ids, collaborative_id), each.employer_name) for each in employments
    ]
    order = list(Standing)
    return max(found, key=lambda each: order.index(each[0]), default=(Standing.UNEMPLOYED, ""))


def _standing(
    employment: Employment, member_ids: Collection[int], collaborative_id: int
) -> Standing:
    is_staff = employment.organization_id == collaborative_id
    if is_staff or employment.organization_id in member_ids:
        if not employment.is_confirmed:
            return Standing.CLAIMED
        return Standing.STAFF if is_staff else Standing.MEMBER
    return Standing.OUTSIDER if employment.organization_id else Standing.UNEMPLOYED


def price_day(*, starts_at: datetime | None, is_self_paced: bool, today: date) -> date:
    """Return the day on which membership decides: the first meeting's.

    Self-paced work has no meeting, so it is the day of asking; so has a draft without dates.
    """
    if starts_at is None or is_self_paced:
        return today
    return clock.local(starts_at).date()


def is_called_off(meeting: Meeting) -> bool:
    """Whether a meeting was called off."""
    return meeting.cancelled_at is not None


def span(
    details: SessionDetails, meetings: Sequence[PlannedMeeting]
) -> tuple[datetime | None, datetime | None, int]:
    """Return when a session starts and ends, and the minutes it credits in all."""
    if details.format == Format.SELF_PACED:
        opens = clock.at(details.opens_on, time()) if details.opens_on else None
        # The due day itself still counts, to its last minute.
        ends = clock.at(details.due_on + timedelta(days=1), time()) if details.due_on else None
        return opens, ends, details.independent_minutes
    credited = sum(credited_minutes(meeting) for meeting in meetings)
    return (
        min((meeting.starts_at for meeting in meetings), default=None),
        max((meeting.ends_at for meeting in meetings), default=None),
        credited + details.independent_minutes,
    )


def credited_minutes(meeting: PlannedMeeting) -> int:
    """Return a meeting's length less its breaks: lunch earns nothing."""
    return max(int(meeting.length.total_seconds()) // 60 - meeting.break_minutes, 0)


def meeting_problems(meeting: PlannedMeeting) -> Iterator[Problem]:
    """Yield what cannot be right about a meeting, whatever session it belongs to."""
    if meeting.ends_at <= meeting.starts_at:
        yield Problem("ends_at", "The meeting ends before it starts. Check the two times.")
        return
    if meeting.length > LONGEST_MEETING:
        yield Problem(
            "ends_at",
            "This meeting would take more than 16 hours. Enter one meeting for each day.",
        )
    if meeting.break_minutes < 0:
        yield Problem("break_minutes", "Breaks cannot be shorter than nothing.")
    if timedelta(minutes=meeting.break_minutes) >= meeting.length:
        yield Problem("break_minutes", "The breaks are as long as the meeting, or longer.")


def overlap(meetings: Sequence[PlannedMeeting]) -> PlannedMeeting | None:
    """Return the first meeting that starts before the one before it has ended."""
    in_order = sorted(meetings, key=lambda meeting: meeting.starts_at)
    for earlier, later in itertools.pairwise(in_order):
        if later.starts_at < earlier.ends_at:
            return later
    return None


def detail_problems(details: SessionDetails) -> Iterator[Problem]:
    """Yield what cannot be right about a session, draft or not."""
    if not details.title.strip():
        yield Problem("title", "Give the session a title.")
    if not 1 <= details.capacity <= MOST_PLACES:
        yield Problem("capacity", "A session has at least 1 place and at most 100,000.")
    if details.minimum is not None and not 0 <= details.minimum <= details.capacity:
        yield Problem("minimum", "The minimum cannot be higher than the number of places.")
    for field in ("member_price_cents", "non_member_price_cents"):
        if getattr(details, field) < 0:
            yield Problem(field, "A price cannot be below zero.")
    yield from _deadline_problems(details)


def _deadline_problems(details: SessionDetails) -> Iterator[Problem]:
    if details.closes_hours_before < 0:
        yield Problem(
            "closes_hours_before", "Registration cannot close after the session has begun."
        )
    opens = details.opens_days_before
    if opens is not None and opens < 0:
        yield Problem("opens_days_before", "Registration cannot open after the session has begun.")
    is_self_paced = details.format == Format.SELF_PACED
    if not is_self_paced and opens is not None and opens * 24 <= details.closes_hours_before:
        yield Problem(
            "closes_hours_before",
            "Registration would close before it opens. Close it later, or open it earlier.",
        )
    if details.independent_minutes < 0:
        yield Problem("independent_minutes", "Independent work cannot be less than nothing.")
    if details.opens_on and details.due_on and details.due_on < details.opens_on:
        yield Problem("due_on", "The work would be due before it opens.")


def reasons_not_to_publish(
    course_session: CourseSession, *, now: datetime, minimum_tenths: int, citation: str
) -> list[Problem]:
    """Return everything that keeps a session from being published; nothing if it is fit.

    Once it is published, edits are held to the same, but for dates that have passed since.
    `minimum_tenths` is the number of hours, in tenths, under which no PDPs may be
    promised, and `citation` says where that is written.
    """
    is_new = course_session.state == SessionState.DRAFT
    return [
        *_missing_dates(course_session),
        *(_passed_dates(course_session, now) if is_new else ()),
        *_missing_place(course_session),
        *_missing_people(course_session),
        *_broken_promise(course_session, minimum_tenths, citation),
    ]


def _missing_dates(course_session: CourseSession) -> Iterator[Problem]:
    if course_session.is_self_paced:
        yield from _missing_self_paced(course_session)
        return
    meetings = [PlannedMeeting.of(m) for m in course_session.meetings if not is_called_off(m)]
    if not meetings:
        is_out = course_session.state == SessionState.PUBLISHED
        instead = " To call off the only one, cancel the session instead." if is_out else ""
        yield Problem("meetings", f"Add at least one meeting.{instead}")
    for meeting in meetings:
        for problem in meeting_problems(meeting):
            yield Problem("meetings", problem.message)
    opens, closes = course_session.registration_opens_at, course_session.registration_closes_at
    if opens and closes and closes <= opens:
        yield Problem("closes_hours_before", "Registration would close before it opens.")


def _missing_self_paced(course_session: CourseSession) -> Iterator[Problem]:
    if course_session.opens_on is None:
        yield Problem("opens_on", "Say from when people can work on it.")
    if course_session.due_on is None:
        yield Problem("due_on", "Say by when the work must be finished.")
    if not course_session.independent_minutes:
        yield Problem("independent_minutes", "Say how many hours the work is credited with.")


def _passed_dates(course_session: CourseSession, now: datetime) -> Iterator[Problem]:
    is_self_paced = course_session.is_self_paced
    begins = course_session.ends_at if is_self_paced else course_session.starts_at
    closes = course_session.registration_closes_at
    if begins and begins <= now and is_self_paced:
        yield Problem("due_on", "The day by which the work must be finished is in the past.")
    elif begins and begins <= now:
        yield Problem("meetings", "The first meeting is in the past.")
    elif closes and closes <= now:
        yield Problem("closes_hours_before", "Registration would have closed already.")


def _missing_place(course_session: CourseSession) -> Iterator[Problem]:
    if course_session.format not in {Format.IN_PERSON, Format.HYBRID}:
        return
    if course_session.venue_id is not None:
        return
    meetings = [meeting for meeting in course_session.meetings if not is_called_off(meeting)]
    if not meetings or any(meeting.venue_id is None for meeting in meetings):
        yield Problem("venue_id", "Choose the venue, so that people know where to go.")


def _missing_people(course_session: CourseSession) -> Iterator[Problem]:
    if not course_session.presenter_name.strip() and not course_session.presenters:
        yield Problem("presenter_name", "Say who teaches it.")
    if not course_session.contact_name.strip():
        yield Problem("contact_name", "Say whom people may ask.")
    if not course_session.contact_email.strip():
        yield Problem("contact_email", "Give the address that answers to the session's mail go to.")


def _broken_promise(
    course_session: CourseSession, minimum_tenths: int, citation: str
) -> Iterator[Problem]:
    if course_session.promise != Promise.PDPS:
        return
    if not course_session.promised_tenths:
        yield Problem("promised_tenths", "Say how many PDPs it earns.")
    if course_session.credited_minutes * 10 < minimum_tenths * 60:
        least = filters.plural(points.plain(minimum_tenths), "hour")
        has = filters.hours(course_session.credited_minutes)
        yield Problem(
            "promise",
            f"PDPs need at least {least} on one topic ({citation}); this session has {has}. "
            "Promise hours instead, or say that it counts toward PDPs.",
        )
    course = course_session.course
    if not course.assessment.strip() or not course.mastery.strip():
        yield Problem(
            "promise",
            f"PDPs need an assessment and criteria for mastery ({citation}). "
            "Write both into the course, or say that the session counts toward PDPs.",
        )
