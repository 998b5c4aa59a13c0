"""Giving up a place, and taking one away."""

from __future__ import annotations

from pdtrack.catalog import actions as catalog
from pdtrack.catalog.models import CourseSession
from pdtrack.core import audit, clock, outbox
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, lock
from pdtrack.registration import emails, queries, rules
from pdtrack.registration.actions.line import rebalance
from pdtrack.registration.actions.refusals import HasBegun, NoLongerActive
from pdtrack.registration.models import Registration, Status


@action
def cancel(*, registration: Registration, actor: Actor) -> None:
    """Give up a place, or leave the line; a freed place goes to the first who waits.

    A cancelled registration stays cancelled: whoever wants back registers anew.
    Raises `NoLongerActive` or `HasBegun`.
    """
    course_session = registration.course_session
    lock(course_session, registration)
    before = _active_status(registration)
    if registration.completed_at is not None:
        raise HasBegun("You have completed this session, so it stays on your record.")
    if before.takes_place and rules.has_begun(course_session):
        raise HasBegun(
            "The session has begun, so you cannot cancel here anymore. Write to its contact person."
        )
    _end(registration, Status.CANCELLED, actor=actor)
    emails.cancelled(registration, was=before)
    rebalance(course_session=course_session, actor=actor)


@action
def remove(*, registration: Registration, reason: str, actor: Actor) -> list[Registration]:
    """Take a person off the roster or out of the line; the person is told the reason.

    Returns who was promoted. Raises `NoLongerActive`, or `HasBegun` when the session was completed.
    """
    course_session = registration.course_session
    lock(course_session, registration)
    before = _active_status(registration)
    if registration.completed_at is not None:
        raise HasBegun("This person has completed the session; revoke the certificate first.")
    _end(registration, Status.WITHDRAWN, reason=reason, actor=actor)
    if not course_session.has_ended:
        emails.removed(registration, was=before)
    return rebalance(course_session=course_session, actor=actor)


@action
def cancel_course_session(*, course_session: CourseSession, reason: str, actor: Actor) -> str:
    """Cancel a session and tell everybody who holds a place or waits, with other dates.

    Their registrations are withdrawn: nobody owes or holds anything anymore.
    Returns the batch of mail, which leaves in five minutes.
    """
    lock(course_session)
    catalog.mark_cancelled(course_session=course_session, reason=reason, actor=actor)
    batch = outbox.new_batch()
    others = queries.other_dates(course_session)
    for registration in queries.active(course_session):
        before = registration.status
        _end(registration, Status.WITHDRAWN, actor=actor)
        emails.course_session_cancelled(registration, was=before, others=others, batch=batch)
    return batch


def _end(
    registration: Registration, status: Status, *, reason: str | None = None, actor: Actor
) -> None:
    """Write that a registration is over: by the person, or withdrawn by the collaborative."""
    before, registration.status = registration.status, status
    registration.status_changed_at = clock.now()
    registration.ended_reason = reason
    audit.record(
        actor,
        f"registration.{status}",
        registration,
        organization_id=registration.course_session.collaborative_id,
        on_behalf_of_id=registration.person_id if actor.id != registration.person_id else None,
        before={"status": before},
        after={"status": status, "reason": reason},
    )


def _active_status(registration: Registration) -> Status:
    if not registration.status.is_active:
        raise NoLongerActive("This registration was ended already. Nothing was changed.")
    return registration.status
