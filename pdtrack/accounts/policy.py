"""Who may see people, speak for employers, and give roles."""

from __future__ import annotations

from pdtrack.accounts import acquaintance
from pdtrack.accounts.models import Employment, Person
from pdtrack.core import clock
from pdtrack.core.authz import Actor, RoleKind, rule
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import District, Organization


@rule
def may_see_person(actor: Actor, person: Person) -> bool:
    """The person, administrators of districts that employ them, coordinators who know them."""
    if actor.id == person.id:
        return True
    return any(_administers(actor, each) for each in person.employments) or _knows(actor, person)


@rule
def may_rename(actor: Actor, person: Person) -> bool:
    """Today's staff of somebody without an account; everybody else changes their own name."""
    if person.has_account:
        return False
    today = clock.today()
    current = [each for each in person.employments if each.is_current(today)]
    return any(_administers(actor, each) for each in current) or _knows(actor, person)


@rule
def may_confirm(actor: Actor, employment: Employment) -> bool:
    """The employer's own staff: a district's administrators, a collaborative's coordinators."""
    organization_id = employment.organization_id
    if organization_id is None:
        return False
    kinds = (RoleKind.DISTRICT_ADMINISTRATOR, RoleKind.COORDINATOR)
    return any(actor.holds(kind, organization_id) for kind in kinds)


@rule
def may_change_employment(actor: Actor, employment: Employment) -> bool:
    """The employer's own staff, and coordinators for people without an account."""
    return may_confirm(actor, employment) or may_rename(actor, employment.person)


@rule
def may_give_roles(actor: Actor, organization: Organization | None) -> bool:
    """Those who hold the organization's highest role; the platform's own for the installation."""
    if organization is None:
        return actor.holds(RoleKind.PLATFORM_ADMINISTRATOR, None)
    is_district = isinstance(organization, District)
    kind = RoleKind.DISTRICT_ADMINISTRATOR if is_district else RoleKind.COORDINATOR
    return actor.holds(kind, organization.id)


def _administers(actor: Actor, employment: Employment) -> bool:
    return employment.organization_id is not None and actor.holds(
        RoleKind.DISTRICT_ADMINISTRATOR, employment.organization_id
    )


def _knows(actor: Actor, person: Person) -> bool:
    if actor.holds(RoleKind.PLATFORM_ADMINISTRATOR, None):
        return True
    return any(
        acquaintance.person_known_to(each.id, person.id)
        for each in organizations.collaboratives()
        if actor.holds(RoleKind.COORDINATOR, each.id)
    )
