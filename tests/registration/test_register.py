"""Registering for a session in the browser."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pdtrack.accounts.models import Person
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import queries
from pdtrack.registration.models import Registration, Status
from tests import make


def page_of(course_session: CourseSession) -> str:
    """Return the address at which people register."""
    return f"/sessions/{course_session.id}/register"


@pytest.fixture
def ada(app: Flask) -> Person:  # noqa: ARG001 - the database.
    """Somebody who works in a district."""
    return make.person(first_name="Ada", employer=make.district())


@pytest.fixture
def adas(client: FlaskClient, ada: Person) -> FlaskClient:
    """A browser in which Ada is signed in."""
    return make.sign_in(client, ada)


def test_a_signed_out_visitor_signs_in_and_comes_back(client: FlaskClient) -> None:
    course_session = make.course_session()

    response = client.get(page_of(course_session))

    assert response.status_code == 302
    assert response.location.endswith(f"next=/sessions/{course_session.id}/register")


def test_the_page_says_when_where_how_much_and_why(adas: FlaskClient, ada: Person) -> None:
    course_session = make.course_session(
        member_price_cents=10000, non_member_price_cents=12500, title="De-escalation"
    )

    text = adas.get(page_of(course_session)).text

    assert "De-escalation" in text
    assert "$125" in text
    assert f"{ada.employments[0].employer_name} is not a member" in text
    assert "Cancelling is free until the end of" in text
    assert ">Register</button>" in text


def test_registering_shows_the_registration(adas: FlaskClient, ada: Person) -> None:
    course_session = make.course_session()

    response = adas.post(
        page_of(course_session), data={"accommodations": "Large print"}, follow_redirects=True
    )

    registration = queries.find_active(course_session, ada)
    assert registration
    assert registration.status == Status.REGISTERED
    assert registration.employment_id == ada.employments[0].id
    assert registration.accommodations == "Large print"
    assert response.request.path == f"/my/registrations/{registration.id}"
    assert "You are registered." in response.text


def test_a_full_session_offers_the_waitlist(adas: FlaskClient, ada: Person) -> None:
    course_session = make.course_session(capacity=1)
    make.registration(course_session=course_session)

    text = adas.get(page_of(course_session)).text
    response = adas.post(page_of(course_session), follow_redirects=True)

    assert "Join the waitlist</button>" in text
    assert "You do not have a place yet" in response.text
    assert "You are number 1 on the waitlist" in response.text
    registration = queries.find_active(course_session, ada)
    assert registration
    assert registration.status == Status.WAITLISTED


def test_a_double_click_shows_the_one_registration(adas: FlaskClient) -> None:
    course_session = make.course_session()
    first = adas.post(page_of(course_session))

    second = adas.post(page_of(course_session))
    after = adas.get(second.location)

    assert second.status_code == 302
    assert second.location == first.location
    assert "Nothing was changed" in after.text
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1
    assert db.session.scalar(select(func.count()).select_from(OutgoingEmail)) == 1


def test_going_back_after_registering_shows_that_there_is_a_registration(
    adas: FlaskClient,
) -> None:
    course_session = make.course_session()
    adas.post(page_of(course_session))

    text = adas.get(page_of(course_session)).text

    assert "You have a registration for this session" in text
    assert "</form>" not in text.partition("<main")[2]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"state": SessionState.CANCELLED}, "This session was cancelled"),
        ({"opens_days_before": 3}, "Registration opens on"),
        ({"closes_hours_before": 24 * 30}, "Registration closed on"),
    ],
)
def test_a_session_that_takes_nobody_says_why_and_refuses_the_post(
    adas: FlaskClient, values: dict[str, Any], says: str
) -> None:
    course_session = make.course_session(**values)

    shown = adas.get(page_of(course_session))
    posted = adas.post(page_of(course_session))

    assert shown.status_code == 200
    assert says in shown.text
    assert posted.status_code == 422
    assert says in posted.text


def test_a_full_session_without_waitlist_says_so(adas: FlaskClient) -> None:
    course_session = make.course_session(capacity=1, has_waitlist=False)
    make.registration(course_session=course_session)

    assert "keeps no waitlist" in adas.get(page_of(course_session)).text
    assert adas.post(page_of(course_session)).status_code == 422


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_draft_and_a_session_that_is_not_there_are_both_not_found(
    adas: FlaskClient, method: str
) -> None:
    draft = make.course_session(state=SessionState.DRAFT)

    assert getattr(adas, method)(page_of(draft)).status_code == 404
    assert getattr(adas, method)("/sessions/999999/register").status_code == 404


def test_accommodations_are_proposed_from_the_person(client: FlaskClient) -> None:
    person = make.person(accommodations="Sign language")
    make.sign_in(client, person)

    assert "Sign language</textarea>" in client.get(page_of(make.course_session())).text


def test_too_long_accommodations_are_refused_at_the_field_and_kept(adas: FlaskClient) -> None:
    course_session = make.course_session()

    response = adas.post(page_of(course_session), data={"accommodations": "é" * 1001})

    assert response.status_code == 422
    assert "Enter at most 1000 characters." in response.text
    assert "é" * 1001 in response.text
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0


def test_who_has_two_employers_chooses_one(adas: FlaskClient, ada: Person) -> None:
    collaborative = make.collaborative()
    second = make.employment(person=ada, organization=make.district(member_of=collaborative))
    course_session = make.course_session(
        collaborative=collaborative, member_price_cents=100, non_member_price_cents=200
    )

    text = adas.get(page_of(course_session)).text
    unsaid = adas.post(page_of(course_session), data={"employment": ""})
    strange = adas.post(page_of(course_session), data={"employment": "999999"})
    adas.post(page_of(course_session), data={"employment": str(second.id)})

    assert f"{second.employer_name} ($1)" in text
    assert unsaid.status_code == 422
    assert strange.status_code == 422
    registration = queries.find_active(course_session, ada)
    assert registration
    assert (registration.employment_id, registration.price_cents) == (second.id, 100)


def test_the_employer_that_makes_it_cheapest_is_proposed_at_the_price_the_catalog_showed(
    adas: FlaskClient, ada: Person
) -> None:
    collaborative = make.collaborative()
    member = make.employment(person=ada, organization=make.district(member_of=collaborative))
    newest = make.employment(
        person=ada, organization=make.district(), from_on=clock.today() - timedelta(days=1)
    )
    course_session = make.course_session(
        collaborative=collaborative, member_price_cents=9500, non_member_price_cents=15000
    )

    catalog = adas.get(f"/sessions/{course_session.id}").text
    page = adas.get(page_of(course_session)).text

    assert f"Member price: {member.employer_name} is a member" in catalog
    # One figure beside a choice of two prices would be wrong for one of them.
    assert "What you pay depends on the employer you choose below." in page
    assert "Member price:" not in page
    assert f"{member.employer_name} ($95)" in page
    radios = re.findall(r'<input[^>]*name="employment"[^>]*>', page)
    chosen = [each for each in radios if "checked" in each]
    assert len(chosen) == 1
    assert f'value="{member.id}"' in chosen[0]
    assert f"{newest.employer_name} ($150)" in page


@pytest.mark.parametrize(
    "name", ["O’Brien-Łukasiewicz", "ندى", "👩‍🏫 Ada", "A" * 200, "<script>alert(1)</script>"]
)
def test_any_name_can_register(client: FlaskClient, name: str) -> None:
    course_session = make.course_session()
    make.sign_in(client, make.person(first_name=name))

    response = client.post(page_of(course_session), follow_redirects=True)

    assert response.status_code == 200
    assert "<script>alert" not in response.text
    mail = db.session.scalars(select(OutgoingEmail)).one()
    assert "<script>alert" not in mail.html


def test_a_self_paced_session_is_registered_for(adas: FlaskClient, ada: Person) -> None:
    course_session = make.course_session(
        format=Format.SELF_PACED,
        starts_at=clock.now() - timedelta(days=1),
        ends_at=clock.now() + timedelta(days=30),
        due_on=(clock.now() + timedelta(days=30)).date(),
        independent_minutes=300,
    )

    response = adas.post(page_of(course_session), follow_redirects=True)

    assert "In your own time, until" in response.text
    assert queries.find_active(course_session, ada)


def test_a_form_without_its_token_is_refused(application: Flask, adas: FlaskClient) -> None:
    course_session = make.course_session()
    application.config["WTF_CSRF_ENABLED"] = True
    try:
        response = adas.post(page_of(course_session))
    finally:
        application.config["WTF_CSRF_ENABLED"] = False

    assert response.status_code == 400
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 0
