"""Where the demo runs: never in production, and its mail for nobody but this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError

from pdtrack.core.db import db
from pdtrack.demo import queries


def is_production() -> bool:
    """Whether real people use this installation."""
    return bool(current_app.config["PDTRACK_ENV"] == "production")


def why_not_to_start() -> str | None:
    """Return what keeps this installation from serving real people, or nothing.

    A database that is away, or has no tables yet, is no reason: it may come later.
    """
    if not is_production():
        return None
    try:
        is_loaded = queries.is_loaded()
    except SQLAlchemyError:
        return None
    finally:
        # Processes that are forked from this one must not share its connection.
        db.session.remove()
        db.engine.dispose()
    if not is_loaded:
        return None
    return "Everybody knows the password of the demo people in the database: use a new database."


def is_nobody_elses_business() -> bool:
    """Whether this machine serves itself alone, and this request comes from it.

    Behind a proxy the request's address is what the proxy says, so it proves nothing.
    """
    if is_production() or current_app.config["PDTRACK_PROXIES"]:
        return False
    host = urlsplit(current_app.config["PDTRACK_URL"]).hostname or ""
    return _is_loopback(host) and _is_loopback(request.remote_addr or "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
