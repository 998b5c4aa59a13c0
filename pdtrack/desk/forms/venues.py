"""A venue, as coordinators write it down."""

from __future__ import annotations

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from pdtrack.catalog.details import VenueDetails
from pdtrack.core.forms import Form, OneLine

_MAY_MISS = {"room", "parking", "accessibility"}


class VenueForm(Form):
    """A venue: where it is, and what one should know before coming."""

    name = StringField(
        "Name", [DataRequired("Name the place."), Length(max=200), OneLine()],
        description="As it is written on the building.",
    )  # fmt: skip
    room = StringField("Room", [Optional(), Length(max=100), OneLine()])
    address = StringField(
        "Street address",
        [DataRequired("Give the street and number, so that maps find it."), Length(max=200),
         OneLine()],
        render_kw={"autocomplete": "off"},
    )  # fmt: skip
    town = StringField("Town", [DataRequired("Name the town."), Length(max=100), OneLine()])
    parking = TextAreaField(
        "Parking",
        [Optional(), Length(max=2000)],
        description="Where, which entrance, and what it costs.",
    )
    accessibility = TextAreaField(
        "Getting in",
        [Optional(), Length(max=2000)],
        description="Steps, ramps, elevators, restrooms, hearing loop.",
    )

    @property
    def details(self) -> VenueDetails:
        """What was sent, as actions take it."""
        return VenueDetails.read(
            {
                name: value or (None if name in _MAY_MISS else "")
                for name, value in self.data.items()
            }
        )
