"""What a browser may send about organizations."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    AnyOf,
    DataRequired,
    Email,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    ValidationError,
)

from pdtrack.core.fields import Day, WholeNumber
from pdtrack.core.forms import Form, OneLine, SelectChoice
from pdtrack.organizations import queries
from pdtrack.organizations.actions.organizations import Basics, Contact, Provider
from pdtrack.organizations.imports import Listing
from pdtrack.organizations.models import Organization, OrganizationKind

MOST_DAYS = 60
_DAYS = f"Enter a whole number of days from 0 to {MOST_DAYS}."


def _line(label: str, *, most: int = 200, needed: str = "", hint: str = "") -> StringField:
    validators: list[Any] = [DataRequired(needed)] if needed else []
    validators += [Length(max=most, message=f"Enter at most {most} characters."), OneLine()]
    return StringField(label, validators, description=hint, render_kw={"autocomplete": "off"})


class ContactForm(Form):
    """How to reach an organization."""

    contact_email = StringField(
        "E-mail address",
        [Optional(), Length(max=200), Email("Enter an e-mail address like pd@example.org.")],
        render_kw={"type": "email", "autocomplete": "off"},
    )
    contact_phone = StringField(
        "Phone",
        [
            Optional(),
            Regexp(r"^[0-9+() .x-]{7,40}$", message="Enter a phone number like 413-555-0134 x12."),
        ],
        render_kw={"type": "tel", "autocomplete": "off"},
    )
    website = StringField(
        "Website",
        [
            Optional(),
            Length(max=200, message="Enter at most 200 characters."),
            Regexp(
                r"^https?://[^\s/?#<>\".]+(\.[^\s/?#<>\".]+)+([/?#][^\s<>\"]*)?$",
                message="Enter an address like https://www.example.org.",
            ),
        ],
        render_kw={"type": "url", "autocomplete": "off"},
    )

    @property
    def contact(self) -> Contact:
        """What was typed."""
        return Contact(
            contact_email=self.contact_email.data or None,
            contact_phone=self.contact_phone.data or None,
            website=self.website.data or None,
        )


class CollaborativeForm(ContactForm):
    """What a collaborative says of itself, on pages and on paper."""

    legal_name = _line("Legal name", hint="Certificates name the provider so.")
    provider_number = _line("Provider number", most=40, hint="If the state gave you one.")
    signer_name = _line(
        "Who signs", hint="Printed below the signature; without it, the session's contact person."
    )
    signer_title = _line("Title of who signs", hint="For example: Executive Director.")
    free_cancellation_days = WholeNumber(
        "Business days until which cancelling is free",
        [Optional(), NumberRange(0, MOST_DAYS, message=_DAYS)],
        hint=_DAYS,
    )
    cancellation_note = TextAreaField(
        "More about cancelling",
        [Optional(), Length(max=2000, message="Enter at most 2,000 characters.")],
        description="Shown on every session's page: refunds, weather, sending a colleague.",
    )

    @property
    def provider(self) -> Provider:
        """What was typed."""
        return Provider(
            legal_name=self.legal_name.data or None,
            provider_number=self.provider_number.data or None,
            signer_name=self.signer_name.data or None,
            signer_title=self.signer_title.data or None,
            free_cancellation_days=self.free_cancellation_days.data,
            cancellation_note=self.cancellation_note.data or None,
        )


class DistrictForm(ContactForm):
    """What a district says of itself."""

    first_school_day = Day("First day of school", [Optional()])


class BasicsForm(Form):
    """What the platform administrator says about an organization."""

    name = _line("Name", needed="Enter the name.")
    short_name = _line(
        "Short name", most=40, hint="For a collaborative, like CES. Its first one is its address."
    )
    region = _line("Region", most=80, hint="For a collaborative.")
    town = _line("Town", most=80, hint="For a district.")
    type = _line("Type", most=80, hint="For a district, like municipal or regional vocational.")

    @property
    def basics(self) -> Basics:
        """What was typed."""
        return Basics(
            name=self.name.data or "",
            short_name=self.short_name.data or None,
            region=self.region.data or None,
            town=self.town.data or None,
            type=self.type.data or None,
        )


class NewOrganizationForm(BasicsForm):
    """A collaborative or a district that is not on the list."""

    kind = RadioField(
        "What is it?",
        [InputRequired("Choose what it is.")],
        choices=[
            SelectChoice(OrganizationKind.COLLABORATIVE, "A collaborative"),
            SelectChoice(OrganizationKind.DISTRICT, "A district"),
        ],
    )
    org_code = StringField(
        "Code",
        [
            DataRequired("Enter the state's code."),
            Regexp(r"^[0-9]{8}$", message="Enter the eight digits of the state's code."),
        ],
        description="Eight digits that the state gave; they never change.",
        render_kw={"inputmode": "numeric", "autocomplete": "off", "maxlength": 8},
    )

    def validate_short_name(self, field: StringField) -> None:
        """Ask for what a collaborative's addresses are made of."""
        if self.kind.data == OrganizationKind.COLLABORATIVE and not field.data:
            raise ValidationError("Enter the short name: its addresses are made of it.")


class CloseForm(Form):
    """From which day on an organization is closed."""

    closed_on = Day("Closed from", [InputRequired("Enter a day, like 2026-09-01.")])


class MembershipForm(Form):
    """A membership of one organization in, or of, another."""

    other = SelectField("With")
    valid_from = Day("First day", [InputRequired("Enter a day, like 2026-09-01.")])
    valid_to = Day(
        "Last day", [Optional()], description="Leave it empty while the membership goes on."
    )

    def offer(self, organization: Organization) -> None:
        """Offer the districts to a collaborative, and the collaboratives to a district."""
        is_district = organization.kind == OrganizationKind.DISTRICT
        wanted = OrganizationKind.COLLABORATIVE if is_district else OrganizationKind.DISTRICT
        self.other.label.text = "Collaborative" if is_district else "District"
        self.other.choices = [
            SelectChoice(str(each.id), each.name)
            for each in queries.employers()
            if each.kind == wanted
        ]


class EndMembershipForm(Form):
    """The last day of a membership."""

    valid_to = Day("Last day", [InputRequired("Enter a day, like 2026-09-01.")])


class ListingForm(Form):
    """A file that lists organizations, schools or memberships."""

    listing = RadioField(
        "What does the file list?",
        [InputRequired("Choose what the file lists.")],
        choices=[SelectChoice(each.value, each.capitalize()) for each in Listing],
    )
    file = FileField("File", [FileRequired("Choose a file.")], description="CSV or Excel (.xlsx).")


class ApplyForm(Form):
    """What a preview showed, to be written."""

    listing = HiddenField(validators=[AnyOf(list(Listing), "Start again with the file.")])
    sheet = HiddenField(validators=[InputRequired("Start again with the file.")])
    skip_refused = BooleanField("Leave the refused rows out")
