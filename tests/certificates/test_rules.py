"""Who earned what, decided without a database."""

from __future__ import annotations

import re

import pytest

from pdtrack.certificates import rules
from pdtrack.certificates.rules import Decision, Threshold

TEN_HOURS = Threshold(100, "603 CMR 44.03")


def decided(*, minutes: int = 330, unmarked: int = 0, is_over: bool = True) -> Decision:
    return rules.decide(
        minutes=minutes, offered=360, unmarked=unmarked, is_over=is_over, minimum=TEN_HOURS
    )


def test_hours_are_certified_as_attended_and_saved_toward_pdps() -> None:
    decision = decided()

    assert decision.is_earned
    assert decision.minutes == 330
    assert decision.reasons[0] == "Attended 5.5 of 6 hours offered."
    assert "10 hours on one topic" in decision.reasons[1]
    assert "603 CMR 44.03" in decision.reasons[1]


@pytest.mark.parametrize(
    ("decision", "because"),
    [
        (decided(is_over=False), "not over yet"),
        (decided(unmarked=1), "1 meeting has no attendance"),
        (decided(unmarked=2), "2 meetings have no attendance"),
        (decided(minutes=0), "Was not there"),
    ],
)
def test_nothing_is_earned_because(decision: Decision, because: str) -> None:
    assert not decision.is_earned
    assert decision.why_not is not None
    assert because in decision.why_not


def test_serials_count_up_within_a_collaborative_and_year() -> None:
    assert rules.serial(short_name="Bi-Co", fiscal_year=2027, number=123) == "BICO-2027-000123"


def test_serials_are_sought_between_bounds_that_look_like_serials() -> None:
    # In the order of a language, which PostgreSQL has by default on Debian and in containers,
    # "CES-2027-~" comes before "CES-2027-000001", and every certificate was given number 1.
    first, last = rules.serial_bounds(rules.serial_prefix(short_name="CES", fiscal_year=2027))

    for bound in (first, last):
        assert re.fullmatch(r"CES-2027-\d{6}", bound)
    assert first < rules.serial(short_name="CES", fiscal_year=2027, number=123) < last


def test_codes_survive_being_read_aloud_and_typed() -> None:
    codes = {rules.new_code() for _ in range(200)}

    assert len(codes) == 200
    for code in codes:
        assert set(code) <= set(rules.ALPHABET)
        assert rules.typed_code(f" {rules.grouped(code).lower()} ") == code
