"""Which version the tables have, and which one this program wants."""

from __future__ import annotations

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection, column, inspect, select, table

from pdtrack.core.db import db


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
    return _head(current_app.extensions["migrate"].directory)


def is_known(revision: str) -> bool:
    """Whether this program knows how to come from a version to its own."""
    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    try:
        return script.get_revision(revision) is not None
    except CommandError:
        return False


def upgrade(revision: str = "head") -> None:
    """Bring the tables to a version, from whatever they are."""
    config: Config = current_app.extensions["migrate"].migrate.get_config()
    command.upgrade(config, revision)


@cache
def _head(folder: str) -> str | None:
    return ScriptDirectory(folder).get_current_head()
