"""What is still to come: nobody is marked, nothing is wrong, and a place goes to who is next."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from pdtrack.attendance import actions, queries
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.registration.models import Status
from tests import make

pytestmark = pytest.mark.usefixtures("app")


def test_only_what_was_held_can_be_said_to_be_wrong(client: FlaskClient) -> None:
    session = make.course_session(meetings=2, starts_at=clock.now() - timedelta(hours=5))
    held, coming = session.meetings
    coming.starts_at = clock.now() + timedelta(days=7)
    coming.ends_at = coming.starts_at + timedelta(hours=3)
    ada = make.registration(course_session=session)
    make.sign_in(client, ada.person)
    address = f"/my/registrations/{ada.id}/attendance"

    page = client.get(address).text
    refused = client.post(address, data={"meeting": str(coming.id), "text": "I was there."})

    assert f'value="{held.id}"' in page
    assert f'value="{coming.id}"' not in page
    assert "Still to come" in page
    assert refused.status_code == 422
    part = queries.find_part(session, coming.id)
    with pytest.raises(actions.NotMarkable, match="still to come"):
        actions.raise_objection(registration=ada, part=part, text="No.", actor=ada.person)


def test_before_anything_was_held_there_is_nothing_to_say(client: FlaskClient) -> None:
    ada = make.registration(course_session=make.course_session())
    make.sign_in(client, ada.person)

    page = client.get(f"/my/registrations/{ada.id}/attendance").text

    assert "Nothing was held yet." in page
    assert "Tell the coordinator" not in page


def test_the_sheet_says_when_it_opens(client: FlaskClient) -> None:
    session = make.course_session()
    make.registration(course_session=session)
    make.sign_in(client, make.coordinator(session.collaborative))

    page = client.get(f"/manage/{session.collaborative.slug}/sessions/{session.id}/attendance")

    assert "Attendance opens on" in page.text


def test_staff_hear_who_got_the_place_that_was_freed(client: FlaskClient) -> None:
    session = make.course_session(capacity=1)
    ada = make.registration(course_session=session)
    person = make.person(email=None, first_name="Una", last_name="Reach")
    una = make.registration(course_session=session, person=person, status=Status.WAITLISTED)
    place = session.collaborative
    make.sign_in(client, make.coordinator(place))

    page = client.post(
        f"/manage/{place.slug}/sessions/{session.id}/roster/{ada.id}/remove",
        data={"reason": "Moved."},
        follow_redirects=True,
    )

    assert "Una Reach has the place now. There is no address, so tell them yourself." in page.text
    assert una.status == Status.REGISTERED


def test_marking_the_rest_once_more_marks_nobody(client: FlaskClient) -> None:
    session = make.course_session(starts_at=clock.now() - timedelta(hours=1))
    make.registration(course_session=session)
    [part] = queries.parts(session)
    assert actions.mark_rest_present(course_session=session, part=part, actor=SYSTEM) == 1
    place = session.collaborative
    make.sign_in(client, make.coordinator(place))

    page = client.post(
        f"/manage/{place.slug}/sessions/{session.id}/attendance/rest-present",
        data={"meeting": session.meetings[0].id},
        follow_redirects=True,
    )

    assert "Everybody was marked already." in page.text
