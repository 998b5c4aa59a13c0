"""Professional development points and hours: whole tenths, whole minutes, never floats."""

from __future__ import annotations

from pdtrack.core import decimals


def parse(text: str) -> int:
    """Read points as a person types them ("22.5") into tenths.

    Raises `ValueError` for anything else, including hundredths.
    """
    tenths = decimals.read(text) * 10
    if tenths != tenths.to_integral_value():
        raise ValueError(text)
    return int(tenths)


def plain(tenths: int) -> str:
    """Write tenths as points: "15", "22.5"."""
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)


def from_minutes(minutes: int) -> int:
    """Return whole tenths of an hour in so many minutes, rounded down."""
    return minutes * 10 // 60
