"""Pages about where one works."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import identity, queries
from pdtrack.accounts.actions import employments as actions
from pdtrack.accounts.forms.account import EmploymentForm, EndEmploymentForm, NewEmploymentForm
from pdtrack.accounts.models import Employment
from pdtrack.accounts.views import returning
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import clock
from pdtrack.core.authz import signed_in
from pdtrack.core.pages import form_page, or_404


@bp.route("/my/account/employments/new", methods=["GET", "POST"])
@signed_in
def add_employment() -> ResponseReturnValue:
    """Say where one works, beside or instead of another employer."""
    current = queries.open_employments(identity.me().id)
    form = NewEmploymentForm(from_on=clock.today())
    form.offer(current)
    if form.validate_on_submit():
        with form.showing_errors():
            made = _begin(form, {each.id: each for each in current})
            flash(_said(made), "success")
            way_back = returning.next_path()
            return redirect(url_for(".edit_employment", employment_id=made.id, next=way_back))
    return form_page("accounts/add_employment.html", form=form)


@bp.route("/my/account/employments/<int:employment_id>", methods=["GET", "POST"])
@signed_in
def edit_employment(employment_id: int) -> ResponseReturnValue:
    """Change school, position and employee number."""
    employment = _own_or_404(employment_id)
    form = EmploymentForm(
        school=employment.school_id,
        position=employment.position,
        employee_number=employment.employee_number,
    )
    form.school.offer(employment.organization_id)
    if not form.school.has_schools:
        del form.school
    if form.validate_on_submit():
        with form.showing_errors():
            actions.change(employment=employment, details=form.details, actor=identity.me())
            flash("Saved.", "success")
            return redirect(returning.next_path() or url_for(".account"))
    return form_page("accounts/edit_employment.html", form=form, employment=employment)


@bp.route("/my/account/employments/<int:employment_id>/end", methods=["GET", "POST"])
@signed_in
def end_employment(employment_id: int) -> ResponseReturnValue:
    """Say when one left, or will leave."""
    employment = _own_or_404(employment_id)
    form = EndEmploymentForm(to_on=clock.today())
    if form.validate_on_submit() and form.to_on.data:
        with form.showing_errors():
            actions.end(employment=employment, on=form.to_on.data, actor=identity.me())
            flash(f"Saved: {employment.employer_name} ends with that day.", "success")
            return redirect(url_for(".account"))
    return form_page("accounts/end_employment.html", form=form, employment=employment)


def _begin(form: NewEmploymentForm, current: dict[int, Employment]) -> Employment:
    person, from_on = identity.me(), form.from_on.data or clock.today()
    left = current.get(form.leaves.data or 0)
    if left is None:
        return actions.claim(
            person=person,
            workplace=form.workplace,
            from_on=from_on,
            details=form.details,
            actor=person,
        )
    return actions.move(
        employment=left, workplace=form.workplace, on=from_on, details=form.details, actor=person
    )


def _said(employment: Employment) -> str:
    if employment.is_confirmed or employment.organization is None:
        return f"{employment.employer_name} is on your list."
    return f"{employment.employer_name} is on your list; it counts once they confirm it."


def _own_or_404(employment_id: int) -> Employment:
    return or_404(queries.employment_of(identity.me(), employment_id))
