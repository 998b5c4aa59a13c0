"""Who gets a place, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pdtrack.accounts.models import Employment, OtherEmployer
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock
from pdtrack.registration import rules
from pdtrack.registration.models import Status
from pdtrack.registration.rules import ClosedBecause, Counts

NOW = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)


def session(**values: Any) -> CourseSession:
    """A published session for 20 people next week, in memory only."""
    return CourseSession(
        **{
            "capacity": 20,
            "state": SessionState.PUBLISHED,
            "format": Format.IN_PERSON,
            "starts_at": NOW + timedelta(days=7),
            "ends_at": NOW + timedelta(days=7, hours=6),
            "closes_hours_before": 0,
            **values,
        }
    )


@pytest.mark.parametrize(
    ("capacity", "taken", "waiting", "status"),
    [
        (1, 0, 0, Status.REGISTERED),
        (1, 1, 0, Status.WAITLISTED),
        (2, 1, 0, Status.REGISTERED),
        (2, 1, 1, Status.WAITLISTED),  # The free place belongs to whoever waits.
        (2, 3, 0, Status.WAITLISTED),  # More than there are, after staff insisted.
    ],
)
def test_a_newcomer_gets_a_free_place_only_when_nobody_waits(
    capacity: int, taken: int, waiting: int, status: Status
) -> None:
    assert rules.placement(capacity=capacity, taken=taken, waiting=waiting) == status


@pytest.mark.parametrize(
    ("taken", "waiting", "has_begun", "insists", "status"),
    [
        (0, 0, False, False, Status.REGISTERED),
        (1, 1, False, False, Status.WAITLISTED),
        (1, 1, True, False, Status.REGISTERED),  # Nobody else is at the door.
        (2, 0, True, False, Status.WAITLISTED),
        (2, 5, False, True, Status.REGISTERED),
    ],
)
def test_where_staff_put_a_person(
    taken: int, waiting: int, has_begun: bool, insists: bool, status: Status
) -> None:
    placed = rules.staff_placement(
        capacity=2, counts=Counts(taken, waiting), has_begun=has_begun, insists=insists
    )

    assert placed == status


@pytest.mark.parametrize(
    ("taken", "waiting", "promoted"), [(5, 3, 0), (4, 3, 1), (0, 3, 3), (2, 9, 3), (7, 3, 0)]
)
def test_as_many_are_promoted_as_places_are_free(taken: int, waiting: int, promoted: int) -> None:
    counts = Counts(taken, waiting)

    assert rules.promotions(capacity=5, counts=counts, is_cut_off=False) == promoted
    assert rules.promotions(capacity=5, counts=counts, is_cut_off=True) == 0


def test_the_line_stands_still_from_the_first_meeting_on() -> None:
    course_session = session()

    with clock.frozen(NOW):
        assert not rules.is_cut_off(course_session)
    with clock.frozen(NOW + timedelta(days=7)):
        assert rules.is_cut_off(course_session)


def test_self_paced_work_moves_the_line_until_it_is_due() -> None:
    course_session = session(format=Format.SELF_PACED, starts_at=NOW - timedelta(days=1))

    with clock.frozen(NOW):
        assert not rules.has_begun(course_session)
    with clock.frozen(NOW + timedelta(days=8)):
        assert rules.has_begun(course_session)


@pytest.mark.parametrize(
    ("values", "because"),
    [
        ({"state": SessionState.CANCELLED}, ClosedBecause.CANCELLED),
        ({"state": SessionState.DRAFT}, ClosedBecause.DRAFT),
        ({"opens_days_before": 3}, ClosedBecause.NOT_YET),
        ({"closes_hours_before": 7 * 24}, ClosedBecause.OVER),
        ({"starts_at": NOW}, ClosedBecause.OVER),
    ],
)
def test_why_registration_is_closed(values: dict[str, Any], because: ClosedBecause) -> None:
    closed = rules.why_closed(session(**values), NOW)

    assert closed is not None
    assert closed.because == because
    assert closed.message.endswith(".")


def test_nothing_closes_an_open_session() -> None:
    assert rules.why_closed(session(opens_days_before=7), NOW) is None


@pytest.mark.parametrize(
    ("values", "counts", "says"),
    [
        ({}, Counts(20, 3), "All 20 places are taken"),
        ({}, Counts(22, 3), "22 people hold 20 places"),
        ({}, Counts(19, 3), "Places are free"),
        ({"state": SessionState.CANCELLED}, Counts(0, 3), "cancelled"),
        ({"starts_at": NOW}, Counts(5, 3), "has begun"),
    ],
)
def test_the_reason_why_nobody_is_promoted(
    values: dict[str, Any], counts: Counts, says: str
) -> None:
    with clock.frozen(NOW):
        assert says in (rules.why_nobody_is_promoted(session(**values), counts) or "")


def test_nobody_asks_why_when_nobody_waits() -> None:
    with clock.frozen(NOW):
        assert rules.why_nobody_is_promoted(session(), Counts(20, 0)) is None


@pytest.mark.parametrize(
    ("first_meeting", "days", "last"),
    [
        (date(2026, 12, 10), 3, date(2026, 12, 7)),  # Thursday: Wednesday, Tuesday, Monday.
        (date(2026, 12, 8), 3, date(2026, 12, 3)),  # Tuesday: over a weekend.
        (date(2026, 12, 6), 1, date(2026, 12, 4)),  # Sunday.
        (date(2026, 12, 8), 0, date(2026, 12, 8)),
    ],
)
def test_the_last_free_day_counts_business_days(first_meeting: date, days: int, last: date) -> None:
    nine = datetime(first_meeting.year, first_meeting.month, first_meeting.day, 14, tzinfo=UTC)

    assert rules.last_free_day(nine, days) == last


def test_the_last_free_day_is_counted_on_the_wall_of_the_collaborative() -> None:
    late_evening = datetime(2026, 12, 9, 1, 0, tzinfo=UTC)  # 8 PM on the 8th in Massachusetts.

    assert rules.last_free_day(late_evening, 1) == date(2026, 12, 7)


def test_only_a_confirmed_employer_on_the_list_can_be_billed() -> None:
    assert not rules.may_use_purchase_order(None)
    assert not rules.may_use_purchase_order(Employment(organization_id=1))
    assert not rules.may_use_purchase_order(
        Employment(other_kind=OtherEmployer.PRIVATE_SCHOOL, confirmed_at=NOW)
    )
    assert rules.may_use_purchase_order(Employment(organization_id=1, confirmed_at=NOW))


def test_free_places_are_never_fewer_than_none() -> None:
    assert Counts(taken=3).free(2) == 0
    assert Counts(taken=1).free(2) == 1


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Béla O’Hara", {"first_name": "Béla", "last_name": "O’Hara"}),
        ("Ana María López", {"first_name": "Ana María", "last_name": "López"}),
        ("de la Cruz, Ana", {"first_name": "Ana", "last_name": "de la Cruz"}),
        ("Cher", {"first_name": "", "last_name": "Cher"}),
        ("00417", {"employee_number": "00417"}),
        ("bea@school.example", {}),
        ("", {"first_name": "", "last_name": ""}),
    ],
)
def test_what_was_searched_in_vain_need_not_be_typed_again(
    text: str, fields: dict[str, str]
) -> None:
    assert rules.typed(text) == fields
