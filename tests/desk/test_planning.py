"""Saving when a session meets: what is refused, what calendars hear, and whom it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from pdtrack.attendance import queries as attendance
from pdtrack.attendance.models import Presence
from pdtrack.catalog import actions as catalog
from pdtrack.catalog.details import PlannedMeeting
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.errors import Stale
from pdtrack.desk import actions
from pdtrack.desk.actions import Saved
from pdtrack.desk.rules import Telling
from pdtrack.registration import actions as registration
from pdtrack.registration.models import Registration, Status
from tests import make
from tests.desk import plans

pytestmark = pytest.mark.usefixtures("app")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PRESENT = Presence.PRESENT


def presence_of(someone: Registration) -> Presence:
    """How somebody is marked at the one meeting with a mark."""
    [entry] = attendance.newest_of(someone).values()
    return entry.presence


def minutes_of(someone: Registration) -> int:
    """What somebody is credited in all, as the log says now."""
    return sum(each.minutes for each in attendance.newest_of(someone).values())


def save(
    session: CourseSession,
    meetings: Sequence[PlannedMeeting],
    telling: Telling = Telling.ASK,
    version: int | None = None,
) -> Saved:
    return actions.save_meetings(
        course_session=session,
        meetings=meetings,
        version=session.version if version is None else version,
        telling=telling,
        actor=SYSTEM,
    )


def test_a_moved_meeting_keeps_its_uid_and_raises_its_sequence() -> None:
    # cal.com #23216: new UIDs make duplicates; Indico, pretix: no SEQUENCE.
    session = plans.held_at()
    plans.registered(session)
    [meeting] = session.meetings

    save(session, plans.plans(session, later=HOUR), Telling.TELL)

    [told] = plans.mail_to_many()
    calendar = told.calendar or ""
    assert meeting.sequence == 1
    assert f"UID:{meeting.uid}" in calendar
    assert "SEQUENCE:1" in calendar
    assert told.calendar_method == "REQUEST"
    assert "is now on" in told.text


def test_nothing_is_saved_before_somebody_says_whom_to_tell() -> None:
    session = plans.held_at()
    plans.registered(session)
    before = (session.starts_at, session.version, len(plans.mail()))

    with pytest.raises(actions.AskFirst):
        save(session, plans.plans(session, later=HOUR))

    assert (session.starts_at, session.version, len(plans.mail())) == before
    assert session.meetings[0].sequence == 0


def test_a_meeting_taken_out_stays_in_calendars_as_cancelled() -> None:
    # Attendize #217: a moved session leaves the old entry.
    session = plans.held_at(meetings=2)
    plans.registered(session)
    gone, kept = session.meetings

    save(session, [PlannedMeeting.of(kept)], Telling.TELL)

    [told] = plans.mail_to_many()
    assert gone.cancelled_at
    assert gone.sequence == 1
    entry = next(each for each in (told.calendar or "").split("BEGIN:VEVENT") if gone.uid in each)
    assert "STATUS:CANCELLED" in entry
    assert "does not take place" in told.text
    assert session.starts_at == kept.starts_at


def test_a_meeting_called_off_is_not_told_again_with_the_next_change() -> None:
    session = plans.held_at(meetings=2)
    plans.registered(session)
    gone, kept = session.meetings
    save(session, [PlannedMeeting.of(kept)], Telling.QUIETLY)

    save(session, [plans.moved(kept, HOUR)], Telling.TELL)

    [told] = plans.mail_to_many()
    assert "does not take place" not in told.text
    assert gone.uid not in (told.calendar or "")


def test_a_longer_break_moves_nobody() -> None:
    session = plans.held_at()
    plans.registered(session)

    [planned] = plans.plans(session)
    assert save(session, [replace(planned, break_minutes=90)]) == Saved()
    assert session.credited_minutes == 330
    assert session.meetings[0].sequence == 0


@pytest.mark.parametrize("state", [SessionState.DRAFT, SessionState.PUBLISHED])
def test_a_new_meeting_in_the_past_is_most_likely_a_slip(state: SessionState) -> None:
    session = plans.held_at(state=state, meetings=1)
    slip = plans.sitting(clock.now() - 365 * DAY)

    with pytest.raises(catalog.MeetingRefused, match="in the past") as refusal:
        save(session, [*plans.plans(session), slip])

    assert (refusal.value.field, refusal.value.index) == ("starts_at", 1)
    assert len(session.meetings) == 1


def test_a_meeting_to_come_is_not_moved_into_the_past() -> None:
    session = plans.held_at()

    with pytest.raises(catalog.MeetingRefused, match="in the past"):
        save(session, plans.plans(session, later=-365 * DAY))


def test_a_meeting_held_already_may_be_written_down_afterwards() -> None:
    session = plans.begun()

    save(session, [*plans.plans(session), plans.sitting(clock.now() - 5 * DAY)])

    assert len(session.meetings) == 3


def test_a_meeting_at_which_people_were_stays() -> None:
    session = plans.begun()
    ada = plans.unreachable(session)
    plans.mark(ada, Presence.PARTIAL)

    with pytest.raises(actions.MeetingHeld, match="People were present") as refusal:
        save(session, plans.plans(session)[1:])

    assert refusal.value.meeting_id == session.meetings[0].id
    assert session.meetings[0].cancelled_at is None


def test_a_meeting_at_which_people_were_is_not_put_off() -> None:
    # mod_attendance #807: people were present in future sessions.
    session = plans.begun()
    ada = plans.unreachable(session)
    part = plans.mark(ada)
    first, second = plans.plans(session)
    later = plans.moved(session.meetings[0], 3 * DAY)

    with pytest.raises(catalog.MeetingRefused, match="is not put off") as refusal:
        save(session, [second, later])
    assert (refusal.value.field, refusal.value.index) == ("starts_at", 1)
    save(session, [replace(first, starts_at=first.starts_at + HOUR), second])
    plans.unmark(ada, part)
    save(session, [later, second], Telling.QUIETLY)
    assert session.meetings[0].starts_at == later.starts_at


def test_a_mark_taken_back_holds_no_meeting() -> None:
    session = plans.begun()
    ada = plans.unreachable(session)
    plans.unmark(ada, plans.mark(ada))

    save(session, plans.plans(session)[1:])

    assert session.meetings[0].cancelled_at


def test_a_meeting_at_which_nobody_was_may_be_taken_out() -> None:
    session = plans.begun()
    plans.mark(plans.unreachable(session), Presence.ABSENT)

    save(session, plans.plans(session)[1:])

    assert session.meetings[0].cancelled_at


def test_a_form_that_never_saw_a_meeting_is_stale_even_if_it_was_held() -> None:
    session = plans.begun(meetings=1, starts_at=clock.now() - HOUR)
    shown, seen = session.version, plans.plans(session)
    save(session, [*seen, plans.sitting(clock.now() - DAY)])
    plans.mark(plans.unreachable(session), meeting=session.meetings[0])

    with pytest.raises(Stale):
        save(session, [replace(seen[0], break_minutes=0)], version=shown)
    assert len(plans.plans(session)) == 2


def test_a_second_click_plans_and_tells_once() -> None:
    session = plans.held_at()
    plans.registered(session)
    shown = session.version
    wanted = [*plans.plans(session), plans.sitting(clock.now() + 30 * DAY)]

    saved = [save(session, wanted, Telling.TELL, version=shown) for _ in range(2)]

    assert [each.mails for each in saved] == [1, 0]
    assert len(session.meetings) == 2


def test_two_who_plan_at_once_do_not_undo_each_other() -> None:
    session = plans.held_at()
    shown, wanted = session.version, plans.plans(session, later=2 * HOUR)
    save(session, plans.plans(session, later=HOUR))

    with pytest.raises(Stale):
        save(session, wanted, version=shown)
    assert session.meetings[0].sequence == 1


def test_a_published_session_keeps_a_meeting() -> None:
    session = plans.held_at()

    with pytest.raises(catalog.NotFit, match="at least one meeting"):
        save(session, [])
    assert session.meetings[0].cancelled_at is None


def test_a_cancelled_session_is_not_planned_anymore() -> None:
    session = plans.held_at()
    actions.cancel_course_session(course_session=session, reason="Snow.", actor=SYSTEM)

    with pytest.raises(catalog.WrongState, match="cancelled"):
        save(session, plans.plans(session, later=HOUR))


def test_a_session_put_off_after_it_began_promotes_those_who_wait() -> None:
    # pretix #3628: a free seat, and nobody promoted. From the first meeting on the line stands
    # still; a start that moves away, as after a snow day, sets it going again.
    session = plans.held_at(capacity=1, starts_at=clock.now() + HOUR)
    ada, ben = plans.registered(session), plans.registered(session)
    with clock.frozen(clock.now() + 2 * HOUR):
        registration.remove(registration=ada, reason="Ill", actor=SYSTEM)
        before = ben.status

        saved = save(session, plans.plans(session, later=7 * DAY), Telling.TELL)

    assert saved.promoted == [ben]
    assert (before, ben.status) == (Status.WAITLISTED, Status.REGISTERED)
    *_, promoted, changed = [each for each in plans.mail() if each.person_id == ben.person_id]
    assert promoted.subject.startswith("You are in")
    assert "in which you have a place" in changed.text


def test_another_room_for_one_meeting_is_told() -> None:
    session = plans.held_at(meetings=2)
    plans.registered(session)
    room = make.venue(collaborative=session.collaborative, name="Library")
    first, second = plans.plans(session)

    save(session, [first, replace(second, venue_id=room.id)], Telling.TELL)

    assert "is at Library" in plans.mail_to_many()[0].text
    assert [each.sequence for each in session.meetings] == [0, 1]


def test_attendance_that_was_taken_follows_a_meeting_that_took_less_time() -> None:
    session = plans.begun()
    ada, ben, cy = (plans.unreachable(session) for _ in range(3))
    for someone, presence in ((ada, PRESENT), (ben, Presence.PARTIAL), (cy, Presence.ABSENT)):
        plans.mark(someone, presence)
    first, second = plans.plans(session)

    shorter = replace(first, ends_at=first.ends_at - HOUR)
    assert save(session, [shorter, second]).recredited == 1
    assert [minutes_of(each) for each in (ada, ben, cy)] == [300, 30, 0]
    tiny = replace(first, ends_at=first.starts_at + 0.25 * HOUR, break_minutes=0)
    assert save(session, [tiny, second]).recredited == 2
    assert [minutes_of(each) for each in (ada, ben, cy)] == [15, 15, 0]


def test_whoever_saves_hears_how_many_certificates_no_longer_match() -> None:
    session = plans.held_at(meetings=2, starts_at=plans.morning(-9))
    ada, ben = plans.unreachable(session), plans.unreachable(session)
    plans.certified(ada)
    plans.mark(ben)
    first, second = plans.plans(session)
    shorter = replace(first, ends_at=first.ends_at - HOUR)

    saved = save(session, [shorter, second])
    assert (saved.recredited, saved.outdated) == (2, 1)
    back = save(session, [first, second])
    assert (back.recredited, back.outdated) == (2, 0)
    assert save(session, [first, second]).outdated == 0


def test_the_question_says_how_many_certificates_would_no_longer_match() -> None:
    session = plans.held_at(starts_at=plans.morning(-9))
    certificate = plans.certified(make.registration(course_session=session))
    [held] = plans.plans(session)

    with pytest.raises(actions.AskFirst) as question:
        save(session, [replace(held, break_minutes=0), plans.sitting(plans.morning(9))])

    assert question.value.preview.outdated == 1
    assert certificate.award.minutes == minutes_of(certificate.award.registration)


def test_a_mark_that_holds_again_is_worth_what_its_meeting_credits_now() -> None:
    session = plans.begun()
    ada = plans.unreachable(session)
    plans.mark(ada)
    part = plans.mark(ada, Presence.PARTIAL)
    first, second = plans.plans(session)
    save(session, [replace(first, break_minutes=0), second])

    plans.unmark(ada, part)

    assert minutes_of(ada) == 420


def test_marks_that_followed_are_taken_back_in_one_step() -> None:
    session = plans.begun()
    ada, ben = plans.unreachable(session), plans.unreachable(session)
    plans.mark(ben, Presence.ABSENT)
    parts = [plans.mark(each) for each in (ada, ben)]
    first, second = plans.plans(session)
    save(session, [replace(first, ends_at=first.ends_at - HOUR), second])

    for someone, part in zip((ada, ben), parts, strict=True):
        plans.unmark(someone, part)

    assert [presence_of(each) for each in (ada, ben)] == [Presence.UNMARKED, Presence.ABSENT]


def test_marks_do_not_follow_what_credits_the_same() -> None:
    session = plans.begun()
    plans.mark(plans.unreachable(session))
    first, second = plans.plans(session)

    assert save(session, [first, replace(second, break_minutes=0)]).recredited == 0
    assert save(session, [plans.moved(session.meetings[0], HOUR), second]).recredited == 0


def test_people_hear_that_the_last_meeting_does_not_take_place_although_nothing_follows() -> None:
    session = plans.begun()
    make.registration(course_session=session)

    with pytest.raises(actions.AskFirst) as question:
        save(session, plans.plans(session)[:1])

    [change] = question.value.preview.changes
    assert change.endswith("does not take place.")


def test_a_meeting_of_the_past_is_corrected_without_a_word() -> None:
    session = plans.begun()
    make.registration(course_session=session)
    first, second = plans.plans(session)

    assert save(session, [replace(first, ends_at=first.ends_at - HOUR), second]) == Saved()
