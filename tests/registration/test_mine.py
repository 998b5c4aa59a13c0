"""A person's own pages about registrations."""

from __future__ import annotations

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
from tests.queries import MOST, count_queries


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
    assert "Write at most 1000 characters." in response.text
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


def test_my_registrations_are_empty_at_first(adas: FlaskClient) -> None:
    assert "You have not registered for anything yet" in adas.get("/my/registrations").text


def test_my_registrations_are_sorted_by_what_they_are(adas: FlaskClient, ada: Person) -> None:
    full = make.course_session(title="Full one", capacity=1)
    make.registration(course_session=full)
    make.registration(course_session=full, status=Status.WAITLISTED)
    make.registration(course_session=full, person=ada, status=Status.WAITLISTED)
    make.registration(course_session=make.course_session(title="Next one"), person=ada)
    past = make.course_session(title="Old one", starts_at=clock.now() - timedelta(days=9))
    make.registration(course_session=past, person=ada)

    text = adas.get("/my/registrations").text

    order = [
        "Coming up",
        "Next one",
        "On the waitlist",
        "Full one",
        "Past and cancelled",
        "Old one",
    ]
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)
    assert "Number 2 in line" in text


def test_the_list_asks_the_same_of_the_database_however_long_it_is(
    adas: FlaskClient, ada: Person
) -> None:
    counts = []
    for _ in range(2):
        for status in (Status.REGISTERED, Status.WAITLISTED, Status.CANCELLED):
            make.registration(course_session=make.course_session(), person=ada, status=status)
        db.session.expunge_all()
        with count_queries() as statements:
            adas.get("/my/registrations")
        counts.append(len(statements))

    assert counts[0] == counts[1] <= MOST


@pytest.mark.parametrize("status", [Status.REGISTERED, Status.WAITLISTED])
def test_pages_of_a_registration_ask_little_of_the_database(
    adas: FlaskClient, ada: Person, status: Status
) -> None:
    course_session = make.course_session(meetings=5)
    registration = make.registration(course_session=course_session, person=ada, status=status)
    other = make.course_session(meetings=3)

    for address in (
        f"/my/registrations/{registration.id}",
        f"/my/registrations/{registration.id}/cancel",
        page_of(other),
    ):
        db.session.expunge_all()
        with count_queries() as statements:
            assert adas.get(address).status_code == 200
        assert len(statements) <= MOST, address


def test_the_online_link_is_shown_to_the_registered_only(adas: FlaskClient, ada: Person) -> None:
    course_session = make.course_session(
        format=Format.ONLINE, online_link="https://meet.example/secret", online_note="Code 1234"
    )
    registration = make.registration(course_session=course_session, person=ada)

    def page() -> str:
        return adas.get(f"/my/registrations/{registration.id}").text

    assert "https://meet.example/secret" in page()
    for status in (Status.WAITLISTED, Status.CANCELLED, Status.WITHDRAWN):
        registration.status = status
        db.session.commit()
        assert "meet.example" not in page()
        assert "Code 1234" not in page()


def test_details_are_changed(adas: FlaskClient, ada: Person) -> None:
    registration = make.registration(course_session=make.course_session(), person=ada)

    response = adas.post(
        f"/my/registrations/{registration.id}",
        data={"accommodations": "Near the door", "po_number": "PO 4711"},
        follow_redirects=True,
    )

    assert "Your changes are saved." in response.text
    assert (registration.accommodations, registration.po_number) == ("Near the door", "PO 4711")


def test_a_purchase_order_is_not_asked_of_whom_no_employer_confirmed(client: FlaskClient) -> None:
    person = make.person()
    make.employment(person=person, organization=make.district(), is_confirmed=False)
    registration = make.registration(course_session=make.course_session(), person=person)
    make.sign_in(client, person)

    page = client.get(f"/my/registrations/{registration.id}").text
    client.post(f"/my/registrations/{registration.id}", data={"po_number": "PO 1"})

    assert 'name="po_number"' not in page
    assert registration.po_number is None


def test_a_line_break_does_not_get_into_a_purchase_order(adas: FlaskClient, ada: Person) -> None:
    registration = make.registration(course_session=make.course_session(), person=ada)

    response = adas.post(
        f"/my/registrations/{registration.id}", data={"po_number": "PO\r\nBcc: all"}
    )

    assert response.status_code == 422
    assert "Write this on one line." in response.text


def test_cancelling_says_what_it_means_and_a_get_does_nothing(
    adas: FlaskClient, ada: Person
) -> None:
    course_session = make.course_session(
        capacity=1, member_price_cents=4000, non_member_price_cents=4000
    )
    registration = make.registration(course_session=course_session, person=ada, price_cents=4000)
    make.registration(course_session=course_session, status=Status.WAITLISTED)

    text = adas.get(f"/my/registrations/{registration.id}/cancel").text

    assert "goes at once to the first of 1 person on the waitlist" in text
    assert "cancelling is free until the end of" in text
    assert registration.status == Status.REGISTERED


def test_late_cancelling_says_that_it_may_cost(adas: FlaskClient, ada: Person) -> None:
    course_session = make.course_session(
        starts_at=clock.now() + timedelta(hours=20),
        member_price_cents=4000,
        non_member_price_cents=4000,
    )
    registration = make.registration(course_session=course_session, person=ada, price_cents=4000)

    text = adas.get(f"/my/registrations/{registration.id}/cancel").text

    assert "may still charge $40" in text


def test_cancelling_twice_is_harmless(adas: FlaskClient, ada: Person) -> None:
    registration = make.registration(course_session=make.course_session(), person=ada)
    address = f"/my/registrations/{registration.id}/cancel"

    first = adas.post(address, follow_redirects=True)
    second = adas.post(address, follow_redirects=True)
    back = adas.get(address)

    assert "Your place is given up." in first.text
    assert "ended already" in second.text
    assert back.status_code == 302
    assert registration.status == Status.CANCELLED


def test_the_line_is_left_on_the_own_page(adas: FlaskClient, ada: Person) -> None:
    # CiviCRM #23164
    course_session = make.course_session(capacity=1)
    make.registration(course_session=course_session)
    registration = make.registration(
        course_session=course_session, person=ada, status=Status.WAITLISTED
    )

    page = adas.get(f"/my/registrations/{registration.id}").text
    response = adas.post(f"/my/registrations/{registration.id}/cancel", follow_redirects=True)

    assert "Leave the waitlist" in page
    assert "You left the waitlist." in response.text


def test_a_begun_session_is_not_cancelled_here(adas: FlaskClient, ada: Person) -> None:
    course_session = make.course_session(starts_at=clock.now() - timedelta(hours=1))
    registration = make.registration(course_session=course_session, person=ada)
    address = f"/my/registrations/{registration.id}/cancel"

    assert "cannot be cancelled here anymore" in adas.get(address).text
    assert "cannot cancel here anymore" in adas.post(address, follow_redirects=True).text
    assert registration.status == Status.REGISTERED


@pytest.mark.parametrize("tail", ["", "/cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_strangers_registration_is_not_found(adas: FlaskClient, tail: str, method: str) -> None:
    registration = make.registration(course_session=make.course_session())

    response = getattr(adas, method)(f"/my/registrations/{registration.id}{tail}")

    assert response.status_code == 404
    assert registration.status == Status.REGISTERED


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
