"""Which lines of the attendance log are credited, for statements that add minutes up."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, exists
from sqlalchemy.orm import aliased

from pdtrack.attendance.models import AttendanceEntry
from pdtrack.catalog.models import CourseSession, Meeting


def is_credited(entry: type[AttendanceEntry] = AttendanceEntry) -> ColumnElement[bool]:
    """Whether an entry is about a part that its session has now, as `queries.parts` says.

    Marks stay in the log when their meeting is called off, or when the work outside
    meetings is no longer credited. The statement around it reads the `CourseSession` too.
    """
    meeting = aliased(Meeting)
    stands = exists().where(meeting.id == entry.meeting_id, meeting.cancelled_at.is_(None))
    is_outside = entry.meeting_id.is_(None)
    return case((is_outside, CourseSession.independent_minutes > 0), else_=stands)
