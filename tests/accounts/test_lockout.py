"""Being kept from guessing: how often somebody may try."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.accounts import lockout
from pdtrack.app import create_app
from pdtrack.core import clock, jobs, security
from pdtrack.core.db import db
from tests import make
from tests.accounts import mailbox
from tests.accounts.entering import ADDRESS, PASSWORD, ada, enter, is_in
from tests.accounts.stranger import seen
from tests.conftest import prepare, settings

pytestmark = pytest.mark.usefixtures("app")


def test_ten_failures_lock_an_address_out_on_one_network(client: FlaskClient) -> None:
    ada()

    failures = [enter(client, password="wrong") for _ in range(10)]
    locked = enter(client)

    assert {each.status_code for each in failures} == {422}
    assert locked.status_code == 429
    assert "Wait 15 minutes" in locked.text
    assert not is_in(client)


def test_who_is_locked_out_gets_in_by_a_mailed_code_as_the_page_says(client: FlaskClient) -> None:
    ada()
    for _ in range(11):
        locked = enter(client, password="wrong")
    assert "“Get a code by mail” still works" in locked.text

    client.post("/sign-in/code", data={"email": ADDRESS})
    code = mailbox.secret_in(mailbox.newest(ADDRESS))
    client.post("/sign-in/code/enter", data={"code": code})

    assert is_in(client)


def test_unknown_addresses_are_locked_out_alike(app: Flask) -> None:
    ada()
    answers = {
        email: [
            seen(enter(app.test_client(), email=email, password="wrong"), email) for _ in range(12)
        ]
        for email in (ADDRESS, "nobody@people.example")
    }

    assert answers[ADDRESS] == answers["nobody@people.example"]
    assert answers[ADDRESS][-1].startswith("429")


def test_another_network_is_not_locked_out(app: Flask) -> None:
    ada()
    client = app.test_client()
    for _ in range(11):
        enter(client, password="wrong")

    elsewhere = client.post(
        "/sign-in",
        data={"email": ADDRESS, "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )

    assert elsewhere.status_code == 302


def test_a_hundred_failures_from_everywhere_lock_an_address_out(app: Flask) -> None:
    ada()
    client = app.test_client()
    statuses = [
        client.post(
            "/sign-in",
            data={"email": ADDRESS, "password": "wrong"},
            environ_base={"REMOTE_ADDR": f"203.0.113.{number % 12}"},
        ).status_code
        for number in range(101)
    ]

    assert statuses == [422] * 100 + [429]


def test_who_is_locked_out_here_uses_up_nothing_of_the_others(app: Flask) -> None:
    with app.test_request_context():
        for _ in range(200):
            try_once("203.0.113.1")

        lockout.count_attempt(ADDRESS, "203.0.113.2")


def try_once(network: str) -> None:
    """Try once, whether it is refused or not."""
    try:
        lockout.count_attempt(ADDRESS, network)
    except lockout.LockedOut:
        return


def test_the_lock_opens_after_a_quarter_of_an_hour(client: FlaskClient) -> None:
    ada()
    for _ in range(11):
        enter(client, password="wrong")

    with clock.frozen(clock.now() + timedelta(minutes=14)):
        assert enter(client).status_code == 429
    with clock.frozen(clock.now() + timedelta(minutes=15, seconds=1)):
        assert enter(client).status_code == 302


def test_signing_in_forgets_the_failures_before(client: FlaskClient) -> None:
    ada()
    for _ in range(3):
        for _ in range(9):
            assert enter(client, password="wrong").status_code == 422
        assert enter(client).status_code == 302
        client.post("/sign-out")


def test_good_sign_ins_lock_nobody_out(app: Flask) -> None:
    ada()

    statuses = {enter(app.test_client()).status_code for _ in range(105)}

    assert statuses == {302}


def test_several_addresses_give_no_more_than_a_hundred_guesses(app: Flask) -> None:
    person = ada()
    with app.test_request_context():
        for _ in range(100):
            assert lockout.count_attempt_on(person.id)

    answer = enter(app.test_client())

    assert answer.status_code == 422
    assert "do not match" in answer.text


def test_a_new_password_opens_the_lock(client: FlaskClient) -> None:
    ada()
    for _ in range(11):
        enter(client, password="wrong")

    client.post("/password/forgot", data={"email": ADDRESS})
    client.post(
        mailbox.path_in(mailbox.newest(ADDRESS)), data={"password": "another four words here"}
    )

    assert enter(client, password="another four words here").status_code == 302


def test_a_network_may_sign_in_three_hundred_times_a_minute(app: Flask) -> None:
    with app.test_request_context():
        for number in range(300):
            lockout.count_attempt(f"person{number}@people.example", "203.0.113.7")

    ada()
    client = app.test_client()
    answers = [
        client.post(
            "/sign-in",
            data={"email": ADDRESS, "password": PASSWORD},
            environ_base={"REMOTE_ADDR": network},
        )
        for network in ("203.0.113.7", "203.0.113.8")
    ]

    assert [each.status_code for each in answers] == [429, 302]
    assert "from your network" in answers[0].text


@pytest.mark.parametrize(
    ("remote", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (None, "unknown"),
        ("odd", "odd"),
    ],
)
def test_a_household_is_one_network(remote: str | None, network: str) -> None:
    assert lockout.network_of(remote) == network


def test_asking_for_codes_does_not_block_the_way_to_a_new_password(client: FlaskClient) -> None:
    make.person(email=ADDRESS)
    statuses = [client.post("/sign-in/code", data={"email": ADDRESS}).status_code for _ in range(7)]

    answer = client.post("/password/forgot", data={"email": ADDRESS})

    assert statuses == [302] * 6 + [429]
    assert answer.status_code == 302


def test_somebody_elsewhere_does_not_keep_a_person_from_mail_of_their_own(app: Flask) -> None:
    make.person(email=ADDRESS)
    elsewhere, here = app.test_client(), app.test_client()
    for _ in range(7):
        elsewhere.post(
            "/sign-in/code", data={"email": ADDRESS}, environ_base={"REMOTE_ADDR": "198.51.100.7"}
        )

    assert here.post("/sign-in/code", data={"email": ADDRESS}).status_code == 302


@pytest.mark.slow
def test_the_count_is_exact_across_processes(tmp_path: Path) -> None:
    app = create_app(settings(tmp_path))
    with app.app_context():
        prepare()
        db.engine.dispose()
    jobs.close(app)
    security.close(app)

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        answers = list(processes.map(_statuses_of_twenty, [tmp_path, tmp_path]))

    assert sorted(answers[0] + answers[1]) == [422] * 10 + [429] * 30


def _statuses_of_twenty(folder: Path) -> list[int]:
    """Try twenty times to sign in, from a process of its own."""
    client = create_app(settings(folder)).test_client()
    return [enter(client, password="wrong").status_code for _ in range(20)]
