"""Who is looking at the page, and who may be that."""

from __future__ import annotations

from flask import Flask, session
from flask_login import LoginManager, current_user, login_user

from pdtrack.accounts import lockout, passwords, queries
from pdtrack.accounts.models import Person
from pdtrack.core.errors import DomainError


class NotRecognized(DomainError):
    """Address and password do not belong together, or to nobody: it is not said which."""


def me() -> Person:
    """Return the person who is signed in; only for views that nobody else reaches."""
    person = current_user._get_current_object()  # noqa: SLF001 - Flask-Login's proxy hides it.
    assert isinstance(person, Person)
    return person


def visitor() -> Person | None:
    """Return the person who looks at a public page, if signed in."""
    return me() if current_user.is_authenticated else None


def recognized(*, address: str, password: str, network: str) -> Person:
    """Return the person to whom an address and a password belong.

    Wrong, unknown and closed look alike and take as long. Raises `NotRecognized`
    or `LockedOut`.
    """
    lockout.count_attempt(address, network)
    person = queries.account_with(address)
    kept = person.password_hash if person else None
    if person is not None and not lockout.count_attempt_on(person.id):
        kept = None
    if not passwords.matches(password, kept) or person is None:
        raise NotRecognized(
            "That address and password do not match. Check both, or sign in by a mailed code."
        )
    lockout.forgive(address, network, person.id)
    return person


def enter(person: Person) -> None:
    """Sign a person in in this browser; nothing of whoever used it before stays."""
    session.clear()
    login_user(person)
    session.permanent = True


def leave() -> None:
    """Sign out in this browser."""
    session.clear()


def init_app(app: Flask) -> None:
    """Recognize people by the session cookie."""
    manager = LoginManager(app)
    # People change networks between home and school: their cookie stays good.
    manager.session_protection = None
    manager.user_loader(_person_of_session)
    app.context_processor(lambda: {"me": visitor()})


def _person_of_session(cookie_id: str) -> Person | None:
    """Return the person of a cookie ("12:3"), unless all sessions of that version were ended."""
    person_id, _, version = cookie_id.partition(":")
    if not (cookie_id.isascii() and person_id.isdigit() and version.isdigit()):
        return None
    person = queries.person_with_roles(int(person_id))
    if person is None or not person.is_active or person.session_version != int(version):
        return None
    return person
