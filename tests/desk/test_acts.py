"""The buttons of a session's page: publish, copy, cancel, and take the mail back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.catalog.models import CourseSession, Format, Promise, SessionState
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.core.outbox import MailState
from pdtrack.organizations.models import Collaborative
from pdtrack.registration.models import Status
from tests import make
from tests.desk import plans, sent


def post(desk: FlaskClient, session: CourseSession, tail: str, **data: Any) -> Any:
    return desk.post(sent.address(session, tail), data=data, follow_redirects=True)


def draft(place: Collaborative, **values: Any) -> CourseSession:
    """A draft that is fit to be published, but for what is told."""
    return plans.held_at(
        **{"collaborative": place, "state": SessionState.DRAFT, "published_at": None, **values}
    )


def test_a_draft_that_lacks_nothing_is_published_once(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = draft(place)
    assert "Ready to be published" in desk.get(sent.address(session)).text

    first, second = (post(desk, session, "/publish").text for _ in range(2))

    assert "Published. It is in the catalog now." in first
    assert "This session is published already." in second
    assert session.state == SessionState.PUBLISHED
    assert desk.get(f"/sessions/{session.id}").status_code == 200


SELF_PACED = {"format": Format.SELF_PACED, "independent_minutes": 300}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"meetings": 0}, "Add at least one meeting."),
        ({"contact_name": ""}, "Say whom people may ask."),
        ({"contact_email": ""}, "Give the address that answers"),
        ({"presenter_name": ""}, "Say who teaches it."),
        ({"starts_at": clock.now() - timedelta(days=1)}, "The first meeting is in the past."),
        ({"closes_hours_before": 24 * 15}, "Registration would have closed already."),
        (
            {"opens_days_before": 1, "closes_hours_before": 30},
            "Registration would close before it opens.",
        ),
        ({"promise": Promise.PDPS, "promised_tenths": 60}, "PDPs need at least 10 hours"),
        ({"promise": Promise.PDPS, "meetings": 2}, "Say how many PDPs it earns."),
        ({**SELF_PACED, "opens_on": sent.in_days(3)}, "Say by when the work must be finished."),
        ({**SELF_PACED, "due_on": sent.in_days(3)}, "Say from when people can work on it."),
        (
            {
                **SELF_PACED,
                "opens_on": sent.in_days(-9),
                "due_on": sent.in_days(-2),
                "ends_at": clock.now() - timedelta(days=1),
            },
            "The day by which the work must be finished is in the past.",
        ),
        (
            {"format": Format.SELF_PACED, "opens_on": sent.in_days(1), "due_on": sent.in_days(9)},
            "Say how many hours the work is credited with.",
        ),
    ],
)
def test_a_draft_that_lacks_something_is_refused_and_says_where_to_put_it_right(
    desk: FlaskClient, place: Collaborative, values: dict[str, Any], says: str
) -> None:
    session = draft(place, **values)
    db.session.commit()

    answer = post(desk, session, "/publish").text

    assert answer.count(says) == 2  # As the refusal, and in the checklist.
    assert "Before it can be published" in answer
    assert ">Publish<" not in answer
    assert session.state == SessionState.DRAFT


@pytest.mark.parametrize("missing", ["assessment", "mastery"])
def test_pdps_need_an_assessment_and_mastery_unless_hours_only_count_toward_them(
    desk: FlaskClient, place: Collaborative, missing: str
) -> None:
    course = make.course(collaborative=place, **{missing: " "})
    session = draft(place, course=course, meetings=2, promise=Promise.PDPS, promised_tenths=120)

    refused = post(desk, session, "/publish").text
    session.promise = Promise.COUNTS_TOWARD
    db.session.commit()
    done = post(desk, session, "/publish").text

    assert "PDPs need an assessment and criteria for mastery" in refused
    assert "Published." in done


def test_each_problem_leads_to_the_field_where_it_is_put_right(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = draft(place, contact_name="", promise=Promise.PDPS, closes_hours_before=24 * 15)
    page = desk.get(sent.address(session)).text
    form = desk.get(sent.address(session, "/edit")).text

    for field in ("contact_name", "promise", "promised_pdps", "closes_hours_before"):
        assert f'{sent.address(session, "/edit")}#{field}"' in page
        assert f'id="{field}"' in form


def test_a_copy_is_opened_where_its_dates_are_given(
    desk: FlaskClient, place: Collaborative
) -> None:
    meeting, working = plans.held_at(collaborative=place), draft(place, **SELF_PACED)

    for session, tail in ((meeting, "/meetings"), (working, "/edit")):
        answers = [post(desk, session, "/copy") for _ in range(2)]
        assert {each.request.path for each in answers} == {answers[0].request.path}
        assert answers[0].request.path.endswith(tail)
        assert "This is the copy: a draft without dates." in answers[0].text
    assert len(db.session.scalars(select(CourseSession)).all()) == 4


def test_a_session_of_a_retired_course_is_not_copied(
    desk: FlaskClient, place: Collaborative
) -> None:
    course = make.course(collaborative=place, retired_at=clock.now())
    session = plans.held_at(course=course)

    assert "This course is retired." in post(desk, session, "/copy").text


def test_what_happens_is_read_before_it_happens(desk: FlaskClient, place: Collaborative) -> None:
    session = plans.held_at(collaborative=place, capacity=2)
    for _ in range(3):
        plans.registered(session)
    plans.unreachable(session, first_name="Una", last_name="O’Reach")
    make.course_session(course=session.course)

    page = " ".join(desk.get(sent.address(session, "/cancel")).text.split())

    for expected in (
        "3 people lose their places",
        "1 person leaves the waitlist",
        "3 people are told by mail, with your reason and 1 other date of the same course",
        "1 person has no address, so please tell them yourself: Una O’Reach.",
    ):
        assert expected in page, expected
    assert session.state == SessionState.PUBLISHED


def test_a_session_is_cancelled_once_with_its_reason(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = plans.held_at(collaborative=place)
    ada = plans.registered(session)

    for reason in ("", "   ", "x" * 1001):
        refused = desk.post(sent.address(session, "/cancel"), data={"reason": reason})
        assert refused.status_code == 422
    first = post(desk, session, "/cancel", reason="Snow 🌨, שלג.")
    second = post(desk, session, "/cancel", reason="Again.")

    assert "Cancelled. 1 mail leaves in five minutes." in first.text
    assert "Take the mail back" in first.text
    assert "This session is cancelled. Nothing was changed." in second.text
    assert session.cancellation_reason == "Snow 🌨, שלג."
    assert ada.status == Status.WITHDRAWN
    assert "Snow 🌨, שלג." in desk.get(f"/sessions/{session.id}").text


def test_what_was_held_is_not_cancelled_and_the_reason_stays_typed(
    desk: FlaskClient, place: Collaborative
) -> None:
    session = plans.begun(collaborative=place)
    plans.mark(plans.unreachable(session))

    answer = desk.post(sent.address(session, "/cancel"), data={"reason": "Typed already."})

    assert answer.status_code == 422
    assert "people have earned hours here" in answer.text
    assert "Typed already." in answer.text


def test_a_draft_is_put_away_and_not_offered_twice(desk: FlaskClient, place: Collaborative) -> None:
    session = draft(place)

    assert "Put this draft away?" in desk.get(sent.address(session, "/cancel")).text
    answer = post(desk, session, "/cancel", reason="Begun by mistake.")

    assert "Cancelled." in answer.text
    assert "leaves" not in answer.text.partition("Cancelled.")[2][:40]
    assert "To hold it after all, copy it." in answer.text


def cancelled(desk: FlaskClient, place: Collaborative) -> tuple[CourseSession, str]:
    session = plans.held_at(collaborative=place)
    for _ in range(2):
        plans.registered(session)
    post(desk, session, "/cancel", reason="Snow.")
    return session, f"/mail/{plans.mail_to_many()[0].batch}/undo"


def test_the_mail_is_taken_back_once(desk: FlaskClient, place: Collaborative) -> None:
    session, undo = cancelled(desk, place)

    first, second = post(desk, session, undo).text, post(desk, session, undo).text

    assert "2 mails are taken back. The session stays cancelled; nobody was told" in first
    assert "Take the mail back" not in first
    assert "This mail was taken back already." in second
    assert {each.state for each in plans.mail_to_many()} == {MailState.UNDONE}


def test_mail_that_left_meanwhile_is_counted_apart(desk: FlaskClient, place: Collaborative) -> None:
    session, undo = cancelled(desk, place)
    plans.mail_to_many()[0].state = MailState.SENT
    db.session.commit()

    assert "1 mail is taken back" in post(desk, session, undo).text
    assert plans.mail_to_many()[0].state == MailState.SENT


def test_a_batch_that_is_none_takes_nothing_back(desk: FlaskClient, place: Collaborative) -> None:
    session, _ = cancelled(desk, place)

    assert "has left already" in post(desk, session, "/mail/nonsense/undo").text
    assert {each.state for each in plans.mail_to_many()} == {MailState.WAITING}


TAILS = ["/publish", "/copy", "/cancel", "/mail/x/undo", "/edit", "/meetings", "/presenters"]


def test_sessions_of_others_and_sessions_that_are_none_are_not_found(desk: FlaskClient) -> None:
    theirs = plans.held_at()
    paths = [
        f"{start}{tail}"
        for tail in TAILS
        for start in (
            sent.address(theirs),
            f"/manage/ces/sessions/{theirs.id}",
            f"/manage/ces/sessions/{9 * 10**8}",
            f"/manage/ces/sessions/{10**30}",
        )
    ]

    for path in paths:
        assert desk.post(path, data={"reason": "Ours now."}).status_code == 404, path
    assert theirs.state == SessionState.PUBLISHED


def test_opening_an_address_does_nothing(desk: FlaskClient, place: Collaborative) -> None:
    # Rock #7034, mailtrain #1195: mail scanners follow every link and act for people.
    session = draft(place)
    addresses = [sent.address(session, tail) for tail in TAILS]

    answers = {each: desk.get(each).status_code for each in addresses}

    assert list(answers.values()) == [405, 405, 200, 405, 200, 200, 200]
    assert (session.state, session.version) == (SessionState.DRAFT, 1)
    assert db.session.scalars(select(CourseSession)).all() == [session]


def test_without_its_token_no_button_does_anything(
    application: Flask, desk: FlaskClient, place: Collaborative
) -> None:
    session = draft(place)
    application.config["WTF_CSRF_ENABLED"] = True
    try:
        answers = [
            desk.post(sent.address(session, tail), data={"reason": "Snow."}) for tail in TAILS
        ]
    finally:
        application.config["WTF_CSRF_ENABLED"] = False

    assert {each.status_code for each in answers} == {400}
    assert all("<h1" in each.text for each in answers)
    assert (session.state, session.version) == (SessionState.DRAFT, 1)
    assert db.session.scalars(select(CourseSession)).all() == [session]
