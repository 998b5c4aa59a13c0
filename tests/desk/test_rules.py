"""What people must hear of a change, and what a coordinator reads before publication."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from pdtrack.catalog.details import PlannedMeeting
from pdtrack.catalog.models import CourseSession, Format, Promise, SessionState
from pdtrack.catalog.rules import Problem, reasons_not_to_publish
from pdtrack.core import clock
from pdtrack.desk import rules
from pdtrack.desk.rules import Plan, Sitting
from tests import make

NOW = clock.at(date(2026, 11, 2), time(12))


def at(day: int, hour: int) -> datetime:
    """A moment of December 2026."""
    return clock.at(date(2026, 12, day), time(hour))


MORNING = Sitting(at(8, 9), at(8, 12), "")
NOON = Sitting(at(8, 10), at(8, 13), "")
PLAN = Plan(
    format=Format.IN_PERSON,
    place="Hall, 1 Main Street, Northampton",
    online=("", ""),
    opens_on=None,
    due_on=None,
    meetings={1: MORNING},
)


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    """Days of one school year are written without their year."""
    with clock.frozen(NOW):
        yield


def changes(before: Plan, after: Plan) -> list[str]:
    return rules.changes(before, after, NOW)


def test_nobody_hears_of_what_stays_the_same() -> None:
    assert changes(PLAN, replace(PLAN)) == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (
            {"meetings": {1: NOON}},
            f"The meeting on {MORNING.written} is now on Tue, Dec 8, 10:00 AM – 1:00 PM.",
        ),
        (
            {"meetings": {1: replace(MORNING, place="Library")}},
            "The meeting on Tue, Dec 8, 9:00 AM – 12:00 PM is at Library.",
        ),
        ({"meetings": {}}, "The meeting on Tue, Dec 8, 9:00 AM – 12:00 PM does not take place."),
        (
            {"meetings": {1: MORNING, 2: Sitting(at(9, 9), at(9, 12), "")}},
            "There is a new meeting on Wed, Dec 9, 9:00 AM – 12:00 PM.",
        ),
        (
            {"meetings": {1: MORNING, 2: Sitting(at(9, 9), at(9, 12), "Library")}},
            "There is a new meeting on Wed, Dec 9, 9:00 AM – 12:00 PM, at Library.",
        ),
        (
            {"place": "Gym, 2 Elm Street, Amherst"},
            "The place is now Gym, 2 Elm Street, Amherst, not at Hall, 1 Main Street, Northampton.",
        ),
        ({"format": Format.ONLINE}, "The session is now held online; it was in person before."),
    ],
)
def test_a_change_is_told_in_one_whole_sentence(values: dict[str, Any], sentence: str) -> None:
    assert changes(PLAN, replace(PLAN, **values)) == [sentence]


def test_a_meeting_that_moves_back_is_at_the_usual_place() -> None:
    away = replace(PLAN, meetings={1: replace(MORNING, place="Library")})

    [sentence] = changes(away, PLAN)

    assert sentence == "The meeting on Tue, Dec 8, 9:00 AM – 12:00 PM is at the usual place."


def test_a_meeting_that_changes_time_and_place_is_told_in_two_sentences() -> None:
    moved = replace(PLAN, meetings={1: replace(NOON, place="Library")})

    first, second = changes(PLAN, moved)

    assert first.endswith("is now on Tue, Dec 8, 10:00 AM – 1:00 PM.")
    assert second == "The meeting on Tue, Dec 8, 10:00 AM – 1:00 PM is at Library."


def test_a_new_place_without_an_old_one_names_only_the_new() -> None:
    nowhere = replace(PLAN, place="")

    assert changes(nowhere, PLAN) == ["The place is now Hall, 1 Main Street, Northampton."]
    # Every meeting has its own place then, and each of those is told of by itself.
    assert changes(PLAN, nowhere) == []


@pytest.mark.parametrize("format_", [Format.ONLINE, Format.HYBRID, Format.SELF_PACED])
def test_a_new_link_is_told_to_those_who_join_and_never_shown(format_: Format) -> None:
    before = replace(PLAN, format=format_)
    after = replace(before, online=("https://meet.example/secret", ""))

    assert changes(before, after) == ["The way to join online has changed."]
    assert changes(PLAN, replace(PLAN, online=after.online)) == []


def test_where_people_do_not_come_in_person_the_venue_is_nobody_s_concern() -> None:
    before = replace(PLAN, format=Format.ONLINE)

    assert changes(before, replace(before, place="Gym")) == []


def test_the_days_of_self_paced_work_are_told() -> None:
    before = replace(PLAN, format=Format.SELF_PACED, meetings={})
    after = replace(before, opens_on=date(2026, 12, 1), due_on=date(2027, 1, 15))

    assert changes(before, after) == [
        "The work can now be begun on Tue, Dec 1.",
        "The work is now due on Fri, Jan 15.",
    ]
    assert changes(after, before) == []  # Nothing is due anymore, so nothing is to be done.


def test_days_left_over_from_self_paced_work_mean_nothing_to_those_who_meet() -> None:
    assert changes(PLAN, replace(PLAN, due_on=date(2027, 1, 15))) == []


def planned(starts_at: datetime, key: int | None = None) -> PlannedMeeting:
    return PlannedMeeting(id=key, starts_at=starts_at, ends_at=starts_at + timedelta(hours=3))


YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("meeting", "has_begun", "is_refused"),
    [
        (planned(TOMORROW), False, False),
        (planned(YESTERDAY), False, True),
        (planned(YESTERDAY, key=1), False, True),  # It was to come, and is moved into the past.
        (planned(YESTERDAY, key=2), False, False),  # It was in the past already.
        (planned(YESTERDAY, key=99), False, True),
        (planned(YESTERDAY), True, False),  # Written down afterwards.
    ],
)
def test_only_a_slip_of_the_date_puts_a_meeting_into_the_past(
    meeting: PlannedMeeting, has_begun: bool, is_refused: bool
) -> None:
    known = {
        1: Sitting(TOMORROW, TOMORROW + timedelta(hours=3), ""),
        2: Sitting(YESTERDAY, YESTERDAY + timedelta(hours=2), ""),
    }

    is_slip = rules.is_new_in_the_past(meeting, known, now=NOW, has_begun=has_begun)

    assert is_slip is is_refused


@pytest.mark.parametrize(
    ("names", "written"),
    [
        ([], ""),
        (["Ada"], "Ada"),
        (["Ada", "Ben"], "Ada and Ben"),
        (["Ada", "Ben", "Cy"], "Ada, Ben and Cy"),
        (["Ada", "Ben", "Cy", "Dee"], "Ada, Ben, Cy and 1 other"),
        (["Ada", "Ben", "Cy", "Dee", "Eve"], "Ada, Ben, Cy and 2 others"),
    ],
)
def test_names_are_written_as_people_say_them(names: list[str], written: str) -> None:
    assert rules.named(names) == written


@pytest.mark.parametrize(
    ("state", "was_until", "is_until", "is_worth_it"),
    [
        (SessionState.PUBLISHED, TOMORROW, TOMORROW, True),
        (SessionState.PUBLISHED, TOMORROW, YESTERDAY, True),  # The last meeting was called off.
        (SessionState.PUBLISHED, YESTERDAY, TOMORROW, True),
        (SessionState.PUBLISHED, YESTERDAY, YESTERDAY, False),
        (SessionState.PUBLISHED, None, TOMORROW, True),
        (SessionState.DRAFT, TOMORROW, TOMORROW, False),
        (SessionState.CANCELLED, TOMORROW, TOMORROW, False),
    ],
)
def test_only_what_is_or_was_still_to_come_is_worth_telling(
    state: SessionState, was_until: datetime | None, is_until: datetime, is_worth_it: bool
) -> None:
    session = CourseSession(state=state, ends_at=is_until)

    told = rules.is_worth_telling(session, replace(PLAN, ends_at=was_until), NOW)

    assert told is is_worth_it


def test_of_meetings_that_are_over_nobody_hears() -> None:
    over = Sitting(YESTERDAY, YESTERDAY + timedelta(hours=3), "")
    shorter = replace(over, ends_at=over.ends_at - timedelta(hours=1), place="Library")

    assert changes(replace(PLAN, meetings={1: over}), replace(PLAN, meetings={1: shorter})) == []
    assert changes(replace(PLAN, meetings={1: over}), replace(PLAN, meetings={})) == []
    assert changes(replace(PLAN, meetings={}), replace(PLAN, meetings={1: over})) == []
    [moved] = changes(replace(PLAN, meetings={1: over}), replace(PLAN, meetings={1: MORNING}))
    assert moved.endswith("is now on Tue, Dec 8, 9:00 AM – 12:00 PM.")


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("format_", [Format.IN_PERSON, Format.SELF_PACED])
def test_every_reason_not_to_publish_is_in_one_step_of_the_checklist(format_: Format) -> None:
    empty: dict[str, Any] = {"contact_name": "", "contact_email": "", "presenter_name": ""}
    draft = make.course_session(
        course=make.course(assessment=""),
        state=SessionState.DRAFT,
        format=format_,
        promise=Promise.PDPS,
        meetings=0,
        **empty,
    )

    problems = reasons_not_to_publish(draft, now=NOW, minimum_tenths=100, citation="603 CMR 44")

    assert len(problems) >= 7
    assert sorted(str(each) for step in rules.steps(problems) for each in step.problems) == sorted(
        str(each) for each in problems
    )


def test_a_step_without_problems_is_complete() -> None:
    steps = rules.steps([Problem("venue_id", "Choose the venue.")])

    assert [step.title for step in steps if step.problems] == ["Where"]
    assert len(steps) == 5
