"""The first page of the desk."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pdtrack.core import authz, clock
from pdtrack.core.authz import authorize
from pdtrack.desk import policy, queries
from pdtrack.desk.views.blueprint import DESK, bp, load_place, teacher
from pdtrack.organizations import policy as organizations_policy
from pdtrack.registration import queries as registrations


@bp.get(f"{DESK}/")
def show(short_name: str) -> ResponseReturnValue:
    """Show what needs somebody now, today, and the next two weeks; the board gets its figures."""
    place = load_place(short_name)
    authorize(organizations_policy.may_enter_desk, place)
    if not policy.may_work_here(authz.actor(), place):
        return redirect(url_for("reports.year", short_name=place.slug))
    who = teacher(place)
    meetings = queries.meetings_ahead(place, teacher=who)
    today = clock.today()
    return render_template(
        "desk/show.html",
        place=place,
        is_coordinator=who is None,
        needs=queries.needs_me_now(place, teacher=who),
        today=[each for each in meetings if clock.local(each.starts_at).date() <= today],
        coming=[each for each in meetings if clock.local(each.starts_at).date() > today],
        is_cut=len(meetings) == queries.MOST_AHEAD,
        counts=registrations.counts({each.course_session_id for each in meetings}),
        beginnings=queries.beginnings(place),
        day=today,
    )
