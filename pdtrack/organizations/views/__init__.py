"""Pages about organizations: their own settings, and the list of all of them."""

from __future__ import annotations

from flask import Flask

from pdtrack.core import navigation
from pdtrack.organizations.views import importing, platform, settings
from pdtrack.organizations.views.blueprint import bp

PAGES = (importing, platform, settings)


def init_app(app: Flask) -> None:
    """Open the pages, and put them into the menus."""
    app.register_blueprint(bp)
    navigation.add(
        "manage",
        "Settings",
        "organizations.settings",
        order=90,
        rule="organizations.coordinate",
    )
    navigation.add(
        "district",
        "Settings",
        "organizations.district_settings",
        order=90,
        rule="organizations.administer_district",
    )
