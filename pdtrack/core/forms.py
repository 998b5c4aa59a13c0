"""What every form shares: CSRF, plain words, refusals shown where they belong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import FileField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # The stubs are older.
from wtforms.validators import ValidationError

from pdtrack.core.errors import DomainError

__all__ = ["Form", "OneLine", "SelectChoice", "strip"]


_BREAKS = ("\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")
# Letters and signs that are drawn as nothing: the fillers of Hangul, and empty Braille.
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def strip(value: Any) -> Any:
    """Take spaces off both ends of what was typed."""
    return value.strip() if isinstance(value, str) else value


# What the library says of a value that it cannot read, in words that say what to do.
_WORDS = {
    "Invalid Choice: could not coerce.": "Choose one from the list.",
    "Invalid choice(s): one or more data inputs could not be coerced.": "Choose from the list.",
    "Not a valid choice.": "Choose one from the list.",
    "Field cannot be longer than %(max)d character.": "Enter at most %(max)d characters.",
    "'%(value)s' is not a valid choice for this field.": "Choose from the list as it is now.",
}


class _Words:
    """The library's own messages, as this product says them."""

    def gettext(self, text: str) -> str:
        return _WORDS.get(text, text)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return _WORDS.get(singular, singular if count == 1 else plural)


class Form(FlaskForm):
    """A form of this product."""

    class Meta(FlaskForm.Meta):
        """Text is stripped unless a field has filters of its own."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Read what pages of ours send: fields, and files where one is asked for.

            JSON, and a file in the place of a text, would reach fields that cannot read them.
            """
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata  # Given by the view.
            if not form.is_submitted():
                return None
            asked = {each.name for each in form if isinstance(each, FileField)}
            files = [
                (name, file) for name, file in request.files.items(multi=True) if name in asked
            ]
            return (
                CombinedMultiDict([MultiDict(files), request.form])
                if files
                else request.form or None
            )

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


class OneLine:
    """Refuse line breaks, so that a name cannot become two lines of a mail or a calendar.

    And what nobody can see: a name of nothing but blanks, or one that turns what follows around.
    """

    def __call__(self, form: Any, field: Any) -> None:  # noqa: ARG002
        if not field.data:
            return
        if len(field.data.splitlines()) > 1 or field.data[-1:] in _BREAKS:
            raise ValidationError("Enter this on one line.")
        if not can_be_seen(field.data):
            raise ValidationError("Enter this in letters.")


def can_be_seen(text: str) -> bool:
    """Whether a text has something to see, and nothing that reorders what stands beside it."""
    kinds = [unicodedata.category(each) for each in text if each not in _BLANK_LETTERS]
    return not _TURNING.search(text) and any(kind[0] not in "CZ" for kind in kinds)
