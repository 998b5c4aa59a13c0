"""Reading changes nothing, whoever reads; and whoever may read something does reach it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from pdtrack.accounts.models import Person
from pdtrack.core.db import Model, db
from pdtrack.operations import schema
from tests import make
from tests.roles.conftest import writes
from tests.roles.routes import Route, routes
from tests.roles.world import World

# Who may read what is below a first part of the path.
RIGHTFUL = {
    "manage": "coordinator",
    "districts": "district_administrator",
    "my": "educator",
    "certificates": "educator",
    "sessions": "educator",
}
# A draft is open to nobody, so its world's published session is asked for.
PUBLISHED = {"registration.register"}


@pytest.fixture(autouse=True)
def without_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no page look for the migrations, which are not there."""
    monkeypatch.setattr(schema, "current", lambda: "tables")
    monkeypatch.setattr(schema, "wanted", lambda: "tables")


@pytest.fixture
def who(ours: World) -> Callable[[Route], Person]:
    """Return who reads a page rightfully."""
    administrator = make.platform_administrator()
    ours.names["sessions:course_session_id"] = ours.names["public:course_session_id"]
    return lambda route: (
        administrator if route.place == "platform" else ours.people[RIGHTFUL[route.place]]
    )


def counts() -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Model.metadata.sorted_tables
    }


def test_reading_reaches_what_is_ones_own_and_changes_nothing(
    app: Flask, client: FlaskClient, ours: World, who: Callable[[Route], Person]
) -> None:
    pages = [each for each in routes(app) if each.method == "GET" and each.access != "public"]
    before, problems = counts(), []

    for route in pages:
        make.sign_in(client, who(route))
        with writes() as changed:
            answer = client.get(route.url(app, *[ours] * len(route.parameters)))
        if answer.status_code not in {200, 202}:
            problems.append(f"{route} answers {answer.status_code}")
        problems += [f"{route} writes: {statement[:80]}" for statement in changed]

    assert len(pages) > 50
    assert not problems, "\n".join(problems)
    assert counts() == before


@pytest.mark.parametrize("is_known", [True, False])
def test_public_pages_answer_everybody_and_change_nothing(
    app: Flask, client: FlaskClient, ours: World, *, is_known: bool
) -> None:
    if not is_known:
        ours.names = dict.fromkeys(ours.names, 987654321)
    before, problems = counts(), []

    for route in routes(app):
        if route.method != "GET" or route.access != "public":
            continue
        with writes() as changed:
            answer = client.get(route.url(app, *[ours] * len(route.parameters)))
        if answer.status_code >= 500:
            problems.append(f"{route} answers {answer.status_code}")
        problems += [f"{route} writes: {statement[:80]}" for statement in changed]

    assert not problems, "\n".join(problems)
    assert counts() == before


def test_what_may_be_read_by_anybody_is_there(app: Flask, client: FlaskClient, ours: World) -> None:
    answers = {
        str(route): client.get(route.url(app, *[ours] * len(route.parameters))).status_code
        for route in routes(app)
        if route.method == "GET" and route.access == "public" and route.parameters
        if route.place != "demo"  # Which is not loaded here.
    }

    assert {each: code for each, code in answers.items() if code != 200} == {}
