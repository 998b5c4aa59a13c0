"""A session's roster: on screen, on paper, as a file."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select

from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession
from pdtrack.core import authz, filters
from pdtrack.core.authz import authorize
from pdtrack.core.pages import or_404, page_number, paginate, table_download
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import documents, policy, queries, rules
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.views.blueprint import bp

ROSTER = "/manage/<short_name>/sessions/<int:course_session_id>/roster"
MOST_TO_SIGN = 4
STATES = (
    ("", "Registered and waiting"),
    (Status.REGISTERED.value, "Registered"),
    (Status.WAITLISTED.value, "On the waitlist"),
    (Status.CANCELLED.value, "Cancelled"),
    (Status.WITHDRAWN.value, "Withdrawn"),
    ("all", "Everybody"),
)


@bp.get(ROSTER)
def roster(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """List who has a place and who waits."""
    place, course_session = load(short_name, course_session_id)
    authorize(policy.may_read_roster, course_session)
    page = paginate(_asked(course_session), number=page_number(), per_page=100)
    counts = queries.count(course_session)
    return render_template(
        "registration/roster.html",
        place=place,
        course_session=course_session,
        registrations=page,
        positions=queries.positions(page),
        counts=counts,
        why_nobody=rules.why_nobody_is_promoted(course_session, counts),
        may_fill=_may_fill(course_session, counts),
        states=STATES,
    )


@bp.get(f"{ROSTER}/print")
def print_roster(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Show who has a place on paper: to sign for everybody, or what people need for staff alone."""
    place, course_session = load(short_name, course_session_id)
    authorize(policy.may_read_roster, course_session)
    is_for_staff = request.args.get("copy") == "staff"
    return render_template(
        "registration/print_roster.html",
        place=place,
        course_session=course_session,
        is_for_staff=is_for_staff,
        columns=["Accommodations"] if is_for_staff else _signatures(course_session),
        registrations=queries.registered(course_session),
        numbers=queries.row_numbers(course_session),
    )


@bp.get(f"{ROSTER}.<any(csv, xlsx):ending>")
def roster_file(short_name: str, course_session_id: int, ending: str) -> ResponseReturnValue:
    """Send the roster, as it is filtered and sorted, as a file."""
    _, course_session = load(short_name, course_session_id)
    authorize(policy.may_read_roster, course_session)
    rows = queries.all_of(_asked(course_session))
    columns = documents.roster_columns(
        queries.positions(rows),
        with_money=policy.may_change_roster(authz.actor(), course_session),
    )
    return table_download(columns, rows, name=f"roster-{course_session.id}", ending=ending)


def load(short_name: str, course_session_id: int) -> tuple[Collaborative, CourseSession]:
    """Return a collaborative and a session of it, or answer that there is no such page."""
    place = or_404(organizations.collaborative(short_name))
    return place, or_404(catalog.course_session(place, course_session_id))


def _asked(course_session: CourseSession) -> Select[Registration]:
    """Return what the address asks for."""
    asked = request.args
    return queries.roster(
        course_session,
        state=asked.get("state", ""),
        text=asked.get("q", "").strip()[:200],
        sort=asked.get("sort", "state"),
    )


def _signatures(course_session: CourseSession) -> list[str]:
    """Return the columns to sign in: one for each meeting, if the paper is wide enough."""
    standing = [each for each in course_session.meetings if each.cancelled_at is None]
    if not 1 < len(standing) <= MOST_TO_SIGN:
        return ["Signature"]
    return [f"Signature {filters.day(each.starts_at)}" for each in standing]


def _may_fill(course_session: CourseSession, counts: rules.Counts) -> bool:
    is_cut_off = rules.is_cut_off(course_session)
    return bool(
        rules.promotions(capacity=course_session.capacity, counts=counts, is_cut_off=is_cut_off)
    )
