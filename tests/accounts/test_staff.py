"""A district's own staff, as its administrators see them."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.accounts import acquaintance
from pdtrack.accounts.models import Confirmation, Employment, Person
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.organizations.models import District
from tests import make
from tests.queries import MOST, count_queries

pytestmark = pytest.mark.usefixtures("app")
STAFF = "/districts/00080000/people"


@pytest.fixture
def district() -> District:
    return make.district(org_code="00080000", name="Amherst")


@pytest.fixture
def office(client: FlaskClient, district: District) -> FlaskClient:
    return make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, district))


def claimant(district: District, last_name: str = "Able") -> Employment:
    person = make.person(last_name=last_name)
    return make.employment(person=person, organization=district, is_confirmed=False)


def newcomer(**values: str) -> dict[str, str]:
    return {
        "first_name": "Ima",
        "last_name": "Aide",
        "employee_number": "A-7",
        "from_on": "2026-09-01",
        **values,
    }


def test_the_lists_show_own_staff_only(office: FlaskClient, district: District) -> None:
    make.person(last_name="Current", employer=district)
    claimant(district, last_name="Claims")
    make.employment(
        person=make.person(last_name="Left"), organization=district, to_on=date(2025, 6, 30)
    )
    make.employment(
        person=make.person(last_name="Refused"),
        organization=district,
        is_confirmed=False,
        refused_at=clock.now(),
        to_on=clock.today(),
    )
    make.person(last_name="Neighbor", employer=make.district())

    def listed(standing: str) -> list[str]:
        page = office.get(STAFF, query_string={"standing": standing}).text
        names = ("Current", "Claims", "Left", "Refused", "Neighbor")
        return [name for name in names if f">{name}, Ada</a>" in page]

    assert listed("current") == ["Current", "Claims"]
    assert listed("claimed") == ["Claims"]
    assert listed("past") == ["Left", "Refused"]
    assert listed("nonsense") == ["Current", "Claims"]
    assert "1 person says they work here." in office.get(STAFF).text


def test_the_search_knows_only_this_district_s_employee_numbers(
    office: FlaskClient, district: District
) -> None:
    ada = make.person(last_name="Here", employer=district)
    elsewhere = make.employment(person=ada, organization=make.district())
    elsewhere.employee_number = "77"
    make.saved(elsewhere)

    assert "Here, Ada" not in office.get(f"{STAFF}?q=77").text
    assert "Here, Ada" in office.get(f"{STAFF}?q=here").text


def test_the_list_takes_as_many_queries_with_sixty_as_with_one(
    office: FlaskClient, district: District
) -> None:
    for number in range(60):
        make.person(last_name=f"Staff{number:02}", employer=district)

    with count_queries() as first:
        page = office.get(STAFF)
    with count_queries() as second:
        office.get(f"{STAFF}?page=2")

    assert "Showing 1–50 of 60 people" in page.text
    assert len(first) <= MOST
    assert len(second) <= len(first)


def test_claims_are_counted_without_being_read(district: District) -> None:
    for _ in range(2):
        claimant(district)
    make.person(employer=district)

    with count_queries() as asked:
        assert acquaintance.count_claims(district.id) == 2

    [statement] = asked
    assert statement.startswith("SELECT count(")


def test_a_claim_is_confirmed_and_the_next_one_follows(
    office: FlaskClient, district: District
) -> None:
    first, second = claimant(district), claimant(district)

    answer = office.post(f"{STAFF}/{first.id}/confirm")
    last = office.post(f"{STAFF}/{second.id}/confirm")

    assert answer.headers["Location"] == f"{STAFF}?standing=claimed"
    assert last.headers["Location"] == f"{STAFF}/{second.id}"
    assert first.confirmed_by == second.confirmed_by == Confirmation.ADMINISTRATOR


def test_refusing_says_what_it_means_and_can_be_taken_back(
    office: FlaskClient, district: District
) -> None:
    employment = claimant(district)
    page = office.get(f"{STAFF}/{employment.id}/refuse")
    assert "told by mail" in page.text
    assert employment.is_current(clock.today())  # Looking changes nothing.

    office.post(f"{STAFF}/{employment.id}/refuse")

    assert not employment.is_current(clock.today())
    assert "Confirm after all" in office.get(f"{STAFF}/{employment.id}").text
    office.post(f"{STAFF}/{employment.id}/confirm")
    assert employment.is_current(clock.today())


def test_what_was_confirmed_meanwhile_is_not_refused(
    office: FlaskClient, district: District
) -> None:
    employment = make.person(employer=district).employments[0]

    answer = office.post(f"{STAFF}/{employment.id}/refuse")

    assert answer.status_code == 422
    assert "End it with a date instead" in answer.text


def test_somebody_without_an_address_is_written_down_as_confirmed_staff(
    office: FlaskClient, district: District
) -> None:
    school = make.school(district=district)

    answer = office.post(f"{STAFF}/new", data=newcomer(school=str(school.id)))

    person = db.session.scalars(select(Person).where(Person.last_name == "Aide")).one()
    [employment] = person.employments
    assert answer.headers["Location"] == f"{STAFF}/{employment.id}"
    assert employment.confirmed_by == Confirmation.ADMINISTRATOR
    assert employment.school_id == school.id
    assert "mail for this person goes nowhere" in office.get(f"{STAFF}/{employment.id}").text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first_name": " "}, "Enter the first name."),
        ({"school": "999999"}, "Choose a school from the list."),
        ({"from_on": "2026-13-01"}, "Enter a day, like 2026-09-01."),
    ],
)
def test_what_identifies_nobody_is_refused(
    office: FlaskClient, change: dict[str, str], message: str
) -> None:
    answer = office.post(f"{STAFF}/new", data=newcomer(**change))

    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="Aide"' in answer.text


def test_school_position_number_and_name_change_until_the_last_day(office: FlaskClient) -> None:
    office.post(f"{STAFF}/new", data=newcomer())
    employment = db.session.scalars(select(Employment)).one()
    path = f"{STAFF}/{employment.id}"

    office.post(f"{path}/edit", data={"position": "nurse", "employee_number": "A-8"})
    office.post(f"{path}/name", data={"first_name": "Emma", "last_name": "Aide"})
    office.post(f"{path}/end", data={"to_on": "2026-10-30"})

    db.session.refresh(employment)
    assert (employment.position, employment.employee_number) == ("nurse", "A-8")
    assert employment.person.first_name == "Emma"
    assert employment.to_on == date(2026, 10, 30)
    page = office.get(path).text
    assert "October 30, 2026" in page
    assert "/edit" not in page
    assert office.post(f"{path}/edit", data={"position": "coach"}).status_code == 422
    assert office.get(f"{path}/name").status_code == 404


def test_a_district_sees_nothing_of_other_employers(
    office: FlaskClient, district: District
) -> None:
    ada = make.person(employer=district)
    make.employment(person=ada, organization=make.district(name="The second job"))
    make.employment(person=ada, organization=district, to_on=date(2021, 6, 30))

    with count_queries() as queries:
        page = office.get(f"{STAFF}/{ada.employments[0].id}").text

    assert len(queries) <= MOST
    assert "The second job" not in page
    assert "June 30, 2021" in page


def test_staff_of_other_districts_are_not_there(office: FlaskClient) -> None:
    neighbor = make.district()
    foreign = make.person(email=None, employer=neighbor).employments[0].id

    for path in (
        f"/districts/{neighbor.org_code}/people",
        f"/districts/{neighbor.org_code}/people/new",
        f"/districts/{neighbor.org_code}/people/{foreign}",
        f"{STAFF}/{foreign}",
        f"{STAFF}/{foreign}/edit",
        f"{STAFF}/{foreign}/end",
        f"{STAFF}/{foreign}/refuse",
        f"{STAFF}/{foreign}/name",
    ):
        assert office.get(path).status_code == 404, path
        assert office.post(path).status_code in (404, 405), path
    assert office.post(f"{STAFF}/{foreign}/confirm").status_code == 404


def test_a_coordinator_is_no_district_s_administrator(
    client: FlaskClient, district: District
) -> None:
    place = make.collaborative()
    make.membership(collaborative=place, district=district)
    make.sign_in(client, make.coordinator(place))

    assert client.get(STAFF).status_code == 404
