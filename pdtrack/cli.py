"""The `flask` command groups, one line per feature."""

from __future__ import annotations

from flask import Flask

from pdtrack.accounts import cli as accounts
from pdtrack.catalog import cli as catalog
from pdtrack.demo import cli as demo
from pdtrack.operations import cli as operations
from pdtrack.organizations import cli as organizations


def init_app(app: Flask) -> None:
    """Give the application its commands."""
    organizations.init_app(app)
    accounts.init_app(app)
    catalog.init_app(app)
    operations.init_app(app)
    demo.init_app(app)
