"""One line for each request, with nothing in it that opens a door or tells about a person."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from pdtrack.core import logs
from tests import make


@pytest.fixture(autouse=True)
def _at_the_level_of_an_installation(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def lines_of(client: FlaskClient, path: str, **options: Any) -> list[Any]:
    with capture_logs() as lines:
        client.get(path, **options)
    return [line for line in lines if line["event"] == "request"]


def test_a_request_is_one_line(client: FlaskClient) -> None:
    (line,) = lines_of(client, "/sign-in?next=/my")

    assert line["method"] == "GET"
    assert line["path"] == "/sign-in"
    assert line["endpoint"] == "accounts.sign_in"
    assert line["status"] == 200
    assert line["ms"] >= 0
    assert line["person_id"] is None


def test_a_person_is_a_number(client: FlaskClient) -> None:
    somebody = make.person()
    make.sign_in(client, somebody)

    (line,) = lines_of(client, "/my/account")

    assert line["person_id"] == str(somebody.id)
    assert str(somebody.email) not in str(line)


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/calendars/me/12-0123456789abcdef.ics", "/calendars/me/<token>.ics"),
        ("/verify/ABCD-1234-EFGH", "/verify/<code>"),
        ("/calendars/mine/0123456789abcdef0123456789abcdef.ics", "/calendars/mine/<…>"),
    ],
)
def test_secrets_in_addresses_are_masked(client: FlaskClient, path: str, written: str) -> None:
    (line,) = lines_of(client, path)

    assert line["path"] == written


def test_what_asks_every_few_seconds_is_not_written_down(client: FlaskClient) -> None:
    assert lines_of(client, "/healthz") == []


def test_each_answer_carries_the_number_of_its_request(app: Flask, client: FlaskClient) -> None:
    first, second = client.get("/healthz"), client.get("/healthz")
    forged = client.get("/healthz", headers={"X-Request-ID": "12345678"})

    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert forged.headers["X-Request-ID"] != "12345678"
    app.config["PDTRACK_PROXIES"] = 1
    try:
        given = client.get("/healthz", headers={"X-Request-ID": "12345678"})
        odd = client.get("/healthz", headers={"X-Request-ID": "<script>..."})
    finally:
        app.config["PDTRACK_PROXIES"] = 0
    assert given.headers["X-Request-ID"] == "12345678"
    assert "<" not in odd.headers["X-Request-ID"]


@pytest.fixture
def root_logger() -> Iterator[None]:
    """Put everything back after logs were configured as an installation does it."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def log_an_error() -> None:
    secret = "not to be seen " * 2
    try:
        _ = len(secret) / 0
    except ZeroDivisionError:
        logging.getLogger("somebody").exception("It %s", "broke")


@pytest.mark.usefixtures("root_logger")
def test_production_writes_json(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(is_json=True)

    log_an_error()

    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["logger"]) == ("It broke", "error", "somebody")
    assert "ZeroDivisionError" in line["exception"]
    assert line["timestamp"].endswith("Z")


def test_whoever_wants_no_lines_gets_none(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)

    assert lines_of(client, "/sign-in") == []


@pytest.mark.usefixtures("root_logger")
def test_our_own_lines_have_the_form_of_all_others(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(is_json=True)

    structlog.get_logger().info("request", logger="pdtrack.requests", path="/ñandú")
    logging.getLogger("pdtrack.requests").info("request")

    ours, others = map(json.loads, capsys.readouterr().err.splitlines())
    assert ours.pop("path") == "/ñandú"
    assert ours.keys() == others.keys()
    assert (ours["level"], ours["logger"]) == (others["level"], others["logger"])


@pytest.mark.usefixtures("root_logger")
def test_a_log_that_cannot_be_written_keeps_no_answer_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logs.configure(is_json=True)
    closed = (tmp_path / "log").open("w")
    closed.close()
    monkeypatch.setattr("sys.stderr", closed)

    structlog.get_logger().info("request")


@pytest.mark.usefixtures("root_logger")
def test_development_writes_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(is_json=False)

    log_an_error()

    written = capsys.readouterr().err
    assert "It broke" in written
    assert "ZeroDivisionError" in written
    assert "not to be seen not" not in written
