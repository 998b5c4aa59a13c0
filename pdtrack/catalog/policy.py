"""Who may see, edit and teach what is on offer."""

from __future__ import annotations

from pdtrack.catalog.models import Course, CourseSession, SessionState, Venue
from pdtrack.core.authz import Actor, RoleKind, rule
from pdtrack.organizations.models import Organization


@rule
def may_see(actor: Actor, course_session: CourseSession) -> bool:
    """Everybody once it is published, cancelled ones included; a draft only its own staff."""
    return course_session.state != SessionState.DRAFT or may_teach(actor, course_session)


@rule
def may_edit(actor: Actor, thing: CourseSession | Course | Venue) -> bool:
    """The coordinators of the collaborative that it belongs to."""
    return actor.holds(RoleKind.COORDINATOR, thing.collaborative_id)


@rule
def may_teach(actor: Actor, course_session: CourseSession) -> bool:
    """The collaborative's coordinators, and whoever presents this session."""
    if actor.holds(RoleKind.COORDINATOR, course_session.collaborative_id):
        return True
    return actor.id is not None and any(
        presenter.id == actor.id for presenter in course_session.presenters
    )


@rule
def may_offer(actor: Actor, collaborative: Organization) -> bool:
    """The collaborative's coordinators: they keep its courses, venues and sessions."""
    return actor.holds(RoleKind.COORDINATOR, collaborative.id)
