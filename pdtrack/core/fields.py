"""Fields that say in plain words what to type: days, hours, numbers, money, points."""

from __future__ import annotations

import re
from abc import abstractmethod
from datetime import date
from typing import Any

from wtforms import DateField, Field, IntegerField, TimeField
from wtforms.validators import StopValidation
from wtforms.widgets import HiddenInput, TextInput

from pdtrack.core import clock, money, points

_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")  # What every database counts to, whatever it is about.


class _Read:
    """Takes spaces for nothing, and says of what cannot be read just that, and nothing else."""

    process_errors: Any
    raw_data: list[str] | None

    def _typed(self, valuelist: list[str]) -> str:
        """Return what was typed, and let the library believe that there was nothing around it."""
        typed = valuelist[0].strip() if valuelist else ""
        self.raw_data = [typed] if valuelist else []
        return typed

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002 - the library's signature.
        """Ask no further of what could not be read."""
        if self.process_errors:
            raise StopValidation


class Day(_Read, DateField):
    """A day of this age: no other can be meant, and calendars end somewhere."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        typed = self._typed(valuelist)
        self.data = None
        if not typed:
            return
        try:
            super().process_formdata([typed])
        except ValueError as error:
            raise ValueError("Enter a day, like 2026-09-01.") from error
        chosen: date | None = self.data
        if chosen is not None and not clock.is_of_this_age(chosen):
            self.data = None
            raise ValueError("Check the year, and write a day like 2026-09-01.")


class Hour(_Read, TimeField):
    """A time of day on the wall clock."""

    def __init__(self, label: str | None = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, format=["%H:%M", "%H:%M:%S"], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        typed = self._typed(valuelist)
        self.data = None
        if not typed:
            return
        try:
            super().process_formdata([typed])
        except ValueError as error:
            raise ValueError("Enter a time, like 09:00 or 15:30.") from error


class WholeNumber(_Read, IntegerField):
    """A whole number that every database can keep; `hint` says what to type instead of nonsense."""

    def __init__(
        self,
        label: str | None = None,
        validators: Any = None,
        hint: str = "Enter a whole number, like 20.",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.hint = hint

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; nothing typed is nothing."""
        typed = self._typed(valuelist)
        self.data = None
        if not typed:
            return
        if not _WHOLE.fullmatch(typed):
            raise ValueError(self.hint)
        self.data = int(typed)


class Version(IntegerField):
    """Which edition of a thing a form shows; what is no number is an edition that never was."""

    widget = HiddenInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what our own page wrote."""
        typed = valuelist[0].strip() if valuelist else ""
        self.data = int(typed) if _WHOLE.fullmatch(typed) else 0


class _NumberTextField(_Read, Field):
    """A number that people type as text, kept as a whole number of something smaller."""

    widget = TextInput()
    hint = ""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

    @abstractmethod
    def written(self, value: int) -> str:
        """Write what is kept as people type it."""

    @abstractmethod
    def read(self, text: str) -> int:
        """Read what people typed; raises `ValueError`."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        text = self._typed(valuelist)
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
