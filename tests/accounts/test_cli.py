"""The chores of accounts."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from pdtrack.accounts import queries
from pdtrack.accounts.models import Person
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from tests import make

ADDRESS = "root@people.example"


def create(app: Flask, address: str = ADDRESS) -> Result:
    """Run the command."""
    return app.test_cli_runner().invoke(
        args=[
            *("accounts", "create-administrator", address),
            *("--first-name", "Rosa", "--last-name", "Root"),
        ]
    )


def test_the_first_administrator_gets_a_link_to_a_password(app: Flask) -> None:
    answer = create(app, " Root@People.example ")

    person = queries.by_address(ADDRESS)
    assert person is not None
    assert person.display_name == "Rosa Root"
    assert person.holds(RoleKind.PLATFORM_ADMINISTRATOR, None)
    link = next(line for line in answer.output.splitlines() if line.startswith("http"))
    client = app.test_client()
    password = "a heron stood in the river"
    client.post(urlsplit(link).path, data={"password": password})
    entered = client.post("/sign-in", data={"email": ADDRESS, "password": password})
    assert entered.status_code == 302


def test_doing_it_again_changes_nothing_but_the_link(app: Flask) -> None:
    first, second = create(app), create(app)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output != second.output
    assert len(db.session.scalars(select(Person)).one().roles) == 1


def test_who_has_an_account_keeps_it(app: Flask) -> None:
    ada = make.person(email=ADDRESS, first_name="Ada")

    create(app)

    assert ada.first_name == "Ada"
    assert ada.holds(RoleKind.PLATFORM_ADMINISTRATOR, None)


@pytest.mark.parametrize("address", ["root", "root@localhost"])
def test_what_is_no_address_is_refused(app: Flask, address: str) -> None:
    answer = create(app, address)

    assert answer.exit_code == 2
    assert "Enter an e-mail address" in answer.output
    assert db.session.scalars(select(Person)).all() == []
