"""Signing in by a mailed code."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pdtrack.accounts.actions import signing_in as actions
from pdtrack.core import clock, delivery
from pdtrack.core.authz import NOBODY
from pdtrack.core.db import db
from pdtrack.core.outbox import MailState
from tests import make
from tests.accounts import mailbox
from tests.accounts.entering import ADDRESS, is_in
from tests.accounts.stranger import seen

pytestmark = pytest.mark.usefixtures("app")


def ask(client: FlaskClient, email: str = ADDRESS) -> TestResponse:
    """Ask for a code."""
    return client.post("/sign-in/code", data={"email": email})


def send(client: FlaskClient, code: str) -> TestResponse:
    """Send the form for a code."""
    return client.post("/sign-in/code/enter", data={"code": code})


def test_a_mailed_code_signs_in(client: FlaskClient) -> None:
    person = make.person(email=ADDRESS)

    assert ask(client).headers["Location"] == "/sign-in/code/enter"
    mail = mailbox.newest(ADDRESS)
    code = mailbox.secret_in(mail)
    assert len(code) == 6
    assert code not in mail.text
    answer = send(client, f"{code[:3]} {code[3:]}")

    assert answer.headers["Location"] == "/my"
    assert is_in(client)
    assert person.last_signed_in_at is not None


def test_the_way_back_survives_the_code(client: FlaskClient) -> None:
    make.person(email=ADDRESS)
    asked = client.post("/sign-in/code?next=/sessions/12", data={"email": ADDRESS})
    code = mailbox.secret_in(mailbox.newest(ADDRESS))

    answer = client.post(asked.headers["Location"], data={"code": code})

    assert answer.headers["Location"] == "/sessions/12"


def test_a_code_is_the_same_however_often_the_mail_is_sent(client: FlaskClient) -> None:
    make.person(email=ADDRESS)
    ask(client)
    mail = mailbox.newest(ADDRESS)

    assert mailbox.secret_in(mail) == mailbox.secret_in(mail)


def test_a_code_works_once(client: FlaskClient) -> None:
    make.person(email=ADDRESS)
    ask(client)
    with client.session_transaction() as session:
        asked = dict(session)
    code = mailbox.secret_in(mailbox.newest(ADDRESS))
    send(client, code)
    client.post("/sign-out")
    with client.session_transaction() as session:
        session.update(asked)

    again = send(client, code)

    assert again.status_code == 422
    assert "no longer works" in again.text


def test_a_code_works_for_ten_minutes(client: FlaskClient) -> None:
    make.person(email=ADDRESS)
    ask(client)
    code = mailbox.secret_in(mailbox.newest(ADDRESS))

    with clock.frozen(clock.now() + timedelta(minutes=10, seconds=1)):
        assert "no longer works" in send(client, code).text
    assert send(client, code).status_code == 302


def test_a_code_that_was_kept_until_it_is_dead_does_not_leave(client: FlaskClient) -> None:
    # The mail server was down: a late code would only be typed in vain.
    make.person(email=ADDRESS)
    ask(client)

    with clock.frozen(clock.now() + timedelta(minutes=11)):
        delivery.send_due()

    mail = mailbox.newest(ADDRESS)
    db.session.refresh(mail)
    assert (mail.state, mail.last_error) == (MailState.UNDONE, "It was no longer wanted.")


def test_a_code_works_only_in_the_browser_that_asked(app: Flask) -> None:
    make.person(email=ADDRESS)
    here, elsewhere = app.test_client(), app.test_client()
    ask(here)
    code = mailbox.secret_in(mailbox.newest(ADDRESS))

    assert send(elsewhere, code).headers["Location"] == "/sign-in/code"
    ask(elsewhere, "somebody.else@people.example")
    assert send(elsewhere, code).status_code == 422
    assert not is_in(elsewhere)


def test_after_five_wrong_codes_the_right_one_is_refused(client: FlaskClient) -> None:
    make.person(email=ADDRESS)
    ask(client)
    code = mailbox.secret_in(mailbox.newest(ADDRESS))
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    tries = [send(client, wrong) for _ in range(5)]

    for left, answer in zip((4, 3, 2, 1, 0), tries, strict=True):
        assert f"Tries left: {left}." in answer.text
    assert "no longer works" in send(client, code).text


def test_wrong_codes_count_as_failures_to_sign_in(client: FlaskClient) -> None:
    make.person(email=ADDRESS)
    statuses = []
    for _ in range(3):
        ask(client)
        statuses += [send(client, "000000").status_code for _ in range(4)]

    assert statuses == [422] * 10 + [429] * 2


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef"])
def test_what_is_no_code_is_refused_at_the_field(client: FlaskClient, typed: str) -> None:
    ask(client)

    answer = send(client, typed)

    assert answer.status_code == 422
    assert "six digits of the mail" in answer.text


def test_asking_for_a_code_tells_nothing(app: Flask) -> None:
    make.person(email=ADDRESS)
    make.person(email="bob@people.example", deactivated_at=clock.now())

    emails = (ADDRESS, "bob@people.example", "x@people.example")
    seen = {seen_of_code(app, email) for email in emails}

    assert len(seen) == 1
    assert "no account" in mailbox.newest("x@people.example").text


def seen_of_code(app: Flask, email: str) -> tuple[str, ...]:
    """Return all that a stranger sees who asks for a code and guesses."""
    client = app.test_client()
    asked = ask(client, email)
    answers = [client.get("/sign-in/code/enter"), *(send(client, "000000") for _ in range(6))]
    return tuple(seen(each, email) for each in (asked, *answers))


def test_a_person_closed_after_asking_does_not_get_in(client: FlaskClient) -> None:
    person = make.person(email=ADDRESS)
    code = actions.ask_for_code(address=ADDRESS, actor=NOBODY)
    right = mailbox.secret_in(mailbox.newest(ADDRESS))
    person.deactivated_at = clock.now()
    db.session.commit()

    assert actions.use_code(code=code, typed=right, actor=NOBODY) is None
    assert not is_in(client)
