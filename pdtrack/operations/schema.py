"""Which version the tables have, and which one this program wants.

What is needed for that is loaded by the first who asks: it takes a sixth of the start of a
web process, which never changes a table.
"""
# ruff: noqa: PLC0415 - see above.

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy import Connection, column, inspect, select, table
from werkzeug.local import LocalProxy

from pdtrack.core.db import db

_EXTENSION = "migrate"  # As Flask-Migrate calls itself.


def init_app(app: Flask) -> None:
    """Let commands find the migrations."""
    app.extensions[_EXTENSION] = LocalProxy(partial(_loaded, app))
    if click.get_current_context(silent=True):  # A command is about to run.
        _loaded(app)  # It adds the command "db".


def _loaded(app: Flask) -> Any:
    """Put the extension in its place, and return it."""
    from flask_migrate import Migrate

    if isinstance(app.extensions[_EXTENSION], LocalProxy):
        folder = Path(app.root_path, "migrations")
        Migrate().init_app(app, db, directory=str(folder), render_as_batch=True)
    return app.extensions[_EXTENSION]


def current() -> str | None:
    """Return the version of the tables; nothing, if there are none."""
    return version_of(db.session.connection())


def version_of(connection: Connection) -> str | None:
    """Return the version of the tables as a connection sees them."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(select(column("version_num")).select_from(table("alembic_version")))


def wanted() -> str | None:
    """Return the version that this program works with."""
    return _head(_folder())


def is_known(revision: str) -> bool:
    """Whether this program knows how to come from a version to its own."""
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    try:
        return ScriptDirectory(_folder()).get_revision(revision) is not None
    except CommandError:
        return False


def upgrade(revision: str = "head") -> None:
    """Bring the tables to a version, from whatever they are."""
    from alembic import command

    command.upgrade(current_app.extensions[_EXTENSION].migrate.get_config(), revision)


def _folder() -> str:
    return str(current_app.extensions[_EXTENSION].directory)


@cache
def _head(folder: str) -> str | None:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(folder).get_current_head()
