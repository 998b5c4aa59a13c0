"""Moments, money, lengths and counts read as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from werkzeug.datastructures import MultiDict

from pdtrack.core import clock, filters

NOVEMBER = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
MORNING = datetime(2026, 12, 8, 14, 0, tzinfo=UTC)  # 9:00 AM in Massachusetts.
AFTERNOON = datetime(2026, 12, 8, 20, 30, tzinfo=UTC)
LATE = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)  # Still the 9th in Massachusetts.


def test_a_moment_is_told_in_the_wall_time_of_massachusetts() -> None:
    with clock.frozen(NOVEMBER):
        assert filters.when(MORNING) == "Tue, Dec 8, 9:00 AM"
        assert filters.when(LATE) == "Wed, Dec 9, 8:00 PM"


def test_what_closes_at_midnight_closes_with_the_day_before() -> None:
    with clock.frozen(NOVEMBER):
        assert filters.deadline(MORNING) == "Tue, Dec 8, 9:00 AM"
        midnight = datetime(2026, 12, 8, 5, 0, tzinfo=UTC)
        assert filters.deadline(midnight) == "at the end of Mon, Dec 7"


def test_a_year_is_told_only_outside_this_school_year() -> None:
    with clock.frozen(NOVEMBER):
        assert filters.day(date(2027, 6, 30)) == "Wed, Jun 30"
        assert filters.day(date(2027, 7, 1)) == "Thu, Jul 1, 2027"
        assert filters.day(date(2026, 6, 30)) == "Tue, Jun 30, 2026"


def test_a_span_names_its_second_date_only_when_it_differs() -> None:
    with clock.frozen(NOVEMBER):
        assert filters.when_range(MORNING, AFTERNOON) == "Tue, Dec 8, 9:00 AM – 3:30 PM"
        assert filters.when_range(MORNING, LATE) == "Tue, Dec 8, 9:00 AM – Wed, Dec 9, 8:00 PM"
        assert filters.day_range(MORNING, AFTERNOON) == "Tue, Dec 8"
        assert filters.day_range(MORNING, LATE) == "Tue, Dec 8 – Wed, Dec 9"


@pytest.mark.parametrize(
    ("hour", "written"),
    [(5, "12:00 AM"), (16, "11:00 AM"), (17, "12:00 PM"), (18, "1:00 PM")],
)
def test_noon_and_midnight_are_twelve(hour: int, written: str) -> None:
    assert filters.time(datetime(2026, 12, 8, hour, tzinfo=UTC)) == written


def test_letters_and_machines_get_dates_in_full() -> None:
    assert filters.full_day(MORNING) == "December 8, 2026"
    assert filters.iso(MORNING) == "2026-12-08T09:00:00-05:00"
    assert filters.iso(date(2026, 12, 8)) == "2026-12-08"


@pytest.mark.parametrize(
    ("cents", "written"), [(0, "Free"), (12_500, "$125"), (12_550, "$125.50"), (125_000, "$1,250")]
)
def test_nothing_to_pay_is_free(cents: int, written: str) -> None:
    assert filters.price(cents) == written


@pytest.mark.parametrize(
    ("minutes", "written"),
    [
        (0, "0 hours"),
        (1, "1 minute"),
        (45, "45 minutes"),
        (60, "1 hour"),
        (90, "1.5 hours"),
        (360, "6 hours"),
        (350, "5 hours 50 minutes"),
    ],
)
def test_lengths_are_hours_and_minutes(minutes: int, written: str) -> None:
    assert filters.hours(minutes) == written


def test_counts_agree_with_their_nouns() -> None:
    assert filters.plural(0, "seat") == "0 seats"
    assert filters.plural(1, "seat") == "1 seat"
    assert filters.plural(1_200, "person", "people") == "1,200 people"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lovelace", "AL"),
        ("Dr. Maria da Conceição Albuquerque", "MA"),
        ("Cher", "C"),
        ("  ", ""),
        ("Ölver østergaard", "ÖØ"),
    ],
)
def test_initials_are_of_the_first_and_last_name(name: str, letters: str) -> None:
    assert filters.initials(name) == letters


def test_changing_one_argument_of_an_address_keeps_the_others() -> None:
    asked = MultiDict([("q", "co-teaching & SEI"), ("topic", "a"), ("topic", "b"), ("page", "3")])

    assert filters.changed(asked, page=4) == "?q=co-teaching+%26+SEI&topic=a&topic=b&page=4"
    assert filters.changed(asked, topic=None, page=None) == "?q=co-teaching+%26+SEI"
    assert filters.changed(MultiDict(), page=None) == "?"
