"""Who may work at a collaborative's desk, and on which of its sessions."""

from __future__ import annotations

from pdtrack.catalog import policy as catalog
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core.authz import Actor, RoleKind, rule
from pdtrack.organizations.models import Organization


@rule
def may_work_here(actor: Actor, collaborative: Organization) -> bool:
    """Coordinators for every session, presenters for their own; the board reads figures."""
    kinds = (RoleKind.COORDINATOR, RoleKind.PRESENTER)
    return any(actor.holds(kind, collaborative.id) for kind in kinds)


@rule
def may_see_session(actor: Actor, course_session: CourseSession) -> bool:
    """The collaborative's coordinators, and whoever presents the session."""
    return catalog.may_teach(actor, course_session)


@rule
def may_change(actor: Actor, course_session: CourseSession) -> bool:
    """The collaborative's coordinators, as long as the session is not cancelled."""
    is_open = course_session.state != SessionState.CANCELLED
    return is_open and catalog.may_edit(actor, course_session)


@rule
def may_plan_meetings(actor: Actor, course_session: CourseSession) -> bool:
    """Whoever may change the session, if it has meetings at all: self-paced work has none."""
    return may_change(actor, course_session) and not course_session.is_self_paced
