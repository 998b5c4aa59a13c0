"""Cancelling a session, and the five minutes in which its mail can be taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pdtrack.attendance import actions as attendance
from pdtrack.attendance.models import Presence
from pdtrack.attendance.queries import Part
from pdtrack.catalog import actions as catalog
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock, outbox
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.outbox import MailState
from pdtrack.desk import actions, queries
from pdtrack.desk.actions import Saved, TakenBack
from pdtrack.desk.rules import Telling
from pdtrack.registration import queries as registrations
from pdtrack.registration.models import Status
from pdtrack.registration.rules import Counts
from tests import make
from tests.desk import plans

pytestmark = pytest.mark.usefixtures("on_either")


def cancel(session: CourseSession, reason: str = "Snow.") -> Saved:
    return actions.cancel_course_session(course_session=session, reason=reason, actor=SYSTEM)


def undo(session: CourseSession, batch: str) -> TakenBack:
    return actions.undo_mail(course_session=session, batch=batch, actor=SYSTEM)


def cancelled(people: int = 2) -> tuple[CourseSession, str]:
    """A session that was just cancelled, and the name of its mail."""
    session = plans.held_at()
    for _ in range(people):
        plans.registered(session)
    cancel(session)
    return session, plans.mail_to_many()[0].batch or ""


def test_everybody_is_told_once_with_the_reason_and_other_dates() -> None:
    # ESC-13: cancelling a session means phoning everyone.
    session = plans.held_at(capacity=1)
    other = make.course_session(course=session.course)
    ada, ben = plans.registered(session), plans.registered(session)
    plans.unreachable(session, first_name="Una", last_name="Reach")

    saved = cancel(session)

    assert (saved.mails, saved.unreachable) == (2, ["Una Reach"])

    told = plans.mail_to_many()
    assert [each.to_address for each in told] == [ada.person.email, ben.person.email]
    assert {each.not_before_at - each.created_at for each in told} == {outbox.UNDO_WINDOW}
    for each in told:
        assert "Snow." in each.text
        assert f"/sessions/{other.id}" in each.text
    assert registrations.count(session) == Counts()


def test_mail_of_a_change_that_has_not_left_is_taken_back() -> None:
    session = plans.held_at()
    plans.registered(session)
    elsewhere = make.venue(collaborative=session.collaborative, name="Library")
    actions.save_course_session(
        course_session=session,
        details=plans.details(session, venue_id=elsewhere.id),
        version=session.version,
        telling=Telling.TELL,
        actor=SYSTEM,
    )

    cancel(session)

    changed, told = plans.mail_to_many()
    assert (changed.state, told.state) == (MailState.UNDONE, MailState.WAITING)
    assert "Snow." in told.text


def test_a_draft_is_put_away_without_a_reason() -> None:
    draft = make.course_session(state=SessionState.DRAFT)

    cancel(draft, reason=" ")

    assert (draft.state, draft.cancellation_reason) == (SessionState.CANCELLED, None)


def test_nobody_is_promoted_into_a_cancelled_session() -> None:
    session = plans.held_at(capacity=1)
    ada, ben = plans.registered(session), plans.registered(session)

    cancel(session)

    assert {ada.status, ben.status} == {Status.WITHDRAWN}
    assert all("You are in" not in each.subject for each in plans.mail())


def test_calendars_keep_its_meetings_as_cancelled() -> None:
    session = plans.held_at()
    plans.registered(session)
    [meeting] = session.meetings

    cancel(session)

    [told] = plans.mail_to_many()
    assert meeting.sequence == 1
    assert told.calendar_method == "CANCEL"
    assert f"UID:{meeting.uid}" in (told.calendar or "")


def test_a_second_click_cancels_nothing_and_tells_nobody() -> None:
    session, _ = cancelled()

    with pytest.raises(catalog.WrongState):
        cancel(session, reason="Again.")

    assert len(plans.mail_to_many()) == 2
    assert session.cancellation_reason == "Snow."


def test_what_is_over_is_not_cancelled() -> None:
    session = plans.held_at()
    plans.registered(session)

    assert session.ends_at
    with clock.frozen(session.ends_at), pytest.raises(actions.AlreadyHeld, match="is over"):
        cancel(session)
    assert session.state == SessionState.PUBLISHED


@pytest.mark.parametrize(
    ("presence", "is_refused"),
    [(Presence.PRESENT, True), (Presence.PARTIAL, True), (Presence.ABSENT, False)],
)
def test_a_session_in_which_people_earned_hours_is_not_cancelled(
    presence: Presence, is_refused: bool
) -> None:
    session = plans.begun()
    plans.mark(plans.unreachable(session), presence)

    if is_refused:
        with pytest.raises(actions.AlreadyHeld, match="have earned hours"):
            cancel(session)
    else:
        cancel(session)
    assert (session.state == SessionState.PUBLISHED) is is_refused


def test_self_paced_work_in_which_people_earned_hours_is_ended_instead() -> None:
    session = make.course_session(
        format=Format.SELF_PACED,
        independent_minutes=60,
        starts_at=plans.morning(-3),
        ends_at=plans.morning(9),
    )
    ada = plans.unreachable(session)
    attendance.mark(registration=ada, part=Part(None, 60), presence=Presence.PRESENT, actor=SYSTEM)

    with pytest.raises(actions.AlreadyHeld, match="Set an earlier day"):
        cancel(session)


def test_hours_taken_back_do_not_keep_a_session_from_being_cancelled() -> None:
    session = plans.begun()
    ada = plans.unreachable(session)
    plans.unmark(ada, plans.mark(ada))

    assert cancel(session).mails == 0
    assert ada.status == Status.WITHDRAWN


def test_hours_that_are_no_longer_credited_do_not_either() -> None:
    session = plans.begun(independent_minutes=60)
    ada = plans.unreachable(session)
    attendance.mark(registration=ada, part=Part(None, 60), presence=Presence.PRESENT, actor=SYSTEM)
    session.independent_minutes = 0
    db.session.commit()

    assert cancel(session).mails == 0


def test_a_draft_is_put_away_silently_even_if_its_day_has_passed() -> None:
    session = plans.held_at(
        state=SessionState.DRAFT, published_at=None, starts_at=clock.now() - timedelta(days=9)
    )

    assert cancel(session).mails == 0
    assert session.state == SessionState.CANCELLED
    assert plans.mail() == []


def test_it_is_not_cancelled_without_a_reason() -> None:
    session = plans.held_at()
    plans.registered(session)

    with pytest.raises(catalog.DetailsRefused) as refusal:
        cancel(session, reason=" \n ")

    assert refusal.value.field == "reason"
    assert plans.mail_to_many() == []


def test_the_mail_is_taken_back_and_what_it_told_about_stays() -> None:
    session, batch = cancelled()

    assert undo(session, batch) == TakenBack(mails=2, left=0)

    assert {each.state for each in plans.mail_to_many()} == {MailState.UNDONE}
    assert session.state == SessionState.CANCELLED
    assert queries.undoable_mail(session) is None
    last = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)
    entry = db.session.scalars(last).one()
    assert (entry.event, entry.after) == ("course_session.mail_undone", {"mails": 2})


def test_taking_it_back_twice_says_that_it_is_back() -> None:
    session, batch = cancelled()
    undo(session, batch)

    with pytest.raises(actions.MailHasLeft, match="was taken back already"):
        undo(session, batch)


def test_what_has_left_cannot_be_taken_back() -> None:
    session, batch = cancelled()
    for each in plans.mail_to_many():
        each.state = MailState.SENT
    db.session.commit()

    with pytest.raises(actions.MailHasLeft, match="has left already"):
        undo(session, batch)


def test_mail_that_is_just_leaving_is_left_alone() -> None:
    session, batch = cancelled()
    first, second = plans.mail_to_many()
    first.leased_until_at = clock.now() + timedelta(minutes=5)
    db.session.commit()

    assert undo(session, batch) == TakenBack(mails=1, left=1)

    assert (first.state, second.state) == (MailState.WAITING, MailState.UNDONE)


def test_the_mail_of_another_session_is_not_taken_back() -> None:
    _, batch = cancelled()
    mine = plans.held_at()

    with pytest.raises(actions.MailHasLeft):
        undo(mine, batch)
    assert {each.state for each in plans.mail_to_many()} == {MailState.WAITING}


def test_the_latest_mail_to_many_is_offered_to_be_taken_back() -> None:
    session, batch = cancelled()

    offered = queries.undoable_mail(session)

    assert offered
    assert (offered.key, offered.mails) == (batch, 2)
    assert offered.subject.startswith("Cancelled, please do not come")
    assert offered.leaves_at == plans.mail_to_many()[0].not_before_at
    assert queries.undoable_mail(plans.held_at()) is None
