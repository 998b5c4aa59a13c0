"""The public pages: home, catalog, a session, the collaboratives, and two statements."""

from __future__ import annotations

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from pdtrack.accounts.identity import visitor
from pdtrack.catalog import documents, search
from pdtrack.catalog import policy as catalog_policy
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession
from pdtrack.catalog.search import Wanted
from pdtrack.core import clock, ical, tokens
from pdtrack.core.authz import authorize, public
from pdtrack.core.pages import or_404, page_number
from pdtrack.organizations import queries as organizations
from pdtrack.registration import queries as registrations
from pdtrack.storefront import forms, queries, rules

UPCOMING = 6
POPULAR = 6

bp = Blueprint("storefront", __name__)


def init_app(app: Flask) -> None:
    """Open the pages."""
    app.register_blueprint(bp)


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """Welcome whoever comes: search, what is next, and who stands behind it."""
    by_topic = catalog.coming_by_topic()
    topics = [topic for topic in catalog.topics() if topic.id in by_topic]
    hosts = organizations.collaboratives()
    return render_template(
        "storefront/home.html",
        lines=queries.lines(search.upcoming(UPCOMING), visitor()),
        topics=topics,
        popular=sorted(topics, key=lambda topic: -by_topic[topic.id])[:POPULAR],
        by_topic=by_topic,
        collaboratives=hosts,
        only=hosts[0] if len(hosts) == 1 else None,
        coming=sum(by_topic.values()),
        support=current_app.config["PDTRACK_SUPPORT_EMAIL"],
    )


@bp.get("/sessions")
@public
def sessions() -> ResponseReturnValue:
    """Show the catalog: what was asked for, a page at a time."""
    wanted = forms.wanted(request.args)
    page = search.search(wanted, number=page_number())
    near = None if page.total else search.near(wanted)
    topics, hosts = catalog.topic_names(), queries.hosts()
    return render_template(
        "storefront/sessions.html",
        wanted=wanted,
        page=page,
        lines=queries.lines(page.items, visitor()),
        near=near,
        near_lines=queries.lines(near.items, visitor()) if near else [],
        topic_options=topics,
        host_options=hosts,
        format_options=forms.FORMATS,
        category_options=forms.CATEGORIES,
        chips=forms.chips(wanted, request.args, topics=dict(topics), hosts=dict(hosts)),
    )


@bp.get("/sessions/<int:course_session_id>")
@public
def course_session(course_session_id: int) -> ResponseReturnValue:
    """Answer everything about a session on one page."""
    found = or_404(catalog.any_course_session(course_session_id))
    authorize(catalog_policy.may_see, found)
    return render_template(
        "storefront/course_session.html",
        course_session=found,
        offer=queries.offer(found, visitor()),
        earned=rules.earned(found),
        meetings=[meeting for meeting in found.meetings if meeting.cancelled_at is None],
        called_off=[meeting for meeting in found.meetings if meeting.cancelled_at],
        calendar_links=_calendar_links(found),
        other_dates=registrations.other_dates(found),
    )


@bp.get("/collaboratives")
@public
def collaboratives() -> ResponseReturnValue:
    """List the collaboratives; an installation for one goes straight to it."""
    hosts = organizations.collaboratives()
    if len(hosts) == 1:
        return redirect(url_for(".collaborative", short_name=hosts[0].slug))
    return render_template(
        "storefront/collaboratives.html",
        collaboratives=hosts,
        coming=catalog.coming_by_collaborative(),
    )


@bp.get("/collaboratives/<short_name>")
@public
def collaborative(short_name: str) -> ResponseReturnValue:
    """Show a collaborative: its sessions, its members, and how to reach it."""
    host = or_404(organizations.collaborative(short_name))
    page = search.search(Wanted(collaborative=short_name), number=page_number())
    return render_template(
        "storefront/collaborative.html",
        collaborative=host,
        has_others=organizations.only_collaborative() is None,
        page=page,
        lines=queries.lines(page.items, visitor()),
        members=organizations.members(host.id, clock.today()),
        feed=tokens.url("calendars.collaborative", short_name=short_name),
    )


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """State how accessible this site is, and how to report a barrier."""
    return render_template(
        "storefront/accessibility.html", support=current_app.config["PDTRACK_SUPPORT_EMAIL"]
    )


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """State what is kept about people, why, for how long, and who sees it."""
    return render_template(
        "storefront/privacy.html", support=current_app.config["PDTRACK_SUPPORT_EMAIL"]
    )


@bp.get("/robots.txt")
@public
def robots() -> ResponseReturnValue:
    """Tell search engines that the public pages are theirs to read."""
    closed = ("/my", "/manage", "/districts", "/platform", "/sign-in", "/sign-up", "/calendars/me")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    return Response("\n".join(lines), mimetype="text/plain")


def _calendar_links(found: CourseSession) -> list[tuple[str, str]]:
    """Return addresses that put a session of one meeting into a calendar on the web."""
    events = documents.session_events(found)
    coming = [event for event in events if event.status != ical.Status.CANCELLED]
    if len(coming) != 1:
        return []
    return ical.web_links(coming[0])
