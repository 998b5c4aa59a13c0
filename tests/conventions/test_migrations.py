"""Migrations lead to the tables that the models describe, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.source import ROOT
from tests.postgresql import postgresql_url


@pytest.mark.slow
def test_migrations_lead_to_the_models_on_sqlite(tmp_path: Path) -> None:
    check(f"sqlite:///{tmp_path}/check.db", tmp_path)


@pytest.mark.postgresql
def test_migrations_lead_to_the_models_on_postgresql(tmp_path: Path) -> None:
    check(postgresql_url("migrations"), tmp_path)


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
