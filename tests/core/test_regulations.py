"""Numbers of law and policy: each holds for its own days, and says where it is written."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from pdtrack.core import regulations
from pdtrack.core.db import db
from pdtrack.core.regulations import Regulation
from tests import make
from tests.queries import count_queries

pytestmark = pytest.mark.usefixtures("read_anew")

HOURS = "pdp.minimum_hours"
CHANGED = date(2030, 7, 1)


@pytest.fixture
def read_anew(on_either: Flask) -> Iterator[None]:  # noqa: ARG001 - opens the database.
    """Change what a process reads once."""
    regulations.forget()
    yield
    regulations.forget()


def test_a_process_reads_the_rows_once() -> None:
    regulations.in_force(HOURS, CHANGED)

    with count_queries() as queries:
        regulations.in_force(HOURS, CHANGED)

    assert queries == []


def test_a_newer_row_ends_an_older_one_and_the_past_keeps_its_own() -> None:
    last_day = CHANGED - timedelta(days=1)
    db.session.execute(update(Regulation).where(Regulation.key == HOURS).values(valid_to=last_day))
    make.saved(
        Regulation(
            key=HOURS,
            tenths=150,
            unit="hours",
            title="Fewest hours",
            citation="603 CMR 44.03, as amended",
            valid_from=CHANGED,
        )
    )

    before, after = regulations.in_force(HOURS, last_day), regulations.in_force(HOURS, CHANGED)

    assert (before.tenths, before.citation) == (100, "603 CMR 44.03")
    assert (after.tenths, after.citation) == (150, "603 CMR 44.03, as amended")


@pytest.mark.parametrize(("key", "day"), [("no.such", CHANGED), (HOURS, date(1999, 12, 31))])
def test_a_number_that_does_not_hold_is_not_guessed(key: str, day: date) -> None:
    with pytest.raises(LookupError, match=r"No regulation"):
        regulations.in_force(key, day)


def test_every_number_says_where_it_is_written() -> None:
    for row in regulations.FIRST_ROWS:
        assert row.citation
        assert row.title
        assert row.unit
