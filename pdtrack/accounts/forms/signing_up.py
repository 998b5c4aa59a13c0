"""What a browser may send to sign up."""

from __future__ import annotations

from typing import Any

from wtforms import PasswordField
from wtforms.validators import Optional, ValidationError

from pdtrack.accounts import addresses
from pdtrack.accounts.forms.employers import (
    EmployerField,
    EmployerFields,
    PositionField,
    SchoolField,
)
from pdtrack.accounts.forms.fields import (
    AddressField,
    AttemptForm,
    check_new_password,
    name_field,
    new_password_field,
)
from pdtrack.accounts.rules import Workplace
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Organization


class SignUpForm(AttemptForm, EmployerFields):
    """Who somebody is, where they work, and how they sign in."""

    first_name = name_field("First name", autocomplete="given-name")
    last_name = name_field("Last name", autocomplete="family-name")
    email = AddressField(
        "E-mail address",
        description="Your work address, if you have one: it shows where you work.",
        render_kw={"autocomplete": "username"},
    )
    password = new_password_field(
        "Password",
        validators=[Optional(strip_whitespace=False)],
        description="At least 12 characters; three or four words do well. "
        "Or leave it empty, and sign in by a code that we mail each time.",
    )
    position = PositionField("What you do there")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The address may show the employer, so the field may stay empty.
        self.employer.validators = []
        self.employer.flags.required = False
        self.employer.flags.depends = True
        self.employer.description += " Leave it empty if your e-mail address shows it."
        for name in ("employer", "employer_name", "position"):
            # The summary of what is wrong follows the page, where these stand last.
            self._fields[name] = self._fields.pop(name)

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what is easy to guess."""
        if not self.email.errors and self.email.data:
            check_new_password(field.data, owned=[_normalized_or_typed(self.email.data)])

    def validate_employer(self, field: EmployerField) -> None:
        """Ask for the employer unless the address shows it."""
        if not field.data and self._shown_by_address() is None:
            raise ValidationError("Choose your employer; if it is missing, say what kind it is.")

    @property
    def workplace(self) -> Workplace:
        """The employer that was chosen, or the one whose domain the address is in."""
        return super().workplace if self.employer.data else self._shown_by_address() or Workplace()

    def _shown_by_address(self) -> Workplace | None:
        found = employer_shown_by(self.email.data or "")
        return Workplace(organization_id=found.id) if found else None


class ConfirmForm(AttemptForm):
    """The last step: the school, and a password if the first was typed elsewhere."""

    school = SchoolField("School")
    password = new_password_field("Password", validators=[Optional(strip_whitespace=False)])
    address = ""

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what is easy to guess."""
        check_new_password(field.data, owned=[self.address])


def employer_shown_by(typed: str) -> Organization | None:
    """Return the employer in whose domain a typed address is."""
    domain = addresses.domain_of(_normalized_or_typed(typed))
    return organizations.organization_of_domain(domain) if domain else None


def _normalized_or_typed(text: str) -> str:
    try:
        return addresses.normalized(text)
    except addresses.NotAnAddress:
        return text
