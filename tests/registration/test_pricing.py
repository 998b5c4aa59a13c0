"""What somebody pays whose employer has not confirmed them yet, and what once it has."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from pdtrack.accounts.actions import domains, employments
from pdtrack.accounts.models import Employment
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock, jobs
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.organizations.models import District, Membership
from pdtrack.registration import actions
from pdtrack.registration.models import Registration, Status
from tests import make
from tests.queries import count_queries

pytestmark = pytest.mark.usefixtures("app")


def claimed(
    *, capacity: int = 20, **values: object
) -> tuple[CourseSession, District, Employment, Registration]:
    """Register somebody who only says that they work for a member."""
    collaborative = make.collaborative()
    district = make.district(member_of=collaborative)
    course_session = make.course_session(
        collaborative=collaborative,
        capacity=capacity,
        member_price_cents=9500,
        non_member_price_cents=15000,
        **values,  # type: ignore[arg-type]
    )
    person = make.person(email="ada@nps.example")
    employment = make.employment(person=person, organization=district, is_confirmed=False)
    registration = actions.register(
        person=person, course_session=course_session, employment=employment, actor=person
    )
    return course_session, district, employment, registration


def subjects() -> list[str]:
    """Return the subjects of all mail, without the session's name."""
    mail = db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id))
    return [each.subject.partition(":")[0] for each in mail]


def test_the_member_price_holds_from_the_employer_s_word_on() -> None:
    _, district, employment, registration = claimed()
    assert (registration.price_cents, registration.price_is_provisional) == (15000, True)

    employments.confirm(employment=employment, actor=SYSTEM)
    jobs.run("prices")

    db.session.refresh(registration)
    assert (registration.price_cents, registration.price_is_provisional) == (9500, False)
    assert f"{district.name} is a member" in registration.price_reason
    assert subjects() == ["You are registered", "Your price is now $95"]
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.event == "registration.price_settled")
    ).one()
    assert (entry.before, entry.after) == ({"price_cents": 15000}, {"price_cents": 9500})


def test_a_domain_of_the_employer_settles_it_too() -> None:
    _, district, _, registration = claimed()

    domains.add(organization=district, typed="nps.example", actor=SYSTEM)

    assert actions.settle_prices() == 1
    assert registration.price_cents == 9500


def test_nothing_is_settled_before_the_employer_s_word_nor_twice() -> None:
    _, _, employment, registration = claimed()

    assert actions.settle_prices() == 0
    employments.confirm(employment=employment, actor=SYSTEM)
    assert [actions.settle_prices() for _ in range(2)] == [1, 0]
    actions.settle_price(registration=registration, actor=SYSTEM)

    assert subjects().count("Your price is now $95") == 1


def test_who_waits_hears_of_the_price_when_getting_in() -> None:
    course_session, _, employment, registration = claimed(capacity=1)
    actions.cancel(registration=registration, actor=registration.person)
    make.registration(course_session=course_session)
    again = actions.register(
        person=registration.person,
        course_session=course_session,
        employment=employment,
        actor=registration.person,
    )
    assert again.status == Status.WAITLISTED

    employments.confirm(employment=employment, actor=SYSTEM)
    actions.settle_prices()

    assert again.price_cents == 9500
    assert not [each for each in subjects() if each.startswith("Your price")]


def test_an_employer_that_is_no_member_anymore_changes_the_reason_alone() -> None:
    course_session, district, employment, registration = claimed()
    db.session.execute(update(Membership).values(valid_to=clock.today()))
    db.session.commit()

    employments.confirm(employment=employment, actor=SYSTEM)
    actions.settle_prices()

    assert registration.price_cents == 15000
    assert registration.price_reason == (
        f"Non-member price: {district.name} is not a member of {course_session.host_name}"
    )
    assert subjects() == ["You are registered"]


def test_a_session_that_is_over_costs_what_it_did() -> None:
    course_session, _, employment, registration = claimed()
    assert course_session.ends_at
    with clock.frozen(course_session.ends_at + timedelta(minutes=1)):
        employments.confirm(employment=employment, actor=SYSTEM)

        assert actions.settle_prices() == 0
        actions.settle_price(registration=registration, actor=SYSTEM)

    assert registration.price_cents == 15000


def test_who_gave_the_place_up_owes_nothing_new() -> None:
    _, _, employment, registration = claimed()
    actions.cancel(registration=registration, actor=registration.person)
    employments.confirm(employment=employment, actor=SYSTEM)

    assert actions.settle_prices() == 0


def test_who_has_one_price_for_all_waits_for_nobody() -> None:
    _, _, _, registration = claimed()
    registration.course_session.non_member_price_cents = 9500
    db.session.commit()
    person = make.person()
    employment = make.employment(person=person, organization=make.district(), is_confirmed=False)

    other = actions.register(
        person=person,
        course_session=registration.course_session,
        employment=employment,
        actor=person,
    )

    assert not other.price_is_provisional


def test_the_pages_say_that_the_price_may_still_change(client: FlaskClient) -> None:
    _, _, employment, registration = claimed()
    browser = make.sign_in(client, registration.person)
    address = f"/my/registrations/{registration.id}"

    before = browser.get(address).text
    employments.confirm(employment=employment, actor=SYSTEM)
    actions.settle_prices()
    after = browser.get(address).text

    assert "has not confirmed that you work there yet" in before
    assert "you pay the member price, and hear of it by mail" in before
    assert "is a member of" in after
    assert "hear of it by mail" not in after


def test_a_refused_person_is_promised_nothing_until_the_refusal_is_taken_back(
    client: FlaskClient,
) -> None:
    _, _, employment, registration = claimed()
    browser = make.sign_in(client, registration.person)

    employments.refuse(employment=employment, actor=SYSTEM)
    assert actions.settle_prices() == 0
    text = browser.get(f"/my/registrations/{registration.id}").text
    employments.confirm(employment=employment, actor=SYSTEM)
    actions.settle_prices()

    assert "hear of it by mail" not in text
    assert registration.price_cents == 9500


def test_a_sweep_without_anything_to_do_is_one_question() -> None:
    claimed()

    with count_queries() as statements:
        actions.settle_prices()

    assert len(statements) == 1
