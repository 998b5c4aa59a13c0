"""Offering roles to whoever holds an address: inviting, withdrawing, accepting."""

from __future__ import annotations

from pdtrack.accounts import emails, links, queries
from pdtrack.accounts.actions import roles
from pdtrack.accounts.models import Invitation, Person, Role
from pdtrack.accounts.rules import kinds_in, role_name
from pdtrack.core import audit, clock, tokens
from pdtrack.core.authz import Actor, RoleKind
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.core.tokens import LinkNoLongerWorks
from pdtrack.organizations.models import Organization


class WrongRole(DomainError):
    """The organization has no such role to give."""


class AlreadyHeld(DomainError):
    """Whoever holds the address has the role."""


class NotTheirAddress(DomainError):
    """The invitation was sent to an address that the person has not verified."""


@action
def invite(
    *, address: str, kind: RoleKind, organization: Organization | None, actor: Person
) -> Invitation:
    """Offer a role to whoever holds an address; an older offer of the same stops working.

    An offer of a moment ago stands: its link is on its way, and a second would end it.
    The other administrators of a district are told. Raises `WrongRole` or `AlreadyHeld`.
    """
    lock(actor)  # Two clicks of one person make one invitation.
    organization_id = organization.id if organization else None
    if kind not in kinds_in(organization.kind if organization else None):
        raise WrongRole("Choose one of the roles on the list.", field="role")
    if any(_has_address(person, address) for person in queries.holders(kind, organization_id)):
        raise AlreadyHeld(f"Whoever holds {address} is {role_name(kind)} already.", field="email")

    for older in queries.open_invitations(organization_id):
        if older.address == address and older.kind == kind:
            if clock.now() - older.invited_at < clock.SLIP_OF_THE_MOUSE:
                return older
            withdraw(invitation=older, actor=actor)
    invitation = Invitation(
        address=address,
        kind=kind,
        organization=organization,
        invited_by=actor,
        invited_at=clock.now(),
    )
    db.session.add(invitation)
    _record(actor, "invitation.sent", invitation)
    emails.invited(invitation)
    if kind == RoleKind.DISTRICT_ADMINISTRATOR:
        emails.administrator_invited(invitation, _others(invitation, actor))
    return invitation


@action
def withdraw(*, invitation: Invitation, actor: Actor) -> None:
    """Take an offer back; its link stops working."""
    lock(invitation)
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        return
    invitation.withdrawn_at = clock.now()
    tokens.forget(links.INVITATION, invitation.id)
    _record(actor, "invitation.withdrawn", invitation)


@action
def accept(*, token: str, person: Person, actor: Actor) -> Role:
    """Take the role that a link offers, once; only its address's holder can.

    The other administrators of a district are told. Raises `LinkNoLongerWorks` or
    `NotTheirAddress`.
    """
    invitation = links.offered_invitation(token)
    lock(invitation)  # Two browsers, one link: the second finds it used.
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise LinkNoLongerWorks("This invitation was accepted or withdrawn already.")
    if not _has_address(person, invitation.address):
        raise NotTheirAddress(
            f"This invitation went to {invitation.address}. Sign in with the account that holds "
            "this address, or add it to yours and open the link again."
        )
    tokens.use(links.INVITATION, token)
    tokens.forget(links.INVITATION, invitation.id)  # A mail that was sent twice holds two links.
    invitation.accepted_at = clock.now()
    role = roles.grant(
        person=person, kind=invitation.kind, organization=invitation.organization, actor=actor
    )
    _record(actor, "invitation.accepted", invitation)
    if invitation.kind == RoleKind.DISTRICT_ADMINISTRATOR:
        emails.administrator_joined(invitation, role, _others(invitation, actor))
    return role


def _others(invitation: Invitation, actor: Actor) -> list[Person]:
    known = queries.holders(invitation.kind, invitation.organization_id)
    return [person for person in known if person.id != actor.id]


def _has_address(person: Person, address: str) -> bool:
    return any(each.address == address for each in person.addresses if each.verified_at)


def _record(actor: Actor, event: str, invitation: Invitation) -> None:
    audit.record(
        actor,
        event,
        invitation,
        organization_id=invitation.organization_id,
        after={"address": invitation.address, "role": invitation.kind},
    )
