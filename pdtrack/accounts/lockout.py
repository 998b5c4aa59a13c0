"""Counting attempts, so that nobody guesses passwords by the thousand or floods a mailbox.

Addresses that belong to nobody are counted like all others: being locked out tells nothing.
"""

from __future__ import annotations

import ipaddress

from pdtrack.core import security
from pdtrack.core.errors import DomainError

_QUARTER_OF_AN_HOUR = 15 * 60
_HOUR = 60 * 60

# A whole school signs in from one network address.
_FROM_NETWORK = ("sign_in.network", 300, 60)
_FOR_ADDRESS_FROM_NETWORK = ("sign_in.address_and_network", 10, _QUARTER_OF_AN_HOUR)
_FOR_ADDRESS = ("sign_in.address", 100, _QUARTER_OF_AN_HOUR)
_FOR_CODES_FROM_NETWORK = ("sign_in.codes", 10, _QUARTER_OF_AN_HOUR)
_FOR_PERSON = ("sign_in.person", 100, _QUARTER_OF_AN_HOUR)
# Somebody elsewhere who asks again and again must not keep a person from mail of their own.
_MAILS_FROM_NETWORK = 6
_MAILS_TO_ADDRESS = 30


class LockedOut(DomainError):
    """There were too many attempts."""


def count_request(network: str) -> None:
    """Count a request that a stranger may make as well. Raises `LockedOut`."""
    if not _hit(_FROM_NETWORK, network):
        raise LockedOut("Many people are signing in from your network. Wait a minute, then try.")


def count_attempt(address: str, network: str) -> None:
    """Count an attempt to sign in before it is looked at, so that a hundred at once are counted.

    Who is locked out from one network uses up no attempts of the others. Raises `LockedOut`.
    """
    count_request(network)
    is_within = _hit(_FOR_ADDRESS_FROM_NETWORK, f"{address} {network}")
    if not is_within or not _hit(_FOR_ADDRESS, address):
        raise LockedOut(
            "There were too many failed attempts to sign in with this address. Wait 15 minutes, "
            "choose a new password with “Forgot your password?”, or sign in by a code: "
            "“Get a code by mail” still works."
        )


def count_code(address: str, network: str) -> None:
    """Count a code before it is looked at; who guesses passwords does not block the codes.

    From all networks together few can be guessed, for few are mailed. Raises `LockedOut`.
    """
    count_request(network)
    if not _hit(_FOR_CODES_FROM_NETWORK, f"{address} {network}"):
        raise LockedOut("There were too many wrong codes for this address. Wait 15 minutes.")


def count_attempt_on(person_id: int) -> bool:
    """Count an attempt on a person with several addresses; false when there were too many.

    It is never said aloud: two addresses locked together would be seen to have one owner.
    """
    return _hit(_FOR_PERSON, str(person_id))


def forgive(address: str, network: str, person_id: int) -> None:
    """Take back the attempt that succeeded, and forget the failures before it from here."""
    _forget(_FOR_ADDRESS_FROM_NETWORK, f"{address} {network}")
    for (name, limit, seconds), key in ((_FOR_ADDRESS, address), (_FOR_PERSON, str(person_id))):
        security.take_back(name, key, limit, seconds)


def forgive_here(address: str, network: str) -> None:
    """Forget the failures of one network, when a mailed code proved whose address it is."""
    for limit in (_FOR_CODES_FROM_NETWORK, _FOR_ADDRESS_FROM_NETWORK):
        _forget(limit, f"{address} {network}")


def reopen(addresses: list[str], network: str, person_id: int) -> None:
    """Forget all failures: the person chose a new password, so that the old guesses are void."""
    for address in addresses:
        _forget(_FOR_ADDRESS_FROM_NETWORK, f"{address} {network}")
        _forget(_FOR_ADDRESS, address)
    _forget(_FOR_PERSON, str(person_id))


def count_mail(kind: str, address: str, network: str) -> None:
    """Count a mail of one kind that anybody may have sent to an address.

    Kinds are counted apart, so that nobody blocks the way to a new password by asking
    for codes. Raises `LockedOut`.
    """
    from_here = (f"mail.{kind}.network", _MAILS_FROM_NETWORK, _HOUR)
    is_within = _hit(from_here, f"{address} {network}")
    if not is_within or not _hit((f"mail.{kind}", _MAILS_TO_ADDRESS, _HOUR), address):
        raise LockedOut(
            "Several mails went to this address within the last hour. Look in your spam or junk "
            "folder, or try again in an hour.",
            field="email",
        )


def network_of(remote: str | None) -> str:
    """Return the network a request came from: for IPv6 the part that one household shares."""
    try:
        address = ipaddress.ip_address(remote or "")
    except ValueError:
        return remote or "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _hit(limit: tuple[str, int, int], key: str) -> bool:
    name, most, seconds = limit
    return security.hit(name, key, most, seconds)


def _forget(limit: tuple[str, int, int], key: str) -> None:
    name, most, seconds = limit
    security.reset(name, key, most, seconds)
