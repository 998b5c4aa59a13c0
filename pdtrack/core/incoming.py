"""What comes in: text, questions, forms and addresses, without what nothing here can keep."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import flask
from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import IntegerConverter, UnicodeConverter, ValidationError

# Characters that XML, and so workbooks and paper, cannot hold, nor PostgreSQL the first of them.
_UNKEPT = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# What a word processor writes where a line or a page ends.
_ENDS = re.compile("[\x0b\x0c]")
# The largest number of a row in every database; what is larger names nothing.
MOST = 2**31 - 1


def clean(text: str) -> str:
    """Take out characters that nobody sees and nothing can keep."""
    return _ENDS.sub(" ", _UNKEPT.sub("", text))


def row_number(text: str) -> int | None:
    """Return the number of a row that a text is; none if no database counts to it."""
    digits = text.lstrip("0") or text[-1:]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= len(str(MOST))):
        return None
    return int(digits) if int(digits) <= MOST else None


class Parameters(ImmutableMultiDict[str, Any]):
    """The fields of a question or a form, as they can be kept; files stay as they are."""

    def __init__(self, sent: Iterable[tuple[str, Any]] | None = None) -> None:
        super().__init__(
            [
                (clean(name), clean(value) if isinstance(value, str) else value)
                for name, value in sent or ()
            ]
        )


class Request(flask.Request):
    """A request whose text can be kept, searched for and printed."""

    parameter_storage_class = Parameters


class Words(UnicodeConverter):
    """A part of an address; one with a character that nothing can keep leads nowhere."""

    def to_python(self, value: str) -> str:
        """Return the part as it is."""
        if clean(value) != value:
            raise ValidationError
        return value


class Number(IntegerConverter):
    """The number of a row in an address; one that no database counts to leads nowhere."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """Return the number."""
        number = row_number(value)
        if number is None:
            raise ValidationError
        return number


def init_app(app: Flask) -> None:
    """Let the application read requests so; before it learns its first address."""
    app.request_class = Request
    app.url_map.converters.update(default=Words, string=Words, int=Number)
