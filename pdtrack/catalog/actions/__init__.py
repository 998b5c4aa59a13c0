"""Writing what is on offer."""

from __future__ import annotations

from pdtrack.catalog.actions.course_sessions import (
    copy_course_session,
    create_course_session,
    edit_course_session,
    mark_cancelled,
    publish,
    set_presenters,
)
from pdtrack.catalog.actions.courses import (
    CourseRetired,
    PromiseBroken,
    UnknownTopic,
    create_course,
    edit_course,
    retire_course,
    revive_course,
)
from pdtrack.catalog.actions.meetings import set_meetings
from pdtrack.catalog.actions.refusals import DetailsRefused, MeetingRefused, NotFit, WrongState
from pdtrack.catalog.actions.topics import add_topics, edit_topic, reindex
from pdtrack.catalog.actions.venues import create_venue, edit_venue, retire_venue, revive_venue

__all__ = [
    "CourseRetired",
    "DetailsRefused",
    "MeetingRefused",
    "NotFit",
    "PromiseBroken",
    "UnknownTopic",
    "WrongState",
    "add_topics",
    "copy_course_session",
    "create_course",
    "create_course_session",
    "create_venue",
    "edit_course",
    "edit_course_session",
    "edit_topic",
    "edit_venue",
    "mark_cancelled",
    "publish",
    "reindex",
    "retire_course",
    "retire_venue",
    "revive_course",
    "revive_venue",
    "set_meetings",
    "set_presenters",
]
