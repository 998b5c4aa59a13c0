"""One's own account: what is known, where one works, the feed, the data, the menu."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.accounts.models import Employment, Person, Position
from pdtrack.accounts.views import menu
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from tests import make
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")

OWN_PAGES = (
    "/my/account",
    "/my/account/profile",
    "/my/account/password",
    "/my/account/addresses/new",
    "/my/account/employments/new",
    "/my/account/data.json",
)


def profile(**values: str) -> dict[str, str]:
    """Return the form of what is known about a person, filled in."""
    return {"first_name": "Ada", "last_name": "Able", "mepid": "", "accommodations": "", **values}


@pytest.mark.parametrize("path", OWN_PAGES)
def test_own_pages_are_for_who_is_signed_in(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Location"] == f"/sign-in?next={path}"

    assert make.sign_in(client, make.person()).get(path).status_code == 200


def test_name_mepid_and_accommodations_are_changed(client: FlaskClient) -> None:
    ada = make.person()
    make.sign_in(client, ada)

    answer = client.post(
        "/my/account/profile",
        data=profile(
            first_name="Adá",
            last_name="O'Neill",
            mepid="1234 5678",
            accommodations="Large print, please",
        ),
    )

    assert answer.headers["Location"] == "/my/account"
    assert (ada.first_name, ada.last_name) == ("Adá", "O'Neill")
    assert (ada.mepid, ada.accommodations) == ("12345678", "Large print, please")
    page = client.get("/my/account").text
    assert "12345678" in page
    assert "Large print, please" in page


def test_what_somebody_needs_stays_out_of_the_log(client: FlaskClient) -> None:
    make.sign_in(client, make.person(first_name="Ada", last_name="Able"))

    client.post("/my/account/profile", data=profile(accommodations="Large print", mepid="12345678"))

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.event == "person.edited")).one()
    assert entry.after == {"mepid": "12345678"}


def test_saving_without_a_change_leaves_no_trace(client: FlaskClient) -> None:
    make.sign_in(client, make.person(first_name="Ada", last_name="Able"))

    client.post("/my/account/profile", data=profile())

    assert db.session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize("typed", ["1234567", "123456789", "1234567a", "\uff112345678"[:8]])
def test_a_mepid_has_eight_digits(client: FlaskClient, typed: str) -> None:
    ada = make.person()
    make.sign_in(client, ada)

    answer = client.post("/my/account/profile", data=profile(mepid=typed))

    assert answer.status_code == 422
    assert "8 digits" in answer.text
    assert f'value="{typed}"' in answer.text
    assert ada.mepid is None


def test_too_long_is_refused_at_the_field(client: FlaskClient) -> None:
    make.sign_in(client, make.person())

    answer = client.post(
        "/my/account/profile", data=profile(last_name="x" * 201, accommodations="y" * 2001)
    )

    assert answer.status_code == 422
    assert 'id="last_name-error"' in answer.text
    assert 'id="accommodations-error"' in answer.text


def employment_form(**values: str) -> dict[str, str]:
    """Return the form of a new employment, filled in."""
    return {
        "employer": "other:none",
        "employer_name": "",
        "from_on": clock.today().isoformat(),
        "leaves": "",
        "position": "",
        "employee_number": "",
        **values,
    }


def test_a_second_employer_is_claimed(client: FlaskClient) -> None:
    district = make.district()
    ada = make.person(employer=make.district())
    make.sign_in(client, ada)

    answer = client.post(
        "/my/account/employments/new",
        data=employment_form(
            employer=str(district.id), position="coach", employee_number="E-7", from_on="2026-09-01"
        ),
    )

    made = newest_of(ada)
    assert answer.headers["Location"] == f"/my/account/employments/{made.id}"
    assert (made.organization_id, made.position) == (district.id, Position.COACH)
    assert (made.employee_number, made.from_on) == ("E-7", date(2026, 9, 1))
    assert not made.is_confirmed
    assert "To be confirmed" in client.get("/my/account").text


def test_who_moves_leaves_the_day_before(client: FlaskClient) -> None:
    old, new = make.district(), make.district()
    ada = make.person(employer=old)
    before = ada.employments[0]
    make.sign_in(client, ada)

    client.post(
        "/my/account/employments/new",
        data=employment_form(employer=str(new.id), leaves=str(before.id), from_on="2026-09-01"),
    )

    assert before.to_on == date(2026, 8, 31)
    assert newest_of(ada).from_on == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"employer": ""}, "employer"),
        ({"employer": "other:out_of_state"}, "employer_name"),
        ({"from_on": ""}, "from_on"),
        ({"from_on": "yesterday"}, "from_on"),
        ({"leaves": "999999"}, "leaves"),
        ({"leaves": "x"}, "leaves"),
        ({"employee_number": "x" * 41}, "employee_number"),
    ],
)
def test_a_bad_employment_is_refused_at_its_field(
    client: FlaskClient, values: dict[str, str], field: str
) -> None:
    ada = make.person()
    make.sign_in(client, ada)

    answer = client.post("/my/account/employments/new", data=employment_form(**values))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert ada.employments == []


def test_whoever_adds_an_employer_to_register_comes_back_to_register(client: FlaskClient) -> None:
    course_session = make.course_session()
    register = f"/sessions/{course_session.id}/register"
    make.sign_in(client, make.person())
    add = f"/my/account/employments/new?next={register}"

    assert f'href="{add}"' in client.get(register).text
    added = client.post(add, data=employment_form(employer=str(make.district().id)))
    saved = client.post(added.location, data={"position": "", "employee_number": ""})

    assert saved.location == register
    elsewhere = client.post(f"{added.location.partition('?')[0]}?next=//evil.example", data={})
    assert elsewhere.location == "/my/account"


def test_the_same_employer_is_not_added_twice(client: FlaskClient) -> None:
    district = make.district()
    make.sign_in(client, make.person(employer=district))

    answer = client.post(
        "/my/account/employments/new", data=employment_form(employer=str(district.id))
    )

    assert answer.status_code == 422
    assert "on the list already" in answer.text


def test_school_position_and_number_are_changed(client: FlaskClient) -> None:
    district = make.district()
    school, elsewhere = make.school(district=district), make.school(district=make.district())
    ada = make.person(employer=district)
    employment = ada.employments[0]
    path = f"/my/account/employments/{employment.id}"
    make.sign_in(client, ada)
    wanted = {"school": str(school.id), "position": "nurse", "employee_number": "17"}

    refused = client.post(path, data={**wanted, "school": str(elsewhere.id)})
    client.post(path, data=wanted)

    assert refused.status_code == 422
    assert (employment.school_id, employment.position) == (school.id, Position.NURSE)
    assert employment.employee_number == "17"
    assert f'<option selected value="{school.id}">' in client.get(path).text


def test_somebody_elses_employee_number_is_refused(client: FlaskClient) -> None:
    district = make.district()
    make.employment(person=make.person(), organization=district, employee_number="17")
    ada = make.person(employer=district)
    make.sign_in(client, ada)

    answer = client.post(
        f"/my/account/employments/{ada.employments[0].id}",
        data={"school": "", "position": "", "employee_number": "17"},
    )

    assert answer.status_code == 422
    assert 'id="employee_number-error"' in answer.text


def test_a_job_ends_with_its_last_day(client: FlaskClient) -> None:
    ada = make.person(employer=make.district())
    employment = ada.employments[0]
    make.sign_in(client, ada)
    path = f"/my/account/employments/{employment.id}/end"

    early = client.post(path, data={"to_on": "2019-01-01"})
    client.post(path, data={"to_on": (clock.today() - timedelta(days=1)).isoformat()})

    assert early.status_code == 422
    assert employment.to_on == clock.today() - timedelta(days=1)
    assert "Ended" in client.get("/my/account").text
    assert client.post(path, data={"to_on": clock.today().isoformat()}).status_code == 422


@pytest.mark.parametrize("ending", ["", "/end"])
def test_other_peoples_jobs_are_not_there(client: FlaskClient, ending: str) -> None:
    bob = make.person(employer=make.district())
    make.sign_in(client, make.person())
    path = f"/my/account/employments/{bob.employments[0].id}{ending}"

    assert client.get(path).status_code == 404
    assert client.post(path, data={"to_on": "2027-06-30"}).status_code == 404
    assert bob.employments[0].to_on is None


def test_a_new_feed_address_ends_the_old_one(client: FlaskClient) -> None:
    ada = make.person()
    make.sign_in(client, ada)
    before = feed_address(client)

    client.post("/my/account/feed")

    assert ada.feed_version == 2
    assert feed_address(client) != before


def feed_address(client: FlaskClient) -> str:
    """Return the feed's address as the account's page shows it."""
    page = client.get("/my/account").text
    return page.partition('<code class="feed-address">')[2].partition("</code>")[0]


def test_the_data_of_the_account_are_a_file(client: FlaskClient) -> None:
    ada = make.person(email="ada@people.example", last_name="Źdźbło", employer=make.district())
    make.role(RoleKind.COORDINATOR, make.collaborative(name="The Collaborative"), person=ada)
    make.sign_in(client, ada)

    answer = client.get("/my/account/data.json")

    data = json.loads(answer.text)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "Źdźbło" in answer.text
    assert data["addresses"][0]["address"] == "ada@people.example"
    assert data["roles"][0]["organization"] == "The Collaborative"
    assert len(data["employments"]) == 1
    assert "password" not in answer.text


def test_the_page_costs_the_same_with_much_to_show(client: FlaskClient) -> None:
    ada = make.person()
    make.sign_in(client, ada)
    for _ in range(5):
        district = make.district()
        make.employment(
            person=ada, organization=district, school_id=make.school(district=district).id
        )
    db.session.expunge_all()

    with count_queries() as statements:
        client.get("/my/account")

    assert len(statements) <= MOST


def test_the_menu_leads_to_each_place_of_a_role(app: Flask) -> None:
    person = make.role(RoleKind.PRESENTER, make.collaborative(short_name="CES", slug="ces"))
    ces = person.roles[0].organization
    make.role(RoleKind.COORDINATOR, ces, person=person)
    make.role(RoleKind.DISTRICT_ADMINISTRATOR, make.district(name="Amherst"), person=person)
    make.role(RoleKind.PLATFORM_ADMINISTRATOR, None, person=person)

    labels = labels_for(app, person)

    assert labels[-3:] == ["Amherst", "Desk CES", "Platform"]


def test_one_link_of_the_menu_is_current(app: Flask) -> None:
    client = make.sign_in(app.test_client(), make.person())
    with client:
        client.get("/my/registrations")
        current = [link.label for link in menu.main_menu() if link.is_current]

    assert current == ["My sessions"]


def labels_for(app: Flask, person: Person) -> list[str]:
    """Return the labels of somebody's main menu."""
    client = make.sign_in(app.test_client(), person)
    with client:
        client.get("/my/account")
        return [link.label for link in menu.main_menu()]


def newest_of(person: Person) -> Employment:
    """Return a person's newest employment."""
    found = db.session.scalars(
        select(Employment).where(Employment.person_id == person.id).order_by(Employment.id.desc())
    )
    return found.first() or pytest.fail("There is no employment.")
