"""What a session costs somebody: by confirmed employer, membership and day."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask

from pdtrack.accounts import queries as accounts
from pdtrack.accounts.models import Person
from pdtrack.catalog import queries
from pdtrack.catalog.models import CourseSession, Format
from pdtrack.catalog.rules import Price
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative
from tests import make
from tests.queries import count_queries


@pytest.fixture(autouse=True)
def _database(app: Flask) -> None:
    """Every test here reads."""


@pytest.fixture
def ces() -> Collaborative:
    return make.collaborative(short_name="CES")


def session(ces: Collaborative, on: date | None = None, **values: Any) -> CourseSession:
    day = on or clock.today() + timedelta(days=14)
    return make.course_session(
        collaborative=ces,
        starts_at=clock.at(day, time(9)),
        member_price_cents=100_00,
        non_member_price_cents=150_00,
        **values,
    )


def price(course_session: CourseSession, person: Person | None) -> Price:
    employments = accounts.employments_on(person, clock.today()) if person else None
    return queries.price_for(course_session, employments)


def test_staff_of_a_member_pay_the_member_price(ces: Collaborative) -> None:
    amherst = make.district(name="Amherst", member_of=ces)

    assert price(session(ces), make.person(employer=amherst)) == Price(
        100_00, "Member price: Amherst is a member of CES"
    )


def test_a_claim_pays_the_full_price_until_it_is_confirmed(ces: Collaborative) -> None:
    claimant = make.person()
    make.employment(person=claimant, organization=make.district(member_of=ces), is_confirmed=False)

    found = price(session(ces), claimant)

    assert found.cents == 150_00
    assert "has not confirmed that you work there yet" in found.reason


def test_membership_counts_on_the_day_of_the_first_meeting(ces: Collaborative) -> None:
    leaving = make.membership(
        collaborative=ces, district=make.district(), valid_from=date(2021, 7, 1)
    )
    leaving.valid_to = clock.today() + timedelta(days=30)
    db.session.commit()
    person = make.person(employer=leaving.district)

    assert price(session(ces, leaving.valid_to), person).cents == 100_00
    assert price(session(ces, leaving.valid_to + timedelta(days=1)), person).cents == 150_00


def test_self_paced_work_is_priced_by_membership_today(ces: Collaborative) -> None:
    joining = make.membership(
        collaborative=ces,
        district=make.district(),
        valid_from=clock.today() - timedelta(days=1),
    )
    begun_before = session(
        ces, clock.today() - timedelta(days=60), format=Format.SELF_PACED, meetings=0
    )

    assert price(begun_before, make.person(employer=joining.district)).cents == 100_00


def test_members_of_another_collaborative_and_strangers_pay_the_full_price(
    ces: Collaborative,
) -> None:
    elsewhere = make.district(name="Fall River", member_of=make.collaborative())

    assert price(session(ces), make.person(employer=elsewhere)) == Price(
        150_00, "Non-member price: Fall River is not a member of CES"
    )
    assert price(session(ces), None).reason.startswith("Non-member price; sign in")
    assert price(session(ces), make.person()).cents == 150_00


def test_the_collaborative_s_own_staff_pay_the_member_price(ces: Collaborative) -> None:
    assert price(session(ces), make.person(employer=ces)).reason == (
        "Member price: you work for CES"
    )


def test_prices_of_a_list_take_one_query(ces: Collaborative) -> None:
    sessions = [session(ces) for _ in range(5)]
    person = make.person(employer=make.district(member_of=ces))
    employments = accounts.employments_on(person, clock.today())
    assert [each.host_name for each in sessions] == ["CES"] * 5

    with count_queries() as statements:
        found = queries.prices_for(sessions, employments)

    assert {each.cents for each in found.values()} == {100_00}
    assert len(found) == 5
    assert len(statements) == 1
