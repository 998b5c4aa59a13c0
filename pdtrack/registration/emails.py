"""Mail to people about their registrations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pdtrack.accounts import queries as accounts
from pdtrack.catalog import documents
from pdtrack.catalog.models import CourseSession, Meeting
from pdtrack.core import clock, filters, ical, outbox, tokens
from pdtrack.core.outbox import CalendarPart, Recipient, Tone
from pdtrack.registration import queries
from pdtrack.registration.models import Registration, Status

_TONES = {
    "registration/registered": Tone.GOOD,
    "registration/promoted": Tone.GOOD,
    "registration/waitlisted": Tone.WAITING,
    "registration/cancelled": Tone.OVER,
    "registration/removed": Tone.OVER,
    "registration/course_session_cancelled": Tone.OVER,
}


def registered(registration: Registration) -> None:
    """Confirm a place, with its calendar entry and the online link."""
    _send("registration/registered", registration, calendar=True, **_terms(registration))


def waitlisted(registration: Registration, *, position: int) -> None:
    """Say clearly that somebody waits and is not in; no calendar entry pretends otherwise."""
    _send("registration/waitlisted", registration, position=position)


def promoted(registration: Registration) -> None:
    """Tell somebody who waited that the place is theirs; staff tell whoever has no address."""
    if accounts.recipient(registration.person) is None:
        _ask_staff_to_tell(registration)
        return
    _send("registration/promoted", registration, calendar=True, **_terms(registration))


def _ask_staff_to_tell(registration: Registration) -> None:
    course_session = registration.course_session
    if not course_session.contact_email:
        return
    place = course_session.collaborative
    outbox.send(
        "registration/promoted_without_address",
        Recipient(course_session.contact_email, course_session.contact_name or ""),
        context={
            **_context(registration),
            "roster_url": tokens.url(
                "registration.roster", short_name=place.slug, course_session_id=course_session.id
            ),
        },
        organization_id=place.id,
        about=f"course_sessions:{course_session.id}",
    )


def cancelled(registration: Registration, *, was: Status) -> None:
    """Confirm that somebody gave up a place, or left the line."""
    course_session = registration.course_session
    last_free_day = queries.last_free_day(course_session)
    _send(
        "registration/cancelled",
        registration,
        calendar=was.takes_place,
        is_off=True,
        was_waiting=was == Status.WAITLISTED,
        is_free=last_free_day is None or clock.today() <= last_free_day,
        session_url=_session_url(course_session),
    )


def removed(registration: Registration, *, was: Status) -> None:
    """Tell somebody that staff ended the registration, and why."""
    _send(
        "registration/removed",
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
        "registration/course_session_cancelled",
        registration,
        calendar=was.takes_place,
        is_off=True,
        batch=batch,
        was_waiting=was == Status.WAITLISTED,
        others=[(_date(each), _session_url(each)) for each in others],
    )


def _date(course_session: CourseSession) -> str:
    """Return when a session is, in few words."""
    if course_session.is_self_paced and course_session.due_on:
        return f"In your own time, until {filters.day(course_session.due_on)}"
    return filters.when(course_session.starts_at) if course_session.starts_at else ""


def course_session_changed(
    registration: Registration, *, changes: Sequence[str], dropped: Iterable[Meeting], batch: str
) -> None:
    """Tell somebody what has changed; the calendar entry of those with a place follows."""
    _send(
        "registration/course_session_changed",
        registration,
        calendar=registration.status.takes_place,
        dropped=dropped,
        batch=batch,
        was_waiting=registration.status == Status.WAITLISTED,
        changes=changes,
    )


def price_settled(registration: Registration) -> None:
    """Tell somebody that the employer's word has changed what the session costs."""
    _send("registration/price_settled", registration)


def reminder(registration: Registration, *, condition: str | None = None) -> None:
    """Remind somebody of what begins in two days, with the entry for the calendar."""
    _send("registration/reminder", registration, calendar=True, condition=condition)


def _context(registration: Registration) -> dict[str, Any]:
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


def _calendar(
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
    events = _events(course_session, dropped, is_off=is_off)
    if not events:
        return None
    method = ical.Method.PUBLISH
    if len(events) == 1 and course_session.contact_email:
        is_gone = events[0].status == ical.Status.CANCELLED
        method = ical.Method.CANCEL if is_gone else ical.Method.REQUEST
        events = [
            replace(each, attendee_name=recipient.name, attendee_email=recipient.address)
            for each in events
        ]
    text = ical.calendar_text(
        course_session.title, [ical.event_text(each) for each in events], method=method
    )
    return CalendarPart(text, method)


def _session_url(course_session: CourseSession) -> str:
    """Return the absolute address of a session's public page."""
    return tokens.url("storefront.course_session", course_session_id=course_session.id)


def _events(
    course_session: CourseSession, dropped: Iterable[Meeting], *, is_off: bool
) -> list[ical.Event]:
    off = ical.Status.CANCELLED
    status = off if is_off else None
    if course_session.is_self_paced:
        events = documents.session_events(course_session, status=status)
    else:
        events = [
            documents.meeting_event(each, course_session, status=status)
            for each in _meetings(course_session)
        ]
    events += [documents.meeting_event(each, course_session, status=off) for each in dropped]
    # A mailed entry is stamped when it is made: of two with one sequence the later one holds.
    return [replace(each, stamped_at=clock.now()) for each in events]


def _meetings(course_session: CourseSession) -> list[Meeting]:
    return [each for each in course_session.meetings if each.cancelled_at is None]


def _terms(registration: Registration) -> dict[str, Any]:
    last_day = queries.last_free_day(registration.course_session)
    return {"last_free_day": last_day if last_day and clock.today() <= last_day else None}


def _send(  # noqa: PLR0913 - an envelope has this many lines.
    template: str,
    registration: Registration,
    *,
    calendar: bool = False,
    is_off: bool = False,
    dropped: Iterable[Meeting] = (),
    batch: str | None = None,
    condition: str | None = None,
    **words: Any,
) -> None:
    recipient = accounts.recipient(registration.person)
    if recipient is None:
        return  # Staff speak to people without an address.
    course_session = registration.course_session
    outbox.send(
        template,
        recipient,
        context={**_context(registration), **words},
        reply_to=course_session.contact_email or None,
        organization_id=course_session.collaborative_id,
        about=f"course_sessions:{course_session.id}",
        calendar=_calendar(registration, recipient, is_off=is_off, dropped=dropped)
        if calendar
        else None,
        condition=condition,
        batch=batch,
        tone=_TONES.get(template),
    )
