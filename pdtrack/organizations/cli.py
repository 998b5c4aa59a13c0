"""Commands about organizations: importing the state's lists."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from pdtrack.core import tables
from pdtrack.core.authz import SYSTEM
from pdtrack.core.errors import DomainError
from pdtrack.core.tables import SheetRow
from pdtrack.organizations import imports
from pdtrack.organizations.actions import listings
from pdtrack.organizations.imports import Change, Listing, Plan

MOST_SHOWN = 20

organizations_cli = AppGroup("organizations", help="Collaboratives, districts, schools.")


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    app.cli.add_command(organizations_cli)


def _command(listing: Listing) -> Callable[..., None]:
    @organizations_cli.command(
        f"import-{listing}",
        help=f"Import {listing} from FILE (CSV or XLSX). Shows what would change; "
        "safe to run again.",
    )
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option("--apply", is_flag=True, help="Write it: all of it, or nothing.")
    @click.option("--skip-refused", is_flag=True, help="Leave refused rows out, and list them.")
    def run(file: Path, *, apply: bool, skip_refused: bool) -> None:
        _import(listing, file, apply=apply, skip_refused=skip_refused)

    return run


for _listing in Listing:
    _command(_listing)


@organizations_cli.command("load-shipped")
def load_shipped() -> None:
    """Import the lists that ship with pdtrack, if there are no collaboratives yet."""
    for plan in listings.import_shipped(actor=SYSTEM):
        click.echo(plan.sentence)


def _import(listing: Listing, file: Path, *, apply: bool, skip_refused: bool) -> None:
    try:
        with file.open("rb") as stream:
            rows = tables.read_rows(file.name, stream).rows
        plan = _write(listing, rows, skip_refused=skip_refused) if apply else None
        _show(plan or imports.plan(listing, rows), is_written=apply, skip_refused=skip_refused)
    except imports.RowsRefused as refusal:
        _show_refused(imports.plan(listing, rows))
        message = f"{refusal.message} To leave them out, add --skip-refused."
        raise click.ClickException(message) from refusal
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from refusal


def _write(listing: Listing, rows: tuple[SheetRow, ...], *, skip_refused: bool) -> Plan:
    return listings.import_rows(listing=listing, rows=rows, actor=SYSTEM, skip_refused=skip_refused)


def _show(plan: Plan, *, is_written: bool, skip_refused: bool) -> None:
    if not is_written:
        _show_some("New", plan.new, lambda change: change.about)
        _show_some("Changed", plan.changed, _differences)
    _show_refused(plan)
    click.echo(plan.sentence)
    if is_written:
        click.echo("Written." if plan.new or plan.changed else "Nothing to write.")
    elif plan.refused and not skip_refused:
        click.echo("This is a preview. With --apply nothing would be written unless the refused")
        click.echo("rows are corrected, or left out with --skip-refused.")
    elif plan.new or plan.changed:
        click.echo("This is a preview: nothing was written. Add --apply to write it.")


def _show_some(title: str, changes: list[Change], line: Callable[[Change], str]) -> None:
    if not changes:
        return
    click.echo(f"{title}:")
    for change in changes[:MOST_SHOWN]:
        click.echo(f"  {line(change)}")
    if len(changes) > MOST_SHOWN:
        click.echo(f"  … and {len(changes) - MOST_SHOWN:,} more")


def _differences(change: Change) -> str:
    parts = [
        f"{name.replace('_', ' ')} {before or 'empty'} → {after or 'empty'}"
        for name, (before, after) in change.differences.items()
    ]
    return f"{change.about}: {'; '.join(parts)}"


def _show_refused(plan: Plan) -> None:
    if plan.refused:
        click.echo("Refused:")
    for refused in plan.refused:
        click.echo(f"  line {refused.line}, {refused.about}: {refused.reason}")
