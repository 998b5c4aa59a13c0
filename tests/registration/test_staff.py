"""Registering people, taking them off and moving the line, on the pages of the staff."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pdtrack.accounts.models import Employment, Person
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import queries
from pdtrack.registration.models import Registration, Status
from tests import make


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


def test_what_somebody_usually_needs_is_not_shown_to_staff(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place)
    make.person(email="stranger@faraway.example", accommodations="I use a wheelchair")
    found = coordinator.get(roster_of(course_session, "/add?q=stranger@faraway.example")).text
    [address] = re.findall(r'href="([^"]*/add/[0-9]+[^"]*)"', found)

    page = coordinator.get(html.unescape(address))

    assert page.status_code == 200
    assert "wheelchair" not in page.text


def test_who_is_registered_already_is_refused_in_words(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place)
    person = colleague(place)
    make.registration(course_session=course_session, person=person)

    response = coordinator.post(roster_of(course_session, f"/add/{person.id}"))

    assert response.status_code == 422
    assert "has a place in this session already" in response.text


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


def test_nobody_at_the_door_needs_a_number_unless_the_name_is_known(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    district = make.district(member_of=place)
    make.person(first_name="Ana", last_name="Brandão", employer=district)
    address = roster_of(make.course_session(collaborative=place), "/add/new")
    data = {"first_name": "Ana", "last_name": "Bee", "employer": str(district.id), "position": ""}

    known = coordinator.post(address, data={**data, "last_name": "Brandao"})
    for _ in range(2):  # A double click.
        coordinator.post(address, data=data)

    assert known.status_code == 422
    assert "Ana Brandão is known at this employer already." in known.text
    assert 'id="employee_number-error"' in known.text
    [registration] = db.session.scalars(select(Registration))
    assert registration.person.sort_name == "Bee, Ana"
    assert not list(db.session.scalars(select(Person).where(Person.last_name == "Brandao")))


def test_the_name_nobody_was_found_by_is_written_down_already(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place)

    page = coordinator.get(roster_of(course_session, "/add?q=B%C3%A9la+O%E2%80%99Hara")).text
    [link] = re.findall(r'href="([^"]+/add/new[^"]*)"', page)
    form = coordinator.get(html.unescape(link)).text

    assert 'value="Béla"' in form
    assert 'value="O’Hara"' in form


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"first_name": ""}, "Enter the first name."),
        ({"last_name": "x" * 101}, "Enter at most 100 characters."),
        ({"employer": ""}, "Choose the employer."),
        ({"employer": "999999"}, "Choose one from the list."),
        ({"employer": "other:private_school"}, "Enter the name of the employer."),
        (
            {"employer": "other:out_of_state", "employer_name": " "},
            "Enter the name of the employer.",
        ),
        ({"position": "king"}, "Choose one from the list."),
        ({"first_name": "two\r\nlines"}, "Enter this on one line."),
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

    assert "goes at once to the one person on the waitlist" in " ".join(page.split())
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
