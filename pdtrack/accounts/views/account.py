"""One's own account, and what it holds."""

from __future__ import annotations

import json

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import identity, queries, records
from pdtrack.accounts.actions import account as actions
from pdtrack.accounts.actions.account import Profile
from pdtrack.accounts.forms.account import ProfileForm
from pdtrack.accounts.models import Person
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import clock, tokens
from pdtrack.core.authz import signed_in
from pdtrack.core.pages import download, form_page

FEED = "calendars.mine"


@bp.get("/my/account")
@signed_in
def account() -> ResponseReturnValue:
    """Show what the account holds, and where to change each part."""
    person = identity.me()
    return render_template(
        "accounts/account.html",
        person=person,
        addresses=queries.addresses_of(person),
        employments=queries.employments_of(person),
        feed_url=_feed_url(person),
        today=clock.today(),
    )


@bp.route("/my/account/profile", methods=["GET", "POST"])
@signed_in
def edit_profile() -> ResponseReturnValue:
    """Change name, MEPID and accommodations."""
    person = identity.me()
    form = ProfileForm(obj=person)
    if form.validate_on_submit():
        with form.showing_errors():
            actions.edit(person=person, profile=_profile(form), actor=person)
            flash("Saved.", "success")
            return redirect(url_for(".account"))
    return form_page("accounts/edit_profile.html", form=form)


@bp.post("/my/account/feed")
@signed_in
def end_feed() -> ResponseReturnValue:
    """End the calendar feed's address; the page shows the new one."""
    actions.end_feed(person=identity.me(), actor=identity.me())
    flash("The old address no longer works. Give the new one to your calendar.", "success")
    return redirect(url_for(".account"))


@bp.get("/my/account/data.json")
@signed_in
def download_data() -> Response:
    """Send everything that is held about a person to that person, for machines."""
    text = json.dumps(records.of(identity.me()), ensure_ascii=False, indent=2)
    return download([text], filename="pdtrack-account.json", media_type="application/json")


def _profile(form: ProfileForm) -> Profile:
    return Profile(
        first_name=form.first_name.data or "",
        last_name=form.last_name.data or "",
        mepid=form.mepid.data or None,
        accommodations=form.accommodations.data or None,
    )


def _feed_url(person: Person) -> str | None:
    if FEED not in current_app.view_functions:
        return None
    return tokens.url(FEED, token=tokens.feed_token(f"me:{person.id}", person.feed_version))
