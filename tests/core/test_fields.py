"""What people type into fields for days, hours and numbers, read or answered with advice."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from flask import Flask
from wtforms import Field
from wtforms.validators import InputRequired, NumberRange, Optional

from pdtrack.core.fields import Day, Hour, MoneyField, PointsField, Version, WholeNumber
from pdtrack.core.forms import Form

DAY, YEAR = "Enter a day, like 2026-09-01.", "Check the year, and write a day like 2026-09-01."
HOUR = "Enter a time, like 09:00 or 15:30."
NUMBER = "Enter a whole number, like 20."
DOLLARS = "Enter an amount in dollars, like 125 or 95.50."
POINTS = "Enter a number with at most one decimal, like 15 or 22.5."


def read(app: Flask, field: Any, typed: str | None) -> Field:
    """Send one field, and return it as it was read."""

    class OneField(Form):
        it = field

    sent = {"other": "1"} if typed is None else {"it": typed}
    with app.test_request_context("/", method="POST", data=sent):
        form = OneField(meta={"csrf": False})
        form.validate()
        found: Field = form["it"]
        return found


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (Day(), "2026-09-01", date(2026, 9, 1)),
        (Day(), " 2026-09-01 ", date(2026, 9, 1)),
        (Day(), "1900-01-01", date(1900, 1, 1)),
        (Hour(), "09:05", time(9, 5)),
        (Hour(), "23:59:59", time(23, 59, 59)),
        (WholeNumber(), "20", 20),
        (WholeNumber(), " +7 ", 7),
        (WholeNumber(), "-1", -1),
        (MoneyField(), "$ 1,250.50", 125_050),
        (MoneyField(), ".5", 50),
        (MoneyField(), "95.", 9_500),
        (PointsField(), "22.5", 225),
        (PointsField(), "15.00", 150),
        (Version(), "3", 3),
        (Version(), "three", 0),
        (Version(), None, 0),
        (Version(), "9" * 5000, 0),
    ],
)
def test_what_makes_sense_is_read(app: Flask, field: Any, typed: str | None, value: object) -> None:
    found = read(app, field, typed)

    assert (found.data, list(found.errors)) == (value, [])


@pytest.mark.parametrize("kind", [Day, Hour, WholeNumber, MoneyField, PointsField])
@pytest.mark.parametrize("typed", ["", "  ", None])
def test_nothing_is_nothing_where_nothing_is_needed(
    app: Flask, kind: type[Field], typed: str | None
) -> None:
    found = read(app, kind("It", [Optional()]), typed)
    needed = read(app, kind("It", [InputRequired("Say it.")]), typed)

    assert (found.data, list(found.errors)) == (None, [])
    assert needed.data is None


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        (Day(), "2026-02-30", DAY),
        (Day(), "09/01/2026", DAY),
        (Day(), "0001-01-01", YEAR),
        (Day(), "0026-09-01", YEAR),
        (Day(), "9999-12-31", YEAR),
        (Hour(), "25:00", HOUR),
        (Hour(), "nine", HOUR),
        *(
            (WholeNumber(), typed, NUMBER)
            for typed in ("1.5", "1e3", "²", "1_0", "NaN", "9" * 5000)
        ),
        (WholeNumber("It", [NumberRange(1, 5, "From 1 to 5.")]), "many", NUMBER),
        (WholeNumber("It", [NumberRange(1, 5, "From 1 to 5.")]), "6", "From 1 to 5."),
        (WholeNumber(hint="Say how many."), "many", "Say how many."),
        *((MoneyField(), typed, DOLLARS) for typed in ("-1", "1e999999", "NaN", "١٢", "1.234")),
        *((PointsField(), typed, POINTS) for typed in ("-1", "1e999999", "Infinity", "1.25", "²")),
    ],
)
def test_what_makes_none_is_answered_with_one_sentence_and_kept(
    app: Flask, field: Any, typed: str, message: str
) -> None:
    found = read(app, field, typed)

    assert list(found.errors) == [message]
    assert found._value() == typed  # type: ignore[attr-defined]  # noqa: SLF001 - what pages show.
