"""Loading the demo: quick, the same everywhere, and never among real people."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from pdtrack.accounts.models import Person
from pdtrack.attendance.models import AttendanceEntry
from pdtrack.catalog import search
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.catalog.search import Wanted
from pdtrack.certificates.models import Certificate
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import Model, db
from pdtrack.demo import actions, large, queries
from pdtrack.registration import queries as registrations
from tests import make
from tests.demo.conftest import THURSDAY, Loading, application_in, let_go

# Salts and names of mail are drawn anew each time, as they must be.
RANDOM = {"people.password_hash", "outgoing_emails.message_id"}


def everything() -> dict[str, list[Any]]:
    """Return all rows of all tables but for what has to differ."""
    tables = {}
    for table in Model.metadata.sorted_tables:
        columns = [each for each in table.columns if f"{table.name}.{each.name}" not in RANDOM]
        rows = db.session.execute(select(*columns).order_by(table.c.id))
        tables[table.name] = [tuple(row) for row in rows]
    return tables


def load(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["demo", "load", *arguments])


def test_it_is_quick_and_says_whom_one_can_be(empty: Flask) -> None:
    started = time.process_time()
    result = load(empty)

    assert result.exit_code == 0
    assert time.process_time() - started < 5
    assert "Loaded the small demo" in result.output
    assert all(address in result.output for address in queries.PEOPLE)


def test_it_is_the_same_everywhere(loading: Loading, imported: Path, tmp_path: Path) -> None:
    with loading(THURSDAY).app_context():
        first = everything()

    shutil.copy(imported, tmp_path / "pdtrack.db")
    app = application_in(tmp_path)
    with app.app_context(), clock.frozen(THURSDAY):
        actions.load(size=actions.Size.SMALL, actor=SYSTEM)
        second = everything()
    let_go(app)

    assert {name for name in first if first[name] != second[name]} <= {"audit_entries"}
    # The organizations were imported at two moments; what the demo did was not.
    assert first["audit_entries"][-500:] == second["audit_entries"][-500:]


def test_it_is_found_by_search(demo: Flask) -> None:
    assert demo
    found = search.search(Wanted(text="CPI"))

    assert found.total
    assert all("estraint" in each.title for each in found.items)


def test_it_is_refused_among_people(empty: Flask) -> None:
    make.person()
    result = load(empty)

    assert result.exit_code == 1
    assert "There are people in this database already" in result.output
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def test_if_empty_says_nothing_among_people(empty: Flask) -> None:
    make.person()
    result = load(empty, "--if-empty")

    assert (result.exit_code, result.output) == (0, "")
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def test_it_is_refused_in_production(empty: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(empty.config, "PDTRACK_ENV", "production")
    result = load(empty, "--if-empty")

    assert result.exit_code == 1
    assert "never loaded in production" in result.output
    assert queries.is_empty()


def test_what_fails_on_the_way_leaves_nothing_behind(
    empty: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError("The disk is full.")

    monkeypatch.setattr("pdtrack.demo.actions.catalog.reindex", fail)
    result = load(empty)

    assert isinstance(result.exception, OSError)
    assert queries.is_empty()
    assert db.session.scalar(select(func.count()).select_from(CourseSession)) == 0


def test_the_large_demo_fills_the_state(empty: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SESSIONS": 120, "PEOPLE": 3000, "CERTIFIED": 2, "CAME": 10}.items():
        monkeypatch.setattr(large, name, value)
    assert load(empty, "--size", "large").exit_code == 0

    sessions = db.session.scalars(select(CourseSession)).all()
    counts = registrations.counts([each.id for each in sessions])
    past = [each for each in sessions if each.has_ended]
    assert len(sessions) == 120
    assert len([each for each in sessions if each.state == SessionState.PUBLISHED]) > 100
    assert len({each.collaborative_id for each in sessions}) == 24
    assert all(counts[each.id].taken <= each.capacity for each in sessions)
    assert (db.session.scalar(select(func.count()).select_from(Person)) or 0) > 3000
    entries = db.session.scalar(select(func.count()).select_from(AttendanceEntry)) or 0
    assert entries > 60 * 10 * large.MEETINGS
    assert len(past) >= 60
    serials = db.session.scalars(select(Certificate.serial)).all()
    assert len(set(serials)) == len(serials)


def test_the_large_demo_is_as_large_as_promised() -> None:
    assert large.SESSIONS == 10_000
    assert large.PEOPLE == 100_000
    assert large.SESSIONS // 2 * large.CAME * large.MEETINGS == large.ATTENDANCE


@pytest.mark.postgresql
def test_postgresql_goes_on_counting_where_the_demo_ends(on_postgresql: Flask) -> None:
    with on_postgresql.app_context(), clock.frozen(THURSDAY):
        highest = db.session.scalar(select(func.max(Person.id))) or 0
        made = make.person()
        assert made.id == highest + 1
        assert search.search(Wanted(text="CPI")).total
        db.session.remove()


@pytest.mark.postgresql
def test_both_databases_have_the_same_demo(on_postgresql: Flask, loading: Loading) -> None:
    tables = ("registrations", "attendance_entries", "certificates", "meetings", "employments")
    with loading(THURSDAY).app_context():
        sqlite = {name: everything()[name] for name in tables}
    with on_postgresql.app_context():
        postgresql = {name: everything()[name] for name in tables}
        db.session.remove()

    assert sqlite == postgresql
