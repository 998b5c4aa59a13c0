"""The secrets in mail about accounts, made when the mail leaves and kept nowhere."""

from __future__ import annotations

from datetime import timedelta

from pdtrack.accounts import policy, queries
from pdtrack.accounts.models import Invitation
from pdtrack.core import clock, tokens
from pdtrack.core.tokens import LinkNoLongerWorks

SIGN_UP = "accounts.sign_up"
ADDRESS = "accounts.address"
PASSWORD = "accounts.password"  # noqa: S105 - the name of a purpose.
CODE = "accounts.code"
INVITATION = "accounts.invitation"

_TWO_DAYS = timedelta(days=2)
_ONE_HOUR = timedelta(hours=1)


def confirm_sign_up(sign_up_id: int) -> str | None:
    """Return the link that finishes signing up."""
    sign_up = queries.sign_up(sign_up_id)
    if sign_up is None or sign_up.confirmed_at is not None:
        return None
    token = tokens.issue(SIGN_UP, sign_up_id, lasts=_TWO_DAYS)
    return tokens.url("accounts.confirm_sign_up", token=token)


def confirm_address(address_id: int) -> str | None:
    """Return the link that proves a further address."""
    address = queries.email_address(address_id)
    if address is None or address.verified_at is not None:
        return None
    token = tokens.issue(ADDRESS, address_id, lasts=_TWO_DAYS)
    return tokens.url("accounts.confirm_address", token=token)


def reset_password(person_id: int) -> str | None:
    """Return the link by which a new password is chosen."""
    token = tokens.issue(PASSWORD, person_id, lasts=_ONE_HOUR)
    return tokens.url("accounts.reset_password", token=token)


def sign_in_code(code_id: int) -> str | None:
    """Return the six digits that sign somebody in; none once they are dead."""
    code = queries.sign_in_code(code_id)
    if code is None or code.used_at is not None or code.expires_at <= clock.now():
        return None
    return tokens.six_digits(CODE, code.id, code.salt)


def accept_invitation(invitation_id: int) -> str | None:
    """Return the link that shows what role is offered; none if the offer no longer stands."""
    invitation = queries.invitation(invitation_id)
    if invitation is None or invitation.accepted_at or invitation.withdrawn_at:
        return None
    token = tokens.issue(INVITATION, invitation_id, lasts=queries.INVITATION_LASTS)
    return tokens.url("accounts.invitation", token=token)


def offered_invitation(token: str) -> Invitation:
    """Return the invitation that a link stands for. Raises `LinkNoLongerWorks`."""
    invitation = queries.invitation(tokens.find(INVITATION, token).subject_id)
    if invitation is None or invitation.withdrawn_at is not None:
        raise LinkNoLongerWorks("This invitation was withdrawn. Ask whoever sent it.")
    # Who has left must not come back by an invitation to another address of their own.
    if not policy.may_give_roles(invitation.invited_by, invitation.organization):
        raise LinkNoLongerWorks("Whoever invited you has left since. Ask for a new invitation.")
    return invitation
