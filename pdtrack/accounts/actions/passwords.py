"""Passwords: forgotten, reset and changed."""

from __future__ import annotations

from pdtrack.accounts import emails, links, queries
from pdtrack.accounts.models import Person
from pdtrack.core import audit, tokens
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.tokens import LinkNoLongerWorks


@action
def ask_for_reset(*, address: str, actor: Actor) -> None:  # noqa: ARG001 - nobody is known yet.
    """Mail the link to a new password; an address that belongs to nobody is told so by mail."""
    person = queries.account_with(address)
    if person is None:
        emails.no_account(address)
    else:
        emails.reset_password(person, address)


@action
def reset(*, token: str, password_hash: str, actor: Actor) -> Person:
    """Set a new password by a mailed link, and end all sessions and other such links.

    Raises `LinkNoLongerWorks`.
    """
    person = db.session.get(Person, tokens.use(links.PASSWORD, token))
    if person is None or not person.is_active:
        raise LinkNoLongerWorks("This link no longer works. Ask for a new one.")
    lock(person)
    _set(person, password_hash)
    audit.record(actor, "person.reset_password", person)
    return person


@action
def change(*, person: Person, password_hash: str, actor: Actor) -> None:
    """Set a new password; all sessions end, and so do links to set another."""
    lock(person)
    _set(person, password_hash)
    audit.record(actor, "person.changed_password", person)


def _set(person: Person, password_hash: str) -> None:
    person.password_hash = password_hash
    person.session_version += 1
    tokens.forget(links.PASSWORD, person.id)
    emails.account_changed(person, "The password of your account was changed.")
