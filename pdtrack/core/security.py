"""What keeps strangers out: headers, the one host name, and counters of attempts."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request, session
from limits import RateLimitItemPerSecond
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Connection, Engine, create_engine, event, text
from werkzeug.middleware.proxy_fix import ProxyFix

from pdtrack.core import clock, jobs, tokens
from pdtrack.core.db import use_wal

_PAGE_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_FILE_POLICY = "frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Addresses hold secret links: no other site hears of them.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# Asked by programs on this machine, which do not know the site's name.
_LOCAL_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


def hit(name: str, key: str, limit: int, per_seconds: int) -> bool:
    """Count one attempt, and tell whether it is still within the limit.

    The count is exact across all processes, and begins anew `per_seconds` after
    its first attempt. `name` says what is counted ("sign_in.account"), `key` for
    whom; the key is kept only as a digest.
    """
    return _limiter().hit(_item(name, limit, per_seconds), _digest(key))


def reset(name: str, key: str, limit: int, per_seconds: int) -> None:
    """Forget the attempts counted so far: whoever they are about proved who they are."""
    _limiter().clear(_item(name, limit, per_seconds), _digest(key))


def take_back(name: str, key: str, limit: int, per_seconds: int) -> None:
    """Uncount one attempt that turned out to be a good one."""
    _counters().take_back(_item(name, limit, per_seconds).key_for(_digest(key)))


def forget_old_attempts() -> None:
    """Delete counters that have run out."""
    _counters().forget_old()


def close(app: Flask) -> None:
    """Let go of the counters; the next attempt opens them again."""
    app.extensions["counters"].close()


def init_app(app: Flask) -> None:
    """Guard every request and every answer."""
    app.extensions["counters"] = _Counters(app.config["PDTRACK_LIMITS_URL"])
    jobs.add("old attempts", forget_old_attempts)
    jobs.add("old tokens", tokens.forget_old)
    if app.config["PDTRACK_PROXIES"]:
        count = app.config["PDTRACK_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    # Before anything else looks at the request, whoever registered first.
    app.before_request_funcs.setdefault(None, []).insert(0, _refuse_other_hosts)
    app.after_request(_add_headers)


def _refuse_other_hosts() -> None:
    """Answer only under the site's own name: a forged one would end up in links and caches."""
    if request.host.lower() == urlsplit(current_app.config["PDTRACK_URL"]).netloc.lower():
        return
    hostname = request.host.rpartition(":")[0] if request.host[-1:].isdigit() else request.host
    is_local = (hostname or request.host) in _LOCAL_HOSTS or request.host in _LOCAL_HOSTS
    if not (is_local and request.path in _LOCAL_PATHS):
        abort(400, "This site is not known under that name.")


def _add_headers(response: Response) -> Response:
    is_page = response.mimetype in {"text/html", "image/svg+xml"}
    response.headers.setdefault(
        "Content-Security-Policy", _PAGE_POLICY if is_page else _FILE_POLICY
    )
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["PDTRACK_ENV"] == "production":
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in response.headers and request.endpoint != "static":
        # Nothing that somebody sees when signed in stays in a shared computer's browser.
        is_personal = "_user_id" in session or response.status_code >= 400  # noqa: PLR2004
        response.headers["Cache-Control"] = "private, no-store" if is_personal else "no-cache"
    return response


class _Counters(Storage):
    """Counters in a database of their own, so that no attempt waits for the registrations' lock."""

    STORAGE_SCHEME = ["pdtrack"]  # noqa: RUF012 - what the library asks for; it is never looked up.

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        self._engine: Engine | None = None

    @property
    def base_exceptions(self) -> type[Exception]:
        """The library wraps what it names; nothing here needs it."""
        return RuntimeError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in one statement, and return the count of the running window."""
        now = clock.now().timestamp()
        values = {"key": key, "now": now, "until": now + expiry, "amount": amount}
        with self._connection() as connection:
            return int(connection.execute(_COUNT, values).scalar_one())

    def take_back(self, key: str) -> None:
        """Uncount one attempt of the running window."""
        with self._connection() as connection:
            connection.execute(_UNCOUNT, {"key": key, "now": clock.now().timestamp()})

    def get(self, key: str) -> int:
        """Return the count of the running window."""
        with self._connection() as connection:
            values = {"key": key, "now": clock.now().timestamp()}
            return int(connection.execute(_READ_COUNT, values).scalar() or 0)

    def get_expiry(self, key: str) -> float:
        """Return when the running window ends."""
        now = clock.now().timestamp()
        with self._connection() as connection:
            return float(connection.execute(_READ_END, {"key": key, "now": now}).scalar() or now)

    def check(self) -> bool:
        """Tell whether the store answers."""
        with self._connection() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar())

    def reset(self) -> int | None:
        """Forget everything."""
        with self._connection() as connection:
            connection.execute(text("DELETE FROM attempts"))
        return None

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with self._connection() as connection:
            connection.execute(text("DELETE FROM attempts WHERE key = :key"), {"key": key})

    def forget_old(self) -> None:
        """Delete counters that have run out."""
        with self._connection() as connection:
            now = clock.now().timestamp()
            connection.execute(text("DELETE FROM attempts WHERE until_at <= :now"), {"now": now})

    def close(self) -> None:
        """Let go of the database."""
        if self._engine is not None:
            self._engine.dispose()

    def _connection(self) -> Any:
        if self._engine is None:
            self._engine = _counters_engine(self._url)
        return self._engine.begin()


_COUNT = text(
    "INSERT INTO attempts (key, count, until_at) VALUES (:key, :amount, :until) "
    "ON CONFLICT (key) DO UPDATE SET "
    "count = CASE WHEN attempts.until_at <= :now THEN :amount ELSE attempts.count + :amount END, "
    "until_at = CASE WHEN attempts.until_at <= :now THEN :until ELSE attempts.until_at END "
    "RETURNING count"
)
_UNCOUNT = text(
    "UPDATE attempts SET count = count - 1 WHERE key = :key AND count > 0 AND until_at > :now"
)
_READ_COUNT = text("SELECT count FROM attempts WHERE key = :key AND until_at > :now")
_READ_END = text("SELECT until_at FROM attempts WHERE key = :key AND until_at > :now")
_TABLE = (
    "CREATE TABLE IF NOT EXISTS attempts "
    "(key TEXT PRIMARY KEY, count BIGINT NOT NULL, until_at DOUBLE PRECISION NOT NULL)"
)


def _counters_engine(url: str) -> Engine:
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
    with engine.begin() as connection:
        _make_table(connection)
    return engine


def _make_table(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        # Processes that start together would trip over each other's table.
        connection.execute(text("SELECT pg_advisory_xact_lock(7402114)"))
    connection.execute(text(_TABLE))


def _open_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 10000")
    use_wal(connection)
    connection.execute("PRAGMA synchronous = OFF")  # After a power cut people may try again.


def _counters() -> _Counters:
    counters = current_app.extensions["counters"]
    assert isinstance(counters, _Counters)
    return counters


def _limiter() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(_counters())


def _item(name: str, limit: int, per_seconds: int) -> RateLimitItemPerSecond:
    return RateLimitItemPerSecond(limit, per_seconds, namespace=name)


def _digest(key: str) -> str:
    secret = current_app.config["SECRET_KEY"].encode()
    return hmac.new(secret, f"limits:{key}".encode(), hashlib.sha256).hexdigest()
