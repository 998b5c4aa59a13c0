"""Who may act for an organization."""

from __future__ import annotations

from pdtrack.core.authz import Actor, RoleKind, rule
from pdtrack.organizations.models import Organization


@rule
def may_coordinate(actor: Actor, collaborative: Organization) -> bool:
    """The collaborative's coordinators."""
    return actor.holds(RoleKind.COORDINATOR, collaborative.id)


@rule
def may_enter_desk(actor: Actor, collaborative: Organization) -> bool:
    """Everybody with a role in the collaborative; each page decides again what it shows."""
    kinds = (RoleKind.COORDINATOR, RoleKind.PRESENTER, RoleKind.BOARD_MEMBER)
    return any(actor.holds(kind, collaborative.id) for kind in kinds)


@rule
def may_read_figures(actor: Actor, collaborative: Organization) -> bool:
    """Coordinators and board members: the board answers for what the collaborative does."""
    kinds = (RoleKind.COORDINATOR, RoleKind.BOARD_MEMBER)
    return any(actor.holds(kind, collaborative.id) for kind in kinds)


@rule
def may_administer_district(actor: Actor, district: Organization) -> bool:
    """The district's own administrators."""
    return actor.holds(RoleKind.DISTRICT_ADMINISTRATOR, district.id)


@rule
def may_administer_platform(actor: Actor, _thing: object = None) -> bool:
    """Whoever runs the installation."""
    return actor.holds(RoleKind.PLATFORM_ADMINISTRATOR, None)
