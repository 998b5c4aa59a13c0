"""What a browser may send about registrations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from pdtrack.accounts.models import Employment, OtherEmployer, Position
from pdtrack.accounts.rules import Details, Name, Workplace
from pdtrack.core.forms import Form, OneLine
from pdtrack.organizations import queries as organizations
from pdtrack.registration import rules
from pdtrack.registration.models import Registration
from pdtrack.registration.rules import Newcomer

OTHER = "other:"
_TOO_LONG = "Enter at most {most} characters."


def _at_most(most: int) -> Length:
    return Length(max=most, message=_TOO_LONG.format(most=most))


class EmployerField(SelectField):
    """A list of employers; its combo box says what the list calls one that is missing."""

    missing = "Not on this list"


class RegistrationForm(Form):
    """A request for a place."""

    employment = RadioField(
        "Register as staff of",
        [InputRequired("Choose where you come from.")],
        description="This employer sees the registration and may be asked to pay.",
        coerce=int,
    )
    accommodations = TextAreaField(
        "Accommodations you need",
        [Optional(), _at_most(1000)],
        description="Such as a sign language interpreter, step-free access or large print. "
        "Only those who run the session see this.",
    )

    def offer(self, employments: Sequence[Employment], prices: Mapping[int, str]) -> None:
        """Ask for the employer only when there are several, each with the price it means."""
        if len(employments) < 2:  # noqa: PLR2004 - nothing to choose.
            del self.employment
            return
        self.employment.choices = [
            (each.id, f"{each.employer_name} ({prices[each.id]})") for each in employments
        ]
        if not self.is_submitted():
            self.employment.data = employments[0].id

    def chosen(self, employments: Sequence[Employment]) -> Employment | None:
        """Return the employment to register under: the chosen one, or the only one."""
        if "employment" not in self:
            return employments[0] if employments else None
        return next((each for each in employments if each.id == self.employment.data), None)


class StaffRegistrationForm(RegistrationForm):
    """A request for a place on behalf of somebody."""

    insists = BooleanField(
        "Give a place even if the session is full or others wait",
        description="Use this when the room has space for one more.",
    )


class NewPersonForm(StaffRegistrationForm):
    """Somebody who has no account: at the door, or on a paper list."""

    first_name = StringField(
        "First name", [DataRequired("Enter the first name."), _at_most(100), OneLine()]
    )
    last_name = StringField(
        "Last name", [DataRequired("Enter the last name."), _at_most(100), OneLine()]
    )
    employer = EmployerField("Where the person works", [InputRequired("Choose the employer.")])
    employer_name = StringField(
        "Name of an employer that is not on the list", [_at_most(200), OneLine()]
    )
    employee_number = StringField(
        "Employee number",
        [Optional(), _at_most(40), OneLine()],
        description="The employer's own number tells two people of one name apart.",
    )
    position = SelectField("Position")

    def offer_employers(self) -> None:
        """Offer every open organization, and the kinds of employers that are on no list."""
        del self.employment
        self.employer.choices = [
            ("", "Nothing chosen"),
            *((str(each.id), each.name) for each in organizations.employers()),
            *(
                (f"{OTHER}{each.value}", f"{EmployerField.missing}: {each.label}")
                for each in OtherEmployer
            ),
        ]
        self.position.choices = [
            ("", "Not specified"),
            *((each.value, each.label) for each in Position),
        ]

    def validate_employer_name(self, field: StringField) -> None:
        """Ask for the name when the list cannot tell it."""
        if self.employer.errors or not self.employer.data:
            return
        if self._workplace().needs_name and not field.data:
            raise ValidationError("Enter the name of the employer.")

    @property
    def newcomer(self) -> Newcomer:
        """Who was written down."""
        position = Position(self.position.data) if self.position.data else None
        return Newcomer(
            name=Name(self.first_name.data or "", self.last_name.data or ""),
            workplace=self._workplace(),
            details=Details(position=position, employee_number=self.employee_number.data or None),
        )

    def _workplace(self) -> Workplace:
        chosen: str = self.employer.data or ""
        if chosen.startswith(OTHER):
            kind = OtherEmployer(chosen.removeprefix(OTHER))
            return Workplace(other_kind=kind, other_name=self.employer_name.data or None)
        return Workplace(organization_id=int(chosen))


class DetailsForm(Form):
    """What a person may change about a registration."""

    accommodations = TextAreaField(
        "Accommodations you need",
        [Optional(), _at_most(1000)],
        description="Only those who run the session see this.",
    )
    po_number = StringField(
        "Purchase order (PO) number",
        [Optional(), _at_most(60), OneLine()],
        description="The number your district gave you for this session, if it pays.",
    )

    def leave_out_what_is_settled(self, registration: Registration) -> None:
        """Keep only the fields that the person may still change."""
        is_active = registration.status.is_active
        if not is_active or rules.has_begun(registration.course_session):
            del self.accommodations
        if not is_active or not rules.may_use_purchase_order(registration.employment):
            del self.po_number

    def details(self, registration: Registration) -> dict[str, str | None]:
        """Return what was typed; what was not asked for stays as it is."""
        return {
            name: self[name].data if name in self else getattr(registration, name)
            for name in ("accommodations", "po_number")
        }


class ConfirmForm(Form):
    """An act whose consequences were just read."""
