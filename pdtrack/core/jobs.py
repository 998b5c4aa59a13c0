"""Work in the background: rows are the truth, a job only wakes whoever looks at them."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer, Worker
from huey.exceptions import ConfigurationError
from huey.serializer import SignedSerializer
from huey.storage import PostgresStorage, SqliteStorage

from pdtrack.core import clock

BEAT_SECONDS = 5
_KEEP_BEATS = timedelta(days=1)
_HEARTBEAT = "heartbeat:"
_SCHEMA_LOCK = 7_402_113  # Any number, as long as it is always the same.

log = logging.getLogger(__name__)

_workers: dict[str, Callable[[], object]] = {}


def add(name: str, work: Callable[[], object]) -> None:
    """Register what the worker does when it is woken by this name, and at every sweep.

    The work looks at the database for what is due, takes it with a lease, and
    is right when it is run twice or by two workers at once.
    """
    _workers[name] = work


def wake(name: str) -> None:
    """Tell the worker that there is something to do; harmless if nobody listens.

    Call it after the commit. It never fails: what it is about is in the
    database, and the sweep of the next minute finds it.
    """
    try:
        _of(current_app).wake(name)
    except Exception:
        log.exception("The worker could not be woken; the next sweep does it")


def run(name: str) -> None:
    """Do the work of one name now, here, until nobody asks for more of it."""
    _of(current_app).runner.run(name)


def sweep() -> None:
    """Do the work of every name: whatever is due and was not announced, or was lost on the way."""
    for name in list(_workers):
        run(name)


def work(app: Flask, *, threads: int = 2) -> None:
    """Be the worker, in the foreground, until SIGTERM or Ctrl-C; work in hand is finished first."""
    huey = _of(app).huey
    # What was announced while nobody listened is found by the sweep that starts right away.
    huey.storage.flush_queue()
    _Consumer(
        huey,
        workers=threads,
        initial_delay=0.05,
        max_delay=0.25,
        shutdown_timeout=30,
        graceful_signal="TERM",
    ).run()


def beat() -> None:
    """Say that the worker is alive; long work calls this between two pieces."""
    _of(current_app).beat()


def heartbeats() -> dict[str, datetime]:
    """Return when each worker was last heard of, by "host:process"; the newest first.

    Empty when the store cannot be read: `trouble` says why.
    """
    try:
        items = _of(current_app).huey.storage.result_items()
    except Exception:
        log.exception("The store of calls to the worker cannot be read")
        return {}
    found = {
        _text(key).removeprefix(_HEARTBEAT): datetime.fromtimestamp(float(_text(value)), UTC)
        for key, value in items.items()
        if _text(key).startswith(_HEARTBEAT)
    }
    return dict(sorted(found.items(), key=lambda item: item[1], reverse=True))


def sweep_heartbeats() -> None:
    """Forget the workers that have not been heard of for a day."""
    storage = _of(current_app).huey.storage
    for name, moment in heartbeats().items():
        if clock.now() - moment > _KEEP_BEATS:
            storage.pop_data(f"{_HEARTBEAT}{name}")


def waiting() -> int:
    """Return how many calls to the worker nobody has answered yet; -1 if they cannot be read."""
    try:
        return int(_of(current_app).huey.storage.queue_size())
    except Exception:
        log.exception("The store of calls to the worker cannot be read")
        return -1


def trouble() -> str | None:
    """Return what keeps calls from reaching a worker, or nothing if they would."""
    storage = _of(current_app).huey.storage
    try:
        storage.put_data("probe", b"")
        storage.pop_data("probe")
    except Exception as error:  # noqa: BLE001 - each kind of store has errors of its own.
        return str(error) or type(error).__name__
    return None


def close(app: Flask) -> None:
    """Let go of the store; the next call opens it again."""
    _of(app).huey.storage.close()


def init_app(app: Flask) -> None:
    """Connect the application to the store in which calls to the worker wait."""
    app.extensions["jobs"] = _Jobs(app)
    add("heartbeats", sweep_heartbeats)


class _Jobs:
    """The two tasks of one application, and where they wait."""

    def __init__(self, app: Flask) -> None:
        self.huey = _store(app.config["PDTRACK_JOBS_URL"], app.config["SECRET_KEY"])
        self.runner = _Runner()
        self._beaten_at = 0.0

        def wake(name: str) -> None:
            with app.app_context():
                run(name)

        def sweep_all() -> None:
            with app.app_context():
                sweep()

        self.wake = self.huey.task(name="wake")(wake)
        self.huey.periodic_task(crontab(), name="sweep")(sweep_all)
        self.huey.extension = self

    def beat(self) -> None:
        """Write down, at most every few seconds, that this process lives."""
        now = time.monotonic()
        if self._beaten_at and now - self._beaten_at < BEAT_SECONDS:
            return
        self._beaten_at = now
        moment = clock.now().timestamp()
        name = f"{_HEARTBEAT}{socket.gethostname()}:{os.getpid()}"
        self.huey.storage.put_data(name, b"%f" % moment)


class _Runner:
    """Runs each name in one thread of this process at a time, and once more if asked meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._again: set[str] = set()

    def run(self, name: str) -> None:
        """Do the work of a name; a failure is written down and takes nothing else along."""
        work = _workers.get(name)
        if work is None:
            log.warning("Nobody knows the work called %r", name)
            return
        with self._lock:
            if name in self._running:
                self._again.add(name)
                return
            self._running.add(name)
        while True:
            _attempt(name, work)
            with self._lock:
                if name not in self._again:
                    self._running.discard(name)
                    return
                self._again.discard(name)


