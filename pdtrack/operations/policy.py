"""Who may look behind the scenes."""

from __future__ import annotations

from pdtrack.core.authz import Actor, RoleKind, rule
from pdtrack.organizations.models import Organization


@rule
def may_operate(actor: Actor, _thing: object = None) -> bool:
    """Whoever runs the installation."""
    return actor.holds(RoleKind.PLATFORM_ADMINISTRATOR, None)


@rule
def may_read_mail(actor: Actor, collaborative: Organization) -> bool:
    """The collaborative's coordinators read what was sent in its name."""
    return actor.holds(RoleKind.COORDINATOR, collaborative.id)
