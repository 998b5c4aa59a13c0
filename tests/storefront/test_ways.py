"""The ways on and back between the public pages."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests import make


def test_a_collaborative_leads_back_to_the_others(
    app: Flask,  # noqa: ARG001 - the database.
    client: FlaskClient,
) -> None:
    make.collaborative(slug="ces")
    assert 'aria-label="Breadcrumbs"' not in client.get("/collaboratives/ces").text

    make.collaborative()

    assert '<a href="/collaboratives">Collaboratives</a>' in client.get("/collaboratives/ces").text


def test_districts_and_collaboratives_learn_whom_to_ask(
    app: Flask,  # noqa: ARG001 - the database.
    client: FlaskClient,
) -> None:
    page = client.get("/").text

    assert "mailto:help@demo.example?subject=Access" in page
    assert "mailto:help@demo.example?subject=Sessions" in page


def test_the_search_stays_when_filters_fold_away(
    app: Flask,  # noqa: ARG001 - the database.
    client: FlaskClient,
) -> None:
    page = client.get("/sessions").text

    assert page.index('type="search"') < page.index("<details") < page.index('name="topic"')


def test_a_page_that_is_not_there_offers_to_sign_in(
    app: Flask,  # noqa: ARG001 - the database.
    client: FlaskClient,
) -> None:
    draft = client.get("/sessions/9")
    assert draft.status_code == 404
    assert '<a href="/sign-in?next=/sessions/9">Sign in</a>' in draft.text

    make.sign_in(client, make.person())

    assert '<a href="/my">My page</a>' in client.get("/sessions/9").text
