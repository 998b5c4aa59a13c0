"""Signing in: by password, by a mailed code, and out again everywhere."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from pdtrack.accounts import emails, links, queries
from pdtrack.accounts.models import Person, SignInCode
from pdtrack.core import audit, clock, tokens
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError

CODE_LASTS = timedelta(minutes=10)
MOST_TRIES = 5


class CodeNoLongerWorks(DomainError):
    """The code was used, has expired, or was tried too often."""


@action
def sign_in(*, person: Person, actor: Actor, new_hash: str | None = None) -> None:
    """Write down that somebody signed in.

    `new_hash` keeps the same password with today's care; it is left alone if the
    password was changed in this very moment.
    """
    kept = person.password_hash
    lock(person)
    if new_hash and person.password_hash == kept:
        person.password_hash = new_hash
    person.last_signed_in_at = clock.now()
    audit.record(actor, "person.signed_in", person)


@action
def ask_for_code(*, address: str, actor: Actor) -> SignInCode:
    """Mail a code to an address; one that belongs to nobody is told so by mail alone."""
    person = queries.account_with(address)
    now = clock.now()
    code = SignInCode(
        address=address,
        person=person,
        salt=secrets.token_hex(16),
        tries=0,
        created_at=now,
        expires_at=now + CODE_LASTS,
    )
    db.session.add(code)
    db.session.flush()
    audit.record(actor, "sign_in_code.asked", code)
    if person is None:
        emails.no_account(address)
    else:
        emails.sign_in_code(code, person)
    return code


@action
def use_code(*, code: SignInCode, typed: str, actor: Actor) -> Person | None:
    """Use a code up and return whom it signs in, or count a wrong one and return nobody.

    Raises `CodeNoLongerWorks`.
    """
    lock(code)
    if code.used_at or code.tries >= MOST_TRIES or code.expires_at <= clock.now():
        raise CodeNoLongerWorks("This code no longer works. Ask for a new one.", field="code")
    code.tries += 1
    right = tokens.six_digits(links.CODE, code.id, code.salt)
    is_right = hmac.compare_digest(typed.encode(), right.encode())
    if not is_right or code.person is None or not code.person.is_active:
        return None
    code.used_at = clock.now()
    sign_in(person=code.person, actor=actor)
    return code.person


@action
def sign_out_everywhere(*, person: Person, actor: Actor) -> None:
    """End all sessions of a person, this one included."""
    lock(person)
    person.session_version += 1
    audit.record(actor, "person.signed_out_everywhere", person)
