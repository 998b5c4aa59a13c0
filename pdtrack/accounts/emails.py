"""Mail about people's accounts.

What is sent before an address is proven holds nothing that its sender typed:
nobody can make this site carry their words to a stranger.
"""

from __future__ import annotations

from pdtrack.accounts import queries
from pdtrack.accounts.models import EmailAddress, Person, SignInCode, SignUp
from pdtrack.core import outbox
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
        context={"name": person.display_name},
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
    outbox.send("accounts/no_account", Recipient(address, ""), context={})


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
    outbox.send("accounts/address_taken", Recipient(address.address, ""), context={})


def account_changed(person: Person, what: str) -> None:
    """Tell a person that the ways into the account changed, in case it was somebody else."""
    to = queries.recipient(person)
    if to is not None:
        outbox.send(
            "accounts/account_changed", to, context={"name": person.display_name, "what": what}
        )
