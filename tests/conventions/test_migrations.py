"""Migrations lead to the tables that the models describe, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask_migrate import downgrade, stamp, upgrade

from pdtrack.catalog import actions, search
from pdtrack.catalog.search import Wanted
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from tests import make
from tests.conftest import committing
from tests.conventions.source import ROOT
from tests.postgresql import postgresql_url


@pytest.mark.slow
def test_migrations_lead_to_the_models_on_sqlite(tmp_path: Path) -> None:
    check(f"sqlite:///{tmp_path}/check.db", tmp_path)


@pytest.mark.postgresql
def test_migrations_lead_to_the_models_on_postgresql(tmp_path: Path) -> None:
    check(postgresql_url("migrations"), tmp_path)


@pytest.mark.slow
def test_what_is_found_stays_found_when_the_index_moves_on_sqlite(tmp_path: Path) -> None:
    check_search(tmp_path, "moved.db")


@pytest.mark.postgresql
def test_what_is_found_stays_found_when_the_index_moves_on_postgresql(tmp_path: Path) -> None:
    check_search(tmp_path, postgresql_url("moved"))


def check_search(folder: Path, database: str) -> None:
    """Take the search index back to its former keys and forward again, with sessions in it."""
    with committing(folder, database):
        course = make.course(title="Restraint, basic")
        for days in (9, 3, 6):
            starts_at = clock.now() + timedelta(days=days)
            make.course_session(course=course, title=f"Day {days}", starts_at=starts_at)
        actions.reindex(actor=SYSTEM)
        db.session.remove()

        stamp()
        downgrade(revision="0005_other_dates")
        upgrade()

        found = search.search(Wanted(text="restraint"))
        assert [each.title for each in found] == ["Day 3", "Day 6", "Day 9"]
        actions.reindex(actor=SYSTEM)
        assert search.search(Wanted(text="restraint")).total == 3


def check(url: str, instance: Path) -> None:
    """Migrate an empty database, and compare what came out with the models."""
    environ = {**os.environ, "DATABASE_URL": url, "PDTRACK_INSTANCE": str(instance)}
    for command in ("upgrade", "check"):
        result = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "db", command],
            cwd=ROOT,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )
        advice = 'Type: .venv/bin/flask --app wsgi db migrate -m "what changes"'
        assert result.returncode == 0, f"{advice}\n{result.stderr[-2000:]}"
