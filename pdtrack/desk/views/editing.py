"""Changing what a session says, and when it meets."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from pdtrack.accounts.identity import me
from pdtrack.catalog import policy as catalog_policy
from pdtrack.catalog import queries as catalog
from pdtrack.core.authz import authorize
from pdtrack.core.pages import form_page
from pdtrack.desk import actions, policy
from pdtrack.desk.forms import MeetingsForm, SessionForm
from pdtrack.desk.views.blueprint import SESSION, bp, cannot_be_changed, load, session_url
from pdtrack.desk.views.telling import is_sent, save
from pdtrack.registration import queries as registrations


@bp.route(f"{SESSION}/edit", methods=["GET", "POST"])
def edit(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Change everything about a session but its meetings."""
    place, course_session = load(short_name, course_session_id)
    authorize(catalog_policy.may_edit, course_session)
    if not policy.may_change(me(), course_session):
        return cannot_be_changed(place, course_session)
    form = SessionForm.showing(course_session, catalog.venues(place))
    if is_sent() and form.validate():
        answer = save(
            form,
            lambda telling: actions.save_course_session(
                course_session=course_session,
                details=form.written,
                version=form.version.data or 0,
                telling=telling,
                actor=me(),
            ),
            question="desk/tell.html",
            then=session_url(place, course_session),
            place=place,
            course_session=course_session,
        )
        if answer is not None:
            return answer
    return form_page(
        "desk/edit.html",
        form=form,
        place=place,
        course_session=course_session,
        counts=registrations.count(course_session),
    )


@bp.route(f"{SESSION}/meetings", methods=["GET", "POST"])
def meetings(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Change all meetings of a session on one page."""
    place, course_session = load(short_name, course_session_id)
    authorize(catalog_policy.may_edit, course_session)
    if not policy.may_plan_meetings(me(), course_session):
        return cannot_be_changed(place, course_session)
    form = MeetingsForm.showing(course_session, catalog.venues(place))
    if request.form.get("act") == "more":
        form.add_rows()
    elif request.form.get("act") == "repeat" or form.asks_to_repeat:
        form.repeat_weekly()
    elif is_sent() and form.validate():
        answer = save(
            form,
            lambda telling: actions.save_meetings(
                course_session=course_session,
                meetings=form.planned,
                version=form.version.data or 0,
                telling=telling,
                actor=me(),
            ),
            question="desk/tell.html",
            then=session_url(place, course_session),
            place=place,
            course_session=course_session,
        )
        if answer is not None:
            return answer
    return form_page("desk/meetings.html", form=form, place=place, course_session=course_session)
