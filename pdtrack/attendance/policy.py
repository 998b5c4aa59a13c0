"""Who may take attendance, and who may say that it is wrong."""

from __future__ import annotations

from pdtrack.attendance.models import Objection
from pdtrack.catalog import policy as catalog
from pdtrack.catalog.models import CourseSession
from pdtrack.core.authz import Actor, RoleKind, rule
from pdtrack.organizations.models import Organization
from pdtrack.registration.models import Registration


@rule
def may_mark(actor: Actor, course_session: CourseSession) -> bool:
    """The coordinators of its collaborative, and its own presenters."""
    return catalog.may_teach(actor, course_session)


@rule
def may_see_unposted(actor: Actor, collaborative: Organization) -> bool:
    """Coordinators for every session, presenters for their own."""
    kinds = (RoleKind.COORDINATOR, RoleKind.PRESENTER)
    return any(actor.holds(kind, collaborative.id) for kind in kinds)


@rule
def may_settle(actor: Actor, objection: Objection) -> bool:
    """The coordinators of the session's collaborative."""
    course_session = objection.registration.course_session
    return actor.holds(RoleKind.COORDINATOR, course_session.collaborative_id)


@rule
def may_see_own(actor: Actor, registration: Registration) -> bool:
    """The person whose registration it is."""
    return actor.id is not None and actor.id == registration.person_id
