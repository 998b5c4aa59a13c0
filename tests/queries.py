"""Counting what a page asks of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from pdtrack.core.db import Model, db

MOST = 12


@contextmanager
def count_queries() -> Iterator[list[str]]:
    """Collect the statements that run inside; savepoints and the like do not count."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "PRAGMA")):
            statements.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def count_loaded() -> Iterator[list[Any]]:
    """Collect the objects that are made from rows inside; what was loaded before is not there."""
    loaded: list[Any] = []

    def note(instance: Any, *_rest: Any) -> None:
        loaded.append(instance)

    event.listen(Model, "load", note, propagate=True)
    try:
        yield loaded
    finally:
        event.remove(Model, "load", note)
