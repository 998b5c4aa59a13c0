"""What staff may send about other people."""

from __future__ import annotations

from typing import Any

from wtforms import Field, StringField
from wtforms.validators import InputRequired, Length, Optional

from pdtrack.accounts.forms.employers import (
    EmployerFields,
    PositionField,
    SchoolField,
)
from pdtrack.accounts.forms.fields import name_field
from pdtrack.accounts.rules import Details, Name
from pdtrack.core.fields import Day
from pdtrack.core.forms import Form, OneLine


def _number_field() -> StringField:
    return StringField(
        "Employee number",
        [Optional(), Length(max=40, message="Enter at most 40 characters."), OneLine()],
        description="As the employer's payroll writes it. With the employer it identifies "
        "somebody who has no e-mail address.",
        render_kw={"autocomplete": "off"},
    )


class NameForm(Form):
    """The name of somebody without an account."""

    first_name = name_field("First name", autocomplete="off")
    last_name = name_field("Last name", autocomplete="off")

    @property
    def name(self) -> Name:
        """What was typed."""
        return Name(self.first_name.data or "", self.last_name.data or "")


class EmploymentDetailsForm(Form):
    """What somebody does at an employer."""

    school = SchoolField()
    position = PositionField()
    employee_number = _number_field()

    @property
    def details(self) -> Details:
        """What was typed."""
        return Details(
            school_id=self.school.data if self.school else None,
            position=self.position.data,
            employee_number=self.employee_number.data or None,
        )


class OtherEmploymentForm(EmployerFields):
    """Another employer of a person; the school follows once the employer is known."""

    from_on = Day("First day there", [InputRequired("Enter a day, like 2026-09-01.")])
    position = PositionField()
    employee_number = _number_field()

    @property
    def details(self) -> Details:
        """What was typed."""
        return Details(
            position=self.position.data, employee_number=self.employee_number.data or None
        )

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.employer.label.text = "Employer"


class NewPersonForm(NameForm, OtherEmploymentForm):
    """Somebody without an account, and where they work."""

    _fields: dict[str, Field]

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        # The page asks for the name first; what is wrong is listed in the page's order.
        names = {name: self._fields[name] for name in ("first_name", "last_name")}
        self._fields = {**names, **self._fields}


class NewStaffForm(NameForm, EmploymentDetailsForm):
    """Somebody without an account who works for this district."""

    from_on = Day("First day here", [InputRequired("Enter a day, like 2026-09-01.")])


class LastDayForm(Form):
    """The last day of an employment."""

    to_on = Day("Last day there", [InputRequired("Enter a day, like 2026-09-01.")])
