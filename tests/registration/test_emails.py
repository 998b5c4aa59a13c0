"""What mail about registrations says, and the calendar entries that travel with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select

from pdtrack.catalog.details import PlannedMeeting
from pdtrack.catalog.models import CourseSession, Format
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import actions
from pdtrack.registration.models import Registration, Status
from tests import make, meetings

pytestmark = pytest.mark.usefixtures("app")

DECEMBER_8 = datetime(2026, 12, 8, 14, 0, tzinfo=UTC)  # 9 AM in Massachusetts.


@pytest.fixture(autouse=True)
def november() -> Any:
    """It is 20 November 2026."""
    with clock.frozen(datetime(2026, 11, 20, 15, 0, tzinfo=UTC)):
        yield


def registered(course_session: CourseSession, **values: Any) -> Registration:
    """Register Ada."""
    person = values.pop("person", None) or make.person(first_name="Ada", last_name="Able")
    return actions.register(
        person=person, course_session=course_session, employment=None, actor=person, **values
    )


def december(**values: Any) -> CourseSession:
    """A session on 8 December with everything that people want to know."""
    collaborative = make.collaborative(name="Pioneer Collaborative")
    venue = make.venue(collaborative=collaborative, parking="Behind the house.")
    return make.course_session(
        **{
            "collaborative": collaborative,
            "venue_id": venue.id,
            "starts_at": DECEMBER_8,
            "title": "De-escalation",
            "bring": "A laptop.",
            "member_price_cents": 9500,
            "non_member_price_cents": 9500,
            **values,
        }
    )


def last_mail() -> OutgoingEmail:
    """Return the mail that was written last."""
    return db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id.desc())).first()  # type: ignore[return-value]


def entries(email: OutgoingEmail) -> list[Any]:
    """Return the calendar entries of a mail as a calendar program reads them."""
    assert email.calendar
    return list(Calendar.from_ical(email.calendar).walk("VEVENT"))


def test_the_confirmation_answers_when_where_and_how_much() -> None:
    course_session = december()
    registration = registered(course_session, accommodations="Step-free access")

    mail = last_mail()

    assert mail.subject == "You are registered: De-escalation, Tue, Dec 8"
    assert mail.reply_to == "pd@collaborative.example"
    assert mail.organization_id == course_session.collaborative_id
    assert mail.about == f"course_sessions:{course_session.id}"
    for line in (
        "Hello Ada,",
        "You have a place.",
        "Tue, Dec 8, 9:00 AM – 4:00 PM",
        "Training Center, 1 Main Street, Northampton",
        "Parking: Behind the house.",
        "Please bring: A laptop.",
        "Price: $95",
        "Cancelling is free until the end of Thu, Dec 3.",
        "You asked for: Step-free access",
        f"http://localhost/my/registrations/{registration.id}",
        "Cora Coordinator answers",
        "Pioneer Collaborative",
    ):
        assert line in mail.text, line


def test_what_is_free_is_said_to_be_so_once() -> None:
    registered(december(member_price_cents=0, non_member_price_cents=0))

    assert "Price: Free\n" in last_mail().text


@pytest.mark.parametrize(
    "act", ["registered", "waitlisted", "promoted", "cancelled", "removed", "called off", "changed"]
)
def test_no_mail_has_gaps_or_leftovers(act: str) -> None:
    course_session = december(capacity=1, meetings=2)
    first = registered(course_session, person=make.person())
    if act != "registered":
        second = registered(course_session)
    if act in ("promoted", "cancelled"):
        actions.cancel(registration=first, actor=SYSTEM)
    if act == "cancelled":
        actions.cancel(registration=second, actor=SYSTEM)
    if act == "removed":
        actions.remove(registration=second, reason="No room.", actor=SYSTEM)
    if act == "called off":
        actions.cancel_course_session(course_session=course_session, reason="Snow.", actor=SYSTEM)
    if act == "changed":
        actions.tell_of_change(
            course_session=course_session, changes=["Another room."], actor=SYSTEM
        )

    text = last_mail().text

    assert "None" not in text
    assert "{" not in text
    assert "\n\n\n" not in text
    assert not [line for line in text.splitlines() if line != line.strip()]


def test_one_meeting_travels_as_an_accepted_request_under_the_uid_of_the_feeds() -> None:
    course_session = december()
    registered(course_session)

    mail = last_mail()
    (entry,) = entries(mail)
    meeting = course_session.meetings[0]

    assert mail.calendar_method == "REQUEST"
    assert "METHOD:REQUEST" in (mail.calendar or "")
    assert (entry["UID"], entry["SEQUENCE"]) == (meeting.uid, meeting.sequence)
    assert entry["DTSTART"].dt == DECEMBER_8
    assert entry["STATUS"] == "CONFIRMED"
    assert entry["ORGANIZER"] == "mailto:pd@collaborative.example"
    assert entry["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert entry["ATTENDEE"].params["RSVP"] == "FALSE"


def test_several_meetings_are_published_each_under_its_own_uid() -> None:
    course_session = december(meetings=3)
    registered(course_session)

    mail = last_mail()

    assert mail.calendar_method == "PUBLISH"
    assert [each["UID"] for each in entries(mail)] == [m.uid for m in course_session.meetings]
    assert not any("ATTENDEE" in each for each in entries(mail))
    assert "- Tue, Dec 15, 9:00 AM – 4:00 PM" in mail.text


def test_without_a_contact_address_nobody_is_asked_anything() -> None:
    registered(december(contact_email=""))

    assert last_mail().calendar_method == "PUBLISH"
    assert last_mail().reply_to is None


def test_the_online_link_goes_to_the_registered_only_and_into_no_calendar() -> None:
    # Secret links inside entries: never, calendars are shared.
    course_session = december(
        format=Format.ONLINE, venue_id=None, online_link="https://meet.example/secret", capacity=1
    )
    first = registered(course_session, person=make.person())
    confirmation = last_mail()
    registered(course_session)
    waiting = last_mail()
    actions.cancel(registration=first, actor=SYSTEM)
    promotion = last_mail()

    assert "https://meet.example/secret" in confirmation.text
    assert "https://meet.example/secret" in promotion.text
    assert "meet.example" not in waiting.text
    assert "meet.example" not in (confirmation.calendar or "")


def test_a_cancelled_place_leaves_the_calendar() -> None:
    registration = registered(december())
    actions.cancel(registration=registration, actor=registration.person)

    mail = last_mail()
    (entry,) = entries(mail)

    assert mail.subject == "You cancelled: De-escalation, Tue, Dec 8"
    assert mail.calendar_method == "CANCEL"
    assert entry["STATUS"] == "CANCELLED"
    assert entry["UID"] == registration.course_session.meetings[0].uid


def test_coming_back_puts_the_entry_back() -> None:
    course_session, person = december(), make.person()
    first = registered(course_session, person=person)
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        actions.cancel(registration=first, actor=person)
        gone = entries(last_mail())[0]
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        registered(course_session, person=person)
        back = entries(last_mail())[0]

    assert back["STATUS"] == "CONFIRMED"
    assert back["SEQUENCE"] == gone["SEQUENCE"]
    assert back["DTSTAMP"].dt > gone["DTSTAMP"].dt  # So that programs know which is newer.


def test_late_cancellation_says_that_it_may_cost() -> None:
    course_session = december()
    registration = registered(course_session)
    with clock.frozen(DECEMBER_8 - timedelta(days=3)):
        actions.cancel(registration=registration, actor=registration.person)

    assert "may still charge" in last_mail().text


def test_leaving_the_line_needs_no_calendar() -> None:
    course_session = december(capacity=1)
    registered(course_session, person=make.person())
    waiting = registered(course_session)
    actions.cancel(registration=waiting, actor=waiting.person)

    assert last_mail().subject == "You left the waitlist: De-escalation, Tue, Dec 8"
    assert last_mail().calendar is None


def test_a_called_off_session_leaves_the_calendar_with_a_raised_sequence() -> None:
    course_session = december()
    registered(course_session)
    before = course_session.meetings[0].sequence
    actions.cancel_course_session(course_session=course_session, reason="Snow.", actor=SYSTEM)

    mail = last_mail()
    (entry,) = entries(mail)

    assert mail.subject == "Cancelled, please do not come: De-escalation, Tue, Dec 8"
    assert mail.calendar_method == "CANCEL"
    assert entry["SEQUENCE"] > before
    assert "The reason: Snow." in mail.text


def test_a_moved_meeting_moves_in_the_calendar() -> None:
    # Attendize #217, cal.com #23216: the old entry stays, or there are two.
    course_session = december()
    registered(course_session)
    (before,) = entries(last_mail())
    meeting = course_session.meetings[0]
    starts_at = DECEMBER_8 + timedelta(days=7)
    planned = PlannedMeeting(
        id=meeting.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=7)
    )
    meetings.change(course_session, planned)

    batch = actions.tell_of_change(
        course_session=course_session,
        changes=["The meeting of Dec 8 is on Tue, Dec 15 now."],
        actor=SYSTEM,
    )
    mail = last_mail()
    (after,) = entries(mail)

    assert mail.batch == batch
    assert mail.subject == "Changed: De-escalation, Tue, Dec 15"
    assert "- The meeting of Dec 8 is on Tue, Dec 15 now." in mail.text
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTART"].dt == DECEMBER_8 + timedelta(days=7)


def test_a_dropped_meeting_is_taken_out_of_the_calendar() -> None:
    course_session = december(meetings=2)
    registered(course_session)
    gone = course_session.meetings[1]
    gone.cancelled_at = clock.now()
    db.session.commit()

    actions.tell_of_change(
        course_session=course_session, changes=["One less."], dropped=[gone], actor=SYSTEM
    )

    statuses = {str(each["UID"]): each["STATUS"] for each in entries(last_mail())}
    assert statuses == {course_session.meetings[0].uid: "CONFIRMED", gone.uid: "CANCELLED"}


def test_those_in_line_hear_of_changes_without_a_calendar_entry() -> None:
    course_session = december(capacity=1)
    registered(course_session, person=make.person())
    registered(course_session)

    actions.tell_of_change(course_session=course_session, changes=["Another room."], actor=SYSTEM)

    assert "for which you are on the waitlist" in last_mail().text
    assert last_mail().calendar is None


def test_self_paced_work_gives_its_due_day() -> None:
    course_session = december(
        format=Format.SELF_PACED,
        venue_id=None,
        starts_at=clock.now() - timedelta(days=1),
        ends_at=DECEMBER_8,
        opens_on=None,
        due_on=DECEMBER_8.date(),
    )
    registered(course_session)

    mail = last_mail()

    assert mail.subject == "You are registered: De-escalation"
    assert "In your own time until Tue, Dec 8" in mail.text
    assert "Due: De-escalation" in entries(mail)[0]["SUMMARY"]


def test_people_without_an_address_get_no_mail() -> None:
    course_session = december()
    person = make.person(email=None)

    registration = actions.register_for(
        person=person, course_session=course_session, employment=None, actor=SYSTEM
    )
    actions.remove(registration=registration, reason="No.", actor=SYSTEM)

    assert registration.status == Status.WITHDRAWN
    assert db.session.scalars(select(OutgoingEmail)).all() == []


def test_words_that_look_like_markup_stay_words() -> None:
    course_session = december(title="<b>Bold</b> & {{ 7 * 7 }}")
    registered(course_session)

    mail = last_mail()

    assert "<b>Bold</b> & {{ 7 * 7 }}" in mail.text
    assert "<b>Bold" not in mail.html
    assert "49" not in mail.subject


def test_staff_are_asked_to_tell_whoever_moves_up_and_has_no_address() -> None:
    course_session = december(capacity=1, contact_email="cora@pioneer.example")
    first = registered(course_session)
    aide = make.person(first_name="Ima", last_name="Aide", email=None)
    make.registration(course_session=course_session, person=aide, status=Status.WAITLISTED)

    actions.cancel(registration=first, actor=first.person)

    [mail] = db.session.scalars(
        select(OutgoingEmail).where(OutgoingEmail.to_address == "cora@pioneer.example")
    )
    assert mail.subject.startswith("Please tell Ima Aide: registered for De-escalation, Tue, Dec 8")
    assert "We know no e-mail address of theirs" in mail.text
    assert f"/sessions/{course_session.id}/roster" in mail.text
    assert mail.calendar is None
