"""Every setting: its name, its default, and what it is for. Read once, at start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

INSTANCE = Path(__file__).parent / "instance"
DEFAULT_SECRET = "only-for-development"  # noqa: S105 - refused in production.


# Which kinds of addresses a setting may name, the usual one first.
_DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
_STORES = (*_DATABASES, "redis", "rediss")
_MAIL_SERVERS = ("smtp", "smtps")


class SettingsError(Exception):
    """A setting is missing or makes no sense; the message says which, and what to do."""


def load(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Read the settings from the environment.

    Raises `SettingsError` in production when a secret is missing or the default.
    """
    is_production = environ.get("PDTRACK_ENV", "development") == "production"
    folder = Path(environ.get("PDTRACK_INSTANCE", INSTANCE))
    database = environ.get("DATABASE_URL", f"sqlite:///{folder}/pdtrack.db")
    base = environ.get("PDTRACK_URL", f"http://127.0.0.1:{environ.get('PORT', '8000')}")
    settings: dict[str, Any] = {
        # "production" or "development".
        "PDTRACK_ENV": "production" if is_production else "development",
        # The only source of absolute addresses; requests under another host get 400.
        "PDTRACK_URL": base.rstrip("/"),
        # How many reverse proxies stand in front and set X-Forwarded-For and -Proto.
        "PDTRACK_PROXIES": _whole_number(environ, "PDTRACK_PROXIES", 0),
        # Signs cookies, links and feed addresses.
        "SECRET_KEY": environ.get("PDTRACK_SECRET_KEY", DEFAULT_SECRET),
        # Where registrations, people and everything else is kept.
        "SQLALCHEMY_DATABASE_URI": database,
        # In production no error message repeats what was written: it may be about a person. And
        # nobody meets an error because the database was restarted since the last request.
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": is_production,
            "pool_pre_ping": not database.startswith("sqlite"),
        },
        # The folder of the SQLite files, kept PDFs and, in development, mail.
        "PDTRACK_INSTANCE": str(folder),
        # Kept certificate PDFs, by content.
        "PDTRACK_FILES": environ.get("PDTRACK_FILES", f"{folder}/files"),
        # smtp://user:password@host:587 (STARTTLS), smtps://…:465; empty keeps mail in a folder.
        "PDTRACK_SMTP_URL": environ.get("PDTRACK_SMTP_URL", ""),
        # The From address of all mail.
        "PDTRACK_MAIL_FROM": environ.get("PDTRACK_MAIL_FROM", "pdtrack@demo.example"),
        # The right-hand side of Message-IDs and calendar UIDs; must never change.
        "PDTRACK_MAIL_DOMAIN": environ.get(
            "PDTRACK_MAIL_DOMAIN", urlsplit(base).hostname or "localhost"
        ),
        # Where people report a barrier or ask for help.
        "PDTRACK_SUPPORT_EMAIL": environ.get("PDTRACK_SUPPORT_EMAIL", "help@demo.example"),
        # Opens /metrics to whoever sends it as a bearer token; empty closes it.
        "PDTRACK_METRICS_TOKEN": environ.get("PDTRACK_METRICS_TOKEN", ""),
        # Where calls to the worker wait: a SQLite file or, with several hosts, postgresql://…
        # (or redis://… once the redis package is installed).
        "PDTRACK_JOBS_URL": environ.get("PDTRACK_JOBS_URL", f"sqlite:///{folder}/jobs.db"),
        # Where sign-in failures are counted, away from the registrations' lock.
        "PDTRACK_LIMITS_URL": environ.get("PDTRACK_LIMITS_URL", f"sqlite:///{folder}/limits.db"),
        # Memory in KiB and passes of argon2 (OWASP's profile); tests take cheap ones.
        "PDTRACK_ARGON2": (19 * 1024, 2),
        # Uploads (rosters, lists of organizations) may be this large, in bytes.
        "MAX_CONTENT_LENGTH": 8 * 1024 * 1024,
        # Form posts without a file may hold this much in memory, in bytes.
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        # A form may be shown this long before it is sent, in seconds: a school day.
        "WTF_CSRF_TIME_LIMIT": 12 * 60 * 60,
        # Cookies: not for scripts, not from other sites, only over TLS in production.
        "SESSION_COOKIE_NAME": "pdtrack",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": is_production,
        # How long somebody stays signed in, in seconds: two weeks since the last visit.
        "PERMANENT_SESSION_LIFETIME": 14 * 24 * 60 * 60,
    }
    _check_url("DATABASE_URL", database, _DATABASES)
    _check_url("PDTRACK_JOBS_URL", settings["PDTRACK_JOBS_URL"], _STORES)
    _check_url("PDTRACK_LIMITS_URL", settings["PDTRACK_LIMITS_URL"], _DATABASES)
    _check_url("PDTRACK_SMTP_URL", settings["PDTRACK_SMTP_URL"], _MAIL_SERVERS)
    if is_production:
        _check_production(settings)
    return settings


def _whole_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        message = f"{name} must be a whole number, not {text!r}."
        raise SettingsError(message)
    return int(text)


def _check_url(name: str, value: str, kinds: tuple[str, ...]) -> None:
    """Refuse an address that whoever opens it could only answer with an error of its own."""
    scheme, separator, _ = value.partition("://")
    try:
        is_good = not value or bool(separator and scheme in kinds and urlsplit(value).port != 0)
    except ValueError:  # A port that is no number.
        is_good = False
    if not is_good:
        raise SettingsError(f"{name} must look like {kinds[0]}://…, not {value[:40]!r}.")


def _check_production(settings: dict[str, Any]) -> None:
    secret = settings["SECRET_KEY"]
    if secret == DEFAULT_SECRET or len(secret) < 32:  # noqa: PLR2004 - 32 characters at least.
        raise SettingsError(
            "Set PDTRACK_SECRET_KEY to at least 32 random characters, for example the output of: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    if not settings["PDTRACK_URL"].startswith("https://"):
        raise SettingsError("Set PDTRACK_URL to this site's https:// address.")
    if not settings["PDTRACK_SMTP_URL"]:
        raise SettingsError("Set PDTRACK_SMTP_URL, or nobody will get any mail.")
