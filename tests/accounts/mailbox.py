"""Mail as its reader gets it: with the secret that is made when it leaves."""

from __future__ import annotations

from urllib.parse import urlsplit

from sqlalchemy import select

from pdtrack.core import outbox
from pdtrack.core.db import action, db
from pdtrack.core.outbox import OutgoingEmail


def mails_to(address: str) -> list[OutgoingEmail]:
    """Return all mail to an address, the oldest first."""
    return list(
        db.session.scalars(
            select(OutgoingEmail)
            .where(OutgoingEmail.to_address == address)
            .order_by(OutgoingEmail.id)
        )
    )


def newest(address: str) -> OutgoingEmail:
    """Return the newest mail to an address."""
    return mails_to(address)[-1]


@action
def secret_in(email: OutgoingEmail) -> str:
    """Return the link or the code in a mail, as the worker puts it in."""
    assert email.secret is not None
    secret = outbox.make_secret(email.secret)
    assert secret is not None
    return secret


def path_in(email: OutgoingEmail) -> str:
    """Return the path of the link in a mail."""
    return urlsplit(secret_in(email)).path
