"""Fields that several forms about people share."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from pdtrack.accounts import addresses, lockout, passwords
from pdtrack.core.errors import DomainError
from pdtrack.core.forms import Form, OneLine, can_be_seen

LONGEST_NAME = 200


class AttemptForm(Form):
    """A form that strangers may send: it remembers when they send it too often."""

    is_locked_out = False

    def refuse(self, refusal: DomainError) -> None:
        """Show a refusal, and remember what kind it is."""
        super().refuse(refusal)
        self.is_locked_out = isinstance(refusal, lockout.LockedOut)


class AddressField(EmailField):
    """An e-mail address; `address` is how it is kept and compared."""

    def __init__(self, label: str | None = None, **kwargs: Any) -> None:
        validators = [DataRequired("Enter the e-mail address."), _is_address]
        super().__init__(label, validators, **kwargs)

    @property
    def address(self) -> str:
        """The address, normalized."""
        return addresses.normalized(self.data or "")


def name_field(label: str, *, autocomplete: str) -> StringField:
    """Return a field for a part of a person's name, in any script."""
    return StringField(
        label,
        [
            DataRequired(f"Enter the {label.lower()}."),
            Length(max=LONGEST_NAME, message=f"Enter at most {LONGEST_NAME} characters."),
            OneLine(),
            _can_be_read,
        ],
        render_kw={"autocomplete": autocomplete},
    )


def password_field(label: str, *, missing: str) -> PasswordField:
    """Return a field for a password that exists; spaces in it are kept."""
    return PasswordField(
        label,
        [InputRequired(missing)],
        filters=[_as_typed],
        render_kw={"autocomplete": "current-password"},
    )


def new_password_field(
    label: str, *, description: str = "", validators: Sequence[Any] = ()
) -> PasswordField:
    """Return a field for a password to be; the form checks it with `check_new_password`."""
    return PasswordField(
        label,
        list(validators),
        filters=[_as_typed],
        description=description
        or f"At least {passwords.LEAST_LENGTH} characters. Three or four words do well.",
        render_kw={"autocomplete": "new-password", "minlength": passwords.LEAST_LENGTH},
    )


def check_new_password(typed: str | None, *, owned: Sequence[str]) -> None:
    """Refuse a password that is easy to guess for somebody with these addresses."""
    for address in owned or [""]:
        message = passwords.refusal(typed or "", address=address or None)
        if message:
            raise ValidationError(message)


def _is_address(_form: Any, field: Any) -> None:
    try:
        addresses.normalized(field.data)
    except addresses.NotAnAddress as refusal:
        raise ValidationError(refusal.message) from refusal


def _can_be_read(_form: Any, field: Any) -> None:
    """Refuse a name without a single visible character, or with control characters."""
    text = field.data or ""
    if not can_be_seen(text) or any(unicodedata.category(each) == "Cc" for each in text):
        raise ValidationError("Enter the name in letters.")


def _as_typed(value: Any) -> Any:
    return value
