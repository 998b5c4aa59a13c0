"""Waking the worker: quick, harmless when nobody listens, and one thread a name."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from pdtrack.app import create_app
from pdtrack.core import clock, jobs
from pdtrack.core.db import action, after_commit
from tests.conftest import settings
from tests.postgresql import postgresql_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def jobs_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Make an application whose calls to the worker wait in each kind of store."""
    url = f"sqlite:///{tmp_path}/new/jobs.db"
    if request.param == "postgresql":
        url = postgresql_url("jobs")
    app = create_app(settings(tmp_path, PDTRACK_JOBS_URL=url))
    with app.app_context():
        yield app
    jobs.close(app)


@pytest.fixture
def done() -> list[str]:
    """Register a work that writes down that it was done."""
    done: list[str] = []
    jobs.add("test", lambda: done.append("done"))
    return done


@pytest.mark.usefixtures("jobs_app")
def test_a_call_waits_until_a_worker_takes_it(done: list[str]) -> None:
    assert jobs.waiting() == 0

    jobs.wake("test")

    assert jobs.waiting() == 1
    assert done == []


@pytest.mark.usefixtures("jobs_app")
def test_the_worker_is_woken_after_the_commit_only() -> None:
    @action
    def act() -> None:
        after_commit(lambda: jobs.wake("test"))
        assert jobs.waiting() == 0

    act()

    assert jobs.waiting() == 1


def test_waking_never_fails(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    app = create_app(settings(tmp_path, PDTRACK_JOBS_URL=f"sqlite:///{tmp_path}/file/jobs.db"))

    with app.app_context():
        jobs.wake("test")

    assert "could not be woken" in caplog.text


@pytest.mark.usefixtures("app")
def test_a_failing_work_is_written_down_and_keeps_no_other_from_its_turn(
    done: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    jobs.add("failing", fail)
    try:
        jobs.run("failing")
        jobs.run("test")
    finally:
        jobs.add("failing", lambda: None)

    assert done == ["done"]
    assert "'failing' failed" in caplog.text


@pytest.mark.usefixtures("app")
def test_a_name_that_nobody_knows_is_written_down(caplog: pytest.LogCaptureFixture) -> None:
    jobs.run("unheard of")

    assert "unheard of" in caplog.text


@pytest.mark.usefixtures("app")
def test_a_sweep_does_everything(done: list[str]) -> None:
    jobs.sweep()

    assert done == ["done"]


@pytest.mark.usefixtures("app")
def test_being_asked_while_at_work_means_once_more_afterwards() -> None:
    depths: list[int] = []
    depth = 0

    def work() -> None:
        nonlocal depth
        depth += 1
        depths.append(depth)
        if len(depths) < 3:
            jobs.run("nested")
            jobs.run("nested")
        depth -= 1

    jobs.add("nested", work)

    jobs.run("nested")

    assert depths == [1, 1, 1]


@pytest.mark.usefixtures("jobs_app")
def test_a_worker_is_heard_of() -> None:
    assert jobs.heartbeats() == {}

    jobs.beat()
    jobs.beat()

    name = f"{socket.gethostname()}:{os.getpid()}"
    assert list(jobs.heartbeats()) == [name]
    assert clock.now() - jobs.heartbeats()[name] < timedelta(minutes=1)


@pytest.mark.usefixtures("jobs_app")
def test_a_worker_long_gone_is_forgotten() -> None:
    with clock.frozen(clock.now() - timedelta(days=2)):
        jobs.beat()
    assert len(jobs.heartbeats()) == 1

    jobs.sweep_heartbeats()

    assert jobs.heartbeats() == {}


def test_an_unknown_store_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="PDTRACK_JOBS_URL"):
        create_app(settings(tmp_path, PDTRACK_JOBS_URL="amqp://localhost"))
