"""The pages on which coordinators keep courses and venues."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.accounts.models import Person
from pdtrack.catalog import queries
from pdtrack.catalog.models import Course, Venue
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative
from tests import make
from tests.queries import MOST, count_queries


@pytest.fixture
def ces(app: Flask) -> Collaborative:  # noqa: ARG001 - opens the database.
    return make.collaborative(slug="ces", short_name="CES")


@pytest.fixture
def desk(client: FlaskClient, ces: Collaborative) -> FlaskClient:
    return make.sign_in(client, make.coordinator(ces))


def course_form(**values: Any) -> dict[str, Any]:
    return {
        "title": "CPI",
        "topic_id": make.topic().id,
        "description": "All of it.",
        "goals": "Keep everybody safe.",
        "categories": ["elective"],
        **values,
    }


def test_a_course_is_written_changed_retired_and_revived(
    desk: FlaskClient, ces: Collaborative
) -> None:
    assert "Add the first course" in desk.get("/manage/ces/courses").text

    page = desk.post("/manage/ces/courses/new", data=course_form(), follow_redirects=True)
    [course] = queries.courses(ces)
    assert "“CPI” is in your list of courses." in page.text

    address = f"/manage/ces/courses/{course.id}"
    changed = course_form(title="CPI, full", topic_id=course.topic_id, version=course.version)
    page = desk.post(address, data=changed, follow_redirects=True)
    assert "CPI, full" in page.text

    page = desk.post(f"{address}/retire", follow_redirects=True)
    assert "is retired. Its sessions stay as they are." in page.text
    assert "This course is retired" in desk.get(address).text
    desk.post(f"{address}/revive")
    assert queries.courses(ces) == [course]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("title", "two\nlines"),
        ("topic_id", ""),
        ("topic_id", "abc"),
        ("topic_id", "99999999999999999999"),
        ("topic_id", "²"),
        ("description", ""),
        ("goals", "x" * 10_001),
        ("categories", ["forged"]),
    ],
)
def test_a_bad_course_is_refused_and_keeps_what_was_typed(
    desk: FlaskClient, ces: Collaborative, field: str, value: object
) -> None:
    form = course_form(assessment="Kept 😀 ñ עברית", **{field: value})

    response = desk.post("/manage/ces/courses/new", data=form)

    assert response.status_code == 422
    assert "There is a problem" in response.text
    assert "Kept 😀 ñ עברית" in response.text
    assert queries.courses(ces) == []


def test_a_form_shown_before_somebody_else_s_change_is_stale(
    desk: FlaskClient, ces: Collaborative
) -> None:
    course = make.course(collaborative=ces)
    form = course_form(topic_id=course.topic_id)
    desk.post(f"/manage/ces/courses/{course.id}", data={**form, "title": "A", "version": 1})

    response = desk.post(
        f"/manage/ces/courses/{course.id}", data={**form, "title": "B", "version": 1}
    )

    assert response.status_code == 422
    assert "Somebody else changed this course" in response.text
    assert db.session.get_one(Course, course.id).title == "A"


def test_courses_are_found_by_title(desk: FlaskClient, ces: Collaborative) -> None:
    make.course(collaborative=ces, title="Reading 100%")
    make.course(collaborative=ces, title="Restraint")

    page = desk.get("/manage/ces/courses?q=100%25").text

    assert "Reading 100%" in page
    assert "Restraint" not in page
    assert "No course has this in its title" in desk.get("/manage/ces/courses?q=zebra").text


def things(course: Course, venue: Venue) -> list[tuple[str, str]]:
    return [
        ("GET", "/manage/ces/courses"),
        ("GET", "/manage/ces/courses/new"),
        ("POST", "/manage/ces/courses/new"),
        ("GET", f"/manage/ces/courses/{course.id}"),
        ("POST", f"/manage/ces/courses/{course.id}"),
        ("POST", f"/manage/ces/courses/{course.id}/retire"),
        ("POST", f"/manage/ces/courses/{course.id}/revive"),
        ("GET", "/manage/ces/venues"),
        ("GET", "/manage/ces/venues/new"),
        ("POST", "/manage/ces/venues/new"),
        ("GET", f"/manage/ces/venues/{venue.id}"),
        ("POST", f"/manage/ces/venues/{venue.id}"),
        ("POST", f"/manage/ces/venues/{venue.id}/retire"),
        ("POST", f"/manage/ces/venues/{venue.id}/revive"),
    ]


@pytest.mark.parametrize("who", ["stranger", "presenter", "board_member", "coordinator elsewhere"])
def test_only_its_own_coordinators_reach_the_pages(
    client: FlaskClient, ces: Collaborative, who: str
) -> None:
    person: dict[str, Person] = {
        "stranger": make.person(),
        "presenter": make.role(RoleKind.PRESENTER, ces),
        "board_member": make.role(RoleKind.BOARD_MEMBER, ces),
        "coordinator elsewhere": make.coordinator(make.collaborative()),
    }
    course, venue = make.course(collaborative=ces), make.venue(collaborative=ces)
    make.sign_in(client, person[who])

    for method, address in things(course, venue):
        assert client.open(address, method=method).status_code == 404, address
    assert course.retired_at is None
    assert venue.retired_at is None


def test_things_of_another_collaborative_are_not_reached_through_one_s_own(
    desk: FlaskClient,
) -> None:
    theirs = make.collaborative()
    course, venue = make.course(collaborative=theirs), make.venue(collaborative=theirs)

    assert desk.get(f"/manage/ces/courses/{course.id}").status_code == 404
    assert desk.post(f"/manage/ces/venues/{venue.id}/retire").status_code == 404


def test_lists_take_the_same_few_queries_for_one_and_for_many(
    desk: FlaskClient, ces: Collaborative
) -> None:
    def queries_of(address: str) -> int:
        with count_queries() as statements:
            assert desk.get(address).status_code == 200
        return len(statements)

    make.course_session(collaborative=ces, venue_id=make.venue(collaborative=ces).id)
    few = [queries_of("/manage/ces/courses"), queries_of("/manage/ces/venues")]
    for _ in range(8):
        make.course_session(collaborative=ces, venue_id=make.venue(collaborative=ces).id)
    many = [queries_of("/manage/ces/courses"), queries_of("/manage/ces/venues")]

    assert few == many
    assert max(many) <= MOST
