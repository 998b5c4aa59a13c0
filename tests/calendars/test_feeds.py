"""Feeds, as calendar programs read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from pdtrack.accounts.models import Person
from pdtrack.catalog import actions as catalog
from pdtrack.catalog.details import PlannedMeeting, SessionDetails
from pdtrack.catalog.models import CourseSession, Format, SessionPresenter, SessionState
from pdtrack.core import clock, tokens
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.organizations.actions import changes as organizations
from pdtrack.registration.models import Status
from tests import make, readers
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
    course_session.changed_at = changes.get("changed_at", clock.now() + timedelta(seconds=1))
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
    make.sign_in(client, make.coordinator(course_session.collaborative))
    own = client.get(f"/sessions/{course_session.id}.ics")
    assert own.headers["Cache-Control"] == "private, no-store"


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


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"If-None-Match": "{etag}"}, 304),
        ({"If-None-Match": "W/{etag}"}, 304),  # A proxy that compresses weakens it.
        ({"If-None-Match": '"another", {etag}, W/"third"'}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"another"'}, 200),
        ({"If-Modified-Since": "{moment}"}, 304),
        ({"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}, 200),
        ({"If-Modified-Since": "the day before yesterday"}, 200),
        # Whoever knows the tag is believed, whatever the clock says (RFC 9110, 13.1.3).
        ({"If-None-Match": '"another"', "If-Modified-Since": "{moment}"}, 200),
        ({"If-None-Match": "{etag}", "If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"}, 304),
    ],
)
def test_a_reader_says_in_many_ways_what_it_has(
    client: FlaskClient, sent: dict[str, str], status: int
) -> None:
    course_session = make.course_session()
    person = make.person()
    make.registration(course_session=course_session, person=person)
    slug = course_session.collaborative.slug
    later = clock.at(clock.today() + timedelta(days=1), time(12))
    for address in (
        f"/sessions/{course_session.id}.ics",
        f"/calendars/collaboratives/{slug}.ics",
        f"/calendars/topics/{course_session.topic.slug}.ics",
        feed_of(person),
    ):
        with clock.frozen(later):  # The second in which they were made is over.
            first = client.get(address)
            known = {"etag": first.headers["ETag"], "moment": first.headers["Last-Modified"]}
            headers = {name: value.format(**known) for name, value in sent.items()}

            again = client.get(address, headers=headers)

        assert again.status_code == status
        assert again.headers["ETag"] == first.headers["ETag"]
        assert (again.data == b"") == (status == 304)
        asked_about = client.head(address)
        assert (asked_about.status_code, asked_about.data) == (200, b"")
        assert asked_about.headers["ETag"] == first.headers["ETag"]


def test_a_feed_names_itself_and_says_how_often_to_come(client: FlaskClient) -> None:
    course_session = make.course_session(contact_email="pd@ces.example")
    place = course_session.collaborative

    lines = client.get(f"/calendars/collaboratives/{place.slug}.ics").text.split("\r\n")

    assert f"X-WR-CALNAME:{place.name}: sessions" in lines
    assert "X-WR-TIMEZONE:America/New_York" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT60M" in lines
    assert not [line for line in lines if line.startswith("METHOD")]  # A feed asks nothing.
    [organizer] = [line for line in lines if line.startswith("ORGANIZER")]
    assert organizer.endswith(":mailto:pd@ces.example")
    assert max(len(line.encode()) for line in lines) <= 75


def test_a_new_name_of_the_collaborative_or_topic_arrives_with_the_next_reading(
    client: FlaskClient,
) -> None:
    course_session = make.course_session()
    place, topic = course_session.collaborative, course_session.topic
    address = f"/sessions/{course_session.id}.ics"
    first = client.get(address)

    place.name, topic.name = "Valley Collaborative", "Crisis prevention"
    db.session.commit()

    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "Valley Collaborative" in again.text
    assert "CATEGORIES:Crisis prevention" in again.text


def _change(course_session: CourseSession) -> None:
    touch(course_session, title="Another title", changed_at=clock.now())


def _rename_the_topic(course_session: CourseSession) -> None:
    catalog.edit_topic(
        topic=course_session.topic, name="Crisis prevention", other_names="", actor=SYSTEM
    )


def _rename_the_collaborative(course_session: CourseSession) -> None:
    names = {"name": "Valley Collaborative"}
    organizations.change(row=course_session.collaborative, values=names, actor=SYSTEM)


@pytest.mark.parametrize("seconds", [0.2, 1, 3600])
@pytest.mark.parametrize("change", [_change, _rename_the_topic, _rename_the_collaborative])
def test_a_reader_that_knows_only_the_date_misses_nothing(
    client: FlaskClient, change: Callable[[CourseSession], None], seconds: float
) -> None:
    course_session = make.course_session()
    address = f"/sessions/{course_session.id}.ics"
    noon = clock.at(clock.today() + timedelta(days=1), time(12))
    with clock.frozen(noon):
        touch(course_session, title="The title", changed_at=noon)
        moment = client.get(address).headers["Last-Modified"]

    with clock.frozen(noon + timedelta(seconds=seconds)):
        change(course_session)
        new = client.get(address, headers={"If-Modified-Since": moment})
    assert new.status_code == 200

    with clock.frozen(noon + timedelta(seconds=seconds + 1)):
        known = {"If-Modified-Since": new.headers["Last-Modified"]}
        settled = client.get(address, headers=known)
        assert (settled.status_code, settled.data) == (200, new.data)
        known = {"If-Modified-Since": settled.headers["Last-Modified"]}
        assert client.get(address, headers=known).status_code == 304


def test_who_knows_only_the_date_has_what_is_left_of_a_feed_by_the_next_day(
    client: FlaskClient,
) -> None:
    person = make.person()
    old = make.course_session(starts_at=clock.now() - timedelta(days=366))
    moved = make.course_session()
    taught = make.saved(SessionPresenter(course_session_id=moved.id, person_id=person.id))
    addresses = [
        f"/calendars/collaboratives/{old.collaborative.slug}.ics",
        f"/calendars/topics/{moved.topic.slug}.ics",
        feed_of(person),
    ]
    before = [client.get(address) for address in addresses]
    assert all("BEGIN:VEVENT" in each.text for each in before)

    moved.topic_id = make.topic().id
    db.session.delete(taught)
    db.session.commit()

    with clock.frozen(clock.now() + timedelta(days=2)):
        for address, first in zip(addresses, before, strict=True):
            known = {"If-Modified-Since": first.headers["Last-Modified"]}
            again = client.get(address, headers=known)
            assert again.status_code == 200
            assert "BEGIN:VEVENT" not in again.text


def test_a_change_of_time_place_or_status_raises_the_sequence_of_the_same_entry(
    client: FlaskClient,
) -> None:
    place = make.collaborative()
    rooms = [make.venue(collaborative=place) for _ in range(2)]
    course_session = make.course_session(collaborative=place, venue_id=rooms[0].id, meetings=2)
    seen = []

    def look() -> None:
        found = events(client, f"/calendars/collaboratives/{place.slug}.ics")
        first = min(found, key=lambda event: str(event["UID"]))
        seen.append((str(first["UID"]), int(first["SEQUENCE"]), str(first["STATUS"])))

    look()
    planned = [PlannedMeeting.of(each) for each in course_session.meetings]
    later = [replace(each, ends_at=each.ends_at + timedelta(hours=1)) for each in planned]
    catalog.set_meetings(course_session=course_session, meetings=later, actor=SYSTEM)
    look()
    details = replace(SessionDetails.of(course_session), venue_id=rooms[1].id)
    catalog.edit_course_session(course_session=course_session, details=details, actor=SYSTEM)
    look()
    details = replace(SessionDetails.of(course_session), title="Another title")
    catalog.edit_course_session(course_session=course_session, details=details, actor=SYSTEM)
    look()
    catalog.mark_cancelled(course_session=course_session, reason="Snow.", actor=SYSTEM)
    look()

    [uid] = {uid for uid, _, _ in seen}
    assert uid in {meeting.uid for meeting in course_session.meetings}
    assert [sequence for _, sequence, _ in seen] == [0, 1, 2, 2, 3]
    assert [status for _, _, status in seen] == ["CONFIRMED"] * 4 + ["CANCELLED"]


def test_three_programs_read_the_nights_on_which_the_clocks_change(
    client: FlaskClient, tmp_path: Path
) -> None:
    place = make.collaborative()
    wanted = [
        datetime(2027, 3, 14, 6, 30, tzinfo=UTC),  # 1:30 AM, half an hour before 3:00 AM.
        datetime(2027, 3, 14, 7, 30, tzinfo=UTC),  # 3:30 AM; there is no 2:30.
        datetime(2027, 11, 7, 5, 30, tzinfo=UTC),  # 1:30 AM, the first time.
        datetime(2027, 11, 7, 6, 30, tzinfo=UTC),  # 1:30 AM, the second time.
        datetime(2027, 11, 7, 7, 30, tzinfo=UTC),  # 2:30 AM, once only.
    ]
    for starts_at in wanted:
        make.course_session(collaborative=place, starts_at=starts_at)

    address = f"/calendars/collaboratives/{place.slug}.ics"
    feed = client.get(address).data

    found = [event["DTSTART"].dt.astimezone(UTC) for event in events(client, address)]
    assert found == wanted
    by_ical_js = [each["starts_at"] for each in readers.events_by_ical_js(feed)]
    assert [datetime.fromisoformat(each) for each in by_ical_js] == wanted
    assert readers.starts_by_khal(feed, tmp_path) == wanted


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
    left_at = (clock.now() + timedelta(hours=1)).replace(microsecond=0)

    registration.status, registration.status_changed_at = Status.CANCELLED, left_at
    db.session.commit()
    again = client.get(feed_of(person), headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 200
    assert b"STATUS:CANCELLED" in again.data
    [entry] = events(client, feed_of(person))
    assert entry["DTSTAMP"].dt == left_at  # Or the entry that came by mail would seem newer.
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
