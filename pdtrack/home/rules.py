"""Deciding what comes next for a person, and what is still open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from pdtrack.accounts.models import Employment
from pdtrack.catalog.models import Meeting
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.rules import Next, is_expected, may_use_purchase_order


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
        if is_expected(each) and each.course_session.is_self_paced and each.course_session.due_on
    ]
    return sorted(found, key=lambda each: (each.course_session.due_on or date.max, each.id))


def orders_missing(
    registrations: Iterable[Registration], employments: Sequence[Employment]
) -> list[Registration]:
    """Return the places that cost something, that a district may pay, and that have no PO yet."""
    may_be_billed = {each.id for each in employments if may_use_purchase_order(each)}
    return [
        each
        for each in registrations
        if is_expected(each)
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
