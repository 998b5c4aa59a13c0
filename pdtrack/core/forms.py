"""What every form shares: CSRF, plain field names, refusals shown where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, Field, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # The stubs are older.
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from pdtrack.core import clock, money, points
from pdtrack.core.errors import DomainError

__all__ = [
    "Form",
    "LocalDateTimeField",
    "MoneyField",
    "OneLine",
    "PointsField",
    "SelectChoice",
    "strip",
]


def strip(value: Any) -> Any:
    """Take spaces off both ends of what was typed, and NUL, which no database keeps."""
    return value.replace("\x00", "").strip() if isinstance(value, str) else value


# What the library says of a value that it cannot read, in words that say what to do.
_WORDS = {
    "Invalid Choice: could not coerce.": "Choose one from the list.",
    "Not a valid choice.": "Choose one from the list.",
    "Not a valid date value.": "Write a day, like 2026-09-01.",
    "Not a valid integer value.": "Write a whole number.",
    "Not a valid time value.": "Write a time, like 14:30.",
}


class _Words:
    """The library's own messages, as this product says them."""

    def gettext(self, text: str) -> str:
        return _WORDS.get(text, text)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return singular if count == 1 else plural


class Form(FlaskForm):
    """A form of this product."""

    class Meta(FlaskForm.Meta):
        """Text is stripped unless a field has filters of its own."""

        def get_translations(self, form: Any) -> Any:  # noqa: ARG002 - the library's signature.
            """Say the library's messages in words that help."""
            return _Words()

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Bind a field, stripping what is typed into text fields."""
            filters = unbound_field.kwargs.get("filters", [])
            if issubclass(unbound_field.field_class, StringField) and not filters:
                options["filters"] = [strip]
            return super().bind_field(form, unbound_field, options)

    @contextmanager
    def showing_errors(self) -> Iterator[None]:
        """Show an action's refusal at its field, or above the form, and go on to the page."""
        try:
            yield
        except DomainError as refusal:
            self.refuse(refusal)

    def refuse(self, refusal: DomainError) -> None:
        """Write a refusal at the field it names, or above the form."""
        field = self._fields.get(refusal.field or "")
        if field is None:
            self.form_errors.append(refusal.message)
        else:
            field.errors = [*field.errors, refusal.message]


class LocalDateTimeField(DateTimeLocalField):
    """A wall-clock day and hour in the form, an aware UTC moment in `data`."""

    def __init__(self, label: str | None = None, validators: Any = None, **kwargs: Any) -> None:
        formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
        super().__init__(label, validators, format=formats, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return clock.local(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the wall clock."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            self.data = None
            raise ValueError("Enter a day and a time, like 2027-01-14 09:00.") from error
        naive: datetime | None = self.data
        self.data = clock.at(naive.date(), naive.time()) if naive else None


class _NumberTextField(Field):
    """A number that people type as text, kept as a whole number of something smaller."""

    widget = TextInput()
    hint = ""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

    def written(self, value: int) -> str:
        raise NotImplementedError

    def read(self, text: str) -> int:
        raise NotImplementedError

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            self.data = self.read(text)
        except ValueError as error:
            raise ValueError(self.hint) from error


class MoneyField(_NumberTextField):
    """Dollars in the form, whole cents in `data`."""

    hint = "Enter an amount in dollars, like 125 or 95.50."

    def written(self, value: int) -> str:
        """Write cents as dollars."""
        return money.plain(value).removesuffix(".00")

    def read(self, text: str) -> int:
        """Read dollars, none of them negative."""
        cents = money.parse(text)
        if not 0 <= cents <= money.MOST_CENTS:
            raise ValueError(text)
        return cents


class PointsField(_NumberTextField):
    """Points or hours in the form, whole tenths in `data`."""

    hint = "Enter a number with at most one decimal, like 15 or 22.5."

    def written(self, value: int) -> str:
        """Write tenths as points."""
        return points.plain(value)

    def read(self, text: str) -> int:
        """Read points, none of them negative."""
        tenths = points.parse(text)
        if not 0 <= tenths <= 99_999:  # noqa: PLR2004 - more than a working life of points.
            raise ValueError(text)
        return tenths


class OneLine:
    """Refuse line breaks, so that a name cannot become two lines of a mail or a calendar."""

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ARG002
        if field.data and any(character in field.data for character in "\r\n"):
            raise ValidationError("Write this on one line.")
