"""Fields that say in plain words what to type."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlsplit

from wtforms import DateField, IntegerField, TimeField
from wtforms.validators import Length, NumberRange, ValidationError

from pdtrack.accounts import addresses
from pdtrack.core.errors import DomainError

FIRST_YEAR, LAST_YEAR = 2000, 2100


def at_most(most: int) -> Length:
    """Refuse a text that is longer."""
    return Length(max=most, message=f"Write at most {most:,} characters.")


def between(least: int, most: int, what: str = "a whole number") -> NumberRange:
    """Refuse a number outside a range."""
    return NumberRange(least, most, message=f"Enter {what} from {least:,} to {most:,}.")


class WholeNumber(IntegerField):
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; nothing typed is nothing."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata([valuelist[0].strip()[:20]])
        except ValueError as error:
            raise ValueError("Enter a whole number, like 20.") from error


class Day(DateField):
    """A day."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Enter a day, like 2027-01-14.") from error
        chosen: date | None = self.data
        if chosen is not None and not FIRST_YEAR <= chosen.year <= LAST_YEAR:
            self.data = None
            raise ValueError("Check the year.")


class Hour(TimeField):
    """A time of day on the wall clock."""

    def __init__(self, label: str | None = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%H:%M", "%H:%M:%S"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Enter a time, like 09:00 or 15:30.") from error


def is_web_address(_form: Any, field: Any) -> None:
    """Refuse what a browser would not open as a page: scripts and files above all."""
    text = field.data or ""
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_good = False
    if text and (not is_good or len(text.split()) != 1):
        raise ValidationError("Enter a web address that begins with https://.")


def is_address(_form: Any, field: Any) -> None:
    """Refuse what is no e-mail address."""
    if not field.data:
        return
    try:
        addresses.normalized(field.data)
    except DomainError as refusal:
        raise ValidationError(refusal.message) from refusal
