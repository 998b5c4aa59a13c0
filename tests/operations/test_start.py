"""In production nothing starts without its secrets, or with the demo's people in the database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, text

import config
from pdtrack.app import create_app
from pdtrack.core import security
from pdtrack.core.db import db
from pdtrack.demo import surroundings
from tests import make
from tests.conftest import prepare, settings
from tests.postgresql import postgresql_url

ROOT = Path(__file__).parents[2]
PRODUCTION = {
    "PDTRACK_ENV": "production",
    "PDTRACK_URL": "https://pd.example.org",
    "PDTRACK_SECRET_KEY": "0123456789" * 4,
    "PDTRACK_SMTP_URL": "smtp://127.0.0.1:25",
}


def test_production_starts_with_what_it_needs() -> None:
    loaded = config.load(PRODUCTION)

    assert loaded["SESSION_COOKIE_SECURE"] is True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PDTRACK_SECRET_KEY", None),
        ("PDTRACK_SECRET_KEY", ""),
        ("PDTRACK_SECRET_KEY", config.DEFAULT_SECRET),
        ("PDTRACK_SECRET_KEY", "short"),
        ("PDTRACK_URL", None),
        ("PDTRACK_URL", "http://pd.example.org"),
        ("PDTRACK_SMTP_URL", None),
        ("PDTRACK_SMTP_URL", "smtp://mail.example:abc"),
        ("PDTRACK_SMTP_URL", "mail.example"),
        ("PDTRACK_PROXIES", "one"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://db/pdtrack"),
        ("PDTRACK_JOBS_URL", "foo"),
    ],
)
def test_production_says_which_setting_is_missing(name: str, value: str | None) -> None:
    environ = {key: each for key, each in PRODUCTION.items() if key != name}
    if value is not None:
        environ[name] = value

    with pytest.raises(config.SettingsError, match=name):
        config.load(environ)


def test_the_demo_is_a_reason_not_to_start_in_production_only(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PDTRACK_ENV", "production")
    monkeypatch.setattr(db.engine, "dispose", lambda: None, raising=False)
    assert surroundings.why_not_to_start() is None

    make.person(email="educator@demo.example")

    assert "use a new database" in (surroundings.why_not_to_start() or "")
    monkeypatch.setitem(app.config, "PDTRACK_ENV", "development")
    assert surroundings.why_not_to_start() is None


@pytest.mark.postgresql
def test_a_server_that_was_restarted_meanwhile_is_found_again(tmp_path: Path) -> None:
    url = postgresql_url("restarted")
    loaded = config.load({"DATABASE_URL": url, "PDTRACK_INSTANCE": str(tmp_path)})
    app = create_app({**loaded, "PDTRACK_LIMITS_URL": url})
    with app.app_context():
        assert db.session.scalar(text("SELECT 1")) == 1
        assert security.hit("test", "key", 1, 60)
        db.session.remove()
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'restarted'"
        )
        with create_engine(url, poolclass=NullPool).connect() as connection:
            connection.execute(text(f"{others} AND pid <> pg_backend_pid()"))

        assert db.session.scalar(text("SELECT 1")) == 1
        assert not security.hit("test", "key", 1, 60)
        db.session.remove()
        db.engine.dispose()
    security.close(app)


@pytest.mark.slow
def test_the_program_ends_with_a_sentence(tmp_path: Path) -> None:
    environ = {**os.environ, **PRODUCTION, "PDTRACK_INSTANCE": str(tmp_path)}
    assert start(environ) == (0, "")  # The tables may be made later.
    app = create_app(settings(tmp_path))
    with app.app_context():
        prepare()
        make.person(email="educator@demo.example")
        db.session.remove()
        db.engine.dispose()

    code, said = start(environ)

    assert code == 3
    assert said.startswith("pdtrack cannot start. Everybody knows the password of the demo")
    del environ["PDTRACK_SECRET_KEY"]
    code, said = start(environ)
    assert code == 3
    assert said.startswith("pdtrack cannot start. Set PDTRACK_SECRET_KEY")
    away = {"PDTRACK_SECRET_KEY": "0" * 40, "DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/pd"}
    assert start({**environ, **away}) == (0, "")  # It may come later.


def start(environ: dict[str, str]) -> tuple[int, str]:
    """Load the program as gunicorn does, and return its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stderr


@pytest.mark.slow
def test_a_web_process_loads_nothing_that_only_commands_and_files_need(tmp_path: Path) -> None:
    code = "import sys, wsgi; print(*sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PDTRACK_INSTANCE": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(done.stdout.split())
    assert "sqlalchemy.orm" in loaded
    assert not loaded & {"alembic", "weasyprint", "xlsxwriter"}
