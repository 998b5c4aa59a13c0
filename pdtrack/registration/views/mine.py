"""Registering, and what a person has registered for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import queries as accounts
from pdtrack.accounts.identity import me
from pdtrack.accounts.models import Employment
from pdtrack.catalog import documents
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock, filters, ical
from pdtrack.core.authz import authorize, signed_in
from pdtrack.core.errors import DomainError
from pdtrack.core.pages import flash_refusal, form_page, or_404, page_number, paginate
from pdtrack.registration import actions, policy, queries, rules
from pdtrack.registration.forms import ConfirmForm, DetailsForm, RegistrationForm
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.views.blueprint import bp


@bp.route("/sessions/<int:course_session_id>/register", methods=["GET", "POST"])
def register(course_session_id: int) -> ResponseReturnValue:
    """Register for a session, or join its waitlist."""
    course_session = or_404(queries.course_session_at_the_door(course_session_id))
    authorize(policy.may_register, course_session)
    employments, prices = by_price(course_session, accounts.employments_on(me(), clock.today()))
    form = RegistrationForm(data={"accommodations": me().accommodations})
    form.offer(employments, prices)
    if form.validate_on_submit():
        with form.showing_errors():
            try:
                registration = actions.register(
                    person=me(),
                    course_session=course_session,
                    employment=form.chosen(employments),
                    accommodations=form.accommodations.data,
                    actor=me(),
                )
            except actions.AlreadyRegistered:
                return _show_existing(course_session)
            return _welcome(registration)
    return form_page(
        "registration/register.html",
        form=form,
        course_session=course_session,
        prices=set(prices.values()),
        **_standing(course_session, employments),
    )


@bp.get("/my/registrations")
@signed_in
def mine() -> ResponseReturnValue:
    """List a person's registrations: what is ahead, where they wait, what is behind."""
    ahead = queries.ahead_of(me())
    next_meetings = rules.next_meetings(ahead, clock.now())
    return render_template(
        "registration/mine.html",
        upcoming=[each for each in ahead if each.status != Status.WAITLISTED],
        waiting=[each for each in ahead if each.status == Status.WAITLISTED],
        meetings=next_meetings,
        positions=queries.positions(ahead),
        behind=paginate(queries.behind(me()), number=page_number(), per_page=20),
    )


@bp.route("/my/registrations/<int:registration_id>", methods=["GET", "POST"])
def show(registration_id: int) -> ResponseReturnValue:
    """Show one registration, and change what may be changed about it."""
    registration = or_404(queries.find(registration_id))
    authorize(policy.may_see, registration)
    form = DetailsForm(obj=registration)
    form.leave_out_what_is_settled(registration)
    if form.validate_on_submit():
        with form.showing_errors():
            actions.write_details(
                registration=registration, actor=me(), **form.details(registration)
            )
            flash("Your changes are saved.", "success")
            return redirect(url_for(".show", registration_id=registration.id))
    return form_page(
        "registration/show.html",
        form=form,
        registration=registration,
        course_session=registration.course_session,
        has_begun=rules.has_begun(registration.course_session),
        has_open_price=rules.has_open_price(registration),
        position=queries.position_in_line(registration),
        last_free_day=queries.last_free_day(registration.course_session),
        calendar_links=_calendar_links(registration),
    )


@bp.route("/my/registrations/<int:registration_id>/cancel", methods=["GET", "POST"])
def cancel(registration_id: int) -> ResponseReturnValue:
    """Say what cancelling means, and cancel."""
    registration = or_404(queries.find(registration_id))
    authorize(policy.may_cancel, registration)
    form = ConfirmForm()
    if form.validate_on_submit():
        return _cancelled(registration)
    if not registration.status.is_active:
        return redirect(url_for(".show", registration_id=registration.id))
    course_session = registration.course_session
    return form_page(
        "registration/cancel.html",
        form=form,
        registration=registration,
        course_session=course_session,
        last_free_day=queries.last_free_day(course_session),
        today=clock.today(),
        has_begun=rules.has_begun(course_session),
        counts=queries.count(course_session),
        position=queries.position_in_line(registration),
    )


def by_price(
    course_session: CourseSession, employments: Sequence[Employment]
) -> tuple[Sequence[Employment], dict[int, str]]:
    """Return somebody's employments, the one that makes it cheapest first, and what each costs.

    The first is proposed, and its price is the one that the catalog showed. One employment
    needs no choice, so its price is not asked.
    """
    if len(employments) < 2:  # noqa: PLR2004 - nothing to choose.
        return employments, {}
    cents = {each.id: catalog.price_for(course_session, [each]).cents for each in employments}
    in_order = sorted(employments, key=lambda each: cents[each.id])
    return in_order, {key: filters.price(each) for key, each in cents.items()}


def _standing(course_session: CourseSession, employments: Sequence[Employment]) -> dict[str, Any]:
    """Return what a person weighs before registering."""
    counts, is_in = queries.standing(course_session, me())
    placement = rules.placement(
        capacity=course_session.capacity, taken=counts.taken, waiting=counts.waiting
    )
    return {
        "price": catalog.price_for(course_session, employments[:1]),
        "employments": employments,
        "existing": queries.find_active(course_session, me()) if is_in else None,
        "closed": rules.why_closed(course_session, clock.now()),
        "counts": counts,
        "would_wait": placement == Status.WAITLISTED,
        "last_free_day": queries.last_free_day(course_session),
    }


def _welcome(registration: Registration) -> ResponseReturnValue:
    if registration.status == Status.WAITLISTED:
        flash("You are on the waitlist. You do not have a place yet.", "warning")
    else:
        flash("You are registered. A confirmation is on its way to you.", "success")
    return redirect(url_for(".show", registration_id=registration.id))


def _show_existing(course_session: CourseSession) -> ResponseReturnValue:
    """Answer a double click, or Back and a second try: what is there stays as it is."""
    existing = or_404(queries.find_active(course_session, me()))
    flash("You have this registration already. Nothing was changed.", "info")
    return redirect(url_for(".show", registration_id=existing.id))


def _cancelled(registration: Registration) -> ResponseReturnValue:
    was_waiting = registration.status == Status.WAITLISTED
    try:
        actions.cancel(registration=registration, actor=me())
    except DomainError as refusal:
        flash_refusal(refusal)
    else:
        flash("You left the waitlist." if was_waiting else "Your place is given up.", "success")
    return redirect(url_for(".show", registration_id=registration.id))


def _calendar_links(registration: Registration) -> list[tuple[str, str]]:
    """Return addresses that put what is registered into a calendar on the web."""
    if registration.status != Status.REGISTERED:
        return []
    events = documents.session_events(registration.course_session)
    coming = [event for event in events if event.status != ical.Status.CANCELLED]
    if len(coming) != 1:
        return []
    return ical.web_links(coming[0])
