"""Which lines of the attendance log are credited, for statements that add minutes up."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from pdtrack.attendance.models import AttendanceEntry
from pdtrack.catalog.models import CourseSession, Meeting


def is_credited(entry: type[AttendanceEntry] = AttendanceEntry) -> ColumnElement[bool]:
    """Whether an entry is about a part that its session has now, as `queries.parts` says.

    Marks stay in the log when their meeting is called off, or when the work outside
    meetings is no longer credited. The statement around it reads the `CourseSession` too.
    """
    meeting = aliased(Meeting)
    was_called_off = exists().where(
        meeting.id == entry.meeting_id, meeting.cancelled_at.is_not(None)
    )
    is_about_a_meeting = entry.meeting_id.is_not(None)
    return and_(~was_called_off, or_(is_about_a_meeting, CourseSession.independent_minutes > 0))
