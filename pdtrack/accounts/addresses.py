"""E-mail addresses: how they are kept and compared."""

from __future__ import annotations

import email_validator

from pdtrack.core.errors import DomainError


class NotAnAddress(DomainError):
    """What was typed is no e-mail address."""


def normalized(text: str) -> str:
    """Return an e-mail address as it is kept and compared: lower case, its domain in ASCII.

    Whether it reaches anybody shows when mail to it is confirmed. Raises `NotAnAddress`.
    """
    try:
        found = email_validator.validate_email(
            text.strip(), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except email_validator.EmailNotValidError as error:
        raise NotAnAddress(
            "Enter an e-mail address like name@example.org.", field="email"
        ) from error
    return (found.ascii_email or found.normalized).lower()


def domain_of(address: str) -> str:
    """Return the domain of a normalized address."""
    return address.rpartition("@")[2]
