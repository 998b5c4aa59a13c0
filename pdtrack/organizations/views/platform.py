"""The list of all organizations, for whoever runs the installation."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pdtrack.core import clock, filters
from pdtrack.core.authz import actor, authorize
from pdtrack.core.pages import form_page, or_404, page_number
from pdtrack.organizations import policy, queries
from pdtrack.organizations.actions import memberships
from pdtrack.organizations.actions import organizations as actions
from pdtrack.organizations.forms import (
    BasicsForm,
    CloseForm,
    EndMembershipForm,
    MembershipForm,
    NewOrganizationForm,
)
from pdtrack.organizations.models import (
    Collaborative,
    District,
    Organization,
    OrganizationKind,
)
from pdtrack.organizations.views.blueprint import bp

LIST = "/platform/organizations"
ONE = f"{LIST}/<org_code>"
MEMBERSHIP = f"{ONE}/memberships/<int:membership_id>"


@bp.get(LIST)
def organizations() -> ResponseReturnValue:
    """List and search all organizations, closed ones too."""
    authorize(policy.may_administer_platform)
    text = request.args.get("q", "").strip()[:100]
    asked = request.args.get("kind", "")
    kind = OrganizationKind(asked) if asked in set(OrganizationKind) else None
    return render_template(
        "organizations/organizations.html",
        organizations=queries.find_organizations(text=text, kind=kind, number=page_number()),
        text=text,
        kind=kind,
    )


@bp.route(f"{LIST}/new", methods=["GET", "POST"])
def add_organization() -> ResponseReturnValue:
    """Add a collaborative or a district."""
    authorize(policy.may_administer_platform)
    form = NewOrganizationForm()
    if form.validate_on_submit():
        with form.showing_errors():
            added = actions.add(
                kind=OrganizationKind(form.kind.data),
                org_code=form.org_code.data or "",
                basics=form.basics,
                actor=actor(),
            )
            flash(f"{added.name} is on the list.", "success")
            return redirect(_url(added))
    return form_page("organizations/add_organization.html", form=form)


@bp.get(ONE)
def organization(org_code: str) -> ResponseReturnValue:
    """Show one organization: memberships, former names, domains."""
    shown = _load(org_code)
    return render_template(
        "organizations/organization.html",
        organization=shown,
        is_collaborative=isinstance(shown, Collaborative),
        memberships=queries.memberships_of(shown.id),
        former_names=queries.former_names(shown.id),
        domains=queries.domains_of(shown.id),
        schools=queries.schools_of(shown.id),
        today=clock.today(),
    )


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
def edit_organization(org_code: str) -> ResponseReturnValue:
    """Change what an organization is called and where it is."""
    shown = _load(org_code)
    form = BasicsForm(obj=shown)
    if form.validate_on_submit():
        with form.showing_errors():
            actions.edit(organization=shown, basics=form.basics, actor=actor())
            flash("Saved.", "success")
            return redirect(_url(shown))
    return form_page(
        "organizations/edit_organization.html",
        form=form,
        organization=shown,
        is_collaborative=isinstance(shown, Collaborative),
    )


@bp.route(f"{ONE}/close", methods=["GET", "POST"])
def close_organization(org_code: str) -> ResponseReturnValue:
    """Say what closing means, and close an organization from a day on."""
    shown = _load(org_code)
    form = CloseForm(closed_on=clock.today())
    if form.validate_on_submit() and form.closed_on.data:
        with form.showing_errors():
            actions.close(organization=shown, on=form.closed_on.data, actor=actor())
            flash(f"{shown.name} is closed from {filters.day(form.closed_on.data)}.", "success")
            return redirect(_url(shown))
    return form_page("organizations/close_organization.html", form=form, organization=shown)


@bp.post(f"{ONE}/reopen")
def reopen_organization(org_code: str) -> ResponseReturnValue:
    """Open an organization again that was closed by mistake."""
    shown = _load(org_code)
    actions.reopen(organization=shown, actor=actor())
    flash(f"{shown.name} is open again. Enter its memberships anew.", "success")
    return redirect(_url(shown))


@bp.route(f"{ONE}/memberships/new", methods=["GET", "POST"])
def add_membership(org_code: str) -> ResponseReturnValue:
    """Enter a district's membership in a collaborative."""
    shown = _load(org_code)
    form = MembershipForm(valid_from=clock.fiscal_year_dates(clock.fiscal_year(clock.today()))[0])
    form.offer(shown)
    if form.validate_on_submit() and form.valid_from.data:
        with form.showing_errors():
            collaborative, district = _pair(shown, form.other.data)
            memberships.add(
                collaborative=collaborative,
                district=district,
                valid_from=form.valid_from.data,
                valid_to=form.valid_to.data,
                actor=actor(),
            )
            flash(f"{district.name} belongs to {collaborative.name}.", "success")
            return redirect(_url(shown))
    return form_page("organizations/add_membership.html", form=form, organization=shown)


@bp.route(f"{MEMBERSHIP}/end", methods=["GET", "POST"])
def end_membership(org_code: str, membership_id: int) -> ResponseReturnValue:
    """End a membership with its last day."""
    shown = _load(org_code)
    membership = or_404(queries.membership_of(shown.id, membership_id))
    form = EndMembershipForm(valid_to=membership.valid_to or clock.today())
    if form.validate_on_submit() and form.valid_to.data:
        with form.showing_errors():
            memberships.end(membership=membership, on=form.valid_to.data, actor=actor())
            flash("Saved.", "success")
            return redirect(_url(shown))
    return form_page(
        "organizations/end_membership.html", form=form, organization=shown, membership=membership
    )


def _load(org_code: str) -> Organization:
    authorize(policy.may_administer_platform)
    return or_404(queries.by_org_code(org_code))


def _url(shown: Organization) -> str:
    return url_for(".organization", org_code=shown.org_code)


def _pair(shown: Organization, other_id: str) -> tuple[Collaborative, District]:
    other = queries.organization(int(other_id))
    pair = (shown, other) if isinstance(shown, Collaborative) else (other, shown)
    collaborative, district = pair
    assert isinstance(collaborative, Collaborative)
    assert isinstance(district, District)
    return collaborative, district
