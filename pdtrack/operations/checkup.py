"""What a doctor would ask an installation, answered in sentences."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path

from flask import current_app
from sqlalchemy import DateTime, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from pdtrack.accounts.models import EmailAddress, Role
from pdtrack.certificates.models import CertificateFile
from pdtrack.core import clock, delivery, filters, jobs, security
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import db
from pdtrack.core.files import FileStore
from pdtrack.operations import queries, schema

DEAD_AFTER = timedelta(minutes=2)
LITTLE_SPACE = 1 << 30
DEMO_DOMAIN = "@demo.example"
MOST_CLOCKS_DIFFER = timedelta(seconds=5)
_PROBE = bytes(1 << 16)


@dataclass(frozen=True)
class Finding:
    """One answer: whether it is as it should be, and a sentence that says what to do if not."""

    is_good: bool
    sentence: str


def examine(*, is_deep: bool = True) -> Iterator[Finding]:
    """Look at everything that can keep this installation from working.

    The deep look reads the whole database file and every kept file, and asks the mail
    server and the time.
    """
    yield from _settings()
    for finding in chain(_database(is_deep=is_deep), _schema()):
        yield finding
        if not finding.is_good:
            return  # Nothing else could be asked.
    checks = [_people, _worker, _counters, _outbox, _space]
    for check in [*checks, _files, _mail_server, _clock] if is_deep else checks:
        yield from check()


def database_trouble() -> str | None:
    """Return what keeps the database from answering, or nothing."""
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        return first_line(error)
    return None


def how_to_work() -> str:
    """Return what is to be started when no worker is at work."""
    return "the service pdtrack-worker" if _is_production() else _command("jobs work")


def worker_age() -> timedelta | None:
    """Return how long nobody has heard of a worker; nothing, if never or if nobody can be."""
    beats = jobs.heartbeats()
    return clock.now() - next(iter(beats.values())) if beats else None


def _settings() -> Iterator[Finding]:
    settings, is_production = current_app.config, _is_production()
    kind = "production" if is_production else "development"
    yield Finding(True, f"This is a {kind} installation at {settings['PDTRACK_URL']}.")
    if is_production and settings["PDTRACK_MAIL_FROM"].endswith(DEMO_DOMAIN):
        yield Finding(False, "Mail would come from a demo address: set PDTRACK_MAIL_FROM.")
    if is_production and settings["PDTRACK_PROXIES"] == 0:
        yield Finding(
            False,
            "PDTRACK_PROXIES is 0, so that all visitors seem to come from the proxy: set it to 1.",
        )


def _database(*, is_deep: bool) -> Iterator[Finding]:
    if trouble := database_trouble():
        yield Finding(False, f"The database does not answer: {trouble}")
        return
    kind = "PostgreSQL" if db.engine.dialect.name == "postgresql" else "SQLite"
    yield Finding(True, f"The database ({kind}) answers.")
    if kind == "SQLite" and is_deep:
        broken = db.session.scalars(text("PRAGMA quick_check")).first()
        if broken == "ok":
            yield Finding(True, "The database file is whole.")
        else:
            yield Finding(False, f"The database file is damaged ({broken}): restore a backup.")


def _schema() -> Iterator[Finding]:
    current, wanted = schema.current(), schema.wanted()
    if current == wanted is not None:
        yield Finding(True, "The tables are those of this version.")
    else:
        sentence = f"The tables are at {current or 'nothing'}, this version wants {wanted}"
        yield Finding(False, f"{sentence}: run {_command('db upgrade')}.")


def _people() -> Iterator[Finding]:
    administrators = db.session.scalar(
        select(func.count(Role.id)).where(
            Role.kind == RoleKind.PLATFORM_ADMINISTRATOR, Role.ended_at.is_(None)
        )
    )
    if administrators:
        yield Finding(True, "There is a platform administrator.")
    else:
        yield Finding(
            False,
            f"There is no platform administrator: run {_command('accounts create-administrator')}.",
        )
    demo = db.session.scalar(
        select(func.count(EmailAddress.id)).where(EmailAddress.address.endswith(DEMO_DOMAIN))
    )
    if demo and _is_production():
        yield Finding(
            False,
            "There are demo accounts, whose password is known to all: start with a new database.",
        )


def _worker() -> Iterator[Finding]:
    if trouble := jobs.trouble():
        yield Finding(False, f"The worker cannot be called ({trouble}): see PDTRACK_JOBS_URL.")
        return
    age = worker_age()
    if age is not None and age < DEAD_AFTER:
        yield Finding(True, "The worker is at work.")
    else:
        sentence = "No worker has been heard of" + (f" for {_length(age)}" if age else " yet")
        yield Finding(False, f"{sentence}: start {how_to_work()}.")


def _counters() -> Iterator[Finding]:
    try:
        security.hit("doctor", "doctor", limit=1, per_seconds=1)
    except SQLAlchemyError as error:
        yield Finding(
            False,
            f"Nobody can sign in, since attempts cannot be counted ({first_line(error)}): "
            "see PDTRACK_LIMITS_URL.",
        )
    else:
        yield Finding(True, "Attempts to sign in are counted.")


def _outbox() -> Iterator[Finding]:
    figures = queries.outbox_figures()
    if figures.is_late:
        why = f" {figures.trouble.rstrip('.')}." if figures.trouble else ""
        yield Finding(
            False, f"Mail has been waiting for {_length(figures.age)}: see /platform/mail.{why}"
        )
    else:
        yield Finding(True, f"Mail leaves in time; {figures.waiting} waiting.")
    if figures.failed:
        messages = filters.plural(figures.failed, "message")
        yield Finding(False, f"{messages} could not be delivered: see /platform/mail.")


def _space() -> Iterator[Finding]:
    instance, files = current_app.config["PDTRACK_INSTANCE"], current_app.config["PDTRACK_FILES"]
    for folder in dict.fromkeys((Path(instance), Path(files))):
        yield from _room(folder)
    for path in sorted(Path(instance).glob("*.db*")):
        if not os.access(path, os.W_OK):
            yield Finding(False, f"{path} cannot be written: {_ownership(path)}")


def _room(folder: Path) -> Iterator[Finding]:
    """Try whether something can be written into a folder, or into that where it will be made."""
    there = next(each for each in (folder, *folder.parents) if each.is_dir())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(_PROBE)
    except OSError as error:
        yield Finding(
            False,
            f"Nothing can be written into {there} ({error.strerror}): make room, or "
            f"{_ownership(there)}",
        )
        return
    free = shutil.disk_usage(there).free
    if free < LITTLE_SPACE:
        yield Finding(False, f"Only {free >> 20} MB are free in {folder}: make room.")
    else:
        yield Finding(True, f"{free >> 30} GB are free in {folder}.")


def _ownership(path: Path) -> str:
    return f"give it to whom the web server and the worker run as (chown -R … {path})."


def _files() -> Iterator[Finding]:
    store = FileStore(Path(current_app.config["PDTRACK_FILES"]))
    wanted = db.session.scalars(
        select(CertificateFile.digest)
        .where(CertificateFile.digest.is_not(None))
        .execution_options(yield_per=1000)
    )
    looked_at = wrong = 0
    for digest in wanted:
        looked_at += 1
        wrong += digest is not None and not store.holds(digest)
    if wrong:
        yield Finding(
            False, f"{wrong} of {looked_at} kept files are missing or damaged: restore them."
        )
    else:
        yield Finding(True, f"All {looked_at} kept files are here and undamaged.")


def _mail_server() -> Iterator[Finding]:
    if not current_app.config["PDTRACK_SMTP_URL"]:
        yield Finding(True, f"Mail goes into the folder {delivery.mail_folder()}.")
    elif trouble := delivery.check_server():
        yield Finding(False, f"No mail can leave. {trouble}")
    else:
        yield Finding(True, "The mail server takes mail.")


def _clock() -> Iterator[Finding]:
    """Compare this machine's clock with its own past and, if there is one, the server's clock."""
    newest = db.session.scalar(select(func.max(AuditEntry.at)))
    if newest is not None and newest - clock.now() > MOST_CLOCKS_DIFFER:
        yield Finding(
            False,
            f"The clock is wrong: it says {clock.now():%Y-%m-%d %H:%M} UTC, but something was done "
            f"at {newest:%Y-%m-%d %H:%M}. Let systemd-timesyncd or chrony keep it.",
        )
    difference = timedelta(0)
    if db.engine.dialect.name == "postgresql":
        there = db.session.scalar(select(func.clock_timestamp(type_=DateTime(timezone=True))))
        difference = abs(clock.now() - there) if there else difference
    if difference > MOST_CLOCKS_DIFFER:
        yield Finding(
            False,
            f"The clocks of this machine and of the database differ by {_length(difference)}: "
            "let systemd-timesyncd or chrony keep both.",
        )
    else:
        yield Finding(True, f"The clock says {clock.now():%Y-%m-%d %H:%M} UTC.")


def _command(words: str) -> str:
    """Return how a command is typed here: in production there is one that knows the settings."""
    return f"`pdtrack {words}`" if _is_production() else f"`flask --app wsgi {words}`"


def _is_production() -> bool:
    return bool(current_app.config["PDTRACK_ENV"] == "production")


def _length(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            return filters.plural(seconds // length, unit)
    return filters.plural(seconds, "second")


def first_line(error: Exception) -> str:
    """Return what an error says, without the words for programmers below it."""
    return str(error).partition("\n")[0][:300] or type(error).__name__
