"""One application a worker; every test in a transaction that is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, request_started
from flask.testing import FlaskClient
from sqlalchemy import insert

import config
from pdtrack.app import create_app
from pdtrack.catalog import search
from pdtrack.core import jobs, regulations, security
from pdtrack.core.db import Model, db
from tests.postgresql import postgresql_url


def settings(folder: Path, **more: Any) -> dict[str, Any]:
    """Return settings for a test: everything in one folder, cheap passwords."""
    loaded = config.load(
        {
            "PDTRACK_INSTANCE": str(folder),
            "PDTRACK_URL": "http://localhost",
            "PDTRACK_MAIL_FROM": "pdtrack@pd.example",
            "PDTRACK_MAIL_DOMAIN": "pd.example",
        }
    )
    return {**loaded, "TESTING": True, "WTF_CSRF_ENABLED": False, "PDTRACK_ARGON2": (8, 1), **more}


def prepare() -> None:
    """Create the tables and the rows that every installation has."""
    Model.metadata.create_all(db.engine)
    with db.engine.begin() as connection:
        search.create_index(connection)
        rows = [row._asdict() for row in regulations.FIRST_ROWS]
        connection.execute(insert(regulations.Regulation), rows)


@contextmanager
def installed(folder: Path, **more: Any) -> Iterator[Flask]:
    """Make an application with tables of its own, and close what it has open afterwards."""
    app = create_app(settings(folder, **more))
    with app.app_context():
        prepare()
    yield app
    with app.app_context():
        db.engine.dispose()
    jobs.close(app)
    security.close(app)


@contextmanager
def committing(folder: Path, database: str) -> Iterator[Flask]:
    """Be inside an application that commits for good, for tests in which several write at once."""
    url = database if "://" in database else f"sqlite:///{folder}/{database}"
    with installed(folder, SQLALCHEMY_DATABASE_URI=url) as app, app.app_context():
        yield app
        db.session.remove()


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Make the application on SQLite, once a worker."""
    with installed(tmp_path_factory.mktemp("instance")) as app:
        yield app


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """Run the application inside a transaction that is taken back after the test."""
    with rolled_back(application):
        yield application


@pytest.fixture(scope="session")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Make the application on PostgreSQL, once a worker."""
    folder = tmp_path_factory.mktemp("postgresql")
    with installed(folder, SQLALCHEMY_DATABASE_URI=postgresql_url("tests")) as app:
        yield app


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def on_either(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Run on each kind of database, in a transaction that is taken back."""
    name = "application" if request.param == "sqlite" else "on_postgresql"
    application: Flask = request.getfixturevalue(name)
    with rolled_back(application):
        yield application


@contextmanager
def rolled_back(application: Flask) -> Iterator[None]:
    """Take back what is written inside, however often it is committed."""
    with application.app_context():
        engine = db.engine
        connection = engine.connect()
        transaction = connection.begin()
        engines = db._app_engines[application]  # noqa: SLF001 - a test's bind goes here.
        engines[None] = connection  # type: ignore[assignment]
        db.session.configure(join_transaction_mode="create_savepoint")
        with request_started.connected_to(forget_the_last_request, application):
            yield
        db.session.remove()
        engines[None] = engine
        transaction.rollback()
        connection.close()


def forget_the_last_request(_sender: Flask, **_more: Any) -> None:
    """Keep nothing of one request for the next: those of a test share an application context."""
    for name in list(g):
        g.pop(name)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without a screen."""
    return app.test_client()
