"""The blueprint of the desk, and how its pages load what they show."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts.identity import me
from pdtrack.accounts.models import Person
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core.pages import or_404
from pdtrack.organizations import policy as organizations_policy
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative

bp = Blueprint("desk", __name__)
DESK = "/manage/<short_name>"
SESSION = f"{DESK}/sessions/<int:course_session_id>"


def load_place(short_name: str) -> Collaborative:
    """Return a collaborative, or answer that there is no such page."""
    return or_404(organizations.collaborative(short_name))


def load(short_name: str, course_session_id: int) -> tuple[Collaborative, CourseSession]:
    """Return a collaborative and a session of it, or answer that there is no such page."""
    place = load_place(short_name)
    return place, or_404(catalog.course_session(place, course_session_id))


def teacher(place: Collaborative) -> Person | None:
    """Return whoever sees only the sessions they teach; nobody if a coordinator looks."""
    return None if organizations_policy.may_coordinate(me(), place) else me()


def session_url(place: Collaborative, course_session: CourseSession) -> str:
    """Return the address of a session's own page at the desk."""
    return url_for(
        "desk.course_session", short_name=place.slug, course_session_id=course_session.id
    )


def cannot_be_changed(place: Collaborative, course_session: CourseSession) -> ResponseReturnValue:
    """Go back to a session that somebody cancelled, or that does not meet, and say so."""
    if course_session.state == SessionState.CANCELLED:
        why = "This session was cancelled, so it cannot be changed. Copy it to hold it after all."
    else:
        why = "Self-paced work has no meetings. Its days are among its details."
    flash(why, "info")
    return redirect(session_url(place, course_session))
