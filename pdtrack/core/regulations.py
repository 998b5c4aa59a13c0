"""Numbers of law and policy: rows with the dates they hold for and where they are written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from flask import current_app
from sqlalchemy import UniqueConstraint, select
from sqlalchemy.orm import Mapped

from pdtrack.core.db import Model, db

_KEPT = "pdtrack.regulations"


class Regulation(Model):
    """A number that a regulation or a policy sets, for as long as it holds."""

    __tablename__ = "regulations"
    __table_args__ = (UniqueConstraint("key", "valid_from"),)

    key: Mapped[str]
    # Whole tenths of the unit, so that 22.5 points stay exact.
    tenths: Mapped[int]
    unit: Mapped[str]
    title: Mapped[str]
    citation: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Number(NamedTuple):
    """A row as it is asked for: nobody may change it."""

    key: str
    tenths: int
    unit: str
    title: str
    citation: str
    valid_from: date
    valid_to: date | None


def _row(key: str, tenths: int, unit: str, title: str, citation: str) -> Number:
    return Number(key, tenths, unit, title, citation, date(2000, 1, 1), None)


# What an installation starts with; a newer row ends an older one, nothing is overwritten.
FIRST_ROWS: list[Number] = [
    _row(
        "pdp.minimum_hours",
        100,
        "hours",
        "Fewest hours on one topic that earn PDPs",
        "603 CMR 44.03",
    ),
    _row("pdp.per_hour", 10, "PDPs", "PDPs for one clock hour", "603 CMR 44.03"),
    _row(
        "cancellation.free_business_days",
        30,
        "business days",
        "Business days before the first meeting until which cancelling is free",
        "Usual policy of the collaboratives, unless a collaborative has its own",
    ),
]


def in_force(key: str, on: date) -> Number:
    """Return the number that holds on a day.

    Raises `LookupError` when none does: an installation without it must not guess.
    """
    for each in _all():
        if each.key == key and each.valid_from <= on and (not each.valid_to or on <= each.valid_to):
            return each
    message = f"No regulation {key!r} holds on {on}."
    raise LookupError(message)


def forget() -> None:
    """Read the rows anew when they are next asked for; for tests that change them."""
    current_app.extensions.pop(_KEPT, None)


def _all() -> Sequence[Number]:
    """Return every row, the newest first.

    A process reads them once: only migrations write them, and processes start after those.
    """
    kept: Sequence[Number] = current_app.extensions.get(_KEPT, ())
    if not kept:
        columns = [getattr(Regulation, name) for name in Number._fields]
        rows = db.session.execute(select(*columns).order_by(Regulation.valid_from.desc()))
        kept = current_app.extensions[_KEPT] = [Number(*row) for row in rows]
    return kept
