"""The page on which coordinators change what a session says."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.catalog.models import CourseSession, Format, Promise, SessionState
from pdtrack.core.db import db
from pdtrack.organizations.models import Collaborative
from pdtrack.registration.models import Status
from tests import make
from tests.desk import plans, sent
from tests.queries import MOST, count_queries


@pytest.fixture
def session(place: Collaborative) -> CourseSession:
    """A published session with a venue."""
    return plans.held_at(collaborative=place)


def post(desk: FlaskClient, session: CourseSession, **typed: Any) -> Any:
    return desk.post(sent.address(session, "/edit"), data=sent.details(session, **typed))


NAMES = [
    "Seán O’Brien's “CPI” & <b>more</b>",
    "Žofia Łączyńska, naïve façade",
    "שלום עולם — مرحبا",
    "🧑🏽‍🏫 Teaching 👩‍👩‍👧",
    "x" * 200,
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_saved_and_shown_as_typed(
    desk: FlaskClient, session: CourseSession, name: str
) -> None:
    saved = post(desk, session, title=name, presenter_name=name, contact_name=name)

    assert saved.status_code == 302
    assert (session.title, session.presenter_name, session.contact_name) == (name, name, name)
    page = desk.get(sent.address(session)).text
    assert "<b>more</b>" not in page
    assert "Saved." in page
    assert name.split(" ", maxsplit=1)[0] in page


TYPED = {
    "format": "hybrid",
    "online_link": "https://meet.example/j/1?a=b&c=d",
    "online_note": "Passcode 7",
    "bring": "Lunch",
    "contact_phone": "413-555-0100",
    "minimum": 8,
    "has_waitlist": None,
    "member_price": "95.50",
    "non_member_price": "$1,250",
    "opens_days_before": 60,
    "closes_hours_before": 48,
    "independent_minutes": 90,
}


def test_everything_typed_is_kept_and_shown_again(
    desk: FlaskClient, session: CourseSession
) -> None:
    assert post(desk, session, **TYPED).status_code == 302

    assert session.format == Format.HYBRID
    assert (session.minimum, session.has_waitlist) == (8, False)
    assert (session.member_price_cents, session.non_member_price_cents) == (9550, 125_000)
    assert (session.opens_days_before, session.closes_hours_before) == (60, 48)
    assert session.credited_minutes == 450
    page = desk.get(sent.address(session, "/edit")).text
    assert 'value="https://meet.example/j/1?a=b&amp;c=d"' in page
    assert 'value="95.50"' in page


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"title": "  \x00 "}, "Give the session a title."),
        ({"venue": "999999"}, "Choose one from the list."),
        ({"venue": ""}, "Choose the venue, so that people know where to go."),
        ({"online_link": "javascript:alert(1)"}, "Enter a web address that begins with https://"),
        ({"online_link": "http://[::1"}, "Enter a web address that begins with https://"),
        ({"contact_email": "nobody"}, "address"),
        ({"contact_email": "", "contact_name": ""}, "Say whom people may ask."),
        ({"presenter_name": ""}, "Say who teaches it."),
        ({"capacity": ""}, "Say how many places there are."),
        ({"capacity": "0"}, "Enter a whole number from 1 to 100,000."),
        ({"capacity": "twenty"}, "a whole number"),
        ({"minimum": "21"}, "The minimum cannot be higher than the number of places."),
        ({"member_price": "-1"}, "Enter an amount in dollars"),
        ({"non_member_price": ""}, "Enter a price; 0 if it is free."),
        ({"closes_hours_before": ""}, "Say when registration closes; 0 is at the start."),
        ({"opens_days_before": "2", "closes_hours_before": "48"}, "would close before it opens"),
        ({"promise": "pdps", "promised_pdps": ""}, "Say how many PDPs it earns."),
        ({"promise": "pdps", "promised_pdps": "6.55"}, "Enter a number with at most one decimal"),
        ({"opens_on": "tomorrow"}, "a day, like"),
        ({"opens_on": "2027-02-01", "due_on": "2027-01-01"}, "due before it opens"),
        ({"format": "self_paced"}, "Take its meetings out first"),
        ({"version": "abc"}, "Somebody else changed this session"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    desk: FlaskClient, session: CourseSession, typed: dict[str, Any], says: str
) -> None:
    before = session.version

    response = post(desk, session, note="Kept: 🚲 ñ עברית", **typed)

    assert response.status_code == 422
    assert says in response.text
    assert "Kept: 🚲 ñ עברית" in response.text
    assert session.version == before


def test_several_things_missing_are_each_said_at_their_field(
    desk: FlaskClient, session: CourseSession
) -> None:
    page = post(desk, session, contact_name="", presenter_name="").text

    assert 'href="#contact_name"' in page
    assert 'href="#presenter_name"' in page


def test_fewer_places_than_are_held_are_refused_at_the_field(
    desk: FlaskClient, session: CourseSession
) -> None:
    for _ in range(2):
        make.registration(course_session=session)

    response = post(desk, session, capacity=1)

    assert response.status_code == 422
    assert "2 people hold a place already" in response.text
    assert 'href="#capacity"' in response.text
    assert 'value="1"' in response.text


def test_a_stale_form_keeps_what_was_typed_and_shows_the_way_to_the_change(
    desk: FlaskClient, session: CourseSession
) -> None:
    stale = sent.details(session, title="Mine")
    post(desk, session, title="Theirs")

    response = desk.post(sent.address(session, "/edit"), data=stale)
    again = desk.post(sent.address(session, "/edit"), data=stale)

    assert (response.status_code, again.status_code) == (422, 422)
    assert "Somebody else changed this session" in response.text
    assert "What you typed is still here" in response.text
    assert 'value="Mine"' in response.text
    assert session.title == "Theirs"


def test_a_second_click_is_answered_like_the_first(
    desk: FlaskClient, session: CourseSession
) -> None:
    form = sent.details(session, title="Once")

    answers = [desk.post(sent.address(session, "/edit"), data=form) for _ in range(2)]

    assert [each.status_code for each in answers] == [302, 302]
    assert session.title == "Once"


def test_raised_places_name_who_was_promoted(desk: FlaskClient, session: CourseSession) -> None:
    session.capacity = 1
    db.session.commit()
    plans.registered(session)
    waiting = plans.registered(session)

    post(desk, session, capacity=2)

    assert f"Promoted from the waitlist: {waiting.person.display_name}." in desk.get("/").text
    assert waiting.status == Status.REGISTERED


def test_raised_places_name_who_hears_of_it_from_nobody_else(
    desk: FlaskClient, session: CourseSession
) -> None:
    session.capacity = 1
    db.session.commit()
    plans.registered(session)
    aide = plans.registered(session, person=make.person(first_name="Nia", email=None))

    post(desk, session, capacity=2)

    assert f"tell them yourself: {aide.person.display_name}." in desk.get("/").text


def test_a_change_of_place_is_asked_about_and_saved_only_then(
    desk: FlaskClient, session: CourseSession, place: Collaborative
) -> None:
    plans.registered(session)
    library = make.venue(collaborative=place, name="Library")
    form = sent.details(session, venue=library.id, note="As typed")

    question = desk.post(sent.address(session, "/edit"), data=form)
    assert question.status_code == 200
    for expected in ("Save and tell 1 person", "Save quietly", "The place is now Library"):
        assert expected in question.text
    assert f'name="venue" value="{library.id}"' in " ".join(question.text.split())
    assert session.venue_id != library.id

    back = desk.post(sent.address(session, "/edit"), data={**form, "telling": "back"})
    assert back.status_code == 200
    assert "As typed" in back.text
    assert session.venue_id != library.id


def test_whoever_says_so_tells_and_may_take_it_back(
    desk: FlaskClient, session: CourseSession, place: Collaborative
) -> None:
    plans.registered(session)
    library = make.venue(collaborative=place, name="Library")

    post(desk, session, venue=library.id, telling="tell")

    page = desk.get(sent.address(session)).text
    assert "Saved. 1 mail leaves in five minutes." in page
    assert "Take the mail back" in page
    assert session.venue_id == library.id


def test_the_question_reads_as_little_for_many_people_as_for_few(
    desk: FlaskClient, session: CourseSession, place: Collaborative
) -> None:
    library, counts = make.venue(collaborative=place, name="Library"), []
    for _ in range(3):
        plans.registered(session)
        with count_queries() as statements:
            assert post(desk, session, venue=library.id).status_code == 200
        counts.append(len([each for each in statements if each.startswith("SELECT")]))

    assert counts[1] == counts[2]


def test_a_page_that_offers_to_take_mail_back_asks_little(
    desk: FlaskClient, session: CourseSession, place: Collaborative
) -> None:
    for _ in range(3):
        plans.registered(session)
    post(desk, session, venue=make.venue(collaborative=place).id, telling="tell")

    with count_queries() as statements:
        assert "3 mails leave at" in desk.get(sent.address(session)).text
    assert len(statements) <= MOST


@pytest.mark.parametrize("telling", ["quietly", "nonsense", ""])
def test_only_a_clear_answer_saves(
    desk: FlaskClient, session: CourseSession, place: Collaborative, telling: str
) -> None:
    plans.registered(session)
    library = make.venue(collaborative=place, name="Library")

    response = post(desk, session, venue=library.id, telling=telling)

    assert (session.venue_id == library.id) is (telling == "quietly")
    assert response.status_code == (302 if telling == "quietly" else 200)
    assert plans.mail_to_many() == []


def test_whoever_has_no_address_is_named_after_saving(
    desk: FlaskClient, session: CourseSession, place: Collaborative
) -> None:
    plans.unreachable(session, first_name="Una", last_name="O’Reach")

    post(desk, session, venue=make.venue(collaborative=place).id)

    assert "Without an address, so tell them yourself: Una O’Reach." in desk.get("/").text


def test_a_venue_of_somebody_else_or_out_of_use_is_not_offered(
    desk: FlaskClient, session: CourseSession
) -> None:
    theirs = make.venue(collaborative=make.collaborative(), name="Their hall")

    assert "Their hall" not in desk.get(sent.address(session, "/edit")).text
    assert post(desk, session, venue=theirs.id).status_code == 422


def test_pdps_are_promised_where_they_can_be_given(
    desk: FlaskClient, session: CourseSession
) -> None:
    refused = post(desk, session, promise="pdps", promised_pdps="6")
    assert refused.status_code == 422
    assert "PDPs need at least 10 hours on one topic" in refused.text

    assert post(desk, session, promise="counts_toward").status_code == 302
    assert session.promise == Promise.COUNTS_TOWARD

    longer = post(desk, session, promise="pdps", promised_pdps="15", independent_minutes=300)
    assert longer.status_code == 302
    assert session.promised_tenths == 150


def test_somebody_who_goes_back_to_a_session_cancelled_meanwhile_is_told_so(
    desk: FlaskClient, session: CourseSession
) -> None:
    form = sent.details(session, title="Mine")
    desk.post(sent.address(session, "/cancel"), data={"reason": "Snow."})

    for tail in ("/edit", "/meetings", "/presenters"):
        for answer in (
            desk.get(sent.address(session, tail), follow_redirects=True),
            desk.post(sent.address(session, tail), data=form, follow_redirects=True),
        ):
            assert answer.status_code == 200
            assert "This session was cancelled, so it cannot be changed." in answer.text
    assert session.state == SessionState.CANCELLED
    assert session.title != "Mine"


def test_what_no_page_of_ours_sends_changes_nothing(
    desk: FlaskClient, session: CourseSession
) -> None:
    address, version = sent.address(session, "/edit"), session.version
    file = {"title": (io.BytesIO(b"x"), "title.txt"), "version": str(version)}

    answers = [
        *(desk.post(address, json=body) for body in ([1], {"title": 3}, "x", None)),
        desk.post(address, data="{", content_type="application/json"),
        desk.post(address, data=file, content_type="multipart/form-data"),
    ]

    assert {each.status_code for each in answers} <= {302, 400, 422}
    assert session.version == version


def test_without_its_token_nothing_is_saved_and_what_was_typed_is_offered_again(
    application: Flask, desk: FlaskClient, session: CourseSession
) -> None:
    application.config["WTF_CSRF_ENABLED"] = True
    try:
        response = desk.post(
            sent.address(session, "/edit"),
            data=sent.details(session, title="Kept"),
            headers={"Origin": "http://localhost"},
        )
    finally:
        application.config["WTF_CSRF_ENABLED"] = False

    assert response.status_code == 400
    assert 'value="Kept"' in response.text
    assert session.title != "Kept"
