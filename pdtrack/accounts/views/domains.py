"""The mail domains that an employer calls its own."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts.actions import domains as actions
from pdtrack.accounts.forms.domains import DomainForm
from pdtrack.accounts.identity import me
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import filters
from pdtrack.core.authz import authorize
from pdtrack.core.pages import form_page, or_404
from pdtrack.organizations import policy, queries
from pdtrack.organizations.actions import domains as organization_actions
from pdtrack.organizations.models import Collaborative, Organization

DESK = "/manage/<short_name>/settings/domains"
DISTRICT = "/districts/<org_code>/settings/domains"
REMOVE = "/<int:domain_id>/remove"


@bp.route(DESK, methods=["GET", "POST"], endpoint="domains")
@bp.route(DISTRICT, methods=["GET", "POST"], endpoint="district_domains")
def domains(short_name: str | None = None, org_code: str | None = None) -> ResponseReturnValue:
    """List the domains, and add one."""
    place = _place(short_name, org_code)
    form = DomainForm()
    if form.validate_on_submit():
        with form.showing_errors():
            added = actions.add(organization=place, typed=form.domain.data or "", actor=me())
            flash(_welcome(added), "success")
            return redirect(_url("domains", place))
    return form_page(
        "accounts/domains.html",
        form=form,
        place=place,
        domains=queries.domains_of(place.id),
        url=lambda name, **values: _url(name, place, **values),
    )


@bp.post(f"{DESK}{REMOVE}", endpoint="remove_domain")
@bp.post(f"{DISTRICT}{REMOVE}", endpoint="district_remove_domain")
def remove_domain(
    domain_id: int, short_name: str | None = None, org_code: str | None = None
) -> ResponseReturnValue:
    """Stop calling a domain one's own."""
    place = _place(short_name, org_code)
    domain = or_404(queries.domain_of(place.id, domain_id))
    organization_actions.remove(domain=domain, actor=me())
    flash(f"{domain.domain} is removed. Whoever it confirmed stays confirmed.", "success")
    return redirect(_url("domains", place))


def _welcome(added: actions.Added) -> str:
    name = added.domain.domain
    if not added.confirmed:
        return f"{name} is yours. Whoever proves an address in it and works for you is confirmed."
    people = filters.plural(added.confirmed, "person", "people")
    return f"{name} is yours; it confirmed {people}."


def _place(short_name: str | None, org_code: str | None) -> Organization:
    """Load the employer that the address names, and decide."""
    if short_name is not None:
        desk = or_404(queries.collaborative(short_name))
        authorize(policy.may_coordinate, desk)
        return desk
    district = or_404(queries.district(org_code or ""))
    authorize(policy.may_administer_district, district)
    return district


def _url(name: str, place: Organization, **values: Any) -> str:
    if isinstance(place, Collaborative):
        return url_for(f".{name}", short_name=place.slug, **values)
    return url_for(f".district_{name}", org_code=place.org_code, **values)
