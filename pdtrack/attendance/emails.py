"""Mail about attendance."""

from __future__ import annotations

from pdtrack.accounts import queries as accounts
from pdtrack.attendance.models import Objection
from pdtrack.core import outbox, tokens
from pdtrack.core.outbox import Recipient


def objection_raised(objection: Objection) -> None:
    """Tell the session's contact person what somebody says is wrong."""
    registration = objection.registration
    course_session = registration.course_session
    if not course_session.contact_email:
        return  # It stands on the coordinator's list all the same.
    outbox.send(
        "attendance/objection_raised",
        Recipient(course_session.contact_email, course_session.contact_name),
        context={
            "objection": objection,
            "person": registration.person,
            "course_session": course_session,
            "url": tokens.url("attendance.unposted", short_name=course_session.collaborative.slug),
        },
        organization_id=course_session.collaborative_id,
        about=f"course_sessions:{course_session.id}",
    )


def objection_settled(objection: Objection) -> None:
    """Tell the person what became of it."""
    registration = objection.registration
    course_session = registration.course_session
    person = registration.person
    to = accounts.recipient(person)
    if to is None:
        return
    outbox.send(
        "attendance/objection_settled",
        to,
        context={
            "objection": objection,
            "person": person,
            "course_session": course_session,
            "url": tokens.url("attendance.mine", registration_id=registration.id),
        },
        reply_to=course_session.contact_email or None,
        organization_id=course_session.collaborative_id,
        about=f"course_sessions:{course_session.id}",
    )
