"""The database: one base for all tables, one way to write."""

from __future__ import annotations

import fcntl
import functools
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, ParamSpec, TypeVar, cast

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BindParameter,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Insert,
    MetaData,
    Select,
    Table,
    bindparam,
    event,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    QueryableAttribute,
    Session,
    joinedload,
    mapped_column,
    registry,
)
from sqlalchemy.types import TypeDecorator

from pdtrack.core import errors, folding

BUSY_TIMEOUT_MS = 20_000
LONG_WAIT_SECONDS = 1.0
_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_TURNS = "pdtrack.turns"

log = logging.getLogger(__name__)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC; naive values are refused, for they mean two things."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store the moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"A moment needs a zone: {value!r}"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back aware, whatever the database keeps."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _values(members: type[StrEnum]) -> list[str]:
    return [member.value for member in members]


class Model(DeclarativeBase):
    """The base of every table: an integer `id` and named constraints."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry = registry(
        metadata=metadata,
        type_annotation_map={
            datetime: UTCDateTime(),
            StrEnum: Enum(
                StrEnum,
                native_enum=False,
                create_constraint=True,
                length=30,
                values_callable=_values,
            ),
        },
    )
    __abstract__: ClassVar[bool] = True

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-1)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.__dict__.get('id')}>"


# Rows stay as they were loaded after a commit: `lock` refreshes what a decision needs.
db = SQLAlchemy(
    metadata=Model.metadata,
    disable_autonaming=True,
    session_options={"expire_on_commit": False},
)

_writing: ContextVar[bool] = ContextVar("writing", default=False)


P = ParamSpec("P")
R = TypeVar("R")


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function one transaction, or a savepoint when another action calls it.

    The outermost commits; any exception takes everything back. Called inside
    another action it takes back only its own, so that a refusal for one person
    does not spoil an act for many. Constraints that have a refusal raise it.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        session = db.session()
        if session.info.get("in_action"):
            return _in_savepoint(session, lambda: function(*args, **kwargs))
        return _in_transaction(session, lambda: function(*args, **kwargs))

    run.is_action = True  # type: ignore[attr-defined]  # Convention tests look for it.
    return run


def _in_savepoint(session: Session, work: Callable[[], R]) -> R:
    calls = session.info["after_commit"]
    before = len(calls)
    try:
        with _refusing(), session.begin_nested():
            result = work()
            session.flush()
            return result
    except BaseException:
        del calls[before:]  # What was taken back calls nobody.
        raise


def _in_transaction(session: Session, work: Callable[[], R]) -> R:
    _end_reading(session)
    session.info["in_action"] = True
    session.info["after_commit"] = []
    token = _writing.set(True)
    try:
        with _refusing(), _turn():
            with _noting_a_long_wait():
                session.connection()  # BEGIN IMMEDIATE on SQLite, before the first savepoint.
            result = work()
            session.flush()
            session.commit()
    except BaseException:
        session.rollback()
        session.info["after_commit"] = []
        raise
    finally:
        _writing.reset(token)
        session.info["in_action"] = False
    _run_after_commit(session)
    return result


def look_again() -> None:
    """End the reading so far, so that the next query sees what others wrote meanwhile."""
    _end_reading(db.session())


def _end_reading(session: Session) -> None:
    """End the transaction in which the view read, keeping what it loaded."""
    if session.new or session.dirty or session.deleted:
        message = "Something was changed outside an action: write it inside one."
        raise RuntimeError(message)
    session.commit()


class _refusing:  # noqa: N801 - read as a verb where it is used.
    """Turn a broken named constraint into its refusal."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            refusal = errors.refusal_for(error, Model.metadata)
            if refusal is not None:
                raise refusal from error


def after_commit(call: Callable[[], None]) -> None:
    """Call something once the outermost action has committed; never if it is taken back."""
    calls = db.session().info.setdefault("after_commit", [])
    if call not in calls:
        calls.append(call)


def _run_after_commit(session: Session) -> None:
    calls, session.info["after_commit"] = session.info["after_commit"], []
    for call in calls:
        try:
            call()
        except Exception:
            # What is committed is true whether or not a worker heard of it; the sweep finds it.
            log.exception("A call after the commit failed")


