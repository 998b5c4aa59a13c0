"""Who may read reports."""

from __future__ import annotations

from pdtrack.core.authz import Actor, RoleKind, rule
from pdtrack.organizations import policy as organizations
from pdtrack.organizations.models import Organization


@rule
def may_read_district_attendance(actor: Actor, district: Organization) -> bool:
    """The district's administrators: it is about their own staff, by name."""
    return organizations.may_administer_district(actor, district)


@rule
def may_read_attendance(actor: Actor, collaborative: Organization) -> bool:
    """The collaborative's coordinators; board members read figures, not names."""
    return actor.holds(RoleKind.COORDINATOR, collaborative.id)


@rule
def may_read_year(actor: Actor, collaborative: Organization) -> bool:
    """Coordinators and board members."""
    return organizations.may_read_figures(actor, collaborative)
