"""Choosing an employer among all districts and collaboratives, and a school in it."""

from __future__ import annotations

from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from pdtrack.accounts.models import OtherEmployer, Position
from pdtrack.accounts.rules import Workplace
from pdtrack.core.forms import Form, OneLine, SelectChoice
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import OrganizationKind, School
from pdtrack.organizations.queries import Employer

MISSING = "Not on this list"
NOT_LISTED = "My employer is not on this list"
_OTHER = "other:"


def employer_choices() -> list[SelectChoice]:
    """Return the choices of an employer field, grouped; one query."""
    known = organizations.employers()
    return [
        SelectChoice("", "Nothing chosen"),
        *_group("Districts", known, OrganizationKind.DISTRICT),
        *_group("Collaboratives", known, OrganizationKind.COLLABORATIVE),
        *(
            SelectChoice(f"{_OTHER}{kind.value}", f"{MISSING}: {kind.label}", optgroup=NOT_LISTED)
            for kind in OtherEmployer
        ),
    ]


def _group(label: str, known: list[Employer], kind: OrganizationKind) -> list[SelectChoice]:
    return [
        SelectChoice(str(each.id), each.name, optgroup=label) for each in known if each.kind == kind
    ]


class EmployerField(SelectField):
    """A list of all open districts and collaboratives, and the kinds of other employers.

    Show it with the `combo_box` macro: typing searches it, and without JavaScript
    it is a plain select with groups. `workplace` says what was chosen.
    """

    # For the script of the combo box: what it hints at while one types, and for what is not there.
    typing_hint = (
        "Type part of the name of the district or collaborative. "
        f"If it is missing, type “not” to find “{MISSING}”."
    )
    missing = MISSING

    def __init__(self, label: str | None = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, choices=employer_choices, **kwargs)
        self.invalid_choice_message = f"Choose an employer from the list, or “{NOT_LISTED}”."

    @property
    def workplace(self) -> Workplace:
        """What was chosen, still without the name of an employer that is not on the list."""
        chosen = self.data or ""
        if chosen.startswith(_OTHER):
            return Workplace(other_kind=OtherEmployer(chosen.removeprefix(_OTHER)))
        return Workplace(organization_id=int(chosen))


class EmployerFields(Form):
    """The fields of a form that asks for an employer; `workplace` says what was chosen.

    `templates/accounts/_employer.html` shows them. A school comes one step later,
    for it depends on the employer (see `SchoolField`).
    """

    employer = EmployerField(
        "Where do you work?",
        [InputRequired("Choose the employer; if it is missing, say what kind it is.")],
        description="Choose your district or collaborative. "
        f"If it is missing, choose “{MISSING}” at the end of the list.",
    )
    employer_name = StringField(
        "Name of an employer that is not on the list",
        [Length(max=200, message="Enter at most 200 characters."), OneLine()],
    )

    def validate_employer_name(self, field: StringField) -> None:
        """Ask for the name when the list cannot tell it."""
        if self.employer.errors or not self.employer.data:
            return
        if self.employer.workplace.needs_name and not field.data:
            raise ValidationError("Enter the name of the employer.")

    @property
    def workplace(self) -> Workplace:
        """The employer that was chosen, with its name if it is not on the list."""
        chosen = self.employer.workplace
        if not chosen.needs_name:
            return chosen
        return Workplace(other_kind=chosen.other_kind, other_name=self.employer_name.data)


def _optional_id(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class SchoolField(SelectField):
    """The schools of one employer; `None` when the person works in no single one.

    Call `offer` before validating.
    """

    def __init__(self, label: str | None = "School", validators: Any = None, **kwargs: Any) -> None:
        super().__init__(
            label,
            validators,
            coerce=_optional_id,
            choices=[],
            **kwargs,
        )
        self.invalid_value_message = "Choose a school from the list."
        self.invalid_choice_message = self.invalid_value_message
        self.has_schools = False

    def offer(self, organization_id: int | None) -> None:
        """Offer the schools of an employer; none for a collaborative or another employer."""
        schools = organizations.schools_of(organization_id) if organization_id else ()
        self.choices = [SelectChoice("", "No single school"), *(_choice(each) for each in schools)]
        self.has_schools = bool(schools)


def _choice(school: School) -> SelectChoice:
    label = f"{school.name}, {school.town}" if school.town else school.name
    return SelectChoice(str(school.id), label)


def _position(value: Any) -> Position | None:
    return Position(value) if value not in (None, "", "None") else None


class PositionField(SelectField):
    """What somebody does at work; may stay open."""

    def __init__(
        self, label: str | None = "Position", validators: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(
            label,
            validators,
            coerce=_position,
            choices=[
                SelectChoice("", "Not specified"),
                *(SelectChoice(each.value, each.label) for each in Position),
            ],
            **kwargs,
        )
        self.invalid_value_message = "Choose a position from the list."
        self.invalid_choice_message = self.invalid_value_message
