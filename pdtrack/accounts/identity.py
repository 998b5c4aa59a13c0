"""Who is looking at the page."""

from __future__ import annotations

from flask_login import current_user

from pdtrack.accounts.models import Person


def me() -> Person:
    """Return the person who is signed in; only for views that nobody else reaches."""
    person = current_user._get_current_object()  # noqa: SLF001 - Flask-Login's proxy hides it.
    assert isinstance(person, Person)
    return person


def visitor() -> Person | None:
    """Return the person who looks at a public page, if signed in."""
    return me() if current_user.is_authenticated else None
