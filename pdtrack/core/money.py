"""Money: whole cents, never floats."""

from __future__ import annotations

import re

from pdtrack.core import decimals

MOST_CENTS = 100_000_00
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")


def parse(text: str) -> int:
    """Read dollars as a person types them ("$1,250", "95.50") into cents.

    Raises `ValueError` for anything else, such as a comma that is not before three digits.
    """
    amount = text.strip().removeprefix("$").strip()
    if _GROUPED.fullmatch(amount):
        amount = amount.replace(",", "")
    cents = decimals.read(amount) * 100
    if cents != cents.to_integral_value():
        raise ValueError(text)
    return int(cents)


def dollars(cents: int) -> str:
    """Write cents as dollars: "$125", "$1,250.50"."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    whole = f"{sign}${cents // 100:,}"
    return f"{whole}.{cents % 100:02}" if cents % 100 else whole


def plain(cents: int) -> str:
    """Write cents as a bare decimal number, as forms and spreadsheets want it."""
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02}"
