"""Numbers of law and policy: each holds for its own days, and says where it is written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from pdtrack.core import regulations
from pdtrack.core.db import db
from pdtrack.core.regulations import Regulation
from tests import make

pytestmark = pytest.mark.usefixtures("on_either")

HOURS = "pdp.minimum_hours"
CHANGED = date(2030, 7, 1)


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
        assert row["citation"]
        assert row["title"]
        assert row["unit"]
