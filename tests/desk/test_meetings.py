"""The page on which coordinators plan all meetings of a session at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock
from pdtrack.organizations.models import Collaborative
from tests import make
from tests.desk import plans, sent
from tests.queries import MOST, count_queries


@pytest.fixture
def session(place: Collaborative) -> CourseSession:
    """A published session of two meetings."""
    return plans.held_at(collaborative=place, meetings=2)


@pytest.fixture
def draft(place: Collaborative) -> CourseSession:
    """A draft without meetings."""
    values: dict[str, Any] = {"state": SessionState.DRAFT, "published_at": None}
    return plans.held_at(collaborative=place, meetings=0, **values)


def post(desk: FlaskClient, session: CourseSession, *rows: dict[str, Any], **more: Any) -> Any:
    form = sent.meetings(session, *rows, **more)
    return desk.post(sent.address(session, "/meetings"), data=form)


def test_a_draft_gets_its_meetings_and_spare_rows_do_not_matter(
    desk: FlaskClient, draft: CourseSession
) -> None:
    page = desk.get(sent.address(draft, "/meetings")).text
    empty = dict.fromkeys(("id", "day", "start", "end", "breaks", "venue"), "")

    response = post(desk, draft, sent.row(breaks="15"), empty, sent.row(day=sent.in_days(29)))

    assert page.count("(new)") == 3
    assert response.status_code == 302
    first, second = draft.meetings
    assert clock.local(first.starts_at).date() == sent.in_days(28)
    assert (clock.local(first.starts_at).hour, first.credited_minutes) == (9, 165)
    assert draft.starts_at == first.starts_at
    assert draft.ends_at == second.ends_at


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"day": ""}, "day", "Enter the date."),
        ({"start": ""}, "start", "Enter when it starts."),
        ({"end": ""}, "end", "Enter when it ends."),
        ({"end": "08:00"}, "end", "The meeting ends before it starts."),
        ({"start": "00:00", "end": "23:00"}, "end", "more than 16 hours"),
        ({"breaks": "180"}, "breaks", "The breaks are as long as the meeting"),
        ({"venue": "999999"}, "venue", "Choose one from the list."),
        ({"day": sent.in_days(-400)}, "start", "This is in the past. Check the date."),
    ],
)
def test_what_cannot_be_is_refused_at_its_row_and_stays_as_typed(
    desk: FlaskClient, session: CourseSession, typed: dict[str, Any], field: str, says: str
) -> None:
    response = post(desk, session, sent.row(**typed), sent.row(day=sent.in_days(40), start="10:11"))

    assert response.status_code == 422
    assert says in response.text
    assert f'href="#meetings-2-{field}"' in response.text
    assert 'value="10:11"' in response.text
    assert len(session.meetings) == 2


def test_meetings_at_the_same_time_are_refused_at_the_later_row(
    desk: FlaskClient, draft: CourseSession
) -> None:
    response = post(desk, draft, sent.row(start="11:00", end="13:00"), sent.row())

    assert response.status_code == 422
    assert "This begins before the meeting before it has ended." in response.text
    assert 'href="#meetings-0-start"' in response.text


def test_one_meeting_may_begin_when_another_ends(desk: FlaskClient, draft: CourseSession) -> None:
    assert post(desk, draft, sent.row(), sent.row(start="12:00", end="13:00")).status_code == 302


def test_more_rows_keep_what_was_typed_and_save_nothing(
    desk: FlaskClient, draft: CourseSession
) -> None:
    response = post(desk, draft, sent.row(start="07:45"), act="more")

    assert response.status_code == 200
    assert 'value="07:45"' in response.text
    assert response.text.count("(new)") == 4
    before, anchor, _ = response.text.partition('id="new-meeting"')
    assert anchor
    assert before.count("(new)") == 1
    assert draft.meetings == []


def test_a_meeting_is_repeated_every_week_at_the_same_hour_on_the_wall(
    desk: FlaskClient, draft: CourseSession
) -> None:
    winter, summer = "2027-03-11", "2027-03-18"  # The clocks change between the two.

    page = post(
        desk, draft, sent.row(day=winter, start="15:30", end="17:00"), act="repeat", weeks=1
    )
    assert page.status_code == 200
    assert f'value="{summer}"' in page.text
    assert draft.meetings == []

    rows = [sent.row(day=day, start="15:30", end="17:00") for day in (winter, summer)]
    post(desk, draft, *rows)
    first, second = draft.meetings
    assert second.starts_at - first.starts_at == timedelta(days=7, hours=-1)
    assert {clock.local(each.starts_at).hour for each in draft.meetings} == {15}


def test_weeks_that_were_typed_are_shown_before_anything_is_saved(
    desk: FlaskClient, draft: CourseSession
) -> None:
    # Enter in the field sends the form by its first button, which is Save.
    page = post(desk, draft, sent.row(day="2027-03-11"), weeks=2)

    assert page.status_code == 200
    assert 'value="2027-03-25"' in page.text
    assert 'name="weeks" type="number" value=""' in page.text.replace("\n", " ")
    assert draft.meetings == []


@pytest.mark.parametrize(
    ("rows", "weeks", "says"),
    [
        ([], "3", "Fill in one meeting first"),
        ([sent.row()], "", "Say for how many weeks"),
        ([sent.row()], "0", "Say for how many weeks"),
        ([sent.row()], "41", "a number from 1 to 40"),
        ([sent.row()], "often", "Say for how many weeks"),
        ([sent.row(day=sent.in_days(n)) for n in range(30, 95)], "40", "at most 100 meetings"),
    ],
)
def test_a_repetition_that_cannot_be_says_why(
    desk: FlaskClient, draft: CourseSession, rows: list[dict[str, Any]], weeks: str, says: str
) -> None:
    response = post(desk, draft, *rows, act="repeat", weeks=weeks)

    assert response.status_code == 422
    assert says in response.text
    assert draft.meetings == []


def test_rows_that_are_to_go_take_no_room_of_a_repetition_in_silence(
    desk: FlaskClient, draft: CourseSession
) -> None:
    rows = [sent.row(day=sent.in_days(30 + number)) for number in range(70)]
    for each in rows[:40]:
        each["remove"] = "y"

    assert post(desk, draft, *rows, act="repeat", weeks="40").status_code == 422
    fewer = post(desk, draft, *rows, act="repeat", weeks="30")
    assert fewer.status_code == 200
    assert fewer.text.count("(new)") == 100


def test_a_hundred_meetings_are_planned_and_no_more(
    desk: FlaskClient, draft: CourseSession
) -> None:
    rows = [sent.row(day=sent.in_days(number)) for number in range(1, 102)]

    assert post(desk, draft, *rows).status_code == 422
    assert post(desk, draft, *rows[:100]).status_code == 302
    assert len(draft.meetings) == 100
    with count_queries() as statements:
        assert desk.get(sent.address(draft, "/meetings")).status_code == 200
    assert len(statements) <= MOST


def test_a_meeting_is_taken_out_of_a_draft_and_called_off_once_it_is_published(
    desk: FlaskClient, draft: CourseSession, session: CourseSession
) -> None:
    post(desk, draft, sent.row(), sent.row(day=sent.in_days(30)))
    for each in (draft, session):
        keep, gone = each.meetings
        rows = sent.numbered([sent.shown(keep), sent.shown(gone, remove="y")])
        form = {"version": each.version, **rows}
        assert desk.post(sent.address(each, "/meetings"), data=form).status_code == 302

    assert len(draft.meetings) == 1
    assert [bool(each.cancelled_at) for each in session.meetings] == [False, True]
    assert "Called off" in desk.get(sent.address(session)).text
    assert "Call this meeting off" in desk.get(sent.address(session, "/meetings")).text


def test_a_meeting_at_which_people_were_is_refused_at_its_own_row(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = plans.begun(collaborative=place)
    plans.mark(plans.unreachable(session))
    held, coming = session.meetings
    rows = [sent.shown(coming), sent.shown(held, remove="y")]
    form = {"version": session.version, **sent.numbered(rows)}

    response = desk.post(sent.address(session, "/meetings"), data=form)

    assert response.status_code == 422
    assert "People were present on" in response.text
    assert 'href="#meetings-1-remove"' in response.text


def test_a_stale_form_keeps_what_was_typed(desk: FlaskClient, session: CourseSession) -> None:
    stale = sent.meetings(session, sent.row(start="07:45"))
    post(desk, session, sent.row())

    response = desk.post(sent.address(session, "/meetings"), data=stale)

    assert response.status_code == 422
    assert "Somebody else changed this session" in response.text
    assert "What you typed is still here" in response.text
    assert 'value="07:45"' in response.text
    assert len(session.meetings) == 3


def test_a_second_click_plans_nothing_twice(desk: FlaskClient, draft: CourseSession) -> None:
    form = sent.meetings(draft, sent.row())

    answers = [desk.post(sent.address(draft, "/meetings"), data=form) for _ in range(2)]

    assert [each.status_code for each in answers] == [302, 302]
    assert len(draft.meetings) == 1


def test_a_change_of_time_is_asked_about_with_the_rows_as_typed(
    desk: FlaskClient, session: CourseSession
) -> None:
    plans.registered(session)
    first, second = session.meetings
    rows = [sent.shown(first, start="06:05", end="12:00"), sent.shown(second, remove="y")]
    form = {"version": session.version, **sent.numbered(rows)}

    question = desk.post(sent.address(session, "/meetings"), data=form)
    back = desk.post(sent.address(session, "/meetings"), data={**form, "telling": "back"})

    assert question.status_code == back.status_code == 200
    assert "does not take place" in question.text
    assert "is now on" in question.text
    assert "Save and tell 1 person" in question.text
    assert 'value="06:05"' in back.text
    assert "checked" in back.text
    assert session.version == form["version"]


def test_certificates_that_a_corrected_meeting_leaves_behind_are_named_before_and_after(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = plans.held_at(collaborative=place, starts_at=plans.morning(-9))
    plans.certified(make.registration(course_session=session))
    shorter = sent.shown(session.meetings[0], end="12:00")
    address, version = sent.address(session, "/meetings"), session.version
    form = {"version": version, **sent.numbered([shorter, sent.row()])}

    question = desk.post(address, data=form).text
    saved = desk.post(address, data={**form, "telling": "quietly"}, follow_redirects=True).text

    assert "1 certificate no longer matches the attendance" in question
    assert "The attendance of 1 person follows what is credited now." in saved
    assert "1 certificate no longer matches the attendance. Issue again under" in saved


def test_rows_with_numbers_that_no_page_writes_break_nothing(
    desk: FlaskClient, session: CourseSession
) -> None:
    for number in ("²", "9" * 5000, "-1", "x", ""):
        response = post(desk, session, **{f"meetings-{number}-day": "2027-01-01"})
        assert response.status_code in {302, 422}, number

    assert len(session.meetings) == 2


def test_a_row_that_names_no_meeting_of_this_session_changes_none(
    desk: FlaskClient, session: CourseSession, place: Collaborative
) -> None:
    theirs = plans.held_at(collaborative=place).meetings[0]

    for key in ("abc", "0", "-1", "999999999", "9" * 30, theirs.id):
        assert post(desk, session, sent.row(id=key)).status_code == 422, key
    assert theirs.course_session_id != session.id
    assert len(session.meetings) == 2


def test_self_paced_work_sends_to_its_details(desk: FlaskClient, place: Collaborative) -> None:
    session = make.course_session(collaborative=place, format=Format.SELF_PACED)

    page = desk.get(sent.address(session, "/meetings"), follow_redirects=True)

    assert "Self-paced work has no meetings." in page.text
    assert sent.address(session, "/meetings") not in page.text
