"""Reading whether the demo is there, and who is in it."""

from __future__ import annotations

from sqlalchemy import exists, select

from pdtrack.accounts import queries as accounts
from pdtrack.accounts.models import Person
from pdtrack.core.db import db
from pdtrack.demo.hosts import COORDINATOR, PRESENTER

PASSWORD = "pdtrack-demo-2026"  # noqa: S105 - public; never loaded in production.
EDUCATOR = "educator@demo.example"
PEOPLE = (
    EDUCATOR,
    COORDINATOR,
    PRESENTER,
    "district@demo.example",
    "board@demo.example",
    "admin@demo.example",
)


def is_empty() -> bool:
    """Whether there is nobody in the database."""
    return not db.session.scalar(select(exists().select_from(Person)))


def is_loaded() -> bool:
    """Whether the demo is there."""
    return EDUCATOR in accounts.verified_among([EDUCATOR])


def people() -> list[str]:
    """Return the addresses of the demo's people that can sign in here."""
    loaded = accounts.verified_among(PEOPLE)
    return [address for address in PEOPLE if address in loaded]
