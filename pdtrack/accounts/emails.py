"""Mail about people's accounts.

What is sent before an address is proven holds nothing that its sender typed:
nobody can make this site carry their words to a stranger.
"""

from __future__ import annotations

from collections.abc import Sequence

from pdtrack.accounts import queries
from pdtrack.accounts.models import (
    EmailAddress,
    Employment,
    Invitation,
    Person,
    Role,
    SignInCode,
    SignUp,
)
from pdtrack.accounts.rules import role_name
from pdtrack.core import outbox, tokens
from pdtrack.core.outbox import Recipient


def confirm_sign_up(sign_up: SignUp) -> None:
    """Send the link that proves an address belongs to whoever signed up with it."""
    outbox.send(
        "accounts/confirm_sign_up",
        Recipient(sign_up.address, ""),
        context={},
        secret=f"accounts.confirm_sign_up:{sign_up.id}",
    )


def already_signed_up(sign_up: SignUp, person: Person) -> None:
    """Tell somebody who signs up again that there is an account already, and the ways in."""
    outbox.send(
        "accounts/already_signed_up",
        Recipient(sign_up.address, person.display_name, person.id),
        context={"name": person.display_name, **_ways_in()},
    )


def sign_in_code(code: SignInCode, person: Person) -> None:
    """Send the six digits that sign somebody in."""
    outbox.send(
        "accounts/sign_in_code",
        Recipient(code.address, person.display_name, person.id),
        context={"name": person.display_name},
        secret=f"accounts.sign_in_code:{code.id}",
    )


def no_account(address: str) -> None:
    """Tell whoever reads an address that no account has it, when somebody tries to get in."""
    outbox.send("accounts/no_account", Recipient(address, ""), context=_ways_in())


def reset_password(person: Person, address: str) -> None:
    """Send the link by which somebody chooses a new password."""
    outbox.send(
        "accounts/reset_password",
        Recipient(address, person.display_name, person.id),
        context={"name": person.display_name},
        secret=f"accounts.reset_password:{person.id}",
    )


def confirm_address(address: EmailAddress) -> None:
    """Send the link that proves a further address belongs to a person."""
    outbox.send(
        "accounts/confirm_address",
        Recipient(address.address, ""),
        context={},
        secret=f"accounts.confirm_address:{address.id}",
    )


def address_taken(address: EmailAddress) -> None:
    """Tell whoever reads an address that somebody tried to add it to another account."""
    outbox.send("accounts/address_taken", Recipient(address.address, ""), context=_ways_in())


def account_changed(person: Person, what: str) -> None:
    """Tell a person that the ways into the account changed, in case it was somebody else."""
    to = queries.recipient(person)
    if to is not None:
        context = {"name": person.display_name, "what": what, **_ways_in()}
        outbox.send("accounts/account_changed", to, context=context)


def employment_refused(employment: Employment) -> None:
    """Tell somebody that an employer did not confirm what they said about working there."""
    to = queries.recipient(employment.person)
    if to is None:
        return
    outbox.send(
        "accounts/employment_refused",
        to,
        context={
            "person": employment.person,
            "employer": employment.employer_name,
            "contact": employment.organization.contact_email if employment.organization else None,
            "url": tokens.url("accounts.account"),
        },
        organization_id=employment.organization_id,
        about=f"employments:{employment.id}",
    )


def invited(invitation: Invitation) -> None:
    """Send an invitation; its link is made when the mail leaves."""
    outbox.send(
        "accounts/invited",
        Recipient(invitation.address, invitation.address),
        context=_offer(invitation),
        organization_id=invitation.organization_id,
        about=f"invitations:{invitation.id}",
        secret=f"accounts.accept_invitation:{invitation.id}",
    )


def administrator_invited(invitation: Invitation, others: Sequence[Person]) -> None:
    """Tell the administrators of a district that somebody is to become one of them."""
    for person in others:
        _tell(person, "accounts/administrator_invited", invitation, invitation.organization_id)


def administrator_joined(invitation: Invitation, role: Role, others: Sequence[Person]) -> None:
    """Tell the administrators of a district that somebody has become one of them."""
    for person in others:
        _tell(
            person,
            "accounts/administrator_joined",
            invitation,
            role.organization_id,
            name=role.person.display_name,
        )


def role_ended(role: Role) -> None:
    """Tell somebody that a role of theirs has ended."""
    to = queries.recipient(role.person)
    if to is None:
        return
    outbox.send(
        "accounts/role_ended",
        to,
        context={
            "person": role.person,
            "role": role_name(role.kind),
            "place": role.organization.name if role.organization else None,
        },
        organization_id=role.organization_id,
        about=f"roles:{role.id}",
    )


def _tell(
    person: Person, template: str, invitation: Invitation, organization_id: int | None, **more: str
) -> None:
    to = queries.recipient(person)
    if to is None:
        return
    organization = invitation.organization
    assert organization is not None  # Only districts have administrators of their own.
    outbox.send(
        template,
        to,
        context={
            **_offer(invitation),
            "person": person,
            "address": invitation.address,
            "url": tokens.url("accounts.district_roles", org_code=organization.org_code),
            **more,
        },
        organization_id=organization_id,
        about=f"invitations:{invitation.id}",
    )


def _offer(invitation: Invitation) -> dict[str, object]:
    return {
        "role": role_name(invitation.kind),
        "place": invitation.organization.name if invitation.organization else None,
        "inviter": invitation.invited_by.display_name,
        "days": queries.INVITATION_LASTS.days,
    }


def _ways_in() -> dict[str, str]:
    return {
        "sign_in_url": tokens.url("accounts.sign_in"),
        "sign_up_url": tokens.url("accounts.sign_up"),
        "forgot_url": tokens.url("accounts.forgot_password"),
    }
