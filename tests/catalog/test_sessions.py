"""From a draft to a published session, its changes, its copy and its cancellation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pdtrack.catalog import actions, queries
from pdtrack.catalog.details import PlannedMeeting, SessionDetails
from pdtrack.catalog.models import CourseSession, Format, Meeting, Promise, SessionState
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.errors import DomainError, Stale
from pdtrack.organizations.models import Collaborative
from tests import make, meetings


@pytest.fixture(autouse=True)
def _database(app: Flask) -> None:
    """Every test here writes."""


@pytest.fixture
def ces() -> Collaborative:
    return make.collaborative(short_name="CES")


def morning(days: int, hour: int = 9) -> datetime:
    return clock.at(clock.today() + timedelta(days=days), time(hour))


def sitting(days: int, **values: Any) -> PlannedMeeting:
    return PlannedMeeting(
        **{
            "starts_at": morning(days),
            "ends_at": morning(days, 16),
            "break_minutes": 60,
            **values,
        }
    )


def details(ces: Collaborative, **values: Any) -> SessionDetails:
    return SessionDetails(
        **{
            "title": "CPI, full course",
            "format": Format.IN_PERSON,
            "capacity": 20,
            "venue_id": make.venue(collaborative=ces).id,
            "presenter_name": "Pat Presenter",
            "contact_name": "Cora",
            "contact_email": "pd@ces.example",
            **values,
        }
    )


def draft(ces: Collaborative, *meetings: PlannedMeeting, **values: Any) -> CourseSession:
    course = make.course(collaborative=ces)
    made = actions.create_course_session(
        course=course, details=details(ces, **values), actor=SYSTEM
    )
    return actions.set_meetings(course_session=made, meetings=meetings, actor=SYSTEM)


def published(ces: Collaborative, *meetings: PlannedMeeting, **values: Any) -> CourseSession:
    made = draft(ces, *(meetings or [sitting(14)]), **values)
    return actions.publish(course_session=made, actor=SYSTEM)


def audited() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)))


def test_a_draft_gets_its_dates_from_its_meetings(ces: Collaborative) -> None:
    made = draft(ces, sitting(21), sitting(14), independent_minutes=90)

    assert made.state == SessionState.DRAFT
    assert (made.starts_at, made.ends_at) == (morning(14), morning(21, 16))
    assert made.credited_minutes == 2 * 360 + 90
    assert [meeting.starts_at for meeting in made.meetings] == [morning(14), morning(21)]
    assert made.listed_at == made.starts_at
    assert audited() == ["course_session.created", "course_session.meetings_changed"]


def test_publishing_says_everything_that_is_missing_and_changes_nothing(
    ces: Collaborative,
) -> None:
    made = draft(ces, venue_id=None, contact_email="")

    with pytest.raises(actions.NotFit) as refusal:
        actions.publish(course_session=made, actor=SYSTEM)

    fields = [problem.field for problem in refusal.value.problems]
    assert fields == ["meetings", "venue_id", "contact_email"]
    assert "Add at least one meeting." in refusal.value.message
    assert db.session.get_one(CourseSession, made.id).state == SessionState.DRAFT


def test_published_once_and_not_twice(ces: Collaborative) -> None:
    made = published(ces)

    assert made.state == SessionState.PUBLISHED
    assert made.published_at
    with pytest.raises(actions.WrongState):
        actions.publish(course_session=made, actor=SYSTEM)


def test_pdps_are_promised_only_for_ten_hours(ces: Collaborative) -> None:
    short = draft(ces, sitting(14), promise=Promise.PDPS, promised_tenths=60)
    long = draft(ces, sitting(14), sitting(15), promise=Promise.PDPS, promised_tenths=120)

    with pytest.raises(actions.NotFit, match="603 CMR 44"):
        actions.publish(course_session=short, actor=SYSTEM)
    assert actions.publish(course_session=long, actor=SYSTEM).promise == Promise.PDPS


def test_an_edit_of_somebody_who_saw_an_older_version_is_stale(ces: Collaborative) -> None:
    made = draft(ces)
    seen = made.version
    first = replace(SessionDetails.of(made), capacity=30)
    actions.edit_course_session(course_session=made, details=first, version=seen, actor=SYSTEM)

    with pytest.raises(Stale):
        actions.edit_course_session(
            course_session=made, details=replace(first, title="Mine"), version=seen, actor=SYSTEM
        )

    assert (made.title, made.capacity) == ("CPI, full course", 30)


def test_an_edit_that_changes_nothing_is_no_edit(ces: Collaborative) -> None:
    made = draft(ces)
    seen = made.version

    same = SessionDetails.of(made)
    actions.edit_course_session(course_session=made, details=same, actor=SYSTEM)

    assert made.version == seen


def test_a_published_session_must_stay_fit(ces: Collaborative) -> None:
    made = published(ces)

    with pytest.raises(actions.NotFit, match="whom people may ask"):
        actions.edit_course_session(
            course_session=made,
            details=replace(SessionDetails.of(made), contact_name=""),
            actor=SYSTEM,
        )
    with pytest.raises(actions.NotFit, match="at least one meeting"):
        actions.set_meetings(course_session=made, meetings=[], actor=SYSTEM)

    assert made.contact_name == "Cora"
    assert [meeting.cancelled_at for meeting in made.meetings] == [None]


def test_a_moved_meeting_keeps_its_uid_and_raises_its_sequence(ces: Collaborative) -> None:
    made = published(ces, sitting(14), sitting(15))
    first, second = made.meetings
    uids = (first.uid, second.uid)

    later = replace(PlannedMeeting.of(first), starts_at=morning(14, 10))
    meetings.change(made, later)

    assert [(each.uid, each.sequence) for each in made.meetings] == [(uids[0], 1), (uids[1], 0)]
    assert made.starts_at == morning(14, 10)


def test_a_longer_lunch_is_no_new_time(ces: Collaborative) -> None:
    made = published(ces)
    [meeting] = made.meetings

    planned = replace(PlannedMeeting.of(meeting), break_minutes=90)
    meetings.change(made, planned)

    assert meeting.sequence == 0
    assert made.credited_minutes == 330


def test_another_venue_reaches_the_calendars_of_meetings_held_there(ces: Collaborative) -> None:
    own = make.venue(collaborative=ces, name="Library")
    made = published(ces, sitting(14), sitting(15, venue_id=own.id))

    elsewhere = replace(SessionDetails.of(made), venue_id=make.venue(collaborative=ces).id)
    actions.edit_course_session(course_session=made, details=elsewhere, actor=SYSTEM)

    assert [meeting.sequence for meeting in made.meetings] == [1, 1]


def test_a_new_title_changes_no_sequence(ces: Collaborative) -> None:
    made = published(ces)

    renamed = replace(SessionDetails.of(made), title="Restraint, full course")
    actions.edit_course_session(course_session=made, details=renamed, actor=SYSTEM)

    assert made.meetings[0].sequence == 0


def test_a_meeting_left_out_of_a_draft_is_gone_of_a_published_session_called_off(
    ces: Collaborative,
) -> None:
    unseen = draft(ces, sitting(14), sitting(15))
    meetings.remove(unseen, unseen.meetings[0])
    seen = published(ces, sitting(14), sitting(15))
    meetings.remove(seen, seen.meetings[0])

    assert len(unseen.meetings) == 1
    assert len(seen.meetings) == 2
    called_off = seen.meetings[0]
    assert called_off.cancelled_at
    assert called_off.sequence == 1
    assert (seen.starts_at, seen.credited_minutes) == (morning(15), 360)


def test_a_meeting_added_later_is_in_order(ces: Collaborative) -> None:
    made = published(ces, sitting(14))

    actions.set_meetings(
        course_session=made, meetings=[*meetings.plan(made), sitting(13)], actor=SYSTEM
    )

    assert [meeting.starts_at for meeting in made.meetings] == [morning(13), morning(14)]
    assert made.starts_at == morning(13)


@pytest.mark.parametrize(
    ("meeting", "field"),
    [
        ({"ends_at": morning(14, 8)}, "ends_at"),
        ({"break_minutes": 420}, "break_minutes"),
        ({"venue_id": 999_999}, "venue_id"),
    ],
)
def test_an_impossible_meeting_is_refused_and_names_which(
    ces: Collaborative, meeting: dict[str, Any], field: str
) -> None:
    made = draft(ces)

    with pytest.raises(actions.MeetingRefused) as refusal:
        actions.set_meetings(
            course_session=made, meetings=[sitting(13), sitting(14, **meeting)], actor=SYSTEM
        )

    assert (refusal.value.field, refusal.value.index) == (field, 1)
    assert db.session.scalars(select(Meeting)).all() == []


def test_overlapping_meetings_are_refused(ces: Collaborative) -> None:
    with pytest.raises(actions.MeetingRefused, match="begins before the one before it has ended"):
        draft(ces, sitting(14), sitting(14, starts_at=morning(14, 12)))


def test_a_meeting_of_another_session_is_not_taken_over(ces: Collaborative) -> None:
    theirs = draft(ces, sitting(14)).meetings[0]
    mine = draft(ces)

    with pytest.raises(Stale):
        actions.set_meetings(
            course_session=mine, meetings=[PlannedMeeting.of(theirs)], actor=SYSTEM
        )


def test_a_venue_of_another_collaborative_is_refused(ces: Collaborative) -> None:
    theirs = make.venue(collaborative=make.collaborative())

    with pytest.raises(actions.DetailsRefused) as refusal:
        draft(ces, venue_id=theirs.id)

    assert refusal.value.field == "venue_id"


def test_a_retired_course_begins_no_session_until_it_is_revived(ces: Collaborative) -> None:
    course = make.course(collaborative=ces)
    actions.retire_course(course=course, actor=SYSTEM)

    with pytest.raises(actions.CourseRetired):
        actions.create_course_session(course=course, details=details(ces), actor=SYSTEM)

    actions.revive_course(course=course, actor=SYSTEM)
    assert actions.create_course_session(course=course, details=details(ces), actor=SYSTEM).id


def test_cancelling_keeps_the_session_and_tells_its_calendars(ces: Collaborative) -> None:
    made = published(ces)

    actions.mark_cancelled(course_session=made, reason=" Snow. ", actor=SYSTEM)

    assert made.state == SessionState.CANCELLED
    assert made.cancellation_reason == "Snow."
    assert made.meetings[0].sequence == 1
    for act in (actions.publish, actions.mark_cancelled):
        values = {"reason": "Again."} if act is actions.mark_cancelled else {}
        with pytest.raises(actions.WrongState):
            act(course_session=made, actor=SYSTEM, **values)
    with pytest.raises(DomainError):
        actions.set_meetings(course_session=made, meetings=[sitting(20)], actor=SYSTEM)


def test_a_session_is_not_cancelled_without_a_reason(ces: Collaborative) -> None:
    with pytest.raises(actions.DetailsRefused) as refusal:
        actions.mark_cancelled(course_session=published(ces), reason="  ", actor=SYSTEM)

    assert refusal.value.field == "reason"


def test_a_copy_is_a_draft_without_dates_and_with_everything_else(ces: Collaborative) -> None:
    teacher = make.person()
    made = published(ces, opens_days_before=30, closes_hours_before=48, online_link="https://x.y")
    actions.set_presenters(course_session=made, people=[teacher], actor=SYSTEM)
    version = made.version

    copy = actions.copy_course_session(course_session=made, actor=SYSTEM)

    assert (copy.state, copy.starts_at, copy.meetings) == (SessionState.DRAFT, None, [])
    assert copy.copied_from_id == made.id
    assert SessionDetails.of(copy) == SessionDetails.of(made)
    assert copy.presenters == [teacher]
    assert copy.uid != made.uid
    assert made.version == version
    actions.set_meetings(course_session=copy, meetings=[sitting(60)], actor=SYSTEM)
    assert copy.registration_opens_at == morning(60) - timedelta(days=30)
    assert copy.closes_at == copy.registration_closes_at == morning(60) - timedelta(hours=48)


def test_a_copy_leaves_a_retired_venue_behind(ces: Collaborative) -> None:
    made = published(ces)
    assert made.venue
    actions.retire_venue(venue=made.venue, actor=SYSTEM)

    copy = actions.copy_course_session(course_session=made, actor=SYSTEM)

    assert copy.venue_id is None
    assert made.venue_id is not None


def test_a_copy_of_self_paced_work_has_no_dates(ces: Collaborative) -> None:
    made = draft(
        ces,
        format=Format.SELF_PACED,
        venue_id=None,
        independent_minutes=120,
        opens_on=clock.today(),
        due_on=clock.today() + timedelta(days=30),
    )

    copy = actions.copy_course_session(course_session=made, actor=SYSTEM)

    assert (copy.opens_on, copy.due_on, copy.ends_at) == (None, None, None)
    assert copy.independent_minutes == 120


def test_the_audit_never_keeps_how_to_join(ces: Collaborative) -> None:
    made = draft(ces)
    details = SessionDetails.of(made)
    secret = replace(details, online_link="https://meet.example/x", online_note="Passcode 1234")

    actions.edit_course_session(course_session=made, details=secret, actor=SYSTEM)

    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry
    assert entry.after == {"online_link": "[link]", "online_note": "[note]"}


def test_nobody_else_s_session_is_read_through_a_collaborative(ces: Collaborative) -> None:
    made = draft(ces)

    assert queries.course_session(ces, made.id) == made
    assert queries.course_session(make.collaborative(), made.id) is None
