"""The one clock: what the wall shows, and which year a day belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from pdtrack.core import clock


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("day", "hour", "moment"),
    [
        (date(2027, 1, 14), time(9), utc(2027, 1, 14, 14)),
        (date(2027, 7, 14), time(9), utc(2027, 7, 14, 13)),
        # 14 March 2027: the hour from two to three is skipped, and read as the one after it.
        (date(2027, 3, 14), time(1, 59), utc(2027, 3, 14, 6, 59)),
        (date(2027, 3, 14), time(2, 30), utc(2027, 3, 14, 7, 30)),
        (date(2027, 3, 14), time(3), utc(2027, 3, 14, 7)),
        # 7 November 2027: the hour from one to two comes twice, and the first is meant.
        (date(2027, 11, 7), time(1, 30), utc(2027, 11, 7, 5, 30)),
        (date(2027, 11, 7), time(2), utc(2027, 11, 7, 7)),
    ],
)
def test_an_hour_on_the_wall_is_one_moment(day: date, hour: time, moment: datetime) -> None:
    found = clock.at(day, hour)

    assert found == moment
    assert found.tzinfo == UTC


def test_a_day_on_the_wall_lasts_until_its_own_midnight() -> None:
    with clock.frozen(utc(2027, 1, 15, 4, 59)):
        assert clock.today() == date(2027, 1, 14)
    with clock.frozen(utc(2027, 1, 15, 5)):
        assert clock.today() == date(2027, 1, 15)


def test_a_stopped_clock_goes_on_afterwards() -> None:
    then = utc(2030, 1, 1)

    with clock.frozen(then):
        with clock.frozen(then + timedelta(days=1)):
            assert clock.now() == then + timedelta(days=1)
        assert clock.now() == then
    assert clock.now() != then


@pytest.mark.parametrize(
    ("day", "year"), [(date(2026, 6, 30), 2026), (date(2026, 7, 1), 2027), (date(2027, 1, 1), 2027)]
)
def test_a_fiscal_year_is_named_for_the_year_in_which_it_ends(day: date, year: int) -> None:
    first, last = clock.fiscal_year_dates(year)

    assert clock.fiscal_year(day) == year
    assert first <= day <= last
    assert (first, last) == (date(year - 1, 7, 1), date(year, 6, 30))