def lock(*rows: Model, reading: Sequence[QueryableAttribute[Any]] = ()) -> None:
    """Hold rows until the action ends, and read them anew, with what they refer to if told.

    First line of an action that counts before it writes. Rows are taken in one
    order everywhere, so that two actions cannot wait for each other.
    """
    session = _session_of_action("locks")
    by_model: dict[type[Model], set[int]] = {}
    for row in rows:
        by_model.setdefault(type(row), set()).add(row.id)
    for model in sorted(by_model, key=lambda each: (each.__tablename__, each.__name__)):
        ids = by_model[model]
        with _noting_a_long_wait():
            statement = _reading_locked(model, tuple(reading), is_one=len(ids) == 1)
            given = {"id": min(ids)} if len(ids) == 1 else {"ids": sorted(ids)}
            found = session.scalars(statement, given).unique().all()
        if len(found) < len(ids):
            raise errors.Stale("This no longer exists. Go back and reload the page.")


def write_row(model: type[Model], **values: Any) -> None:
    """Write a row at once, without an object for it: half the work.

    What it refers to must have been flushed.
    """
    _session_of_action("writes").connection().execute(_inserting(model), values)


def _session_of_action(does: str) -> Session:
    session = db.session()
    if not session.info.get("in_action"):
        message = f"Only an action {does}."
        raise RuntimeError(message)
    return session


@functools.cache
def _inserting(model: type[Model]) -> Insert:
    return insert(cast("Table", model.__table__))


@contextmanager
def _turn() -> Iterator[None]:
    """Let SQLite's writers take turns.

    By itself SQLite lets a writer who finds it busy sleep, longer each time, and
    whoever comes meanwhile goes first: under load somebody waits for seconds. A
    file's lock wakes the next in line at once, and ends with its process.
    """
    path = current_app.extensions[_TURNS]
    if path is None:
        yield
        return
    with Path(path).open("ab") as file:
        with _noting_a_long_wait():
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _noting_a_long_wait() -> Iterator[None]:
    """Say in the log when somebody waited for a lock so long that it was felt."""
    started = time.monotonic()
    yield
    waited = time.monotonic() - started
    if waited > LONG_WAIT_SECONDS:
        log.warning("waited_for_lock: %.1f seconds", waited)


@functools.cache
def _reading_locked(
    model: type[Model], reading: tuple[QueryableAttribute[Any], ...], *, is_one: bool
) -> Select[Any]:
    """Build the statement once: building it takes longer than running it.

    Keys never change, so whoever only refers to a row (in the log, by mail) need not wait for
    it: FOR NO KEY UPDATE on PostgreSQL.
    """
    is_wanted = model.id == bindparam("id") if is_one else model.id.in_(_IDS)
    return (
        select(model)
        .where(is_wanted)
        .order_by(model.id)
        .options(*(joinedload(each) for each in reading))
        .with_for_update(of=model, key_share=True)
        .execution_options(populate_existing=True)
    )


def init_app(app: Flask) -> None:
    """Connect the application to its database."""
    db.init_app(app)
    with app.app_context():
        _prepare(db.engine)
        app.extensions[_TURNS] = _turns_file(db.engine)


def _turns_file(engine: Engine) -> str | None:
    """Return the file beside a SQLite database at which writers take turns."""
    name = engine.url.database
    is_file = engine.dialect.name == "sqlite" and name and name != ":memory:"
    return f"{name}-turns" if is_file else None


def _prepare(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        # Not an event of the engine: with one, every statement looks for events of its own.
        engine.dialect.do_begin = _begin_sqlite  # type: ignore[assignment]
    else:
        event.listen(engine, "connect", _open_postgresql)


def _open_postgresql(connection: Any, _record: object) -> None:
    # Compiling a query with many joins takes PostgreSQL longer than answering any page of ours.
    connection.execute("SET jit = off")
    connection.commit()


def _open_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # We say BEGIN ourselves, so that savepoints hold.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    use_wal(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # SQLite's own knows only ASCII, so that "émile" would not find Émile.
    connection.create_function("lower", 1, _lower, deterministic=True)
    connection.create_function("fold", 1, _fold, deterministic=True)


def _lower(value: object) -> str | None:
    return None if value is None else str(value).lower()


def _fold(value: object) -> str | None:
    return None if value is None else folding.fold(str(value))


def use_wal(connection: sqlite3.Connection) -> None:
    """Let readers and a writer of a SQLite file work at the same time."""
    with suppress(sqlite3.OperationalError):  # Another process is switching the file right now.
        connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Any) -> None:
    connection.execute("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")
