"""Numbers of law and policy: rows with the dates they hold for and where they are written."""

from __future__ import annotations

from datetime import date
from typing import TypedDict

from sqlalchemy import UniqueConstraint, bindparam, or_, select
from sqlalchemy.orm import Mapped

from pdtrack.core.db import Model, db


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


class _Row(TypedDict):
    key: str
    tenths: int
    unit: str
    title: str
    citation: str
    valid_from: date
    valid_to: date | None


def _row(key: str, tenths: int, unit: str, title: str, citation: str) -> _Row:
    return {
        "key": key,
        "tenths": tenths,
        "unit": unit,
        "title": title,
        "citation": citation,
        "valid_from": date(2000, 1, 1),
        "valid_to": None,
    }


# What an installation starts with; a newer row ends an older one, nothing is overwritten.
FIRST_ROWS: list[_Row] = [
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


# Built once: building it takes longer than running it.
_IN_FORCE = (
    select(Regulation)
    .where(
        Regulation.key == bindparam("key"),
        Regulation.valid_from <= bindparam("on"),
        or_(Regulation.valid_to.is_(None), Regulation.valid_to >= bindparam("on")),
    )
    .order_by(Regulation.valid_from.desc())
    .limit(1)
)


def in_force(key: str, on: date) -> Regulation:
    """Return the number that holds on a day.

    Raises `LookupError` when none does: an installation without it must not guess.
    """
    found = db.session.scalar(_IN_FORCE, {"key": key, "on": on})
    if found is None:
        message = f"No regulation {key!r} holds on {on}."
        raise LookupError(message)
    return found
