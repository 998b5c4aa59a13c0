"""The whole installation as real processes: web server, worker, mail server and their database."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Condition
from typing import Any
from urllib.request import urlopen

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from pdtrack.accounts.models import Person
from pdtrack.app import create_app
from pdtrack.core import jobs, security
from pdtrack.core.db import db
from tests.conftest import prepare, settings

ROOT = Path(__file__).parents[1]
SECRET = "a secret of the tests, which guards nothing"
PATIENCE = 180  # Seconds: far longer than anything takes, so that only what never comes fails.


class Mail:
    """A mail server that keeps what it takes, and lets tests wait for it."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.when_taken: Callable[[], object] = lambda: None  # Before the sender hears of it.
        self._arrived = Condition()

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name.
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a message."""
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        with self._arrived:
            self.taken.append(message)
            self._arrived.notify_all()
        self.when_taken()
        return "250 OK"

    def to(self, address: str, about: str = "") -> list[EmailMessage]:
        """Return the mail to somebody whose subject holds some words, in order."""
        return [
            each
            for each in list(self.taken)
            if address in str(each["To"]) and about.lower() in str(each["Subject"]).lower()
        ]

    def wait_for(self, address: str, about: str) -> EmailMessage:
        """Return the last mail to somebody about something, as soon as there is one."""
        self.wait_until(lambda: bool(self.to(address, about)), f"mail to {address} about {about}")
        return self.to(address, about)[-1]

    def wait_until(self, is_there: Callable[[], bool], what: str) -> None:
        """Wait until something is true of what was taken."""
        with self._arrived:
            subjects = [f"{each['To']}: {each['Subject']}" for each in self.taken]
            assert self._arrived.wait_for(is_there, PATIENCE), f"No {what} among {subjects}"


def words(message: EmailMessage) -> str:
    """Return what a mail says in plain words."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link(message: EmailMessage, holding: str = "") -> str:
    """Return the first address in a mail that holds something."""
    found = re.findall(r"https?://[^\s>]+", words(message))
    return str(next(each for each in found if holding in each))


@dataclass
class Site:
    """A running installation, and the application through which tests look into it."""

    base: str
    app: Flask
    mail: Mail
    environ: dict[str, str]
    web: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None
    logs: list[Path] = field(default_factory=list)

    def cookie(self, person: Person) -> dict[str, str]:
        """Return the cookies of somebody who has signed in."""
        serializer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert serializer is not None
        kept = {"_user_id": person.get_id(), "_fresh": True, "_permanent": True}
        return {self.app.config["SESSION_COOKIE_NAME"]: serializer.dumps(kept)}

    def web_workers(self) -> list[int]:
        """Return the ids of the processes that answer requests."""
        assert self.web is not None
        children = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children")
        return [int(each) for each in children.read_text().split()]

    def said(self) -> str:
        """Return what the processes wrote into their logs."""
        return "\n".join(log.read_text() for log in self.logs)


def free_port() -> int:
    """Return a port that nobody uses."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mail_server(handler: Mail) -> Iterator[str]:
    """Run a mail server, and return its address."""
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


@contextmanager
def installation(folder: Path, database: str | None = None, **more: str) -> Iterator[Site]:
    """Make an installation with its mail server; nothing else of it runs yet."""
    url, base, mail = database or f"sqlite:///{folder}/pdtrack.db", _base(), Mail()
    with mail_server(mail) as smtp:
        environ = {
            "PDTRACK_INSTANCE": str(folder),
            "PDTRACK_SECRET_KEY": SECRET,
            "PDTRACK_URL": base,
            "DATABASE_URL": url,
            "PDTRACK_SMTP_URL": smtp,
            "PDTRACK_MAIL_DOMAIN": "pd.example",
            **more,
        }
        values: dict[str, Any] = {"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": SECRET}
        app = create_app(settings(folder, PDTRACK_URL=base, **values))
        with app.app_context():
            try:
                prepare()
                yield Site(base, app, mail, {**os.environ, "PYTHONUNBUFFERED": "1", **environ})
            finally:  # Or the next test is blamed for what a failed one left open.
                db.session.remove()
                db.engine.dispose()
                jobs.close(app)
                security.close(app)


@contextmanager
def web(site: Site, *, processes: int = 2) -> Iterator[None]:
    """Run the web server of an installation."""
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--workers", str(processes)]
    command += ["--bind", site.base.removeprefix("http://"), "--backlog", "2048"]
    command += ["--no-control-socket", "--log-level", "warning"]
    with _process(site, "web", command) as site.web:
        _wait_until_it_answers(site)
        yield


@contextmanager
def worker(site: Site) -> Iterator[None]:
    """Run the worker of an installation."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "jobs", "work"]
    with _process(site, "worker", command) as site.worker:
        yield


@contextmanager
def running(folder: Path, database: str | None = None, **more: str) -> Iterator[Site]:
    """Run a whole installation."""
    with ExitStack() as stack:
        site = stack.enter_context(installation(folder, database, **more))
        stack.enter_context(web(site))
        stack.enter_context(worker(site))
        yield site


@contextmanager
def _process(site: Site, name: str, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    log = Path(site.environ["PDTRACK_INSTANCE"]) / f"{name}.log"
    site.logs.append(log)
    with log.open("ab") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=site.environ, stdout=out, stderr=out)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def _base() -> str:
    return f"http://127.0.0.1:{free_port()}"


def _wait_until_it_answers(site: Site) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and site.web and site.web.poll() is None:
        try:
            with urlopen(f"{site.base}/healthz", timeout=5):  # noqa: S310 - our own.
                return
        except OSError:
            time.sleep(0.05)
    message = f"The web server did not start:\n{site.said()}"
    raise AssertionError(message)
