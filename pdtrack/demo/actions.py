"""Loading the demo, all of it or nothing."""

from __future__ import annotations

from enum import StrEnum
from random import Random

from pdtrack.accounts import passwords
from pdtrack.catalog import actions as catalog
from pdtrack.core.authz import Actor
from pdtrack.core.db import action
from pdtrack.core.errors import DomainError
from pdtrack.demo import queries, surroundings
from pdtrack.demo.bulk import Rows
from pdtrack.demo.large import LargeDemo
from pdtrack.demo.people import Register
from pdtrack.demo.small import SmallDemo
from pdtrack.demo.state import State, add_domains, import_missing

# What is drawn with it is the same on every machine, counted from the day of loading.
SEED = 2026


class Size(StrEnum):
    """How much there is."""

    SMALL = "small"
    LARGE = "large"


class NotEmpty(DomainError):
    """There are people in the database, among whom invented ones have no place."""


class InProduction(DomainError):
    """Everybody knows the passwords of the demo's people."""


@action
def load(*, size: Size, actor: Actor) -> None:
    """Fill an empty database with the demo; organizations are imported if they are missing.

    Raises `NotEmpty` or `InProduction`.
    """
    if surroundings.is_production():
        raise InProduction(
            "The demo is never loaded in production: everybody knows its passwords. "
            "Use another machine, without PDTRACK_ENV=production."
        )
    if not queries.is_empty():
        raise NotEmpty(
            "There are people in this database already, so the demo was not loaded. "
            "Set DATABASE_URL to an empty database, or move the file in instance/ away."
        )
    import_missing(actor)
    rows, random, state = Rows(), Random(SEED), State.read()
    add_domains(rows, state)
    register = Register(rows, random, passwords.hashed(queries.PASSWORD))
    demo = SmallDemo(rows, state, register, random)
    demo.write()
    if size == Size.LARGE:
        LargeDemo(rows, state, register, demo).write()
    rows.finish()
    catalog.reindex(actor=actor)
    demo.act()
