"""Deciding what people must hear of a change, and what a plan of meetings may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from pdtrack.catalog.details import PlannedMeeting
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.catalog.rules import Problem
from pdtrack.core import filters

# How long before a date the desk begins to remind of what is still to be done.
DRAFT_IS_NEAR = timedelta(days=21)
CLOSING_IS_NEAR = timedelta(days=7)
TWO_WEEKS = timedelta(days=14)


class Telling(StrEnum):
    """Whether people are told of a change of time or place."""

    ASK = "ask"
    TELL = "tell"
    QUIETLY = "quietly"


@dataclass(frozen=True)
class Sitting:
    """One meeting as people know it."""

    starts_at: datetime
    ends_at: datetime
    place: str
    credited_minutes: int = 0

    @property
    def written(self) -> str:
        """Its hours, as people say them."""
        return filters.when_range(self.starts_at, self.ends_at)


@dataclass(frozen=True)
class Plan:
    """When and where a session takes place, as people know it."""

    format: Format
    place: str
    online: tuple[str, str]
    opens_on: date | None
    due_on: date | None
    meetings: dict[int, Sitting] = field(default_factory=dict)
    independent_minutes: int = 0
    ends_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether nothing of it is to come."""
        return self.ends_at is not None and self.ends_at <= now


@dataclass(frozen=True)
class Preview:
    """What would be told to how many, before anything is saved."""

    changes: list[str]
    subject: str
    text: str
    mails: int
    unreachable: list[str]
    # Certificates that would then say other hours than are on record.
    outdated: int = 0


def plan_of(course_session: CourseSession) -> Plan:
    """Return when and where a session takes place now."""
    return Plan(
        format=course_session.format,
        place=course_session.venue.full_address if course_session.venue else "",
        online=(course_session.online_link or "", course_session.online_note or ""),
        opens_on=course_session.opens_on,
        due_on=course_session.due_on,
        meetings={
            each.id: Sitting(
                each.starts_at,
                each.ends_at,
                each.venue.full_address if each.venue else "",
                each.credited_minutes,
            )
            for each in course_session.meetings
            if each.cancelled_at is None
        },
        independent_minutes=course_session.independent_minutes,
        ends_at=course_session.ends_at,
    )


def changes(before: Plan, after: Plan, now: datetime) -> list[str]:
    """Say in whole sentences what is different for those who come; nothing if nothing is.

    Of meetings that are over nobody needs to hear.
    """
    return [
        *_changed_meetings(before.meetings, after.meetings, now),
        *_changed_days(before, after),
        *_changed_place(before, after),
    ]


def dated_title(course_session: CourseSession) -> str:
    """Name a session among others of the same course."""
    starts_at = course_session.starts_at
    return (
        f"{course_session.title}, {filters.day(starts_at)}" if starts_at else course_session.title
    )


def credits_otherwise(before: Plan, after: Plan) -> bool:
    """Whether something that there was credits more or less than it did."""
    return before.independent_minutes != after.independent_minutes or any(
        key in after.meetings and after.meetings[key].credited_minutes != was.credited_minutes
        for key, was in before.meetings.items()
    )


def _changed_meetings(
    before: dict[int, Sitting], after: dict[int, Sitting], now: datetime
) -> Iterator[str]:
    for key, was in before.items():
        sitting = after.get(key)
        if max(each.ends_at for each in (was, sitting) if each) <= now:
            continue
        yield from _changed_meeting(was, sitting)
    for key, sitting in after.items():
        if key not in before and sitting.ends_at > now:
            yield f"There is a new meeting on {sitting.written}{_also_at(sitting.place)}."


def _changed_meeting(was: Sitting, now: Sitting | None) -> Iterator[str]:
    if now is None:
        yield f"The meeting on {was.written} does not take place."
        return
    if (was.starts_at, was.ends_at) != (now.starts_at, now.ends_at):
        yield f"The meeting on {was.written} is now on {now.written}."
    if was.place != now.place:
        yield f"The meeting on {now.written} is {_at(now.place)}."


def _at(place: str) -> str:
    return f"at {place}" if place else "at the usual place"


def _also_at(place: str) -> str:
    return f", at {place}" if place else ""


def _changed_days(before: Plan, after: Plan) -> Iterator[str]:
    if after.format != Format.SELF_PACED:
        return  # Whoever meets goes by the meetings.
    if before.opens_on != after.opens_on and after.opens_on:
        yield f"The work can now be begun on {filters.day(after.opens_on)}."
    if before.due_on != after.due_on and after.due_on:
        yield f"The work is now due on {filters.day(after.due_on)}."


def _changed_place(before: Plan, after: Plan) -> Iterator[str]:
    is_somewhere = after.format in {Format.IN_PERSON, Format.HYBRID}
    if before.format != after.format:
        was, now = before.format.label.lower(), after.format.label.lower()
        yield f"The session is now held {now}; it was {was} before."
    if is_somewhere and before.place != after.place and after.place:
        instead = f", not at {before.place}" if before.place else ""
        yield f"The place is now {after.place}{instead}."
    if after.format != Format.IN_PERSON and before.online != after.online:
        yield "The way to join online has changed."


def is_worth_telling(course_session: CourseSession, before: Plan, now: datetime) -> bool:
    """Whether anybody plans by it: published, and something of it was to come, or is now.

    When the last of several meetings is called off, the session is over; but people would come.
    """
    is_over = before.is_over(now) and plan_of(course_session).is_over(now)
    return course_session.state == SessionState.PUBLISHED and not is_over


def is_new_in_the_past(
    planned: PlannedMeeting, meetings: dict[int, Sitting], *, now: datetime, has_begun: bool
) -> bool:
    """Whether a meeting was put into the past: most likely a slip in the date.

    A session that has begun may get a meeting written down afterwards, and one that
    was in the past already may be corrected.
    """
    if has_begun or planned.starts_at > now:
        return False
    was = meetings.get(planned.id) if planned.id is not None else None
    return was is None or was.starts_at > now


def named(names: Iterable[str], most: int = 3) -> str:
    """Write names as people say them: "Ada, Ben and 4 others"."""
    everybody = list(names)
    shown, rest = everybody[:most], len(everybody) - most
    if rest > 0:
        return f"{', '.join(shown)} and {filters.plural(rest, 'other')}"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown)


@dataclass(frozen=True)
class Step:
    """One part of a session on the way to its publication, with what is missing."""

    title: str
    problems: list[Problem]


_PARTS = (
    ("When", ("meetings", "opens_on", "due_on", "independent_minutes")),
    ("Where", ("venue_id",)),
    ("Who teaches, and whom to ask", ("presenter_name", "contact_name", "contact_email")),
    ("What people earn", ("promise", "promised_tenths")),
    ("Registration", ("opens_days_before", "closes_hours_before")),
)


def steps(problems: Iterable[Problem]) -> list[Step]:
    """Return the checklist before publication: every part, with what is missing in it."""
    found = list(problems)
    return [
        Step(title, [each for each in found if each.field in fields]) for title, fields in _PARTS
    ]
