"""Calendar feeds: of a session, a collaborative, a topic, and of one person in secret."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, Flask, Response, request
from flask.typing import ResponseReturnValue

from pdtrack.calendars import queries, rules
from pdtrack.calendars.queries import Stamp, Standing
from pdtrack.catalog import policy as catalog_policy
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import tokens
from pdtrack.core.authz import authorize, public
from pdtrack.core.ical import calendar_text
from pdtrack.core.pages import or_404
from pdtrack.organizations import queries as organizations

bp = Blueprint("calendars", __name__)
REFRESH = timedelta(hours=1)


def init_app(app: Flask) -> None:
    """Add the feeds."""
    app.register_blueprint(bp)


@bp.get("/sessions/<int:course_session_id>.ics")
@public
def course_session(course_session_id: int) -> ResponseReturnValue:
    """Send a session's meetings as a calendar."""
    found = or_404(catalog.any_course_session(course_session_id))
    authorize(catalog_policy.may_see, found)
    condition = CourseSession.id == found.id
    response = _feed(
        found.title,
        queries.stamp(condition),
        functools.partial(queries.texts, condition),
        url=tokens.url("storefront.course_session", course_session_id=found.id),
    )
    response.headers.set("Content-Disposition", "attachment", filename=f"session-{found.id}.ics")
    if found.state == SessionState.DRAFT:
        response.headers["Cache-Control"] = "private, no-store"  # Only its staff may see it.
    return response


@bp.get("/calendars/collaboratives/<short_name>.ics")
@public
def collaborative(short_name: str) -> ResponseReturnValue:
    """Send the feed of a collaborative's sessions."""
    place = or_404(organizations.collaborative(short_name))
    condition = queries.of_sessions(CourseSession.collaborative_id == place.id)
    return _feed(
        f"{place.name}: sessions",
        queries.stamp(condition),
        functools.partial(queries.texts, condition),
        url=tokens.url("storefront.collaborative", short_name=place.slug),
    )


@bp.get("/calendars/topics/<slug>.ics")
@public
def topic(slug: str) -> ResponseReturnValue:
    """Send the feed of all sessions on a topic."""
    found = or_404(catalog.topic(slug))
    condition = queries.of_sessions(CourseSession.topic_id == found.id)
    return _feed(
        f"{found.name}: sessions",
        queries.stamp(condition),
        functools.partial(queries.texts, condition),
        url=tokens.url("storefront.sessions", topic=found.slug),
    )


@bp.get("/calendars/me/<token>.ics")
@public
def mine(token: str) -> ResponseReturnValue:
    """Send a person's own feed to whoever knows its secret address."""
    person = or_404(queries.person_of(token))
    standing = queries.standing_of(person)
    condition = queries.of_person(standing)
    response = _feed(
        "My PD sessions",
        queries.stamp(condition),
        functools.partial(queries.texts, condition, standing=standing),
        url=tokens.url("home.my"),
        standing=standing,
    )
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _feed(
    name: str,
    stamp: Stamp,
    texts: Callable[[Stamp], Iterable[str]],
    *,
    url: str,
    standing: Standing | None = None,
) -> Response:
    """Answer with a calendar, or that nothing changed since it was read last."""
    personal = sorted(standing.statuses.items()) if standing else ""
    changed_at = stamp.dated_at(standing.changed_at if standing else None)
    response = Response(mimetype="text/calendar")
    response.set_etag(hashlib.sha256(f"{name}|{url}|{stamp.etag}|{personal}".encode()).hexdigest())
    response.headers["Cache-Control"] = "public, max-age=300"
    if rules.tells_changes_apart(changed_at, read_at=stamp.read_at):
        response.last_modified = changed_at  # Otherwise the tag alone decides.
    response.make_conditional(request)
    response.last_modified = rules.dated(changed_at, read_at=stamp.read_at)
    if response.status_code != HTTPStatus.NOT_MODIFIED:
        response.set_data(calendar_text(name, texts(stamp), url=url, refresh=REFRESH))
    return response
