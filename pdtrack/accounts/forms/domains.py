"""What a browser may send about mail domains."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from pdtrack.core.forms import Form, OneLine


class DomainForm(Form):
    """A mail domain of an employer."""

    domain = StringField(
        "E-mail domain",
        [
            DataRequired("Enter a domain like northampton-k12.us."),
            Length(max=253, message="Enter at most 253 characters."),
            OneLine(),
        ],
        description="The part after the @ of your staff's addresses. Leave out domains in which "
        "students have addresses.",
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )
