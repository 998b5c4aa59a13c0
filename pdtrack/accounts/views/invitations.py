"""What an invitation's link shows, and accepting it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import links, rules
from pdtrack.accounts.actions import invitations as actions
from pdtrack.accounts.identity import me, visitor
from pdtrack.accounts.models import Invitation, Role
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core.authz import public, signed_in
from pdtrack.core.forms import Form
from pdtrack.core.pages import form_page
from pdtrack.organizations.models import Collaborative, District


@bp.get("/invitations/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    """Show what role is offered, by whom, and how to take it."""
    return render_template("accounts/invitation.html", form=Form(), **_offer(token))


@bp.post("/invitations/<token>")
@signed_in
def accept_invitation(token: str) -> ResponseReturnValue:
    """Take the role."""
    offer = _offer(token)
    form = Form()
    if form.validate_on_submit():
        with form.showing_errors():
            role = actions.accept(token=token, person=me(), actor=me())
            flash(f"Welcome: you are {rules.role_name(role.kind)} now.", "success")
            return redirect(_home_of(role))
    return form_page("accounts/invitation.html", form=form, **offer)


def _offer(token: str) -> dict[str, object]:
    """Return what the page shows; a link that no longer works raises `LinkNoLongerWorks`."""
    offered: Invitation = links.offered_invitation(token)
    person = visitor()
    return {
        "invitation": offered,
        "role": rules.role_name(offered.kind),
        "what": rules.WHAT_ROLES_DO[offered.kind],
        "token": token,
        "has_address": person is not None
        and any(each.address == offered.address for each in person.addresses if each.verified_at),
    }


def _home_of(role: Role) -> str:
    """Return the first page of whoever has the role."""
    place = role.organization
    if isinstance(place, Collaborative):
        return url_for("desk.show", short_name=place.slug)
    if isinstance(place, District):
        return url_for("home.district", org_code=place.org_code)
    return url_for("organizations.organizations")
