"""What staff do to a roster: register somebody, take somebody off, move the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import acquaintance
from pdtrack.accounts import queries as accounts
from pdtrack.accounts.identity import me
from pdtrack.accounts.models import Person
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock
from pdtrack.core.authz import authorize
from pdtrack.core.pages import form_page, or_404
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import actions, policy, queries, rules
from pdtrack.registration.forms import (
    ConfirmForm,
    NewPersonForm,
    StaffRegistrationForm,
)
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.views.blueprint import bp
from pdtrack.registration.views.mine import by_price
from pdtrack.registration.views.roster import ROSTER, load


@bp.get(f"{ROSTER}/add")
def add(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Find the person to register."""
    place, course_session = _load(short_name, course_session_id)
    text = _asked()
    return render_template(
        "registration/add.html",
        place=place,
        course_session=course_session,
        text=text,
        people=_found(place, text) if text else None,
    )


@bp.route(f"{ROSTER}/add/<int:person_id>", methods=["GET", "POST"])
def add_person(short_name: str, course_session_id: int, person_id: int) -> ResponseReturnValue:
    """Register a person whom staff found."""
    place, course_session = _load(short_name, course_session_id)
    person = or_404(_findable(place, person_id))
    employments, prices = by_price(course_session, accounts.employments_on(person, clock.today()))
    form = StaffRegistrationForm()  # What somebody usually needs is for that person to tell.
    form.offer(employments, prices)
    if form.validate_on_submit():
        with form.showing_errors():
            registration = actions.register_for(
                person=person,
                course_session=course_session,
                employment=form.chosen(employments),
                accommodations=form.accommodations.data,
                insists=form.insists.data,
                actor=me(),
            )
            return _added(place, registration)
    return form_page(
        "registration/add_person.html",
        form=form,
        place=place,
        course_session=course_session,
        person=person,
        employments=employments,
        **_room(course_session),
    )


@bp.route(f"{ROSTER}/add/new", methods=["GET", "POST"])
def add_new_person(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Register somebody who is in no list yet, account or not."""
    place, course_session = _load(short_name, course_session_id)
    form = NewPersonForm(data=rules.typed(_asked()))
    form.offer_employers()
    if form.validate_on_submit():
        with form.showing_errors():
            registration = actions.register_new_person(
                newcomer=form.newcomer,
                course_session=course_session,
                accommodations=form.accommodations.data,
                insists=form.insists.data,
                actor=me(),
            )
            return _added(place, registration)
    return form_page(
        "registration/add_new_person.html",
        form=form,
        place=place,
        course_session=course_session,
        **_room(course_session),
    )


@bp.post(f"{ROSTER}/fill")
def fill(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Promote from the line as many as places are free."""
    place, course_session = _load(short_name, course_session_id)
    if ConfirmForm().validate():
        promoted = actions.rebalance(course_session=course_session, actor=me())
        names = ", ".join(each.person.display_name for each in promoted)
        flash(f"Promoted: {names}." if names else "Nobody could be promoted.", "success")
    return redirect(_roster_url(place, course_session))


def _load(short_name: str, course_session_id: int) -> tuple[Collaborative, CourseSession]:
    place, course_session = load(short_name, course_session_id)
    authorize(policy.may_change_roster, course_session)
    return place, course_session


def _asked() -> str:
    """Return what was typed to find somebody."""
    return request.args.get("q", "").strip()[:200]


def _found(place: Collaborative, text: str) -> Sequence[Person]:
    """Return whom the collaborative knows by this text, and whoever has exactly this address."""
    known = acquaintance.find_people(place.id, text=text).items
    by_address = accounts.by_address(text.lower())
    return [*known, *([by_address] if by_address and by_address not in known else [])]


def _findable(place: Collaborative, person_id: int) -> Person | None:
    """Return a person whom the collaborative knows, or who told their address."""
    known = acquaintance.person_known_to(place.id, person_id)
    if known is not None:
        return known
    by_address = accounts.by_address(request.args.get("address", "").lower())
    return by_address if by_address and by_address.id == person_id else None


def _room(course_session: CourseSession) -> dict[str, Any]:
    """Return what staff weigh: how full it is, and whether the door is open already."""
    return {
        "counts": queries.count(course_session),
        "has_begun": rules.has_begun(course_session),
    }


def _added(place: Collaborative, registration: Registration) -> ResponseReturnValue:
    name = registration.person.display_name
    if registration.status == Status.WAITLISTED:
        flash(f"{name} is on the waitlist.", "warning")
    else:
        flash(f"{name} is registered.", "success")
    return redirect(_roster_url(place, registration.course_session))


def _roster_url(place: Collaborative, course_session: CourseSession) -> str:
    return url_for(".roster", short_name=place.slug, course_session_id=course_session.id)
