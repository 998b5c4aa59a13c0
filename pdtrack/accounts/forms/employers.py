"""Choosing an employer among all districts and collaboratives, and a school in it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from wtforms import SelectField, SelectFieldBase, StringField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import Select

from pdtrack.accounts.models import OtherEmployer, Position
from pdtrack.accounts.rules import Workplace
from pdtrack.core.forms import Form, OneLine
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import OrganizationKind, School
from pdtrack.organizations.queries import Employer

NOT_LISTED = "My employer is not on this list"
_OTHER = "other:"
_NOTHING_CHOSEN = Markup('><option value="">Nothing chosen</option>')


def employer_choices() -> dict[str, list[tuple[str, str]]]:
    """Return the choices of an employer field, grouped; one query."""
    known = organizations.employers()
    return {
        "Districts": _named(known, OrganizationKind.DISTRICT),
        "Collaboratives": _named(known, OrganizationKind.COLLABORATIVE),
        NOT_LISTED: [
            (f"{_OTHER}{kind.value}", f"Not on this list: {kind.label[0].lower()}{kind.label[1:]}")
            for kind in OtherEmployer
        ],
    }


def _named(known: list[Employer], kind: OrganizationKind) -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in known if each.kind == kind]


class _ChoiceField(SelectField):
    """A select that refuses what it does not offer in words that help."""

    refusal = "Choose one from the list."

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the choice."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(self.refusal) from error

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on the list."""
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise ValidationError(self.refusal) from error


class _GroupedSelect(Select):
    """A select with groups, and an empty choice before all of them."""

    def __call__(self, field: SelectFieldBase, **kwargs: Any) -> Markup:
        return Markup(super().__call__(field, **kwargs).replace(">", _NOTHING_CHOSEN, 1))  # noqa: S704 - WTForms escaped it.


class EmployerField(_ChoiceField):
    """A list of all open districts and collaboratives, and the kinds of other employers.

    Show it with the `combo_box` macro: typing searches it, and without JavaScript
    it is a plain select with groups. `workplace` says what was chosen.
    """

    widget = _GroupedSelect()
    refusal = f"Choose an employer from the list, or “{NOT_LISTED}”."

    def __init__(self, label: str | None = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=employer_choices, **kwargs)

    @property
    def workplace(self) -> Workplace:
        """What was chosen, still without the name of an employer that is not on the list."""
        chosen = self.data or ""
        if chosen.startswith(_OTHER):
            return Workplace(other_kind=OtherEmployer(chosen.removeprefix(_OTHER)))
        return Workplace(organization_id=int(chosen))


def employer_value(workplace: Workplace) -> str:
    """Return what an employer field holds for a workplace, to propose it."""
    if workplace.organization_id is not None:
        return str(workplace.organization_id)
    return f"{_OTHER}{workplace.other_kind}" if workplace.other_kind else ""


class EmployerFields(Form):
    """The fields of a form that asks for an employer; `workplace` says what was chosen.

    `templates/accounts/_employer.html` shows them. A school comes one step later,
    for it depends on the employer (see `SchoolField`).
    """

    employer = EmployerField(
        "Where do you work?",
        [InputRequired("Choose your employer; if it is missing, say what kind it is.")],
        description="Type part of the name of your district or collaborative. "
        f"If it is missing, type “not” to find “{NOT_LISTED.removeprefix('My employer is ')}”.",
    )
    employer_name = StringField(
        "Name of an employer that is not on the list",
        [Length(max=200, message="Write at most 200 characters."), OneLine()],
    )

    def validate_employer_name(self, field: StringField) -> None:
        """Ask for the name when the list cannot tell it."""
        if self.employer.errors or not self.employer.data:
            return
        if self.employer.workplace.needs_name and not field.data:
            raise ValidationError("Write the name of your employer.")

    @property
    def workplace(self) -> Workplace:
        """The employer that was chosen, with its name if it is not on the list."""
        chosen = self.employer.workplace
        if not chosen.needs_name:
            return chosen
        return Workplace(other_kind=chosen.other_kind, other_name=self.employer_name.data)


def _optional_id(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class SchoolField(_ChoiceField):
    """The schools of one employer; `None` when the person works in no single one.

    Call `offer` before validating.
    """

    refusal = "Choose a school from the list."

    def __init__(self, label: str | None = "School", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, coerce=_optional_id, choices=[], **kwargs)
        self.has_schools = False

    def offer(self, organization_id: int | None) -> None:
        """Offer the schools of an employer; none for a collaborative or another employer."""
        schools = organizations.schools_of(organization_id) if organization_id else ()
        self.choices = [("", "No single school"), *(_choice(school) for school in schools)]
        self.has_schools = bool(schools)


def _choice(school: School) -> tuple[str, str]:
    return str(school.id), f"{school.name}, {school.town}" if school.town else school.name


def _position(value: Any) -> Position | None:
    return Position(value) if value not in (None, "", "None") else None


class PositionField(_ChoiceField):
    """What somebody does at work; may stay open."""

    def __init__(
        self, label: str | None = "Position", validators: Any = None, **kwargs: Any
    ) -> None:
        choices = [("", "Not said"), *((each.value, each.label) for each in Position)]
        super().__init__(label, validators, coerce=_position, choices=choices, **kwargs)
