"""What needs a coordinator now: each thing appears in time, and goes when it is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from pdtrack.attendance import actions as attendance
from pdtrack.attendance.models import Presence
from pdtrack.attendance.queries import Part
from pdtrack.catalog import actions as catalog
from pdtrack.catalog.models import CourseSession, Format, SessionState
from pdtrack.certificates import actions as issuing
from pdtrack.certificates import queries as certificates
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM, RoleKind
from pdtrack.core.db import db
from pdtrack.core.outbox import MailState
from pdtrack.desk import queries
from pdtrack.desk.queries import Needs
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import actions as registration
from pdtrack.registration.models import Registration, Status
from tests import make
from tests.desk import plans

pytestmark = pytest.mark.usefixtures("on_either")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DRAFT: dict[str, Any] = {"state": SessionState.DRAFT, "published_at": None}


def needs(place: Collaborative, at: datetime | None = None) -> Needs:
    with clock.frozen(at or clock.now()):
        return queries.needs_me_now(place)


def held(**values: Any) -> tuple[CourseSession, Registration]:
    """A session of yesterday, and somebody who had a place."""
    session = make.course_session(**{"starts_at": clock.now() - DAY, **values})
    return session, make.registration(course_session=session)


def test_nothing_waits_at_a_new_desk() -> None:
    assert not needs(make.collaborative())


def test_attendance_is_missed_from_the_end_of_the_meeting_until_somebody_marks_it() -> None:
    # KALPA: unposted attendance that nobody notices.
    session, ada = held()
    [meeting] = session.meetings
    place = session.collaborative

    assert not needs(place, at=meeting.ends_at - HOUR).unposted
    assert needs(place, at=meeting.ends_at).unposted == [meeting]
    plans.mark(ada, Presence.ABSENT)
    assert not needs(place).unposted


def test_attendance_is_missed_again_when_its_only_mark_is_taken_back() -> None:
    session, ada = held()

    plans.unmark(ada, plans.mark(ada))
    assert needs(session.collaborative).unposted == session.meetings
    plans.mark(ada)
    assert not needs(session.collaborative).unposted


def test_no_attendance_is_missed_where_nobody_was_to_come() -> None:
    place = make.collaborative()
    make.course_session(collaborative=place, starts_at=clock.now() - DAY)
    held(collaborative=place, state=SessionState.CANCELLED)
    held(collaborative=place, **DRAFT)
    session, _ = held(collaborative=place)
    session.meetings[0].cancelled_at = clock.now()
    gone, ben = held(collaborative=place)
    ben.status = Status.CANCELLED
    db.session.commit()

    assert gone.has_ended
    assert not needs(place).unposted


def test_somebody_who_teaches_misses_only_the_attendance_of_own_sessions() -> None:
    place = make.collaborative()
    presenter = make.role(RoleKind.PRESENTER, place)
    mine, _ = held(collaborative=place, presenters=[presenter])
    held(collaborative=place)
    make.course_session(collaborative=place, starts_at=clock.now() + DAY, **DRAFT)

    found = queries.needs_me_now(place, teacher=presenter)

    assert found == Needs(unposted=mine.meetings)


def test_a_word_about_attendance_waits_for_its_answer() -> None:
    session, ada = held()
    part = plans.mark(ada, Presence.ABSENT)
    place = session.collaborative
    objection = attendance.raise_objection(
        registration=ada, part=part, text="I was there.", actor=ada.person
    )

    assert needs(place).objections == [objection]
    assert not needs(make.collaborative()).objections
    attendance.settle(objection=objection, answer="So you were.", actor=SYSTEM)
    assert not needs(place).objections


def test_a_draft_is_shown_from_three_weeks_before_its_day_until_it_is_published() -> None:
    starts_at = clock.now() + 40 * DAY
    draft = plans.held_at(starts_at=starts_at, **DRAFT)
    place = draft.collaborative

    assert not needs(place).drafts
    assert not needs(place, at=starts_at - 21 * DAY - HOUR).drafts
    for moment in (starts_at - 21 * DAY, starts_at, starts_at + 9 * DAY):
        assert needs(place, at=moment).drafts == [draft]
    catalog.publish(course_session=draft, actor=SYSTEM)
    assert not needs(place, at=starts_at - DAY)


def test_a_draft_that_is_put_away_bothers_nobody() -> None:
    draft = plans.held_at(starts_at=clock.now() + DAY, **DRAFT)
    catalog.mark_cancelled(course_session=draft, reason="By mistake.", actor=SYSTEM)

    assert not needs(draft.collaborative)


def test_too_few_people_are_told_of_from_a_week_before_closing_until_the_start() -> None:
    starts_at = clock.now() + 30 * DAY
    session = make.course_session(starts_at=starts_at, minimum=2, closes_hours_before=48)
    make.registration(course_session=session)
    place = session.collaborative

    assert not needs(place, at=starts_at - 9 * DAY - HOUR).short
    for moment in (starts_at - 9 * DAY, starts_at - DAY):  # While it is open, and once it closed.
        [short] = needs(place, at=moment).short
        assert (short.course_session, short.taken) == (session, 1)
    assert not needs(place, at=starts_at).short
    make.registration(course_session=session)
    assert not needs(place, at=starts_at - DAY).short


def test_too_few_are_also_none_at_all_and_those_who_wait_do_not_count() -> None:
    place, soon = make.collaborative(), clock.now() + DAY
    nobody = make.course_session(collaborative=place, starts_at=soon, minimum=1)
    waiting = make.course_session(collaborative=place, starts_at=soon, minimum=1)
    make.registration(course_session=waiting, status=Status.WAITLISTED)
    make.course_session(collaborative=place, starts_at=soon)
    make.course_session(collaborative=place, starts_at=soon, minimum=0)
    make.course_session(
        collaborative=place, starts_at=soon, minimum=1, state=SessionState.CANCELLED
    )

    assert [each.course_session for each in needs(place).short] == [nobody, waiting]


def test_people_who_wait_beside_free_places_are_told_of_until_the_places_are_filled() -> None:
    # pretix #3628: a free seat, nobody promoted, no reason shown.
    session = make.course_session(capacity=2)
    make.registration(course_session=session)
    place = session.collaborative
    assert not needs(place).waitlists
    for _ in range(2):
        make.registration(course_session=session, status=Status.WAITLISTED)

    [waiting] = needs(place).waitlists
    assert (waiting.taken, waiting.waiting) == (1, 2)
    assert session.starts_at
    assert not needs(place, at=session.starts_at).waitlists
    registration.rebalance(course_session=session, actor=SYSTEM)
    assert not needs(place).waitlists


def test_a_full_session_with_a_line_needs_nobody() -> None:
    session = make.course_session(capacity=1)
    make.registration(course_session=session)
    make.registration(course_session=session, status=Status.WAITLISTED)

    assert not needs(session.collaborative)


def test_certificates_wait_from_the_last_mark_until_they_are_issued() -> None:
    session, ada = held(starts_at=clock.now() - 8 * DAY, meetings=2)
    place = session.collaborative
    first, second = session.meetings

    plans.mark(ada, meeting=first)
    assert not needs(place).certificates
    plans.mark(ada, Presence.ABSENT, meeting=second)
    [ready] = needs(place).certificates
    assert (ready.course_session, ready.people) == (session, 1)
    registration.mark_completed(registrations=[ada], at=clock.now(), actor=SYSTEM)
    assert not needs(place).certificates


def test_no_certificate_waits_for_whoever_was_never_there_or_before_the_end() -> None:
    session, ada = held()
    plans.mark(ada, Presence.ABSENT)
    assert not needs(session.collaborative).certificates

    plans.mark(ada)
    [meeting] = session.meetings
    assert not needs(session.collaborative, at=meeting.ends_at - HOUR).certificates
    assert needs(session.collaborative, at=meeting.ends_at).certificates
    assert not needs(session.collaborative, at=meeting.ends_at + 121 * DAY).certificates


def changed_at(session: CourseSession) -> int:
    """How many certificates changed, which the desk says as the session's own page does."""
    counted = sum(each.has_changed for each in certificates.candidates(session))
    found = {
        each.course_session: each.certificates for each in needs(session.collaborative).changed
    }
    assert found == ({session: counted} if counted else {})
    assert certificates.count_changed(session) == counted
    return counted


