"""Why somebody does not get a place, or may not change what they have."""

from __future__ import annotations

from pdtrack.core import errors
from pdtrack.core.errors import DomainError


class RegistrationRefused(DomainError):
    """The person cannot be registered."""


class SessionCancelled(RegistrationRefused):
    """The session does not take place."""


class NotYetOpen(RegistrationRefused):
    """Registration opens later."""


class RegistrationClosed(RegistrationRefused):
    """Registration is over."""


class SessionFull(RegistrationRefused):
    """All places are taken, and the session keeps no waitlist."""


class AlreadyRegistered(RegistrationRefused):
    """The person has a place, or a place in line, already."""


class NotYourEmployment(RegistrationRefused):
    """The employment is somebody else's, or over."""


class NoLongerActive(DomainError):
    """The registration was ended already."""


class HasBegun(DomainError):
    """The session has begun, so the person cannot change this alone anymore."""


class OrderNotAllowed(DomainError):
    """A district is billed only for those of whom it is sure that they work there."""


ALREADY = "You have a registration for this session already."

errors.constraint("uq_registrations_active", AlreadyRegistered, ALREADY)
