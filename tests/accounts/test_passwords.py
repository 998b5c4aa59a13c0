"""Which passwords are good enough, how they are kept, and choosing new ones."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from pdtrack.accounts import passwords
from pdtrack.accounts.actions import passwords as actions
from pdtrack.accounts.actions import signing_in
from pdtrack.accounts.models import Person
from pdtrack.core import clock
from pdtrack.core.db import db
from tests import make
from tests.accounts import mailbox

pytestmark = pytest.mark.usefixtures("app")

GOOD = "vier lange Wörter am Stück"
OTHER = "a heron stood in the river"


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("short", "at least 12"),
        ("elevenchars", "at least 12"),
        ("x" * 201, "at most 200"),
        ("Password1234", "easy to guess"),
        ("aaaaaaaaaaaa", "easy to guess"),
        ("121212121212", "easy to guess"),
        ("ada.able@people.example", "not your e-mail"),
        ("ADA.ABLE@PEOPLE.EXAMPLE", "not your e-mail"),
        ("correct horse battery staple", "easy to guess"),
    ],
)
def test_what_is_easy_to_guess_is_refused(password: str, word: str) -> None:
    refusal = passwords.refusal(password, address="ada.able@people.example")

    assert refusal is not None
    assert word in refusal


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "alllowercaseletters",
        "749310285561",
        "спокойной ночи малыши",
        "🦊🌲🦉🦊🌊🍁🐟🪨🌙⭐🔥🐸",
    ],
)
def test_nothing_is_asked_of_a_password_but_length(password: str) -> None:
    assert passwords.refusal(password, address="ada@people.example") is None


def test_the_way_back_survives_asking_for_a_new_password(client: FlaskClient) -> None:
    asked = client.post("/password/forgot?next=/sessions/12", data={"email": "ada@people.example"})

    assert asked.location == "/password/forgot/sent?next=/sessions/12"
    assert 'href="/password/forgot?next=/sessions/12"' in client.get(asked.location).text
    form = client.get("/password/forgot?next=/sessions/12").text
    assert 'class="form-cancel" href="/sign-in?next=/sessions/12"' in form


def test_a_password_is_kept_so_that_only_it_matches() -> None:
    kept = passwords.hashed(GOOD)

    assert kept.startswith("$argon2id$")
    assert GOOD not in kept
    assert passwords.matches(GOOD, kept)
    assert not passwords.matches(GOOD + " ", kept)


def test_what_no_person_types_is_refused_before_it_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Making one text of loose accents takes time with the square of their number: two requests
    # of a stranger would hold two workers until they are killed.
    looked_at: list[int] = []

    def normalize(_form: str, text: str) -> str:
        looked_at.append(len(text))
        return text

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    kept = passwords.hashed(GOOD)
    endless = "a" + "\u0300" * 5000 + "\u0316" * 5000

    assert not passwords.matches(endless, kept)
    assert not passwords.matches(endless, None)
    assert passwords.refusal(endless, address=None) == "Use at most 200 characters."
    assert max(looked_at) < 1000


def test_a_letter_typed_in_two_ways_is_one_letter() -> None:
    kept = passwords.hashed("caf\u00e9 con leche")

    assert passwords.matches("cafe\u0301 con leche", kept)


@pytest.mark.parametrize("kept", [None, "", "no hash at all"])
def test_nothing_matches_where_no_password_is_kept(kept: str | None) -> None:
    assert not passwords.matches("nobody has this password", kept)


def test_a_password_kept_with_less_care_is_kept_anew(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = passwords.hashed(GOOD)
    assert passwords.renewed(GOOD, old) is None

    monkeypatch.setitem(app.config, "PDTRACK_ARGON2", (16, 2))
    new = passwords.renewed(GOOD, old)

    assert new is not None
    assert "m=16,t=2" in new
    assert passwords.matches(GOOD, new)


def test_signing_in_keeps_an_old_password_anew(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make.person(email="ada@people.example", password_hash=passwords.hashed(GOOD))
    monkeypatch.setitem(app.config, "PDTRACK_ARGON2", (16, 2))

    client.post("/sign-in", data={"email": "ada@people.example", "password": GOOD})

    assert ada.password_hash is not None
    assert "m=16,t=2" in ada.password_hash


def test_a_forgotten_password_is_replaced_by_a_mailed_link(client: FlaskClient) -> None:
    ada = make.person(email="ada@people.example", password_hash=kept_good())

    asked = client.post("/password/forgot", data={"email": " ADA@People.Example "})
    mail = mailbox.newest("ada@people.example")
    assert asked.status_code == 302
    assert "[private link]" in mail.text

    path = mailbox.path_in(mail)
    assert client.get(path).status_code == 200
    done = client.post(path, data={"password": OTHER})

    assert done.headers["Location"] == "/sign-in"
    assert passwords.matches(OTHER, ada.password_hash)
    assert mailbox.newest("ada@people.example").subject == "Your account was changed"


def test_looking_at_the_link_uses_nothing_up(client: FlaskClient) -> None:
    ada = make.person(email="ada@people.example", password_hash=kept_good())
    client.post("/password/forgot", data={"email": "ada@people.example"})
    path = mailbox.path_in(mailbox.newest("ada@people.example"))

    for _ in range(3):
        assert client.get(path).status_code == 200
    client.post(path, data={"password": OTHER})

    assert passwords.matches(OTHER, ada.password_hash)


def test_a_used_link_is_dead_and_so_are_its_siblings(client: FlaskClient) -> None:
    ada = make.person(email="ada@people.example", password_hash=kept_good())
    client.post("/password/forgot", data={"email": "ada@people.example"})
    mail = mailbox.newest("ada@people.example")
    first, second = mailbox.path_in(mail), mailbox.path_in(mail)
    client.post(first, data={"password": OTHER})

    for path in (first, second):
        again = client.post(path, data={"password": "another four words here"})
        assert again.status_code == 410
    assert passwords.matches(OTHER, ada.password_hash)


def test_an_old_link_is_dead(client: FlaskClient) -> None:
    make.person(email="ada@people.example", password_hash=kept_good())
    client.post("/password/forgot", data={"email": "ada@people.example"})
    path = mailbox.path_in(mailbox.newest("ada@people.example"))

    with clock.frozen(clock.now() + timedelta(hours=1, minutes=1)):
        answer = client.get(path)

    assert answer.status_code == 410
    assert "This link no longer works" in answer.text


@pytest.mark.parametrize("typed", ["", "short", "Password1234", "ada@people.example"])
def test_a_bad_new_password_is_refused_at_its_field(client: FlaskClient, typed: str) -> None:
    ada = make.person(email="ada@people.example", password_hash=kept_good())
    client.post("/password/forgot", data={"email": "ada@people.example"})
    path = mailbox.path_in(mailbox.newest("ada@people.example"))

    answer = client.post(path, data={"password": typed})

    assert answer.status_code == 422
    assert 'id="password-error"' in answer.text
    assert passwords.matches(GOOD, ada.password_hash)


def test_a_new_password_ends_every_session_but_this(app: Flask) -> None:
    ada = make.person(email="ada@people.example", password_hash=kept_good())
    here, elsewhere = app.test_client(), app.test_client()
    for browser in (here, elsewhere):
        browser.post("/sign-in", data={"email": "ada@people.example", "password": GOOD})
        assert browser.get("/my/account").status_code == 200

    changed = here.post("/my/account/password", data={"current_password": GOOD, "password": OTHER})

    assert changed.headers["Location"] == "/my/account"
    assert here.get("/my/account").status_code == 200
    assert elsewhere.get("/my/account").headers["Location"].startswith("/sign-in")
    assert passwords.matches(OTHER, ada.password_hash)


def test_a_reset_ends_every_session(app: Flask) -> None:
    make.person(email="ada@people.example", password_hash=kept_good())
    thief, owner = app.test_client(), app.test_client()
    thief.post("/sign-in", data={"email": "ada@people.example", "password": GOOD})
    owner.post("/password/forgot", data={"email": "ada@people.example"})
    owner.post(mailbox.path_in(mailbox.newest("ada@people.example")), data={"password": OTHER})

    assert thief.get("/my/account").status_code == 302


def test_the_current_password_is_asked_and_counted(client: FlaskClient) -> None:
    ada = make.person(email="ada@people.example", password_hash=kept_good())
    make.sign_in(client, ada)

    answers = [
        client.post("/my/account/password", data={"current_password": "wrong", "password": OTHER})
        for _ in range(11)
    ]

    assert [each.status_code for each in answers] == [422] * 10 + [429]
    assert "That is not your current password." in answers[0].text
    assert passwords.matches(GOOD, ada.password_hash)


def test_who_has_no_password_sets_one(client: FlaskClient) -> None:
    ada = make.person(email="ada@people.example")
    make.sign_in(client, ada)
    assert "Set a password" in client.get("/my/account/password").text

    client.post("/my/account/password", data={"password": OTHER})

    assert passwords.matches(OTHER, ada.password_hash)


def test_signing_out_everywhere_ends_all_sessions(app: Flask) -> None:
    ada = make.person()
    here, elsewhere = (make.sign_in(app.test_client(), ada) for _ in range(2))

    here.post("/my/account/sign-out-everywhere")

    for browser in (here, elsewhere):
        assert browser.get("/my/account").headers["Location"].startswith("/sign-in")


def test_a_closed_account_gets_no_new_password() -> None:
    ada = make.person(email="ada@people.example", deactivated_at=clock.now())

    actions.ask_for_reset(address="ada@people.example", actor=ada)

    assert mailbox.newest("ada@people.example").secret is None


def test_a_password_changed_meanwhile_is_not_overwritten_by_its_old_self() -> None:
    ada = make.person(password_hash=kept_good())
    old_again = passwords.hashed(GOOD)
    db.session.execute(
        update(Person).values(password_hash="changed elsewhere"),
        execution_options={"synchronize_session": False},
    )

    signing_in.sign_in(person=ada, actor=ada, new_hash=old_again)

    assert ada.password_hash == "changed elsewhere"


def kept_good() -> str:
    """Return the good password as it is kept."""
    return passwords.hashed(GOOD)
