"""An empty machine that gets a backup shows everybody the same pages, files and certificates."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from pdtrack.accounts.models import Person
from pdtrack.app import create_app
from pdtrack.certificates import printing
from pdtrack.certificates.models import Certificate, CertificateFile
from pdtrack.core import clock, jobs, security
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import Model, action, db
from pdtrack.demo import actions as demo
from pdtrack.demo.queries import EDUCATOR
from pdtrack.operations import backups, schema
from tests.conftest import settings
from tests.operations import visits
from tests.postgresql import postgresql_url

pytestmark = pytest.mark.slow
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
THURSDAY = datetime(2026, 10, 15, 18, 30, tzinfo=UTC)
_numbers = itertools.count(1)


@dataclass
class Original:
    """An installation with everything in it, and its backup."""

    app: Flask
    backup: Path
    pages: visits.Found


@contextmanager
def machine(kind: str, folder: Path) -> Iterator[Flask]:
    """Set up a machine without as much as a table."""
    url = f"sqlite:///{folder}/pdtrack.db"
    if kind == "postgresql":
        url = postgresql_url(f"restored{next(_numbers)}")
    app = create_app(settings(folder, SQLALCHEMY_DATABASE_URI=url))
    with clock.frozen(THURSDAY):
        yield app
    with app.app_context():
        db.engine.dispose()
    jobs.close(app)
    security.close(app)


@pytest.fixture(scope="module", params=KINDS)
def original(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Original]:
    """The demo with its certificates printed, once on each kind of database."""
    folder = tmp_path_factory.mktemp("original")
    with machine(request.param, folder) as app:
        with app.app_context():
            schema.upgrade()
            demo.load(size=demo.Size.SMALL, actor=SYSTEM)
            print_some()
            path = backups.back_up(folder / "backup.tar")
        yield Original(app, path, visits.all_pages(app))


def print_some() -> None:
    """Let the worker print the educator's certificates; all would take long."""
    educator = select(Person.id).where(Person.addresses.any(address=EDUCATOR)).scalar_subquery()
    own = select(Certificate.id).where(Certificate.person_id == educator)
    others = update(CertificateFile).where(CertificateFile.certificate_id.not_in(own))
    tomorrow = THURSDAY + timedelta(days=1)
    action(lambda: db.session.execute(others.values(leased_until_at=tomorrow)))()
    assert printing.print_due() >= 6


@pytest.fixture(params=KINDS)
def restored(request: pytest.FixtureRequest, original: Original, tmp_path: Path) -> Iterator[Flask]:
    """Another machine, empty but for what was restored, on each kind of database."""
    with machine(request.param, tmp_path) as app:
        with app.app_context():
            backups.restore(original.backup)
        yield app


def test_everybody_finds_what_was_there(original: Original, restored: Flask) -> None:
    kinds = {kind for _, kind, _ in original.pages.values()}
    assert {"text/html", "text/csv", "text/calendar", "application/pdf"} <= kinds
    assert len(original.pages) > 150
    assert {status for status, _, _ in original.pages.values()} <= {"200 OK", "302 FOUND"}

    found = visits.again(restored, original.pages)

    different = [key for key, page in original.pages.items() if found[key] != page]
    assert different == []


def test_every_row_file_and_certificate_came_along(original: Original, restored: Flask) -> None:
    assert rows(restored) == rows(original.app)
    kept = files(original.app)
    assert files(restored) == kept
    with original.app.app_context():
        codes = list(db.session.scalars(select(Certificate.code)))
    assert len(codes) > 10
    assert all(each.startswith(b"%PDF") for each in kept.values())
    for code in codes:
        path = f"/verify/{code}"
        page = visits.visit(restored.test_client(), path)
        assert page[0] == "200 OK"
        assert page == visits.visit(original.app.test_client(), path)


def rows(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """Return all that the tables hold."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(select(table).order_by(table.c.id))
            ]
            for table in Model.metadata.sorted_tables
        }


def files(app: Flask) -> dict[str, bytes]:
    """Return the kept files, by their digest."""
    with app.app_context():
        store = printing.store()
        return {digest: store.read(digest) for digest in store.all_digests()}
