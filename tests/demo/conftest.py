"""The demo, loaded on its own database and looked at by many tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from pdtrack.app import create_app
from pdtrack.core import clock, jobs, security
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import action, db
from pdtrack.demo import actions, state
from tests.conftest import prepare, settings
from tests.postgresql import postgresql_url

Loading = Callable[[datetime], Flask]
# A school day in the afternoon.
THURSDAY = datetime(2026, 10, 15, 18, 30, tzinfo=UTC)


def application_in(folder: Path, **more: Any) -> Flask:
    """Make an application whose files are in a folder."""
    return create_app(settings(folder, **more))


def let_go(app: Flask) -> None:
    """Close what an application has open."""
    with app.app_context():
        db.engine.dispose()
    jobs.close(app)
    security.close(app)


@action
def import_organizations() -> None:
    """Import the real organizations, as script/server does before it loads the demo."""
    state.import_missing(SYSTEM)


@pytest.fixture(scope="package")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that has the real organizations and nobody in it."""
    folder = tmp_path_factory.mktemp("imported")
    app = application_in(folder)
    with app.app_context():
        prepare()
        import_organizations()
    let_go(app)
    return folder / "pdtrack.db"


@pytest.fixture
def empty(imported: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application without anybody in it."""
    shutil.copy(imported, tmp_path / "pdtrack.db")
    app = application_in(tmp_path)
    with app.app_context():
        yield app
    let_go(app)


@pytest.fixture(scope="package")
def loading(imported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loading]:
    """A function that gives the small demo as it was loaded at a moment; each is loaded once."""
    known: dict[datetime, Flask] = {}

    def loaded(moment: datetime) -> Flask:
        if moment not in known:
            folder = tmp_path_factory.mktemp("demo")
            shutil.copy(imported, folder / "pdtrack.db")
            known[moment] = application_in(folder)
            with known[moment].app_context(), clock.frozen(moment):
                actions.load(size=actions.Size.SMALL, actor=SYSTEM)
        return known[moment]

    yield loaded
    for app in known.values():
        let_go(app)


@contextmanager
def at(loading: Loading, moment: datetime) -> Iterator[Flask]:
    """Be in the demo at the moment at which it was loaded."""
    app = loading(moment)
    with app.app_context(), clock.frozen(moment):
        yield app


@pytest.fixture
def demo(loading: Loading) -> Iterator[Flask]:
    """The small demo on an ordinary school day; tests leave it as it is."""
    with at(loading, THURSDAY) as app:
        yield app


@pytest.fixture(scope="package")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The small demo on PostgreSQL, its organizations imported by the demo itself."""
    url = postgresql_url("demo")
    app = application_in(tmp_path_factory.mktemp("postgresql"), SQLALCHEMY_DATABASE_URI=url)
    with app.app_context(), clock.frozen(THURSDAY):
        prepare()
        actions.load(size=actions.Size.SMALL, actor=SYSTEM)
    yield app
    let_go(app)
