"""The pages that change one employment, as collaboratives and districts both show them."""

from __future__ import annotations

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from pdtrack.accounts.actions import employments as actions
from pdtrack.accounts.actions import people
from pdtrack.accounts.forms.people import EmploymentDetailsForm, LastDayForm, NameForm
from pdtrack.accounts.identity import me
from pdtrack.accounts.models import Employment, Person
from pdtrack.core import clock, filters
from pdtrack.core.errors import DomainError
from pdtrack.core.forms import Form
from pdtrack.core.pages import flash_refusal, form_page
from pdtrack.organizations.models import Organization


def change(place: Organization, employment: Employment, back: str) -> ResponseReturnValue:
    """Change school, position and employee number."""
    form = EmploymentDetailsForm(
        school=employment.school_id,
        position=employment.position,
        employee_number=employment.employee_number,
    )
    form.school.offer(employment.organization_id)
    if not form.school.has_schools:
        del form.school
    if form.validate_on_submit():
        with form.showing_errors():
            actions.change(employment=employment, details=form.details, actor=me())
            flash("Saved.", "success")
            return redirect(back)
    return form_page(
        "accounts/change_employment.html", form=form, place=place, employment=employment, back=back
    )


def end(place: Organization, employment: Employment, back: str) -> ResponseReturnValue:
    """Say which day was, or will be, the last."""
    form = LastDayForm(to_on=clock.today())
    if form.validate_on_submit() and form.to_on.data:
        with form.showing_errors():
            actions.end(employment=employment, on=form.to_on.data, actor=me())
            name, day = employment.person.display_name, filters.day(form.to_on.data)
            flash(f"The last day of {name} at {employment.employer_name} is {day}.", "success")
            return redirect(back)
    return form_page(
        "accounts/end_person_employment.html",
        form=form,
        place=place,
        employment=employment,
        back=back,
    )


def refuse(place: Organization, employment: Employment, back: str) -> ResponseReturnValue:
    """Say what refusing means, and refuse."""
    form = Form()
    if form.validate_on_submit():
        with form.showing_errors():
            actions.refuse(employment=employment, actor=me())
            flash(f"Refused. {employment.person.display_name} is told.", "success")
            return redirect(back)
    return form_page(
        "accounts/refuse_employment.html", form=form, place=place, employment=employment, back=back
    )


def confirm(employment: Employment, back: str) -> ResponseReturnValue:
    """Say that the person works here."""
    try:
        actions.confirm(employment=employment, actor=me())
        flash(f"{employment.person.display_name} is confirmed.", "success")
    except DomainError as refusal:
        flash_refusal(refusal)
    return redirect(back)


def rename(place: Organization, person: Person, back: str) -> ResponseReturnValue:
    """Correct the name of somebody without an account."""
    form = NameForm(first_name=person.first_name, last_name=person.last_name)
    if form.validate_on_submit():
        with form.showing_errors():
            people.rename(person=person, name=form.name, organization=place, actor=me())
            flash("Saved.", "success")
            return redirect(back)
    return form_page(
        "accounts/rename_person.html", form=form, place=place, person=person, back=back
    )
