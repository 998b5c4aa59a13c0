"""A session's page: the price for whom, what is over, and the way back after signing in."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.catalog.models import CourseSession, Format
from pdtrack.core import clock, filters
from pdtrack.organizations.models import Collaborative
from tests import make


@pytest.fixture
def ces(app: Flask) -> Collaborative:  # noqa: ARG001 - opens the database.
    return make.collaborative(slug="ces", short_name="CES")


def session(ces: Collaborative, goals: str = "", **values: Any) -> CourseSession:
    course = make.course(collaborative=ces, **({"goals": goals} if goals else {}))
    prices = {"member_price_cents": 100_00, "non_member_price_cents": 150_00}
    return make.course_session(course=course, **{**prices, **values})


def page_of(client: FlaskClient, made: CourseSession) -> str:
    return " ".join(client.get(f"/sessions/{made.id}").text.split())


def test_a_stranger_sees_both_prices_and_how_to_learn_which(
    client: FlaskClient, ces: Collaborative
) -> None:
    made = session(ces)

    page = page_of(client, made)

    assert "$150" in page
    assert "$100 for members" in page
    assert f'<a href="/sign-in?next=/sessions/{made.id}">Sign in</a> to see whether' in page


def test_an_outsider_sees_both_prices_and_why(client: FlaskClient, ces: Collaborative) -> None:
    person = make.person(employer=make.district(name="Elsewhere"))

    page = page_of(make.sign_in(client, person), session(ces))

    assert "$150" in page
    assert "$100 for members" in page
    assert "Non-member price: Elsewhere is not a member of CES" in page


def test_one_price_for_everybody_is_said_once(client: FlaskClient, ces: Collaborative) -> None:
    page = page_of(client, session(ces, member_price_cents=0, non_member_price_cents=0))

    assert "Free" in page
    assert "for members" not in page


def test_what_is_over_has_neither_price_nor_terms(client: FlaskClient, ces: Collaborative) -> None:
    page = page_of(client, session(ces, starts_at=clock.now() - timedelta(days=9)))

    assert "This session is over." in page
    for words in ("$150", "If you cannot come", "Say so when you register", "In your calendar"):
        assert words not in page


def test_self_paced_work_says_from_when_until_when(client: FlaskClient, ces: Collaborative) -> None:
    opens, due = clock.today() - timedelta(days=3), clock.today() + timedelta(days=30)
    midnight = clock.at(due + timedelta(days=1), time())
    made = session(
        ces,
        format=Format.SELF_PACED,
        starts_at=clock.now(),
        opens_on=opens,
        due_on=due,
        ends_at=midnight,
        listed_at=midnight,
        closes_at=midnight,
    )

    other = make.course_session(course=made.course)
    page = page_of(client, made)

    assert f">In your own time, until {filters.day(due)}</a>" in page_of(client, other)
    assert f"In your own time from {filters.day(opens)} until {filters.day(due)} " in page
    assert f"Registration closes at the end of {filters.day(due)}." in page


def test_goals_of_several_lines_are_a_list(client: FlaskClient, ces: Collaborative) -> None:
    page = page_of(client, session(ces, goals="Breathe.\n\nCount to ten."))

    assert "<li>Breathe.</li> <li>Count to ten.</li>" in page


@pytest.mark.parametrize("way", ["sign-in", "sign-up"])
def test_whoever_signs_in_comes_back_to_what_they_looked_at(
    client: FlaskClient, ces: Collaborative, way: str
) -> None:
    made = session(ces)

    assert f'href="/{way}?next=/sessions/{made.id}"' in client.get(f"/sessions/{made.id}").text
    search = client.get("/sessions?q=calm").text
    assert f'href="/{way}?next=/sessions?q%3Dcalm"' in search
    asked = client.get("/sign-in?next=/my/certificates").text
    assert 'href="/sign-up?next=/my/certificates"' in asked
    assert 'href="/sign-up"' in client.get("/sign-in?next=//evil.example").text
