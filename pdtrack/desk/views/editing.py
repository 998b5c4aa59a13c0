"""Changing what a session says, and when it meets."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from pdtrack.accounts.identity import me
from pdtrack.catalog import policy as catalog_policy
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession
from pdtrack.core import filters
from pdtrack.core.authz import authorize
from pdtrack.core.errors import DomainError
from pdtrack.core.forms import Form
from pdtrack.core.pages import form_page
from pdtrack.desk import actions, policy, rules
from pdtrack.desk.forms import MeetingsForm, SessionForm
from pdtrack.desk.rules import Telling
from pdtrack.desk.views.blueprint import SESSION, bp, cannot_be_changed, load, session_url
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import queries as registrations


@bp.route(f"{SESSION}/edit", methods=["GET", "POST"])
def edit(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Change everything about a session but its meetings."""
    place, course_session = load(short_name, course_session_id)
    authorize(catalog_policy.may_edit, course_session)
    if not policy.may_change(me(), course_session):
        return cannot_be_changed(place, course_session)
    form = SessionForm.showing(course_session, catalog.venues(place))
    if _is_sent() and form.validate():
        answer = _save(
            form,
            place,
            course_session,
            lambda telling: actions.save_course_session(
                course_session=course_session,
                details=form.written,
                version=form.version.data or 0,
                telling=telling,
                actor=me(),
            ),
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
    elif _is_sent() and form.validate():
        answer = _save(
            form,
            place,
            course_session,
            lambda telling: actions.save_meetings(
                course_session=course_session,
                meetings=form.planned,
                version=form.version.data or 0,
                telling=telling,
                actor=me(),
            ),
        )
        if answer is not None:
            return answer
    return form_page("desk/meetings.html", form=form, place=place, course_session=course_session)


def _is_sent() -> bool:
    """Whether something is to be saved; not when somebody went back from the preview."""
    return request.method == "POST" and request.form.get("telling") != "back"


def _save(
    form: Form,
    place: Collaborative,
    course_session: CourseSession,
    save: Callable[[Telling], actions.Saved],
) -> ResponseReturnValue | None:
    """Save and go on, or ask first whom to tell; nothing if it was refused."""
    try:
        saved = save(_telling())
    except actions.AskFirst as question:
        return render_template(
            "desk/tell.html",
            place=place,
            course_session=course_session,
            preview=question.preview,
            typed=_typed(),
        )
    except DomainError as refusal:
        form.refuse(refusal)
        return None
    _say(saved)
    return redirect(session_url(place, course_session))


def _telling() -> Telling:
    asked = request.form.get("telling", "")
    return Telling(asked) if asked in list(Telling) else Telling.ASK


def _typed() -> list[tuple[str, str]]:
    """Return everything that was sent, to be sent again once somebody has decided."""
    apart = {"csrf_token", "telling", "act"}
    return [(name, value) for name, value in request.form.items(multi=True) if name not in apart]


def _say(saved: actions.Saved) -> None:
    told = f" {filters.plural(saved.mails, 'mail leaves', 'mails leave')} in five minutes."
    flash(f"Saved.{told if saved.mails else ''}", "success")
    if saved.promoted:
        names = rules.named(each.person.display_name for each in saved.promoted)
        flash(f"Promoted from the waitlist: {names}.", "success")
    if saved.recredited:
        people = filters.plural(saved.recredited, "person", "people")
        flash(f"The attendance of {people} follows what is credited now.", "info")
    promoted = [each.person.display_name for each in saved.promoted if not each.person.email]
    if untold := list(dict.fromkeys([*saved.unreachable, *promoted])):
        flash(f"Without an address, so tell them yourself: {rules.named(untold)}.", "warning")
