"""Things that break."""

from __future__ import annotations

import sqlite3

import pytest

from pdtrack.core import jobs


@pytest.fixture
def broken_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break the store in which calls to the worker wait."""

    def fail(*_arguments: object, **_more: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(jobs._Sqlite, "db", fail)  # noqa: SLF001 - as a failing disk would.
