"""How migrations run: on the application's database, in one transaction."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import Connection

from pdtrack.core.db import UTCDateTime

target = current_app.extensions["migrate"].db


def is_ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leave out the search index: actions write it, and each database keeps it its own way."""
    return not (kind == "table" and name and name.startswith("search_"))


def written(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our own column types as the plain ones they stand on, so that migrations never age."""
    return (
        "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UTCDateTime) else False
    )


def check(connection: Connection) -> None:
    """Make sure that no row lost what it refers to."""
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            message = f"Rows refer to nothing after the migration: {broken[:5]}"
            raise RuntimeError(message)


def run() -> None:
    """Bring the database to the wanted revision."""
    options = {
        "target_metadata": target.metadata,
        "include_object": is_ours,
        "render_item": written,
        "render_as_batch": True,
        "compare_type": True,
        **{
            key: value
            for key, value in current_app.extensions["migrate"].configure_args.items()
            if key not in ("render_as_batch", "compare_type")
        },
    }
    with target.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Rebuilding a table drops the old one first; outside a transaction, or it is ignored.
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute("PRAGMA foreign_keys = OFF")
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
            check(connection)


run()
