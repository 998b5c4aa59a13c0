"""The addresses of a person: added, proven, chosen and removed."""

from __future__ import annotations

from pdtrack.accounts import emails, links, queries, rules
from pdtrack.accounts.actions import employments
from pdtrack.accounts.models import EmailAddress, Person
from pdtrack.core import audit, clock, errors, tokens
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.core.tokens import LinkNoLongerWorks

MOST_ADDRESSES = 8


class AddressKnown(DomainError):
    """The address is on the person's own list already."""


class TooManyAddresses(DomainError):
    """The person has as many addresses as anybody needs."""


class AddressTaken(DomainError):
    """The address belongs to another account."""


class NotProven(DomainError):
    """Nobody has confirmed the address yet."""


class LastAddress(DomainError):
    """Without this address the person could not sign in."""


errors.constraint(
    "uq_email_addresses_verified",
    AddressTaken,
    "This address belongs to another account. Sign in with it and remove it there first.",
    "email",
)


@action
def add(*, person: Person, address: str, actor: Actor) -> EmailAddress:
    """Add an address and mail the link that proves it.

    An address of somebody else's is told so by mail alone: here nobody sees a
    difference. Raises `AddressKnown` or `TooManyAddresses`.
    """
    lock(person)
    known = queries.addresses_of(person)
    if any(each.address == address for each in known):
        raise AddressKnown("This address is on your list already.", field="email")
    if len(known) >= MOST_ADDRESSES:
        raise TooManyAddresses(
            f"You have {MOST_ADDRESSES} addresses. Remove one that you no longer use.",
            field="email",
        )
    made = EmailAddress(person=person, address=address, is_primary=False, created_at=clock.now())
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "address.added", made, after={"address": address})
    _mail(made)
    return made


@action
def send_again(*, address: EmailAddress, actor: Actor) -> None:
    """Mail the link to an unproven address once more."""
    lock(address)
    if address.verified_at is None:
        audit.record(actor, "address.mailed_again", address)
        _mail(address)


@action
def confirm(*, token: str, person: Person, actor: Actor) -> EmailAddress:
    """Prove an address by the mailed link, opened by the person whose address it is to be.

    Somebody who is signed in to another account proves nothing with it. Raises
    `LinkNoLongerWorks` or `AddressTaken`.
    """
    address = queries.address_of(person, tokens.use(links.ADDRESS, token))
    if address is None:
        raise LinkNoLongerWorks("This link belongs to another account. Sign in to that one.")
    lock(person, address)
    if address.verified_at is None:
        is_first = not any(each.verified_at for each in queries.addresses_of(person))
        address.verified_at = clock.now()
        address.is_primary = is_first
        db.session.flush()
        tokens.forget(links.ADDRESS, address.id)
        audit.record(actor, "address.confirmed", address, after={"address": address.address})
        employments.confirm_by_address(person=person, address=address.address, actor=actor)
        emails.account_changed(
            person, f"The address {address.address} was added: it signs in to your account."
        )
    return address


@action
def make_primary(*, address: EmailAddress, actor: Actor) -> None:
    """Choose the address that mail goes to. Raises `NotProven`."""
    person = address.person
    lock(person, address)
    if address.verified_at is None:
        raise NotProven("Confirm this address first, by the link in the mail to it.")
    before, after = {"address": person.email}, {"address": address.address}
    for each in queries.addresses_of(person):
        each.is_primary = each.id == address.id
    audit.record(actor, "address.made_primary", address, before=before, after=after)


@action
def remove(*, address: EmailAddress, actor: Actor) -> None:
    """Take an address off; it then signs nobody in. Raises `LastAddress`."""
    person = address.person
    lock(person, address)
    known = queries.addresses_of(person)
    verified = [each for each in known if each.verified_at and each.id != address.id]
    if address.verified_at is not None and not verified:
        raise LastAddress("This is the only address you can sign in with. Add another one first.")
    audit.record(actor, "address.removed", address, before={"address": address.address})
    tokens.forget(links.ADDRESS, address.id)
    tokens.forget(links.PASSWORD, person.id)
    was_verified, heir = address.verified_at is not None, rules.heir(address, known)
    db.session.delete(address)
    db.session.flush()
    db.session.expire(person, ["addresses"])
    if heir:
        heir.is_primary = True
    if was_verified:
        emails.account_changed(
            person, f"The address {address.address} was removed: it no longer signs in."
        )


def _mail(address: EmailAddress) -> None:
    if queries.by_address(address.address) is None:
        emails.confirm_address(address)
    else:
        emails.address_taken(address)
