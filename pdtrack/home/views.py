"""Where people land after signing in, and where a district's administrators begin."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Flask, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import acquaintance
from pdtrack.accounts import queries as accounts
from pdtrack.accounts.acquaintance import Standing
from pdtrack.accounts.identity import me
from pdtrack.accounts.models import Role
from pdtrack.catalog import documents
from pdtrack.core import clock, ical, navigation
from pdtrack.core.authz import RoleKind, authorize, signed_in
from pdtrack.core.pages import or_404
from pdtrack.home import queries, rules
from pdtrack.organizations import policy as organizations_policy
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import queries as registrations
from pdtrack.registration import rules as registration_rules
from pdtrack.registration.models import Status

bp = Blueprint("home", __name__)


class Shortcut(NamedTuple):
    """A place where a role has work to do."""

    label: str
    url: str
    text: str


def init_app(app: Flask) -> None:
    """Open the pages and add the district's first menu entry."""
    app.register_blueprint(bp)
    navigation.add(
        "district",
        "Overview",
        "home.district",
        order=10,
        rule="organizations.administer_district",
    )


@bp.get("/my")
@signed_in
def my() -> ResponseReturnValue:
    """Show what is next for a person, what is open, and what is new."""
    person, now = me(), clock.now()
    ahead = registrations.ahead_of(person)
    employments = accounts.employments_on(person, clock.today())
    coming = registration_rules.next_meeting(ahead, now)
    meetings = registration_rules.next_meetings(ahead, now)
    return render_template(
        "home/my.html",
        coming=coming,
        calendar_links=_calendar_links(coming),
        later=rules.after(coming, ahead, meetings),
        meetings=meetings,
        waiting=[each for each in ahead if each.status == Status.WAITLISTED],
        positions=registrations.positions(ahead),
        due=rules.work_due(ahead),
        orders=rules.orders_missing(ahead, employments),
        employments=employments,
        unconfirmed=rules.unconfirmed(employments),
        objections=queries.objections_of(person),
        certificates=queries.new_certificates(person),
        teaching=queries.taught_ahead(person),
        shortcuts=_shortcuts(),
    )


@bp.get("/districts/<org_code>/")
def district(org_code: str) -> ResponseReturnValue:
    """Show a district its year, what its staff goes to next, and who waits for its word."""
    place = or_404(organizations.district(org_code))
    authorize(organizations_policy.may_administer_district, place)
    today = clock.today()
    return render_template(
        "home/district.html",
        place=place,
        today=today,
        year=clock.fiscal_year_dates(clock.fiscal_year(today)),
        figures=queries.figures(place, clock.fiscal_year(today)),
        ahead=queries.ahead_of_district(place),
        count_ahead=queries.count_ahead_of_district(place),
        claims=acquaintance.find_staff(place.id, standing=Standing.CLAIMED),
        collaboratives=queries.collaboratives_of(place),
    )


def _calendar_links(coming: registration_rules.Next | None) -> list[tuple[str, str]]:
    """Return addresses that put the next meeting into a calendar on the web."""
    if coming is None:
        return []
    event = documents.meeting_event(coming.meeting, coming.registration.course_session)
    return ical.web_links(event)


def _shortcuts() -> list[Shortcut]:
    """Return the places where a person has a role, once each."""
    current = [each for each in me().roles if each.ended_at is None]
    found = {shortcut.url: shortcut for each in current if (shortcut := _shortcut(each))}
    return sorted(found.values())


def _shortcut(role: Role) -> Shortcut | None:
    of = role.organization
    if role.kind == RoleKind.PLATFORM_ADMINISTRATOR:
        is_there = "operations.show" in current_app.view_functions
        text = "Organizations, roles and health"
        return Shortcut("Platform", url_for("operations.show"), text) if is_there else None
    if isinstance(of, Collaborative):
        is_board = role.kind == RoleKind.BOARD_MEMBER
        text = "The year in figures" if is_board else "Sessions, rosters and attendance"
        url = url_for("desk.show", short_name=of.slug)
        return Shortcut(f"Desk of {of.short_name or of.name}", url, text)
    if of is None:
        return None
    url = url_for("home.district", org_code=of.org_code)
    return Shortcut(of.name, url, "Registrations, attendance and staff")
