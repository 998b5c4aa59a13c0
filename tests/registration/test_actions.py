"""Taking a place, giving it up, and what staff do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pdtrack.catalog.models import CourseSession, SessionState
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
