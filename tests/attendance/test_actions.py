"""Taking attendance, with a database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from pdtrack.attendance import actions, queries
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.attendance.queries import Part
from pdtrack.attendance.rules import MinutesOutOfRange, NothingToUndo
from pdtrack.catalog.models import CourseSession, Format
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import queries as registrations
from pdtrack.registration.models import Registration, Status
from tests import make

pytestmark = pytest.mark.usefixtures("app")


def begun(**values: object) -> CourseSession:
    return make.course_session(starts_at=clock.now() - timedelta(hours=2), **values)  # type: ignore[arg-type]


def part_of(course_session: CourseSession) -> Part:
    return queries.parts(course_session)[0]


def holds(registration: Registration) -> tuple[Presence, int]:
    entry = queries.newest_of(registration)[
        (registration.id, part_of(registration.course_session).meeting_id)
    ]
    return entry.presence, entry.minutes


def lines() -> int:
    return db.session.scalar(select(func.count(AttendanceEntry.id))) or 0


def test_the_sheet_and_the_roster_are_by_name_accents_or_not() -> None:
    course_session = begun()
    for last, first in (("Zambrano", "Li"), ("Çelik", "Ece"), ("Łukasik", "Jan"), ("Cole", "Amy")):
        person = make.person(first_name=first, last_name=last, employer=make.district(name="Été"))
        make.registration(course_session=course_session, person=person)

    sheet = [each.person.first_name for each in queries.expected(course_session)]
    roster = [each.person.first_name for each in registrations.registered(course_session)]
    found = registrations.all_of(registrations.roster(course_session, text="Celik, ete"))

    assert sheet == roster == ["Ece", "Amy", "Jan", "Li"]
    assert [each.person.first_name for each in found] == ["Ece"]


def test_present_credits_the_meeting_less_its_breaks() -> None:
    ada = make.registration(course_session=begun())

    actions.mark(
        registration=ada,
        part=part_of(ada.course_session),
        presence=Presence.PRESENT,
        actor=SYSTEM,
    )

    assert holds(ada) == (Presence.PRESENT, 360)


def test_marking_again_the_same_way_adds_nothing_and_a_correction_adds_a_line() -> None:
    ada = make.registration(course_session=begun())
    part = part_of(ada.course_session)
    for presence in (Presence.PRESENT, Presence.PRESENT, Presence.ABSENT):
        actions.mark(registration=ada, part=part, presence=presence, actor=SYSTEM)

    assert holds(ada) == (Presence.ABSENT, 0)
    assert lines() == 2


def test_undo_brings_back_what_held_before_and_keeps_the_history() -> None:
    ada = make.registration(course_session=begun())
    part = part_of(ada.course_session)
    actions.mark(registration=ada, part=part, presence=Presence.PARTIAL, minutes=90, actor=SYSTEM)
    actions.mark(registration=ada, part=part, presence=Presence.ABSENT, actor=SYSTEM)

    actions.undo(registration=ada, part=part, actor=SYSTEM)
    assert holds(ada) == (Presence.PARTIAL, 90)

    actions.undo(registration=ada, part=part, actor=SYSTEM)
    assert holds(ada) == (Presence.UNMARKED, 0)
    assert lines() == 4

    with pytest.raises(NothingToUndo):
        actions.undo(registration=ada, part=part, actor=SYSTEM)


def test_a_meeting_that_was_moved_since_the_sheet_was_shown_credits_what_it_does_now() -> None:
    course_session = begun(meetings=2)
    first, second = course_session.meetings
    shown = Part(first, first.credited_minutes + 30)
    gone = Part(second, second.credited_minutes)
    second.cancelled_at = clock.now()
    db.session.commit()
    ada = make.registration(course_session=course_session)

    entry = actions.mark(registration=ada, part=shown, presence=Presence.PRESENT, actor=SYSTEM)
    with pytest.raises(actions.NotMarkable, match="credits nothing"):
        actions.mark_rest_present(course_session=course_session, part=gone, actor=SYSTEM)

    assert entry.minutes == first.credited_minutes


def test_nobody_is_present_at_a_meeting_of_next_week() -> None:
    ada = make.registration(course_session=make.course_session())

    with pytest.raises(actions.NotMarkable, match="has not begun"):
        actions.mark(
            registration=ada,
            part=part_of(ada.course_session),
            presence=Presence.PRESENT,
            actor=SYSTEM,
        )
    assert lines() == 0


@pytest.mark.parametrize("held", [Format.IN_PERSON, Format.SELF_PACED])
def test_nobody_has_worked_outside_meetings_before_the_session_begins(held: Format) -> None:
    ada = make.registration(
        course_session=make.course_session(format=held, independent_minutes=600)
    )
    outside = queries.parts(ada.course_session)[-1]
    assert outside.meeting is None

    with pytest.raises(actions.NotMarkable, match="This session has not begun"):
        actions.mark(registration=ada, part=outside, presence=Presence.PRESENT, actor=SYSTEM)
    with pytest.raises(actions.NotMarkable):
        actions.mark_rest_present(course_session=ada.course_session, part=outside, actor=SYSTEM)
    assert lines() == 0


def test_early_arrivals_are_marked_within_the_hour_before() -> None:
    ada = make.registration(
        course_session=make.course_session(starts_at=clock.now() + timedelta(minutes=50))
    )
    actions.mark(
        registration=ada,
        part=part_of(ada.course_session),
        presence=Presence.PRESENT,
        actor=SYSTEM,
    )
    assert holds(ada) == (Presence.PRESENT, 360)


@pytest.mark.parametrize("status", [Status.WAITLISTED, Status.CANCELLED, Status.WITHDRAWN])
def test_only_who_has_a_place_is_marked(status: Status) -> None:
    ada = make.registration(course_session=begun(), status=status)

    with pytest.raises(actions.NotMarkable):
        actions.mark(
            registration=ada,
            part=part_of(ada.course_session),
            presence=Presence.PRESENT,
            actor=SYSTEM,
        )


def test_a_refused_mark_leaves_nothing_behind() -> None:
    ada = make.registration(course_session=begun())

    with pytest.raises(MinutesOutOfRange):
        actions.mark(
            registration=ada,
            part=part_of(ada.course_session),
            presence=Presence.PARTIAL,
            minutes=999,
            actor=SYSTEM,
        )
    assert lines() == 0


def test_the_rest_is_marked_present_and_nobody_else_is_touched() -> None:
    course_session = begun()
    ada = make.registration(course_session=course_session)
    ben = make.registration(course_session=course_session)
    make.registration(course_session=course_session, status=Status.WAITLISTED)
    part = part_of(course_session)
    actions.mark(registration=ada, part=part, presence=Presence.ABSENT, actor=SYSTEM)

    marked = actions.mark_rest_present(course_session=course_session, part=part, actor=SYSTEM)

    assert marked == 1
    assert holds(ada) == (Presence.ABSENT, 0)
    assert holds(ben) == (Presence.PRESENT, 360)


def test_independent_work_is_a_part_of_its_own() -> None:
    course_session = begun(independent_minutes=120)
    ada = make.registration(course_session=course_session)
    meeting, outside = queries.parts(course_session)
    assert outside.meeting is None

    for part in (meeting, outside):
        actions.mark(registration=ada, part=part, presence=Presence.PRESENT, actor=SYSTEM)

    assert sum(entry.minutes for entry in queries.newest_of(ada).values()) == 480


def test_who_was_there_stays_on_the_roster_for_as_long_as_it_is_credited() -> None:
    course_session = begun(independent_minutes=120)
    ada = make.registration(course_session=course_session)
    outside = queries.parts(course_session)[-1]
    actions.mark(registration=ada, part=outside, presence=Presence.PRESENT, actor=SYSTEM)
    with pytest.raises(actions.WasThere, match="was there for 2 hours"):
        actions.remove(registration=ada, reason="Moved.", actor=SYSTEM)

    course_session.independent_minutes = 0
    db.session.commit()

    actions.remove(registration=ada, reason="Moved.", actor=SYSTEM)
    assert ada.status == Status.WITHDRAWN


def test_an_objection_reaches_the_coordinator_and_its_answer_the_person() -> None:
    course_session = begun()
    ada = make.registration(course_session=course_session)
    objection = actions.raise_objection(
        registration=ada, part=part_of(course_session), text="I was there.", actor=ada.person
    )

    assert queries.open_objections(course_session.collaborative) == [objection]
    with pytest.raises(actions.AlreadyOpen):
        actions.raise_objection(
            registration=ada, part=part_of(course_session), text="Really.", actor=ada.person
        )

    actions.settle(objection=objection, answer="Put right.", actor=SYSTEM)

    assert queries.open_objections(course_session.collaborative) == []
    sent = db.session.scalars(select(OutgoingEmail).order_by(OutgoingEmail.id)).all()
    assert [each.to_address for each in sent] == ["pd@collaborative.example", ada.person.email]
    assert "I was there." in sent[0].text
    assert "Put right." in sent[1].text
    with pytest.raises(actions.AlreadySettled):
        actions.settle(objection=objection, answer="Again.", actor=SYSTEM)


def test_meetings_without_a_mark_are_listed_until_somebody_marks() -> None:
    course_session = begun(presenters=[make.person()])
    presenter = course_session.presenters[0]
    ada = make.registration(course_session=course_session)
    make.course_session(collaborative=course_session.collaborative)  # Next week's is not due.
    begun(collaborative=course_session.collaborative)  # Nobody registered: nothing to take.
    place = course_session.collaborative

    with clock.frozen(clock.now() + timedelta(hours=6)):
        assert [each.course_session_id for each in queries.unposted(place)] == [course_session.id]
        assert queries.unposted(place, presenter_id=ada.person_id) == []
        assert len(queries.unposted(place, presenter_id=presenter.id)) == 1

        actions.mark(
            registration=ada,
            part=part_of(course_session),
            presence=Presence.ABSENT,
            actor=SYSTEM,
        )
        assert queries.unposted(place) == []
