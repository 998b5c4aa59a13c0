"""What a district sees of registrations: those made under its own employment."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.organizations.models import District
from pdtrack.registration.models import Status
from tests import make
from tests.queries import MOST, count_queries


@pytest.fixture
def place(app: Flask) -> District:  # noqa: ARG001 - the database.
    """A district."""
    return make.district()


@pytest.fixture
def administrator(client: FlaskClient, place: District) -> FlaskClient:
    """A browser in which the district's administrator is signed in."""
    return make.sign_in(client, make.role(RoleKind.DISTRICT_ADMINISTRATOR, place))


def list_of(place: District, tail: str = "") -> str:
    """Return the address of a district's registrations."""
    return f"/districts/{place.org_code}/registrations{tail}"


def test_a_district_sees_what_was_registered_under_its_employment_only(
    administrator: FlaskClient, place: District
) -> None:
    other = make.district()
    moved = make.person(last_name="Mover")
    before = make.employment(person=moved, organization=place, to_on=clock.today())
    after = make.employment(person=moved, organization=other)
    then, now = make.course_session(title="Then"), make.course_session(title="Now")
    make.registration(course_session=then, person=moved, employment_id=before.id)
    make.registration(course_session=now, person=moved, employment_id=after.id)
    nobody = make.course_session(title="Nobody")
    make.registration(course_session=nobody, person=make.person(employer=other))

    text = administrator.get(list_of(place)).text

    assert "Then" in text
    assert ">Now<" not in text
    assert "Nobody" not in text


def test_somebody_with_two_employers_shows_to_the_one_they_chose(
    administrator: FlaskClient, place: District
) -> None:
    person = make.person(employer=place)
    second = make.employment(person=person, organization=make.district())
    make.registration(
        course_session=make.course_session(title="Elsewhere"),
        person=person,
        employment_id=second.id,
    )

    assert "Elsewhere" not in administrator.get(list_of(place)).text


def test_the_list_is_filtered_by_date_and_state(
    administrator: FlaskClient, place: District
) -> None:
    for title, day, status in (
        ("Early", date(2026, 10, 1), Status.REGISTERED),
        ("Middle", date(2026, 11, 15), Status.REGISTERED),
        ("Late", date(2026, 12, 31), Status.CANCELLED),
    ):
        starts_at = clock.at(day, clock.local(clock.now()).time().replace(hour=23))
        make.registration(
            course_session=make.course_session(title=title, starts_at=starts_at),
            person=make.person(employer=place),
            status=status,
        )

    def titles(query: str) -> list[str]:
        text = administrator.get(list_of(place, query)).text
        return [title for title in ("Early", "Middle", "Late") if title in text]

    assert titles("") == ["Early", "Middle", "Late"]
    assert titles("?from=2026-10-02") == ["Middle", "Late"]
    assert titles("?to=2026-11-15") == ["Early", "Middle"]
    assert titles("?from=2026-11-15&to=2026-11-15") == ["Middle"]
    assert titles("?state=cancelled") == ["Late"]
    assert titles("?from=soon&to=99&state=none") == ["Early", "Middle", "Late"]


def test_the_list_costs_the_same_with_many_rows(
    administrator: FlaskClient, place: District
) -> None:
    counts = []
    for _ in range(2):
        for status in (Status.REGISTERED, Status.WAITLISTED):
            make.registration(
                course_session=make.course_session(),
                person=make.person(employer=place),
                status=status,
            )
        db.session.expunge_all()
        with count_queries() as statements:
            administrator.get(list_of(place))
        counts.append(len(statements))

    assert counts[0] == counts[1] <= MOST


def test_long_lists_have_pages(administrator: FlaskClient, place: District) -> None:
    course_session = make.course_session(capacity=60)
    for _ in range(51):
        make.registration(course_session=course_session, person=make.person(employer=place))

    first = administrator.get(list_of(place)).text
    second = administrator.get(list_of(place, "?page=2")).text

    assert "Showing 1–50 of 51 registrations" in first
    assert "Showing 51–51 of 51 registrations" in second


def test_the_file_holds_the_filtered_rows(administrator: FlaskClient, place: District) -> None:
    person = make.person(employer=place, first_name="Ève")
    make.registration(course_session=make.course_session(), person=person, price_cents=9950)
    make.registration(course_session=make.course_session(), person=person, status=Status.CANCELLED)

    response = administrator.get(list_of(place, ".csv?state=registered"))
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))

    assert [row["state"] for row in rows] == ["registered"]
    assert (rows[0]["first_name"], rows[0]["price"]) == ("Ève", "99.50")
    left = administrator.get(list_of(place, ".csv?state=cancelled")).data.decode("utf-8-sig")
    assert [row["price"] for row in csv.DictReader(io.StringIO(left))] == [""]  # Nobody owes it.
    with administrator.get(list_of(place, ".xlsx")) as workbook:
        assert workbook.data.startswith(b"PK")


def test_another_district_is_not_found(administrator: FlaskClient) -> None:
    other = make.district()

    assert administrator.get(list_of(other)).status_code == 404
    assert administrator.get(list_of(other, ".csv")).status_code == 404
    assert administrator.get("/districts/00000000/registrations").status_code == 404


def test_a_name_stays_with_the_registration_for_years(
    administrator: FlaskClient, place: District
) -> None:
    long_ago = clock.now() - timedelta(days=3 * 365)
    person = make.person(employer=place, last_name="Veteran")
    make.registration(course_session=make.course_session(starts_at=long_ago), person=person)

    assert "Veteran" in administrator.get(list_of(place)).text
