"""Refusals: what a person may not do, in words written for that person."""

from __future__ import annotations

import re

from sqlalchemy import Index, MetaData, UniqueConstraint
from sqlalchemy.exc import IntegrityError


class DomainError(Exception):
    """A refusal whose message says what to do; `field` names the form's field it belongs to."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Stale(DomainError):
    """Somebody else changed the thing since the form was shown."""


_refusals: dict[str, tuple[type[DomainError], str, str | None]] = {}
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?:index '(?P<index>\w+)'|(?P<columns>.+))")
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\w+)")


def constraint(name: str, error: type[DomainError], message: str, field: str | None = None) -> None:
    """Say which refusal stands for a named constraint of the database."""
    _refusals[name] = (error, message, field)


def refusal_for(error: IntegrityError, metadata: MetaData) -> DomainError | None:
    """Return the refusal that a broken constraint stands for, if one was named."""
    known = _refusals.get(_constraint_name(error, metadata) or "")
    if known is None:
        return None
    kind, message, field = known
    return kind(message, field=field)


def _constraint_name(error: IntegrityError, metadata: MetaData) -> str | None:
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        name: str | None = diagnosis.constraint_name
        return name
    text = str(error.orig)
    if found := _SQLITE_CHECK.search(text):
        return found["name"]
    if found := _SQLITE_UNIQUE.search(text):
        return found["index"] or _unique_name(found["columns"], metadata)
    return None


def _unique_name(columns: str, metadata: MetaData) -> str | None:
    """Find the unique constraint or index over `table.a, table.b`, which SQLite leaves unnamed."""
    names = [column.strip().partition(".") for column in columns.split(",")]
    table = metadata.tables.get(names[0][0])
    wanted = {column for _, _, column in names}
    if table is None:
        return None
    uniques: list[UniqueConstraint | Index] = [
        each for each in table.constraints if isinstance(each, UniqueConstraint)
    ]
    uniques += [index for index in table.indexes if index.unique]
    for unique in uniques:
        if {column.name for column in unique.columns} == wanted:
            return str(unique.name)
    return None
