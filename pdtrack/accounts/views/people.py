"""The people a collaborative knows, as its coordinators see them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import acquaintance, policy, queries
from pdtrack.accounts.actions import employments as employment_actions
from pdtrack.accounts.actions import people as actions
from pdtrack.accounts.forms.people import NewPersonForm, OtherEmploymentForm
from pdtrack.accounts.identity import me
from pdtrack.accounts.models import Employment, Person
from pdtrack.accounts.views import employing
from pdtrack.accounts.views.blueprint import bp
from pdtrack.core import clock
from pdtrack.core.authz import authorize
from pdtrack.core.pages import form_page, or_404, page_number
from pdtrack.organizations import policy as organizations_policy
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative

PEOPLE = "/manage/<short_name>/people"
PERSON = f"{PEOPLE}/<int:person_id>"
EMPLOYMENT = f"{PERSON}/employments/<int:employment_id>"


@bp.get(PEOPLE)
def people(short_name: str) -> ResponseReturnValue:
    """List the people this collaborative knows."""
    place = _place(short_name)
    text = request.args.get("q", "").strip()[:100]
    found = acquaintance.find_people(place.id, text=text, number=page_number())
    return render_template(
        "accounts/people.html", place=place, people=found, text=text, today=clock.today()
    )


@bp.route(f"{PEOPLE}/new", methods=["GET", "POST"])
def add_person(short_name: str) -> ResponseReturnValue:
    """Write down somebody who has no address and no account."""
    place = _place(short_name)
    form = NewPersonForm(from_on=clock.today())
    if form.validate_on_submit() and form.from_on.data:
        with form.showing_errors():
            made = actions.add(
                name=form.name,
                workplace=form.workplace,
                details=form.details,
                from_on=form.from_on.data,
                added_by=place,
                actor=me(),
            )
            flash(f"{made.display_name} is on the list.", "success")
            return redirect(_school_or_person(place, made.employments[-1]))
    return form_page("accounts/add_person.html", form=form, place=place)


@bp.get(PERSON)
def person(short_name: str, person_id: int) -> ResponseReturnValue:
    """Show one person and where they work."""
    place, shown = _load(short_name, person_id)
    return render_template(
        "accounts/person.html",
        place=place,
        person=shown,
        employments=[each for each in queries.employments_of(shown) if each.refused_at is None],
        # The coordinator knows the person, or would not be here: only the account decides.
        is_ours=not shown.has_account,
        today=clock.today(),
    )


@bp.route(f"{PERSON}/name", methods=["GET", "POST"])
def rename_person(short_name: str, person_id: int) -> ResponseReturnValue:
    """Correct the name of somebody without an account."""
    place, shown = _load(short_name, person_id)
    authorize(policy.may_rename, shown)
    return employing.rename(place, shown, _url(place, shown))


@bp.route(f"{PERSON}/employments/new", methods=["GET", "POST"])
def add_person_employment(short_name: str, person_id: int) -> ResponseReturnValue:
    """Write down a further employer of somebody without an account."""
    place, shown = _load(short_name, person_id)
    authorize(policy.may_rename, shown)
    form = OtherEmploymentForm(from_on=clock.today())
    if form.validate_on_submit() and form.from_on.data:
        with form.showing_errors():
            made = employment_actions.add(
                person=shown,
                workplace=form.workplace,
                details=form.details,
                from_on=form.from_on.data,
                actor=me(),
            )
            flash(f"{made.employer_name} is on the list.", "success")
            return redirect(_school_or_person(place, made))
    return form_page(
        "accounts/add_person_employment.html",
        form=form,
        place=place,
        person=shown,
        back=_url(place, shown),
    )


@bp.route(EMPLOYMENT, methods=["GET", "POST"])
def change_person_employment(
    short_name: str, person_id: int, employment_id: int
) -> ResponseReturnValue:
    """Change school, position and employee number of one employment."""
    place, employment = _load_employment(short_name, person_id, employment_id)
    authorize(policy.may_change_employment, employment)
    return employing.change(place, employment, _url(place, employment.person))


@bp.route(f"{EMPLOYMENT}/end", methods=["GET", "POST"])
def end_person_employment(
    short_name: str, person_id: int, employment_id: int
) -> ResponseReturnValue:
    """End one employment with its last day."""
    place, employment = _load_employment(short_name, person_id, employment_id)
    authorize(policy.may_change_employment, employment)
    return employing.end(place, employment, _url(place, employment.person))


@bp.post(f"{EMPLOYMENT}/confirm")
def confirm_person_employment(
    short_name: str, person_id: int, employment_id: int
) -> ResponseReturnValue:
    """Confirm that somebody works for this collaborative."""
    place, employment = _load_employment(short_name, person_id, employment_id)
    authorize(policy.may_confirm, employment)
    return employing.confirm(employment, _url(place, employment.person))


@bp.route(f"{EMPLOYMENT}/refuse", methods=["GET", "POST"])
def refuse_person_employment(
    short_name: str, person_id: int, employment_id: int
) -> ResponseReturnValue:
    """Say that somebody does not work for this collaborative."""
    place, employment = _load_employment(short_name, person_id, employment_id)
    authorize(policy.may_confirm, employment)
    return employing.refuse(place, employment, url_for(".people", short_name=place.slug))


def _place(short_name: str) -> Collaborative:
    place = or_404(organizations.collaborative(short_name))
    authorize(organizations_policy.may_coordinate, place)
    return place


def _load(short_name: str, person_id: int) -> tuple[Collaborative, Person]:
    place = _place(short_name)
    return place, or_404(acquaintance.person_known_to(place.id, person_id))


def _load_employment(
    short_name: str, person_id: int, employment_id: int
) -> tuple[Collaborative, Employment]:
    place, shown = _load(short_name, person_id)
    return place, or_404(queries.employment_of(shown, employment_id))


def _url(place: Collaborative, shown: Person) -> str:
    return url_for(".person", short_name=place.slug, person_id=shown.id)


def _school_or_person(place: Collaborative, employment: Employment) -> str:
    """Return where to go next: the school is asked once the employer is known."""
    shown = employment.person
    if employment.organization_id is None or not organizations.schools_of(
        employment.organization_id
    ):
        return _url(place, shown)
    return url_for(
        ".change_person_employment",
        short_name=place.slug,
        person_id=shown.id,
        employment_id=employment.id,
    )
