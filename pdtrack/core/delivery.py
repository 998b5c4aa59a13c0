"""Delivering the outbox: each mail is taken with a lease, sent, and marked, never in one breath."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import Select, column, or_, select, table, update

from pdtrack.core import clock, jobs, letters, outbox
from pdtrack.core.db import action, db
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.core.post import SILENCE_SECONDS, Folder, Post, Refused, Server, ServerTrouble

AT_ONCE = 20
LEASE = timedelta(minutes=5)
_LONGEST_DELIVERY = timedelta(seconds=6 * SILENCE_SECONDS)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
GIVE_UP_AFTER = timedelta(days=2)

log = logging.getLogger(__name__)


def init_app(_app: Flask) -> None:
    """Let the worker deliver the outbox."""
    jobs.add("outbox", send_due)


def send_due() -> int:
    """Send all mail that is due, and return how much was sent.

    Several workers may do this at once: none takes what another has taken. A
    worker that dies between the server's yes and the mark leaves a mail that is
    sent again, under the same Message-ID, once its lease has ended.
    """
    sent = 0
    with _open_post() as post:
        while _is_any_due():
            emails = _lease()
            try:
                sent += _deliver_all(emails, post)
            except ServerTrouble as trouble:
                log.warning("Mail waits. %s", trouble)
                break
    return sent


def check_server() -> str | None:
    """Return what keeps the mail server from taking mail, or nothing if it would."""
    try:
        with _open_post() as post:
            post.check()
    except ServerTrouble as trouble:
        return str(trouble)
    return None


def mail_folder() -> Path:
    """Return the folder in which mail is kept, as .eml files, while no mail server is set."""
    return Path(current_app.config["PDTRACK_INSTANCE"]) / "mail"


@contextmanager
def _open_post() -> Iterator[Post]:
    url = current_app.config["PDTRACK_SMTP_URL"]
    post: Post = Server(url) if url else Folder(mail_folder())
    try:
        yield post
    finally:
        post.close()


def _due(now: datetime) -> Select[OutgoingEmail]:
    return (
        select(OutgoingEmail)
        .where(
            OutgoingEmail.state == MailState.WAITING,
            OutgoingEmail.not_before_at <= now,
            or_(OutgoingEmail.leased_until_at.is_(None), OutgoingEmail.leased_until_at <= now),
        )
        # Somebody is waiting in front of the screen for a code or a link.
        .order_by(OutgoingEmail.secret.is_(None), OutgoingEmail.not_before_at, OutgoingEmail.id)
    )


def _is_any_due() -> bool:
    """Look without writing: most looks find nothing, and need no lock."""
    one = _due(clock.now()).with_only_columns(OutgoingEmail.id).order_by(None).limit(1)
    return db.session.scalar(one) is not None


@action
def _lease() -> list[OutgoingEmail]:
    now = clock.now()
    statement = _due(now).limit(AT_ONCE).with_for_update(skip_locked=True)
    taken = list(db.session.scalars(statement.execution_options(populate_existing=True)))
    for email in taken:
        email.leased_until_at = now + LEASE
        email.attempts += 1
    return taken


def _deliver_all(emails: list[OutgoingEmail], post: Post) -> int:
    """Deliver what was leased for as long as the lease surely lasts, and give back the rest."""
    sent = tried = 0
    try:
        for email in emails:
            if email.leased_until_at and clock.now() + _LONGEST_DELIVERY > email.leased_until_at:
                break
            tried += 1
            sent += _deliver(email, post)
            jobs.beat()
    finally:
        if emails[tried:]:
            _release(emails[tried:])
    return sent


def _deliver(email: OutgoingEmail, post: Post) -> bool:
    """Deliver one mail and write down what came of it; tell whether it left."""
    try:
        secret = _made(email.secret) if email.secret else None
        if not _is_wanted(email, secret):
            _finish(email, MailState.UNDONE, "It was no longer wanted.")
            return False
        post.send(_message(email, secret), name=f"{email.id:08}")
    except ServerTrouble as trouble:
        _put_off(email, str(trouble))
        raise
    except letters.Unmailable as error:
        _finish(email, MailState.FAILED, str(error))
    except Refused as refusal:
        if refusal.is_permanent:
            _finish(email, MailState.FAILED, str(refusal))
        else:
            _put_off(email, str(refusal))
    except Exception as error:
        # One mail that cannot be written keeps no other from leaving.
        log.exception("Mail %s could not be written", email.id)
        _put_off(email, f"It could not be written ({type(error).__name__}); the log says more.")
    else:
        _finish(email, MailState.SENT, None)
        return True
    return False


def _is_wanted(email: OutgoingEmail, secret: str | None) -> bool:
    if email.secret and secret is None:
        return False
    return email.condition is None or _holds(email.condition)


@action
def _holds(condition: str) -> bool:
    return outbox.holds(condition)


@action
def _made(secret: str) -> str | None:
    return outbox.make_secret(secret)


def _message(email: OutgoingEmail, secret: str | None) -> EmailMessage:
    name = None
    if email.organization_id is not None:
        organizations = table("organizations", column("id"), column("name"))
        name = db.session.scalar(
            select(organizations.c.name).where(organizations.c.id == email.organization_id)
        )
    sender = current_app.config["PDTRACK_MAIL_FROM"]
    return letters.letter(email, sender=sender, sender_name=name, secret=secret)


@action
def _finish(email: OutgoingEmail, state: MailState, error: str | None) -> None:
    sent_at = clock.now() if state == MailState.SENT else None
    _change([email], state=state, last_error=error, sent_at=sent_at)


@action
def _put_off(email: OutgoingEmail, error: str) -> None:
    """Try again later, ever more rarely, and after two days no more."""
    now = clock.now()
    if now - email.created_at > GIVE_UP_AFTER:
        _change([email], state=MailState.FAILED, last_error=error)
        return
    wait = WAITS[min(email.attempts, len(WAITS)) - 1]
    _change([email], not_before_at=now + wait, last_error=error)


@action
def _release(emails: list[OutgoingEmail]) -> None:
    """Give back what was taken and not tried."""
    _change(emails, attempts=OutgoingEmail.attempts - 1)


def _change(emails: list[OutgoingEmail], **values: object) -> None:
    """Write what came of it, unless the lease has ended and another worker took over."""
    db.session.execute(
        update(OutgoingEmail)
        .where(
            OutgoingEmail.id.in_([email.id for email in emails]),
            OutgoingEmail.state == MailState.WAITING,
            OutgoingEmail.leased_until_at == emails[0].leased_until_at,
        )
        .values(leased_until_at=None, **values)
        .execution_options(synchronize_session=False)
    )
