"""What a person finds on their own page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.accounts.models import Person
from pdtrack.core import clock, filters
from pdtrack.registration.models import Status
from tests import make


@pytest.fixture
def ada(app: Flask) -> Person:  # noqa: ARG001 - the database.
    """Somebody who works in a district."""
    return make.person(first_name="Ada", employer=make.district())


@pytest.fixture
def adas(client: FlaskClient, ada: Person) -> FlaskClient:
    """A browser in which Ada is signed in."""
    return make.sign_in(client, ada)


def test_a_session_under_way_shows_its_next_meeting(adas: FlaskClient, ada: Person) -> None:
    begun = clock.now() - timedelta(days=10)
    running = make.course_session(title="Running", starts_at=begun, meetings=4)
    tomorrow = clock.now() + timedelta(days=1)
    make.registration(course_session=running, person=ada)
    make.registration(
        course_session=make.course_session(title="Sooner", starts_at=tomorrow), person=ada
    )

    page = adas.get("/my").text

    assert page.index("Sooner") < page.index("After that") < page.index("Running")
    assert filters.when(running.meetings[2].starts_at) in page
    assert filters.when(running.meetings[0].starts_at) not in page
    assert "Under way" in page


def test_what_comes_later_is_in_the_order_of_its_next_meetings(
    adas: FlaskClient, ada: Person
) -> None:
    for title, days, meetings in (("Next", 1, 1), ("In three days", 3, 1), ("Running", -5, 5)):
        starts_at = clock.now() + timedelta(days=days, hours=1)
        made = make.course_session(title=title, starts_at=starts_at, meetings=meetings)
        make.registration(course_session=made, person=ada)
    make.registration(
        course_session=make.course_session(title="Full", capacity=1),
        person=ada,
        status=Status.WAITLISTED,
    )

    page = adas.get("/my").text

    order = [page.index(f">{each}<") for each in ("Next", "Running", "In three days", "Full")]
    assert order == sorted(order)


def test_every_page_leads_to_ones_certificates(adas: FlaskClient) -> None:
    assert 'href="/my/certificates"' in adas.get("/").text


def test_whoever_has_a_role_and_nothing_ahead_finds_the_role_first(
    app: Flask,  # noqa: ARG001 - the database.
    client: FlaskClient,
) -> None:
    ces = make.collaborative(slug="ces", short_name="CES")
    page = make.sign_in(client, make.coordinator(ces)).get("/my").text

    assert "Desk of CES" in page
    assert "Nothing is coming up" not in page
