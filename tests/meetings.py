"""Changing one meeting of a session as the desk does: by saying anew when it meets."""

from __future__ import annotations

from pdtrack.catalog import actions, schedule
from pdtrack.catalog.details import PlannedMeeting
from pdtrack.catalog.models import CourseSession, Meeting
from pdtrack.core.authz import SYSTEM


def plan(course_session: CourseSession) -> list[PlannedMeeting]:
    """Return when a session meets, as somebody would begin to edit it."""
    return [PlannedMeeting.of(each) for each in schedule.standing_meetings(course_session)]


def change(course_session: CourseSession, meeting: PlannedMeeting) -> None:
    """Change the meeting that `meeting.id` names."""
    planned = [meeting if each.id == meeting.id else each for each in plan(course_session)]
    actions.set_meetings(course_session=course_session, meetings=planned, actor=SYSTEM)


def remove(course_session: CourseSession, meeting: Meeting) -> None:
    """Leave one meeting out."""
    planned = [each for each in plan(course_session) if each.id != meeting.id]
    actions.set_meetings(course_session=course_session, meetings=planned, actor=SYSTEM)
