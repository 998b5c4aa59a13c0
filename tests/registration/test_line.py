"""The waitlist: what users of other systems complain about cannot happen here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from pdtrack.accounts.models import Person
from pdtrack.catalog import actions as catalog
from pdtrack.catalog.details import SessionDetails
from pdtrack.catalog.models import CourseSession, Format
from pdtrack.core import clock, outbox
from pdtrack.core.authz import SYSTEM, Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.registration import actions, queries
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.rules import Counts
from tests import make

pytestmark = pytest.mark.usefixtures("on_either")


def register(course_session: CourseSession, person: Person | None = None) -> Registration:
    """Register somebody."""
    who = person or make.person()
    return actions.register(person=who, course_session=course_session, employment=None, actor=who)


def full(capacity: int = 1, waiting: int = 2) -> tuple[list[Registration], list[Registration]]:
    """Return those who have a place in a full session, and those who wait for one."""
    course_session = make.course_session(capacity=capacity, format=Format.ONLINE)
    everybody = [register(course_session) for _ in range(capacity + waiting)]
    return everybody[:capacity], everybody[capacity:]


def subjects_to(person: Person) -> list[str]:
    """Return the subjects of the mail to somebody, without the session's name."""
    mail = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.person_id == person.id).order_by(OutgoingEmail.id)
    )
    return [each.subject.partition(":")[0] for each in mail]


@action
def set_capacity(*, course_session: CourseSession, capacity: int, actor: Actor) -> None:
    """Do what the desk does: change the session, then move the line."""
    lock(course_session)
    details = SessionDetails.of(course_session)
    values = {**dict(details.items()), "capacity": capacity}
    catalog.edit_course_session(
        course_session=course_session,
        details=SessionDetails(**values),
        version=course_session.version,
        actor=actor,
    )
    actions.rebalance(course_session=course_session, actor=actor)


def test_a_newcomer_does_not_pass_the_line_when_a_place_is_freed() -> None:
    # mod_booking #693
    (ada,), (ben, _) = full()
    course_session = ada.course_session

    actions.cancel(registration=ada, actor=ada.person)
    newcomer = register(course_session)

    assert ben.status == Status.REGISTERED
    assert newcomer.status == Status.WAITLISTED
    assert queries.position_in_line(newcomer) == 2


def test_a_newcomer_joins_the_line_even_while_a_place_is_free() -> None:
    course_session = make.course_session(capacity=2)
    make.registration(course_session=course_session)
    make.registration(course_session=course_session, status=Status.WAITLISTED)

    assert register(course_session).status == Status.WAITLISTED


def test_one_cancellation_promotes_exactly_one_the_first_in_line() -> None:
    # JEM #1926
    (ada, _), (ben, cleo, dan) = full(capacity=2, waiting=3)

    actions.cancel(registration=ada, actor=ada.person)

    assert [each.status for each in (ben, cleo, dan)] == [
        Status.REGISTERED,
        Status.WAITLISTED,
        Status.WAITLISTED,
    ]
    assert queries.positions([cleo, dan]) == {cleo.id: 1, dan.id: 2}
    assert queries.count(ada.course_session) == Counts(taken=2, waiting=2)


def test_leaving_the_line_promotes_nobody() -> None:
    (_,), (ben, cleo) = full()

    actions.cancel(registration=ben, actor=ben.person)

    assert cleo.status == Status.WAITLISTED
    assert queries.position_in_line(cleo) == 1


def test_removal_by_staff_promotes_the_first_in_line() -> None:
    # JEM #555
    (ada,), (ben, _) = full()

    actions.remove(registration=ada, reason="Moved away.", actor=SYSTEM)

    assert ben.status == Status.REGISTERED


def test_raising_the_capacity_promotes_as_many_as_there_are_new_places() -> None:
    # yggdrasil #190
    (ada,), waiting = full(waiting=3)

    set_capacity(course_session=ada.course_session, capacity=3, actor=SYSTEM)

    assert [each.status for each in waiting] == [
        Status.REGISTERED,
        Status.REGISTERED,
        Status.WAITLISTED,
    ]
    assert subjects_to(waiting[0].person) == ["On the waitlist, not in yet", "You are in"]
    assert subjects_to(waiting[2].person) == ["On the waitlist, not in yet"]


def test_moving_the_line_once_more_changes_nothing() -> None:
    (ada,), _ = full()

    assert actions.rebalance(course_session=ada.course_session, actor=SYSTEM) == []


