"""Taking attendance: marking, undoing, and putting right what people say is wrong."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from pdtrack.attendance import emails, queries, rules
from pdtrack.attendance.models import AttendanceEntry, Objection, Presence
from pdtrack.attendance.queries import Part
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import audit, clock, filters
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.registration import actions as registrations
from pdtrack.registration import queries as registration_queries
from pdtrack.registration.models import Registration, Status


class NotMarkable(DomainError):
    """The attendance cannot be taken now."""


class AlreadyOpen(DomainError):
    """The person has said so already, and nobody has answered yet."""


class WasThere(DomainError):
    """The person is credited something, so the registration stays."""


class AlreadySettled(DomainError):
    """Somebody answered this already."""


class Entered(NamedTuple):
    """How many a paper sheet marked, and how many were marked otherwise and stay so."""

    present: int
    absent: int
    left: int


@action
def mark(
    *,
    registration: Registration,
    part: Part,
    presence: Presence,
    minutes: int | None = None,
    actor: Actor,
) -> AttendanceEntry:
    """Write down whether a person was there.

    Marking the same again changes nothing. Raises `NotMarkable` or `MinutesOutOfRange`.
    """
    # Two people may take attendance at two doors, and somebody may be moving the meeting.
    part = _locked(part, registration.course_session, registration)
    _check_markable(registration, part)
    credited = rules.minutes_for(presence, minutes=minutes, credited=part.credited_minutes)
    before = queries.find_newest(registration, part.meeting_id)
    if before and (before.presence, before.minutes) == (presence, credited):
        return before
    return _write(registration, part, presence, credited, actor=actor)


@action
def mark_rest_present(*, course_session: CourseSession, part: Part, actor: Actor) -> int:
    """Mark everybody present who has no mark yet, and say how many that were.

    Raises `NotMarkable`.
    """
    expected = queries.expected(course_session)
    # Somebody at the other door may be marking one of them absent.
    part = _locked(part, course_session, *expected)
    marks = queries.marks(course_session, part.meeting_id)
    unmarked = [
        registration
        for registration in expected
        if registration.status == Status.REGISTERED  # Who left before the lock spoils nothing.
        and registration.id not in marks
    ]
    for registration in unmarked:
        _check_markable(registration, part)
        _write(registration, part, Presence.PRESENT, part.credited_minutes, actor=actor)
    return len(unmarked)


@action
def enter_paper_sheet(
    *, course_session: CourseSession, part: Part, numbers: str, were: Presence, actor: Actor
) -> Entered:
    """Mark people by their numbers on the printed roster; whoever is marked otherwise stays so.

    Doing it again marks nobody. Raises `NotMarkable`, `NumbersUnclear` or `NumbersUnknown`.
    """
    expected = queries.expected(course_session)
    # As for the rest: somebody may be marking one of them, or leaving.
    part = _locked(part, course_session, *expected)
    number_of = registration_queries.row_numbers(course_session)
    rows = {number_of[each.id]: each for each in expected if each.status == Status.REGISTERED}
    marks = queries.marks(course_session, part.meeting_id)
    marked, left = Counter[Presence](), 0
    for number, presence in rules.presences(numbers, known=rows, were=were).items():
        holding = marks.get(rows[number].id)
        if holding is None:
            _check_markable(rows[number], part)
            minutes = rules.minutes_for(presence, minutes=None, credited=part.credited_minutes)
            _write(rows[number], part, presence, minutes, actor=actor)
            marked[presence] += 1
        elif holding.presence != presence:
            left += 1
    return Entered(marked[Presence.PRESENT], marked[Presence.ABSENT], left)


@action
def recredit(*, course_session: CourseSession, actor: Actor) -> int:
    """Let marks follow meetings that were made longer or shorter; say for how many people.

    Doing it again changes nothing.
    """
    expected = {each.id: each for each in queries.expected(course_session)}
    lock(*expected.values())
    parts = {each.meeting_id: each for each in queries.parts(course_session)}
    followed = set()
    for (registration_id, meeting_id), entry in queries.newest(course_session).items():
        registration, part = expected.get(registration_id), parts.get(meeting_id)
        if registration is None or part is None:
            continue
        minutes = rules.recredited(
            entry.presence, minutes=entry.minutes, credited=part.credited_minutes
        )
        if minutes != entry.minutes:
            _write(registration, part, entry.presence, minutes, actor=actor)
            followed.add(registration_id)
    return len(followed)


@action
def undo(*, registration: Registration, part: Part, actor: Actor) -> AttendanceEntry:
    """Take the last mark back; what held before it holds again, and both stay in the log.

    Raises `NothingToUndo`.
    """
    lock(registration)
    while True:  # A line that followed the meeting's new length is no step of its own.
        last, before = rules.undoing(queries.entries(registration, part.meeting_id))
        presence, minutes = (before.presence, before.minutes) if before else (Presence.UNMARKED, 0)
        minutes = rules.recredited(presence, minutes=minutes, credited=part.credited_minutes)
        entry = _write(registration, part, presence, minutes, undoes=last, actor=actor)
        if (presence, minutes) != (last.presence, last.minutes):
            return entry


@action
def raise_objection(
    *, registration: Registration, part: Part | None, text: str, actor: Actor
) -> Objection:
    """Say that a registration's attendance is wrong; the coordinator is told.

    Raises `AlreadyOpen` while an earlier word about the same meeting has no answer, and
    `NotMarkable` about a meeting that is still to come.
    """
    lock(registration)
    if part and not rules.may_be_marked(queries.begins(part, registration), clock.now()):
        raise NotMarkable("This meeting is still to come.", field="meeting")
    meeting_id = part.meeting_id if part else None
    is_open = any(
        each.settled_at is None and each.meeting_id == meeting_id
        for each in queries.objections_of(registration)
    )
    if is_open:
        raise AlreadyOpen("You told us already. The coordinator will answer by mail.")
    objection = Objection(
        registration=registration,
        meeting=part.meeting if part else None,
        text=text,
        raised_at=clock.now(),
    )
    db.session.add(objection)
    audit.record(
        actor,
        "attendance.objection_raised",
        objection,
        organization_id=registration.course_session.collaborative_id,
    )
    emails.objection_raised(objection)
    return objection


@action
def settle(*, objection: Objection, answer: str, actor: Actor) -> None:
    """Answer what somebody said is wrong; the person is told.

    Raises `AlreadySettled`.
    """
    lock(objection)
    if objection.settled_at is not None:
        raise AlreadySettled("Somebody answered this already. Reload the page to see it.")
    objection.settled_at = clock.now()
    objection.settled_by_id = actor.id
    objection.answer = answer
    audit.record(
        actor,
        "attendance.objection_settled",
        objection,
        organization_id=objection.registration.course_session.collaborative_id,
        after={"answer": answer},
    )
    emails.objection_settled(objection)


def _locked(part: Part, course_session: CourseSession, *registrations: Registration) -> Part:
    """Return a part as it is once nobody can change it or these registrations."""
    meeting = part.meeting
    lock(meeting or course_session, *registrations)
    minutes = meeting.credited_minutes if meeting else course_session.independent_minutes
    if not minutes or (meeting and meeting.cancelled_at is not None):
        raise NotMarkable("This was taken out of the session meanwhile, so it credits nothing.")
    return Part(meeting, minutes)


def _check_markable(registration: Registration, part: Part) -> None:
    if registration.status != Status.REGISTERED:
        raise NotMarkable(
            "This person no longer has a place in the session. Register them again first."
        )
    if registration.course_session.state == SessionState.CANCELLED:
        raise NotMarkable("This session was cancelled.")
    if not rules.may_be_marked(queries.begins(part, registration), clock.now()):
        what = "meeting" if part.meeting else "session"
        raise NotMarkable(
            f"This {what} has not begun. Attendance opens one hour before the {what} starts."
        )


def _write(
    registration: Registration,
    part: Part,
    presence: Presence,
    minutes: int,
    *,
    actor: Actor,
    undoes: AttendanceEntry | None = None,
) -> AttendanceEntry:
    entry = AttendanceEntry(
        registration_id=registration.id,
        meeting_id=part.meeting_id,
        presence=presence,
        minutes=minutes,
        recorded_at=clock.now(),
        recorded_by_id=actor.id,
        undoes_id=undoes.id if undoes else None,
    )
    db.session.add(entry)
    audit.record(
        actor,
        "attendance.undone" if undoes else "attendance.marked",
        registration,
        organization_id=registration.course_session.collaborative_id,
        after={"meeting_id": part.meeting_id, "presence": presence, "minutes": minutes},
    )
    return entry


@action
def remove(*, registration: Registration, reason: str, actor: Actor) -> list[Registration]:
    """Take a person off the roster who was not there; return who got the place instead.

    Reports count only who stays on it. Raises `WasThere`, and what
    `registration.actions.remove` raises.
    """
    course_session = registration.course_session
    lock(course_session, registration)
    newest = queries.newest_of(registration)
    credited = [(registration.id, each.meeting_id) for each in queries.parts(course_session)]
    minutes = sum(newest[key].minutes for key in credited if key in newest)
    if minutes:
        raise WasThere(
            f"{registration.person.display_name} was there for {filters.hours(minutes)}, and "
            "reports would lose them. Is that wrong? Then undo it on the attendance sheet first."
        )
    return registrations.remove(registration=registration, reason=reason, actor=actor)
