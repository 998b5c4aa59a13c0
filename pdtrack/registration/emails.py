"""Mail to people about their registrations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pdtrack.accounts import queries as accounts
from pdtrack.catalog import documents
from pdtrack.catalog.models import CourseSession, Meeting
from pdtrack.core import clock, filters, ical, outbox, tokens
from pdtrack.core.outbox import CalendarPart, Recipient
from pdtrack.registration import queries
from pdtrack.registration.models import Registration, Status


def registered(registration: Registration) -> None:
    """Confirm a place, with its calendar entry and the online link."""
    _send("registered", registration, calendar=True, **_terms(registration))


def waitlisted(registration: Registration, *, position: int) -> None:
    """Say clearly that somebody waits and is not in; no calendar entry pretends otherwise."""
    _send("waitlisted", registration, position=position)


def promoted(registration: Registration) -> None:
    """Tell somebody who waited that the place is theirs."""
    _send("promoted", registration, calendar=True, **_terms(registration))


def cancelled(registration: Registration, *, was: Status) -> None:
    """Confirm that somebody gave up a place, or left the line."""
    course_session = registration.course_session
    free_until = queries.free_cancellation_until(course_session)
    _send(
        "cancelled",
        registration,
        calendar=was.takes_place,
        is_off=True,
        was_waiting=was == Status.WAITLISTED,
        is_free=free_until is None or clock.now() < free_until,
        session_url=session_url(course_session),
    )


def removed(registration: Registration, *, was: Status) -> None:
    """Tell somebody that staff ended the registration, and why."""
    _send(
        "removed",
        registration,
        calendar=was.takes_place,
        is_off=True,
        was_waiting=was == Status.WAITLISTED,
    )


def course_session_cancelled(
    registration: Registration, *, was: Status, others: Sequence[CourseSession], batch: str
) -> None:
    """Tell somebody that the session does not take place, why, and when else it does."""
    _send(
        "course_session_cancelled",
        registration,
        calendar=was.takes_place,
        is_off=True,
        batch=batch,
        was_waiting=was == Status.WAITLISTED,
        others=[(filters.when(each.starts_at), session_url(each)) for each in others if each.starts_at],
    )


def course_session_changed(
    registration: Registration, *, changes: Sequence[str], dropped: Iterable[Meeting], batch: str
) -> None:
    """Tell somebody what has changed; the calendar entry of those with a place follows."""
    _send(
        "course_session_changed",
        registration,
        calendar=registration.status.takes_place,
        dropped=dropped,
        batch=batch,
        was_waiting=registration.status == Status.WAITLISTED,
        changes=changes,
    )


def context(registration: Registration) -> dict[str, Any]:
    """Return what every mail about a registration says: who, what, when, where."""
    course_session = registration.course_session
    starts_at = course_session.starts_at
    has_day = starts_at is not None and not course_session.is_self_paced
    return {
        "registration": registration,
        "person": registration.person,
        "course_session": course_session,
        "meetings": _meetings(course_session),
        "on": f", {filters.day(starts_at)}" if has_day and starts_at else "",
        "url": tokens.url("registration.show", registration_id=registration.id),
    }


def calendar_of(
    registration: Registration,
    recipient: Recipient,
    *,
    is_off: bool = False,
    dropped: Iterable[Meeting] = (),
) -> CalendarPart | None:
    """Return the calendar entry that travels with a mail, under the UIDs of the feeds.

    One meeting goes as a request that is accepted already (RFC 5546): Gmail, Outlook
    and Apple's programs put it in, move it and take it out by themselves, and nobody
    is asked to answer. Several meetings have several UIDs, which a request must not
    have, so they are published; so are those of sessions without a contact address.
    """
    course_session = registration.course_session
    meetings = _meetings(course_session)
    gone = {each.id for each in dropped}
    events = [_event(each, course_session, is_off=is_off) for each in meetings]
    events += [_event(each, course_session, is_off=True) for each in dropped]
    if not events:
        return None
    method = ical.Method.PUBLISH
    if len(events) == 1 and course_session.contact_email:
        method = ical.Method.CANCEL if is_off or gone else ical.Method.REQUEST
        attendee = {"attendee_name": recipient.name, "attendee_email": recipient.address}
        events = [replace(each, **attendee) for each in events]
    text = ical.calendar_text(
        course_session.title, [ical.event_text(each) for each in events], method=method
    )
    return CalendarPart(text, method)


def session_url(course_session: CourseSession) -> str:
    """Return the absolute address of a session's public page."""
    return tokens.url("storefront.course_session", course_session_id=course_session.id)


def _event(meeting: Meeting, course_session: CourseSession, *, is_off: bool) -> ical.Event:
    status = ical.Status.CANCELLED if is_off else None
    event = documents.meeting_event(meeting, course_session, status=status)
    # A mailed entry is stamped when it is made: of two with one sequence the later one holds.
    return replace(event, stamped_at=clock.now())


def _meetings(course_session: CourseSession) -> list[Meeting]:
    return [each for each in course_session.meetings if each.cancelled_at is None]


def _terms(registration: Registration) -> dict[str, Any]:
    free_until = queries.free_cancellation_until(registration.course_session)
    is_ahead = free_until is not None and clock.now() < free_until
    return {"last_free_day": free_until - timedelta(seconds=1) if free_until and is_ahead else None}


def _send(  # noqa: PLR0913 - what a mail needs beside its words.
    template: str,
    registration: Registration,
    *,
    calendar: bool = False,
    is_off: bool = False,
    dropped: Iterable[Meeting] = (),
    batch: str | None = None,
    **words: Any,
) -> None:
    recipient = accounts.recipient(registration.person)
    if recipient is None:
        return  # Staff speak to people without an address.
    course_session = registration.course_session
    outbox.send(
        f"registration/{template}",
        recipient,
        context={**context(registration), **words},
        reply_to=course_session.contact_email or None,
        organization_id=course_session.collaborative_id,
        about=f"course_sessions:{course_session.id}",
        calendar=calendar_of(registration, recipient, is_off=is_off, dropped=dropped)
        if calendar
        else None,
        batch=batch,
    )
