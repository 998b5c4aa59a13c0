"""Mail about certificates."""

from __future__ import annotations

from pdtrack.accounts import queries as accounts
from pdtrack.certificates.models import Certificate
from pdtrack.core import outbox, tokens


def issued(certificate: Certificate) -> None:
    """Tell the holder that a certificate is ready."""
    _send("certificates/issued", certificate)


def replaced(certificate: Certificate) -> None:
    """Tell the holder that a corrected certificate took the place of an earlier one."""
    _send("certificates/replaced", certificate)


def revoked(certificate: Certificate) -> None:
    """Tell the holder that a certificate no longer counts, and why."""
    _send("certificates/revoked", certificate)


def _send(template: str, certificate: Certificate) -> None:
    person = certificate.person
    to = accounts.recipient(person)
    if to is None:
        return  # Staff print for people without an address.
    course_session = certificate.award.registration.course_session
    outbox.send(
        template,
        to,
        context={
            "certificate": certificate,
            "person": person,
            "title": certificate.snapshot["title"],
            "provider": certificate.snapshot["provider"],
            "minutes": certificate.snapshot["minutes"],
            "url": tokens.url("certificates.mine"),
        },
        reply_to=course_session.contact_email or None,
        organization_id=course_session.collaborative_id,
        about=f"course_sessions:{course_session.id}",
    )
