"""A district's own staff, as its administrators see them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import acquaintance, policy
from pdtrack.accounts.acquaintance import Standing
from pdtrack.accounts.actions import people as actions
from pdtrack.accounts.forms.people import NewStaffForm
from pdtrack.accounts.identity import me
from pdtrack.accounts.models import Employment
from pdtrack.accounts.rules import Workplace
from pdtrack.accounts.views import employing
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import clock
from pdtrack.core.authz import authorize
from pdtrack.core.pages import form_page, or_404, page_number
from pdtrack.organizations import policy as organizations_policy
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import District

STAFF = "/districts/<org_code>/people"
MEMBER = f"{STAFF}/<int:employment_id>"


@bp.get(STAFF)
def staff(org_code: str) -> ResponseReturnValue:
    """List who works, or worked, for this district."""
    place = _place(org_code)
    text = request.args.get("q", "").strip()[:100]
    asked = request.args.get("standing", "")
    standing = Standing(asked) if asked in set(Standing) else Standing.CURRENT
    found = acquaintance.find_staff(place.id, text=text, standing=standing, number=page_number())
    return render_template(
        "accounts/staff.html",
        place=place,
        employments=found,
        text=text,
        standing=standing,
        claims=acquaintance.count_claims(place.id),
    )


@bp.route(f"{STAFF}/new", methods=["GET", "POST"])
def add_staff(org_code: str) -> ResponseReturnValue:
    """Write down somebody who works here and has no address and no account."""
    place = _place(org_code)
    form = NewStaffForm(from_on=clock.today())
    form.school.offer(place.id)
    if form.validate_on_submit() and form.from_on.data:
        with form.showing_errors():
            made = actions.add(
                name=form.name,
                workplace=Workplace(organization_id=place.id),
                details=form.details,
                from_on=form.from_on.data,
                added_by=place,
                actor=me(),
            )
            flash(f"{made.display_name} is on the list of your staff.", "success")
            return redirect(_url(place, made.employments[-1]))
    return form_page("accounts/add_staff.html", form=form, place=place)


@bp.get(MEMBER)
def staff_member(org_code: str, employment_id: int) -> ResponseReturnValue:
    """Show one of the staff: what this district knows, and nothing of other employers."""
    place, employment = _load(org_code, employment_id)
    return render_template(
        "accounts/staff_member.html",
        place=place,
        employment=employment,
        others=[
            each
            for each in employment.person.employments
            if each.organization_id == place.id and each.id != employment.id
        ],
        today=clock.today(),
    )


@bp.route(f"{MEMBER}/edit", methods=["GET", "POST"])
def change_staff(org_code: str, employment_id: int) -> ResponseReturnValue:
    """Change school, position and employee number."""
    place, employment = _load(org_code, employment_id)
    return employing.change(place, employment, _url(place, employment))


@bp.route(f"{MEMBER}/end", methods=["GET", "POST"])
def end_staff(org_code: str, employment_id: int) -> ResponseReturnValue:
    """Say which day is somebody's last in this district."""
    place, employment = _load(org_code, employment_id)
    return employing.end(place, employment, _url(place, employment))


@bp.post(f"{MEMBER}/confirm")
def confirm_staff(org_code: str, employment_id: int) -> ResponseReturnValue:
    """Confirm that somebody works in this district."""
    place, employment = _load(org_code, employment_id)
    return employing.confirm(employment, _next_claim(place, employment))


@bp.route(f"{MEMBER}/refuse", methods=["GET", "POST"])
def refuse_staff(org_code: str, employment_id: int) -> ResponseReturnValue:
    """Say that somebody does not work in this district."""
    place, employment = _load(org_code, employment_id)
    return employing.refuse(place, employment, _next_claim(place, employment))


@bp.route(f"{MEMBER}/name", methods=["GET", "POST"])
def rename_staff(org_code: str, employment_id: int) -> ResponseReturnValue:
    """Correct the name of somebody without an account."""
    place, employment = _load(org_code, employment_id)
    authorize(policy.may_rename, employment.person)
    return employing.rename(place, employment.person, _url(place, employment))


def _place(org_code: str) -> District:
    place = or_404(organizations.district(org_code))
    authorize(organizations_policy.may_administer_district, place)
    return place


def _load(org_code: str, employment_id: int) -> tuple[District, Employment]:
    place = _place(org_code)
    return place, or_404(acquaintance.employment_in(place.id, employment_id))


def _url(place: District, employment: Employment) -> str:
    return url_for(".staff_member", org_code=place.org_code, employment_id=employment.id)


def _next_claim(place: District, employment: Employment) -> str:
    """Return to the list of claims while there are any, else to the person."""
    if acquaintance.count_claims(place.id) > 1:
        return url_for(".staff", org_code=place.org_code, standing=Standing.CLAIMED.value)
    return _url(place, employment)
