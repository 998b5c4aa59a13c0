"""Who may register, read a roster, and act for others."""

from __future__ import annotations

from pdtrack.catalog import policy as catalog
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core.authz import Actor, ActorKind, rule
from pdtrack.organizations import policy as organizations
from pdtrack.organizations.models import Organization
from pdtrack.registration.models import Registration


@rule
def may_register(actor: Actor, course_session: CourseSession) -> bool:
    """Everybody who is signed in, for whatever was published; a cancelled one says so."""
    return actor.kind == ActorKind.PERSON and course_session.state != SessionState.DRAFT


@rule
def may_see(actor: Actor, registration: Registration) -> bool:
    """The person whose registration it is."""
    return actor.id is not None and actor.id == registration.person_id


@rule
def may_cancel(actor: Actor, registration: Registration) -> bool:
    """The person whose registration it is; staff remove people on the roster, with a reason."""
    return may_see(actor, registration)


@rule
def may_read_roster(actor: Actor, course_session: CourseSession) -> bool:
    """The collaborative's coordinators, and whoever presents the session."""
    return catalog.may_teach(actor, course_session)


@rule
def may_change_roster(actor: Actor, course_session: CourseSession) -> bool:
    """The collaborative's coordinators; they also see prices and purchase orders."""
    return catalog.may_edit(actor, course_session)


@rule
def may_read_district(actor: Actor, district: Organization) -> bool:
    """The district's own administrators."""
    return organizations.may_administer_district(actor, district)
