"""Moving the line up."""

from __future__ import annotations

from pdtrack.catalog.models import CourseSession
from pdtrack.core import audit, clock
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, lock
from pdtrack.registration import emails, queries, rules
from pdtrack.registration.actions.pricing import set_price
from pdtrack.registration.models import Registration, Status


@action
def rebalance(*, course_session: CourseSession, actor: Actor) -> list[Registration]:
    """Promote as many from the line, in its order, as places are free, and tell them.

    Every path that frees or adds places calls this; calling it once more changes nothing.
    """
    lock(course_session)  # Two freed places must go to two people.
    free = rules.promotions(
        capacity=course_session.capacity,
        counts=queries.count(course_session),
        is_cut_off=rules.is_cut_off(course_session),
    )
    if not free:
        return []
    promoted = list(queries.line(course_session, limit=free))
    for registration in promoted:
        promote(registration, actor)
    return promoted


def promote(registration: Registration, actor: Actor) -> None:
    """Give somebody who waits a place, and tell that person; call inside an action."""
    registration.status = Status.REGISTERED
    registration.status_changed_at = clock.now()
    # What holds on the day of getting in: the employer may have confirmed the person meanwhile.
    set_price(registration)
    audit.record(
        actor,
        "registration.promoted",
        registration,
        organization_id=registration.course_session.collaborative_id,
        on_behalf_of_id=registration.person_id,
        before={"status": Status.WAITLISTED},
        after={"status": Status.REGISTERED, "price_cents": registration.price_cents},
    )
    emails.promoted(registration)
