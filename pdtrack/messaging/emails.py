"""Mail that reminds."""

from __future__ import annotations

from pdtrack.accounts import queries as accounts
from pdtrack.core import outbox
from pdtrack.registration import emails as registrations
from pdtrack.registration.models import Registration


def reminder(registration: Registration) -> None:
    """Remind a person of what begins in two days, with the entry for the calendar."""
    recipient = accounts.recipient(registration.person)
    if recipient is None:
        return
    course_session = registration.course_session
    outbox.send(
        "messaging/reminder",
        recipient,
        context=registrations.context(registration),
        reply_to=course_session.contact_email or None,
        organization_id=course_session.collaborative_id,
        about=f"course_sessions:{course_session.id}",
        calendar=registrations.calendar_of(registration, recipient),
    )
