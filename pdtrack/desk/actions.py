"""What coordinators do with sessions that also concerns those who registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pdtrack.attendance import actions as attendance
from pdtrack.attendance.rules import may_be_marked_from
from pdtrack.catalog import actions as catalog
from pdtrack.catalog import queries as catalog_queries
from pdtrack.catalog.details import PlannedMeeting, SessionDetails, VenueDetails
from pdtrack.catalog.models import Course, CourseSession, SessionState, Venue
from pdtrack.certificates import queries as certificates
from pdtrack.core import audit, clock, filters, outbox
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, lock
from pdtrack.core.errors import DomainError
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.desk import queries, rules
from pdtrack.desk.rules import Plan, Preview, Telling
from pdtrack.registration import actions as registration
from pdtrack.registration import queries as registrations
from pdtrack.registration.models import Registration


class CapacityTaken(DomainError):
    """More people hold a place than there would be."""


class MeetingHeld(DomainError):
    """Attendance was taken at a meeting that was to be taken out."""

    def __init__(self, message: str, *, meeting_id: int) -> None:
        super().__init__(message)
        self.meeting_id = meeting_id


class AlreadyHeld(DomainError):
    """The session has taken place, so it cannot be cancelled anymore."""


class MailHasLeft(DomainError):
    """The mail cannot be taken back anymore."""


class AskFirst(DomainError):
    """Time or place change for people, and nobody said whether to tell them; nothing is saved."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("Say whether the people are told of this change.")
        self.preview = preview


@dataclass(frozen=True)
class Saved:
    """What saving brought about beside the change itself."""

    promoted: list[Registration] = field(default_factory=list)
    recredited: int = 0
    # Certificates that say other hours than are on record once it is saved.
    outdated: int = 0
    mails: int = 0
    unreachable: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """What was told about one session, by which mail, and who has no address for it."""

    course_session: CourseSession
    changes: list[str]
    mails: Sequence[OutgoingEmail]
    unreachable: list[str]


@dataclass(frozen=True)
class TakenBack:
    """How much mail was kept from leaving, and how much had left before."""

    mails: int
    left: int


@action
def begin_course_session(*, course: Course, details: SessionDetails, actor: Actor) -> CourseSession:
    """Begin a draft; the same form sent twice finds the draft that it made."""
    lock(course)
    twin = queries.untouched_twin(course, details)
    return twin or catalog.create_course_session(course=course, details=details, actor=actor)


@action
def copy_course_session(*, course_session: CourseSession, actor: Actor) -> CourseSession:
    """Begin a draft with everything of a session but its dates; once, if clicked twice."""
    lock(course_session)
    copied = queries.untouched_copy(course_session)
    return copied or catalog.copy_course_session(course_session=course_session, actor=actor)


@action
def save_course_session(
    *,
    course_session: CourseSession,
    details: SessionDetails,
    version: int,
    telling: Telling = Telling.ASK,
    actor: Actor,
) -> Saved:
    """Change what a session says; places that this adds or frees go to those who wait.

    Raises what `catalog.actions.edit_course_session` raises, `CapacityTaken`, and
    `AskFirst` when people plan by what changes and `telling` does not say what to do.
    """
    lock(course_session)
    before = rules.plan_of(course_session)
    if details.capacity < course_session.capacity:
        _refuse_below_taken(course_session, details.capacity)
    _refuse_due_in_the_past(course_session, details)
    catalog.edit_course_session(
        course_session=course_session, details=details, version=version, actor=actor
    )
    return _follow(course_session, before, telling, actor=actor)


@action
def save_meetings(
    *,
    course_session: CourseSession,
    meetings: Sequence[PlannedMeeting],
    version: int,
    telling: Telling = Telling.ASK,
    actor: Actor,
) -> Saved:
    """Change when and where a session meets; one that is put off promotes those who wait again.

    Raises what `catalog.actions.set_meetings` raises, `MeetingHeld`, and `AskFirst`
    as `save_course_session` does.
    """
    lock(course_session)
    before = rules.plan_of(course_session)
    if version == course_session.version:  # Of other meetings than it was shown, a form is stale.
        _refuse_past(course_session, meetings, before)
        _refuse_taking_out_held(course_session, meetings, before)
        _refuse_putting_off_held(course_session, meetings, before)
    catalog.set_meetings(
        course_session=course_session, meetings=meetings, version=version, actor=actor
    )
    return _follow(course_session, before, telling, actor=actor)


