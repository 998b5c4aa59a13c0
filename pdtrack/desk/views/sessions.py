"""A collaborative's sessions: the list, a new one, one of them, and who teaches it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts.identity import me
from pdtrack.catalog import actions as catalog_actions
from pdtrack.catalog import policy as catalog_policy
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.catalog.rules import Problem
from pdtrack.core import clock
from pdtrack.core.authz import authorize
from pdtrack.core.pages import form_page, or_404, page_number, paginate
from pdtrack.desk import actions, policy, queries, rules
from pdtrack.desk.forms import NewSessionForm, PresentersForm
from pdtrack.desk.forms.details import FIELDS
from pdtrack.desk.views.blueprint import (
    DESK,
    SESSION,
    bp,
    cannot_be_changed,
    load,
    load_place,
    session_url,
    teacher,
)
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import queries as registrations
from pdtrack.registration import rules as registration_rules

PER_PAGE = 25


@bp.get(f"{DESK}/sessions")
def course_sessions(short_name: str) -> ResponseReturnValue:
    """List sessions by state and by the words of their titles."""
    place = load_place(short_name)
    authorize(policy.may_work_here, place)
    who = teacher(place)
    text = _words()
    state = request.args.get("state", "all" if text else "upcoming")
    page = paginate(
        queries.sessions(place, state=state, text=text, teacher=who),
        number=page_number(),
        per_page=PER_PAGE,
    )
    return render_template(
        "desk/course_sessions.html",
        place=place,
        is_coordinator=who is None,
        page=page,
        text=text,
        state=state if state in queries.LIST_STATES else "all",
        by_state=queries.sessions_by_state(place, text=text, teacher=who),
        counts=registrations.counts(each.id for each in page),
    )


@bp.route(f"{DESK}/sessions/new", methods=["GET", "POST"])
def new(short_name: str) -> ResponseReturnValue:
    """Choose a course, and begin a session of it."""
    place = load_place(short_name)
    authorize(catalog_policy.may_offer, place)
    if not request.args.get("course"):
        return _choose_course(place)
    course = or_404(catalog.course(place, _course_id()))
    form = NewSessionForm(data={"title": course.title, "format": Format.IN_PERSON.value})
    if form.validate_on_submit():
        with form.showing_errors():
            begun = actions.begin_course_session(
                course=course, details=form.details(**_contact(place)), actor=me()
            )
            flash("The draft is begun. Nobody but your staff sees it yet.", "success")
            return redirect(_first_step(place, begun))
    return form_page(
        "desk/new.html",
        form=form,
        place=place,
        course=course,
        earlier=queries.earlier_runs(course),
    )


@bp.get(SESSION)
def course_session(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Show how a session stands, and what is missing before it can be published."""
    place, found = load(short_name, course_session_id)
    authorize(policy.may_see_session, found)
    counts = registrations.count(found)
    problems = catalog.reasons_not_to_publish(found) if found.state == SessionState.DRAFT else []
    is_coordinator = catalog_policy.may_edit(me(), found)
    return render_template(
        "desk/course_session.html",
        place=place,
        course_session=found,
        is_coordinator=is_coordinator,
        counts=counts,
        steps=rules.steps(problems),
        links={each.message: _link(place, found, each) for each in problems},
        why_nobody=registration_rules.why_nobody_is_promoted(found, counts),
        closed=registration_rules.why_closed(found, clock.now()),
        mail=queries.undoable_mail(found) if is_coordinator else None,
    )


@bp.route(f"{SESSION}/presenters", methods=["GET", "POST"])
def presenters(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Choose who teaches a session."""
    place, found = load(short_name, course_session_id)
    authorize(catalog_policy.may_edit, found)
    if not policy.may_change(me(), found):
        return cannot_be_changed(place, found)
    people = queries.possible_presenters(found)
    form = PresentersForm(data={"presenters": [each.id for each in found.presenters]})
    form.offer(people)
    if form.validate_on_submit():
        with form.showing_errors():
            chosen = form.presenters.data or []
            catalog_actions.set_presenters(
                course_session=found,
                people=[each for each in people if each.id in chosen],
                actor=me(),
            )
            flash("Saved who teaches it.", "success")
            return redirect(session_url(place, found))
    return form_page(
        "desk/presenters.html", form=form, place=place, course_session=found, people=people
    )


def _choose_course(place: Collaborative) -> ResponseReturnValue:
    text = _words()
    courses = catalog.courses(place)
    found = [each for each in courses if text.lower() in each.title.lower()]
    return render_template(
        "desk/choose_course.html", place=place, courses=courses, found=found, text=text
    )


def _words() -> str:
    """Return what somebody looks for."""
    return request.args.get("q", "").strip()[:200]


def _course_id() -> int:
    """Return the number of the course that the address names; 0 if it names none."""
    asked = request.args.get("course", "")[:9]
    return int(asked) if asked.isascii() and asked.isdigit() else 0


def _contact(place: Collaborative) -> dict[str, Any]:
    """Return whom people may ask until somebody else is named: who begins the draft."""
    return {
        "contact_name": me().display_name,
        "contact_email": place.contact_email or me().email or "",
        "contact_phone": place.contact_phone,
    }


def _first_step(place: Collaborative, begun: CourseSession) -> str:
    endpoint = "desk.edit" if begun.is_self_paced else "desk.meetings"
    return url_for(endpoint, short_name=place.slug, course_session_id=begun.id)


def _link(place: Collaborative, found: CourseSession, problem: Problem) -> str:
    """Return where a problem is put right, at its very field."""
    if problem.field == "meetings":
        return url_for("desk.meetings", short_name=place.slug, course_session_id=found.id)
    field = FIELDS.get(problem.field or "", problem.field)
    return url_for("desk.edit", short_name=place.slug, course_session_id=found.id, _anchor=field)
