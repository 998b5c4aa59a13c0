"""The addresses of a person: how they are kept, proven, chosen and removed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from pdtrack.accounts import addresses
from pdtrack.accounts.actions import addresses as actions
from pdtrack.accounts.models import Confirmation, EmailAddress, Person
from pdtrack.core import clock
from pdtrack.core.db import db
from pdtrack.organizations.models import EmailDomain
from tests import make
from tests.accounts import mailbox
from tests.accounts.stranger import seen

pytestmark = pytest.mark.usefixtures("app")

NEW = "ada@amherst.example"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada@People.Example", "ada@people.example"),
        ("  ada@people.example  ", "ada@people.example"),
        ("o'neil+pd@people.example", "o'neil+pd@people.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ADA@BÜCHER.EXAMPLE", "ada@xn--bcher-kva.example"),
    ],
)
def test_an_address_is_kept_in_one_way(typed: str, kept: str) -> None:
    assert addresses.normalized(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "@people.example",
        "ada@",
        "ada@people",
        "ada@@people.example",
        "ada able@people.example",
        "Ada <ada@people.example>",
        "ada@people.example\nBcc: all@people.example",
        "ada@[127.0.0.1]",
        "adä@people.example",
        f"ada@{'x' * 250}.example",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(addresses.NotAnAddress):
        addresses.normalized(typed)


def add(client: FlaskClient, email: str = NEW) -> TestResponse:
    """Send the form for a further address."""
    return client.post("/my/account/addresses/new", data={"email": email})


def row(address: str) -> EmailAddress:
    """Return the row of an address."""
    return db.session.scalars(select(EmailAddress).where(EmailAddress.address == address)).one()


def may_sign_in_with(client: FlaskClient, address: str) -> bool:
    """Whether a code for an address is mailed."""
    client.post("/sign-in/code", data={"email": address})
    return mailbox.newest(address).secret is not None


def test_an_added_address_signs_in_once_it_is_proven(app: Flask) -> None:
    ada = make.person(email="ada@people.example")
    client = make.sign_in(app.test_client(), ada)

    add(client, " Ada@Amherst.example ")
    assert not may_sign_in_with(app.test_client(), NEW)

    path = mailbox.path_in(mailbox.mails_to(NEW)[0])
    assert client.get(path).status_code == 200
    assert row(NEW).verified_at is None
    client.post(path)

    assert row(NEW).verified_at is not None
    assert not row(NEW).is_primary
    assert may_sign_in_with(app.test_client(), NEW)
    assert NEW in mailbox.newest("ada@people.example").text


def test_a_proven_address_confirms_where_one_works(client: FlaskClient) -> None:
    amherst = make.district()
    make.saved(EmailDomain(organization_id=amherst.id, domain="amherst.example"))
    ada = make.person()
    claimed = make.employment(person=ada, organization=amherst, is_confirmed=False)
    make.sign_in(client, ada)

    add(client)
    client.post(mailbox.path_in(mailbox.newest(NEW)))

    assert claimed.confirmed_by == Confirmation.DOMAIN


def test_somebody_else_proves_nothing_by_the_link(app: Flask) -> None:
    """Whoever adds another's address must not get it by that person's click."""
    thief, owner = make.person(), make.person()
    add(make.sign_in(app.test_client(), thief))
    path = mailbox.path_in(mailbox.newest(NEW))

    browser = make.sign_in(app.test_client(), owner)
    answers = [browser.get(path), browser.post(path), app.test_client().post(path)]

    assert [each.status_code for each in answers] == [410, 410, 302]
    assert row(NEW).verified_at is None


def test_signed_out_one_signs_in_first_and_comes_back(client: FlaskClient) -> None:
    add(make.sign_in(client, make.person()))
    path = mailbox.path_in(mailbox.newest(NEW))
    client.post("/sign-out")

    assert client.get(path).headers["Location"] == f"/sign-in?next={path}"


def test_the_link_works_once_and_for_two_days(client: FlaskClient) -> None:
    make.sign_in(client, make.person())
    add(client)
    path = mailbox.path_in(mailbox.newest(NEW))

    with clock.frozen(clock.now() + timedelta(days=2, seconds=1)):
        assert client.post(path).status_code == 410
    assert client.post(path).status_code == 302
    assert client.post(path).status_code == 410


def test_adding_an_address_tells_nothing_about_it(app: Flask) -> None:
    make.person(email="known@people.example")
    client = make.sign_in(app.test_client(), make.person())

    with clock.frozen(clock.now()):  # A page says how many seconds a limit still holds.
        shown = {shown_of_adding(client, f"{name}@people.example") for name in ("known", "other")}

    assert len(shown) == 1
    told = mailbox.newest("known@people.example")
    assert told.subject == "This address belongs to another account"
    assert told.secret is None


def shown_of_adding(client: FlaskClient, email: str) -> tuple[str, ...]:
    """Return all that somebody sees who adds an address and has the mail sent again."""
    answers = [add(client, email), client.get("/my/account")]
    made = db.session.scalars(
        select(EmailAddress).where(
            EmailAddress.address == email, EmailAddress.verified_at.is_(None)
        )
    ).one()
    answers += [client.post(f"/my/account/addresses/{made.id}/send-again") for _ in range(6)]
    answers += [client.get("/my/account"), add(client, email)]
    client.post(f"/my/account/addresses/{made.id}/remove")
    client.get("/my/account")
    return tuple(
        seen(each, email).replace(f"addresses/{made.id}/", "addresses/?/") for each in answers
    )


def test_two_who_claim_one_address_do_not_both_get_it(app: Flask) -> None:
    first, second = make.person(), make.person()
    browsers = [make.sign_in(app.test_client(), each) for each in (first, second)]
    for browser in browsers:
        add(browser)
    paths = [mailbox.path_in(each) for each in mailbox.mails_to(NEW)]
    browsers[0].post(paths[0])

    browsers[1].post(paths[1])

    assert "belongs to another account" in browsers[1].get("/my/account").text
    verified = db.session.scalars(
        select(EmailAddress.person_id).where(
            EmailAddress.address == NEW, EmailAddress.verified_at.is_not(None)
        )
    ).all()
    assert verified == [first.id]


def test_an_address_on_the_list_is_not_added_twice(client: FlaskClient) -> None:
    make.sign_in(client, make.person(email="ada@people.example"))

    answer = add(client, "ADA@people.example")

    assert answer.status_code == 422
    assert "on your list already" in answer.text


def test_there_is_an_end_to_adding(client: FlaskClient) -> None:
    make.sign_in(client, make.person())

    statuses = [add(client, f"number{each}@people.example").status_code for each in range(8)]

    assert statuses == [302] * 7 + [422]


def with_second(**values: object) -> tuple[Person, EmailAddress]:
    """Make somebody with a second address, proven unless told otherwise."""
    ada = make.person(email="ada@people.example")
    second = make.saved(
        EmailAddress(
            **{
                "person_id": ada.id,
                "address": NEW,
                "verified_at": clock.now(),
                "created_at": clock.now(),
                **values,
            }
        )
    )
    db.session.refresh(ada)
    return ada, second


def test_mail_goes_to_the_primary_address(client: FlaskClient) -> None:
    ada, second = with_second()
    make.sign_in(client, ada)
    assert ada.email == "ada@people.example"

    client.post(f"/my/account/addresses/{second.id}/primary")

    assert ada.email == NEW
    assert [each.is_primary for each in ada.addresses] == [False, True]


def test_an_unproven_address_cannot_be_primary(client: FlaskClient) -> None:
    ada, second = with_second(verified_at=None)
    make.sign_in(client, ada)

    client.post(f"/my/account/addresses/{second.id}/primary")

    assert ada.email == "ada@people.example"
    assert "Confirm this address first" in client.get("/my/account").text


def test_a_removed_address_signs_nobody_in_and_another_is_primary(app: Flask) -> None:
    ada, second = with_second()
    client = make.sign_in(app.test_client(), ada)
    first = row("ada@people.example")
    page = client.get(f"/my/account/addresses/{first.id}/remove").text
    assert "Remove ada@people.example?" in page
    assert f"Mail goes to <strong>{NEW}</strong> from then on" in page
    other = client.get(f"/my/account/addresses/{second.id}/remove").text
    assert "from then on" not in other

    client.post(f"/my/account/addresses/{first.id}/remove")

    assert ada.email == NEW
    assert second.is_primary
    assert not may_sign_in_with(app.test_client(), "ada@people.example")
    assert "ada@people.example was removed" in mailbox.newest(NEW).text


def test_the_last_proven_address_stays(client: FlaskClient) -> None:
    ada, _second = with_second(verified_at=None)
    make.sign_in(client, ada)

    client.post(f"/my/account/addresses/{row('ada@people.example').id}/remove")

    assert ada.email == "ada@people.example"
    assert "only address you can sign in with" in client.get("/my/account").text


def test_the_only_proven_address_offers_no_way_to_remove_it(client: FlaskClient) -> None:
    person = make.person(email="ada@people.example")
    account = make.sign_in(client, person).get("/my/account").text
    [own] = person.addresses

    assert f"/my/account/addresses/{own.id}/remove" not in account
    client.post("/my/account/addresses/new", data={"email": NEW})
    [_, unproven] = person.addresses
    account = client.get("/my/account").text
    assert f"/my/account/addresses/{own.id}/remove" not in account
    assert f"/my/account/addresses/{unproven.id}/remove" in account


def test_a_link_to_a_removed_address_is_dead(client: FlaskClient) -> None:
    ada = make.person()
    make.sign_in(client, ada)
    add(client)
    path = mailbox.path_in(mailbox.newest(NEW))

    actions.remove(address=row(NEW), actor=ada)

    assert client.get(path).status_code == 410


def test_a_password_link_mailed_to_a_removed_address_is_dead(app: Flask) -> None:
    ada, second = with_second()
    client = app.test_client()
    client.post("/password/forgot", data={"email": NEW})
    path = mailbox.path_in(mailbox.newest(NEW))
    assert client.get(path).status_code == 200

    actions.remove(address=second, actor=ada)

    assert client.get(path).status_code == 410


@pytest.mark.parametrize("act", ["send-again", "primary", "remove"])
def test_other_peoples_addresses_are_not_there(client: FlaskClient, act: str) -> None:
    make.person(email="bob@people.example")
    make.sign_in(client, make.person())
    path = f"/my/account/addresses/{row('bob@people.example').id}/{act}"

    assert client.post(path).status_code == 404
    assert client.get(path).status_code in (404, 405)
    assert row("bob@people.example").verified_at is not None
