"""What people, robots and attackers put where something else was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pdtrack.core import clock
from tests.bad_input.reading import Field

DIGITS = "9" * 5_000  # More than Python turns into a number.
ODD = "O’Brien-Àngelo שָׁלֵם مرحبا 👩‍👩‍👧‍👦 \"'><script>alert(1)</script>{{ 7*7 }}"
_NOTHING = {"nothing": "", "spaces": " \t "}
_WORDS = {
    "ten thousand characters": "x" * 10_000,
    "what nobody sees": "a\x00b\x07\x1b[31m\x7f\u202ec\ufffe",
    "odd characters": ODD,
}
_LINE = {
    **_WORDS,
    "two lines": "first\r\nBcc: somebody@evil.example",
    "a formula": "=cmd|' /C calc'!A0",
    "a great number": str(10**30),
    "a great exponent": "1e999999",
    "a digit that is none": "²",
}
_NUMBER = {
    "minus one": "-1",
    "zero": "0",
    "more than 32 bits": str(2**31),
    "a great exponent": "1e999999",
    "many digits": DIGITS,
    "words": ODD,
}
_DAY = {
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "a day that is none": "2026-02-30",
    "many digits": DIGITS,
}
_TIME = {
    "a time that is none": "25:00",
    "the last minute": "23:59",
    "words": ODD,
}
_CHOICE = {
    "odd characters": ODD,
    "an unknown kind": "other:no-such-kind",
    "a number of nothing": "987654321",
    "many digits": DIGITS,
    "a digit that is none": "²",
}
_BY_KIND = {
    "textarea": _WORDS,
    "password": _WORDS,
    "number": _NUMBER,
    "date": _DAY,
    "time": _TIME,
    "select": _CHOICE,
    "radio": _CHOICE,
    "hidden": _CHOICE,
    "checkbox": {"odd characters": ODD},
    "file": {},
}


def bad_for(field: Field) -> Iterator[tuple[str, str]]:
    """Yield what a field might be sent that it does not ask for, each with what it is."""
    if field.kind != "checkbox":
        yield from _NOTHING.items()
    yield from _BY_KIND.get(field.kind, _LINE).items()


def good_for(field: Field) -> str:
    """Return what does for a field that must be filled in."""
    if field.name in _GOOD:
        return _GOOD[field.name]
    if field.options:
        return field.options[-1]
    if field.kind == "date":
        return (clock.today() - timedelta(days=1)).isoformat()
    return "Some words"


_GOOD = {
    "email": "somebody.new@people.example",
    "domain": "new.example.org",
    "password": "correct horse battery",
    "current_password": "battery staple horse",
    "org_code": "05990000",
    "kind": "collaborative",
    "short_name": "NEW",
    "employer": "other:none",
    "listing": "collaboratives",
    "file": "org_code,name,short_name,region\n05990000,New,NEW,West",
    "code": "K7QF2M9XABCD",
    "capacity": "20",
    "numbers": "1",
}
