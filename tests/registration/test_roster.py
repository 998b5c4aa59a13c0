"""A session's roster, and what staff do to it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.accounts.models import Person, Position
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock, filters, tables
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative
from pdtrack.registration.models import Status
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
        "zoe@<wbr>amherst.example",
        "Large print",
        "P-9",
        "Number 1 in line",
        "1 of 1 place taken, 1 waiting",
        "The only place is taken",
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


def test_what_people_need_is_not_on_the_sheet_that_everybody_signs(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    course_session = make.course_session(collaborative=place, meetings=2)
    make.registration(course_session=course_session, accommodations="I use a wheelchair")

    sheet = coordinator.get(roster_of(course_session, "/print")).text
    copy = coordinator.get(roster_of(course_session, "/print?copy=staff")).text

    assert "wheelchair" not in sheet
    assert "Accommodations" not in sheet
    assert [filters.day(each.starts_at) in sheet for each in course_session.meetings] == [True] * 2
    assert sheet.count("Signature ") >= 2
    assert "wheelchair" in copy
    assert "Signature" not in copy


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


def test_a_coordinator_finds_what_a_person_registered_for_here(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    zoe = colleague(place, first_name="Zoë", last_name="Quill")
    older = make.course_session(
        collaborative=place, title="Older", starts_at=clock.now() - timedelta(days=30)
    )
    newer = make.course_session(collaborative=place, title="Newer")
    elsewhere = make.course_session(title="Elsewhere")
    for course_session in (older, newer, elsewhere):
        make.registration(course_session=course_session, person=zoe)
    person = f"/manage/{place.slug}/people/{zoe.id}"

    assert f"{person}/sessions" in coordinator.get(roster_of(newer)).text
    assert f"{person}/sessions" in coordinator.get(person).text
    page = coordinator.get(f"{person}/sessions").text
    rows = page.partition("<tbody")[2]
    assert rows.index("Newer") < rows.index("Older")
    assert "Elsewhere" not in page


def test_the_list_of_a_person_costs_the_same_with_one_session_and_many(
    coordinator: FlaskClient, place: Collaborative
) -> None:
    zoe = colleague(place)
    address = f"/manage/{place.slug}/people/{zoe.id}/sessions"
    assert "No sessions yet" in coordinator.get(address).text
    make.registration(course_session=make.course_session(collaborative=place), person=zoe)
    with count_queries() as few:
        coordinator.get(address)
    for _ in range(8):
        make.registration(course_session=make.course_session(collaborative=place), person=zoe)
    with count_queries() as many:
        coordinator.get(address)

    assert len(many) <= len(few) <= MOST
