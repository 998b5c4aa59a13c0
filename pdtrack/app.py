"""The application, put together: settings, extensions, one line per feature."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from pdtrack.core import authz, filters, navigation
from pdtrack.core import db as database

ROOT = Path(__file__).parent.parent
csrf = CSRFProtect()
migrate = Migrate()

FEATURES = [
    "organizations",
    "accounts",
    "catalog",
    "registration",
    "attendance",
    "certificates",
    "messaging",
    "calendars",
    "reports",
    "storefront",
    "desk",
    "home",
    "operations",
    "demo",
]


def create_app(settings: dict[str, Any]) -> Flask:
    """Make the application from its settings."""
    app = Flask(
        "pdtrack",
        root_path=str(ROOT),
        instance_path=settings["PDTRACK_INSTANCE"],
    )
    app.config.from_mapping(settings)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    Path(settings["PDTRACK_INSTANCE"]).mkdir(parents=True, exist_ok=True)
    database.init_app(app)
    migrate.init_app(app, database.db, directory=str(ROOT / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    filters.register(app)
    authz.init_app(app)
    navigation.init_app(app)
    # While the features are being built side by side: whatever exists is registered.
    for name in (
        "core.assets",
        "core.errors_pages",
        "core.security",
        "core.logs",
        "core.jobs",
        "core.delivery",
    ):
        _call(app, f"pdtrack.{name}", "init_app")
    for feature in FEATURES:
        _call(app, f"pdtrack.{feature}.models", None)
        for module in ("views", "cli"):
            _call(app, f"pdtrack.{feature}.{module}", "init_app")
    return app


def _call(app: Flask, module: str, function: str | None) -> None:
    if importlib.util.find_spec(module) is None:
        return
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        app.logger.warning("%s is not ready: %s", module, error)
        return
    if function and hasattr(loaded, function):
        getattr(loaded, function)(app)
