"""Prices and fitness to be published, decided without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pdtrack.accounts.models import Employment, OtherEmployer
from pdtrack.catalog import rules
from pdtrack.catalog.details import PlannedMeeting, SessionDetails
from pdtrack.catalog.models import Course, CourseSession, Format, Meeting, Promise, SessionState
from pdtrack.catalog.rules import Standing
from pdtrack.core import clock
from pdtrack.organizations.models import District

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
FIRST = datetime(2026, 12, 8, 14, tzinfo=UTC)
CES = 1
AMHERST = 7


def price(standing: Standing, *, member: int = 100_00, other: int = 150_00) -> rules.Price:
    return rules.price(
        member_cents=member,
        non_member_cents=other,
        standing=standing,
        employer="Amherst",
        host="CES",
    )


@pytest.mark.parametrize(
    ("standing", "cents", "reason"),
    [
        (Standing.MEMBER, 100_00, "Member price: Amherst is a member of CES"),
        (Standing.STAFF, 100_00, "Member price: you work for CES"),
        (
            Standing.CLAIMED,
            150_00,
            "Non-member price: your employer has not confirmed that you work there yet",
        ),
        (Standing.OUTSIDER, 150_00, "Non-member price: Amherst is not a member of CES"),
        (
            Standing.UNEMPLOYED,
            150_00,
            "Non-member price: your account names no member district as employer",
        ),
        (
            Standing.UNKNOWN,
            150_00,
            "Non-member price; sign in to see whether your district is a member",
        ),
    ],
)
def test_the_price_says_why(standing: Standing, cents: int, reason: str) -> None:
    found = price(standing)

    assert (found.cents, found.reason) == (cents, reason)
    assert found.is_provisional == (standing == Standing.CLAIMED)  # Only a word is missing.


def test_what_costs_everybody_the_same_needs_no_reason_about_membership() -> None:
    assert price(Standing.UNKNOWN, member=0, other=0) == rules.Price(0, "Free")
    assert price(Standing.UNKNOWN, member=50, other=50).reason == "Same price for everybody"


def employment(organization_id: int | None, *, is_confirmed: bool = True) -> Employment:
    organization = District(id=organization_id, name="Amherst") if organization_id else None
    return Employment(
        organization_id=organization_id,
        organization=organization,
        other_kind=None if organization_id else OtherEmployer.PRIVATE_SCHOOL,
        confirmed_at=NOW if is_confirmed else None,
    )


def test_the_best_of_two_employers_counts() -> None:
    two = [employment(9), employment(AMHERST)]

    assert rules.best_standing(two, {AMHERST}, CES) == (Standing.MEMBER, "Amherst")


@pytest.mark.parametrize(
    ("employments", "standing"),
    [
        (None, Standing.UNKNOWN),
        ([], Standing.UNEMPLOYED),
        ([employment(None)], Standing.UNEMPLOYED),
        ([employment(9)], Standing.OUTSIDER),
        ([employment(AMHERST, is_confirmed=False)], Standing.CLAIMED),
        ([employment(CES)], Standing.STAFF),
        ([employment(CES, is_confirmed=False)], Standing.CLAIMED),
    ],
)
def test_only_a_confirmed_employer_makes_a_member(
    employments: list[Employment] | None, standing: Standing
) -> None:
    assert rules.best_standing(employments, {AMHERST}, CES)[0] == standing


def test_membership_counts_on_the_wall_date_of_the_first_meeting() -> None:
    late_evening = datetime(2027, 7, 1, 1, tzinfo=UTC)  # Still 30 June in Massachusetts.

    day = rules.price_day(starts_at=late_evening, is_self_paced=False, today=date(2026, 12, 1))

    assert day == date(2027, 6, 30)


def test_self_paced_work_is_priced_on_the_day_of_asking() -> None:
    today = date(2026, 12, 1)

    assert rules.price_day(starts_at=FIRST, is_self_paced=True, today=today) == today


def planned(hours: float = 7, breaks: int = 60, *, after: int = 0) -> PlannedMeeting:
    starts = FIRST + timedelta(days=after)
    return PlannedMeeting(
        starts_at=starts, ends_at=starts + timedelta(hours=hours), break_minutes=breaks
    )


@pytest.mark.parametrize(
    ("meeting", "field"),
    [
        (planned(hours=0), "ends_at"),
        (planned(hours=-1), "ends_at"),
        (planned(hours=30), "ends_at"),
        (planned(hours=1, breaks=60), "break_minutes"),
        (planned(hours=1, breaks=-5), "break_minutes"),
    ],
)
def test_an_impossible_meeting_is_refused_at_its_field(meeting: PlannedMeeting, field: str) -> None:
    assert [problem.field for problem in rules.meeting_problems(meeting)] == [field]


def test_meetings_that_overlap_are_found_and_back_to_back_is_fine() -> None:
    first, second = planned(hours=2, breaks=0), planned(hours=2, breaks=0, after=1)
    inside = PlannedMeeting(
        starts_at=first.starts_at + timedelta(hours=1), ends_at=first.ends_at + timedelta(hours=1)
    )
    next_to = PlannedMeeting(starts_at=first.ends_at, ends_at=first.ends_at + timedelta(hours=1))

    assert rules.overlap([second, inside, first]) == inside
    assert rules.overlap([next_to, first, second]) is None


def test_a_span_credits_meetings_less_breaks_and_independent_work() -> None:
    details = SessionDetails(
        title="SEI", format=Format.IN_PERSON, capacity=5, independent_minutes=90
    )

    starts, ends, minutes = rules.span(details, [planned(after=7), planned()])

    assert (starts, ends) == (FIRST, FIRST + timedelta(days=7, hours=7))
    assert minutes == 360 * 2 + 90


def test_self_paced_work_lasts_until_the_end_of_its_last_day() -> None:
    details = SessionDetails(
        title="Ethics",
        format=Format.SELF_PACED,
        capacity=5,
        independent_minutes=120,
        opens_on=date(2026, 12, 1),
        due_on=date(2027, 1, 31),
    )

    starts, ends, minutes = rules.span(details, [])

    assert starts
    assert ends
    assert clock.local(starts).isoformat() == "2026-12-01T00:00:00-05:00"
    assert clock.local(ends).isoformat() == "2027-02-01T00:00:00-05:00"
    assert minutes == 120


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "  "}, "title"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": 1_000_000}, "capacity"),
        ({"minimum": 21}, "minimum"),
        ({"member_price_cents": -1}, "member_price_cents"),
        ({"closes_hours_before": -1}, "closes_hours_before"),
        ({"opens_days_before": -1}, "opens_days_before"),
        ({"opens_days_before": 2, "closes_hours_before": 48}, "closes_hours_before"),
        ({"independent_minutes": -1}, "independent_minutes"),
        ({"opens_on": date(2027, 1, 2), "due_on": date(2027, 1, 1)}, "due_on"),
    ],
)
def test_details_that_cannot_be_are_refused_at_their_field(
    change: dict[str, Any], field: str
) -> None:
    values = {"title": "CPI", "format": Format.IN_PERSON, "capacity": 20, **change}

    problems = list(rules.detail_problems(SessionDetails(**values)))

    assert problems[0].field == field
    assert problems[0].message.endswith(".")


def draft(hours: int = 12, **values: Any) -> CourseSession:
    course = values.pop("course", Course(assessment="A quiz.", mastery="80 percent."))
    return CourseSession(
        **{
            "course": course,
            "title": "CPI",
            "state": SessionState.DRAFT,
            "format": Format.IN_PERSON,
            "venue_id": 1,
            "capacity": 20,
            "presenter_name": "Pat",
            "contact_name": "Cora",
            "contact_email": "pd@ces.example",
            "closes_hours_before": 24,
            "opens_days_before": None,
            "promise": Promise.HOURS,
            "promised_tenths": None,
            "independent_minutes": 0,
            "credited_minutes": hours * 60,
            "starts_at": FIRST,
            "ends_at": FIRST + timedelta(hours=hours),
            "meetings": [
                Meeting(starts_at=FIRST, ends_at=FIRST + timedelta(hours=hours), break_minutes=0)
            ],
            **values,
        }
    )


def reasons(course_session: CourseSession) -> list[str | None]:
    found = rules.reasons_not_to_publish(
        course_session, now=NOW, minimum_tenths=100, citation="603 CMR 44.03"
    )
    return [problem.field for problem in found]


def test_a_complete_draft_is_fit_to_be_published() -> None:
    assert reasons(draft()) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"meetings": [], "starts_at": None, "ends_at": None}, "meetings"),
        ({"venue_id": None}, "venue_id"),
        ({"presenter_name": " "}, "presenter_name"),
        ({"contact_name": ""}, "contact_name"),
        ({"contact_email": ""}, "contact_email"),
        ({"closes_hours_before": 24 * 8}, "closes_hours_before"),
        ({"opens_days_before": 1, "closes_hours_before": 24}, "closes_hours_before"),
        ({"promise": Promise.PDPS}, "promised_tenths"),
    ],
)
def test_what_is_missing_keeps_it_from_being_published(change: dict[str, Any], field: str) -> None:
    assert reasons(draft(**change)) == [field]


def test_a_session_in_the_past_is_not_published_but_a_published_one_stays_fit() -> None:
    past: dict[str, Any] = {
        "starts_at": NOW - timedelta(days=1),
        "ends_at": NOW - timedelta(hours=20),
    }

    assert reasons(draft(**past)) == ["meetings"]
    assert reasons(draft(**past, state=SessionState.PUBLISHED)) == []


def test_pdps_need_ten_hours_and_the_refusal_says_where_that_is_written() -> None:
    short = draft(hours=9, promise=Promise.PDPS, promised_tenths=90)

    [problem] = rules.reasons_not_to_publish(
        short, now=NOW, minimum_tenths=100, citation="603 CMR 44.03"
    )

    assert problem.field == "promise"
    assert "at least 10 hours on one topic (603 CMR 44.03); this session has 9 hours" in (
        problem.message
    )


@pytest.mark.parametrize(("assessment", "mastery"), [("", "80 percent."), ("A quiz.", " ")])
def test_pdps_need_an_assessment_and_mastery(assessment: str, mastery: str) -> None:
    course = Course(assessment=assessment, mastery=mastery)

    assert reasons(draft(course=course, promise=Promise.PDPS, promised_tenths=120)) == ["promise"]


def test_counting_toward_pdps_needs_neither() -> None:
    course = Course(assessment="", mastery="")

    assert reasons(draft(hours=3, course=course, promise=Promise.COUNTS_TOWARD)) == []


def test_online_sessions_need_no_venue_and_meetings_may_bring_their_own() -> None:
    elsewhere = Meeting(
        starts_at=FIRST, ends_at=FIRST + timedelta(hours=6), break_minutes=0, venue_id=4
    )

    assert reasons(draft(format=Format.ONLINE, venue_id=None)) == []
    assert reasons(draft(venue_id=None, meetings=[elsewhere])) == []


def test_self_paced_work_needs_its_dates_and_hours() -> None:
    empty = draft(
        format=Format.SELF_PACED,
        meetings=[],
        opens_on=None,
        due_on=None,
        starts_at=None,
        ends_at=None,
    )
    over = draft(
        format=Format.SELF_PACED,
        meetings=[],
        opens_on=date(2026, 9, 1),
        due_on=date(2026, 11, 1),
        independent_minutes=60,
        starts_at=NOW - timedelta(days=90),
        ends_at=NOW - timedelta(days=30),
    )

    assert reasons(empty) == ["opens_on", "due_on", "independent_minutes"]
    assert reasons(over) == ["due_on"]
