"""Signing in by password, and out."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from pdtrack.accounts import identity, passwords
from pdtrack.accounts.models import EmailAddress
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from tests import make
from tests.accounts import mailbox
from tests.accounts.entering import ADDRESS, PASSWORD, ada, enter, is_in
from tests.accounts.stranger import seen
from tests.queries import count_queries

pytestmark = pytest.mark.usefixtures("app")


def test_address_and_password_sign_in(client: FlaskClient) -> None:
    person = ada()

    answer = enter(client)

    assert answer.headers["Location"] == "/my"
    assert is_in(client)
    assert person.last_signed_in_at is not None
    assert db.session.scalars(select(AuditEntry.event)).all() == ["person.signed_in"]


@pytest.mark.parametrize("typed", [" Ada@People.Example ", "ADA@PEOPLE.EXAMPLE"])
def test_an_address_may_be_typed_in_any_case(client: FlaskClient, typed: str) -> None:
    ada()

    assert enter(client, email=typed).status_code == 302


def test_each_verified_address_signs_in_and_an_unproven_one_does_not(app: Flask) -> None:
    person = ada()
    for address, verified_at in (("second@home.example", clock.now()), ("new@home.example", None)):
        make.saved(
            EmailAddress(
                person_id=person.id,
                address=address,
                verified_at=verified_at,
                created_at=clock.now(),
            )
        )

    assert enter(app.test_client(), email="second@home.example").status_code == 302
    assert enter(app.test_client(), email="new@home.example").status_code == 422


def test_the_cookie_lasts_two_weeks_and_is_not_for_scripts(client: FlaskClient) -> None:
    ada()

    cookie = enter(client).headers["Set-Cookie"]

    assert "Expires=" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_nothing_of_the_browsers_session_before_stays(client: FlaskClient) -> None:
    ada()
    with client.session_transaction() as session:
        session["left_behind"] = "by somebody else"

    enter(client)

    with client.session_transaction() as session:
        assert "left_behind" not in session


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/sessions/12/register?from=mail", "/sessions/12/register?from=mail"),
        ("https://evil.example/", "/my"),
        ("//evil.example/", "/my"),
        ("/\\evil.example/", "/my"),
        ("/\t/evil.example/", "/my"),
        ("javascript:alert(1)", "/my"),
        ("", "/my"),
    ],
)
def test_afterwards_one_is_back_on_this_site(
    client: FlaskClient, target: str, goes_to: str
) -> None:
    ada()

    answer = client.post(
        "/sign-in", query_string={"next": target}, data={"email": ADDRESS, "password": PASSWORD}
    )

    assert answer.headers["Location"] == goes_to


def test_the_way_back_survives_the_other_ways_in(client: FlaskClient) -> None:
    page = client.get("/sign-in?next=/sessions/12").text

    assert "/sign-in/code?next=/sessions/12" in page
    assert "/password/forgot?next=/sessions/12" in page
    assert "/sign-up?next=/sessions/12" in page


def test_who_is_signed_in_is_sent_on(client: FlaskClient) -> None:
    make.sign_in(client, ada())

    for path in ("/sign-in", "/sign-up", "/sign-in/code", "/sign-in/code/enter"):
        assert client.get(f"{path}?next=/sessions").headers["Location"] == "/sessions"


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"email": "", "password": PASSWORD}, "email"),
        ({"email": "not an address", "password": PASSWORD}, "email"),
        ({"email": "ä@people.example", "password": PASSWORD}, "email"),
        ({"email": ADDRESS, "password": ""}, "password"),
        ({}, "email"),
    ],
)
def test_a_form_that_lacks_something_says_what(
    client: FlaskClient, data: dict[str, str], field: str
) -> None:
    answer = client.post("/sign-in", data=data)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_a_refused_form_keeps_the_address_but_not_the_password(client: FlaskClient) -> None:
    answer = enter(client, password="wrong but precious")

    assert f'value="{ADDRESS}"' in answer.text
    assert "wrong but precious" not in answer.text


def test_password_managers_know_the_fields(client: FlaskClient) -> None:
    page = client.get("/sign-in").text

    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_unknown_wrong_closed_and_passwordless_look_alike(app: Flask) -> None:
    ada()
    make.person(
        email="bob@people.example",
        password_hash=passwords.hashed(PASSWORD),
        deactivated_at=clock.now(),
    )
    make.person(email="cas@people.example")

    answers = {
        answer_to(app, email, password)
        for email, password in (
            (ADDRESS, "a wrong password"),
            ("bob@people.example", PASSWORD),
            ("cas@people.example", PASSWORD),
            ("nobody@people.example", PASSWORD),
        )
    }

    assert len(answers) == 1


def answer_to(app: Flask, email: str, password: str) -> str:
    """Return what a stranger sees who tries to sign in."""
    return seen(enter(app.test_client(), email=email, password=password), email)


def test_a_password_is_compared_for_unknown_addresses_too(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str | None] = []
    matches = passwords.matches

    def counted(password: str, kept: str | None) -> bool:
        compared.append(kept)
        return matches(password, kept)

    monkeypatch.setattr(passwords, "matches", counted)
    enter(client, email="nobody@people.example")

    assert compared == [None]


def test_asking_for_a_new_password_tells_nothing(app: Flask) -> None:
    make.person(email=ADDRESS)

    seen = {seen_of_forgotten(app, email) for email in (ADDRESS, "x@people.example")}

    assert len(seen) == 1
    assert len(mailbox.mails_to("x@people.example")) == 6


def seen_of_forgotten(app: Flask, email: str) -> tuple[str, ...]:
    """Return all that a stranger sees who asks for a new password again and again."""
    client = app.test_client()
    answers = [client.post("/password/forgot", data={"email": email}) for _ in range(7)]
    assert answers[-1].status_code == 429
    return tuple(seen(each, email) for each in answers)


def test_signing_out_ends_the_session_here(client: FlaskClient) -> None:
    make.sign_in(client, ada())
    assert is_in(client)

    answer = client.post("/sign-out")

    assert answer.headers["Location"] == "/"
    assert not is_in(client)


def test_signing_out_is_no_link(client: FlaskClient) -> None:
    make.sign_in(client, ada())

    assert client.get("/sign-out").status_code == 405
    assert is_in(client)


@pytest.mark.parametrize("cookie_id", ["", "x", "1", "1:x", "0:1", "1:1:1", "²:1"])
def test_an_odd_cookie_is_nobody(client: FlaskClient, cookie_id: str) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = cookie_id

    assert not is_in(client)


def test_a_closed_account_is_signed_out(client: FlaskClient) -> None:
    person = ada()
    make.sign_in(client, person)
    assert is_in(client)

    person.deactivated_at = clock.now()
    db.session.commit()

    assert not is_in(client)


def test_knowing_the_person_of_a_page_takes_one_query() -> None:
    person = make.role(RoleKind.COORDINATOR, make.collaborative(), person=ada())
    make.role(RoleKind.DISTRICT_ADMINISTRATOR, make.district(), person=person)
    cookie_id = person.get_id()
    db.session.expunge_all()

    with count_queries() as statements:
        found = identity._person_of_session(cookie_id)  # noqa: SLF001
        assert found is not None
        assert {each.organization.name for each in found.roles if each.organization}

    assert len(statements) == 1


def test_the_demos_people_are_listed_while_it_is_loaded(
    client: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "demo.example" not in client.get("/sign-in").text

    make.person(email="educator@demo.example")
    page = client.get("/sign-in").text
    assert "educator@demo.example" in page
    assert "admin@demo.example" not in page

    monkeypatch.setitem(app.config, "PDTRACK_ENV", "production")
    assert "demo.example" not in client.get("/sign-in").text


def test_a_link_fills_in_the_address(client: FlaskClient) -> None:
    page = client.get("/sign-in?email=educator@demo.example").text

    assert 'value="educator@demo.example"' in page
