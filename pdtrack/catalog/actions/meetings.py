"""Writing when and where a session meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pdtrack.catalog import queries, rules, schedule, search
from pdtrack.catalog.actions.refusals import MeetingRefused, WrongState, refuse_unfit
from pdtrack.catalog.details import PlannedMeeting
from pdtrack.catalog.models import CourseSession, Format, Meeting, SessionState, Venue, new_uid
from pdtrack.core import audit, clock, filters
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError, Stale


@action
def set_meetings(
    *,
    course_session: CourseSession,
    meetings: Sequence[PlannedMeeting],
    version: int | None = None,
    actor: Actor,
) -> CourseSession:
    """Replace a session's meetings: those with an id are kept or changed, others added.

    A meeting that is left out is deleted from a draft; once it was published it is
    called off instead, for it stands in people's calendars. Raises `MeetingRefused`
    and `Stale`; saying once more what is planned already is none.
    """
    lock(course_session)
    if version is not None and version != course_session.version:
        if _is_planned(course_session, meetings):
            return course_session  # The second click of two.
        raise Stale(
            "Somebody else changed this session while you were editing it. "
            "Open it again to see the change, then make yours."
        )
    _check(course_session, meetings)
    before = _written(course_session)
    kept = {each.id: each for each in schedule.standing_meetings(course_session)}
    for planned in meetings:
        if planned.id is None:
            course_session.meetings.append(_new(planned))
        else:
            _change(kept.pop(planned.id), planned)
    for left_out in kept.values():
        _take_out(course_session, left_out)
    if before == _written(course_session):
        return course_session
    _settle(course_session)
    audit.record(
        actor,
        "course_session.meetings_changed",
        course_session,
        organization_id=course_session.collaborative_id,
        before={"meetings": before},
        after={"meetings": _written(course_session)},
    )
    return course_session


def _planned(course_session: CourseSession) -> list[PlannedMeeting]:
    return [PlannedMeeting.of(each) for each in schedule.standing_meetings(course_session)]


def _is_planned(course_session: CourseSession, meetings: Sequence[PlannedMeeting]) -> bool:
    """Whether a session meets just so already, whatever its meetings are called."""
    standing = {replace(each, id=None) for each in _planned(course_session)}
    return standing == {replace(each, id=None) for each in meetings}


def _check(course_session: CourseSession, meetings: Sequence[PlannedMeeting]) -> None:
    if course_session.state == SessionState.CANCELLED:
        raise WrongState("This session was cancelled. Copy it to hold it after all.")
    if course_session.format == Format.SELF_PACED and meetings:
        raise DomainError("Self-paced work has no meetings; it opens on one day and is due on one.")
    if len(meetings) > rules.MOST_MEETINGS:
        raise DomainError(f"A session has at most {rules.MOST_MEETINGS} meetings.")
    known = {each.id for each in schedule.standing_meetings(course_session)}
    named = [each.id for each in meetings if each.id is not None]
    if len(set(named)) < len(named) or not known.issuperset(named):
        raise Stale("A meeting is not there anymore. Open the session again and make your change.")
    for index, planned in enumerate(meetings):
        _check_one(course_session, planned, index, how_many=len(meetings))
    clash = rules.overlap(meetings)
    if clash is not None:
        raise MeetingRefused(
            f"The meeting that starts {filters.when(clash.starts_at)} begins "
            "before the one before it has ended.",
            field="starts_at",
            index=list(meetings).index(clash),
        )


def _check_one(
    course_session: CourseSession, planned: PlannedMeeting, index: int, *, how_many: int
) -> None:
    for problem in rules.meeting_problems(planned):
        which = f"Meeting {index + 1}: " if how_many > 1 else ""
        raise MeetingRefused(f"{which}{problem.message}", field=problem.field, index=index)
    if planned.venue_id is None:
        return
    venue = db.session.get(Venue, planned.venue_id)
    if venue is None or venue.collaborative_id != course_session.collaborative_id:
        raise MeetingRefused("Choose a venue from the list.", field="venue_id", index=index)


def _new(planned: PlannedMeeting) -> Meeting:
    return Meeting(
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        break_minutes=planned.break_minutes,
        venue_id=planned.venue_id,
        uid=new_uid(),
        sequence=0,
        changed_at=clock.now(),
    )


def _change(meeting: Meeting, planned: PlannedMeeting) -> None:
    now_told = (planned.starts_at, planned.ends_at, planned.venue_id)
    if (meeting.starts_at, meeting.ends_at, meeting.venue_id) != now_told:
        meeting.starts_at, meeting.ends_at, meeting.venue_id = now_told
        meeting.sequence += 1
        meeting.changed_at = clock.now()
    if meeting.break_minutes != planned.break_minutes:
        meeting.break_minutes = planned.break_minutes
        meeting.changed_at = clock.now()


def _take_out(course_session: CourseSession, meeting: Meeting) -> None:
    if course_session.published_at is None:
        course_session.meetings.remove(meeting)
        db.session.delete(meeting)
        return
    meeting.cancelled_at = meeting.changed_at = clock.now()
    meeting.sequence += 1


def _settle(course_session: CourseSession) -> None:
    db.session.flush()
    db.session.refresh(course_session, ["meetings"])  # In the order of their new times.
    schedule.recompute(course_session)
    schedule.touch(course_session)
    if course_session.state == SessionState.PUBLISHED:
        refuse_unfit(queries.reasons_not_to_publish(course_session))
    search.index(course_session)


def _written(course_session: CourseSession) -> list[str]:
    """Return the meetings as the audit keeps them, also to see whether anything changed."""
    return [
        f"{each.starts_at.isoformat()}/{each.ends_at.isoformat()} "
        f"break {each.break_minutes} venue {each.venue_id}"
        for each in schedule.standing_meetings(course_session)
    ]
