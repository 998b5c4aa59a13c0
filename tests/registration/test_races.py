"""Many people and few places, at the same moment: threads and processes on real files."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pdtrack.accounts.models import Person
from pdtrack.app import create_app
from pdtrack.catalog import actions as catalog
from pdtrack.catalog.details import SessionDetails
from pdtrack.catalog.models import CourseSession, Format
from pdtrack.core.authz import SYSTEM, Actor
from pdtrack.core.db import action, db, lock
from pdtrack.core.outbox import OutgoingEmail
from pdtrack.registration import actions, queries
from pdtrack.registration.models import Registration, Status
from pdtrack.registration.rules import Counts
from tests import make
from tests.conftest import committing, settings
from tests.postgresql import postgresql_url

PLACES = 5
PEOPLE = 24
Attempt = tuple[int, int]  # A course session's id and a person's.


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/race.db"
    return postgresql_url("race")


@pytest.fixture
def racing(url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database that others write to at the same time."""
    with committing(tmp_path, url) as app:
        yield app


def _application(url: str, folder: Path) -> Flask:
    return create_app(settings(folder, SQLALCHEMY_DATABASE_URI=url))


def _register(attempt: Attempt) -> str:
    """Register one person as a request would, and say what came of it."""
    course_session = db.session.get_one(CourseSession, attempt[0])
    person = db.session.get_one(Person, attempt[1])
    try:
        made = actions.register(
            person=person, course_session=course_session, employment=None, actor=person
        )
    except actions.AlreadyRegistered:
        return "refused"
    finally:
        db.session.remove()
    return made.status.value


def _in_processes(url: str, folder: str, attempts: list[Attempt], start: Any) -> list[str]:
    """Run in a process of its own: register some people as soon as all processes are ready."""
    app = _application(url, Path(folder))
    with app.app_context():
        start.wait()
        outcomes = [_register(attempt) for attempt in attempts]
        db.engine.dispose()
    return outcomes


def _race_of_processes(
    url: str, folder: Path, attempts: list[Attempt], processes: int
) -> list[str]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])  # Import everything once, not in each process.
    with context.Manager() as manager, ProcessPoolExecutor(processes, mp_context=context) as pool:
        start = manager.Barrier(processes)
        shares = [attempts[number::processes] for number in range(processes)]
        futures = [pool.submit(_in_processes, url, str(folder), share, start) for share in shares]
        return [outcome for future in futures for outcome in future.result()]


def _race_of_threads(app: Flask, calls: list[Callable[[], str]]) -> list[str]:
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], str]) -> str:
        with app.app_context():
            start.wait()
            try:
                return call()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def _people(count: int) -> list[int]:
    return [make.person().id for _ in range(count)]


def _statuses(course_session: CourseSession) -> list[Status]:
    """Return the statuses in the order in which people took the lock."""
    return list(
        db.session.scalars(
            select(Registration.status)
            .where(Registration.course_session_id == course_session.id)
            .order_by(Registration.id)
        )
    )


def test_threads_never_give_away_more_places_than_there_are(racing: Flask) -> None:
    # Rock #2510, talawa #3569: capacity checked when the page loads.
    course_session = make.course_session(capacity=PLACES)
    attempts = [(course_session.id, person_id) for person_id in _people(12)]
    db.session.remove()

    outcomes = _race_of_threads(racing, [partial(_register, each) for each in attempts])

    assert sorted(outcomes) == ["registered"] * PLACES + ["waitlisted"] * (12 - PLACES)
    assert queries.counts([attempts[0][0]]) == {
        attempts[0][0]: Counts(taken=PLACES, waiting=12 - PLACES)
    }


@pytest.mark.slow
@pytest.mark.usefixtures("racing")
def test_processes_give_places_and_positions_in_the_order_of_the_lock(
    url: str, tmp_path: Path
) -> None:
    course_session = make.course_session(capacity=PLACES)
    attempts = [(course_session.id, person_id) for person_id in _people(PEOPLE)]
    db.session.remove()

    outcomes = _race_of_processes(url, tmp_path, attempts, processes=3)

    assert outcomes.count("registered") == PLACES
    assert outcomes.count("waitlisted") == PEOPLE - PLACES
    statuses = _statuses(course_session)
    assert statuses == [Status.REGISTERED] * PLACES + [Status.WAITLISTED] * (PEOPLE - PLACES)
    _each_waiter_was_told_the_right_position(course_session)


