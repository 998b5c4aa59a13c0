"""A collaborative, and its desk with a coordinator before it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from pdtrack.organizations.models import Collaborative
from tests import make


@pytest.fixture
def place(app: Flask) -> Collaborative:  # noqa: ARG001 - the database.
    """A collaborative."""
    return make.collaborative(slug="ces", short_name="CES", contact_email="pd@ces.example")


@pytest.fixture
def desk(client: FlaskClient, place: Collaborative) -> FlaskClient:
    """A browser in which one of its coordinators is signed in."""
    return make.sign_in(client, make.coordinator(place))
