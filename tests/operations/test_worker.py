"""The worker as a process of its own: quick, polite, and at no loss when it is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from flask import Flask
from sqlalchemy import select, update

from pdtrack.app import create_app
from pdtrack.core import clock, jobs, security
from pdtrack.core.db import action, db
from pdtrack.core.outbox import MailState, OutgoingEmail
from tests.conftest import prepare, settings
from tests.postgresql import postgresql_url

ROOT = Path(__file__).parents[2]
PATIENCE = 30
pytestmark = pytest.mark.slow


class Server:
    """A mail server that counts what arrives, and can strike the worker down meanwhile."""

    def __init__(self) -> None:
        self.arrived: Queue[str] = Queue()
        self.worker: subprocess.Popen[bytes] | None = None
        self.strike_at = 0
        self.seen = 0

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name.
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        """Take a message, or kill whoever brings it before it is taken."""
        self.seen += 1
        if self.seen == self.strike_at and self.worker:
            self.worker.kill()
            self.worker.wait(PATIENCE)
            return "451 Nobody is there to hear this"
        self.arrived.put(envelope.rcpt_tos[0])
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    """Run a mail server, and return it with its address."""
    handler = Server()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, server: tuple[Server, str]
) -> Iterator[tuple[Flask, dict[str, str]]]:
    """Make an installation, and return it with the environment of its other processes."""
    url = f"sqlite:///{tmp_path}/pdtrack.db"
    jobs_url = f"sqlite:///{tmp_path}/jobs.db"
    if request.param == "postgresql":
        url = postgresql_url("worker")
        jobs_url = url.replace("postgresql+psycopg", "postgresql")
    environ = {
        **os.environ,
        "DATABASE_URL": url,
        "PDTRACK_JOBS_URL": jobs_url,
        "PDTRACK_INSTANCE": str(tmp_path),
        "PDTRACK_SMTP_URL": server[1],
        "PDTRACK_MAIL_DOMAIN": "pd.example",
        "PYTHONUNBUFFERED": "1",
    }
    more = {
        "SQLALCHEMY_DATABASE_URI": url,
        "PDTRACK_JOBS_URL": jobs_url,
        "SECRET_KEY": "only-for-development",
    }
    app = create_app(settings(tmp_path, **more))
    with app.app_context():
        prepare()
        yield app, environ
        db.session.remove()
        db.engine.dispose()
    jobs.close(app)
    security.close(app)


def start(environ: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a worker, and wait until it is heard of."""
    before = set(jobs.heartbeats())
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    worker = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE)
    assert worker.stderr is not None
    for line in worker.stderr:
        if b"at work" in line:
            break
    while set(jobs.heartbeats()) == before:
        assert worker.poll() is None
    return worker


def stop(worker: subprocess.Popen[bytes], by: signal.Signals = signal.SIGTERM) -> int:
    worker.send_signal(by)
    _, _ = worker.communicate(timeout=PATIENCE)
    return worker.returncode


def write(count: int) -> list[str]:
    """Put mail into the outbox, as an act does, and return whom it is for."""
    addresses = [f"person{number}@people.example" for number in range(count)]

    @action
    def act() -> None:
        now = clock.now()
        for address in addresses:
            db.session.add(
                OutgoingEmail(
                    to_address=address,
                    to_name="",
                    subject="Hello",
                    text="Hello\n",
                    html="<p>Hello</p>",
                    message_id=f"<{address}>",
                    state=MailState.WAITING,
                    created_at=now,
                    not_before_at=now,
                )
            )

    act()
    return addresses


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_delivers_at_once_and_stops_politely(
    installation: tuple[Flask, dict[str, str]], server: tuple[Server, str], by: signal.Signals
) -> None:
    _, environ = installation
    worker = start(environ)
    try:
        (address,) = write(1)
        jobs.wake("outbox")

        assert server[0].arrived.get(timeout=PATIENCE) == address
    finally:
        code = stop(worker, by)

    assert code == 0
    db.session.rollback()
    assert db.session.scalars(select(OutgoingEmail.state)).all() == [MailState.SENT]


def test_mail_that_nobody_announced_is_found_when_a_worker_starts(
    installation: tuple[Flask, dict[str, str]], server: tuple[Server, str]
) -> None:
    _, environ = installation
    (address,) = write(1)
    worker = start(environ)
    try:
        assert server[0].arrived.get(timeout=PATIENCE) == address
    finally:
        stop(worker)


def test_a_worker_that_is_killed_loses_nothing_and_repeats_nothing(
    installation: tuple[Flask, dict[str, str]], server: tuple[Server, str]
) -> None:
    _, environ = installation
    handler, _ = server
    addresses = write(12)
    handler.strike_at = 5
    first = handler.worker = start(environ)
    first.communicate(timeout=PATIENCE)
    assert first.returncode == -signal.SIGKILL

    # Another worker waits for the leases of the dead one to end; here they end now.
    action(
        lambda: db.session.execute(
            update(OutgoingEmail)
            .where(OutgoingEmail.state == MailState.WAITING)
            .values(leased_until_at=clock.now())
        )
    )()
    second = start(environ)
    try:
        arrived = Counter(handler.arrived.get(timeout=PATIENCE) for _ in addresses)
    finally:
        stop(second)

    assert arrived == Counter(addresses)
    assert handler.arrived.empty()
    db.session.rollback()
    assert set(db.session.scalars(select(OutgoingEmail.state))) == {MailState.SENT}