def _each_waiter_was_told_the_right_position(course_session: CourseSession) -> None:
    line = queries.line(course_session)
    texts = {
        email.person_id: email.text
        for email in db.session.scalars(
            select(OutgoingEmail).where(OutgoingEmail.subject.startswith("On the waitlist"))
        )
    }
    assert len(texts) == len(line)
    for position, registration in enumerate(line, start=1):
        assert f"You are number {position} on" in texts[registration.person_id]


def test_one_person_in_many_threads_gets_one_registration(racing: Flask) -> None:
    course_session = make.course_session(capacity=PLACES)
    (person_id,) = _people(1)
    attempt = (course_session.id, person_id)
    db.session.remove()

    outcomes = _race_of_threads(racing, [lambda: _register(attempt)] * 6)

    assert sorted(outcomes) == ["refused"] * 5 + ["registered"]
    assert len(db.session.scalars(select(OutgoingEmail)).all()) == 1


def test_places_freed_at_the_same_moment_go_to_as_many_people_and_no_newcomer(
    racing: Flask,
) -> None:
    course_session = make.course_session(capacity=3)
    leaving = [make.registration(course_session=course_session).id for _ in range(3)]
    waiting = [
        make.registration(course_session=course_session, status=Status.WAITLISTED).id
        for _ in range(5)
    ]
    newcomers = [(course_session.id, person_id) for person_id in _people(3)]
    db.session.remove()

    def leave(registration_id: int) -> str:
        registration = db.session.get_one(Registration, registration_id)
        actions.cancel(registration=registration, actor=registration.person)
        return "left"

    _race_of_threads(
        racing,
        [
            *(partial(leave, each) for each in leaving),
            *(partial(_register, each) for each in newcomers),
        ],
    )

    assert _statuses(course_session) == [
        *[Status.CANCELLED] * 3,
        *[Status.REGISTERED] * 3,
        *[Status.WAITLISTED] * 5,
    ]
    assert [each.id for each in queries.line(course_session)][:2] == waiting[3:]


def test_every_way_to_a_place_at_the_same_moment_fills_each_place_once(racing: Flask) -> None:
    # JEM #1926, #555, yggdrasil #190: who leaves, staff, and a larger room move one line.
    course_session = make.course_session(capacity=2, format=Format.ONLINE)
    ada, ben = (make.registration(course_session=course_session).id for _ in range(2))
    waiting = [
        make.registration(course_session=course_session, status=Status.WAITLISTED).id
        for _ in range(6)
    ]
    newcomers = [(course_session.id, person_id) for person_id in _people(3)]
    session_id = course_session.id
    db.session.remove()

    def leave(registration_id: int) -> str:
        registration = db.session.get_one(Registration, registration_id)
        actions.cancel(registration=registration, actor=registration.person)
        return "left"

    def remove(registration_id: int) -> str:
        registration = db.session.get_one(Registration, registration_id)
        actions.remove(registration=registration, reason="Ill.", actor=SYSTEM)
        return "removed"

    def enlarge() -> str:
        _enlarge(course_session=db.session.get_one(CourseSession, session_id), by=2, actor=SYSTEM)
        return "enlarged"

    def fill() -> str:
        actions.rebalance(
            course_session=db.session.get_one(CourseSession, session_id), actor=SYSTEM
        )
        return "filled"

    outcomes = _race_of_threads(
        racing,
        [
            partial(leave, ada),
            partial(remove, ben),
            enlarge,
            fill,
            partial(leave, waiting[5]),
            *(partial(_register, each) for each in newcomers),
        ],
    )

    assert outcomes[-3:] == ["waitlisted"] * 3
    assert queries.counts([session_id])[session_id] == Counts(taken=4, waiting=4)
    assert [each.id for each in queries.line(db.session.get_one(CourseSession, session_id))][
        :1
    ] == [waiting[4]]
    told = db.session.scalars(
        select(OutgoingEmail.person_id).where(OutgoingEmail.subject.startswith("You are in"))
    ).all()
    assert len(told) == len(set(told)) == 4


@action
def _enlarge(*, course_session: CourseSession, by: int, actor: Actor) -> None:
    """Do what the desk does: change the session, then move the line."""
    lock(course_session)
    details = {**dict(SessionDetails.of(course_session).items())}
    details["capacity"] += by
    catalog.edit_course_session(
        course_session=course_session, details=SessionDetails(**details), actor=actor
    )
    actions.rebalance(course_session=course_session, actor=actor)
