"""Calendar entries of sessions: every feed, mail and download takes them from here."""

from __future__ import annotations

from pdtrack.catalog.models import CourseSession, Format, Meeting, SessionState, Venue
from pdtrack.core import filters, tokens
from pdtrack.core.ical import Event, Status


def meeting_event(
    meeting: Meeting, course_session: CourseSession, *, status: Status | None = None
) -> Event:
    """Return a meeting as a calendar shows it to anybody: online links are never in it.

    `status` says how it stands for one person, such as tentative on a waitlist; what
    was cancelled stays in calendars as cancelled.
    """
    return Event(
        uid=meeting.uid,
        sequence=meeting.sequence,
        stamped_at=max(meeting.changed_at, course_session.changed_at),
        summary=_summary(meeting, course_session),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        description=_description(course_session, meeting.venue or course_session.venue),
        location=_location(course_session, meeting.venue or course_session.venue),
        url=_page(course_session),
        status=_status(course_session, status, is_called_off=meeting.cancelled_at is not None),
        organizer_name=course_session.collaborative.name,
        organizer_email=course_session.contact_email,
        categories=(course_session.topic.name,),
    )


def session_events(course_session: CourseSession, *, status: Status | None = None) -> list[Event]:
    """Return all entries of a session: its meetings, or the day by which self-paced work is due."""
    if not course_session.is_self_paced:
        return [
            meeting_event(meeting, course_session, status=status)
            for meeting in course_session.meetings
        ]
    return [_due_event(course_session, status)] if course_session.due_on else []


def _due_event(course_session: CourseSession, status: Status | None) -> Event:
    return Event(
        uid=course_session.uid,
        sequence=course_session.version,
        stamped_at=course_session.changed_at,
        summary=f"Due: {course_session.title}",
        all_day=course_session.due_on,
        description=_description(course_session, None),
        location="Online",
        url=_page(course_session),
        status=_status(course_session, status),
        organizer_name=course_session.collaborative.name,
        organizer_email=course_session.contact_email,
        categories=(course_session.topic.name,),
        transparent=True,
    )


def _page(course_session: CourseSession) -> str:
    return tokens.url("storefront.course_session", course_session_id=course_session.id)


def _summary(meeting: Meeting, course_session: CourseSession) -> str:
    standing = [each for each in course_session.meetings if each.cancelled_at is None]
    if len(standing) < 2 or meeting not in standing:  # noqa: PLR2004 - one of several.
        return course_session.title
    return f"{course_session.title} ({standing.index(meeting) + 1} of {len(standing)})"


def _status(
    course_session: CourseSession, wanted: Status | None, *, is_called_off: bool = False
) -> Status:
    if is_called_off or course_session.state == SessionState.CANCELLED:
        return Status.CANCELLED
    if course_session.state == SessionState.DRAFT:
        return Status.TENTATIVE
    return wanted or Status.CONFIRMED


def _location(course_session: CourseSession, venue: Venue | None) -> str:
    if course_session.format in {Format.ONLINE, Format.SELF_PACED} or venue is None:
        return "Online" if course_session.format != Format.IN_PERSON else ""
    return venue.full_address


def _description(course_session: CourseSession, venue: Venue | None) -> str:
    is_somewhere = course_session.format in {Format.IN_PERSON, Format.HYBRID}
    lines = [
        f"{course_session.collaborative.name}, {course_session.format.label.lower()}",
        _line("Presenter", course_session.presenter_name),
        _line("Credited", filters.hours(course_session.credited_minutes)),
        _line("Bring", course_session.bring),
        _line("Parking", (venue.parking or "") if venue and is_somewhere else ""),
        _line("Access", (venue.accessibility or "") if venue and is_somewhere else ""),
        _line("Contact", f"{course_session.contact_name} <{course_session.contact_email}>"),
    ]
    if course_session.format != Format.IN_PERSON:
        lines.append("The link to join is on the session's page once you are registered.")
    return "\n".join(line for line in lines if line)


def _line(label: str, text: str) -> str:
    return f"{label}: {text.strip()}" if text.strip() else ""