def _attempt(name: str, work: Callable[[], object]) -> None:
    try:
        with current_app.app_context():  # A session of its own.
            work()
    except Exception:
        log.exception("The work called %r failed; the next sweep tries again", name)


class _Consumer(Consumer):
    """Huey's consumer, which ends politely however it is asked to."""

    class worker_class(Worker):  # noqa: N801 - Huey's name.
        """A worker that is heard of while it waits."""

        def loop(self, now: datetime | None = None) -> None:
            try:
                self.huey.extension.beat()
            except Exception:
                log.exception("The heartbeat could not be written")
            super().loop(now)

    def __init__(self, huey: Huey, **options: Any) -> None:
        super().__init__(huey, **options)
        self._signal_actions = {signal.SIGTERM: (False, True), signal.SIGINT: (False, True)}


class _Sqlite(SqliteStorage):
    """A SQLite file that is opened, and if need be made, by its first user."""

    def _create_connection(self) -> Any:
        Path(self.filename).parent.mkdir(parents=True, exist_ok=True)
        connection = super()._create_connection()
        for statement in self.ddl:
            connection.execute(statement)
        return connection


class _Postgres(PostgresStorage):
    """PostgreSQL tables that are made by whoever comes first, while the others wait."""

    _is_prepared = False

    def _create_connection(self) -> Any:
        connection = super()._connect()
        if not self._is_prepared:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
                for statement in self.ddl:
                    connection.execute(statement)
            self._is_prepared = True
        return connection


def _store(url: str, secret: str) -> Huey:
    options: dict[str, Any] = {
        "results": False,
        "utc": True,
        # Whoever may write into the store must not thereby run code here.
        "serializer": SignedSerializer(secret=secret, salt="pdtrack.jobs"),
    }
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        # Nothing in it needs to outlive a power cut, so no request waits for the disk.
        return SqliteHuey(
            "pdtrack",
            storage_class=_Sqlite,
            filename=rest.removeprefix("/"),
            fsync=False,
            create_tables=False,
            **options,
        )
    if scheme in {"postgresql", "postgresql+psycopg"}:
        return PostgresHuey(
            "pdtrack",
            storage_class=_Postgres,
            dsn=f"postgresql://{rest}",
            create_tables=False,
            **options,
        )
    if scheme in {"redis", "rediss"}:
        try:
            return RedisHuey("pdtrack", url=url, **options)
        except ConfigurationError as error:
            raise RuntimeError("PDTRACK_JOBS_URL names Redis: pip install redis.") from error
    raise RuntimeError(
        f"PDTRACK_JOBS_URL must begin with sqlite, postgresql or redis, not {scheme!r}."
    )


def _of(app: Flask) -> _Jobs:
    jobs = app.extensions["jobs"]
    assert isinstance(jobs, _Jobs)
    return jobs


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
