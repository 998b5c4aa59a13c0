"""Who may do what in a collaborative, a district or the installation."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import policy, queries, rules
from pdtrack.accounts.actions import invitations
from pdtrack.accounts.actions import roles as actions
from pdtrack.accounts.forms.roles import InviteForm
from pdtrack.accounts.identity import me
from pdtrack.accounts.models import Role
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core.authz import authorize
from pdtrack.core.forms import Form
from pdtrack.core.pages import form_page, or_404
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative, Organization

DESK = "/manage/<short_name>/people/roles"
DISTRICT = "/districts/<org_code>/people/roles"
PLATFORM = "/platform/roles"
END = "/<int:role_id>/end"
WITHDRAW = "/invitations/<int:invitation_id>/withdraw"
BOTH = ["GET", "POST"]


@bp.route(DESK, methods=BOTH, endpoint="roles")
@bp.route(DISTRICT, methods=BOTH, endpoint="district_roles")
@bp.route(PLATFORM, methods=BOTH, endpoint="platform_roles")
def roles(short_name: str | None = None, org_code: str | None = None) -> ResponseReturnValue:
    """List who holds which role, and invite somebody to one."""
    place = _place(short_name, org_code)
    kinds = rules.kinds_in(place.kind if place else None)
    form = InviteForm()
    form.offer(kinds)
    if form.validate_on_submit():
        with form.showing_errors():
            made = invitations.invite(
                address=form.email.address, kind=form.role.data, organization=place, actor=me()
            )
            flash(f"{made.address} is invited; the invitation is on its way.", "success")
            return redirect(_url("roles", place))
    return form_page(
        "accounts/roles.html",
        form=form,
        place=place,
        kinds=kinds,
        roles=queries.roles_in(place.id if place else None),
        invitations=queries.open_invitations(place.id if place else None),
        url=lambda name, **values: _url(name, place, **values),
        role_name=rules.role_name,
    )


@bp.route(f"{DESK}{END}", methods=BOTH, endpoint="end_role")
@bp.route(f"{DISTRICT}{END}", methods=BOTH, endpoint="district_end_role")
@bp.route(f"{PLATFORM}{END}", methods=BOTH, endpoint="platform_end_role")
def end_role(
    role_id: int, short_name: str | None = None, org_code: str | None = None
) -> ResponseReturnValue:
    """Say what ending a role means, and end it."""
    place = _place(short_name, org_code)
    role: Role = or_404(queries.role_in(place.id if place else None, role_id))
    back = _url("roles", place)
    form = Form()
    if form.validate_on_submit():
        with form.showing_errors():
            actions.end(role=role, actor=me())
            name = rules.role_name(role.kind)
            flash(f"{role.person.display_name} is no longer {name}.", "success")
            is_own = role.person_id == me().id
            return redirect(url_for(".account") if is_own else back)
    return form_page(
        "accounts/end_role.html",
        form=form,
        place=place,
        role=role,
        name=rules.role_name(role.kind),
        back=back,
    )


@bp.post(f"{DESK}{WITHDRAW}", endpoint="withdraw_invitation")
@bp.post(f"{DISTRICT}{WITHDRAW}", endpoint="district_withdraw_invitation")
@bp.post(f"{PLATFORM}{WITHDRAW}", endpoint="platform_withdraw_invitation")
def withdraw_invitation(
    invitation_id: int, short_name: str | None = None, org_code: str | None = None
) -> ResponseReturnValue:
    """Take an invitation back."""
    place = _place(short_name, org_code)
    invitation = or_404(queries.invitation_in(place.id if place else None, invitation_id))
    invitations.withdraw(invitation=invitation, actor=me())
    flash(f"The invitation of {invitation.address} no longer works.", "success")
    return redirect(_url("roles", place))


def _place(short_name: str | None, org_code: str | None) -> Organization | None:
    """Load the organization that the address names, none for the installation, and decide."""
    place: Organization | None = None
    if short_name is not None:
        place = or_404(organizations.collaborative(short_name))
    elif org_code is not None:
        place = or_404(organizations.district(org_code))
    authorize(policy.may_give_roles, place)
    return place


def _url(name: str, place: Organization | None, **values: Any) -> str:
    if place is None:
        return url_for(f".platform_{name}", **values)
    if isinstance(place, Collaborative):
        return url_for(f".{name}", short_name=place.slug, **values)
    return url_for(f".district_{name}", org_code=place.org_code, **values)
