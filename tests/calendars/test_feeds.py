"""Feeds, as calendar programs read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from pdtrack.accounts.models import Person
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.core import clock, tokens
from pdtrack.core.db import db
from pdtrack.registration.models import Status
from tests import make
from tests.queries import MOST, count_queries


def events(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    response = client.get(address)
    assert response.status_code == 200
    assert response.mimetype == "text/calendar"
    return list(Calendar.from_ical(response.data).walk("VEVENT"))


def feed_of(person: Person) -> str:
    return f"/calendars/me/{tokens.feed_token(f'me:{person.id}', person.feed_version)}.ics"


def touch(course_session: CourseSession, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(course_session, name, value)
    course_session.changed_at = clock.now() + timedelta(seconds=1)
    db.session.commit()


def test_a_session_is_one_entry_a_meeting_under_the_same_uid_everywhere(
    client: FlaskClient,
) -> None:
    course_session = make.course_session(meetings=3)
    uids = {meeting.uid for meeting in course_session.meetings}
    slug = course_session.collaborative.slug
    addresses = (
        f"/sessions/{course_session.id}.ics",
        f"/calendars/collaboratives/{slug}.ics",
        f"/calendars/topics/{course_session.topic.slug}.ics",
    )
    for address in addresses:
        assert {str(event["UID"]) for event in events(client, address)} == uids


@pytest.mark.parametrize("month", [3, 11])
def test_hours_are_right_on_both_sides_of_both_clock_changes(
    client: FlaskClient, month: int
) -> None:
    turn = {3: datetime(2027, 3, 14, tzinfo=UTC), 11: datetime(2027, 11, 7, tzinfo=UTC)}[month]
    course_session = make.course_session(starts_at=turn - timedelta(days=3, hours=-14), meetings=2)

    found = events(client, f"/sessions/{course_session.id}.ics")

    wanted = [meeting.starts_at for meeting in course_session.meetings]
    assert [event["DTSTART"].dt.astimezone(UTC) for event in found] == wanted
    assert all(event["DTSTART"].params["TZID"] == "America/New_York" for event in found)


def test_drafts_are_in_no_feed_and_their_download_does_not_exist(client: FlaskClient) -> None:
    course_session = make.course_session(state=SessionState.DRAFT, published_at=None)

    assert (
        events(client, f"/calendars/collaboratives/{course_session.collaborative.slug}.ics") == []
    )
    assert client.get(f"/sessions/{course_session.id}.ics").status_code == 404


def test_a_cancelled_session_stays_as_cancelled(client: FlaskClient) -> None:
    course_session = make.course_session()
    touch(course_session, state=SessionState.CANCELLED)

    [event] = events(client, f"/calendars/collaboratives/{course_session.collaborative.slug}.ics")

    assert event["STATUS"] == "CANCELLED"


def test_the_link_to_join_is_in_no_entry(client: FlaskClient) -> None:
    course_session = make.course_session(
        format=Format.ONLINE, online_link="https://meet.example/secret-room"
    )
    person = make.person()
    make.registration(course_session=course_session, person=person)

    for address in (f"/sessions/{course_session.id}.ics", feed_of(person)):
        assert b"secret-room" not in client.get(address).data


def test_self_paced_work_is_an_entry_on_its_due_day(client: FlaskClient) -> None:
    due = clock.today() + timedelta(days=30)
    course_session = make.course_session(
        format=Format.SELF_PACED, due_on=due, independent_minutes=600
    )

    [event] = events(client, f"/calendars/collaboratives/{course_session.collaborative.slug}.ics")

    assert event["DTSTART"].dt == due


def test_what_did_not_change_is_not_sent_again(client: FlaskClient) -> None:
    course_session = make.course_session()
    address = f"/calendars/collaboratives/{course_session.collaborative.slug}.ics"
    first = client.get(address)
    assert first.headers["Last-Modified"]

    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""

    touch(course_session, title="A new title")
    changed = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert b"A new title" in changed.data


def test_own_feed_says_how_each_session_stands(client: FlaskClient) -> None:
    person = make.person()
    standing = {
        Status.REGISTERED: "CONFIRMED",
        Status.WAITLISTED: "TENTATIVE",
        Status.CANCELLED: "CANCELLED",
    }
    sessions = {}
    for status, said in standing.items():
        course_session = make.course_session()
        sessions[course_session.meetings[0].uid] = said
        make.registration(course_session=course_session, person=person, status=status)

    found = {str(event["UID"]): str(event["STATUS"]) for event in events(client, feed_of(person))}

    assert found == sessions


def test_own_feed_changes_when_only_the_registration_does(client: FlaskClient) -> None:
    person = make.person()
    registration = make.registration(course_session=make.course_session(), person=person)
    first = client.get(feed_of(person))

    registration.status = Status.CANCELLED
    db.session.commit()
    again = client.get(feed_of(person), headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 200
    assert b"STATUS:CANCELLED" in again.data
    assert "private" in again.headers["Cache-Control"]


def test_a_new_secret_address_ends_the_old_one(client: FlaskClient) -> None:
    person = make.person()
    old = feed_of(person)
    assert client.get(old).status_code == 200

    person.feed_version += 1
    db.session.commit()

    assert client.get(old).status_code == 404
    assert client.get(feed_of(person)).status_code == 200


@pytest.mark.parametrize(
    "token", ["1", "1-", "-", "x-y", "99999999-abc", "1" * 40 + "-a", "1-%00", "1-é"]
)
def test_a_made_up_address_leads_nowhere(client: FlaskClient, token: str) -> None:
    assert client.get(f"/calendars/me/{token}.ics").status_code == 404


def test_a_feed_reads_the_same_number_of_times_whatever_is_in_it(client: FlaskClient) -> None:
    place = make.collaborative()
    make.course_session(collaborative=place)
    with count_queries() as few:
        client.get(f"/calendars/collaboratives/{place.slug}.ics")
    for _ in range(5):
        make.course_session(collaborative=place, meetings=2)
    with count_queries() as many:
        client.get(f"/calendars/collaboratives/{place.slug}.ics")

    assert len(many) == len(few) <= MOST
