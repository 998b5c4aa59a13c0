"""How a session stands for whoever looks at it, decided without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pdtrack.catalog.models import CourseSession, Format, Promise, SessionState
from pdtrack.catalog.rules import Price
from pdtrack.catalog.search import Listing
from pdtrack.core import clock
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.rules import Counts
from pdtrack.storefront import rules
from pdtrack.storefront.rules import Stage

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
FIRST = datetime(2026, 12, 8, 14, tzinfo=UTC)


def session(**values: Any) -> CourseSession:
    return CourseSession(
        **{
            "state": SessionState.PUBLISHED,
            "format": Format.IN_PERSON,
            "capacity": 20,
            "has_waitlist": True,
            "closes_hours_before": 24,
            "opens_days_before": None,
            "starts_at": FIRST,
            "ends_at": FIRST + timedelta(hours=7),
            **values,
        }
    )


def listing(**values: Any) -> Listing:
    return Listing(
        **{
            "id": 1,
            "title": "CPI",
            "format": Format.IN_PERSON,
            "starts_at": FIRST,
            "ends_at": FIRST + timedelta(hours=6, minutes=30),
            "credited_minutes": 360,
            "promise": Promise.HOURS,
            "promised_tenths": None,
            "capacity": 20,
            "has_waitlist": True,
            "member_price_cents": 100_00,
            "non_member_price_cents": 150_00,
            "opens_at": None,
            "closes_at": FIRST,
            "collaborative_id": 1,
            "collaborative_name": "Collaborative for Educational Services",
            "short_name": "CES",
            "collaborative_slug": "ces",
            "topic_name": "Restraint",
            "topic_slug": "restraint",
            "town": "Northampton",
            "categories": [],
            **values,
        }
    )


@pytest.mark.parametrize(
    ("counts", "waitlist", "text"),
    [
        (Counts(0, 0), True, "20 places left"),
        (Counts(15, 0), True, "5 places left"),
        (Counts(19, 0), True, "Last place"),
        (Counts(20, 0), True, "Full, waitlist open"),
        (Counts(20, 3), True, "Full, 3 waiting"),
        (Counts(18, 3), True, "Full, 3 waiting"),  # A freed place is the line's.
        (Counts(22, 0), True, "Full, waitlist open"),
        (Counts(20, 0), False, "Full"),
    ],
)
def test_places_are_said_in_words(counts: Counts, waitlist: bool, text: str) -> None:
    assert rules.places(session(has_waitlist=waitlist), counts).text == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"credited_minutes": 360}, "6 hours"),
        (
            {"credited_minutes": 720, "promise": Promise.PDPS, "promised_tenths": 125},
            "12.5 PDPs (12 hours)",
        ),
        ({"credited_minutes": 180, "promise": Promise.COUNTS_TOWARD}, "3 hours toward PDPs"),
    ],
)
def test_what_is_earned_is_said_in_words(values: dict[str, Any], text: str) -> None:
    assert rules.earned(listing(**values)) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "Tue, Dec 8, 9:00 AM – 3:30 PM"),
        ({"ends_at": FIRST + timedelta(days=7)}, "Tue, Dec 8 – Tue, Dec 15, from 9:00 AM"),
        ({"starts_at": None, "ends_at": None}, "No date yet"),
        (
            {
                "format": Format.SELF_PACED,
                "ends_at": datetime(2027, 2, 1, 5, tzinfo=UTC),  # Midnight after 31 January.
            },
            "In your own time, until Sun, Jan 31",
        ),
    ],
)
def test_when_is_said_in_one_line(values: dict[str, Any], text: str) -> None:
    with clock.frozen(NOW):
        assert rules.when(listing(**values)) == text


def test_a_list_says_whose_price_it_is() -> None:
    assert rules.price_note(listing(), Price(100_00, "")) == "member price"
    assert rules.price_note(listing(), Price(150_00, "")) == "$100 for members"
    assert rules.price_note(listing(member_price_cents=150_00), Price(150_00, "")) == ""


def test_a_list_says_when_it_is_too_early_or_too_late() -> None:
    with clock.frozen(NOW):
        later = listing(opens_at=NOW + timedelta(days=1))
        over = listing(closes_at=NOW)

        assert rules.standing(later, Counts()).text == "Opens Wed, Dec 2"
        assert rules.standing(over, Counts()).text == "Registration closed"
        assert rules.standing(listing(), Counts()).text == "20 places left"


@pytest.mark.parametrize(
    ("values", "counts", "stage"),
    [
        ({"state": SessionState.DRAFT}, Counts(), Stage.DRAFT),
        ({"state": SessionState.CANCELLED}, Counts(), Stage.CANCELLED),
        ({}, Counts(3, 0), Stage.OPEN),
        ({}, Counts(20, 0), Stage.WAITLIST),
        ({}, Counts(19, 1), Stage.WAITLIST),
        ({"has_waitlist": False}, Counts(20, 0), Stage.FULL),
        ({"opens_days_before": 3}, Counts(), Stage.NOT_YET),
        ({"closes_hours_before": 24 * 8}, Counts(), Stage.CLOSED),
        ({"starts_at": NOW - timedelta(hours=1)}, Counts(), Stage.STARTED),
        (
            {"starts_at": NOW - timedelta(days=2), "ends_at": NOW - timedelta(days=1)},
            Counts(),
            Stage.ENDED,
        ),
        (
            {"format": Format.SELF_PACED, "starts_at": NOW - timedelta(days=90)},
            Counts(),
            Stage.OPEN,
        ),
    ],
)
def test_the_stage_decides_the_one_button(
    values: dict[str, Any], counts: Counts, stage: Stage
) -> None:
    with clock.frozen(NOW):
        found = rules.stage(session(**values), counts=counts, registration=None, now=NOW)

    assert found == stage


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        (Status.REGISTERED, Stage.REGISTERED),
        (Status.OFFERED, Stage.REGISTERED),
        (Status.WAITLISTED, Stage.WAITING),
    ],
)
def test_whoever_is_registered_sees_that_first(status: Status, stage: Stage) -> None:
    own = Registration(status=status)

    found = rules.stage(session(), counts=Counts(20, 5), registration=own, now=NOW)

    assert found == stage
