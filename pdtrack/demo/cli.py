"""Loading the demo from the command line."""

from __future__ import annotations

import time

import click
from flask import Flask
from flask.cli import AppGroup

from pdtrack.core.authz import SYSTEM
from pdtrack.core.errors import DomainError
from pdtrack.demo import actions, queries
from pdtrack.demo.actions import Size

demo_cli = AppGroup("demo", help="Invented people and sessions, to try everything.")


@demo_cli.command("load")
@click.option(
    "--size",
    type=click.Choice([each.value for each in Size]),
    default=Size.SMALL.value,
    show_default=True,
    help="40 sessions and 300 people, or 10,000 and 100,000.",
)
@click.option("--if-empty", is_flag=True, help="Do nothing, quietly, when there is anybody.")
def load(size: str, *, if_empty: bool) -> None:
    """Fill an empty database with the demo. Nothing is written unless all of it is."""
    if if_empty and not queries.is_empty():
        return
    started = time.monotonic()
    try:
        actions.load(size=Size(size), actor=SYSTEM)
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from refusal
    click.echo(f"Loaded the {size} demo in {time.monotonic() - started:.0f} seconds.")
    click.echo(f"Sign in as one of these, with the password {queries.PASSWORD}:")
    for address in queries.people():
        click.echo(f"  {address}")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(demo_cli)
