"""Two phones at two doors take the attendance of one meeting, on each database."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from pdtrack.attendance import actions, queries
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import action, db, lock
from pdtrack.core.errors import DomainError
from pdtrack.registration import actions as registration_actions
from pdtrack.registration.models import Registration
from tests import make
from tests.conftest import committing
from tests.postgresql import postgresql_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def racing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database that others write to at the same time."""
    url = postgresql_url("doors") if request.param == "postgresql" else "race.db"
    with committing(tmp_path, url) as app:
        yield app


def begun(people: int) -> tuple[int, list[int]]:
    """Return a session that is under way, and those expected."""
    course_session = make.course_session(starts_at=clock.now() - timedelta(hours=2))
    ids = [make.registration(course_session=course_session).id for _ in range(people)]
    made = course_session.id
    db.session.remove()
    return made, ids


def at_once(app: Flask, calls: list[Callable[[], object]]) -> None:
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                call()
            except DomainError:
                pass  # A refusal is an answer.
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(run, calls))


def mark(registration_id: int, presence: Presence) -> None:
    registration = db.session.get_one(Registration, registration_id)
    [part] = queries.parts(registration.course_session)
    actions.mark(registration=registration, part=part, presence=presence, actor=SYSTEM)


def mark_rest(course_session_id: int) -> None:
    course_session = db.session.get_one(CourseSession, course_session_id)
    [part] = queries.parts(course_session)
    actions.mark_rest_present(course_session=course_session, part=part, actor=SYSTEM)


def remove(registration_id: int) -> None:
    registration = db.session.get_one(Registration, registration_id)
    registration_actions.remove(registration=registration, reason="Moved.", actor=SYSTEM)


def log() -> list[AttendanceEntry]:
    return list(db.session.scalars(select(AttendanceEntry).order_by(AttendanceEntry.id)))


def test_the_same_mark_from_many_phones_is_one_line(racing: Flask) -> None:
    _, [ada] = begun(1)

    at_once(racing, [partial(mark, ada, Presence.PRESENT)] * 6)

    assert [entry.presence for entry in log()] == [Presence.PRESENT]


def test_of_two_different_marks_the_later_holds_and_both_stay_in_the_log(racing: Flask) -> None:
    _, [ada] = begun(1)

    at_once(racing, [partial(mark, ada, each) for each in (Presence.PRESENT, Presence.ABSENT)])

    entries = log()
    assert {entry.presence for entry in entries} == {Presence.PRESENT, Presence.ABSENT}
    registration = db.session.get_one(Registration, ada)
    [holding] = queries.newest_of(registration).values()
    assert holding.id == entries[-1].id


def test_marking_the_rest_overrules_nobody_and_marks_each_once(racing: Flask) -> None:
    course_session, ids = begun(12)

    at_once(
        racing,
        [
            *[partial(mark_rest, course_session)] * 3,
            *(partial(mark, each, Presence.ABSENT) for each in ids[:4]),
        ],
    )

    lines = Counter((entry.registration_id, entry.presence) for entry in log())
    assert set(lines.values()) == {1}
    found = db.session.get_one(CourseSession, course_session)
    newest = queries.newest(found)
    holding = {key[0]: entry.presence for key, entry in newest.items()}
    assert [holding[each] for each in ids] == [Presence.ABSENT] * 4 + [Presence.PRESENT] * 8


def enter(course_session_id: int, numbers: str) -> None:
    course_session = db.session.get_one(CourseSession, course_session_id)
    [part] = queries.parts(course_session)
    actions.enter_paper_sheet(
        course_session=course_session,
        part=part,
        numbers=numbers,
        were=Presence.PRESENT,
        actor=SYSTEM,
    )


def test_a_paper_sheet_typed_in_by_two_marks_each_once_and_overrules_nobody(
    racing: Flask,
) -> None:
    course_session, ids = begun(8)

    at_once(
        racing,
        [
            *[partial(enter, course_session, "1-6")] * 3,
            *(partial(mark, each, Presence.ABSENT) for each in ids[:3]),
        ],
    )

    lines = Counter((entry.registration_id, entry.presence) for entry in log())
    assert set(lines.values()) == {1}
    holding = queries.newest(db.session.get_one(CourseSession, course_session))
    assert {key[0] for key in holding} == set(ids[:6])


def test_who_is_taken_off_meanwhile_does_not_keep_the_rest_from_being_marked(
    racing: Flask,
) -> None:
    course_session, ids = begun(8)

    at_once(
        racing,
        [partial(mark_rest, course_session), *(partial(remove, each) for each in ids[:3])],
    )

    marked = {entry.registration_id for entry in log()}
    assert marked >= set(ids[3:])


@pytest.mark.postgresql
def test_whoever_only_refers_to_a_locked_row_waits_for_nobody(tmp_path: Path) -> None:
    # On SQLite writers take turns. On PostgreSQL an issue of certificates and a mark waited for
    # each other: the log of either refers to the collaborative that the other had locked.
    with committing(tmp_path, postgresql_url("references")) as app:
        made, [ada] = begun(people=1)
        has_locked, has_marked = threading.Event(), threading.Event()

        @action
        def hold() -> bool:
            course_session = db.session.get_one(CourseSession, made)
            lock(course_session, course_session.collaborative)
            has_locked.set()
            return has_marked.wait(timeout=10)

        def mark_meanwhile() -> None:
            assert has_locked.wait(timeout=10)
            mark(ada, Presence.PRESENT)
            has_marked.set()

        waited_for_nobody: list[bool] = []
        at_once(app, [lambda: waited_for_nobody.append(hold()), mark_meanwhile])

        assert waited_for_nobody == [True]
