"""Courses and venues: written, changed, retired and taken into use again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from pdtrack.catalog import actions, queries, search
from pdtrack.catalog.details import CourseDetails, VenueDetails
from pdtrack.catalog.models import Course, CourseSession, Promise
from pdtrack.catalog.search import Wanted
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.errors import Stale
from tests import make


@pytest.fixture(autouse=True)
def _database(app: Flask) -> None:
    """Every test here writes."""


def events() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)))


def test_a_course_is_written_down_and_audited() -> None:
    ces, topic = make.collaborative(), make.topic()
    details = CourseDetails(
        topic_id=topic.id, title="CPI", description="All of it.", categories=["sei", "content"]
    )

    made = actions.create_course(collaborative=ces, details=details, actor=SYSTEM)

    assert queries.courses(ces) == [made]
    assert made.categories == ["content", "sei"]
    assert events() == ["course.created"]


def test_a_topic_that_does_not_exist_is_refused_at_its_field() -> None:
    details = CourseDetails(topic_id=999_999, title="CPI", description="", categories=[])

    with pytest.raises(actions.UnknownTopic) as refusal:
        actions.create_course(collaborative=make.collaborative(), details=details, actor=SYSTEM)

    assert refusal.value.field == "topic_id"
    assert db.session.scalars(select(Course)).all() == []


def test_a_course_carries_its_sessions_to_another_topic_and_into_the_index() -> None:
    made = make.course_session()
    other = make.topic(name="Juggling")

    actions.edit_course(
        course=made.course,
        details=replace(CourseDetails.of(made.course), topic_id=other.id),
        actor=SYSTEM,
    )

    assert db.session.scalar(select(CourseSession.topic_id)) == other.id
    assert [each.id for each in search.search(Wanted(text="juggling"))] == [made.id]
    assert made.course.version == 2


def test_a_stale_edit_of_a_course_is_refused() -> None:
    course = make.course()
    details = replace(CourseDetails.of(course), title="First")
    actions.edit_course(course=course, details=details, version=1, actor=SYSTEM)

    with pytest.raises(Stale):
        actions.edit_course(
            course=course, details=replace(details, title="Second"), version=1, actor=SYSTEM
        )

    assert course.title == "First"


def test_an_assessment_that_pdps_were_promised_on_stays() -> None:
    course = make.course()
    details = replace(CourseDetails.of(course), assessment="")
    past = make.course_session(
        course=course, promise=Promise.PDPS, starts_at=clock.now() - timedelta(days=9)
    )
    assert past.has_ended
    actions.edit_course(course=course, details=details, actor=SYSTEM)
    again = replace(details, assessment="A quiz.")
    actions.edit_course(course=course, details=again, actor=SYSTEM)
    make.course_session(course=course, promise=Promise.PDPS)

    with pytest.raises(actions.PromiseBroken, match="1 published session promises PDPs") as refusal:
        actions.edit_course(course=course, details=details, actor=SYSTEM)

    assert refusal.value.field == "assessment"
    assert course.assessment == "A quiz."


def test_a_retired_course_leaves_the_choice_and_comes_back() -> None:
    course = make.course()

    actions.retire_course(course=course, actor=SYSTEM)
    actions.retire_course(course=course, actor=SYSTEM)
    assert queries.courses(course.collaborative) == []
    actions.revive_course(course=course, actor=SYSTEM)

    assert queries.courses(course.collaborative) == [course]
    assert events() == ["course.retired", "course.revived"]


def test_a_new_address_reaches_the_calendars_of_coming_sessions_only() -> None:
    ces = make.collaborative()
    hall, library = make.venue(collaborative=ces), make.venue(collaborative=ces)
    coming = make.course_session(collaborative=ces, venue_id=hall.id)
    past = make.course_session(
        collaborative=ces, venue_id=hall.id, starts_at=clock.now() - timedelta(days=20)
    )
    elsewhere = make.course_session(collaborative=ces, venue_id=library.id)

    details = replace(VenueDetails.of(hall), address="2 Main Street")
    actions.edit_venue(venue=hall, details=details, actor=SYSTEM)

    sequences = [each.meetings[0].sequence for each in (coming, past, elsewhere)]
    assert sequences == [1, 0, 0]


def test_better_directions_for_parking_move_nobody() -> None:
    ces = make.collaborative()
    hall = make.venue(collaborative=ces)
    coming = make.course_session(collaborative=ces, venue_id=hall.id)

    details = replace(VenueDetails.of(hall), parking="Behind the house.")
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        actions.edit_venue(venue=hall, details=details, actor=SYSTEM)
        assert coming.changed_at == clock.now()

    assert coming.meetings[0].sequence == 0


def test_a_retired_venue_is_not_offered_and_comes_back() -> None:
    hall = make.venue(collaborative=make.collaborative())

    actions.retire_venue(venue=hall, actor=SYSTEM)
    assert queries.venues(hall.collaborative) == []
    actions.revive_venue(venue=hall, actor=SYSTEM)

    assert queries.venues(hall.collaborative) == [hall]
