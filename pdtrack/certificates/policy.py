"""Who may issue certificates, and who may see them."""

from __future__ import annotations

from pdtrack.catalog.models import CourseSession
from pdtrack.certificates.models import Certificate
from pdtrack.core.authz import Actor, RoleKind, rule


@rule
def may_issue(actor: Actor, course_session: CourseSession) -> bool:
    """The coordinators of the session's collaborative."""
    return actor.holds(RoleKind.COORDINATOR, course_session.collaborative_id)


@rule
def may_change(actor: Actor, certificate: Certificate) -> bool:
    """The coordinators of the collaborative that issued it."""
    return may_issue(actor, certificate.award.registration.course_session)


@rule
def may_see(actor: Actor, certificate: Certificate) -> bool:
    """Its holder, its issuer, and the district under whose employment it was earned."""
    if actor.id is not None and actor.id == certificate.person_id:
        return True
    employment = certificate.award.registration.employment
    if may_change(actor, certificate):
        return True
    if employment is None or employment.organization_id is None or employment.refused_at:
        return False
    return actor.holds(RoleKind.DISTRICT_ADMINISTRATOR, employment.organization_id)