def test_places_beyond_the_capacity_never_become_free_places() -> None:
    # pretix #1238
    (ada,), (ben, _) = full()
    extra = actions.register_for(
        person=make.person(),
        course_session=ada.course_session,
        employment=None,
        insists=True,
        actor=SYSTEM,
    )

    actions.cancel(registration=extra, actor=extra.person)

    assert ben.status == Status.WAITLISTED


def test_nobody_is_promoted_after_the_session_began() -> None:
    # pretix #1031
    (ada,), (ben, _) = full()
    course_session = ada.course_session

    assert course_session.starts_at
    with clock.frozen(course_session.starts_at):
        actions.remove(registration=ada, reason="Did not come.", actor=SYSTEM)

    assert ben.status == Status.WAITLISTED


def test_promotion_goes_on_between_closing_and_the_first_meeting() -> None:
    course_session = make.course_session(capacity=1, closes_hours_before=48)
    ada, ben = register(course_session), register(course_session)

    assert course_session.starts_at
    with clock.frozen(course_session.starts_at - timedelta(hours=24)):
        actions.cancel(registration=ada, actor=ada.person)

    assert ben.status == Status.REGISTERED


def test_what_was_cancelled_is_never_promoted() -> None:
    # pretix #1163, #1405
    (ada,), (ben, cleo) = full()
    actions.cancel(registration=ben, actor=ben.person)

    actions.cancel(registration=ada, actor=ada.person)

    assert (ben.status, cleo.status) == (Status.CANCELLED, Status.REGISTERED)


def test_waiters_get_a_mail_that_nobody_takes_for_a_confirmation() -> None:
    # contao #44
    (ada,), (ben, cleo) = full()
    to_cleo = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.person_id == cleo.person_id)
    ).one()

    assert subjects_to(ada.person) == ["You are registered"]
    assert subjects_to(ben.person) == ["On the waitlist, not in yet"]
    assert "number 2 on the waitlist" in to_cleo.text
    assert to_cleo.calendar is None
    assert 'class="letter letter-waiting"' in to_cleo.html


def test_the_price_is_the_one_on_the_day_of_getting_in() -> None:
    # pretix #2119
    collaborative = make.collaborative()
    course_session = make.course_session(
        collaborative=collaborative,
        capacity=1,
        member_price_cents=5000,
        non_member_price_cents=9000,
    )
    ada, person = register(course_session), make.person()
    claimed = make.employment(
        person=person, organization=make.district(member_of=collaborative), is_confirmed=False
    )
    waiting = actions.register(
        person=person, course_session=course_session, employment=claimed, actor=person
    )
    claimed.confirmed_at = clock.now()
    db.session.commit()

    actions.cancel(registration=ada, actor=ada.person)

    assert waiting.status == Status.REGISTERED
    assert waiting.price_cents == 5000


def test_cancelling_the_session_tells_everybody_and_promotes_nobody() -> None:
    # ESC-13
    (ada,), (ben, cleo) = full()
    course_session = ada.course_session

    batch = actions.cancel_course_session(
        course_session=course_session, reason="Snow.", actor=SYSTEM
    )

    assert {each.status for each in (ada, ben, cleo)} == {Status.WITHDRAWN}
    assert queries.count(course_session) == Counts()
    for each in (ada, ben, cleo):
        assert subjects_to(each.person)[-1] == "Cancelled, please do not come"
    mail = db.session.scalars(select(OutgoingEmail).where(OutgoingEmail.batch == batch)).all()
    assert len(mail) == 3
    assert all(each.not_before_at - each.created_at == outbox.UNDO_WINDOW for each in mail)
    assert all("Snow." in each.text for each in mail)


def test_mail_about_a_cancelled_session_can_be_taken_back() -> None:
    (ada,), _ = full()
    batch = actions.cancel_course_session(
        course_session=ada.course_session, reason="Snow.", actor=SYSTEM
    )

    taken_back = action(lambda: outbox.undo(batch))()

    assert taken_back == 3
    states = db.session.scalars(select(OutgoingEmail.state).where(OutgoingEmail.batch == batch))
    assert set(states) == {MailState.UNDONE}


def test_a_reduced_capacity_takes_no_place_away() -> None:
    (ada, ben), (cleo,) = full(capacity=2, waiting=1)

    set_capacity(course_session=ada.course_session, capacity=1, actor=SYSTEM)
    actions.cancel(registration=ada, actor=ada.person)

    assert ben.status == Status.REGISTERED
    assert cleo.status == Status.WAITLISTED  # One place, and it is taken.
