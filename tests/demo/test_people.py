"""The six people whom everybody can be."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from pdtrack.accounts import queries as accounts
from pdtrack.accounts.models import Confirmation, EmailAddress, Employment, Person
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.demo import queries
from pdtrack.desk import queries as desk
from pdtrack.home import queries as home
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Organization
from pdtrack.registration import queries as registrations
from pdtrack.registration.models import Status


def person(name: str) -> Person:
    found = accounts.by_address(f"{name}@demo.example")
    assert found is not None
    return found


@pytest.mark.parametrize("address", queries.PEOPLE)
def test_they_sign_in_with_the_password_that_everybody_knows(demo: Flask, address: str) -> None:
    client = demo.test_client()
    form = {"email": address, "password": queries.PASSWORD}

    assert client.post("/sign-in", data=form).status_code == 302
    assert client.get("/my/account").status_code == 200


def test_the_sign_in_page_lists_them(demo: Flask) -> None:
    page = demo.test_client().get("/sign-in").text

    assert queries.people() == list(queries.PEOPLE)
    assert all(address in page for address in queries.PEOPLE)
    assert queries.PASSWORD in page


@pytest.mark.usefixtures("demo")
def test_the_educators_district_belongs_to_two_collaboratives() -> None:
    [employment] = accounts.employments_on(person("educator"), clock.today())
    assert employment.organization is not None

    assert employment.is_confirmed
    hosts = organizations.member_collaborative_ids(employment.organization.id, clock.today())
    assert len(hosts) == 2
    assert person("district").holds(RoleKind.DISTRICT_ADMINISTRATOR, employment.organization.id)


@pytest.mark.usefixtures("demo")
def test_the_educator_has_places_ahead_and_stands_in_one_line() -> None:
    ahead = registrations.ahead_of(person("educator"))

    assert [each.status for each in ahead].count(Status.WAITLISTED) == 1
    assert [each.status for each in ahead].count(Status.REGISTERED) >= 3


def test_the_educator_has_certificates(demo: Flask) -> None:
    client = demo.test_client()
    client.post("/sign-in", data={"email": "educator@demo.example", "password": queries.PASSWORD})

    assert "Making content speak" in client.get("/my/certificates").text


@pytest.mark.usefixtures("demo")
def test_the_presenter_teaches_past_running_and_coming_sessions() -> None:
    presenter, ces = person("presenter"), organizations.collaborative("ces")
    assert ces is not None
    ahead = home.taught_ahead(presenter)

    assert desk.sessions_by_state(ces, teacher=presenter)["past"]
    assert [each for each in ahead if each.has_started]
    assert [each for each in ahead if not each.has_started]


@pytest.mark.usefixtures("demo")
def test_the_others_hold_their_roles() -> None:
    ces = organizations.collaborative("ces")
    assert ces is not None

    assert person("coordinator").holds(RoleKind.COORDINATOR, ces.id)
    assert person("presenter").holds(RoleKind.PRESENTER, ces.id)
    assert person("board").holds(RoleKind.BOARD_MEMBER, ces.id)
    assert person("admin").holds(RoleKind.PLATFORM_ADMINISTRATOR, None)


@pytest.mark.usefixtures("demo")
def test_addresses_prove_employment_only_in_the_employers_domain() -> None:
    confirmed = db.session.execute(
        select(EmailAddress.address, Organization.org_code)
        .join(Person, Person.id == EmailAddress.person_id)
        .join(Employment, Employment.person_id == Person.id)
        .join(Organization, Organization.id == Employment.organization_id)
        .where(Employment.confirmed_by == Confirmation.DOMAIN, Employment.to_on.is_(None))
    ).all()
    proven = {code for address, code in confirmed if address.endswith(f"@{code}.example")}

    assert proven == {code for _, code in confirmed}


@pytest.mark.usefixtures("demo")
def test_some_have_no_account_some_two_jobs_some_moved_and_some_only_claim() -> None:
    people = db.session.scalars(select(Person)).unique().all()
    today = clock.today()

    def current(each: Person) -> list[Employment]:
        return [job for job in each.employments if job.is_current(today)]

    assert len(people) > 300
    assert [each for each in people if not each.has_account and current(each)[0].employee_number]
    assert [each for each in people if len(current(each)) == 2]
    assert [each for each in people if len(each.employments) == 2 and len(current(each)) == 1]
    assert [each for each in people if current(each) and not current(each)[0].is_confirmed]
    assert [each for each in people if not each.display_name.isascii()]
