"""What the fields of the desk's forms insist on, in plain words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from wtforms.validators import Length, NumberRange, ValidationError

from pdtrack.accounts import addresses
from pdtrack.core.errors import DomainError


def at_most(most: int) -> Length:
    """Refuse a text that is longer."""
    return Length(max=most, message=f"Enter at most {most:,} characters.")


def between(least: int, most: int, what: str = "a whole number") -> NumberRange:
    """Refuse a number outside a range."""
    return NumberRange(least, most, message=f"Enter {what} from {least:,} to {most:,}.")


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
