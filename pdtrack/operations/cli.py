"""Commands for whoever runs the installation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from sqlalchemy.exc import OperationalError

from pdtrack.core import filters, jobs
from pdtrack.operations import backups, checkup, queries

jobs_cli = AppGroup("jobs", help="Work in the background.")
outbox_cli = AppGroup("outbox", help="Mail on its way.")


def init_app(app: Flask) -> None:
    """Add the commands."""
    for command in (jobs_cli, outbox_cli, backup, restore, doctor):
        app.cli.add_command(command)


@jobs_cli.command("work")
@click.option("--threads", default=2, show_default=True, help="How much it does side by side.")
def work(threads: int) -> None:
    """Be the worker: deliver mail and make certificates until told to stop."""
    click.echo("The worker is at work; Ctrl-C stops it.", err=True)
    jobs.work(current_app._get_current_object(), threads=threads)  # type: ignore[attr-defined]  # noqa: SLF001


@outbox_cli.command("status")
def status() -> None:
    """Say how much mail waits, for how long, and what keeps it."""
    figures = queries.outbox_figures()
    click.echo(f"{filters.plural(figures.waiting, 'message')} waiting, {figures.failed} given up.")
    if figures.oldest_due_at is not None:
        since = filters.when(figures.oldest_due_at)
        click.echo(f"The oldest that may leave has been waiting since {since}.")
    if figures.trouble is not None:
        click.echo(f"What keeps it: {figures.trouble}")
    age = checkup.worker_age()
    if age is None or age > checkup.DEAD_AFTER:
        click.echo(f"No worker is at work: start {checkup.how_to_work()}.")


@click.command()
@click.argument("destination", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(min=1), help="Keep only this many in the folder.")
@with_appcontext
def backup(destination: Path, keep: int | None) -> None:
    """Write everything into one file: DESTINATION, or a new file in that folder."""
    if not destination.parent.is_dir():
        raise click.ClickException(f"There is no folder {destination.parent}.")
    with _in_a_sentence():
        path = backups.back_up(destination, keep=keep, say=_warn)
    click.echo(f"Everything is in {path} ({path.stat().st_size >> 10:,} kB).")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--without-mail", is_flag=True, help="Take back mail that waits: for a copy.")
@with_appcontext
def restore(source: Path, without_mail: bool) -> None:
    """Fill an empty installation with the backup in SOURCE."""
    with _in_a_sentence():
        manifest = backups.restore(source, has_mail=not without_mail, say=click.echo)
    rows = sum(each["rows"] for each in manifest.tables)
    files = sum(name.startswith("files/") for name in manifest.digests)
    click.echo(f"Restored {filters.plural(rows, 'row')} and {filters.plural(files, 'file')}.")


@click.command()
@with_appcontext
def doctor() -> None:
    """Examine this installation, and say what to do about what is wrong."""
    wrong = 0
    for finding in checkup.examine():
        wrong += not finding.is_good
        click.echo(f"{'ok   ' if finding.is_good else 'WRONG'}  {finding.sentence}")
    if wrong:
        raise click.exceptions.Exit(1)


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    """Say what keeps a command from being carried out, without a traceback."""
    try:
        yield
    except backups.BackupRefused as refusal:
        raise click.ClickException(str(refusal)) from refusal
    except OperationalError as error:
        trouble = checkup.first_line(error)
        raise click.ClickException(f"The database does not answer: {trouble}") from error
    except OSError as error:
        raise click.ClickException(f"Nothing was finished: {error}") from error


def _warn(sentence: str) -> None:
    click.echo(sentence, err=True)
