"""The venues of a collaborative, for its coordinators."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts.identity import me
from pdtrack.catalog import actions as catalog
from pdtrack.catalog import policy, queries
from pdtrack.catalog.models import Venue
from pdtrack.core.authz import authorize
from pdtrack.core.pages import form_page, or_404
from pdtrack.desk import actions
from pdtrack.desk.forms import ConfirmForm, VenueForm
from pdtrack.desk.views.blueprint import DESK, bp, load_place
from pdtrack.desk.views.telling import is_sent, save
from pdtrack.organizations.models import Collaborative

VENUES = f"{DESK}/venues"
VENUE = f"{VENUES}/<int:venue_id>"


@bp.get(VENUES)
def venues(short_name: str) -> ResponseReturnValue:
    """List a collaborative's venues, retired ones included."""
    place = load_place(short_name)
    authorize(policy.may_offer, place)
    found = queries.venues(place, with_retired=True)
    return render_template("desk/venues.html", place=place, venues=found)


@bp.route(f"{VENUES}/new", methods=["GET", "POST"])
def new_venue(short_name: str) -> ResponseReturnValue:
    """Write down a new venue."""
    place = load_place(short_name)
    authorize(policy.may_offer, place)
    form = VenueForm()
    if form.validate_on_submit():
        with form.showing_errors():
            venue = catalog.create_venue(collaborative=place, details=form.details, actor=me())
            flash(f"“{venue.name}” is in your list of venues.", "success")
            return redirect(url_for(".venues", short_name=short_name))
    return form_page("desk/new_venue.html", form=form, place=place)


@bp.route(VENUE, methods=["GET", "POST"])
def edit_venue(short_name: str, venue_id: int) -> ResponseReturnValue:
    """Change a venue."""
    place, venue = _load(short_name, venue_id)
    authorize(policy.may_edit, venue)
    form = VenueForm(obj=venue)
    if is_sent() and form.validate():
        answer = save(
            form,
            lambda telling: actions.save_venue(
                venue=venue, details=form.details, telling=telling, actor=me()
            ),
            question="desk/tell_of_venue.html",
            then=url_for(".venues", short_name=short_name),
            taken_back=" Until then each session’s own page can take them back.",
            place=place,
            venue=venue,
        )
        if answer is not None:
            return answer
    coming = queries.coming_at(venue)
    return form_page("desk/edit_venue.html", form=form, place=place, venue=venue, coming=coming)


@bp.post(f"{VENUE}/retire")
def retire_venue(short_name: str, venue_id: int) -> ResponseReturnValue:
    """Take a venue out of use."""
    _, venue = _load(short_name, venue_id)
    authorize(policy.may_edit, venue)
    if ConfirmForm().validate_on_submit():
        catalog.retire_venue(venue=venue, actor=me())
        flash(f"“{venue.name}” is retired. Sessions planned there stay.", "success")
    return redirect(url_for(".venues", short_name=short_name))


@bp.post(f"{VENUE}/revive")
def revive_venue(short_name: str, venue_id: int) -> ResponseReturnValue:
    """Take a retired venue into use again."""
    _, venue = _load(short_name, venue_id)
    authorize(policy.may_edit, venue)
    if ConfirmForm().validate_on_submit():
        catalog.revive_venue(venue=venue, actor=me())
        flash(f"“{venue.name}” is in use again.", "success")
    return redirect(url_for(".venues", short_name=short_name))


def _load(short_name: str, venue_id: int) -> tuple[Collaborative, Venue]:
    place = load_place(short_name)
    return place, or_404(queries.venue(place, venue_id))
