"""Applications with a database of their own, for what a rolled-back transaction would hide."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from tests.conftest import committing
from tests.postgresql import postgresql_url

_numbers = itertools.count(1)

TEMPLATE = """Your {{ thing }} is ready

Dear Ada,
open {{ private_link }} or https://pd.example/a?b=1&c=2.

- one
- two <b>
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database of each kind."""
    if request.param == "postgresql":
        return postgresql_url(f"core{next(_numbers)}")
    return f"sqlite:///{tmp_path}/pdtrack.db"


@pytest.fixture
def fresh_app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """Make an application that commits for good, in each kind of database."""
    with committing(tmp_path, database_url) as app:
        yield app


class Mailbox:
    """A mail server's handler that keeps what it takes, and answers as it is told."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.sessions: set[int] = set()
        self.answer_to_rcpt: Callable[[str], str | None] = lambda _address: None
        self.answer_to_data: Callable[[Envelope], str | None] = lambda _envelope: None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name.
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take or refuse an address."""
        if answer := self.answer_to_rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name.
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take or refuse a message."""
        self.sessions.add(id(session))
        if answer := self.answer_to_data(envelope):
            return answer
        self.envelopes.append(envelope)
        return "250 OK"


@pytest.fixture
def mailbox(fresh_app: Flask) -> Iterator[Mailbox]:
    """Run a real mail server, to which the application sends."""
    handler = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    fresh_app.config["PDTRACK_SMTP_URL"] = f"smtp://127.0.0.1:{port}"
    yield handler
    controller.stop()


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch, fresh_app: Flask) -> None:
    """Give the application one template for mail."""
    environment = fresh_app.jinja_env
    found = environment.get_template

    def get(name: Any, *args: Any, **kwargs: Any) -> Any:
        if name == "emails/test.txt":
            return environment.from_string(TEMPLATE)
        return found(name, *args, **kwargs)

    monkeypatch.setattr(environment, "get_template", get)
