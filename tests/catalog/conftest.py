"""What is on offer, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from pdtrack.app import create_app
from pdtrack.core import jobs, security
from pdtrack.core.db import db
from tests.conftest import prepare, rolled_back, settings
from tests.postgresql import postgresql_url


@pytest.fixture(scope="session")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Make the application on PostgreSQL, once a worker."""
    folder = tmp_path_factory.mktemp("postgresql")
    url = postgresql_url("catalog")
    app = create_app(settings(folder, SQLALCHEMY_DATABASE_URI=url))
    with app.app_context():
        prepare()
    yield app
    with app.app_context():
        db.engine.dispose()
    jobs.close(app)
    security.close(app)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def on_either(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Run on each kind of database, in a transaction that is taken back."""
    name = "application" if request.param == "sqlite" else "on_postgresql"
    application: Flask = request.getfixturevalue(name)
    with rolled_back(application):
        yield application
