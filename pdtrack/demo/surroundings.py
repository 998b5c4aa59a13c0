"""Where the demo runs: never in production, and its mail for nobody but this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from flask import current_app


def is_production() -> bool:
    """Whether real people use this installation."""
    return bool(current_app.config["PDTRACK_ENV"] == "production")


def keeps_mail_in_folder() -> bool:
    """Whether mail is kept as files because no mail server is set."""
    return not current_app.config["PDTRACK_SMTP_URL"]


def is_this_machine_only(remote_address: str | None) -> bool:
    """Whether the site is served to its own machine, and this request comes from it.

    With proxies in front the address is what they say, so it proves nothing.
    """
    if current_app.config["PDTRACK_PROXIES"]:
        return False
    host = urlsplit(current_app.config["PDTRACK_URL"]).hostname or ""
    return _is_loopback(host) and _is_loopback(remote_address or "")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
