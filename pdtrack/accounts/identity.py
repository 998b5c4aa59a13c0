"""Who is looking at the page."""

from __future__ import annotations

from flask import Flask
from flask_login import LoginManager, current_user

from pdtrack.accounts import queries
from pdtrack.accounts.models import Person


def me() -> Person:
    """Return the person who is signed in; only for views that nobody else reaches."""
    person = current_user._get_current_object()  # noqa: SLF001 - Flask-Login's proxy hides it.
    assert isinstance(person, Person)
    return person


def visitor() -> Person | None:
    """Return the person who looks at a public page, if signed in."""
    return me() if current_user.is_authenticated else None


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
    if not (person_id.isdigit() and version.isdigit()):
        return None
    person = queries.person_with_roles(int(person_id))
    if person is None or not person.is_active or person.session_version != int(version):
        return None
    return person
