"""Drafts: begun, and copied from what was held before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from pdtrack.catalog import actions as catalog
from pdtrack.catalog.details import SessionDetails
from pdtrack.catalog.models import Course, CourseSession, Format, SessionState
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.desk import actions
from tests import make
from tests.desk import plans

pytestmark = pytest.mark.usefixtures("on_either")


def begin(course: Course, **values: Any) -> CourseSession:
    details = SessionDetails(
        **{"title": "CPI", "format": Format.IN_PERSON, "capacity": 20, **values}
    )
    return actions.begin_course_session(course=course, details=details, actor=SYSTEM)


def copy(session: CourseSession) -> CourseSession:
    return actions.copy_course_session(course_session=session, actor=SYSTEM)


def how_many() -> int:
    return db.session.scalar(select(func.count()).select_from(CourseSession)) or 0


def test_a_double_click_begins_one_draft() -> None:
    course = make.course()

    first, second = begin(course), begin(course)

    assert first is second
    assert first.state == SessionState.DRAFT
    assert how_many() == 1


@pytest.mark.parametrize(
    "values", [{"title": "CPI, refresher"}, {"capacity": 21}, {"format": Format.ONLINE}]
)
def test_what_is_typed_differently_is_another_draft(values: dict[str, Any]) -> None:
    course = make.course()

    assert begin(course) is not begin(course, **values)


def test_a_draft_that_somebody_touched_is_not_found_by_the_same_form() -> None:
    course = make.course()
    first = begin(course)
    catalog.edit_course_session(
        course_session=first, details=plans.details(first, note="Bring shoes."), actor=SYSTEM
    )

    assert begin(course) is not first


def test_the_same_form_a_quarter_of_an_hour_later_is_meant() -> None:
    course = make.course()
    first = begin(course)

    with clock.frozen(clock.now() + timedelta(minutes=15)):
        assert begin(course) is not first


def test_a_retired_course_begins_nothing() -> None:
    course = make.course()
    catalog.retire_course(course=course, actor=SYSTEM)

    with pytest.raises(catalog.CourseRetired):
        begin(course)
    assert how_many() == 0


def test_a_copy_has_no_dates_and_mails_nobody() -> None:
    # TEAMMATES #11013: a copy kept its old dates and mailed people.
    session = plans.held_at(meetings=2, closes_hours_before=48, bring="Lunch.")
    plans.registered(session)
    before = len(plans.mail())

    copied = copy(session)

    assert (copied.state, copied.starts_at, copied.meetings) == (SessionState.DRAFT, None, [])
    assert (copied.closes_hours_before, copied.bring) == (48, "Lunch.")
    assert copied.closes_at is None
    assert len(plans.mail()) == before


def test_a_copy_leaves_the_original_as_it_is() -> None:
    # zenbership #204: a copy broke the original.
    session = plans.held_at(meetings=2)
    ada = plans.registered(session)
    before = (session.version, session.changed_at, [each.uid for each in session.meetings])

    copied = copy(session)

    assert (session.version, session.changed_at, [e.uid for e in session.meetings]) == before
    assert ada.course_session_id == session.id
    assert session.uid != copied.uid


def test_a_copy_leaves_a_retired_venue_behind() -> None:
    session = plans.held_at()
    assert session.venue
    catalog.retire_venue(venue=session.venue, actor=SYSTEM)

    assert copy(session).venue_id is None


@pytest.mark.parametrize("values", [{}, {"format": Format.SELF_PACED}])
def test_a_double_click_copies_once(values: dict[str, Any]) -> None:
    session = make.course_session(presenters=[make.person()], **values)

    assert copy(session) is copy(session)
    assert how_many() == 2


def test_a_copy_that_somebody_wrote_into_is_not_found_by_the_next_click() -> None:
    session = plans.held_at(presenters=[make.person()])
    first = copy(session)
    catalog.edit_course_session(
        course_session=first, details=plans.details(first, title="Cohort 1"), actor=SYSTEM
    )

    assert copy(session) is not first
    assert how_many() == 3


def test_a_copy_made_after_the_original_was_corrected_has_the_correction() -> None:
    session = plans.held_at()
    copy(session)
    catalog.edit_course_session(
        course_session=session, details=plans.details(session, title="No typo"), actor=SYSTEM
    )

    assert copy(session).title == "No typo"


def test_a_cancelled_session_is_copied_to_hold_it_after_all() -> None:
    session = plans.held_at()
    actions.cancel_course_session(course_session=session, reason="Snow.", actor=SYSTEM)

    copied = copy(session)

    assert copied.state == SessionState.DRAFT
    assert copied.cancellation_reason is None
