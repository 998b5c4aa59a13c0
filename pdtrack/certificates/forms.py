"""What a browser may send about certificates."""

from __future__ import annotations

from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from pdtrack.core.forms import Form, OneLine


class IssueForm(Form):
    """The people chosen from the list; the view says who may be chosen."""

    registrations = SelectMultipleField(
        "People to certify", [InputRequired("Choose at least one person.")], coerce=int
    )


class RevokeForm(Form):
    """Why a certificate no longer counts."""

    reason = TextAreaField(
        "Reason",
        [
            DataRequired("Write the reason; anybody who verifies the certificate reads it."),
            Length(max=500, message="Use at most 500 characters."),
        ],
        description="Shown to the holder, and to anybody who verifies the certificate.",
    )


class VerifyForm(Form):
    """The code from a certificate."""

    class Meta(Form.Meta):
        """A question that changes nothing needs no token."""

        csrf = False

    code = StringField(
        "Code on the certificate",
        [InputRequired("Type the code, like K7QF-2M9X-ABCD."), Length(max=40), OneLine()],
        description="Twelve letters and digits, below the QR code.",
    )
