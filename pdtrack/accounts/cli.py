"""Chores of accounts; safe to run again."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from pdtrack.accounts import addresses
from pdtrack.accounts.actions import administrators
from pdtrack.accounts.rules import Name
from pdtrack.core.authz import SYSTEM

accounts_cli = AppGroup("accounts", help="People and what they may do.")


@accounts_cli.command("create-administrator")
@click.argument("address")
@click.option("--first-name", prompt=True, help="As it shows on pages.")
@click.option("--last-name", prompt=True, help="As it shows on pages.")
def create_administrator(address: str, first_name: str, last_name: str) -> None:
    """Make the holder of ADDRESS a platform administrator, and print a link to set a password."""
    try:
        kept = addresses.normalized(address)
    except addresses.NotAnAddress as refusal:
        raise click.BadParameter(refusal.message, param_hint="ADDRESS") from refusal
    name = Name(first_name.strip(), last_name.strip())
    link = administrators.create(address=kept, name=name, actor=SYSTEM)
    click.echo(f"{kept} is a platform administrator.")
    click.echo(f"To choose a password, open this within an hour:\n{link}")
    click.echo("Without it, sign in by a code that is mailed.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(accounts_cli)
