"""Saving what a session says: whom it promotes, whom it tells, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pdtrack.catalog import actions as catalog
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock, outbox
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.errors import Stale
from pdtrack.desk import actions
from pdtrack.desk.actions import Saved
from pdtrack.desk.rules import Telling
from pdtrack.registration import queries as registrations
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.rules import Counts
from tests import make
from tests.desk import plans

pytestmark = pytest.mark.usefixtures("app")


def save(session: CourseSession, telling: Telling = Telling.ASK, **changes: Any) -> Saved:
    return actions.save_course_session(
        course_session=session,
        details=plans.details(session, **changes),
        version=session.version,
        telling=telling,
        actor=SYSTEM,
    )


def elsewhere(session: CourseSession) -> int:
    return make.venue(collaborative=session.collaborative, name="Library").id


def full(waiting: int = 3, capacity: int = 1) -> tuple[CourseSession, list[Registration]]:
    session = plans.held_at(capacity=capacity)
    everybody = [plans.registered(session) for _ in range(capacity + waiting)]
    return session, everybody[capacity:]


def test_a_form_shown_before_a_colleague_s_change_is_stale_and_changes_nothing() -> None:
    session = plans.held_at()
    shown = session.version
    save(session, title="Theirs")

    with pytest.raises(Stale):
        actions.save_course_session(
            course_session=session,
            details=plans.details(session, title="Mine"),
            version=shown,
            actor=SYSTEM,
        )
    assert session.title == "Theirs"


def test_a_second_click_saves_nothing_new_and_blames_nobody() -> None:
    session = plans.held_at()
    plans.registered(session)
    wanted, shown = plans.details(session, venue_id=elsewhere(session)), session.version

    saved = [
        actions.save_course_session(
            course_session=session,
            details=wanted,
            version=shown,
            telling=Telling.TELL,
            actor=SYSTEM,
        )
        for _ in range(2)
    ]

    assert [each.mails for each in saved] == [1, 0]
    assert len(plans.mail_to_many()) == 1


def test_no_fewer_places_than_people_hold() -> None:
    session, _ = full(capacity=3, waiting=1)

    with pytest.raises(actions.CapacityTaken) as refusal:
        save(session, capacity=2)

    assert refusal.value.field == "capacity"
    assert "3 people hold a place already" in refusal.value.message
    assert session.capacity == 3


def test_places_that_nobody_holds_may_go() -> None:
    session = plans.held_at(capacity=9)
    plans.registered(session)

    assert save(session, capacity=1).promoted == []
    assert session.capacity == 1


def test_places_that_are_added_go_to_the_first_in_line() -> None:
    # yggdrasil #190: a raised capacity promoted nobody; JEM #1926: one change promoted everybody.
    session, (ben, cy, dee) = full()

    saved = save(session, capacity=3)

    assert saved.promoted == [ben, cy]
    assert [each.status for each in (ben, cy, dee)] == [
        Status.REGISTERED,
        Status.REGISTERED,
        Status.WAITLISTED,
    ]
    assert [each.to_address for each in plans.mail()[-2:]] == [ben.person.email, cy.person.email]


def test_more_places_promote_nobody_once_the_session_has_begun() -> None:
    # pretix #1031: told "you are in" after the session began.
    session, (ben, *_) = full()

    assert session.starts_at
    with clock.frozen(session.starts_at):
        assert save(session, capacity=5).promoted == []
    assert ben.status == Status.WAITLISTED


def test_another_place_is_not_saved_before_somebody_says_whom_to_tell() -> None:
    # w3c calendar #22: every small edit floods the list.
    session, (ben, *_) = full()
    written = (len(plans.mail()), session.version, session.venue_id)
    audited = db.session.scalars(select(AuditEntry.id)).all()

    with pytest.raises(actions.AskFirst):
        save(session, venue_id=elsewhere(session), capacity=2)

    assert (len(plans.mail()), session.version, session.venue_id) == written
    assert db.session.scalars(select(AuditEntry.id)).all() == audited
    assert (session.capacity, ben.status) == (1, Status.WAITLISTED)


def test_the_question_shows_what_would_be_told_to_how_many() -> None:
    session, _ = full(waiting=2)
    plans.unreachable(session, first_name="Una", last_name="Reach")

    with pytest.raises(actions.AskFirst) as question:
        save(session, venue_id=elsewhere(session))

    preview = question.value.preview
    assert preview.mails == 3
    assert preview.unreachable == ["Una Reach"]
    [change] = preview.changes
    assert change.startswith("The place is now Library")
    assert preview.subject.startswith("Changed: ")
    assert change in preview.text


def test_telling_saves_and_the_mail_waits_five_minutes() -> None:
    session, _ = full(waiting=1)

    saved = save(session, Telling.TELL, venue_id=elsewhere(session))

    told = plans.mail_to_many()
    assert saved.mails == len(told) == 2
    assert {each.not_before_at - each.created_at for each in told} == {outbox.UNDO_WINDOW}
    assert {each.reply_to for each in told} == {session.contact_email}
    assert "Library" in told[0].text


def test_who_waits_is_told_as_somebody_who_waits() -> None:
    session, _ = full(waiting=1)

    save(session, Telling.TELL, venue_id=elsewhere(session))

    placed, waiting = plans.mail_to_many()
    assert "METHOD:REQUEST" in (placed.calendar or "")
    assert "you are on the waitlist" in waiting.text
    assert waiting.calendar is None


def test_quietly_tells_nobody() -> None:
    session, _ = full(waiting=1)

    assert save(session, Telling.QUIETLY, venue_id=elsewhere(session)).mails == 0
    assert plans.mail_to_many() == []


def test_telling_and_promoting_go_together() -> None:
    session, (ben, *_) = full(waiting=2)

    saved = save(session, Telling.TELL, venue_id=elsewhere(session), capacity=2)

    assert (saved.mails, saved.promoted) == (3, [ben])
    assert registrations.count(session) == Counts(taken=2, waiting=1)


@pytest.mark.parametrize(
    "changes",
    [{"title": "CPI"}, {"note": "New."}, {"member_price_cents": 100}, {"bring": "Lunch."}],
)
def test_nobody_is_asked_about_what_moves_nobody(changes: dict[str, Any]) -> None:
    session, _ = full(waiting=1)

    assert save(session, **changes).mails == 0
    assert plans.mail_to_many() == []


def test_nobody_is_asked_while_nobody_is_registered() -> None:
    session = plans.held_at()
    make.registration(course_session=session, status=Status.CANCELLED)

    assert save(session, venue_id=elsewhere(session)) == Saved()


def test_nobody_is_asked_about_what_is_over() -> None:
    session, _ = full(waiting=0)

    assert session.ends_at
    with clock.frozen(session.ends_at):
        assert save(session, venue_id=elsewhere(session)) == Saved()


def test_whoever_has_no_address_is_named_instead_of_asked_about() -> None:
    session = plans.held_at()
    plans.unreachable(session, first_name="Una", last_name="Reach")

    saved = save(session, venue_id=elsewhere(session))

    assert saved == Saved(unreachable=["Una Reach"])
    assert session.venue
    assert session.venue.name == "Library"


def test_a_link_to_join_is_told_and_kept_out_of_the_sentence() -> None:
    session = plans.held_at(format=Format.HYBRID, online_link="https://meet.example/old")
    plans.registered(session)

    with pytest.raises(actions.AskFirst) as question:
        save(session, online_link="https://meet.example/new")

    assert question.value.preview.changes == ["The way to join online has changed."]


def test_a_session_cancelled_meanwhile_is_not_changed() -> None:
    session = plans.held_at()
    shown = replace(plans.details(session), title="Mine")
    version = session.version
    actions.cancel_course_session(course_session=session, reason="Snow.", actor=SYSTEM)

    with pytest.raises(catalog.WrongState, match="was cancelled"):
        actions.save_course_session(
            course_session=session, details=shown, version=version, actor=SYSTEM
        )
    assert session.state == SessionState.CANCELLED


def test_meetings_follow_another_venue_in_calendars() -> None:
    session = plans.held_at(meetings=2)
    uids = [each.uid for each in session.meetings]

    save(session, venue_id=elsewhere(session))

    assert [(each.uid, each.sequence) for each in session.meetings] == [(uid, 1) for uid in uids]


def test_deadlines_move_with_the_first_meeting() -> None:
    session = plans.held_at(closes_hours_before=48, opens_days_before=30)
    before = session.closes_at

    actions.save_meetings(
        course_session=session,
        meetings=plans.plans(session, timedelta(days=7)),
        version=session.version,
        actor=SYSTEM,
    )

    assert before
    assert session.closes_at == before + timedelta(days=7)
    assert session.starts_at
    assert session.opens_at == session.starts_at - timedelta(days=30)


def test_a_new_day_by_which_work_is_due_is_not_in_the_past() -> None:
    today = clock.today()
    session = make.course_session(
        format=Format.SELF_PACED, due_on=today + timedelta(days=9), opens_on=today,
        independent_minutes=300,
    )  # fmt: skip

    with pytest.raises(catalog.DetailsRefused, match="in the past") as refusal:
        save(session, due_on=today - timedelta(days=365), opens_on=None)

    assert refusal.value.field == "due_on"
    assert save(session, due_on=today) == Saved()
