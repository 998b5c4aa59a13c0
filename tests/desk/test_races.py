"""Coordinators who do the same thing at the same moment, each with a connection of their own."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pdtrack.attendance import actions as attendance
from pdtrack.attendance import queries as attendance_queries
from pdtrack.attendance.models import Presence
from pdtrack.catalog.details import SessionDetails
from pdtrack.catalog.models import Course, CourseSession, Format, Meeting
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.core.errors import DomainError
from pdtrack.desk import actions
from pdtrack.desk.rules import Telling
from pdtrack.registration.models import Registration
from tests import make
from tests.conftest import committing
from tests.desk import plans
from tests.postgresql import postgresql_url

AT_ONCE = 4


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def racing(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application on a database that several write to at once."""
    url = postgresql_url("desk") if request.param == "postgresql" else "race.db"
    with committing(tmp_path_factory.mktemp("racing"), url) as app:
        yield app


def at_once(app: Flask, call: Callable[[], Any]) -> Counter[str]:
    """Let several do something at the same moment, and count what came of it."""
    db.session.remove()
    start = threading.Barrier(AT_ONCE)

    def run(_number: int) -> str:
        with app.app_context():
            start.wait()
            try:
                return str(call())
            except DomainError as refusal:
                return type(refusal).__name__
            finally:
                db.session.remove()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(run, range(AT_ONCE)))


def found(session_id: int) -> CourseSession:
    return db.session.get_one(CourseSession, session_id)


def test_a_draft_is_begun_once(racing: Flask) -> None:
    course_id = make.course().id
    details = SessionDetails(title="CPI", format=Format.ONLINE, capacity=20)

    def begin() -> int:
        course = db.session.get_one(Course, course_id)
        return actions.begin_course_session(course=course, details=details, actor=SYSTEM).id

    assert list(at_once(racing, begin).values()) == [AT_ONCE]


def test_a_session_is_copied_once(racing: Flask) -> None:
    key = plans.held_at().id

    def copy() -> int:
        return actions.copy_course_session(course_session=found(key), actor=SYSTEM).id

    assert list(at_once(racing, copy).values()) == [AT_ONCE]


def test_meetings_are_planned_and_told_of_once(racing: Flask) -> None:
    session = plans.held_at()
    plans.registered(session)
    key, version = session.id, session.version
    wanted = [*plans.plans(session), plans.sitting(plans.morning(20) + timedelta(hours=1))]

    def save() -> int:
        return actions.save_meetings(
            course_session=found(key),
            meetings=wanted,
            version=version,
            telling=Telling.TELL,
            actor=SYSTEM,
        ).mails

    assert at_once(racing, save) == {"1": 1, "0": AT_ONCE - 1}
    meetings = db.session.scalars(select(Meeting).where(Meeting.course_session_id == key))
    assert len(meetings.all()) == 2


def test_a_session_is_cancelled_once_and_its_mail_taken_back_once(racing: Flask) -> None:
    session = plans.held_at()
    for _ in range(3):
        plans.registered(session)
    key = session.id

    def cancel() -> int:
        return actions.cancel_course_session(
            course_session=found(key), reason="Snow.", actor=SYSTEM
        ).mails

    assert at_once(racing, cancel) == {"3": 1, "WrongState": AT_ONCE - 1}
    about = f"course_sessions:{key}"
    [batch] = {each.batch for each in plans.mail_to_many() if each.about == about}

    def undo() -> int:
        return actions.undo_mail(course_session=found(key), batch=batch or "", actor=SYSTEM).mails

    assert at_once(racing, undo) == {"3": 1, "MailHasLeft": AT_ONCE - 1}


def test_places_that_several_add_at_once_go_to_those_who_wait_in_order(racing: Flask) -> None:
    session = plans.held_at(capacity=1)
    everybody = [plans.registered(session).id for _ in range(4)]
    key, version = session.id, session.version
    details = plans.details(session, capacity=3)

    def save() -> list[int]:
        saved = actions.save_course_session(
            course_session=found(key), details=details, version=version, actor=SYSTEM
        )
        return [each.id for each in saved.promoted]

    assert at_once(racing, save) == {str(everybody[1:3]): 1, "[]": AT_ONCE - 1}


def test_what_was_attended_is_not_cancelled_at_the_same_moment(racing: Flask) -> None:
    session = make.course_session(starts_at=clock.now() - timedelta(hours=1))
    attended = make.registration(course_session=session)
    key, registration_id, turns = session.id, attended.id, itertools.count()

    def mark_or_cancel() -> str:
        course_session = found(key)
        if next(turns) % 2:
            actions.cancel_course_session(course_session=course_session, reason="", actor=SYSTEM)
            return "cancelled"
        attendance.mark(
            registration=db.session.get_one(Registration, registration_id),
            part=attendance_queries.parts(course_session)[0],
            presence=Presence.PRESENT,
            actor=SYSTEM,
        )
        return "marked"

    came_of_it = at_once(racing, mark_or_cancel)
    assert ("marked" in came_of_it) != ("cancelled" in came_of_it)
