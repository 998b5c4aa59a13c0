"""Taking a place, giving it up, and what staff do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import actions, queries
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.rules import Counts
from tests import make

pytestmark = pytest.mark.usefixtures("app")


def register(course_session: CourseSession, **values: Any) -> Registration:
    """Register a new person, who acts for themselves."""
    person = values.pop("person", None) or make.person()
    employment = values.pop("employment", None)
    return actions.register(
        person=person, course_session=course_session, employment=employment, actor=person, **values
    )


def mail() -> list[OutgoingEmail]:
    """Return all mail in the order in which it was written."""
    return list(db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id)))


def test_the_last_place_is_taken_and_the_next_person_waits() -> None:
    course_session = make.course_session(capacity=1)

    first, second = register(course_session), register(course_session)

    assert first.status == Status.REGISTERED
    assert second.status == Status.WAITLISTED
    assert queries.count(course_session) == Counts(taken=1, waiting=1)


def test_a_registration_keeps_where_the_person_worked_and_what_it_costs() -> None:
    collaborative = make.collaborative()
    district = make.district(member_of=collaborative)
    person = make.person(employer=district)
    course_session = make.course_session(
        collaborative=collaborative, member_price_cents=10000, non_member_price_cents=12500
    )

    registration = register(
        course_session,
        person=person,
        employment=person.employments[0],
        accommodations="Step-free access",
    )

    assert registration.employment == person.employments[0]
    assert registration.price_cents == 10000
    assert district.name in registration.price_reason
    assert registration.accommodations == "Step-free access"


def test_a_claimed_employment_pays_the_non_member_price() -> None:
    collaborative = make.collaborative()
    person = make.person()
    claimed = make.employment(
        person=person,
        organization=make.district(member_of=collaborative),
        is_confirmed=False,
    )
    course_session = make.course_session(
        collaborative=collaborative, member_price_cents=10000, non_member_price_cents=12500
    )

    registration = register(course_session, person=person, employment=claimed)

    assert registration.price_cents == 12500
    assert "not confirmed" in registration.price_reason


def test_a_second_registration_is_refused_and_leaves_nothing_behind() -> None:
    course_session, ada = make.course_session(), make.person()
    register(course_session, person=ada)

    with pytest.raises(actions.AlreadyRegistered):
        register(course_session, person=ada)

    assert queries.count(course_session) == Counts(taken=1)
    assert len(mail()) == 1


def test_nobody_joins_the_line_twice() -> None:
    course_session, ada = make.course_session(capacity=1), make.person()
    register(course_session)
    register(course_session, person=ada)

    with pytest.raises(actions.AlreadyRegistered):
        register(course_session, person=ada)

    assert queries.count(course_session).waiting == 1


def test_the_database_forbids_a_second_registration_whatever_the_code_believes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    course_session, ada = make.course_session(), make.person()
    register(course_session, person=ada)
    monkeypatch.setattr(queries, "standing", lambda *_: (Counts(), False))

    with pytest.raises(actions.AlreadyRegistered, match="already"):
        register(course_session, person=ada)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"state": SessionState.CANCELLED}, actions.SessionCancelled),
        ({"state": SessionState.DRAFT}, actions.RegistrationRefused),
        ({"opens_days_before": 3}, actions.NotYetOpen),
        ({"closes_hours_before": 24 * 30}, actions.RegistrationClosed),
    ],
)
def test_a_session_that_is_not_open_takes_nobody(
    values: dict[str, Any], refusal: type[actions.RegistrationRefused]
) -> None:
    course_session = make.course_session(**values)

    with pytest.raises(refusal):
        register(course_session)

    assert not mail()


def test_a_full_session_without_a_waitlist_takes_nobody() -> None:
    course_session = make.course_session(capacity=1, has_waitlist=False)
    register(course_session)

    with pytest.raises(actions.SessionFull):
        register(course_session)


def test_nobody_registers_under_somebody_elses_employment() -> None:
    stranger = make.person(employer=make.district())

    with pytest.raises(actions.NotYourEmployment) as refusal:
        register(make.course_session(), employment=stranger.employments[0])

    assert refusal.value.field == "employment"


def test_nobody_registers_under_an_employment_that_is_over() -> None:
    person = make.person()
    over = make.employment(
        person=person,
        organization=make.district(),
        to_on=clock.today() - timedelta(days=1),
    )

    with pytest.raises(actions.NotYourEmployment):
        register(make.course_session(), person=person, employment=over)


def test_what_was_done_is_written_down() -> None:
    course_session = make.course_session()
    registration = register(course_session)

    entry = db.session.scalars(select(AuditEntry)).one()

    assert entry.event == "registration.created"
    assert entry.subject_id == registration.id
    assert entry.organization_id == course_session.collaborative_id
    assert entry.on_behalf_of_id is None


def test_cancelling_frees_the_place_and_stays_cancelled() -> None:
    course_session, ada = make.course_session(capacity=1), make.person()
    registration = register(course_session, person=ada)

    actions.cancel(registration=registration, actor=ada)

    assert registration.status == Status.CANCELLED
    assert queries.count(course_session) == Counts()
    with pytest.raises(actions.NoLongerActive):
        actions.cancel(registration=registration, actor=ada)
    assert [each.subject.partition(":")[0] for each in mail()] == [
        "You are registered",
        "You cancelled",
    ]


def test_who_comes_back_starts_at_the_end_of_the_line() -> None:
    course_session, ada = make.course_session(capacity=1), make.person()
    register(course_session)
    first = register(course_session, person=ada)
    second = register(course_session)
    actions.cancel(registration=first, actor=ada)

    again = register(course_session, person=ada)

    assert first.status == Status.CANCELLED
    assert queries.positions([second, again]) == {second.id: 1, again.id: 2}


def test_nobody_cancels_once_the_session_has_begun() -> None:
    course_session = make.course_session()
    registration = register(course_session)

    assert course_session.starts_at
    with clock.frozen(course_session.starts_at), pytest.raises(actions.HasBegun):
        actions.cancel(registration=registration, actor=registration.person)

    assert registration.status == Status.REGISTERED


def test_the_line_can_be_left_even_after_the_session_has_begun() -> None:
    course_session = make.course_session(capacity=1)
    register(course_session)
    waiting = register(course_session)

    assert course_session.starts_at
    with clock.frozen(course_session.starts_at):
        actions.cancel(registration=waiting, actor=waiting.person)

    assert waiting.status == Status.CANCELLED


def test_staff_remove_with_a_reason_that_the_person_reads() -> None:
    course_session = make.course_session()
    registration = register(course_session)
    coordinator = make.coordinator(course_session.collaborative)

    actions.remove(registration=registration, reason="Registered by mistake.", actor=coordinator)

    assert registration.status == Status.WITHDRAWN
    assert registration.ended_reason == "Registered by mistake."
    assert "Registered by mistake." in mail()[-1].text


def test_nobody_is_removed_who_has_completed_the_session() -> None:
    course_session = make.course_session()
    registration = register(course_session)
    coordinator = make.coordinator(course_session.collaborative)
    actions.mark_completed(registration=registration, at=clock.now(), actor=coordinator)

    with pytest.raises(actions.HasBegun):
        actions.remove(registration=registration, reason="No.", actor=coordinator)


def test_completion_is_written_once() -> None:
    course_session = make.course_session()
    registration = register(course_session)
    coordinator = make.coordinator(course_session.collaborative)
    at = clock.now()

    actions.mark_completed(registration=registration, at=at, actor=coordinator)
    actions.mark_completed(registration=registration, at=at + timedelta(1), actor=coordinator)

    assert registration.completed_at == at


def test_staff_register_after_closing_and_at_the_door() -> None:
    course_session = make.course_session(capacity=1, closes_hours_before=48)
    coordinator = make.coordinator(course_session.collaborative)

    assert course_session.starts_at
    with clock.frozen(course_session.starts_at + timedelta(minutes=5)):
        registration = actions.register_for(
            person=make.person(email=None),
            course_session=course_session,
            employment=None,
            actor=coordinator,
        )

    assert registration.status == Status.REGISTERED
    assert not mail()  # The person has no address.


def test_at_the_door_a_free_place_goes_to_whoever_is_there() -> None:
    course_session = make.course_session(capacity=2)
    coordinator = make.coordinator(course_session.collaborative)
    make.registration(course_session=course_session)
    make.registration(course_session=course_session, status=Status.WAITLISTED)

    assert course_session.starts_at
    with clock.frozen(course_session.starts_at):
        registration = actions.register_for(
            person=make.person(), course_session=course_session, employment=None, actor=coordinator
        )

    assert registration.status == Status.REGISTERED


def test_staff_may_insist_on_a_place_beyond_the_capacity() -> None:
    course_session = make.course_session(capacity=1)
    coordinator = make.coordinator(course_session.collaborative)
    register(course_session)

    queued = actions.register_for(
        person=make.person(), course_session=course_session, employment=None, actor=coordinator
    )
    insisted = actions.register_for(
        person=make.person(),
        course_session=course_session,
        employment=None,
        insists=True,
        actor=coordinator,
    )

    assert (queued.status, insisted.status) == (Status.WAITLISTED, Status.REGISTERED)
    assert queries.count(course_session) == Counts(taken=2, waiting=1)


def test_staff_register_nobody_for_a_cancelled_session() -> None:
    course_session = make.course_session(state=SessionState.CANCELLED)

    with pytest.raises(actions.SessionCancelled):
        actions.register_for(
            person=make.person(),
            course_session=course_session,
            employment=None,
            actor=make.coordinator(course_session.collaborative),
        )


def test_staff_act_on_behalf_of_the_person() -> None:
    course_session, person = make.course_session(), make.person()
    coordinator = make.coordinator(course_session.collaborative)

    actions.register_for(
        person=person, course_session=course_session, employment=None, actor=coordinator
    )

    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.event == "registration.created")
    ).one()
    assert (entry.actor_id, entry.on_behalf_of_id) == (coordinator.id, person.id)


def test_details_are_changed_and_what_somebody_needs_stays_out_of_the_log() -> None:
    person = make.person(employer=make.district())
    registration = register(make.course_session(), person=person, employment=person.employments[0])

    actions.write_details(
        registration=registration, accommodations="Large print", po_number="PO-17", actor=person
    )

    assert (registration.accommodations, registration.po_number) == ("Large print", "PO-17")
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.event == "registration.details_changed")
    ).one()
    assert entry.after == {"po_number": "PO-17", "accommodations": True}


def test_saving_what_is_there_already_is_no_change() -> None:
    registration = register(make.course_session())

    actions.write_details(
        registration=registration, accommodations="", po_number="", actor=registration.person
    )

    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 1


def test_a_district_that_has_confirmed_nobody_is_not_billed() -> None:
    person = make.person()
    claimed = make.employment(person=person, organization=make.district(), is_confirmed=False)
    registration = register(make.course_session(), person=person, employment=claimed)

    with pytest.raises(actions.OrderNotAllowed) as refusal:
        actions.write_details(
            registration=registration, accommodations=None, po_number="PO-1", actor=person
        )

    assert refusal.value.field == "po_number"


def test_accommodations_are_settled_once_the_session_has_begun() -> None:
    course_session = make.course_session()
    registration = register(course_session)

    assert course_session.starts_at
    with clock.frozen(course_session.starts_at), pytest.raises(actions.HasBegun):
        actions.write_details(
            registration=registration,
            accommodations="Large print",
            po_number=None,
            actor=registration.person,
        )


def test_a_registration_that_has_ended_is_not_changed() -> None:
    registration = register(make.course_session())
    actions.cancel(registration=registration, actor=registration.person)

    with pytest.raises(actions.NoLongerActive):
        actions.write_details(
            registration=registration,
            accommodations="Large print",
            po_number=None,
            actor=registration.person,
        )