@action
def save_venue(
    *, venue: Venue, details: VenueDetails, telling: Telling = Telling.ASK, actor: Actor
) -> Saved:
    """Change a venue, and tell everybody who is to come there where it is now.

    Raises `AskFirst` as `save_course_session` does.
    """
    lock(venue, *catalog_queries.sessions_at(venue))
    sessions = catalog_queries.sessions_at(venue)  # As they are under the lock, with meetings.
    before = {each.id: rules.plan_of(each) for each in sessions}
    catalog.edit_venue(venue=venue, details=details, actor=actor)
    if telling == Telling.QUIETLY:
        return Saved()
    told = [_tell(each, before[each.id], actor=actor) for each in sessions]
    return _ask_or_say([each for each in told if each], telling, with_titles=True)


@action
def cancel_course_session(*, course_session: CourseSession, reason: str, actor: Actor) -> Saved:
    """Cancel a session and tell everybody, by mail that leaves in five minutes.

    Mail of a change that has not left is taken back: it is not true anymore. Raises
    `AlreadyHeld` once it is over or anybody was credited anything.
    """
    people = registrations.active(course_session)
    # Nobody marks anybody present between the question below and its answer.
    lock(course_session, *people)
    if course_session.state == SessionState.PUBLISHED and course_session.has_ended:
        raise AlreadyHeld("This session is over, so it cannot be cancelled anymore.")
    if queries.has_credit(course_session):
        instead = (
            "Set an earlier day by which the work is due instead."
            if course_session.is_self_paced
            else "Take the meetings that do not take place out of its meetings instead."
        )
        raise AlreadyHeld(f"Attendance was taken, so people have earned hours here. {instead}")
    for earlier in queries.batches_waiting(course_session):
        outbox.undo(earlier)
    batch = registration.cancel_course_session(
        course_session=course_session, reason=reason, actor=actor
    )
    return Saved(
        mails=len(queries.mails_waiting(course_session, batch)),
        unreachable=[each.person.display_name for each in people if each.person.email is None],
    )


@action
def undo_mail(*, course_session: CourseSession, batch: str, actor: Actor) -> TakenBack:
    """Take back the mail of a batch that has not left, and return how much that was.

    What the mail told about stays as it is. Raises `MailHasLeft` when nothing is left to
    take back.
    """
    lock(course_session)
    mails = outbox.undo(batch) if queries.mails_waiting(course_session, batch) else 0
    states = queries.states_of_mail(course_session, batch)
    undone = states.pop(MailState.UNDONE, 0)
    if not mails:
        raise MailHasLeft(
            "This mail was taken back already."
            if undone
            else "This mail has left already, so it cannot be taken back."
        )
    audit.record(
        actor,
        "course_session.mail_undone",
        course_session,
        organization_id=course_session.collaborative_id,
        after={"mails": mails},
    )
    return TakenBack(mails, left=sum(states.values()))


def _refuse_below_taken(course_session: CourseSession, capacity: int) -> None:
    taken = registrations.count(course_session).taken
    if capacity < taken:
        people = filters.plural(taken, "person holds", "people hold")
        raise CapacityTaken(
            f"{people} a place already, so there must be at least {taken:,}. "
            "Take people off the roster first if the room is smaller.",
            field="capacity",
        )


def _refuse_due_in_the_past(course_session: CourseSession, details: SessionDetails) -> None:
    is_new = details.due_on != course_session.due_on
    if is_new and details.due_on and details.due_on < clock.today():
        raise catalog.DetailsRefused("This is in the past. Check the date.", field="due_on")


def _refuse_past(
    course_session: CourseSession, meetings: Sequence[PlannedMeeting], before: Plan
) -> None:
    now, has_begun = clock.now(), course_session.has_started
    for index, planned in enumerate(meetings):
        if rules.is_new_in_the_past(planned, before.meetings, now=now, has_begun=has_begun):
            raise catalog.MeetingRefused(
                "This is in the past. Check the date.", field="starts_at", index=index
            )


