"""What a collaborative or a district says of itself."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from pdtrack.core import clock, regulations
from pdtrack.core.authz import actor, authorize
from pdtrack.core.pages import form_page, or_404
from pdtrack.organizations import policy, queries
from pdtrack.organizations.actions import organizations as actions
from pdtrack.organizations.forms import CollaborativeForm, DistrictForm
from pdtrack.organizations.views.blueprint import bp


@bp.route("/manage/<short_name>/settings", methods=["GET", "POST"])
def settings(short_name: str) -> ResponseReturnValue:
    """Change how a collaborative is reached and what its papers say."""
    place = or_404(queries.collaborative(short_name))
    authorize(policy.may_coordinate, place)
    form = CollaborativeForm(obj=place)
    if form.validate_on_submit():
        with form.showing_errors():
            actions.change_collaborative(
                collaborative=place, contact=form.contact, provider=form.provider, actor=actor()
            )
            flash("Saved. Certificates that were issued stay as they were.", "success")
            return redirect(url_for(".settings", short_name=short_name))
    usual = regulations.in_force("cancellation.free_business_days", clock.today())
    return form_page(
        "organizations/settings.html", form=form, place=place, usual_days=usual.tenths // 10
    )


@bp.route("/districts/<org_code>/settings", methods=["GET", "POST"])
def district_settings(org_code: str) -> ResponseReturnValue:
    """Change how a district is reached and when its school year begins."""
    place = or_404(queries.district(org_code))
    authorize(policy.may_administer_district, place)
    form = DistrictForm(obj=place)
    if form.validate_on_submit():
        with form.showing_errors():
            actions.change_district(
                district=place,
                contact=form.contact,
                first_school_day=form.first_school_day.data,
                actor=actor(),
            )
            flash("Saved.", "success")
            return redirect(url_for(".district_settings", org_code=org_code))
    return form_page("organizations/district_settings.html", form=form, place=place)
