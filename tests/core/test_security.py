"""Headers, the one host name, and counters that are exact however many processes count."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.app import create_app
from pdtrack.core import clock, security, tokens
from pdtrack.core.db import action, db
from tests import make
from tests.conftest import settings
from tests.postgresql import postgresql_url

FIVE_A_MINUTE = (5, 60)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def limits_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Make an application with its counters in each kind of database."""
    url = f"sqlite:///{tmp_path}/limits.db"
    if request.param == "postgresql":
        url = postgresql_url("limits")
    app = create_app(settings(tmp_path, PDTRACK_LIMITS_URL=url))
    with app.app_context():
        yield app
    security.close(app)


def hits(count: int, key: str = "ada") -> list[bool]:
    return [security.hit("test", key, *FIVE_A_MINUTE) for _ in range(count)]


@pytest.mark.usefixtures("limits_app")
def test_attempts_are_counted_up_to_the_limit() -> None:
    assert hits(7) == [True] * 5 + [False] * 2
    assert hits(1, "ben") == [True]
    assert security.hit("other", "ada", *FIVE_A_MINUTE)


@pytest.mark.usefixtures("limits_app")
def test_the_count_begins_anew_when_its_time_is_over() -> None:
    began = clock.now()
    with clock.frozen(began):
        hits(6)
    with clock.frozen(began + timedelta(seconds=59)):
        assert hits(1) == [False]
    with clock.frozen(began + timedelta(seconds=60)):
        assert hits(6) == [True] * 5 + [False]


@pytest.mark.usefixtures("limits_app")
def test_attempts_can_be_forgotten_and_taken_back() -> None:
    hits(6)

    security.take_back("test", "ada", *FIVE_A_MINUTE)
    assert hits(1) == [False]  # The one too many was taken back, and counted again.
    for _ in range(2):
        security.take_back("test", "ada", *FIVE_A_MINUTE)
    assert hits(2) == [True, False]
    security.reset("test", "ada", *FIVE_A_MINUTE)
    assert hits(6) == [True] * 5 + [False]


@pytest.mark.usefixtures("limits_app")
def test_counters_that_have_run_out_are_deleted_and_no_others() -> None:
    with clock.frozen(clock.now() - timedelta(minutes=2)):
        hits(1, "old")
    hits(1, "new")

    security.forget_old_attempts()

    assert hits(5, "new") == [True] * 4 + [False]


def test_counters_keep_no_address(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path))
    with app.app_context():
        security.hit("test", "ada@people.example", *FIVE_A_MINUTE)
    security.close(app)

    kept = b"".join(path.read_bytes() for path in tmp_path.glob("limits.db*"))
    assert b"attempts" in kept
    assert b"ada" not in kept


@pytest.mark.slow
def test_processes_share_one_exact_count(limits_app: Flask, tmp_path: Path) -> None:
    url = limits_app.config["PDTRACK_LIMITS_URL"]
    command = [sys.executable, "-m", "tests.core.knocking", url, str(tmp_path), "40", "50"]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    admitted = 0
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        output, _ = process.communicate(timeout=60)
        admitted += int(output)

    assert admitted == 50


def test_old_tokens_are_deleted_and_fresh_ones_kept(app: Flask) -> None:
    with clock.frozen(clock.now() - timedelta(days=40)):
        action(lambda: tokens.issue("test", 1, lasts=timedelta(hours=1)))()
    action(lambda: tokens.issue("test", 2, lasts=timedelta(hours=1)))()

    tokens.forget_old()

    assert list(db.session.scalars(select(tokens.AccessToken.subject_id))) == [2]
    assert app.testing


def test_every_page_forbids_what_it_does_not_need(client: FlaskClient) -> None:
    headers = client.get("/sign-in").headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_production_insists_on_tls(app: Flask, client: FlaskClient) -> None:
    app.config["PDTRACK_ENV"] = "production"
    try:
        headers = client.get("/sign-in").headers
    finally:
        app.config["PDTRACK_ENV"] = "development"

    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_what_somebody_sees_when_signed_in_is_kept_by_no_browser(client: FlaskClient) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "no-cache"

    make.sign_in(client, make.person())

    assert client.get("/my/account").headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost:81", "[::1]"]
)
@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/my/account"])
def test_another_host_name_is_refused(client: FlaskClient, host: str, path: str) -> None:
    answer = client.get(path, headers={"Host": host})

    assert answer.status_code == 400
    assert "not known under that name" in answer.text
    assert client.post(path, headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_programs_on_this_machine_ask_without_knowing_the_name(
    client: FlaskClient, host: str
) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


def test_the_health_of_the_site_is_no_door_for_others(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "198.51.100.7")])
def test_only_a_proxy_that_was_announced_is_believed(
    tmp_path: Path, proxies: int, address: str
) -> None:
    app = create_app(settings(tmp_path, PDTRACK_PROXIES=proxies))
    seen: list[str | None] = []
    app.before_request(lambda: seen.append(request.remote_addr))

    app.test_client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.1, 198.51.100.7"})

    assert seen == [address]