def test_certificates_that_say_other_hours_wait_until_they_are_issued_again_or_revoked() -> None:
    session, ada = held(starts_at=clock.now() - 8 * DAY, meetings=2)
    ben, eve = (make.registration(course_session=session) for _ in range(2))
    certificate = [plans.certified(each) for each in (ada, ben, eve)][1]
    assert not changed_at(session)

    plans.mark(ada, Presence.PARTIAL, meeting=session.meetings[1])
    part = plans.mark(ben, Presence.ABSENT)
    assert changed_at(session) == 2
    plans.mark(ben, Presence.ABSENT, meeting=session.meetings[1])
    assert changed_at(session) == 2
    issuing.reissue_changed(course_session=session, actor=SYSTEM)
    assert changed_at(session) == 1
    issuing.revoke(certificate=certificate, reason="Was not there.", actor=SYSTEM)
    assert not changed_at(session)

    plans.unmark(ben, part)
    assert not changed_at(session)


def test_a_mark_that_is_taken_back_makes_a_certificate_right_again() -> None:
    session, ada = held()
    plans.certified(ada)

    part = plans.mark(ada, Presence.PARTIAL)
    assert changed_at(session) == 1
    plans.unmark(ada, part)
    assert not changed_at(session)


def test_what_a_session_no_longer_credits_changes_its_certificates() -> None:
    session, ada = held(starts_at=clock.now() - 8 * DAY, meetings=2, independent_minutes=60)
    attendance.mark(registration=ada, part=Part(None, 60), presence=Presence.PRESENT, actor=SYSTEM)
    plans.certified(ada)
    assert not changed_at(session)

    session.independent_minutes = 0
    db.session.commit()
    assert changed_at(session) == 1
    session.independent_minutes = 60
    session.meetings[1].cancelled_at = clock.now()
    db.session.commit()
    assert changed_at(session) == 1


