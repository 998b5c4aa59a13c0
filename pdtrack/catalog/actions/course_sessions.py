"""Writing sessions: from a draft to its publication, its changes and its cancellation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete

from pdtrack.accounts.models import Person
from pdtrack.catalog import queries, rules, schedule, search
from pdtrack.catalog.actions.courses import CourseRetired
from pdtrack.catalog.actions.refusals import DetailsRefused, WrongState, refuse_unfit
from pdtrack.catalog.details import SessionDetails
from pdtrack.catalog.models import (
    Course,
    CourseSession,
    Format,
    SessionPresenter,
    SessionState,
    Venue,
)
from pdtrack.core import audit, clock
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import Stale

# A change of these changes where people go, so calendars must hear of it.
_PLACE = {"venue_id", "format"}
# How to join is for the registered alone: the link, and the passcode that stands beside it.
_SECRETS = {"online_link": "[link]", "online_note": "[note]"}
# Left behind by a copy: the dates of the original's own run.
_DATES = {"opens_on": None, "due_on": None}


@action
def create_course_session(
    *, course: Course, details: SessionDetails, actor: Actor
) -> CourseSession:
    """Begin a session of a course as a draft, which only its staff sees."""
    if course.retired_at is not None:
        raise CourseRetired("This course is retired. Take it into use again first.")
    _check(course.collaborative_id, details)
    course_session = CourseSession(
        course=course,
        collaborative=course.collaborative,
        topic=course.topic,
        state=SessionState.DRAFT,
        changed_at=clock.now(),
        version=1,
        **dict(details.items()),
    )
    db.session.add(course_session)
    db.session.flush()
    schedule.recompute(course_session)
    search.index(course_session)
    audit.record(
        actor,
        "course_session.created",
        course_session,
        organization_id=course.collaborative_id,
        after={"title": course_session.title},
    )
    return course_session


@action
def edit_course_session(
    *,
    course_session: CourseSession,
    details: SessionDetails,
    version: int | None = None,
    actor: Actor,
) -> CourseSession:
    """Change what a session says; once published it must stay fit to be.

    Raises `Stale` when somebody changed it since `version` was shown, `DetailsRefused`
    and `NotFit`; saying once more what it says already is none of these. A new
    capacity promotes nobody by itself: whoever calls this and knows the waitlist
    rebalances it in the same action.
    """
    lock(course_session)
    if course_session.state == SessionState.CANCELLED:
        raise WrongState("This session was cancelled. Copy it to hold it after all.")
    changed = {n: v for n, v in details.items() if getattr(course_session, n) != v}
    if not changed:
        return course_session  # Also the second click of two, whose form is stale by now.
    if version is not None and version != course_session.version:
        raise Stale(
            "Somebody else changed this session while you were editing it. "
            "Open it again to see the change, then make yours."
        )
    _check(course_session.collaborative_id, details, course_session)
    before = {name: getattr(course_session, name) for name in changed}
    for name, value in changed.items():
        setattr(course_session, name, value)
    _settle(course_session, has_moved=bool(_PLACE & changed.keys()))
    audit.record(
        actor,
        "course_session.edited",
        course_session,
        organization_id=course_session.collaborative_id,
        before=_written(before),
        after=_written(changed),
    )
    return course_session


@action
def set_presenters(
    *, course_session: CourseSession, people: Sequence[Person], actor: Actor
) -> CourseSession:
    """Say who teaches a session and may take its attendance."""
    lock(course_session)
    before = sorted(person.id for person in course_session.presenters)
    after = sorted({person.id for person in people})
    if before == after:
        return course_session
    db.session.execute(
        delete(SessionPresenter).where(SessionPresenter.course_session_id == course_session.id)
    )
    db.session.add_all(
        SessionPresenter(course_session_id=course_session.id, person_id=person_id)
        for person_id in after
    )
    db.session.flush()
    db.session.refresh(course_session, ["presenters"])
    schedule.touch(course_session)
    search.index(course_session)
    audit.record(
        actor,
        "course_session.presenters_set",
        course_session,
        organization_id=course_session.collaborative_id,
        before={"presenters": before},
        after={"presenters": after},
    )
    return course_session


@action
def publish(*, course_session: CourseSession, actor: Actor) -> CourseSession:
    """Show a draft to everybody and let people register.

    Raises `NotFit` with everything that is missing, or `WrongState`.
    """
    lock(course_session)
    if course_session.state == SessionState.PUBLISHED:
        raise WrongState("This session is published already.")
    if course_session.state == SessionState.CANCELLED:
        raise WrongState("This session was cancelled. Copy it to hold it after all.")
    schedule.recompute(course_session)
    refuse_unfit(queries.reasons_not_to_publish(course_session))
    course_session.state = SessionState.PUBLISHED
    course_session.published_at = clock.now()
    schedule.touch(course_session)
    db.session.flush()
    search.index(course_session)
    audit.record(
        actor,
        "course_session.published",
        course_session,
        organization_id=course_session.collaborative_id,
    )
    return course_session


@action
def mark_cancelled(*, course_session: CourseSession, reason: str, actor: Actor) -> CourseSession:
    """Cancel a session: it takes nobody anymore, and stays visible as cancelled.

    People are told by registration, which calls this; a draft is cancelled silently.
    """
    lock(course_session)
    if course_session.state == SessionState.CANCELLED:
        raise WrongState("This session was cancelled already.")
    if not reason.strip() and course_session.state != SessionState.DRAFT:
        raise DetailsRefused("Say why, for those who registered.", field="reason")
    before = course_session.state
    schedule.raise_sequence(course_session)
    course_session.state = SessionState.CANCELLED
    course_session.cancelled_at = clock.now()
    course_session.cancellation_reason = reason.strip() or None
    schedule.touch(course_session)
    db.session.flush()
    search.index(course_session)
    audit.record(
        actor,
        "course_session.cancelled",
        course_session,
        organization_id=course_session.collaborative_id,
        before={"state": before},
        after={"state": course_session.state, "reason": course_session.cancellation_reason},
    )
    return course_session


@action
def copy_course_session(*, course_session: CourseSession, actor: Actor) -> CourseSession:
    """Begin a new draft with everything of a session but its dates, and return it.

    Its deadlines are relative, so they follow whatever dates it gets; the original
    is not touched.
    """
    left_behind: dict[str, Any] = dict(_DATES)
    if course_session.venue is not None and course_session.venue.retired_at is not None:
        left_behind["venue_id"] = None
    details = SessionDetails(**{**dict(SessionDetails.of(course_session).items()), **left_behind})
    copied = create_course_session(course=course_session.course, details=details, actor=actor)
    copied.copied_from_id = course_session.id
    set_presenters(course_session=copied, people=course_session.presenters, actor=actor)
    copied.version = 1  # Nobody has seen it before, so nobody has touched it.
    audit.record(
        actor,
        "course_session.copied",
        copied,
        organization_id=copied.collaborative_id,
        after={"from": course_session.id},
    )
    return copied


def _check(
    collaborative_id: int, details: SessionDetails, now: CourseSession | None = None
) -> None:
    for problem in rules.detail_problems(details):
        raise DetailsRefused(problem.message, field=problem.field)
    if details.format == Format.SELF_PACED and now and schedule.standing_meetings(now):
        raise DetailsRefused(
            "Take its meetings out first: self-paced work has none.", field="format"
        )
    if details.venue_id is None or (now and now.venue_id == details.venue_id):
        return
    venue = db.session.get(Venue, details.venue_id)
    if venue is None or venue.collaborative_id != collaborative_id or venue.retired_at:
        raise DetailsRefused("Choose a venue from the list.", field="venue_id")


def _settle(course_session: CourseSession, *, has_moved: bool) -> None:
    db.session.flush()
    db.session.refresh(course_session, ["venue"])
    schedule.recompute(course_session)
    if has_moved:
        schedule.raise_sequence(course_session)
    schedule.touch(course_session)
    db.session.flush()
    if course_session.state == SessionState.PUBLISHED:
        refuse_unfit(queries.reasons_not_to_publish(course_session))
    search.index(course_session)


def _written(values: dict[str, Any]) -> dict[str, Any]:
    """Return values as JSON keeps them; of how to join, which is a secret, only that it changed."""
    return {
        name: _SECRETS[name]
        if name in _SECRETS and value
        else value.isoformat()
        if isinstance(value, date | datetime)
        else value
        for name, value in values.items()
    }
