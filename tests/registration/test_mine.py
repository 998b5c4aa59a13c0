"""A person's own pages about registrations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.accounts.models import Person
from pdtrack.catalog.models import CourseSession, Format
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import actions
from pdtrack.registration.models import Status
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


def test_what_is_over_leads_to_attendance_and_certificates(adas: FlaskClient, ada: Person) -> None:
    past = make.course_session(starts_at=clock.now() - timedelta(days=9))
    over = make.registration(course_session=past, person=ada, completed_at=clock.now())
    ahead = make.registration(course_session=make.course_session(), person=ada)

    page = " ".join(adas.get(f"/my/registrations/{over.id}").text.split())

    assert f'href="/my/registrations/{over.id}/attendance"' in page
    assert 'among <a href="/my/certificates">your certificates</a>' in page
    assert "Completed" in adas.get("/my/registrations").text
    assert "/attendance" not in adas.get(f"/my/registrations/{ahead.id}").text


def test_a_registration_leads_to_all_about_its_session(adas: FlaskClient, ada: Person) -> None:
    collaborative = make.collaborative(cancellation_note="Send a colleague.")
    venue = make.venue(collaborative=collaborative, accessibility="A ramp at the side.")
    session = make.course_session(collaborative=collaborative, venue_id=venue.id)
    free = make.registration(course_session=session, person=ada, price_cents=0)

    page = adas.get(f"/my/registrations/{free.id}").text

    assert f'href="/sessions/{session.id}"' in page
    assert "A ramp at the side." in page
    assert "Send a colleague." not in page


def test_what_is_under_way_is_listed_under_its_next_meeting(adas: FlaskClient, ada: Person) -> None:
    begun = make.course_session(meetings=2, starts_at=clock.now() - timedelta(days=1))
    begun.meetings[1].starts_at += timedelta(days=9)
    begun.meetings[1].ends_at += timedelta(days=9)
    begun.ends_at = begun.meetings[1].ends_at
    make.registration(course_session=begun, person=ada)

    page = " ".join(adas.get("/my/registrations").text.split())

    assert "Under way" in page
    assert f'datetime="{clock.local(begun.meetings[1].starts_at).date()}' in page


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


@pytest.mark.parametrize(
    ("format_", "link", "note", "shows"),
    [
        (Format.ONLINE, None, "Call 413 555 0100", "Call 413 555 0100"),
        (Format.HYBRID, "https://meet.example/1", None, "https://meet.example/1"),
        (Format.IN_PERSON, "https://meet.example/1", "Code 1234", None),
    ],
)
def test_how_to_join_is_shown_where_people_join_online(
    adas: FlaskClient,
    ada: Person,
    format_: Format,
    link: str | None,
    note: str | None,
    shows: str | None,
) -> None:
    course_session = make.course_session(format=format_, online_link=link, online_note=note)
    registration = actions.register(
        person=ada, course_session=course_session, employment=None, actor=ada
    )
    mail = db.session.scalars(select(OutgoingEmail)).one().text

    for text in (
        adas.get(f"/my/registrations/{registration.id}").text,
        adas.get(f"/sessions/{course_session.id}").text,
        mail,
    ):
        assert (shows or "") in text
        assert shows or not any(each in text for each in ("meet.example", "1234", "Join online"))


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
    assert "Enter this on one line." in response.text


def test_cancelling_says_what_it_means_and_a_get_does_nothing(
    adas: FlaskClient, ada: Person
) -> None:
    course_session = make.course_session(
        capacity=1, member_price_cents=4000, non_member_price_cents=4000
    )
    registration = make.registration(course_session=course_session, person=ada, price_cents=4000)
    make.registration(course_session=course_session, status=Status.WAITLISTED)

    text = adas.get(f"/my/registrations/{registration.id}/cancel").text

    assert "goes at once to the one person on the waitlist" in " ".join(text.split())
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
