"""Deciding what comes next for a person, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from pdtrack.accounts.models import Employment
from pdtrack.catalog.models import Meeting, SessionState
from pdtrack.registration import rules as registration
from pdtrack.registration.models import Registration, Status


class Next(NamedTuple):
    """The meeting that a person goes to next, and the registration that says so."""

    registration: Registration
    meeting: Meeting


def next_meeting(registrations: Iterable[Registration], now: datetime) -> Next | None:
    """Return the nearest meeting of sessions in which the person has a place; it may have begun."""
    coming = [
        Next(each, meeting)
        for each in registrations
        if _takes_place(each)
        for meeting in each.course_session.meetings
        if meeting.cancelled_at is None and meeting.ends_at > now
    ]
    return min(coming, key=lambda found: (found.meeting.starts_at, found.meeting.id), default=None)


def next_meetings(registrations: Iterable[Registration], now: datetime) -> dict[int, Meeting]:
    """Return the meeting to come of each registration that has one."""
    found = ((each, next_meeting([each], now)) for each in registrations)
    return {each.id: coming.meeting for each, coming in found if coming}


def after(
    coming: Next | None, registrations: Iterable[Registration], meetings: Mapping[int, Meeting]
) -> list[Registration]:
    """Return the places besides the one that comes next, in the order of their next meetings."""
    later = [
        each
        for each in registrations
        if each.status != Status.WAITLISTED
        and (coming is None or each.id != coming.registration.id)
    ]
    return sorted(later, key=lambda each: _soonest(each, meetings.get(each.id)))


def work_due(registrations: Iterable[Registration]) -> list[Registration]:
    """Return the self-paced sessions that a person still works on, the nearest due day first."""
    found = [
        each
        for each in registrations
        if _takes_place(each) and each.course_session.is_self_paced and each.course_session.due_on
    ]
    return sorted(found, key=lambda each: (each.course_session.due_on or date.max, each.id))


def orders_missing(
    registrations: Iterable[Registration], employments: Sequence[Employment]
) -> list[Registration]:
    """Return the places that cost something, that a district may pay, and that have no PO yet."""
    may_be_billed = {each.id for each in employments if registration.may_use_purchase_order(each)}
    return [
        each
        for each in registrations
        if _takes_place(each)
        and each.price_cents
        and not each.po_number
        and each.employment_id in may_be_billed
    ]


def unconfirmed(employments: Iterable[Employment]) -> list[Employment]:
    """Return where the person says to work, with nobody's word for it but their own."""
    return [each for each in employments if each.organization_id and not each.is_confirmed]


def _soonest(registration: Registration, meeting: Meeting | None) -> tuple[bool, float, int]:
    """Return what sorts by the next meeting; what has none comes last."""
    moment = meeting.starts_at if meeting else registration.course_session.starts_at
    if moment is None or registration.course_session.is_self_paced:
        return True, 0, registration.id
    return False, moment.timestamp(), registration.id


def _takes_place(each: Registration) -> bool:
    is_on = each.course_session.state == SessionState.PUBLISHED
    return is_on and each.status == Status.REGISTERED
