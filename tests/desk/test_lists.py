"""Reading lists of sessions and meetings, on each kind of database."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from pdtrack.catalog.models import Course, CourseSession, SessionState
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.desk import queries
from pdtrack.desk.queries import Beginnings
from pdtrack.organizations.models import Collaborative
from tests import make
from tests.desk import plans

pytestmark = pytest.mark.usefixtures("on_either")

DRAFT: dict[str, Any] = {"state": SessionState.DRAFT, "published_at": None}


def run(course: Course, title: str, days: int | None, **values: Any) -> CourseSession:
    """A session that begins in so many days, or has no date."""
    starts_at = plans.morning(days or 0)
    made = make.course_session(course=course, title=title, starts_at=starts_at, **values)
    if days is None:
        made.starts_at = made.ends_at = made.listed_at = None
        db.session.commit()
    return made


def titles(place: Collaborative, state: str, text: str = "") -> list[str]:
    found = db.session.scalars(queries.sessions(place, state=state, text=text))
    return [each.title for each in found]


@pytest.fixture
def course() -> Course:
    """A course with a session in every state."""
    course = make.course()
    run(course, "Later", 20)
    run(course, "Soon", 5)
    run(course, "Over", -5)
    run(course, "Long over", -50)
    run(course, "Dated", 40, **DRAFT)
    run(course, "Undated", None, meetings=0, **DRAFT)
    run(course, "Called off", 6, state=SessionState.CANCELLED)
    run(make.course(), "Elsewhere", 5)
    return course


def test_each_state_has_its_order(course: Course) -> None:
    place = course.collaborative

    assert titles(place, "upcoming") == ["Soon", "Later"]
    assert titles(place, "drafts") == ["Undated", "Dated"]
    assert titles(place, "past") == ["Over", "Long over"]
    assert titles(place, "cancelled") == ["Called off"]
    everything = ["Undated", "Dated", "Later", "Called off", "Soon", "Over", "Long over"]
    assert titles(place, "all") == everything


def test_states_are_counted_with_the_same_words(course: Course) -> None:
    place = course.collaborative

    for text in ("", "over", "OVER long", "%", "x" * 200):
        counted = queries.sessions_by_state(place, text=text)
        assert counted == {state: len(titles(place, state, text)) for state in counted}


def test_somebody_who_teaches_finds_own_sessions(course: Course) -> None:
    teacher = make.person()
    mine = run(course, "Mine", 8, presenters=[teacher])
    found = db.session.scalars(queries.sessions(course.collaborative, state="all", teacher=teacher))

    assert found.all() == [mine]
    assert queries.sessions_by_state(course.collaborative, teacher=teacher)["all"] == 1
    ahead = queries.meetings_ahead(course.collaborative, teacher=teacher)
    assert ahead == mine.meetings


def test_the_latest_runs_come_first_and_those_without_a_date_last(course: Course) -> None:
    assert [each.title for each in queries.earlier_runs(course)] == ["Dated", "Later", "Called off"]
    assert [each.title for each in queries.earlier_runs(course, limit=99)][-1] == "Undated"


def test_the_meetings_of_two_weeks_leave_out_what_does_not_take_place(course: Course) -> None:
    off = run(course, "Off", 7)
    off.meetings[0].cancelled_at = clock.now()
    db.session.commit()

    ahead = queries.meetings_ahead(course.collaborative)

    assert [each.course_session.title for each in ahead] == ["Soon"]


def test_who_may_teach_is_offered_by_name(course: Course) -> None:
    place = course.collaborative
    zoe = make.role(RoleKind.PRESENTER, place, person=make.person(last_name="zimmer"))
    ada = make.role(RoleKind.COORDINATOR, place, person=make.person(last_name="Adler"))
    make.role(RoleKind.PRESENTER, place, person=ada)
    make.role(RoleKind.BOARD_MEMBER, place)
    make.role(RoleKind.PRESENTER, make.collaborative())
    former = make.person(last_name="Mann")
    session = run(course, "Mine", 8, presenters=[former])

    assert queries.possible_presenters(session) == [ada, former, zoe]


def test_what_a_collaborative_has_set_up() -> None:
    place = make.collaborative()
    assert queries.beginnings(place) == Beginnings(False, False, False, False)

    make.venue(collaborative=place)
    make.course_session(collaborative=place)
    place.contact_email = "pd@ces.example"
    db.session.commit()

    assert queries.beginnings(place) == Beginnings(True, True, True, True)
    assert len(db.session.scalars(select(CourseSession)).all()) == 1