def test_certificates_of_long_ago_and_of_others_do_not_wait() -> None:
    session, ada = held()
    plans.certified(ada, then=Presence.PARTIAL)

    assert needs(session.collaborative, at=clock.now() + 119 * DAY).changed
    later = clock.now() + 121 * DAY
    assert not needs(session.collaborative, at=later).changed
    session.changed_at = later  # Somebody edits it.
    db.session.commit()
    assert needs(session.collaborative, at=later).changed
    assert not needs(make.collaborative()).changed


def test_a_meeting_called_off_keeps_no_certificate_back() -> None:
    session, ada = held(starts_at=clock.now() - 8 * DAY, meetings=2)
    plans.mark(ada, meeting=session.meetings[0])

    session.meetings[1].cancelled_at = clock.now()
    db.session.commit()

    assert [each.people for each in needs(session.collaborative).certificates] == [1]


@pytest.mark.parametrize("format_", [Format.IN_PERSON, Format.SELF_PACED])
def test_independent_work_is_marked_before_a_certificate_waits(format_: Format) -> None:
    session, ada = held(format=format_, independent_minutes=60)
    for meeting in session.meetings:
        plans.mark(ada, meeting=meeting)
    assert not needs(session.collaborative).certificates

    attendance.mark(registration=ada, part=Part(None, 60), presence=Presence.PRESENT, actor=SYSTEM)

    assert [each.people for each in needs(session.collaborative).certificates] == [1]


def test_a_mark_that_is_no_longer_credited_stands_in_for_no_other() -> None:
    session, ada = held(starts_at=clock.now() - 8 * DAY, meetings=2, independent_minutes=60)
    plans.mark(ada, meeting=session.meetings[0])
    attendance.mark(registration=ada, part=Part(None, 60), presence=Presence.PRESENT, actor=SYSTEM)

    session.independent_minutes = 0
    db.session.commit()

    assert not needs(session.collaborative).certificates


def test_mail_that_could_not_be_delivered_is_told_of_for_two_weeks() -> None:
    # customcert #710: mail stopped silently.
    session = make.course_session()
    plans.registered(session)
    [email] = plans.mail()
    assert not needs(session.collaborative).failed_mail

    email.state = MailState.FAILED
    db.session.commit()
    assert needs(session.collaborative).failed_mail == [email]
    assert not needs(make.collaborative()).failed_mail
    assert not needs(session.collaborative, at=clock.now() + 15 * DAY).failed_mail


def test_a_long_list_is_cut_and_begins_with_the_oldest() -> None:
    place = make.collaborative()
    course = make.course(collaborative=place)
    for number in range(22):
        make.course_session(course=course, starts_at=clock.now() + number * HOUR, **DRAFT)

    drafts = needs(place).drafts

    assert len(drafts) == 20
    assert [each.starts_at for each in drafts] == sorted(each.starts_at for each in drafts)  # type: ignore[type-var]
