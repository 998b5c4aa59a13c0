"""Chores of the catalog; safe to run again."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from pdtrack.catalog import actions, topics
from pdtrack.core.authz import SYSTEM

catalog_cli = AppGroup("catalog", help="Topics, and the index that search reads.")


@catalog_cli.command("add-topics")
def add_topics() -> None:
    """Add the topics that are missing. What an administrator changed stays as it is."""
    added = actions.add_topics(rows=topics.FIRST_ROWS, actor=SYSTEM)
    click.echo(f"Added {len(added)} topics.")


@catalog_cli.command("reindex")
def reindex() -> None:
    """Write the search index anew, as after loading sessions in bulk."""
    click.echo(f"Indexed {actions.reindex(actor=SYSTEM)} sessions.")


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(catalog_cli)
