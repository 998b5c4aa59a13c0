"""Signing up: asking, proving the address, and who gets which account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.accounts import passwords
from pdtrack.accounts.actions import signing_up as actions
from pdtrack.accounts.models import (
    EmailAddress,
    OtherEmployer,
    Person,
    Position,
    SignInCode,
    SignUp,
)
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from tests import make
from tests.accounts import mailbox
from tests.accounts.arriving import (
    ADDRESS,
    PASSWORD,
    confirm,
    form,
    is_in,
    sign_up,
    somebody,
)
from tests.accounts.stranger import seen

pytestmark = pytest.mark.usefixtures("app")


def test_signing_up_ends_in_an_account_once_the_address_is_proven(client: FlaskClient) -> None:
    answer = sign_up(client, position="teacher")

    assert answer.headers["Location"] == "/sign-up/check-mail"
    assert ADDRESS in client.get("/sign-up/check-mail").text
    assert db.session.scalars(select(Person)).all() == []
    assert not is_in(client)

    confirmed = confirm(client)

    ada = somebody()
    assert confirmed.headers["Location"] == "/my"
    assert is_in(client)
    assert (ada.display_name, ada.email) == ("Ada Able", ADDRESS)
    assert passwords.matches(PASSWORD, ada.password_hash)
    assert [(each.other_kind, each.position) for each in ada.employments] == [
        (OtherEmployer.NONE, Position.TEACHER)
    ]


def test_before_the_proof_the_password_opens_nothing(client: FlaskClient) -> None:
    sign_up(client)

    assert client.post("/sign-in", data={"email": ADDRESS, "password": PASSWORD}).status_code == 422


def test_the_way_back_survives_the_whole_sign_up(client: FlaskClient) -> None:
    sign_up(client, "?next=/sessions/12/register")

    assert confirm(client).headers["Location"] == "/sessions/12/register"


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example/x", "/\\evil.example"])
def test_there_is_no_way_to_another_site(client: FlaskClient, target: str) -> None:
    client.post("/sign-up", query_string={"next": target}, data=form())

    assert confirm(client).headers["Location"] == "/my"


def test_without_a_password_one_signs_in_by_code(client: FlaskClient) -> None:
    sign_up(client, password="")
    confirm(client)
    client.post("/sign-out")

    assert somebody().password_hash is None
    client.post("/sign-in/code", data={"email": ADDRESS})
    code = mailbox.secret_in(mailbox.newest(ADDRESS))
    assert client.post("/sign-in/code/enter", data={"code": code}).status_code == 302


def test_programs_that_follow_links_in_mail_do_nothing(client: FlaskClient) -> None:
    sign_up(client)
    path = mailbox.path_in(mailbox.newest(ADDRESS))

    for _ in range(3):
        client.get(path)
        client.head(path)

    assert db.session.scalars(select(Person)).all() == []
    assert client.post(path).status_code == 302


def test_the_mail_carries_nothing_that_a_stranger_typed(client: FlaskClient) -> None:
    sign_up(client, first_name="Buy now", last_name="https://evil.example")

    mail = mailbox.newest(ADDRESS)

    assert "Buy now" not in mail.text + mail.html + mail.subject + mail.to_name
    assert "evil.example" not in mail.text + mail.html


def test_signing_up_tells_nothing_about_an_address(app: Flask) -> None:
    make.person(email="known@people.example", password_hash="kept")
    make.person(email="by.staff@people.example")

    shown = {
        shown_of_sign_up(app, f"{name}@people.example") for name in ("known", "by.staff", "unknown")
    }

    assert len(shown) == 1


def shown_of_sign_up(app: Flask, email: str) -> tuple[str, ...]:
    """Return all that a stranger sees who signs up with an address again and again."""
    client = app.test_client()
    answers = [
        sign_up(client, email=email),
        client.get("/sign-up/check-mail"),
        client.post("/sign-up/send-again"),
        client.get("/sign-up/check-mail"),
        *(sign_up(client, email=email) for _ in range(5)),
    ]
    assert answers[-1].status_code == 429
    return tuple(seen(each, email) for each in answers)


def test_who_has_an_account_is_told_by_mail_and_nothing_changes(client: FlaskClient) -> None:
    bob = make.person(email=ADDRESS, first_name="Bob", password_hash=passwords.hashed("x" * 12))

    sign_up(client)

    mail = mailbox.newest(ADDRESS)
    assert mail.subject == "You have an account already"
    assert mail.secret is None
    assert bob.display_name.startswith("Bob")
    assert passwords.matches("x" * 12, bob.password_hash)


@pytest.mark.parametrize("is_verified", [True, False])
def test_whom_staff_wrote_down_gets_the_account(client: FlaskClient, is_verified: bool) -> None:
    amherst = make.district()
    bob = make.person(email=None, first_name="Robert", employer=amherst)
    make.saved(
        EmailAddress(
            person_id=bob.id,
            address=ADDRESS,
            verified_at=clock.now() if is_verified else None,
            created_at=clock.now(),
        )
    )
    db.session.refresh(bob)

    sign_up(client, employer=str(amherst.id))
    assert bob.password_hash is None
    confirm(client)

    assert somebody() is bob
    assert passwords.matches(PASSWORD, bob.password_hash)
    assert bob.display_name.startswith("Robert")
    assert bob.email == ADDRESS
    assert len(bob.employments) == 1


def test_two_people_with_one_unproven_address_are_not_mixed_up(client: FlaskClient) -> None:
    for _ in range(2):
        known = make.person(email=None)
        make.saved(EmailAddress(person_id=known.id, address=ADDRESS, created_at=clock.now()))

    sign_up(client)
    confirm(client)

    assert len(db.session.scalars(select(Person)).all()) == 3


def test_in_another_browser_the_password_is_chosen_anew(app: Flask) -> None:
    stranger, owner = app.test_client(), app.test_client()
    sign_up(stranger, password="the stranger knows this")
    path = mailbox.path_in(mailbox.newest(ADDRESS))

    assert "You signed up in another browser" in owner.get(path).text
    assert owner.post(path, data={"password": "short"}).status_code == 422
    owner.post(path, data={"password": PASSWORD})

    assert passwords.matches(PASSWORD, somebody().password_hash)
    tried = stranger.post(
        "/sign-in", data={"email": ADDRESS, "password": "the stranger knows this"}
    )
    assert tried.status_code == 422
    assert not is_in(stranger)


def test_in_another_browser_the_password_may_be_left_out(app: Flask) -> None:
    sign_up(app.test_client())

    confirm(app.test_client(), password="")

    assert somebody().password_hash is None


def test_the_link_works_once_and_for_two_days(client: FlaskClient) -> None:
    sign_up(client)
    path = mailbox.path_in(mailbox.newest(ADDRESS))

    with clock.frozen(clock.now() + timedelta(days=2, seconds=1)):
        assert client.post(path).status_code == 410
    assert client.post(path).status_code == 302
    assert client.post(path).status_code == 410
    assert client.get("/sign-up/confirm/made-up").status_code == 410


def test_a_second_sign_up_confirmed_later_signs_in_and_changes_nothing(client: FlaskClient) -> None:
    sign_up(client)
    sign_up(client, first_name="Other", password="quite another password")
    first, second = (mailbox.path_in(each) for each in mailbox.mails_to(ADDRESS))

    client.post(first, data={"password": PASSWORD})
    client.post("/sign-out")
    client.post(second)

    assert is_in(client)
    assert somebody().first_name == "Ada"
    assert passwords.matches(PASSWORD, somebody().password_hash)


def test_the_mail_is_sent_again_but_not_without_end(client: FlaskClient) -> None:
    sign_up(client)
    for _ in range(7):
        client.post("/sign-up/send-again")

    assert len(mailbox.mails_to(ADDRESS)) == 6
    assert "Several mails went to this address" in client.get("/sign-up/check-mail").text


def test_without_a_sign_up_there_is_no_mail_to_check(client: FlaskClient) -> None:
    assert client.get("/sign-up/check-mail").headers["Location"] == "/sign-up"
    assert client.post("/sign-up/send-again").headers["Location"] == "/sign-up"


def test_what_nobody_confirmed_is_forgotten(client: FlaskClient) -> None:
    sign_up(client)
    client.post("/sign-in/code", data={"email": ADDRESS})

    with clock.frozen(clock.now() + timedelta(days=6)):
        assert actions.forget_old(actor=SYSTEM) == 0
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert actions.forget_old(actor=SYSTEM) == 2

    assert db.session.scalars(select(SignUp)).all() == []
    assert db.session.scalars(select(SignInCode)).all() == []
