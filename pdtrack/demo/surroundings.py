"""Where the demo runs: never in production, and its mail for nobody but this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import current_app, request


def is_production() -> bool:
    """Whether real people use this installation."""
    return bool(current_app.config["PDTRACK_ENV"] == "production")


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
