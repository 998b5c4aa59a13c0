"""Venues at the desk: written, changed, retired, and moved with whoever is to come there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from pdtrack.catalog import queries
from pdtrack.catalog.details import VenueDetails
from pdtrack.catalog.models import SessionState, Venue
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.desk import actions
from pdtrack.desk.actions import Saved
from pdtrack.desk.rules import Telling
from pdtrack.organizations.models import Collaborative
from tests import make
from tests.desk import plans
from tests.queries import count_queries

ADDRESS = "9 Elm Street"
VENUE = {"name": "Hall", "address": "1 Main Street", "town": "Northampton"}


@pytest.fixture
def hall(place: Collaborative) -> Venue:
    return make.venue(collaborative=place, name="Hall", address="1 Main Street")


def save(venue: Venue, telling: Telling = Telling.ASK, **changes: str) -> Saved:
    return actions.save_venue(
        venue=venue,
        details=replace(VenueDetails.of(venue), **{"address": ADDRESS, **changes}),
        telling=telling,
        actor=SYSTEM,
    )


def test_a_new_address_is_not_saved_before_somebody_says_whom_to_tell(hall: Venue) -> None:
    first = make.course_session(venue_id=hall.id, collaborative=hall.collaborative)
    second = make.course_session(
        course=first.course, venue_id=hall.id, starts_at=clock.now() + timedelta(days=60)
    )
    for session in (first, first, second):
        plans.registered(session)
    plans.unreachable(second, first_name="Una", last_name="Reach")

    with pytest.raises(actions.AskFirst) as question:
        save(hall)

    preview = question.value.preview
    assert (hall.address, plans.mail_to_many()) == ("1 Main Street", [])
    assert (preview.mails, preview.unreachable) == (3, ["Una Reach"])
    assert [ADDRESS in each and first.title in each for each in preview.changes] == [True, True]
    assert preview.changes[0] != preview.changes[1]


def test_everybody_who_is_to_come_there_is_told_and_nobody_else(hall: Venue) -> None:
    here: dict[str, Any] = {"venue_id": hall.id, "collaborative": hall.collaborative}
    coming = make.course_session(**here)
    past = make.course_session(**here, starts_at=clock.now() - timedelta(days=9))
    cancelled = make.course_session(**here, state=SessionState.CANCELLED)
    elsewhere = make.course_session(collaborative=hall.collaborative)
    person = plans.registered(coming).person
    for session in (past, cancelled, elsewhere):
        make.registration(course_session=session)

    saved = save(hall, Telling.TELL)

    [mail] = plans.mail_to_many()
    assert (saved.mails, mail.to_address, hall.address) == (1, person.email, ADDRESS)
    assert f"The place is now Hall, {ADDRESS}" in mail.text
    assert ADDRESS in (mail.calendar or "")
    assert "SEQUENCE:1" in (mail.calendar or "")


def test_moving_a_venue_asks_as_little_for_many_sessions_as_for_few(
    place: Collaborative, hall: Venue
) -> None:
    asked: list[int] = []
    for _ in range(2):
        for _ in range(3):
            make.course_session(venue_id=hall.id, collaborative=place, meetings=2)
        db.session.expunge_all()
        again = db.session.get_one(Venue, hall.id)
        with count_queries() as statements:
            save(again, Telling.QUIETLY, address=f"{len(asked)} Elm Street")
        asked.append(len([each for each in statements if each.startswith("SELECT")]))

    assert asked[0] == asked[1]


def test_a_single_meeting_that_moves_with_the_venue_is_told_too(hall: Venue) -> None:
    session = make.course_session(collaborative=hall.collaborative, meetings=2)
    session.meetings[1].venue_id = hall.id
    plans.registered(session)

    with pytest.raises(actions.AskFirst) as question:
        save(hall)

    [change] = question.value.preview.changes
    assert "The meeting on " in change
    assert ADDRESS in change


@pytest.mark.parametrize("changes", [{"parking": "Behind.", "address": "1 Main Street"}, {}])
def test_what_moves_nobody_or_is_saved_quietly_tells_nobody(
    hall: Venue, changes: dict[str, str]
) -> None:
    plans.registered(make.course_session(venue_id=hall.id, collaborative=hall.collaborative))

    saved = save(hall, Telling.ASK if changes else Telling.QUIETLY, **changes)

    assert (saved.mails, plans.mail_to_many()) == (0, [])
    assert hall.address == changes.get("address", ADDRESS)


def test_the_page_asks_keeps_what_was_typed_and_tells(desk: FlaskClient, hall: Venue) -> None:
    session = make.course_session(venue_id=hall.id, collaborative=hall.collaborative)
    plans.registered(session)
    address = f"/manage/ces/venues/{hall.id}"
    form = {"name": "Hall", "address": ADDRESS, "town": hall.town, "parking": "As typed"}
    assert "1 session is to be held here" in " ".join(desk.get(address).text.split())

    question = desk.post(address, data=form)
    back = desk.post(address, data={**form, "telling": "back"})

    assert "Save and tell 1 person" in question.text
    assert 'name="parking" value="As typed"' in question.text
    assert ADDRESS in back.text
    assert "As typed" in back.text
    assert hall.address == "1 Main Street"

    saved = desk.post(address, data={**form, "telling": "tell"}, follow_redirects=True)

    assert "Saved. 1 mail leaves in five minutes." in saved.text
    assert hall.address == ADDRESS
    page = desk.get(f"/manage/ces/sessions/{session.id}").text
    assert "Take the mail back" in page


def test_a_refused_venue_keeps_what_was_typed(desk: FlaskClient, hall: Venue) -> None:
    response = desk.post(
        f"/manage/ces/venues/{hall.id}", data={"name": "", "address": ADDRESS, "town": "Lee"}
    )

    assert response.status_code == 422
    assert ADDRESS in response.text
    assert hall.address == "1 Main Street"


def test_a_venue_is_written_changed_retired_and_revived(
    desk: FlaskClient, place: Collaborative
) -> None:
    assert "Add the first venue" in desk.get("/manage/ces/venues").text

    desk.post("/manage/ces/venues/new", data=VENUE)
    [hall] = queries.venues(place)
    address = f"/manage/ces/venues/{hall.id}"
    make.course_session(collaborative=place, venue_id=hall.id)
    assert "1 session is to be held here" in desk.get(address).text

    page = desk.post(address, data={**VENUE, "parking": "Behind."}, follow_redirects=True)
    assert "Parking described" in page.text
    desk.post(f"{address}/retire")
    assert queries.venues(place) == []
    desk.post(f"{address}/revive")
    assert queries.venues(place) == [hall]


@pytest.mark.parametrize("field", ["name", "address", "town"])
def test_a_bad_venue_is_refused(desk: FlaskClient, place: Collaborative, field: str) -> None:
    for value in ("", " \x00 ", "x" * 300):
        response = desk.post("/manage/ces/venues/new", data={**VENUE, field: value})
        assert response.status_code == 422

    assert queries.venues(place) == []
