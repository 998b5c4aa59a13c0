"""What staff do about registrations, and what is written down beside them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import actions, queries
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.rules import Counts
from tests import make

pytestmark = pytest.mark.usefixtures("on_either")


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
    actions.mark_completed(registrations=[registration], at=clock.now(), actor=coordinator)

    with pytest.raises(actions.HasBegun):
        actions.remove(registration=registration, reason="No.", actor=coordinator)


def test_what_was_completed_is_not_cancelled_by_the_person() -> None:
    # Leaving self-paced work is free until it is due; its hours would be lost, and earned again.
    course_session = make.course_session(
        format=Format.SELF_PACED, independent_minutes=60, due_on=clock.today() + timedelta(days=9)
    )
    registration = register(course_session)
    actions.mark_completed(registrations=[registration], at=clock.now(), actor=registration.person)

    with pytest.raises(actions.HasBegun, match="have completed"):
        actions.cancel(registration=registration, actor=registration.person)


def test_completion_is_written_once() -> None:
    course_session = make.course_session()
    registration = register(course_session)
    coordinator = make.coordinator(course_session.collaborative)
    at = clock.now()

    actions.mark_completed(registrations=[registration], at=at, actor=coordinator)
    actions.mark_completed(registrations=[registration], at=at + timedelta(1), actor=coordinator)

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


def test_somebody_in_line_is_given_a_place_when_staff_insist() -> None:
    course_session = make.course_session(capacity=1)
    register(course_session)
    first, second = (register(course_session) for _ in range(2))
    coordinator = make.coordinator(course_session.collaborative)

    def give(*, insists: bool) -> Registration:
        return actions.register_for(
            person=second.person,
            course_session=course_session,
            employment=None,
            insists=insists,
            actor=coordinator,
        )

    with pytest.raises(actions.AlreadyRegistered, match="is on the waitlist") as refusal:
        give(insists=False)
    assert refusal.value.field == "insists"

    assert give(insists=True).id == second.id
    assert (first.status, second.status) == (Status.WAITLISTED, Status.REGISTERED)
    assert mail()[-1].to_address == second.person.email
    with pytest.raises(actions.AlreadyRegistered, match="has a place"):
        give(insists=True)
