"""What a browser may send about one's own account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from pdtrack.accounts.forms.employers import EmployerFields, PositionField, SchoolField
from pdtrack.accounts.forms.fields import AddressField, AttemptForm, name_field
from pdtrack.accounts.models import Employment
from pdtrack.accounts.rules import Details
from pdtrack.core.fields import Day
from pdtrack.core.forms import Form, OneLine


class ProfileForm(Form):
    """What a person says about themselves."""

    first_name = name_field("First name", autocomplete="given-name")
    last_name = name_field("Last name", autocomplete="family-name")
    mepid = StringField(
        "MEPID",
        [Optional(), Regexp(r"^[0-9]{8}$", message="Enter the 8 digits of your MEPID.")],
        filters=[lambda value: "".join((value or "").split()) or None],
        description="The 8-digit number that the state gave you as an educator. You need not tell "
        "it; your district may want it in its reports.",
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    accommodations = TextAreaField(
        "Accommodations you usually need",
        [Optional(), Length(max=2000, message="Enter at most 2,000 characters.")],
        description="For example an interpreter, large print or a ramp. It is filled in when you "
        "register, and only the coordinator of that session sees it.",
    )


class NewAddressForm(AttemptForm):
    """A further address."""

    email = AddressField("E-mail address", render_kw={"autocomplete": "email"})


def _number_field() -> StringField:
    return StringField(
        "Employee number",
        [Optional(), Length(max=40, message="Enter at most 40 characters."), OneLine()],
        description="If your employer gave you one: it helps them to find you.",
        render_kw={"autocomplete": "off"},
    )


def _id_or_none(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class NewEmploymentForm(EmployerFields):
    """A new employer, beside or instead of another."""

    from_on = Day(
        "First day there",
        [InputRequired("Enter a day, like 2026-09-01.")],
        description="Sessions from that day on count for this employer.",
    )
    leaves = SelectField(
        "Do you leave another employer for this one?",
        coerce=_id_or_none,
        description="That job then ends the day before. What you registered under it stays there.",
    )
    position = PositionField("What you do there")
    employee_number = _number_field()

    def offer(self, current: Sequence[Employment]) -> None:
        """Offer the employers that the new one may replace."""
        self.leaves.choices = [
            ("", "No, I work for both" if current else "No"),
            *((str(each.id), f"Yes, I leave {each.employer_name}") for each in current),
        ]

    @property
    def details(self) -> Details:
        """What is known about the new employment; the school is chosen once it is there."""
        return Details(position=self.position.data, employee_number=self.employee_number.data)


class EmploymentForm(Form):
    """What somebody does at an employer."""

    school = SchoolField("School")
    position = PositionField("What you do there")
    employee_number = _number_field()

    @property
    def details(self) -> Details:
        """What was typed."""
        return Details(
            school_id=self.school.data if self.school else None,
            position=self.position.data,
            employee_number=self.employee_number.data,
        )


class EndEmploymentForm(Form):
    """The last day at an employer."""

    to_on = Day("Last day there", [InputRequired("Enter a day, like 2026-09-01.")])
