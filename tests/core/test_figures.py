"""Money and points: whole cents and tenths, read as people type them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdtrack.core import money, points


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("0", 0), ("125", 12500), ("95.50", 9550), (" $1,250.5 ", 125050), (".5", 50), ("0.07", 7)],
)
def test_dollars_are_read_to_the_cent(typed: str, cents: int) -> None:
    assert money.parse(typed) == cents


@pytest.mark.parametrize(
    "typed", ["", "free", "1.005", "1e3", "NaN", "Infinity", "١٢", "1.2.3", "95,50", "1,2,3"]
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(typed)}$"):
        money.parse(typed)


@pytest.mark.parametrize(
    ("cents", "said", "written"),
    [
        (0, "$0", "0.00"),
        (9950, "$99.50", "99.50"),
        (125000, "$1,250", "1250.00"),
        (-705, "-$7.05", "-7.05"),
    ],
)
def test_money_is_said_to_people_and_written_for_spreadsheets(
    cents: int, said: str, written: str
) -> None:
    assert (money.dollars(cents), money.plain(cents)) == (said, written)


@given(st.integers(0, money.MOST_CENTS))
def test_money_is_read_as_it_is_written(cents: int) -> None:
    assert money.parse(money.plain(cents)) == cents
    assert money.parse(money.dollars(cents)) == cents


@given(st.integers(0, 99_999))
def test_points_are_read_as_they_are_written(tenths: int) -> None:
    assert points.parse(points.plain(tenths)) == tenths


@pytest.mark.parametrize("typed", ["", "22.55", "1e1", "²", "ten"])
def test_what_is_no_number_of_points_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(typed)}$"):
        points.parse(typed)


def test_hours_are_rounded_down_to_tenths() -> None:
    assert [points.from_minutes(minutes) for minutes in (0, 5, 6, 390, 395, 599)] == [
        *(0, 0, 1),
        *(65, 65, 99),
    ]
