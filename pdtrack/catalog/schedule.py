"""Keeping a session's dates, and its meetings' calendar entries, in step with what was planned."""

from __future__ import annotations

from pdtrack.catalog import rules
from pdtrack.catalog.details import PlannedMeeting, SessionDetails
from pdtrack.catalog.models import CourseSession, Format, Meeting, Venue, closing, opening
from pdtrack.core import clock


def standing_meetings(course_session: CourseSession) -> list[Meeting]:
    """Return the meetings that were not called off."""
    return [each for each in course_session.meetings if not rules.is_called_off(each)]


def recompute(course_session: CourseSession) -> None:
    """Write down anew when a session takes place and takes registrations, and its credit."""
    planned = [PlannedMeeting.of(each) for each in standing_meetings(course_session)]
    starts_at, ends_at, minutes = rules.span(SessionDetails.of(course_session), planned)
    course_session.starts_at = starts_at
    course_session.ends_at = ends_at
    course_session.credited_minutes = minutes
    is_self_paced = course_session.format == Format.SELF_PACED
    course_session.listed_at = ends_at if is_self_paced else starts_at
    course_session.opens_at = opening(starts_at, course_session.opens_days_before)
    course_session.closes_at = closing(course_session.listed_at, course_session.closes_hours_before)


def raise_sequence(course_session: CourseSession, *, at_venue: Venue | None = None) -> None:
    """Tell calendars that a session's meetings changed in place or status, of one venue if told."""
    for meeting in standing_meetings(course_session):
        venue_id = meeting.venue_id or course_session.venue_id
        if at_venue is None or venue_id == at_venue.id:
            meeting.sequence += 1
            meeting.changed_at = clock.now()


def touch(course_session: CourseSession) -> None:
    """Count a change: forms shown before are stale, and calendars read the session anew."""
    course_session.version += 1
    course_session.changed_at = clock.now()
