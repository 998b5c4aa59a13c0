"""Helping mail along that got stuck."""

from __future__ import annotations

from pdtrack.core import audit, clock, jobs
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, after_commit, lock
from pdtrack.core.errors import DomainError
from pdtrack.core.outbox import MailState, OutgoingEmail


class NotStuck(DomainError):
    """The mail has left, or was taken back: nothing can be done about it."""


@action
def retry(*, email: OutgoingEmail, actor: Actor) -> None:
    """Send a mail now that waits for its next attempt or was given up.

    Raises `NotStuck`.
    """
    before = _lock(email)
    now = clock.now()
    email.state = MailState.WAITING
    email.not_before_at = now
    # Its two days begin anew, or the first failure would be the last.
    email.created_at = now
    email.attempts = 0
    _record(actor, "mail.retried", email, before)
    after_commit(_wake)


@action
def discard(*, email: OutgoingEmail, actor: Actor) -> None:
    """Give up a mail that has not left. Raises `NotStuck`."""
    before = _lock(email)
    email.state = MailState.UNDONE
    _record(actor, "mail.discarded", email, before)


def _lock(email: OutgoingEmail) -> MailState:
    """Hold a mail that has not left, and return where it stands."""
    lock(email)
    is_on_its_way = email.leased_until_at is not None and email.leased_until_at > clock.now()
    if email.state not in {MailState.WAITING, MailState.FAILED} or is_on_its_way:
        raise NotStuck("This mail has left meanwhile, or is leaving right now. Reload the page.")
    return email.state


def _record(actor: Actor, event: str, email: OutgoingEmail, before: MailState) -> None:
    audit.record(
        actor,
        event,
        email,
        organization_id=email.organization_id,
        before={"state": before},
        after={"state": email.state},
    )


def _wake() -> None:
    jobs.wake("outbox")
