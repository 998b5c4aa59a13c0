"""A session's roster, and what staff do to it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pdtrack.accounts.models import Employment, Person, Position
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import clock, tables
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import queries
from pdtrack.registration.models import Registration, Status
from tests import make
from tests.queries import MOST, count_queries


@pytest.fixture
def place(app: Flask) -> Collaborative:  # noqa: ARG001 - the database.
    """A collaborative."""
    return make.collaborative()


@pytest.fixture
def coordinator(client: FlaskClient, place: Collaborative) -> FlaskClient:
    """A browser in which a coordinator is signed in."""
    return make.sign_in(client, make.coordinator(place))


def roster_of(course_session: CourseSession, tail: str = "") -> str:
    """Return the address of a roster."""
    slug = course_session.collaborative.slug
    return f"/manage/{slug}/sessions/{course_session.id}/roster{tail}"


def colleague(place: Collaborative, **values: Any) -> Person:
    """Somebody who works in a member district."""
    return make.person(employer=make.district(member_of=place), **values)


def test_the_roster_says_who_has_a_place_and_who_waits(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place, capacity=1)
    district = make.district(name="Amherst")
    person = make.person(first_name="Zoë", last_name="Quill", email="zoe@amherst.example")
    make.employment(
        person=person,
        organization=district,
        school_id=make.school(district=district, name="Fort River").id,
        position=Position.NURSE,
    )
    make.registration(
        course_session=course_session, person=person, accommodations="Large print", po_number="P-9"
    )
    make.registration(course_session=course_session, status=Status.WAITLISTED)
    make.registration(course_session=course_session, status=Status.CANCELLED)

    text = coordinator.get(roster_of(course_session)).text

    for expected in (
        "Quill, Zoë",
        "Amherst",
        "Fort River",
        "Nurse",
        "zoe@amherst.example",
        "Large print",
        "P-9",
        "Number 1 in line",
        "1 of 1 place taken, 1 waiting",
        "All 1 places are taken",
    ):
        assert expected in text, expected
    assert text.count('id="registration-') == 2


def test_the_roster_is_found_and_sorted(coordinator: FlaskClient, place: Collaborative) -> None:
    course_session = make.course_session(collaborative=place)
    for name, district in (("Berg", "Zell"), ("Adler", "Mohr"), ("Celan", "Ahorn")):
        person = make.person(last_name=name, employer=make.district(name=district))
        make.registration(course_session=course_session, person=person)

    def names(query: str) -> list[str]:
        text = coordinator.get(roster_of(course_session, query)).text
        found = [name for name in ("Adler", "Berg", "Celan") if f"{name}, Ada" in text]
        return sorted(found, key=lambda name: text.index(f"{name}, Ada"))

    assert names("") == ["Adler", "Berg", "Celan"]
    assert names("?sort=-name") == ["Celan", "Berg", "Adler"]
    assert names("?sort=district") == ["Celan", "Adler", "Berg"]
    assert names("?sort=nonsense") == ["Adler", "Berg", "Celan"]
    assert names("?q=mohr") == ["Adler"]
    assert names("?q=%25") == []
    assert names("?state=waitlisted") == []
    assert names("?state=nonsense&page=99999999999999") == ["Adler", "Berg", "Celan"]


def test_waiters_sort_in_the_order_of_the_line(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place)
    for name in ("Zola", "Mann", "Alge"):
        make.registration(
            course_session=course_session,
            person=make.person(last_name=name),
            status=Status.WAITLISTED,
        )

    text = coordinator.get(roster_of(course_session, "?sort=state")).text

    assert text.index("Zola, Ada") < text.index("Mann, Ada") < text.index("Alge, Ada")


def test_the_roster_costs_the_same_with_many_people(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place)
    address = roster_of(course_session)
    counts = []
    for _ in range(2):
        for status in (Status.REGISTERED, Status.WAITLISTED):
            make.registration(course_session=course_session, person=colleague(place), status=status)
        db.session.expunge_all()
        with count_queries() as statements:
            coordinator.get(address)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= MOST


def test_a_presenter_reads_the_roster_without_money_and_changes_nothing(
    client: FlaskClient, place: Collaborative
) -> None:
    presenter = make.person()
    course_session = make.course_session(collaborative=place, presenters=[presenter])
    registration = make.registration(
        course_session=course_session, price_cents=12345, po_number="PO-77"
    )
    make.sign_in(client, presenter)

    text = client.get(roster_of(course_session)).text
    file = client.get(roster_of(course_session, ".csv")).text

    assert registration.person.sort_name in text
    for page in (text, file):
        assert "123.45" not in page
        assert "PO-77" not in page
    for tail in ("/add", "/add/new", f"/{registration.id}/remove"):
        assert client.get(roster_of(course_session, tail)).status_code == 404
        assert client.post(roster_of(course_session, tail)).status_code in (404, 405)
    assert client.post(roster_of(course_session, "/fill")).status_code == 404


def test_the_roster_goes_on_paper(coordinator: FlaskClient, place: Collaborative) -> None:
    course_session = make.course_session(collaborative=place)
    here = make.registration(course_session=course_session, person=colleague(place))
    away = make.registration(course_session=course_session, status=Status.WAITLISTED)

    text = coordinator.get(roster_of(course_session, "/print")).text

    assert here.person.sort_name in text
    assert away.person.sort_name not in text
    assert "Signature" in text


def test_the_csv_keeps_codes_and_runs_no_formula(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place)
    district = make.district(org_code="00080000")
    person = make.person(first_name="=1+1", last_name="Łoś", employer=district)
    make.registration(course_session=course_session, person=person, price_cents=12500)
    make.registration(course_session=course_session, status=Status.WAITLISTED)

    response = coordinator.get(roster_of(course_session, ".csv?sort=state"))
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))

    assert response.data.startswith(b"\xef\xbb\xbf")
    assert rows[0]["district_org_code"] == "00080000"
    assert (rows[0]["first_name"], rows[0]["last_name"]) == ("'=1+1", "Łoś")
    assert rows[0]["price"] == "125.00"
    assert (rows[1]["state"], rows[1]["position_in_line"]) == ("waitlisted", "1")


def test_the_workbook_opens(coordinator: FlaskClient, place: Collaborative) -> None:
    course_session = make.course_session(collaborative=place)
    registration = make.registration(course_session=course_session)

    response = coordinator.get(roster_of(course_session, ".xlsx"))
    sheet = tables.read_rows("roster.xlsx", io.BytesIO(response.data))
    response.close()

    assert sheet.rows[0].cells["last_name"] == registration.person.last_name


def test_a_roster_through_another_collaborative_is_not_found(coordinator: FlaskClient) -> None:
    elsewhere = make.course_session()
    registration = make.registration(course_session=elsewhere)
    mine = make.course_session()

    assert coordinator.get(roster_of(elsewhere)).status_code == 404
    assert coordinator.get(roster_of(elsewhere, ".csv")).status_code == 404
    address = f"/manage/{mine.collaborative.slug}/sessions/{elsewhere.id}/roster"
    assert coordinator.get(address).status_code == 404
    removal = coordinator.post(
        roster_of(elsewhere, f"/{registration.id}/remove"), data={"reason": "No."}
    )
    assert removal.status_code == 404
    assert registration.status == Status.REGISTERED


def test_a_registration_through_another_session_is_not_found(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    registration = make.registration(course_session=make.course_session(collaborative=place))
    other = make.course_session(collaborative=place)

    address = roster_of(other, f"/{registration.id}/remove")

    assert coordinator.get(address).status_code == 404


def test_staff_find_a_person_and_register_them(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place)
    person = colleague(place, first_name="Imke", last_name="Ort")

    found = coordinator.get(roster_of(course_session, "/add?q=ort")).text
    form = coordinator.get(roster_of(course_session, f"/add/{person.id}"))
    response = coordinator.post(
        roster_of(course_session, f"/add/{person.id}"), follow_redirects=True
    )

    assert "Ort, Imke" in found
    assert form.status_code == 200
    assert "Imke Ort is registered." in response.text
    registration = queries.find_active(course_session, person)
    assert registration
    assert registration.employment_id == person.employments[0].id


def test_a_stranger_is_registered_by_the_address_they_tell(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place)
    stranger = make.person(email="guest@elsewhere.example")

    unknown = coordinator.get(roster_of(course_session, f"/add/{stranger.id}"))
    found = coordinator.get(roster_of(course_session, "/add?q=guest@elsewhere.example")).text
    address = roster_of(course_session, f"/add/{stranger.id}?address=guest@elsewhere.example")
    coordinator.post(address)

    assert unknown.status_code == 404
    assert stranger.sort_name in found
    assert queries.find_active(course_session, stranger)


def test_who_is_registered_already_is_refused_in_words(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place)
    person = colleague(place)
    make.registration(course_session=course_session, person=person)

    response = coordinator.post(roster_of(course_session, f"/add/{person.id}"))

    assert response.status_code == 422
    assert "has a registration for this session" in response.text


def test_a_full_session_queues_unless_staff_insist(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place, capacity=1)
    make.registration(course_session=course_session)
    queued, insisted = colleague(place), colleague(place)

    page = coordinator.get(roster_of(course_session, f"/add/{queued.id}")).text
    coordinator.post(roster_of(course_session, f"/add/{queued.id}"))
    coordinator.post(roster_of(course_session, f"/add/{insisted.id}"), data={"insists": "y"})

    assert "The session is full" in page
    for person, status in ((queued, Status.WAITLISTED), (insisted, Status.REGISTERED)):
        registration = queries.find_active(course_session, person)
        assert registration
        assert registration.status == status


def test_somebody_at_the_door_without_an_account_is_registered(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    # Pulaski: sign-up closes at the start, so walk-ins are turned away.
    course_session = make.course_session(
        collaborative=place, starts_at=clock.now() - timedelta(minutes=5)
    )
    district = make.district(member_of=place)

    response = coordinator.post(
        roster_of(course_session, "/add/new"),
        data={
            "first_name": "Béla",
            "last_name": "O’Hara",
            "employer": str(district.id),
            "employee_number": "0042",
            "position": "paraprofessional",
        },
        follow_redirects=True,
    )

    assert "Béla O’Hara is registered." in response.text
    employment = db.session.scalars(
        select(Employment).where(Employment.employee_number == "0042")
    ).one()
    registration = queries.find_active(course_session, employment.person)
    assert registration
    assert registration.employment_id == employment.id
    assert employment.person.email is None


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"first_name": ""}, "Enter the first name."),
        ({"last_name": "x" * 101}, "Write at most 100 characters."),
        ({"employer": ""}, "Choose the employer."),
        ({"employer": "999999"}, "Choose one from the list."),
        ({"employee_number": ""}, "Write the employee number"),
        ({"position": "king"}, "Choose one from the list."),
        ({"first_name": "two\r\nlines"}, "Write this on one line."),
    ],
)
def test_bad_input_about_a_newcomer_writes_nobody_down(
    coordinator: FlaskClient, place: Collaborative, typed: dict[str, str], says: str
) -> None:
    course_session = make.course_session(collaborative=place)
    data = {
        "first_name": "Bea",
        "last_name": "Bee",
        "employer": str(make.district().id),
        "employee_number": "7",
        "position": "",
        **typed,
    }
    before = db.session.scalar(select(func.count()).select_from(Person))

    response = coordinator.post(roster_of(course_session, "/add/new"), data=data)

    assert response.status_code == 422
    assert says in response.text
    assert db.session.scalar(select(func.count()).select_from(Person)) == before
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0


def test_removing_needs_a_reason_and_promotes_the_next(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place, capacity=1)
    gone = make.registration(course_session=course_session)
    waiting = make.registration(course_session=course_session, status=Status.WAITLISTED)
    address = roster_of(course_session, f"/{gone.id}/remove")

    page = coordinator.get(address).text
    unsaid = coordinator.post(address, data={"reason": " "})
    done = coordinator.post(address, data={"reason": "Asked by phone."}, follow_redirects=True)
    again = coordinator.post(address, data={"reason": "Asked by phone."})

    assert "goes at once to the first of 1 person" in page
    assert unsaid.status_code == 422
    assert "is off the roster" in done.text
    assert again.status_code == 422
    assert (gone.status, waiting.status) == (Status.WITHDRAWN, Status.REGISTERED)


def test_free_places_are_filled_from_the_line_by_a_button(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    # pretix #3628: a free seat, nobody promoted, no reason shown.
    course_session = make.course_session(collaborative=place, capacity=2)
    waiting = make.registration(course_session=course_session, status=Status.WAITLISTED)

    page = coordinator.get(roster_of(course_session)).text
    response = coordinator.post(roster_of(course_session, "/fill"), follow_redirects=True)

    assert "Why is nobody being promoted?" in page
    assert "Fill free places from the waitlist" in page
    assert f"Promoted: {waiting.person.display_name}" in response.text


def test_nobody_is_registered_for_a_cancelled_session(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place, state=SessionState.CANCELLED)
    person = colleague(place)

    page = coordinator.get(roster_of(course_session)).text
    response = coordinator.post(roster_of(course_session, f"/add/{person.id}"))

    assert "Register a person" not in page
    assert response.status_code == 422
