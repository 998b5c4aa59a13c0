"""What a browser may send to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Regexp

from pdtrack.accounts.forms.fields import (
    AddressField,
    AttemptForm,
    check_new_password,
    new_password_field,
    password_field,
)

_SIX_DIGITS = "Enter the six digits of the mail."


class SignInForm(AttemptForm):
    """An address and its password."""

    email = AddressField("E-mail address", render_kw={"autocomplete": "username"})
    password = password_field("Password", missing="Enter your password.")


class AddressForm(AttemptForm):
    """An address to which a code or a link shall be mailed."""

    email = AddressField("E-mail address", render_kw={"autocomplete": "username"})


class CodeForm(AttemptForm):
    """The six digits of a mail."""

    code = StringField(
        "Code",
        [
            DataRequired("Enter the six digits of the mail."),
            Regexp(
                r"^[0-9]{6}$", message="Enter the six digits of the mail, without anything else."
            ),
        ],
        filters=[lambda value: "".join((value or "").split())],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class NewPasswordForm(AttemptForm):
    """A password to be."""

    password = new_password_field(
        "New password", validators=[InputRequired("Enter a new password.")]
    )

    def __init__(self, *args: Any, owned: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owned = owned

    def validate_password(self, field: PasswordField) -> None:
        """Refuse what is easy to guess."""
        check_new_password(field.data, owned=self.owned)


class ChangePasswordForm(NewPasswordForm):
    """A password to be, by somebody who has one."""

    current_password = password_field(
        "Current password", missing="Enter the password that you have now."
    )