def _refuse_taking_out_held(
    course_session: CourseSession, meetings: Sequence[PlannedMeeting], before: Plan
) -> None:
    taken_out = before.meetings.keys() - {each.id for each in meetings}
    if not taken_out:
        return
    for meeting_id in taken_out & queries.held_meetings(course_session):
        raise MeetingHeld(
            f"People were present on {before.meetings[meeting_id].written}, so this meeting "
            "stays. Undo their attendance first if it was marked by mistake.",
            meeting_id=meeting_id,
        )


def _refuse_putting_off_held(
    course_session: CourseSession, meetings: Sequence[PlannedMeeting], before: Plan
) -> None:
    now = clock.now()
    ahead = {
        each.id: index
        for index, each in enumerate(meetings)
        if each.id in before.meetings and may_be_marked_from(each.starts_at) > now
    }
    if all(may_be_marked_from(before.meetings[key].starts_at) > now for key in ahead if key):
        return
    for meeting_id in ahead.keys() & queries.held_meetings(course_session):
        raise catalog.MeetingRefused(
            f"People were present on {before.meetings[meeting_id].written}, so this meeting is not "
            "put off. Add another one, or undo their attendance if it was marked by mistake.",
            field="starts_at",
            index=ahead[meeting_id],
        )


def _follow(
    course_session: CourseSession, before: Plan, telling: Telling, *, actor: Actor
) -> Saved:
    """Move the line up where there is room, let marks follow, tell everybody what has changed."""
    promoted = registration.rebalance(course_session=course_session, actor=actor)
    followed = _recredit(course_session, before, actor=actor)
    told = None if telling == Telling.QUIETLY else _tell(course_session, before, actor=actor)
    saved = _ask_or_say([told] if told else [], telling, outdated=followed.outdated)
    return replace(saved, promoted=promoted, recredited=followed.recredited)


def _recredit(course_session: CourseSession, before: Plan, *, actor: Actor) -> Saved:
    """Let attendance that was taken follow what is credited now; certificates stay as they are."""
    is_other = rules.credits_otherwise(before, rules.plan_of(course_session))
    if not is_other or not queries.has_credit(course_session):
        return Saved()
    recredited = attendance.recredit(course_session=course_session, actor=actor)
    return Saved(recredited=recredited, outdated=certificates.count_changed(course_session))


def _tell(course_session: CourseSession, before: Plan, *, actor: Actor) -> Told | None:
    """Tell everybody of a change of time or place; the mail can be taken back."""
    now = clock.now()
    changes = rules.changes(before, rules.plan_of(course_session), now)
    if not changes or not rules.is_worth_telling(course_session, before, now):
        return None
    people = registrations.active(course_session)
    if not people:
        return None
    standing = {each.id for each in course_session.meetings if each.cancelled_at is None}
    batch = registration.tell_of_change(
        course_session=course_session,
        changes=changes,
        dropped=[
            each
            for each in course_session.meetings
            if each.id in before.meetings and each.id not in standing
        ],
        actor=actor,
    )
    return Told(
        course_session,
        changes,
        queries.mails_waiting(course_session, batch),
        [each.person.display_name for each in people if each.person.email is None],
    )


def _ask_or_say(
    told: Sequence[Told], telling: Telling, *, outdated: int = 0, with_titles: bool = False
) -> Saved:
    """Say how many were told; or ask first, which takes the change and the mail back."""
    mails = [mail for each in told for mail in each.mails]
    unreachable = list(dict.fromkeys(name for each in told for name in each.unreachable))
    if telling == Telling.ASK and mails:
        changes = [
            f"{rules.dated_title(each.course_session)}: {change}" if with_titles else change
            for each in told
            for change in each.changes
        ]
        raise AskFirst(
            Preview(changes, mails[0].subject, mails[0].text, len(mails), unreachable, outdated)
        )
    return Saved(outdated=outdated, mails=len(mails), unreachable=unreachable)
