"""Telling everybody what has changed about a session they registered for."""

from __future__ import annotations

from collections.abc import Sequence

from pdtrack.catalog.models import CourseSession, Meeting
from pdtrack.core import audit, outbox
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, lock
from pdtrack.registration import emails, queries
from pdtrack.registration.models import Registration, Status


@action
def tell_of_change(
    *,
    course_session: CourseSession,
    changes: Sequence[str],
    dropped: Sequence[Meeting] = (),
    actor: Actor,
) -> str:
    """Tell everybody with a place, or in line, what has changed; calendars follow.

    `changes` are whole sentences; `dropped` are meetings that do not take place
    anymore. Returns the batch of mail, which leaves in five minutes.
    """
    lock(course_session)
    batch = outbox.new_batch()
    people = queries.active(course_session)
    for registration in people:
        emails.course_session_changed(registration, changes=changes, dropped=dropped, batch=batch)
    audit.record(
        actor,
        "course_session.change_told",
        course_session,
        organization_id=course_session.collaborative_id,
        after={"people": len(people), "changes": list(changes)},
    )
    return batch


@action
def remind(*, registration: Registration, condition: str | None = None, actor: Actor) -> None:
    """Remind a person of the session; messaging decides whom and when.

    What has ended meanwhile is passed over. `condition` says whether the mail still
    holds when it leaves.
    """
    if registration.status == Status.REGISTERED:
        emails.reminder(registration, condition=condition)
        audit.record(
            actor,
            "registration.reminded",
            registration,
            organization_id=registration.course_session.collaborative_id,
            on_behalf_of_id=registration.person_id,
        )
