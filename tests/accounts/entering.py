"""Somebody with a password, and the ways into the account."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pdtrack.accounts import passwords
from pdtrack.accounts.models import Person
from tests import make

ADDRESS = "ada@people.example"
PASSWORD = "a heron stood in the river"


def ada(**values: Any) -> Person:
    """Make somebody with a password."""
    return make.person(email=ADDRESS, password_hash=passwords.hashed(PASSWORD), **values)


def enter(
    client: FlaskClient, *, email: str = ADDRESS, password: str = PASSWORD, query: str = ""
) -> TestResponse:
    """Send the sign-in form."""
    return client.post(f"/sign-in{query}", data={"email": email, "password": password})


def is_in(client: FlaskClient) -> bool:
    """Whether the browser is signed in."""
    return client.get("/my/account").status_code == 200
