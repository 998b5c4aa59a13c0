"""What people may do in which organization: giving roles, and ending them."""

from __future__ import annotations

from pdtrack.accounts import emails, queries
from pdtrack.accounts.models import Person, Role
from pdtrack.accounts.rules import may_be_ended, role_name
from pdtrack.core import audit, clock
from pdtrack.core.authz import Actor, RoleKind
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.organizations.models import Organization


class LastOne(DomainError):
    """Nobody else in the organization could invite others."""


@action
def grant(
    *, person: Person, kind: RoleKind, organization: Organization | None, actor: Actor
) -> Role:
    """Give somebody a role; whoever holds it already keeps it."""
    lock(person)
    organization_id = organization.id if organization else None
    held = queries.role_of(person.id, kind, organization_id)
    if held is not None:
        return held
    role = Role(person=person, kind=kind, organization=organization, given_at=clock.now())
    db.session.add(role)
    audit.record(
        actor,
        "role.given",
        role,
        organization_id=organization_id,
        after={"person_id": person.id, "role": kind},
    )
    return role


@action
def end(*, role: Role, actor: Actor) -> None:
    """Take a role from somebody, who is told. Raises `LastOne`."""
    same = [each for each in queries.roles_in(role.organization_id) if each.kind == role.kind]
    lock(*same)  # Two who end each other at once must not leave nobody.
    if role.ended_at is not None:
        return
    others = sum(each.ended_at is None for each in same if each.id != role.id)
    by_platform = actor.holds(RoleKind.PLATFORM_ADMINISTRATOR, None)
    if not may_be_ended(role.kind, others=others, by_platform=by_platform):
        name = role_name(role.kind)
        raise LastOne(f"This is the only {name}. Invite another {name} first.")
    role.ended_at = clock.now()
    audit.record(
        actor,
        "role.ended",
        role,
        organization_id=role.organization_id,
        after={"person_id": role.person_id, "role": role.kind},
    )
    if role.person_id != actor.id:
        emails.role_ended(role)
