"""Logs: one line for each request, in JSON where programs read them, without personal data."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import time
from contextlib import suppress
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, request, session

# What stands in an address and opens something.
_SECRET_ARGUMENTS = frozenset({"token", "code", "key", "secret"})
_LONG_PART = re.compile(r"[^/]{24,}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUIET_PATHS = ("/healthz", "/readyz", "/metrics", "/static/")

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Write down every request, and everything that the libraries have to say."""
    if not app.testing:
        # Commands are typed by people, also in production.
        is_read_by_programs = app.config["PDTRACK_ENV"] == "production"
        configure(is_json=is_read_by_programs and not sys.stderr.isatty())
    app.before_request_funcs.setdefault(None, []).insert(0, _begin)
    app.after_request(_end)


def configure(*, is_json: bool) -> None:
    """Send all logs to standard error, in one form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info if is_json else _as_it_is,
    ]
    renderer: Any = structlog.processors.JSONRenderer()
    if not is_json:
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    # Our own line for each request is written at once: the way through the standard library's
    # loggers, which the other libraries take, costs three times as much.
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=structlog.WriteLoggerFactory(_Lines()),  # type: ignore[arg-type]
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # They tell of every step they take.
    for name in ("huey", "weasyprint", "fontTools", "alembic.runtime.plugins"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _Lines:
    """Standard error as it is now: no full disk and no closed pipe keeps an answer from leaving."""

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def masked_path() -> str:
    """Return the path of this request without the secrets in it."""
    path = request.path
    for name, value in (request.view_args or {}).items():
        if name in _SECRET_ARGUMENTS and isinstance(value, str):
            path = path.replace(value, f"<{name}>")
    # An address that leads nowhere may hold a mistyped secret.
    return path if request.url_rule else _LONG_PART.sub("<…>", path)


def _begin() -> None:
    g.began = time.perf_counter()
    given = request.headers.get("X-Request-ID", "") if current_app.config["PDTRACK_PROXIES"] else ""
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.get("request_id", "")
    quiet = request.path.startswith(_QUIET_PATHS) and response.status_code < 400  # noqa: PLR2004
    if not quiet and logging.getLogger().isEnabledFor(logging.INFO):
        log.info(
            "request",
            logger="pdtrack.requests",
            method=request.method,
            path=masked_path(),
            endpoint=request.endpoint,
            status=response.status_code,
            ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            person_id=str(session.get("_user_id", "")).partition(":")[0] or None,
        )
    return response


def _as_it_is(_logger: Any, _name: str, event: Any) -> Any:
    """Leave the exception to the renderer that draws it for people."""
    return event
