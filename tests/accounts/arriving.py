"""Somebody who signs up."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from pdtrack.accounts.models import (
    Person,
)
from pdtrack.core.db import db
from pdtrack.organizations.models import District, EmailDomain
from tests import make
from tests.accounts import mailbox

ADDRESS = "ada@amherst.example"
PASSWORD = "a heron stood in the river"


def form(**values: str) -> dict[str, str]:
    """Return a sign-up form, filled in; the employer is none unless told otherwise."""
    return {
        "first_name": "Ada",
        "last_name": "Able",
        "email": ADDRESS,
        "password": PASSWORD,
        "employer": "other:none",
        "employer_name": "",
        "position": "",
        **values,
    }


def sign_up(client: FlaskClient, query: str = "", **values: str) -> TestResponse:
    """Send the sign-up form."""
    return client.post(f"/sign-up{query}", data=form(**values))


def confirm(client: FlaskClient, email: str = ADDRESS, **data: str) -> TestResponse:
    """Open the link of the newest mail, and press its button."""
    path = mailbox.path_in(mailbox.newest(email))
    assert client.get(path).status_code == 200
    return client.post(path, data=data)


def somebody() -> Person:
    """Return the only person there is."""
    return db.session.scalars(select(Person)).one()


def is_in(client: FlaskClient) -> bool:
    """Whether the browser is signed in."""
    return client.get("/my/account").status_code == 200


def district_with_domain(domain: str) -> District:
    """Make a district that calls a domain its own."""
    amherst = make.district(name="Amherst")
    make.saved(EmailDomain(organization_id=amherst.id, domain=domain))
    return amherst
