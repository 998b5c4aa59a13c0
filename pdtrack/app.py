"""The application, put together: settings, extensions, one line per feature."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from pdtrack import cli
from pdtrack.accounts import views as accounts
from pdtrack.attendance import views as attendance
from pdtrack.calendars import views as calendars
from pdtrack.catalog import views as catalog
from pdtrack.certificates import views as certificates
from pdtrack.core import (
    assets,
    authz,
    delivery,
    errors_pages,
    filters,
    incoming,
    jobs,
    logs,
    navigation,
    security,
)
from pdtrack.core import db as database
from pdtrack.demo import views as demo
from pdtrack.desk import views as desk
from pdtrack.home import views as home
from pdtrack.messaging import views as messaging
from pdtrack.operations import schema
from pdtrack.operations import views as operations
from pdtrack.organizations import views as organizations
from pdtrack.registration import views as registration
from pdtrack.reports import views as reports
from pdtrack.storefront import views as storefront

ROOT = Path(__file__).parent.parent
csrf = CSRFProtect()


def create_app(settings: dict[str, Any]) -> Flask:
    """Make the application from its settings."""
    app = Flask("pdtrack", root_path=str(ROOT), instance_path=settings["PDTRACK_INSTANCE"])
    app.config.from_mapping(settings)
    Path(settings["PDTRACK_INSTANCE"]).mkdir(parents=True, exist_ok=True)
    _prepare_templates(app)
    _add_core(app)
    _add_features(app)
    cli.init_app(app)
    return app


def _prepare_templates(app: Flask) -> None:
    # A name that was misspelled stops the page in a test, instead of leaving a hole in it.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    filters.register(app)


def _add_core(app: Flask) -> None:
    incoming.init_app(app)
    database.init_app(app)
    schema.init_app(app)
    csrf.init_app(app)
    authz.init_app(app)
    navigation.init_app(app)
    assets.init_app(app)
    errors_pages.init_app(app)
    security.init_app(app)
    logs.init_app(app)
    jobs.init_app(app)
    delivery.init_app(app)


def _add_features(app: Flask) -> None:
    organizations.init_app(app)
    accounts.init_app(app)
    catalog.init_app(app)
    registration.init_app(app)
    attendance.init_app(app)
    certificates.init_app(app)
    messaging.init_app(app)
    calendars.init_app(app)
    reports.init_app(app)
    storefront.init_app(app)
    desk.init_app(app)
    home.init_app(app)
    operations.init_app(app)
    demo.init_app(app)
